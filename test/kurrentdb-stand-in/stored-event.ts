/** An event as the log holds it. */
export interface StoredEvent {
  /** Its place in the log, counted from 0 without gaps. Ours alone: no client sees it. */
  readonly index: number;
  /** Where its record begins, in bytes: what a client is told as commit and as prepare position. */
  readonly position: bigint;
  /** Where its record ends, in bytes. */
  readonly end: bigint;
  readonly stream: string;
  readonly revision: bigint;
  /** A UUID in lower case. */
  readonly id: string;
  readonly type: string;
  readonly isJson: boolean;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
  /** Milliseconds since 1970, by the clock of the server that wrote it. */
  readonly created: number;
}

/** An event as an append brings it. */
export type ProposedEvent = Pick<StoredEvent, 'id' | 'type' | 'isJson' | 'data' | 'metadata'>;

/** What an append, a deletion or a tombstone expects of its stream. */
export type Expected = 'any' | 'no_stream' | 'stream_exists' | bigint;

/** The revision of a stream that does not exist. */
export const noStream = -1n;

/** The revision of a tombstone, and the `$tb` of a stream that was deleted softly: 2^63 - 1. */
export const deletedRevision = 9_223_372_036_854_775_807n;

/** How the type of an event says that it points to another one; its data is `revision@stream`. */
export const linkType = '$>';

export const tombstoneType = '$streamDeleted';
export const metadataType = '$metadata';

/** The stream that holds a stream's metadata, access list and `$tb`. */
export const metadataStreamOf = (stream: string): string => `$$${stream}`;

export const isMetadataStream = (stream: string): boolean => stream.startsWith('$$');

/** The stream that a metadata stream speaks of. */
export const originalStreamOf = (metadataStream: string): string => metadataStream.slice(2);
