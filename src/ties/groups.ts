import type { Past } from '../event-sourcing/past.js';
import type { RowReader } from '../event-sourcing/read-store.js';

/** The ids under which the rows of one stakeholder stand, and the one of them that all answer with. */
export interface Group {
  readonly id: string;
  readonly members: readonly string[];
}

/**
 * The groups that ids belonged to then; every id asked for is in the answer. The one place where what is read of somebody is
 * widened to all that they are: whoever reads affiliations or ties asks here first, and names nobody but by a group's `id`.
 */
export const groupsOf = (_rows: RowReader, ids: Iterable<string>, _past: Past): Promise<ReadonlyMap<string, Group>> =>
  Promise.resolve(new Map([...ids].map((id) => [id, { id, members: [id] }])));

/** The group of one. */
export const groupOf = async (rows: RowReader, id: string, past: Past): Promise<Group> =>
  (await groupsOf(rows, [id], past)).get(id) ?? { id, members: [id] };
