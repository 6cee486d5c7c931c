import { inLists } from '../event-sourcing/in-lists.js';
import { type Past, knownThen, thenOf } from '../event-sourcing/past.js';
import type { Row, RowReader, Value } from '../event-sourcing/read-store.js';
import type { InTeamFrom, OwnedFrom, Said, TargetsFrom } from './answering.js';
import type { CalendarSaid, Hours, WorkingHours } from './calendar.js';
import type { Targets } from './targets.js';
import type { Holiday } from './working-hours.js';

type Known = Pick<Past, 'known'>;

/** What was said, by then, of all that concerns these speakers: their owners, these ones' teams, calendars, and targets. */
export const saidThen = async (rows: RowReader, speakers: Iterable<string>, past: Known): Promise<Said> => {
  const groups = await groupsOf(rows, [...speakers], past);
  const ownersOfOne = await ownersOf(rows, new Set([...groups.values()].flat()), past);
  const owners = new Map([...groups].map(([speaker, ids]) => [speaker, ids.map((id) => ownersOfOne.get(id) ?? [])]));
  const owned = [...ownersOfOne.values()].flat();
  const teams = await teamsOf(rows, named(owned.map(({ owner }) => owner)), past);
  const inTeams = named([...teams.values()].flatMap((each) => each.map(({ team }) => team)));
  return {
    owners,
    teams,
    calendars: await calendarsOf(rows, ['', ...inTeams], past),
    targets: await targetsOf(rows, ['', ...named(owned.map(({ tier }) => tier))], past),
  };
};

/** All who were one with each speaker then, who remains first; most are one alone. */
const groupsOf = async (
  rows: RowReader,
  speakers: readonly string[],
  past: Known,
): Promise<ReadonlyMap<string, readonly string[]>> => {
  const groups = new Map<string, string[]>(speakers.map((speaker) => [speaker, []]));
  for (const { marks, values } of inLists(speakers)) {
    const sql = `SELECT a.id AS speaker, b.id FROM stakeholder a CROSS JOIN stakeholder b
      WHERE a.id IN (${marks}) AND a.survivor IS NOT NULL AND ${knownThen('a')}
        AND b.survivor = a.survivor AND b.survivor IS NOT NULL AND ${knownThen('b')}
      ORDER BY a.id, CASE WHEN b.key = b.survivor THEN 0 ELSE 1 END, b.id`;
    const then = [...thenOf(past), ...thenOf(past)];
    for (const { speaker, id } of await rows.all<{ speaker: string; id: string }>(sql, [...values, ...then]))
      groups.get(speaker)?.push(id);
  }
  for (const [speaker, ids] of groups) if (ids.length === 0) ids.push(speaker);
  return groups;
};

const named = (values: readonly (string | null)[]): ReadonlySet<string> =>
  new Set(values.flatMap((value) => value ?? []));

/** What is said again of the same date takes the place of what was said before: the rows come in the order of the log. */
// The caller says what its rows are.
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
const gathered = async <R extends Row, Held>(
  rows: RowReader,
  { table, column, order }: { readonly table: string; readonly column: string; readonly order: string },
  of: Iterable<string>,
  past: Known,
  heldOf: (row: R) => readonly [about: string, held: Held],
): Promise<Map<string, Held[]>> => {
  const found = new Map<string, Held[]>();
  for (const { marks, values } of inLists<Value>(of)) {
    const sql = `SELECT * FROM ${table} WHERE ${column} IN (${marks}) AND key <= ? ORDER BY ${order}`;
    for (const row of await rows.all<R>(sql, [...values, past.known])) {
      const [about, held] = heldOf(row);
      const all = found.get(about);
      if (all === undefined) found.set(about, [held]);
      else all.push(held);
    }
  }
  return found;
};

type OwnerRow = Row & OwnedFrom & { readonly stakeholder: string };

const ownersOf = (rows: RowReader, of: Iterable<string>, past: Known): Promise<Map<string, OwnedFrom[]>> =>
  gathered<OwnerRow, OwnedFrom>(
    rows,
    { table: 'clock_owner', column: 'stakeholder', order: 'stakeholder, at, key' },
    of,
    past,
    ({ stakeholder, at, owner, tier }) => [stakeholder, { at, owner, tier }],
  );

type TeamRow = Row & InTeamFrom & { readonly colleague: string };

const teamsOf = (rows: RowReader, of: Iterable<string>, past: Known): Promise<Map<string, InTeamFrom[]>> =>
  gathered<TeamRow, InTeamFrom>(
    rows,
    { table: 'clock_team', column: 'colleague', order: 'colleague, key' },
    of,
    past,
    ({ colleague, at, team }) => [colleague, { at, team }],
  );

type HoursRow = Row & {
  readonly team: string;
  readonly from_date: string;
  readonly zone: string;
  readonly hours: string;
};
type HolidaysRow = Row & { readonly team: string; readonly year: number; readonly days: string };

/** The calendars of teams (an empty text: everybody), as they were known then; of whom nothing was said is left out. */
export const calendarsOf = async (
  rows: RowReader,
  of: Iterable<string>,
  past: Known,
): Promise<ReadonlyMap<string, CalendarSaid>> => {
  const teams = [...of];
  const hours = await gathered<HoursRow, WorkingHours>(
    rows,
    { table: 'clock_hours', column: 'team', order: 'team, key' },
    teams,
    past,
    ({ team, from_date, zone, hours: said }) => [
      team,
      { from: from_date === '' ? null : from_date, zone, hours: JSON.parse(said) as readonly Hours[] },
    ],
  );
  const holidays = await holidaysOf(rows, teams, past);
  const calendars = new Map<string, CalendarSaid>();
  for (const team of new Set([...hours.keys(), ...holidays.keys()])) {
    const said = new Map((hours.get(team) ?? []).map((each) => [each.from, each]));
    const days = new Map(
      [...(holidays.get(team) ?? [])].map(([year, each]) => [year, new Set(each.map(({ date }) => date))]),
    );
    calendars.set(team, { hours: [...said.values()], holidays: days });
  }
  return calendars;
};

/** The holidays of teams (an empty text: everybody) by year, as they were known then. */
export const holidaysOf = async (
  rows: RowReader,
  of: Iterable<string>,
  past: Known,
): Promise<ReadonlyMap<string, ReadonlyMap<number, readonly Holiday[]>>> => {
  const found = await gathered<HolidaysRow, readonly [number, readonly Holiday[]]>(
    rows,
    { table: 'clock_holidays', column: 'team', order: 'team, key' },
    of,
    past,
    ({ team, year, days }) => [team, [year, JSON.parse(days) as readonly Holiday[]]],
  );
  return new Map([...found].map(([team, years]) => [team, new Map(years)]));
};

type TargetsRow = Row & {
  readonly tier: string;
  readonly from_at: number;
  readonly acknowledge: number | null;
  readonly first_response: number | null;
  readonly next_response: number | null;
  readonly resolution: number | null;
};

const targetsOfRow = ({ acknowledge, first_response, next_response, resolution }: TargetsRow): Targets => ({
  acknowledge,
  'first-response': first_response,
  'next-response': next_response,
  resolution,
});

/** The targets of tiers (an empty text: those in none), as they were known then, in the order in which they hold. */
export const targetsOf = async (
  rows: RowReader,
  of: Iterable<string>,
  past: Known,
): Promise<ReadonlyMap<string, readonly TargetsFrom[]>> => {
  const found = await gathered<TargetsRow, TargetsFrom>(
    rows,
    { table: 'clock_targets', column: 'tier', order: 'tier, key' },
    of,
    past,
    (row) => [row.tier, { at: row.from_at, targets: targetsOfRow(row) }],
  );
  return new Map(
    [...found].map(([tier, all]) => {
      const said = new Map(all.map((each) => [each.at, each]));
      return [tier, [...said.values()].sort((a, b) => a.at - b.at)];
    }),
  );
};

/** Of which teams and tiers (an empty text: everybody, those in none) anything was said by then. */
export const saidOf = async (
  rows: RowReader,
  past: Known,
): Promise<{ readonly teams: readonly string[]; readonly tiers: readonly string[] }> => {
  const of = async (table: string, column: string): Promise<readonly string[]> =>
    (
      await rows.all<{ about: string }>(
        `SELECT DISTINCT ${column} AS about FROM ${table} WHERE key <= ? ORDER BY ${column} LIMIT ${saidMax}`,
        [past.known],
      )
    ).map(({ about }) => about);
  const teams = new Set([...(await of('clock_hours', 'team')), ...(await of('clock_holidays', 'team'))]);
  return { teams: [...teams].sort(), tiers: await of('clock_targets', 'tier') };
};

/** How many calendars, and how many tiers' targets, are listed at most. */
export const saidMax = 1_000;
