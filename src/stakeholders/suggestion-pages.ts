import type { Page, Slice } from '../event-sourcing/page.js';
import { pageOf, scanOf } from '../event-sourcing/page.js';
import { type Past, knownThen, thenOf } from '../event-sourcing/past.js';
import type { Row, RowReader, Value } from '../event-sourcing/read-store.js';
import { groupMax } from './groups.js';
import { type Trait, traitIn, traitKinds } from './traits.js';

/** Two who may be one, where their list stands: by the strongest trait that they have in common. */
export interface SuggestionCursor {
  readonly trait: string;
  readonly one: number;
  readonly other: number;
}

/** What more than so many have in common speaks for nobody: `info`, `admin`, the name of half a country. */
export const sharedMax = 10;
/**
 * One mailbox name under one name speaks for as many as may be one: there are those who give an address of its own to each who
 * asks. Beyond `sharedMax` they are suggested each with the first, and not each with each.
 */
export const mailboxSharedMax = groupMax;

type Pair = Row & SuggestionCursor;

const sharing = (trait: string): string =>
  `(SELECT count(*) FROM stakeholder_trait m WHERE m.trait = ${trait} AND ${knownThen('m')})`;
const mailboxes = `${traitKinds.indexOf('mailbox')} `;

/** A trait that these two have in common and not too many others. Its parameters are `commonThen(past)`. */
const common = (
  one: string,
  other: string,
): string => `${knownThen(one)} AND ${knownThen(other)} AND ${sharing(`${one}.trait`)}
  <= CASE WHEN substr(${one}.trait, 1, 2) = '${mailboxes}' THEN ${mailboxSharedMax} ELSE ${sharedMax} END`;
const commonThen = (past: Past): readonly Value[] => [...thenOf(past), ...thenOf(past), ...thenOf(past)];

/** Of more than `sharedMax`, the first. Its parameters are `foremostThen(past)`. */
const foremost = (one: string): string => `(${sharing(`${one}.trait`)} <= ${sharedMax} OR NOT EXISTS (
    SELECT 1 FROM stakeholder_trait m WHERE m.trait = ${one}.trait AND m.stakeholder < ${one}.stakeholder AND ${knownThen('m')}))`;
const foremostThen = (past: Past): readonly Value[] => [...thenOf(past), ...thenOf(past)];

/** Two of one kind, whom nobody told apart, each pair once. */
const pairs = `FROM stakeholder_trait a CROSS JOIN stakeholder_trait b CROSS JOIN stakeholder s CROSS JOIN stakeholder t
  WHERE b.trait = a.trait AND b.stakeholder > a.stakeholder AND ${common('a', 'b')} AND ${foremost('a')}
    AND s.key = a.stakeholder AND t.key = b.stakeholder AND s.kind = t.kind AND ${knownThen('s')} AND ${knownThen('t')}
    AND NOT EXISTS (
      SELECT 1 FROM stakeholder_trait c CROSS JOIN stakeholder_trait d
      WHERE c.stakeholder = a.stakeholder AND d.trait = c.trait AND d.stakeholder = b.stakeholder AND c.trait < a.trait
        AND ${common('c', 'd')})
    AND NOT EXISTS (
      SELECT 1 FROM stakeholder g CROSS JOIN stakeholder_apart x CROSS JOIN stakeholder h
      WHERE (g.key = a.stakeholder OR g.survivor = a.stakeholder) AND x.one = g.key AND h.key = x.other
        AND (h.key = b.stakeholder OR h.survivor = b.stakeholder)
        AND ${knownThen('g')} AND ${knownThen('x')} AND ${knownThen('h')})`;
const pairsThen = (past: Past): readonly Value[] => [
  ...[...commonThen(past), ...foremostThen(past), ...thenOf(past), ...thenOf(past), ...commonThen(past)],
  ...[...thenOf(past), ...thenOf(past), ...thenOf(past)],
];

/** One page of those who may be one, what speaks for it most strongly first. */
export const suggestionsPage = async (
  rows: RowReader,
  past: Past,
  slice: Slice<SuggestionCursor>,
): Promise<Page<SuggestionCursor>> => {
  const { ascending, above, below } = scanOf(slice);
  const way = ascending ? 'ASC' : 'DESC';
  const beyond = [above && '>', below && '<'].flatMap((sign) =>
    sign === undefined ? [] : [` AND (a.trait, a.stakeholder, b.stakeholder) ${sign} (?, ?, ?)`],
  );
  const bounds = [above, below].flatMap((each) => (each ? [each.trait, each.one, each.other] : []));
  const found = await rows.all<Pair>(
    `SELECT a.trait, a.stakeholder AS one, b.stakeholder AS other ${pairs}${beyond.join('')}
     ORDER BY a.trait ${way}, a.stakeholder ${way}, b.stakeholder ${way} LIMIT ?`,
    [...pairsThen(past), ...bounds, slice.limit + 1],
  );
  return pageOf(found, slice);
};

/** How many pairs there are. */
export const countSuggestions = async (rows: RowReader, past: Past): Promise<number> =>
  (await rows.first<{ count: number }>(`SELECT count(*) AS count ${pairs}`, pairsThen(past)))?.count ?? 0;

/** What two have in common, the strongest first. */
export const evidenceOf = async (
  rows: RowReader,
  { one, other }: Pick<SuggestionCursor, 'one' | 'other'>,
  past: Past,
): Promise<readonly Trait[]> => {
  const found = await rows.all<{ trait: string }>(
    `SELECT a.trait FROM stakeholder_trait a CROSS JOIN stakeholder_trait b
     WHERE a.stakeholder = ? AND b.trait = a.trait AND b.stakeholder = ? AND ${common('a', 'b')}`,
    [one, other, ...commonThen(past)],
  );
  return found
    .map(({ trait }) => trait)
    .sort()
    .map(traitIn);
};
