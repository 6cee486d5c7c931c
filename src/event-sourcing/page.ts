/** Which entries of an ordered list a page holds: the keyset way, so that a page costs the same wherever it lies. */
export interface Slice<Cursor> {
  readonly order: 'asc' | 'desc';
  /** From 1. */
  readonly limit: number;
  /** Only entries that follow this one in the order. */
  readonly after?: Cursor | undefined;
  /** Only entries that precede this one in the order. */
  readonly before?: Cursor | undefined;
  /** The last entries between the two and not the first (Relay's `last`); they still come in the order. */
  readonly fromEnd?: boolean | undefined;
}

export interface Page<Entry> {
  readonly entries: readonly Entry[];
  /** Whether more lie beyond: after the last entry, or before the first where the page was taken from the end. */
  readonly more: boolean;
}

/** A slice as an index is scanned: between two keys, both left out, one way or the other. */
export interface Scan<Cursor> {
  readonly ascending: boolean;
  readonly above: Cursor | undefined;
  readonly below: Cursor | undefined;
}

export const scanOf = <Cursor>({ order, after, before, fromEnd = false }: Slice<Cursor>): Scan<Cursor> => ({
  ascending: (order === 'asc') !== fromEnd,
  above: order === 'asc' ? after : before,
  below: order === 'asc' ? before : after,
});

/** The page of what a scan found, which is asked for one entry more than the limit. */
export const pageOf = <Entry>(scanned: readonly Entry[], { limit, fromEnd = false }: Slice<unknown>): Page<Entry> => {
  const entries = scanned.slice(0, limit);
  return { entries: fromEnd ? entries.reverse() : entries, more: scanned.length > limit };
};
