import { inLists } from '../event-sourcing/in-lists.js';
import type { Past } from '../event-sourcing/past.js';
import { knownThen, thenOf } from '../event-sourcing/past.js';
import type { RowReader } from '../event-sourcing/read-store.js';

// Here, and nowhere else, ids of stakeholders become voices and voices ids; and several voices one, where stakeholders are.

/** The voices of stakeholders, asked by the ids of all who are one and answered by the first; whoever was never heard is left out. */
export const voicesOf = async (
  rows: RowReader,
  groups: readonly (readonly string[])[],
): Promise<ReadonlyMap<string, readonly number[]>> => {
  const voices = new Map<string, number>();
  for (const { marks, values } of inLists(groups.flat())) {
    const sql = `SELECT v.id, v.key FROM influence_voice v WHERE v.id IN (${marks})`;
    for (const { id, key } of await rows.all<{ id: string; key: number }>(sql, values)) voices.set(id, key);
  }
  const found = new Map<string, readonly number[]>();
  for (const group of groups) {
    const its = group.flatMap((id) => voices.get(id) ?? []).sort((a, b) => a - b);
    if (group[0] !== undefined && its.length > 0) found.set(group[0], its);
  }
  return found;
};

/** An id of whoever these voices are; of several who are one, of any of them. Every voice is there. */
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

/** Voices that are one, the least first: by each of them. Who has one voice alone is not among them. */
export type JoinedVoices = ReadonlyMap<number, readonly number[]>;

/** The voices of those who were one by what was known then. */
export const joinedVoices = async (rows: RowReader, past: Past): Promise<JoinedVoices> => {
  const found = await rows.all<{ survivor: number; key: number }>(
    `SELECT s.survivor, v.key FROM stakeholder s JOIN influence_voice v ON v.id = s.id
     WHERE s.survivor IS NOT NULL AND ${knownThen('s')}`,
    thenOf(past),
  );
  const joined = new Map<number, readonly number[]>();
  for (const its of Map.groupBy(found, ({ survivor }) => survivor).values()) {
    const group = its.map(({ key }) => key).sort((a, b) => a - b);
    if (group.length > 1) for (const voice of group) joined.set(voice, group);
  }
  return joined;
};

/**
 * The voices of whom nobody is to be sent to any more: somebody of ours answers by then for them or for whoever is one with
 * them, or they are retired (of those who are one, who remains).
 */
export const voicesSpokenFor = async (rows: RowReader, past: Past): Promise<ReadonlySet<number>> => {
  const owned = `owner_span o WHERE o.from_at <= ? AND (o.until_at IS NULL OR o.until_at > ?) AND ${knownThen('o')}`;
  const ownedAt = [past.validAt, past.validAt, ...thenOf(past)];
  const then = thenOf(past);
  const queries = [
    { sql: `SELECT v.key FROM influence_voice v WHERE v.id IN (SELECT o.stakeholder FROM ${owned})`, values: ownedAt },
    {
      sql: `SELECT v.key FROM stakeholder a JOIN stakeholder b ON b.survivor = a.survivor JOIN influence_voice v ON v.id = b.id
        WHERE a.survivor IS NOT NULL AND ${knownThen('a')} AND ${knownThen('b')} AND a.id IN (SELECT o.stakeholder FROM ${owned})`,
      values: [...then, ...then, ...ownedAt],
    },
    {
      sql: `SELECT v.key FROM stakeholder s JOIN influence_voice v ON v.id = s.id
        WHERE s.survivor IS NULL AND s.retired = 1 AND ${knownThen('s')}`,
      values: then,
    },
    {
      sql: `SELECT v.key FROM stakeholder s JOIN stakeholder b ON b.survivor = s.key JOIN influence_voice v ON v.id = b.id
        WHERE s.survivor = s.key AND s.retired = 1 AND ${knownThen('s')} AND ${knownThen('b')}`,
      values: [...then, ...then],
    },
  ];
  const spokenFor = new Set<number>();
  for (const { sql, values } of queries)
    for (const { key } of await rows.all<{ key: number }>(sql, values)) spokenFor.add(key);
  return spokenFor;
};
