import { inLists } from '../event-sourcing/in-lists.js';
import { open } from '../event-sourcing/position.js';
import type { Row, RowReader, Table, Value } from '../event-sourcing/read-store.js';
import {
  type Ended,
  type ExternalIdRow,
  type HandleRow,
  type MergeRow,
  type StakeholderRow,
  heldExternalId,
  heldHandle,
  stakeholderExternalIdTable,
  stakeholderHandleTable,
} from './directory-tables.js';
import type { Node } from './group-tree.js';
import type { HeldExternalId, HeldHandle, StakeholderKind } from './stakeholder.js';

/** A stakeholder as the rows tell, of which the next version is made. */
export interface Listed extends Node {
  readonly key: number;
  /** The fact that merged them into another, which they belong to. */
  readonly joinedBy: MergeRow | null;
  readonly kind: StakeholderKind;
  readonly name: string;
  readonly retired: boolean;
  readonly revision: number;
  readonly identifiedAt: number;
  /** Those that ended too. */
  readonly handles: readonly Ended<HeldHandle>[];
  readonly externalIds: readonly Ended<HeldExternalId>[];
}

/** Stakeholders that the batch concerns, with all who are one with them, by id. */
export type Loaded = Map<string, Listed>;

/** Those with these ids, and all who are one with them. */
export const listedBy = async (ids: readonly string[], rows: RowReader): Promise<Loaded> => {
  const present = async (column: 'id' | 'survivor', of: readonly Value[]): Promise<readonly StakeholderRow[]> => {
    const found: StakeholderRow[] = [];
    for (const { marks, values } of inLists(of))
      found.push(
        ...(await rows.all<StakeholderRow>(
          `SELECT * FROM stakeholder WHERE ${column} IN (${marks}) AND known_until = ${open}`,
          values,
        )),
      );
    return found;
  };
  const asked = await present('id', ids);
  const others = await present(
    'survivor',
    asked.flatMap(({ survivor }) => survivor ?? []),
  );
  const found = new Map([...asked, ...others].map((row) => [row.key, row]));
  const handles = await heldBy<HandleRow>(stakeholderHandleTable, [...found.keys()], rows);
  const externalIds = await heldBy<ExternalIdRow>(stakeholderExternalIdTable, [...found.keys()], rows);
  const merges = new Map(
    (await mergesInto([...new Set(others.map(({ merged_into }) => merged_into ?? 0))], rows)).map((row) => [
      row.merged,
      row,
    ]),
  );
  const merged = Map.groupBy(
    [...found.values()].filter(({ merged_into }) => merged_into !== null),
    ({ merged_into }) => merged_into,
  );
  const loaded: Loaded = new Map();
  for (const { key, id, kind, name, retired, revision, identified_at: identifiedAt, merged_into } of found.values())
    loaded.set(id, {
      ...{ key, id, kind, name, retired: retired === 1, revision, identifiedAt },
      handles: (handles.get(key) ?? []).map(heldHandle),
      externalIds: (externalIds.get(key) ?? []).map(heldExternalId),
      mergedInto: merged_into === null ? null : (found.get(merged_into)?.id ?? null),
      merged: (merged.get(key) ?? []).map((row) => row.id),
      joinedBy: merges.get(key) ?? null,
    });
  return loaded;
};

const heldBy = async <Held extends Row & { readonly stakeholder: number }>(
  { name }: Table,
  keys: readonly number[],
  rows: RowReader,
): Promise<ReadonlyMap<number, readonly Held[]>> => {
  const held: Held[] = [];
  for (const { marks, values } of inLists(keys))
    held.push(
      ...(await rows.all<Held>(
        `SELECT * FROM ${name} WHERE stakeholder IN (${marks}) AND known_until = ${open} ORDER BY known_from, place`,
        values,
      )),
    );
  return Map.groupBy(held, ({ stakeholder: key }) => key);
};

/** The merges into these that hold. */
const mergesInto = async (survivors: readonly number[], rows: RowReader): Promise<readonly MergeRow[]> => {
  const found: MergeRow[] = [];
  for (const { marks, values } of inLists(survivors)) {
    const sql = `SELECT * FROM stakeholder_merge WHERE survivor IN (${marks}) AND known_until = ${open} AND unmerge IS NULL`;
    found.push(...(await rows.all<MergeRow>(sql, values)).map((row) => ({ ...row })));
  }
  return found;
};
