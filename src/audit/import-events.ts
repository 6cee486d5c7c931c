import { appendInOrder } from '../event-sourcing/append-in-order.js';
import { type EventStore, noStream, type RecordedEvent } from '../event-sourcing/event-store.js';
import { type EventLine, eventLines, LineRefused } from './event-lines.js';

/** The log holds what the file does not: an import makes a log anew, and does not mix two. */
export class LogNotEmpty extends Error {
  override readonly name = 'LogNotEmpty';
}

export interface ImportedEvents {
  readonly imported: number;
  /** Stood there already: from an import of this file that was cut short. */
  readonly known: number;
}

const appendsMax = 500;
const eventsMax = 1_000;
const bytesMax = 4 * 1024 * 1024;

/** Lines of one stream that follow each other in the file: one append. */
type LineRun = [EventLine, ...EventLine[]];

/**
 * Imports an export into an empty log: the same events in the same order, with their ids, streams, revisions, times and
 * provenance. Cut short, it is completed by running it again: what stands in the log must then be the file's beginning.
 *
 * Lines are appended in windows, each waited for. A window is small enough for one batch of a log that takes it at once, so
 * it stands as a whole or not at all, and the log is the file's beginning at every moment.
 *
 * @param onProgress told the bytes of the file that were read.
 * @throws LogNotEmpty, LineRefused, StoreUnavailable; the signal's reason.
 */
export const importEvents = async (
  store: EventStore,
  path: string,
  onProgress: (bytesRead: number) => void,
  signal: AbortSignal,
): Promise<ImportedEvents> => {
  const standing = beginningOf(store);
  const revisions = new Revisions(store);
  let known = 0;
  let imported = 0;
  let window = emptyWindow();

  const append = async (): Promise<void> => {
    await revisions.hold(window.lines);
    await appendAll(store, runsOf(window.lines));
    imported += window.lines.length;
    const last = window.lines.at(-1);
    window = emptyWindow();
    if (last !== undefined) onProgress(last.bytesRead);
  };

  let beginning = true;
  for await (const line of eventLines(path)) {
    signal.throwIfAborted();
    if (beginning) {
      const { value: event } = await standing.next();
      if (event !== undefined) {
        holdSame(event, line);
        revisions.note(line);
        known += 1;
        if (known % eventsMax === 0) onProgress(line.bytesRead);
        continue;
      }
      beginning = false;
    }
    if (isFull(window, line)) await append();
    add(window, line);
  }
  await append();
  return { imported, known };
};

async function* beginningOf(store: EventStore): AsyncGenerator<RecordedEvent, undefined> {
  for (let page = await store.readAll(0); page.length > 0; page = await store.readAll(page.at(-1)?.ordinal ?? 0))
    yield* page;
  return undefined;
}

const holdSame = (event: RecordedEvent, { line, stream, revision, event: carried }: EventLine): void => {
  const same = event.id === carried.id && event.stream === stream && event.revision === revision;
  if (same) return;
  const what = `it holds ${event.type} of stream ${event.stream} where line ${line} says ${carried.type} of ${stream}`;
  throw new LogNotEmpty(`An export is imported into an empty log, and this one is not empty: ${what}.`);
};

interface Window {
  readonly lines: EventLine[];
  readonly ids: Set<string>;
  appends: number;
  bytes: number;
}

const emptyWindow = (): Window => ({ lines: [], ids: new Set(), appends: 0, bytes: 0 });

const isFull = ({ lines, appends, bytes }: Window, next: EventLine): boolean =>
  lines.length > 0 && (appends >= appendsMax || lines.length >= eventsMax || bytes + next.bytes > bytesMax);

const add = (window: Window, line: EventLine): void => {
  const { id } = line.event;
  if (window.ids.size === window.ids.add(id).size)
    throw new LineRefused(line.line, `event ${id} stands before it already`);
  if (window.lines.at(-1)?.stream !== line.stream) window.appends += 1;
  window.lines.push(line);
  window.bytes += line.bytes;
};

const runsOf = (lines: readonly EventLine[]): readonly LineRun[] => {
  const runs: LineRun[] = [];
  for (const line of lines) {
    const run = runs.at(-1);
    if (run?.[0].stream === line.stream) run.push(line);
    else runs.push([line]);
  }
  return runs;
};

/** In the order of the file. */
const appendAll = async (store: EventStore, runs: readonly LineRun[]): Promise<void> => {
  const appended = await appendInOrder(
    store,
    runs.map(([first, ...more]) => ({
      stream: first.stream,
      expectedRevision: first.revision - 1,
      events: [first, ...more].map(({ event }) => event),
    })),
  );
  for (const [index, [first]] of runs.entries())
    // Answered with what stands there under its id.
    if (appended[index]?.recorded[0]?.revision !== first.revision)
      throw new LineRefused(first.line, `event ${first.event.id} stands before it already in stream ${first.stream}`);
};

const streamsMax = 1_000_000;

/** Which revision comes next in each stream: held against every line before anything of its window is appended. */
class Revisions {
  readonly #next = new Map<string, number>();
  /** False once streams were forgotten: then the log is asked. */
  #complete = true;

  constructor(private readonly store: EventStore) {}

  note({ stream, revision }: EventLine): void {
    this.#next.set(stream, revision + 1);
  }

  /** @throws LineRefused where a line does not follow the one before it in its stream. */
  async hold(lines: readonly EventLine[]): Promise<void> {
    for (const line of lines) {
      const { stream, revision } = line;
      if (!(await this.#isNext(stream, revision)))
        throw new LineRefused(line.line, `revision ${revision} does not come next in stream ${stream}`);
      this.note(line);
    }
    if (this.#next.size <= streamsMax) return;
    this.#next.clear();
    this.#complete = false;
  }

  async #isNext(stream: string, revision: number): Promise<boolean> {
    const next = this.#next.get(stream);
    if (next !== undefined || this.#complete) return revision === (next ?? 0);
    const found = await this.store.readStream(stream, Math.max(revision - 2, noStream), 2);
    return (found.at(-1)?.revision ?? noStream) === revision - 1;
  }
}
