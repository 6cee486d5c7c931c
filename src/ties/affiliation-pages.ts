import { inLists } from '../event-sourcing/in-lists.js';
import type { Page, Slice } from '../event-sourcing/page.js';
import { pageOf, scanOf } from '../event-sourcing/page.js';
import type { Past } from '../event-sourcing/past.js';
import { knownThen, thenOf } from '../event-sourcing/past.js';
import type { Row, RowReader } from '../event-sourcing/read-store.js';
import type { AffiliationView } from './affiliation-view.js';
import { groupsOf } from './groups.js';
import { type Condition, type State, inStates } from './lasting.js';

/** Where something that lasts stands in a list: when it began, then what was recorded first. */
export interface BegunPlace {
  readonly at: number;
  readonly tie: number;
}

/** An affiliation in a list; `tie` is its key. */
export interface AffiliationEntry extends BegunPlace {
  readonly view: AffiliationView;
}

/** Whose affiliations: the persons' or, of organisations, their people. */
export interface AffiliationsAsked {
  readonly end: 'person' | 'organisation';
  readonly ids: readonly string[];
  readonly states: readonly State[];
  readonly past: Past;
  /** Recorded after one fact and before another, by their ordinals; left out, whenever. */
  readonly recordedBetween?: { readonly after: number; readonly before: number } | undefined;
}

type AffiliationRow = Row & { readonly from_at: number; readonly key: number; readonly body: string };

const viewOf = (body: string): AffiliationView => JSON.parse(body) as AffiliationView;
const entryOf = ({ from_at, key, body }: AffiliationRow): AffiliationEntry => ({
  at: from_at,
  tie: key,
  view: viewOf(body),
});

const whereOf = ({ end, ids, states, past, recordedBetween }: AffiliationsAsked): Condition => {
  const { sql, values } = inStates('a', states, past);
  return {
    sql: `a.${end} IN (${ids.map(() => '?').join(', ')}) AND ${sql} AND ${knownThen('a')}
      ${recordedBetween === undefined ? '' : 'AND a.key > ? AND a.key < ?'}`,
    values: [
      ...[...ids, ...values, ...thenOf(past)],
      ...(recordedBetween === undefined ? [] : [recordedBetween.after, recordedBetween.before]),
    ],
  };
};

/** One page of affiliations, by when they began. */
export const affiliationsPage = async (
  rows: RowReader,
  { end, ids, states, past, recordedBetween, ...slice }: AffiliationsAsked & Slice<BegunPlace>,
): Promise<Page<AffiliationEntry>> => {
  const { ascending, above, below } = scanOf(slice);
  const way = ascending ? 'ASC' : 'DESC';
  const { sql, values } = whereOf({ end, ids, states, past, recordedBetween });
  const beyond = `${above ? ' AND (a.from_at, a.key) > (?, ?)' : ''}${below ? ' AND (a.from_at, a.key) < (?, ?)' : ''}`;
  const bounds = [above, below].flatMap((place) => (place ? [place.at, place.tie] : []));
  const found = await rows.all<AffiliationRow>(
    `SELECT a.from_at, a.key, a.body FROM affiliation a WHERE ${sql}${beyond} ORDER BY a.from_at ${way}, a.key ${way} LIMIT ?`,
    [...values, ...bounds, slice.limit + 1],
  );
  return pageOf(found.map(entryOf), slice);
};

/** How many affiliations a list has in all. */
export const countAffiliations = async (rows: RowReader, asked: AffiliationsAsked): Promise<number> => {
  const { sql, values } = whereOf(asked);
  const row = await rows.first<{ count: number }>(`SELECT count(*) AS count FROM affiliation a WHERE ${sql}`, values);
  return row?.count ?? 0;
};

/** Affiliations by their ids, whatever their state; those that were not known or had not begun then are left out. */
export const affiliationsById = async (
  rows: RowReader,
  ids: readonly string[],
  past: Past,
): Promise<ReadonlyMap<string, AffiliationView>> => {
  const found = new Map<string, AffiliationView>();
  for (const { marks, values } of inLists(ids)) {
    const sql = `SELECT a.id, a.body FROM affiliation a WHERE a.id IN (${marks}) AND ${knownThen('a')} AND a.from_at <= ?`;
    for (const { id, body } of await rows.all<{ id: string; body: string }>(sql, [
      ...values,
      ...thenOf(past),
      past.validAt,
    ]))
      found.set(id, viewOf(body));
  }
  return found;
};

/** A stretch in which somebody belonged to an organisation: milliseconds, from inclusive, until exclusive. The person is who remains. */
export interface Belonging {
  readonly person: string;
  readonly from: number;
  readonly until: number;
}

/**
 * When people belonged to an organisation, in stretches that touch a period (both ends inclusive): one after another for
 * each person, whatever number of posts they had. So many affiliations are read at most; with more, the answer is null.
 */
export const belongingTo = async (
  rows: RowReader,
  organisations: readonly string[],
  past: Past,
  { from, until }: { readonly from: number; readonly until: number },
  rowsMax: number,
): Promise<readonly Belonging[] | null> => {
  const sql = `SELECT a.person, a.from_at, a.until_at FROM affiliation a
    WHERE a.organisation IN (${organisations.map(() => '?').join(', ')}) AND a.from_at <= ? AND a.retracted = 0
    AND (a.until_at IS NULL OR a.until_at > ?) AND ${knownThen('a')} ORDER BY a.from_at, a.key LIMIT ?`;
  type SpanRow = Row & { readonly person: string; readonly from_at: number; readonly until_at: number | null };
  const last = Math.min(until, past.validAt);
  const found = await rows.all<SpanRow>(sql, [...organisations, last, from, ...thenOf(past), rowsMax + 1]);
  if (found.length > rowsMax) return null;
  const stretches = new Map<string, { person: string; from: number; until: number }[]>();
  const groups = await groupsOf(
    rows,
    found.map(({ person }) => person),
    past,
  );
  for (const { person: id, from_at, until_at } of found) {
    const person = groups.get(id)?.id ?? id;
    const its = stretches.get(person) ?? [];
    stretches.set(person, its);
    const end = until_at ?? Number.MAX_SAFE_INTEGER;
    const before = its.at(-1);
    if (before !== undefined && from_at <= before.until) before.until = Math.max(before.until, end);
    else its.push({ person, from: from_at, until: end });
  }
  return [...stretches.values()].flat();
};
