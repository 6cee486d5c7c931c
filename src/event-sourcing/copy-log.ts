import { appendInOrder, type Run } from './append-in-order.js';
import {
  type EventLog,
  type NewEvent,
  PartialOverlap,
  type RecordedEvent,
  WrongExpectedRevision,
} from './event-store.js';
import { LogDigest, StreamDigests } from './log-digest.js';
import { logEvents, logPages } from './log-pages.js';

/** The target holds what is no beginning of the source, or the source is no whole log itself. Nothing was written. */
export class CopyRefused extends Error {
  override readonly name = 'CopyRefused';
}

/** The copy is not what the source is. What was written stays. */
export class CopyDiffers extends Error {
  override readonly name = 'CopyDiffers';
}

export interface CopiedLog {
  /** Written now. */
  readonly copied: number;
  /** Stood there already: from a copy that was cut short, or from one before the source grew. */
  readonly known: number;
  readonly streams: number;
  /** SHA-256 over the events in their order. */
  readonly digest: string;
  /** Followers whose positions were carried over. */
  readonly followers: readonly string[];
  /** The source has events that were recorded after the copy had reached its end: another run copies them. */
  readonly grown: boolean;
}

/** What a copy is at: done, of so many, as far as the source's positions tell. */
export type TellCopy = (at: 'comparing' | 'copying' | 'verifying', done: number, total: number) => void;

export interface LogsToCopy {
  readonly source: EventLog;
  readonly target: EventLog;
  readonly signal: AbortSignal;
  readonly onProgress?: TellCopy;
}

// A place beside those of the followers, which a copied log keeps for good: 0 while the copy is under way.
const copyPlace = 'copy-log';
const [underWay, whole] = [0, 1];

/** Whether the log is a copy that was cut short: not to be served. */
export const isHalfCopied = async (store: Pick<EventLog, 'checkpoint'>): Promise<boolean> =>
  (await store.checkpoint(copyPlace)) === underWay;

/**
 * Copies a log into an empty one: the same events in the same order, with their ids, streams, revisions, times and
 * provenance; then reads both from the start and compares them; then carries over the positions of the followers, so
 * that no policy acts a second time.
 *
 * Cut short, it is completed by running it again: at every moment the target is the source's beginning. The source may be
 * written to meanwhile: the copy ends at its end as it is then, and says whether it has grown since.
 *
 * @throws CopyRefused, CopyDiffers, StoreUnavailable; the signal's reason.
 */
export const copyLog = async (logs: LogsToCopy): Promise<CopiedLog> => {
  const { source, target } = logs;
  if (source.logId === target.logId) throw new CopyRefused('The log cannot be copied into itself.');
  if (await isHalfCopied(source)) throw new CopyRefused('The source is itself a copy that was cut short.');
  const standing = await beginningIn(logs);
  const { copied, ordinal } = await copyRest(logs, standing);
  const verified = await verify(logs, ordinal);
  const followers = await carryPlaces(target, verified.places);
  await target.saveCheckpoint(copyPlace, whole);
  const grown = (await source.head()) > ordinal;
  return { copied, known: standing.events, ...verified, followers, grown };
};

interface Standing {
  readonly events: number;
  /** In the source, of the last of them. */
  readonly ordinal: number;
}

/** How far the target is the source already. */
const beginningIn = async ({ source, target, signal, onProgress }: LogsToCopy): Promise<Standing> => {
  const theirs = logEvents(source, 0, signal);
  const progress = progressOf(onProgress, 'comparing', await target.head());
  let [events, ordinal] = [0, 0];
  for await (const event of logEvents(target, 0, signal)) {
    const { value: original } = await theirs.next();
    const same = original?.id === event.id && original.stream === event.stream && original.revision === event.revision;
    if (!same) throw new CopyRefused(`The target holds something else than the source: ${eventNamed(event)}.`);
    events += 1;
    ordinal = original.ordinal;
    progress(events, event.ordinal);
  }
  return { events, ordinal };
};

const eventNamed = ({ type, stream, revision }: RecordedEvent): string =>
  `${type} in stream ${stream} at revision ${revision}`;

const copyRest = async (
  { source, target, signal, onProgress }: LogsToCopy,
  standing: Standing,
): Promise<{ readonly copied: number; readonly ordinal: number }> => {
  const progress = progressOf(onProgress, 'copying', await source.head());
  let { events, ordinal } = standing;
  let marked = false;
  for await (const page of logPages(source, ordinal, signal)) {
    // Before the first event: a log that is begun is known as one.
    if (!marked) await target.saveCheckpoint(copyPlace, underWay);
    marked = true;
    for (const window of windowsOf(page)) {
      await write(target, window);
      events += window.reduce((sum, run) => sum + run.events.length, 0);
    }
    ordinal = page.at(-1)?.ordinal ?? ordinal;
    progress(events, ordinal);
  }
  return { copied: events - standing.events, ordinal };
};

const write = async (target: EventLog, runs: readonly Run[]): Promise<void> => {
  try {
    await appendInOrder(target, runs);
  } catch (error) {
    if (error instanceof WrongExpectedRevision || error instanceof PartialOverlap)
      throw new CopyDiffers(`Somebody else writes to the target: ${error.message}`, { cause: error });
    throw error;
  }
};

// Characters of JSON. A run stays below what a store takes in one append (a megabyte of UTF-8), a window below what a log
// that takes it at once writes in one batch.
const runCharsMax = 256 * 1024;
const windowCharsMax = 2 * 1024 * 1024;

interface Sized extends Run {
  readonly events: NewEvent[];
  chars: number;
}

/** Events of one stream that follow each other go as one. */
const runsOf = (page: readonly RecordedEvent[]): readonly Sized[] => {
  const runs: Sized[] = [];
  for (const { stream, revision, id, type, version, data, provenance, recordedAt } of page) {
    const event = { id, type, version, data, provenance, recordedAt };
    const chars = JSON.stringify(event).length;
    const run = runs.at(-1);
    if (run?.stream === stream && run.chars + chars <= runCharsMax) {
      run.events.push(event);
      run.chars += chars;
    } else runs.push({ stream, expectedRevision: revision - 1, events: [event], chars });
  }
  return runs;
};

const windowsOf = (page: readonly RecordedEvent[]): readonly (readonly Run[])[] => {
  const windows: Run[][] = [];
  let room = 0;
  for (const run of runsOf(page)) {
    room -= run.chars;
    const window = windows.at(-1);
    if (window !== undefined && room >= 0) {
      window.push(run);
      continue;
    }
    windows.push([run]);
    room = windowCharsMax - run.chars;
  }
  return windows;
};

interface Verified {
  readonly streams: number;
  readonly digest: string;
  /** Of each of the source's followers: where that is in the target. */
  readonly places: ReadonlyMap<string, number>;
}

/** Reads both logs anew, side by side, up to the source's event at `ordinal`. */
const verify = async (logs: LogsToCopy, ordinal: number): Promise<Verified> => {
  const { source, onProgress } = logs;
  const before = await source.checkpoints();
  const [theirs, ours] = [new LogDigest(), new LogDigest()];
  const progress = progressOf(onProgress, 'verifying', ordinal);
  const places = new Map([...before.keys()].filter((name) => name !== copyPlace).map((name) => [name, 0]));
  for await (const [original, copy] of sideBySide(logs, ordinal)) {
    if (original) theirs.add(original);
    if (copy) ours.add(copy);
    // By event id: the same event stands here in both, or the digests tell.
    if (original && copy)
      for (const name of places.keys()) if ((before.get(name) ?? 0) >= original.ordinal) places.set(name, copy.ordinal);
    if (original) progress(theirs.events, original.ordinal);
  }
  await holdSame(logs, ordinal, theirs, ours);
  return { streams: ours.streams, digest: ours.hex, places };
};

async function* sideBySide(
  { source, target, signal }: LogsToCopy,
  ordinal: number,
): AsyncGenerator<readonly [RecordedEvent | undefined, RecordedEvent | undefined]> {
  const [theirs, ours] = [logEvents(source, 0, signal), logEvents(target, 0, signal)];
  for (;;) {
    const [{ value: original }, { value: copy }] = await Promise.all([theirs.next(), ours.next()]);
    const known = original !== undefined && original.ordinal <= ordinal ? original : undefined;
    if (known === undefined && copy === undefined) return;
    yield [known, copy];
  }
}

const namesMax = 10;

const holdSame = async (logs: LogsToCopy, ordinal: number, theirs: LogDigest, ours: LogDigest): Promise<void> => {
  const buckets = theirs.differsFrom(ours);
  if (theirs.events === ours.events && buckets.size === 0 && theirs.hex === ours.hex) return;
  const counts = `${theirs.events} events in the source, ${ours.events} in the target`;
  if (buckets.size === 0) throw new CopyDiffers(`The events stand in another order in the target (${counts}).`);

  const [originals, copies] = [new StreamDigests(buckets), new StreamDigests(buckets)];
  for await (const [original, copy] of sideBySide(logs, ordinal)) {
    if (original) originals.add(original);
    if (copy) copies.add(copy);
  }
  const names = originals.differsFrom(copies);
  const more = names.length > namesMax ? ` and ${names.length - namesMax} more` : '';
  throw new CopyDiffers(`Streams differ: ${names.slice(0, namesMax).join(', ')}${more} (${counts}).`);
};

/** A follower of the target that is further already has handled what lies between. */
const carryPlaces = async (target: EventLog, places: ReadonlyMap<string, number>): Promise<readonly string[]> => {
  for (const [follower, place] of places) {
    const present = await target.checkpoint(follower);
    if (present === null || present < place) await target.saveCheckpoint(follower, place);
  }
  return [...places.keys()];
};

/** Of how many events in all, where positions are no counts: as the part so far is to the whole. */
const progressOf =
  (tell: TellCopy | undefined, at: Parameters<TellCopy>[0], head: number) =>
  (events: number, ordinal: number): void =>
    tell?.(at, events, Math.max(events, Math.round((events * head) / ordinal)));
