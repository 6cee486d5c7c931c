import type { RecordedEvent } from '../event-store.js';

/** An event as it is written: checked, and made text. */
export interface EventToWrite {
  readonly id: string;
  readonly type: string;
  /** Of the shape that is stored. */
  readonly version: number;
  /** Milliseconds since 1970, of an event that is carried over; left out, the writer stamps it. */
  readonly recordedAt?: number | undefined;
  /** As JSON. */
  readonly data: string;
  readonly provenance: string;
}

/** What is asked of the writer of a log, as plain data: an append, or the place of a follower. */
export type LogWrite =
  | { readonly stream: string; readonly expectedRevision: number; readonly events: readonly EventToWrite[] }
  | { readonly follower: string; readonly ordinal: number };

/** What came of an append. */
export interface Written {
  /** Of its stream. */
  readonly key: number;
  /** Of its last event, in its stream. */
  readonly revision: number;
  /** Of its last event, in the log: those before it came right before. */
  readonly ordinal: number;
  /** Of each event, milliseconds since 1970. */
  readonly recordedAt: readonly number[];
}

/** What a write came to: the place of a follower is written without an event. What was refused has written nothing. */
export type LogOutcome =
  | { readonly written: Written }
  /** It stood in the stream before: its events as they are stored. */
  | { readonly earlier: readonly RecordedEvent[] }
  /** Refused: the stream is at this revision. */
  | { readonly actualRevision: number }
  /** Refused: these of its ids stand in the stream, and others do not. */
  | { readonly overlap: readonly string[] };

/** Writes batches, one at a time, each in one transaction: answers when it is on disk, in the order of the batch. */
export interface LogWriter {
  /** @throws StoreUnavailable, StoreRefused: then nothing was written; OutcomeUnknown: then it may have been. */
  write(batch: readonly LogWrite[]): Promise<readonly LogOutcome[]>;
  close(): Promise<void>;
}
