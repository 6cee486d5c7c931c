import { inLists } from '../event-sourcing/in-lists.js';
import type { Past } from '../event-sourcing/past.js';
import { knownThen, thenOf } from '../event-sourcing/past.js';
import type { Row, RowReader } from '../event-sourcing/read-store.js';
import { type AttributeFact, isAttributeFact } from './attribute.js';
import type { CareAxis, CareWordBody } from './care-rows.js';

/** The word that held on an axis. Times are milliseconds since 1970. */
export interface HeldWord {
  readonly stakeholderId: string;
  readonly factId: string;
  readonly at: number;
  readonly key: number;
  readonly word: string;
  readonly body: CareWordBody;
}

/** No later word was known and had been said by then; its parameters are `[validAt, ...thenOf(past)]`. */
const last = `NOT EXISTS (SELECT 1 FROM care_word m WHERE m.stakeholder = w.stakeholder AND m.axis = w.axis
  AND (m.at, m.key) > (w.at, w.key) AND m.at <= ? AND ${knownThen('m')})`;

type WordRow = Row & {
  readonly stakeholder: string;
  readonly fact_id: string;
  readonly at: number;
  readonly key: number;
  readonly word: string;
  readonly body: string;
};

/** What held for each stakeholder on an axis then; of whom nothing was said is left out. */
export const wordsThen = async (
  rows: RowReader,
  axis: CareAxis,
  stakeholders: readonly string[],
  past: Past,
): Promise<ReadonlyMap<string, HeldWord>> => {
  const found = new Map<string, HeldWord>();
  const then = [past.validAt, ...thenOf(past)];
  for (const { marks, values } of inLists(stakeholders)) {
    const sql = `SELECT w.* FROM care_word w WHERE w.stakeholder IN (${marks}) AND w.axis = ? AND w.at <= ? AND ${knownThen('w')} AND ${last}`;
    for (const { stakeholder, fact_id, at, key, word, body } of await rows.all<WordRow>(sql, [
      ...values,
      axis,
      ...then,
      ...then,
    ]))
      found.set(stakeholder, {
        stakeholderId: stakeholder,
        factId: fact_id,
        at,
        key,
        word,
        body: JSON.parse(body) as CareWordBody,
      });
  }
  return found;
};

/** The same of stakeholders of whom several may be one: asked by the ids of all, answered by the first; the last word of all holds. */
export const wordsOfAll = async (
  rows: RowReader,
  axis: CareAxis,
  groups: readonly (readonly string[])[],
  past: Past,
): Promise<ReadonlyMap<string, HeldWord>> => {
  const own = await wordsThen(rows, axis, groups.flat(), past);
  const found = new Map<string, HeldWord>();
  for (const [first, ...others] of groups) {
    if (first === undefined) continue;
    const words = [first, ...others].flatMap((id) => own.get(id) ?? []);
    const [last] = words.sort((a, b) => b.at - a.at || b.key - a.key);
    if (last !== undefined) found.set(first, last);
  }
  return found;
};

/**
 * All words about attributes that held for each stakeholder then, a withdrawal included: asked by the ids of all who are one,
 * answered by the first. Of those who are one, the last word of all holds on an axis. Of whom nothing was said is left out.
 */
export const attributesThen = async (
  rows: RowReader,
  groups: readonly (readonly string[])[],
  past: Past,
): Promise<ReadonlyMap<string, readonly HeldAttribute[]>> => {
  const firsts = new Map(groups.flatMap((group) => group.map((id) => [id, group[0] ?? id])));
  const found = new Map<string, Map<string, HeldAttribute>>();
  const then = [past.validAt, ...thenOf(past)];
  for (const { marks, values } of inLists(firsts.keys())) {
    const sql = `SELECT w.* FROM care_word w WHERE w.stakeholder IN (${marks}) AND w.at <= ? AND ${knownThen('w')} AND ${last}`;
    for (const row of await rows.all<WordRow & { readonly axis: string }>(sql, [...values, ...then, ...then])) {
      const { stakeholder, fact_id: factId, at, key, word, axis } = row;
      const body = JSON.parse(row.body) as CareWordBody;
      if (!isAttributeFact(body.fact)) continue;
      const first = firsts.get(stakeholder) ?? stakeholder;
      const its = found.get(first) ?? new Map<string, HeldAttribute>();
      found.set(first, its);
      const before = its.get(axis);
      if (before !== undefined && (before.at > at || (before.at === at && before.key > key))) continue;
      its.set(axis, { stakeholderId: stakeholder, factId, at, key, word, body, fact: body.fact });
    }
  }
  return new Map([...found].map(([first, its]) => [first, [...its.values()]]));
};

/** A word about an attribute. */
export interface HeldAttribute extends HeldWord {
  readonly fact: AttributeFact;
}

/** Nobody who is one with them had said anything later by then; its parameters are `[...thenOf(past), ...thenOf(past), validAt, ...thenOf(past)]`. */
const lastOfThem = `NOT EXISTS (SELECT 1 FROM stakeholder o CROSS JOIN stakeholder g CROSS JOIN care_word m
  WHERE o.id = w.stakeholder AND o.survivor IS NOT NULL AND ${knownThen('o')}
    AND g.survivor = o.survivor AND g.survivor IS NOT NULL AND g.key <> o.key AND ${knownThen('g')}
    AND m.stakeholder = g.id AND m.axis = w.axis AND (m.at, m.key) > (w.at, w.key) AND m.at <= ? AND ${knownThen('m')})`;

/** For how many stakeholders each word held on an axis then, whoever are one once; one that held for nobody is left out. */
export const wordCounts = async (rows: RowReader, axis: CareAxis, past: Past): Promise<ReadonlyMap<string, number>> => {
  const then = [past.validAt, ...thenOf(past)];
  const found = await rows.all<{ word: string; count: number }>(
    `SELECT w.word, count(*) AS count FROM care_word w
     WHERE w.axis = ? AND w.at <= ? AND ${knownThen('w')} AND ${last} AND ${lastOfThem} GROUP BY w.word`,
    [axis, ...then, ...then, ...thenOf(past), ...thenOf(past), ...then],
  );
  return new Map(found.map(({ word, count }) => [word, count]));
};
