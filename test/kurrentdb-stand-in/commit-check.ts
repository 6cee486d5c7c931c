import { deletedRevision, noStream, type Expected } from './stored-event.js';

/** What the check has to know of the stream that is appended to. */
export interface StreamAtHand {
  /** Revision of its newest event, `noStream` or `deletedRevision`. */
  readonly current: bigint;
  readonly softDeleted: boolean;
  readonly hasMetadata: boolean;
  /** The id of the event at a revision, truncated ones included. */
  idAt(revision: bigint): string | undefined;
  /** At which revision of this stream the id cache remembers an id. */
  remembered(id: string): bigint | undefined;
}

export type Decision =
  | { readonly kind: 'write' }
  /** Everything stands there already; `first` and `last` are the revisions of the first and the last id. */
  | { readonly kind: 'idempotent'; readonly first: bigint; readonly last: bigint }
  | { readonly kind: 'wrong-expected'; readonly current: bigint }
  | { readonly kind: 'deleted' };

const wrongExpected = ({ current }: StreamAtHand): Decision => ({ kind: 'wrong-expected', current });

/** Looks ids up in the cache only: once it has forgotten the first, the events are written again. */
const checkRemembered = (stream: StreamAtHand, ids: readonly string[]): Decision => {
  const known: bigint[] = [];
  for (const id of ids) {
    const revision = stream.remembered(id);
    if (revision === undefined) return known.length === 0 ? { kind: 'write' } : wrongExpected(stream);
    known.push(revision);
  }
  const [first, last] = [known.at(0), known.at(-1)];
  return first === undefined || last === undefined ? { kind: 'write' } : { kind: 'idempotent', first, last };
};

/** Compares ids with those that were written from the expected revision on. */
const checkWritten = (stream: StreamAtHand, expected: bigint, ids: readonly string[]): Decision => {
  let revision = expected;
  for (const id of ids) {
    revision += 1n;
    if (stream.idAt(revision) === id) continue;
    const isFirst = revision === expected + 1n;
    return isFirst && expected === noStream && stream.softDeleted ? { kind: 'write' } : wrongExpected(stream);
  }
  return revision === expected ? wrongExpected(stream) : { kind: 'idempotent', first: expected + 1n, last: revision };
};

/**
 * What the real server decides about an append, its holes included: at exactly the current revision no id is looked at,
 * and at *any* only those that it still remembers.
 */
export const checkCommit = (stream: StreamAtHand, expected: Expected, ids: readonly string[]): Decision => {
  const { current, softDeleted, hasMetadata } = stream;
  if (current === deletedRevision) return { kind: 'deleted' };
  if (expected === 'stream_exists') {
    if (softDeleted) return { kind: 'deleted' };
    if (current === noStream && !hasMetadata) return wrongExpected(stream);
  }
  if (expected === 'any' || expected === 'stream_exists') return checkRemembered(stream, ids);
  const revision = expected === 'no_stream' ? noStream : expected;
  if (revision < current) return checkWritten(stream, revision, ids);
  return revision > current ? wrongExpected(stream) : { kind: 'write' };
};
