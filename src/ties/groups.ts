import { inLists } from '../event-sourcing/in-lists.js';
import type { Past } from '../event-sourcing/past.js';
import { knownThen, thenOf } from '../event-sourcing/past.js';
import type { Row, RowReader } from '../event-sourcing/read-store.js';

/** The ids under which the rows of one stakeholder stand, and the one of them that all answer with. */
export interface Group {
  readonly id: string;
  readonly members: readonly string[];
}

type OneRow = Row & { readonly key: number; readonly id: string; readonly survivor: number | null };

/**
 * The groups that ids belonged to then, as the directory's rows tell; every id asked for is in the answer. The one place
 * where what is read of somebody is widened to all that they are: whoever reads affiliations or ties asks here first, and
 * names nobody but by a group's `id`.
 */
export const groupsOf = async (
  rows: RowReader,
  ids: Iterable<string>,
  past: Past,
): Promise<ReadonlyMap<string, Group>> => {
  const found = new Map<string, Group>([...ids].map((id) => [id, { id, members: [id] }]));
  const merged = await rowsWhere(rows, 'id', [...found.keys()], past);
  const members = Map.groupBy(
    await rowsWhere(rows, 'survivor', new Set(merged.flatMap(({ survivor }) => survivor ?? [])), past),
    ({ survivor }) => survivor ?? 0,
  );
  for (const { id, survivor } of merged) {
    const group = members.get(survivor ?? 0) ?? [];
    const remaining = group.find(({ key }) => key === survivor);
    if (remaining !== undefined) found.set(id, { id: remaining.id, members: group.map((each) => each.id).sort() });
  }
  return found;
};

/** Those who are one with somebody, by their ids or by who remains. Hardly anybody is. */
const rowsWhere = async (
  rows: RowReader,
  column: 'id' | 'survivor',
  values: Iterable<string | number>,
  past: Past,
): Promise<readonly OneRow[]> => {
  const found: OneRow[] = [];
  for (const list of inLists(values)) {
    const sql = `SELECT s.key, s.id, s.survivor FROM stakeholder s
      WHERE s.${column} IN (${list.marks}) AND s.survivor IS NOT NULL AND ${knownThen('s')}`;
    found.push(...(await rows.all<OneRow>(sql, [...list.values, ...thenOf(past)])));
  }
  return found;
};
