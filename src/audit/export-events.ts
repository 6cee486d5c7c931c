import type { EventStore } from '../event-sourcing/event-store.js';
import { cloudEventOf } from './cloud-event.js';

/** How far an export is. */
export interface Exported {
  readonly events: number;
  /** Ordinals: of the last event so far, and of the last of all. */
  readonly ordinal: number;
  readonly head: number;
}

const pageMax = 500;

/**
 * The log as JSON lines, one cloud event each, in log order, a page of lines at a time: from the first event to the one
 * that is newest when it begins. What the log holds of persons and of keys' hashes is in it.
 */
export async function* exportedEvents(
  store: EventStore,
  onProgress: (exported: Exported) => void,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const head = await store.head();
  let [events, ordinal] = [0, 0];
  while (ordinal < head) {
    signal.throwIfAborted();
    const page = (await store.readAll(ordinal, pageMax)).filter((event) => event.ordinal <= head);
    ordinal = page.at(-1)?.ordinal ?? head;
    events += page.length;
    yield page.map((event) => `${JSON.stringify(cloudEventOf(event, store.logId))}\n`).join('');
    onProgress({ events, ordinal, head });
  }
}
