import { inLists } from '../event-sourcing/in-lists.js';
import type { Past } from '../event-sourcing/past.js';
import type { Row, RowReader } from '../event-sourcing/read-store.js';

/** In which department one of ours was at a date (milliseconds since 1970); null: in no team, or nobody of ours. */
export type DepartmentAt = (owner: string, at: number) => string | null;

type Version = Row & { readonly id: string; readonly recorded_at: number };
type InTeam = Version & { readonly team: string | null };
type InDepartment = Version & { readonly department: string };

/**
 * In which department each of these was, at any date. A move, or a team's change of department, has the time at which it was
 * recorded and no other: before the first that is known of somebody, they were where that says.
 */
export const departmentsOf = async (
  rows: RowReader,
  owners: readonly string[],
  { known }: Pick<Past, 'known'>,
): Promise<DepartmentAt> => {
  const people = await versionsOf<InTeam>(rows, 'colleague', 'team', owners, known);
  const teamIds = [...people.values()].flat().flatMap(({ team }) => team ?? []);
  const teams = await versionsOf<InDepartment>(rows, 'team', 'department', teamIds, known);
  return (owner, at) => {
    const team = versionAt(people.get(owner), at)?.team ?? null;
    return team === null ? null : (versionAt(teams.get(team), at)?.department ?? null);
  };
};

/** All versions of each that were known by then, oldest first. */
const versionsOf = async <V extends Version>(
  rows: RowReader,
  table: string,
  column: string,
  ids: readonly string[],
  known: number,
): Promise<ReadonlyMap<string, readonly V[]>> => {
  const found = new Map<string, V[]>();
  for (const { marks, values } of inLists(ids)) {
    const sql = `SELECT v.id, v.recorded_at, v.${column} FROM ${table} v
      WHERE v.id IN (${marks}) AND v.known_from <= ? ORDER BY v.id, v.known_from`;
    for (const version of await rows.all<V>(sql, [...values, known])) {
      const versions = found.get(version.id);
      if (versions === undefined) found.set(version.id, [version]);
      else versions.push(version);
    }
  }
  return found;
};

const versionAt = <V extends Version>(versions: readonly V[] | undefined, at: number): V | undefined =>
  versions?.findLast(({ recorded_at: since }) => since <= at) ?? versions?.[0];
