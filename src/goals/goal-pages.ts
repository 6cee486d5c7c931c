import { inLists } from '../event-sourcing/in-lists.js';
import type { Page, Slice } from '../event-sourcing/page.js';
import { pageOf, scanOf } from '../event-sourcing/page.js';
import type { Past } from '../event-sourcing/past.js';
import { knownThen, thenOf } from '../event-sourcing/past.js';
import type { Row, RowReader, Value } from '../event-sourcing/read-store.js';
import type { GoalView } from './goal-view.js';
import type { Measure } from './measure.js';

/** Where a date lies by a goal's period. Sent names: add to them. */
export const goalPhases = ['upcoming', 'under-way', 'over'] as const;
export type GoalPhase = (typeof goalPhases)[number];

/** Which goals; what is left out restricts nothing. */
export interface GoalFilter {
  /** Id of the person of ours who answers for it. */
  readonly owner?: string | undefined;
  readonly measures?: readonly Measure[] | undefined;
  readonly phases?: readonly GoalPhase[] | undefined;
  readonly dropped?: boolean | undefined;
}

/** A goal as it was known then. */
export interface ListedGoal {
  readonly key: number;
  /** When its period begins, in milliseconds since 1970. */
  readonly from: number;
  readonly revision: number;
  readonly view: GoalView;
}

type GoalRow = Row & {
  readonly key: number;
  readonly id: string;
  readonly from_at: number;
  readonly revision: number;
  readonly body: string;
};

const listed = ({ key, from_at: from, revision, body }: GoalRow): ListedGoal => ({
  ...{ key, from, revision },
  view: JSON.parse(body) as GoalView,
});

const columns = 'g.key, g.id, g.from_at, g.revision, g.body';

const whenOf: Readonly<Record<GoalPhase, string>> = {
  upcoming: 'g.from_at > ?',
  'under-way': '(g.from_at <= ? AND g.until_at > ?)',
  over: 'g.until_at <= ?',
};

const conditionOf = ({ owner, measures = [], phases = [], dropped }: GoalFilter, past: Past) => {
  const parts: { readonly sql: string; readonly values: readonly Value[] }[] = [
    { sql: knownThen('g'), values: thenOf(past) },
  ];
  if (owner !== undefined) parts.push({ sql: 'g.owner = ?', values: [owner] });
  if (measures.length > 0)
    parts.push({ sql: `g.measure IN (${measures.map(() => '?').join(', ')})`, values: measures });
  if (phases.length > 0)
    parts.push({
      sql: `(${phases.map((phase) => whenOf[phase]).join(' OR ')})`,
      values: phases.flatMap((phase) => (phase === 'under-way' ? [past.validAt, past.validAt] : [past.validAt])),
    });
  if (dropped !== undefined) parts.push({ sql: 'g.dropped = ?', values: [dropped ? 1 : 0] });
  return { sql: parts.map(({ sql }) => sql).join(' AND '), values: parts.flatMap(({ values }) => values) };
};

/** Where a goal stands by the beginning of its period. */
export type GoalCursor = Pick<ListedGoal, 'from' | 'key'>;

/** One page of goals, by the beginning of their periods. */
export const goalsPage = async (
  rows: RowReader,
  { past, where = {}, ...slice }: Slice<GoalCursor> & { readonly past: Past; readonly where?: GoalFilter | undefined },
): Promise<Page<ListedGoal>> => {
  const { ascending, above, below } = scanOf(slice);
  const way = ascending ? 'ASC' : 'DESC';
  const { sql, values } = conditionOf(where, past);
  const beyond = `${above ? ' AND (g.from_at, g.key) > (?, ?)' : ''}${below ? ' AND (g.from_at, g.key) < (?, ?)' : ''}`;
  const bounds = [above, below].flatMap((place) => (place ? [place.from, place.key] : []));
  const found = await rows.all<GoalRow>(
    `SELECT ${columns} FROM goal g WHERE ${sql}${beyond} ORDER BY g.from_at ${way}, g.key ${way} LIMIT ?`,
    [...values, ...bounds, slice.limit + 1],
  );
  return pageOf(found.map(listed), slice);
};

/** How many goals a page's list has in all. */
export const countGoals = async (rows: RowReader, past: Past, where: GoalFilter = {}): Promise<number> => {
  const { sql, values } = conditionOf(where, past);
  const row = await rows.first<{ count: number }>(`SELECT count(*) AS count FROM goal g WHERE ${sql}`, values);
  return row?.count ?? 0;
};

/** Goals by id, as they were known then. */
export const goalsById = async (
  rows: RowReader,
  ids: readonly string[],
  past: Past,
): Promise<ReadonlyMap<string, ListedGoal>> => {
  const found = new Map<string, ListedGoal>();
  for (const { marks, values } of inLists(ids)) {
    const sql = `SELECT ${columns} FROM goal g WHERE g.id IN (${marks}) AND ${knownThen('g')}`;
    for (const row of await rows.all<GoalRow>(sql, [...values, ...thenOf(past)])) found.set(row.id, listed(row));
  }
  return found;
};

/** How many versions of a goal are shown at most. */
export const termsMax = 50;

/** All terms that each goal ever had, as far as they were known then, newest first and `termsMax` at most: every id is there. */
export const termsOf = async (
  rows: RowReader,
  ids: readonly string[],
  { known }: Pick<Past, 'known'>,
): Promise<ReadonlyMap<string, readonly GoalView[]>> => {
  const found = new Map<string, GoalView[]>(ids.map((id) => [id, []]));
  for (const { marks, values } of inLists(ids)) {
    // A version that only says that it was dropped has the terms of the one before.
    const sql = `SELECT id, body FROM (
        SELECT g.id, g.known_from, g.body, row_number() OVER (PARTITION BY g.id ORDER BY g.known_from DESC) AS place
        FROM goal g WHERE g.id IN (${marks}) AND g.known_from <= ? AND g.dropped = 0
      ) versions WHERE place <= ${termsMax} ORDER BY id, known_from DESC`;
    for (const { id, body } of await rows.all<{ id: string; body: string }>(sql, [...values, known]))
      found.get(id)?.push(JSON.parse(body) as GoalView);
  }
  return found;
};
