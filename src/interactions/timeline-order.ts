import type { Page, Slice } from '../event-sourcing/page.js';
import { pageOf, scanOf } from '../event-sourcing/page.js';
import { open } from '../event-sourcing/position.js';

/** What a timeline is merged from, in the order in which entries of one instant come. Cursors hold it: never change it. */
export const timelineRanks = { interaction: 0, relationshipFact: 1, conversion: 2, ownershipFact: 3 } as const;

/** Where an entry stands among those of one source: its date in milliseconds, then what breaks ties there. */
export interface Place<Tie extends number | string = number> {
  readonly at: number;
  readonly tie: Tie;
}

/** Where an entry stands in the merged timeline. The tie is an ordinal, of conversions their id. */
export interface TimelineCursor extends Place<number | string> {
  readonly rank: number;
}

/** Before and after every ordinal, and every id. */
export const ordinalEnds = { first: 0, last: open } as const;
export const idEnds = { first: '', last: '\u{10FFFF}' } as const;

const isOrdinal = (tie: number | string): tie is number => typeof tie === 'number';
const isId = (tie: number | string): tie is string => typeof tie === 'string';

/** A slice of the merged timeline, as a source whose ties are ordinals is asked for it. */
export const sliceOfOrdinals = (slice: Slice<TimelineCursor>, rank: number): Slice<Place> =>
  sliceOfSource(slice, rank, ordinalEnds, isOrdinal);

/** A slice of the merged timeline, as a source whose ties are ids is asked for it. */
export const sliceOfIds = (slice: Slice<TimelineCursor>, rank: number): Slice<Place<string>> =>
  sliceOfSource(slice, rank, idEnds, isId);

const sliceOfSource = <Tie extends number | string>(
  { after, before, ...rest }: Slice<TimelineCursor>,
  rank: number,
  ends: { readonly first: Tie; readonly last: Tie },
  isTie: (tie: number | string) => tie is Tie,
): Slice<Place<Tie>> => {
  const placeOf = (cursor: TimelineCursor | undefined): Place<Tie> | undefined => {
    if (cursor === undefined) return undefined;
    const { at, tie } = cursor;
    if (cursor.rank === rank && isTie(tie)) return { at, tie };
    // All that the source has at that instant comes before the cursor's entry, or all of it after.
    return { at, tie: cursor.rank > rank ? ends.last : ends.first };
  };
  return { ...rest, after: placeOf(after), before: placeOf(before) };
};

/** The one order of a timeline, oldest first: by date, then rank, then tie. */
export const compareCursors = (a: TimelineCursor, b: TimelineCursor): number => {
  if (a.at !== b.at) return a.at - b.at;
  if (a.rank !== b.rank) return a.rank - b.rank;
  if (a.tie === b.tie) return 0;
  return a.tie < b.tie ? -1 : 1;
};

/**
 * The page of a timeline from the pages of its sources: each must have been asked for the same slice (see `sliceOfOrdinals`
 * and `sliceOfIds`), and comes in the slice's order.
 */
export const mergePages = <Entry extends TimelineCursor>(
  sources: readonly Page<Entry>[],
  slice: Slice<TimelineCursor>,
): Page<Entry> => {
  const { ascending } = scanOf(slice);
  const scanned = sources
    .flatMap(({ entries }) => entries)
    .sort((a, b) => (ascending ? compareCursors(a, b) : compareCursors(b, a)));
  const { entries, more } = pageOf(scanned, slice);
  return { entries, more: more || sources.some((source) => source.more) };
};
