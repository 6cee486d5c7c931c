import type { RecordedEvent } from './event-store.js';
import type { RowReader, RowWriter, Table } from './read-store.js';

/**
 * A read model: which rows a batch of events concerns, and how each event changes them. No clock, no randomness, no
 * network, no other projection's tables; so one definition serves the live read store, a replay to a past date, a
 * what-if under another rule and its tests.
 */
export interface Projection<Loaded = unknown> {
  readonly name: string;
  /** Raised whenever tables or meaning change: another version is built beside the live one. */
  readonly version: number;
  readonly tables: readonly Table[];
  /** Types of the events it reads; others only move its checkpoint. */
  readonly reads: ReadonlySet<string>;
  /**
   * Loads what the batch (in log order, types in `reads` only) concerns, from the projection's own tables. `kept` is
   * a bounded cache for the life of the projector: it may hold anything that stays true while this projector is the
   * only writer, and it is dropped when a batch fails or the projector stops being the only one.
   */
  load(events: readonly RecordedEvent[], rows: RowReader, kept: Kept): Promise<Loaded>;
  /** Folds one event in memory and says what to write. Pure but for `loaded` and `rows`. */
  evolve(loaded: Loaded, event: RecordedEvent, rows: RowWriter): void;
}

/** A bounded cache of a projection, least recently used out first. Values must be treated as of the last committed batch. */
export interface Kept {
  get(key: string): unknown;
  set(key: string, value: unknown): void;
  delete(key: string): void;
}
