import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Page, Slice } from '../event-sourcing/page.js';
import { pageOf, scanOf } from '../event-sourcing/page.js';
import {
  type Place,
  type TimelineCursor,
  compareCursors,
  mergePages,
  sliceOfIds,
  sliceOfOrdinals,
} from './timeline-order.js';

const entry = fc.oneof(
  fc.record({ at: fc.nat(4), rank: fc.constantFrom(0, 1), tie: fc.integer({ min: 1, max: 9 }) }),
  fc.record({ at: fc.nat(4), rank: fc.constant(2), tie: fc.constantFrom('0a', '5b', 'ff') }),
);
const entries = fc.uniqueArray(entry, { selector: (each) => JSON.stringify(each) });
const slice = fc.record(
  {
    order: fc.constantFrom('asc', 'desc'),
    limit: fc.integer({ min: 1, max: 5 }),
    after: entry,
    before: entry,
    fromEnd: fc.boolean(),
  },
  { requiredKeys: ['order', 'limit'] },
);

/** A page as a plain list gives it: what a source's index does, and what the merged timeline must come to. */
const pageOfList = <Cursor, Entry extends Cursor>(
  all: readonly Entry[],
  compare: (a: Cursor, b: Cursor) => number,
  of: Slice<Cursor>,
): Page<Entry> => {
  const { ascending, above, below } = scanOf(of);
  const found = all
    .filter(
      (each) => (above === undefined || compare(each, above) > 0) && (below === undefined || compare(each, below) < 0),
    )
    .sort((a, b) => (ascending ? compare(a, b) : compare(b, a)));
  return pageOf(found.slice(0, of.limit + 1), of);
};

const comparePlaces = (a: Place<number | string>, b: Place<number | string>): number =>
  a.at - b.at || (a.tie < b.tie ? -1 : a.tie > b.tie ? 1 : 0);

describe('mergePages', () => {
  it('gives the page of the whole timeline from pages of its parts', () =>
    fc.assert(
      fc.property(entries, slice, (all, of) => {
        const ranked = (rank: number): readonly TimelineCursor[] => all.filter((each) => each.rank === rank);
        const merged = mergePages(
          [
            pageOfList(ranked(0), comparePlaces, sliceOfOrdinals(of, 0)),
            pageOfList(ranked(1), comparePlaces, sliceOfOrdinals(of, 1)),
            pageOfList(ranked(2), comparePlaces, sliceOfIds(of, 2)),
          ],
          of,
        );
        expect(merged).toEqual(pageOfList(all, compareCursors, of));
      }),
    ));
});
