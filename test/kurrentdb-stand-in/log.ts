import { randomUUID } from 'node:crypto';
import { checkCommit, type Decision } from './commit-check.js';
import { createIdCache } from './id-cache.js';
import {
  deletedRevision,
  isMetadataStream,
  metadataStreamOf,
  metadataType,
  noStream,
  originalStreamOf,
  tombstoneType,
  type Expected,
  type ProposedEvent,
  type StoredEvent,
} from './stored-event.js';
import { isSoftDeleted, parseStreamMetadata, withTruncateBefore, type StreamMetadata } from './stream-metadata.js';

/** What became of an append, a deletion or a tombstone. */
export type Outcome =
  | { readonly kind: 'written'; readonly last: StoredEvent }
  /** An append of no events: it says where the stream is, and takes its place in the log. */
  | { readonly kind: 'empty'; readonly revision: bigint; readonly position: bigint }
  /** It stood there already; `position` is missing where readers of the stream no longer see it. */
  | { readonly kind: 'known'; readonly revision: bigint; readonly position: bigint | undefined }
  /** It stands there already, but is not flushed yet: the real server drops such a request without an answer. */
  | { readonly kind: 'known-but-not-flushed' }
  /** It stands there already in another order, over which the real server stumbles and never answers. */
  | { readonly kind: 'known-in-disorder' }
  | { readonly kind: 'wrong-expected'; readonly current: bigint }
  | { readonly kind: 'deleted' };

/** The log of a server, or of a cluster: streams, revisions and positions. In memory. */
export interface Log {
  /** Appends all events or none; `now` in milliseconds since 1970. */
  append(stream: string, expected: Expected, events: readonly ProposedEvent[], now: number): Outcome;
  /** Hides a stream's events from its readers; revisions go on where they were. */
  delete(stream: string, expected: Expected, now: number): Outcome;
  /** Ends a stream for ever. */
  tombstone(stream: string, expected: Expected, now: number): Outcome;
  /** Every event, in order; from `flushed` on they are not to be shown yet. */
  readonly events: readonly StoredEvent[];
  readonly flushed: number;
  /** Marks everything as flushed and tells the listeners. */
  flush(): void;
  onFlushed(listener: () => void): () => void;
  /** The events of a stream, truncated ones and those not flushed yet included. */
  of(stream: string): readonly StoredEvent[];
  metadataOf(stream: string): StreamMetadata;
  /** The position after the last record. */
  readonly end: bigint;
  /** A record that no client sees, such as the server writes when it starts: a gap between positions. */
  skip(bytes: bigint): void;
  /** Empties the id cache, as a restart does. */
  forgetIds(): void;
  /** Loses everything after a position, as a log that was restored from an old copy. */
  cutAfter(position: bigint): void;
}

// What a record weighs beside its names and contents; about as much as in the real log.
const overheadInBytes = 90;

const sizeOf = (stream: string, { type, data, metadata }: ProposedEvent) =>
  BigInt(overheadInBytes + stream.length + type.length + data.length + metadata.length);

const nothing = new Uint8Array();

/** An empty log. `idCacheInBytes` bounds what the id cache remembers, the real server's 8 MB if not given. */
export const createLog = ({ idCacheInBytes }: { idCacheInBytes?: number } = {}): Log => {
  let events: StoredEvent[] = [];
  let flushed = 0;
  let end = 0n;
  const streams = new Map<string, StoredEvent[]>();
  const ids = createIdCache(idCacheInBytes);
  const listeners = new Set<() => void>();

  const of = (stream: string): readonly StoredEvent[] => streams.get(stream) ?? [];
  const current = (stream: string) => of(stream).at(-1)?.revision ?? noStream;
  const metadataOf = (stream: string): StreamMetadata => {
    const data = of(metadataStreamOf(stream)).at(-1)?.data;
    return data ? parseStreamMetadata(data) : {};
  };

  const put = (stream: string, event: ProposedEvent, now: number, revision = current(stream) + 1n): StoredEvent => {
    const position = end;
    end += sizeOf(stream, event);
    const stored = { ...event, index: events.length, position, end, stream, revision, created: now };
    events.push(stored);
    const ofStream = streams.get(stream);
    if (ofStream) ofStream.push(stored);
    else streams.set(stream, [stored]);
    ids.put(event.id, { stream, revision });
    return stored;
  };

  const putMetadata = (stream: string, data: Uint8Array, now: number) =>
    put(metadataStreamOf(stream), { id: randomUUID(), type: metadataType, isJson: true, data, metadata: nothing }, now);

  /** A stream that is written to after a soft deletion shows what came after the deletion. */
  const undelete = (stream: string, from: bigint, now: number) => {
    const data = of(metadataStreamOf(stream)).at(-1)?.data ?? nothing;
    putMetadata(stream, withTruncateBefore(data, from), now);
  };

  const check = (stream: string, expected: Expected, sent: readonly string[]): Decision =>
    checkCommit(
      {
        current: current(stream),
        softDeleted: isSoftDeleted(metadataOf(stream)),
        hasMetadata: current(metadataStreamOf(stream)) !== noStream,
        idAt: (revision) => of(stream)[Number(revision)]?.id,
        remembered: (id) => {
          const written = ids.find(id);
          return written?.stream === stream ? written.revision : undefined;
        },
      },
      expected,
      sent,
    );

  const known = (stream: string, first: bigint, last: bigint): Outcome => {
    if (last - first + 1n < 0n) return { kind: 'known-in-disorder' };
    const event = of(stream)[Number(last)];
    if (!event || event.index >= flushed) return { kind: 'known-but-not-flushed' };
    const hidden = (metadataOf(stream).truncateBefore ?? 0n) > last;
    return { kind: 'known', revision: last, position: hidden ? undefined : event.position };
  };

  const refused = (stream: string, decision: Exclude<Decision, { kind: 'write' }>): Outcome =>
    decision.kind === 'idempotent' ? known(stream, decision.first, decision.last) : decision;

  return {
    append: (stream, expected, proposed, now) => {
      const decision = check(
        stream,
        expected,
        proposed.map(({ id }) => id),
      );
      if (decision.kind !== 'write') return refused(stream, decision);
      const position = end;
      if (proposed.length === 0) {
        end += BigInt(overheadInBytes);
        return { kind: 'empty', revision: current(stream), position };
      }
      const first = current(stream) + 1n;
      const wasDeleted = isSoftDeleted(metadataOf(stream));
      const spokenOf = isMetadataStream(stream) ? originalStreamOf(stream) : undefined;
      const spokenOfWasDeleted = spokenOf !== undefined && isSoftDeleted(metadataOf(spokenOf));
      const last = proposed.map((event) => put(stream, event, now)).at(-1);
      if (!last) throw new Error(`An append to ${stream} brought no events.`);
      if (wasDeleted) undelete(stream, first, now);
      if (spokenOfWasDeleted) undelete(spokenOf, current(spokenOf) + 1n, now);
      return { kind: 'written', last };
    },
    delete: (stream, expected, now) => {
      const decision = check(stream, expected, [randomUUID()]);
      if (decision.kind !== 'write') return refused(stream, decision);
      if (current(stream) === noStream && current(metadataStreamOf(stream)) === noStream)
        return { kind: 'wrong-expected', current: noStream };
      const data = new TextEncoder().encode(`{"$tb":${deletedRevision.toString()}}`);
      return { kind: 'written', last: putMetadata(stream, data, now) };
    },
    tombstone: (stream, expected, now) => {
      const id = randomUUID();
      const decision = check(stream, expected, [id]);
      if (decision.kind !== 'write') return refused(stream, decision);
      const event = { id, type: tombstoneType, isJson: false, data: nothing, metadata: nothing };
      return { kind: 'written', last: put(stream, event, now, deletedRevision) };
    },
    get events() {
      return events;
    },
    get flushed() {
      return flushed;
    },
    flush: () => {
      flushed = events.length;
      for (const listener of [...listeners]) listener();
    },
    onFlushed: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    of,
    metadataOf,
    get end() {
      return end;
    },
    skip: (bytes) => void (end += bytes),
    forgetIds: () => ids.clear(),
    cutAfter: (position) => {
      events = events.filter((event) => event.position <= position);
      flushed = events.length;
      end = events.at(-1)?.end ?? 0n;
      streams.clear();
      for (const event of events) streams.set(event.stream, [...of(event.stream), event]);
      ids.clear();
    },
  };
};
