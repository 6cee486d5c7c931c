import type { JsonObject } from './fact.js';
import type { Position } from './position.js';
import type { Provenance } from './provenance.js';

/** An event on its way into the log. */
export interface NewEvent {
  /** UUID, deterministic (see `event-id.ts`). */
  readonly id: string;
  readonly type: string;
  /** Version of the shape of `data`, from 1. */
  readonly version: number;
  readonly data: JsonObject;
  readonly provenance: Provenance;
  /** Milliseconds since 1970; only where carried over (a copy, an import), else the store stamps it. */
  readonly recordedAt?: number;
}

/** An event as the log holds it. Shared between readers: never changed by any of them. */
export interface RecordedEvent extends NewEvent {
  readonly stream: string;
  /** From 0, without gaps in its stream. */
  readonly revision: number;
  readonly position: Position;
  /** The number behind `position`. */
  readonly ordinal: number;
  readonly recordedAt: number;
}

/** Revision of a stream that does not exist. */
export const noStream = -1;

export interface Appended {
  /** Revision and position of the last event of the append. */
  readonly revision: number;
  readonly position: Position;
  readonly recorded: readonly RecordedEvent[];
  /** True where they stood there before. A store that cannot tell (see `tellsRepeats`) leaves it out. */
  readonly repeated?: boolean;
}

/** The stream is at another revision than the append expected. Nothing was written. */
export class WrongExpectedRevision extends Error {
  override readonly name = 'WrongExpectedRevision';
  constructor(
    readonly stream: string,
    readonly expected: number,
    readonly actual: number,
  ) {
    super(`Stream ${stream} is at revision ${actual}, not at ${expected}.`);
  }
}

/** Of the ids of an append some stand in the stream already and some do not, or one is in it twice. Nothing was written. */
export class PartialOverlap extends Error {
  override readonly name = 'PartialOverlap';
  constructor(
    readonly stream: string,
    readonly known: readonly string[],
  ) {
    super(`Some of the events for stream ${stream} stand there already and some do not.`);
  }
}

/** The store cannot do it now (disk full, read-only, locked for too long, not reachable). Nothing was written. */
export class StoreUnavailable extends Error {
  override readonly name: string = 'StoreUnavailable';
}

/**
 * The store was asked to append and did not answer in time: the events may stand there by now, or come to. Sent again with
 * their ids, they are answered as the first time.
 */
export class OutcomeUnknown extends StoreUnavailable {
  override readonly name = 'OutcomeUnknown';
}

/** What was asked for lies beyond the end of the log: it was restored from a copy that is older. */
export class BeyondTheEnd extends Error {
  override readonly name = 'BeyondTheEnd';
  constructor(
    readonly ordinal: number,
    readonly head: number,
  ) {
    super(`Ordinal ${ordinal} lies beyond the end of the log (${head}): the log was restored from an older copy.`);
  }
}

export type OrdinalUnit = 'events' | 'bytes';

/** The log and its promises: what the weakest adapter can keep. See docs/architecture.md, "Stores". */
export interface EventLog {
  /** Sixteen hexadecimal digits, made with the log. */
  readonly logId: string;

  /** Whether appends that are given it at once, none waiting for another, are written in the order in which they are given. */
  readonly keepsOrder: boolean;

  /** Whether an append says when its events stood there before: then a stream can be begun without reading it first. */
  readonly tellsRepeats: boolean;

  /** What ordinals count: events, one each, or bytes of the log, with gaps. */
  readonly ordinalUnit: OrdinalUnit;

  /**
   * Appends to one stream, atomically; resolves once the events are on disk. Ids that all stand in the stream already
   * are answered as the first time (also after a restart), whatever revision is expected.
   * @param expectedRevision the stream's revision before, `noStream` for none.
   * @throws WrongExpectedRevision, PartialOverlap, StoreUnavailable
   */
  append(stream: string, expectedRevision: number, events: readonly NewEvent[]): Promise<Appended>;

  /** Events of one stream with a revision above `afterRevision`, oldest first, at most `limit` (default 1,000). */
  readStream(stream: string, afterRevision?: number, limit?: number): Promise<readonly RecordedEvent[]>;

  /**
   * The newest revision of a stream, as new as the log, where the store can tell without waiting and without reading the
   * stream; else undefined. A store that always has to ask does without.
   */
  revisionNow?(stream: string): number | undefined;

  /** Events after an ordinal in log order, at most `limit` (default 1,000). Empty at the end. */
  readAll(afterOrdinal: number, limit?: number): Promise<readonly RecordedEvent[]>;

  /**
   * Pages after an ordinal: what is recorded already, then what comes, without a gap or a double, until aborted.
   * Events of other processes arrive too.
   */
  follow(afterOrdinal: number, signal: AbortSignal, pageMax?: number): AsyncIterable<readonly RecordedEvent[]>;

  /** Ordinal of the newest event, 0 for an empty log. */
  head(): Promise<number>;

  /** Position kept with the log for a follower that must not act twice (a policy, a webhook); null before the first. */
  checkpoint(follower: string): Promise<number | null>;
  saveCheckpoint(follower: string, ordinal: number): Promise<void>;
  /** Of every follower that has one. */
  checkpoints(): Promise<ReadonlyMap<string, number>>;

  close(): Promise<void>;
}

/** What is asked of the log as a whole. A log that keeps no index of its own leaves it to `log-index.ts`. */
export interface LogIndex {
  /** `recordedAt` of the event at this ordinal or of the last before it; null where there is none. */
  recordedAtOf(ordinal: number): Promise<number | null>;

  /** The prefix that `knownAt` names: the ordinal of the last event before the first that was recorded later; 0 for none. */
  prefixAt(knownAtMs: number): Promise<number>;

  /** Ordinal of an event by its id; null where the log does not hold it. */
  ordinalOfEvent(eventId: string): Promise<number | null>;

  /** How many events of each type, and so in all. */
  countsByType(): Promise<ReadonlyMap<string, number>>;
}

/** The one seam to the log. */
export interface EventStore extends EventLog, LogIndex {}
