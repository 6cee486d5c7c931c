import { inLists } from '../event-sourcing/in-lists.js';
import type { Page, Slice } from '../event-sourcing/page.js';
import { pageOf, scanOf } from '../event-sourcing/page.js';
import type { Past } from '../event-sourcing/past.js';
import { knownThen, thenOf } from '../event-sourcing/past.js';
import type { Row, RowReader } from '../event-sourcing/read-store.js';
import type { BegunPlace } from './affiliation-pages.js';
import { type Condition, type State, inStates } from './lasting.js';
import type { TieKind } from './tie.js';
import type { TieView } from './tie-view.js';

/** A tie in a list; `tie` is its key. */
export interface TieEntry extends BegunPlace {
  readonly view: TieView;
}

/** Whose ties. */
export interface TiesAsked {
  /** All ids of one stakeholder. */
  readonly ids: readonly string[];
  readonly kinds: readonly TieKind[];
  readonly states: readonly State[];
  readonly past: Past;
  /** Recorded after one fact and before another, by their ordinals; left out, whenever. */
  readonly recordedBetween?: { readonly after: number; readonly before: number } | undefined;
}

type TieRow = Row & { readonly from_at: number; readonly key: number; readonly body: string };

const viewOf = (body: string): TieView => JSON.parse(body) as TieView;
const entryOf = ({ from_at, key, body }: TieRow): TieEntry => ({ at: from_at, tie: key, view: viewOf(body) });

const whereOf = ({ ids, kinds, states, past, recordedBetween }: TiesAsked): Condition => {
  const { sql, values } = inStates('t', states, past);
  const theirs = ids.map(() => '?').join(', ');
  // Of no kind is nothing; SQL knows no empty list.
  const ofKind = kinds.length === 0 ? '1 = 0' : `t.kind IN (${kinds.map(() => '?').join(', ')})`;
  return {
    // Where one stakeholder has several ids, what ties two of them is no tie.
    sql: `t.stakeholder IN (${theirs}) AND t.other NOT IN (${theirs}) AND ${sql} AND ${ofKind} AND ${knownThen('t')}
      ${recordedBetween === undefined ? '' : 'AND t.key > ? AND t.key < ?'}`,
    values: [
      ...[...ids, ...ids, ...values, ...kinds, ...thenOf(past)],
      ...(recordedBetween === undefined ? [] : [recordedBetween.after, recordedBetween.before]),
    ],
  };
};

/** One page of somebody's ties, by when they began. */
export const tiesPage = async (
  rows: RowReader,
  { ids, kinds, states, past, recordedBetween, ...slice }: TiesAsked & Slice<BegunPlace>,
): Promise<Page<TieEntry>> => {
  const { ascending, above, below } = scanOf(slice);
  const way = ascending ? 'ASC' : 'DESC';
  const { sql, values } = whereOf({ ids, kinds, states, past, recordedBetween });
  const beyond = `${above ? ' AND (t.from_at, t.key) > (?, ?)' : ''}${below ? ' AND (t.from_at, t.key) < (?, ?)' : ''}`;
  const bounds = [above, below].flatMap((place) => (place ? [place.at, place.tie] : []));
  const found = await rows.all<TieRow>(
    `SELECT t.from_at, t.key, t.body FROM tie t WHERE ${sql}${beyond} ORDER BY t.from_at ${way}, t.key ${way} LIMIT ?`,
    [...values, ...bounds, slice.limit + 1],
  );
  return pageOf(found.map(entryOf), slice);
};

/** How many ties a list has in all. */
export const countTies = async (rows: RowReader, asked: TiesAsked): Promise<number> => {
  const { sql, values } = whereOf(asked);
  const row = await rows.first<{ count: number }>(`SELECT count(*) AS count FROM tie t WHERE ${sql}`, values);
  return row?.count ?? 0;
};

/** Ties by their ids, whatever their state; those that were not known or had not begun then are left out. */
export const tiesById = async (
  rows: RowReader,
  ids: readonly string[],
  past: Past,
): Promise<ReadonlyMap<string, TieView>> => {
  const found = new Map<string, TieView>();
  for (const { marks, values } of inLists(ids)) {
    const sql = `SELECT t.id, t.body FROM tie t WHERE t.id IN (${marks}) AND t.named = 1 AND ${knownThen('t')} AND t.from_at <= ?`;
    const parameters = [...values, ...thenOf(past), past.validAt];
    for (const { id, body } of await rows.all<{ id: string; body: string }>(sql, parameters))
      found.set(id, viewOf(body));
  }
  return found;
};
