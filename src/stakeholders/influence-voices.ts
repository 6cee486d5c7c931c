import { inLists } from '../event-sourcing/in-lists.js';
import type { Past } from '../event-sourcing/past.js';
import { knownThen, thenOf } from '../event-sourcing/past.js';
import type { RowReader } from '../event-sourcing/read-store.js';

// Here, and nowhere else, ids of stakeholders become voices and voices ids.

/** The voices of stakeholders; whoever was never heard has none, and is left out. */
export const voicesOf = async (
  rows: RowReader,
  stakeholderIds: readonly string[],
): Promise<ReadonlyMap<string, readonly number[]>> => {
  const found = new Map<string, readonly number[]>();
  for (const { marks, values } of inLists(stakeholderIds)) {
    const sql = `SELECT v.id, v.key FROM influence_voice v WHERE v.id IN (${marks})`;
    for (const { id, key } of await rows.all<{ id: string; key: number }>(sql, values)) found.set(id, [key]);
  }
  return found;
};

/** Whose voices these are. Every voice is there. */
export const stakeholdersOf = async (
  rows: RowReader,
  voices: readonly number[],
): Promise<ReadonlyMap<number, string>> => {
  const found = new Map<number, string>();
  for (const { marks, values } of inLists(voices)) {
    const sql = `SELECT v.id, v.key FROM influence_voice v WHERE v.key IN (${marks})`;
    for (const { id, key } of await rows.all<{ id: string; key: number }>(sql, values)) found.set(key, id);
  }
  return found;
};

/** The voices of whom nobody is to be sent to any more: somebody of ours answers for them by then, or they are retired. */
export const voicesSpokenFor = async (rows: RowReader, past: Past): Promise<ReadonlySet<number>> => {
  const owned = `SELECT v.key FROM owner_span o JOIN influence_voice v ON v.id = o.stakeholder
    WHERE o.from_at <= ? AND (o.until_at IS NULL OR o.until_at > ?) AND ${knownThen('o')}`;
  const retired = `SELECT v.key FROM stakeholder s JOIN influence_voice v ON v.id = s.id
    WHERE s.retired = 1 AND ${knownThen('s')}`;
  const found = [
    ...(await rows.all<{ key: number }>(owned, [past.validAt, past.validAt, ...thenOf(past)])),
    ...(await rows.all<{ key: number }>(retired, thenOf(past))),
  ];
  return new Set(found.map(({ key }) => key));
};
