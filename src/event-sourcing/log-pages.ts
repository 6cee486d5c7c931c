import type { EventLog, RecordedEvent } from './event-store.js';

const pageMax = 500;

/** The pages of a log after an ordinal, up to its end as it is when that is reached. The next is read while one is used. */
export async function* logPages(
  store: Pick<EventLog, 'readAll'>,
  afterOrdinal: number,
  signal: AbortSignal,
): AsyncGenerator<readonly RecordedEvent[]> {
  let reading = store.readAll(afterOrdinal, pageMax);
  for (;;) {
    signal.throwIfAborted();
    const page = await reading;
    const last = page.at(-1);
    if (last === undefined) return;
    reading = store.readAll(last.ordinal, pageMax);
    // Whoever leaves before it is used has no use for its failure either.
    reading.catch(() => undefined);
    yield page;
  }
}

/** The same, event by event. */
export async function* logEvents(
  store: Pick<EventLog, 'readAll'>,
  afterOrdinal: number,
  signal: AbortSignal,
): AsyncGenerator<RecordedEvent, undefined> {
  for await (const page of logPages(store, afterOrdinal, signal)) yield* page;
  return undefined;
}
