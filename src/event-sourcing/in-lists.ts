import type { Value } from './read-store.js';

// Lists come in few lengths, so that a store prepares few statements; the longest is well below what stores bind at most.
const lengths = [1, 10, 100, 500] as const;
const longest = 500;

interface InList<V extends Value> {
  /** What stands between the brackets of `IN (...)`. */
  readonly marks: string;
  readonly values: readonly V[];
}

/** Splits values over `IN (...)` lists, the last value standing again where a list is not full. None for no values. */
export function* inLists<V extends Value>(all: Iterable<V>): Generator<InList<V>> {
  const distinct = [...new Set(all)];
  for (let start = 0; start < distinct.length; start += longest) {
    const values = distinct.slice(start, start + longest);
    const length = lengths.find((each) => each >= values.length) ?? longest;
    const last = values.at(-1);
    while (last !== undefined && values.length < length) values.push(last);
    yield { marks: values.map(() => '?').join(', '), values };
  }
}
