import { inLists } from '../event-sourcing/in-lists.js';
import type { Page, Slice } from '../event-sourcing/page.js';
import { pageOf, scanOf } from '../event-sourcing/page.js';
import type { Past } from '../event-sourcing/past.js';
import { knownThen, thenOf } from '../event-sourcing/past.js';
import type { Row, RowReader, Value } from '../event-sourcing/read-store.js';
import { ourAddressForm } from './colleague.js';
import { standardTiers } from './tier.js';

type ColleagueRow = Row & {
  readonly key: number;
  readonly id: string;
  readonly name: string;
  readonly sort_name: string;
  readonly team: string | null;
  readonly addresses: string;
  readonly gone: number;
  readonly revision: number;
};

/** A person of ours as they were known then. */
export interface ListedColleague {
  readonly key: number;
  readonly id: string;
  readonly name: string;
  readonly sortName: string;
  readonly teamId: string | null;
  readonly addresses: readonly string[];
  readonly left: boolean;
  readonly revision: number;
}

const listed = ({ key, id, name, sort_name, team, addresses, gone, revision }: ColleagueRow): ListedColleague => ({
  key,
  id,
  name,
  sortName: sort_name,
  teamId: team,
  addresses: JSON.parse(addresses) as readonly string[],
  left: gone === 1,
  revision,
});

/** Which of our people are asked for; what is left out restricts nothing. */
export interface ColleagueFilter {
  /** One that a source gives. */
  readonly address?: string | undefined;
  readonly teamId?: string | undefined;
  readonly department?: string | undefined;
  readonly left?: boolean | undefined;
}

type Past0 = Pick<Past, 'known'>;

const conditionOf = (
  { address, teamId, department, left }: ColleagueFilter,
  past: Past0,
): { readonly sql: string; readonly values: readonly Value[] } => {
  const then = thenOf(past);
  const parts: { sql: string; values: readonly Value[] }[] = [{ sql: knownThen('c'), values: then }];
  if (address !== undefined)
    parts.push({
      sql: `EXISTS (SELECT 1 FROM colleague_address a WHERE a.address = ? AND a.colleague = c.key AND ${knownThen('a')})`,
      values: [ourAddressForm(address), ...then],
    });
  if (teamId !== undefined) parts.push({ sql: 'c.team = ?', values: [teamId] });
  if (department !== undefined)
    parts.push({
      sql: `EXISTS (SELECT 1 FROM team t WHERE t.id = c.team AND t.department = ? AND ${knownThen('t')})`,
      values: [department, ...then],
    });
  if (left !== undefined) parts.push({ sql: 'c.gone = ?', values: [left ? 1 : 0] });
  return { sql: parts.map(({ sql }) => sql).join(' AND '), values: parts.flatMap(({ values }) => values) };
};

/** Where one of ours stands by name. */
export type ColleagueCursor = Pick<ListedColleague, 'sortName' | 'key'>;

/** One page of our people, by name. */
export const colleaguesPage = async (
  rows: RowReader,
  {
    past,
    where = {},
    ...slice
  }: Slice<ColleagueCursor> & { readonly past: Past0; readonly where?: ColleagueFilter | undefined },
): Promise<Page<ListedColleague>> => {
  const { ascending, above, below } = scanOf(slice);
  const way = ascending ? 'ASC' : 'DESC';
  const { sql, values } = conditionOf(where, past);
  const bounds = `(c.sort_name, c.key) > (?, ?)${below === undefined ? '' : ' AND (c.sort_name, c.key) < (?, ?)'}`;
  const found = await rows.all<ColleagueRow>(
    `SELECT c.* FROM colleague c WHERE ${bounds} AND ${sql} ORDER BY c.sort_name ${way}, c.key ${way} LIMIT ?`,
    [
      above?.sortName ?? '',
      above?.key ?? 0,
      ...(below === undefined ? [] : [below.sortName, below.key]),
      ...values,
      slice.limit + 1,
    ],
  );
  return pageOf(found.map(listed), slice);
};

/** How many of our people a page's list has in all. */
export const countColleagues = async (rows: RowReader, past: Past0, where: ColleagueFilter = {}): Promise<number> => {
  const { sql, values } = conditionOf(where, past);
  const row = await rows.first<{ count: number }>(`SELECT count(*) AS count FROM colleague c WHERE ${sql}`, values);
  return row?.count ?? 0;
};

/** People of ours by id, as they were known then. */
export const colleaguesById = async (
  rows: RowReader,
  ids: readonly string[],
  past: Past0,
): Promise<ReadonlyMap<string, ListedColleague>> => {
  const found = new Map<string, ListedColleague>();
  for (const { marks, values } of inLists(ids)) {
    const sql = `SELECT c.* FROM colleague c WHERE c.id IN (${marks}) AND ${knownThen('c')}`;
    for (const row of await rows.all<ColleagueRow>(sql, [...values, ...thenOf(past)])) found.set(row.id, listed(row));
  }
  return found;
};

/** A team of ours as it was known then. */
export interface ListedTeam {
  readonly id: string;
  readonly name: string;
  readonly department: string;
  readonly revision: number;
}

type TeamRow = Row & ListedTeam;

const teamOf = ({ id, name, department, revision }: TeamRow): ListedTeam => ({ id, name, department, revision });

/** How many teams a list holds at most. */
export const teamsMax = 1_000;

/** All teams, by department and name. */
export const allTeams = async (rows: RowReader, past: Past0): Promise<readonly ListedTeam[]> => {
  const sql = `SELECT t.* FROM team t WHERE ${knownThen('t')} ORDER BY t.department, t.name, t.id LIMIT ${teamsMax}`;
  return (await rows.all<TeamRow>(sql, thenOf(past))).map(teamOf);
};

/** Teams by id, as they were known then. */
export const teamsById = async (
  rows: RowReader,
  ids: readonly string[],
  past: Past0,
): Promise<ReadonlyMap<string, ListedTeam>> => {
  const found = new Map<string, ListedTeam>();
  for (const { marks, values } of inLists(ids)) {
    const sql = `SELECT t.* FROM team t WHERE t.id IN (${marks}) AND ${knownThen('t')}`;
    for (const row of await rows.all<TeamRow>(sql, [...values, ...thenOf(past)])) found.set(row.id, teamOf(row));
  }
  return found;
};

/** A tier as it was known then. */
export interface ListedTier {
  readonly name: string;
  readonly capacity: number | null;
  readonly cadenceDays: number | null;
}

type TierRow = Row & { readonly name: string; readonly capacity: number | null; readonly cadence_days: number | null };

/** All tiers, by name; those too that are there without anybody's defining them. */
export const allTiers = async (rows: RowReader, past: Past0): Promise<readonly ListedTier[]> => {
  const tiers = new Map<string, ListedTier>(
    Object.entries(standardTiers).map(([name, tier]) => [name, { name, ...tier }]),
  );
  const sql = `SELECT t.* FROM tier t WHERE ${knownThen('t')}`;
  for (const { name, capacity, cadence_days } of await rows.all<TierRow>(sql, thenOf(past)))
    tiers.set(name, { name, capacity, cadenceDays: cadence_days });
  return [...tiers.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
};
