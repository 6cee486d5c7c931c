import { inLists } from '../event-sourcing/in-lists.js';
import type { Past } from '../event-sourcing/past.js';
import { knownThen, thenOf } from '../event-sourcing/past.js';
import type { Row, RowReader } from '../event-sourcing/read-store.js';
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

/** For how many stakeholders each word held on an axis then; one that held for nobody is left out. */
export const wordCounts = async (rows: RowReader, axis: CareAxis, past: Past): Promise<ReadonlyMap<string, number>> => {
  const then = [past.validAt, ...thenOf(past)];
  const found = await rows.all<{ word: string; count: number }>(
    `SELECT w.word, count(*) AS count FROM care_word w WHERE w.axis = ? AND w.at <= ? AND ${knownThen('w')} AND ${last} GROUP BY w.word`,
    [axis, ...then, ...then],
  );
  return new Map(found.map(({ word, count }) => [word, count]));
};
