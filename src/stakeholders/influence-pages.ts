import { inLists } from '../event-sourcing/in-lists.js';
import type { Past } from '../event-sourcing/past.js';
import { knownThen, thenOf } from '../event-sourcing/past.js';
import type { Row, RowReader, Value } from '../event-sourcing/read-store.js';
import type { Voice } from './influence-ranking.js';
import { type Heard, evidenceMin, keptAMonth, monthMs } from './influence.js';

/** The numbers of topics, spelt exactly; on which nobody ever spoke has none. */
export const topicNumbers = async (rows: RowReader, topics: readonly string[]): Promise<readonly number[]> => {
  const found: number[] = [];
  for (const { marks, values } of inLists(topics))
    found.push(...(await rows.all<{ key: number }>(`${topicSql} (${marks})`, values)).map(({ key }) => key));
  return found;
};

const topicSql = 'SELECT t.key FROM influence_topic t WHERE t.topic IN';

/** At most so many voices of one topic are ranked. */
export const voicesMax = 250_000;

/** More were heard on a topic than are ranked. */
export class TooManyVoices extends Error {
  override readonly name = 'TooManyVoices';
}

// Weights are summed as whole numbers, so that the sum is the same in whichever order a store reads the rows. Of the months,
// which one store divides as whole numbers and another does not, what is whole counts.
const wholes = 1e9;
const monthsAgo = `CAST(CAST((? - e.at) / ${monthMs} AS bigint) AS double precision)`;
const weight = `CAST(round(${wholes} * power(CAST(${keptAMonth} AS double precision), ${monthsAgo})) AS bigint)`;

/** What is counted, weights as whole numbers; its one parameter is `validAt`. */
const heard = `count(*) - count(e.answers) AS utterances,
  count(CASE WHEN e.answers IS NULL THEN e.reach END) AS reported,
  coalesce(sum(CASE WHEN e.answers IS NULL THEN e.reach END), 0) AS audience,
  count(CASE WHEN e.answers IS NOT NULL THEN e.reach END) AS reactions,
  coalesce(sum(CASE WHEN e.answers IS NULL THEN ${weight} END), 0) AS love`;

const then = `e.at <= ? AND ${knownThen('e')}`;
const thenAt = (past: Past): readonly Value[] => [past.validAt, ...thenOf(past)];

/**
 * Who was heard on a topic by then, in no order.
 * @param least only those of whom there are so many utterances.
 * @throws TooManyVoices
 */
export const voicesOn = async (
  rows: RowReader,
  topic: number,
  past: Past,
  least = evidenceMin,
): Promise<readonly Voice[]> => {
  // As one text: to hand over a hundred thousand rows takes some times as long as to count what is in them.
  const numbers = voiceColumns.map((column) => `CAST(v.${column} AS text)`).join(` || ' ' || `);
  const found = await rows.first<{ voices: string | null }>(
    `SELECT string_agg(${numbers}, ' ') AS voices FROM (
      SELECT e.voice, ${heard} FROM influence_evidence e WHERE e.topic = ? AND ${then}
      GROUP BY e.voice HAVING count(*) - count(e.answers) >= ? LIMIT ?
    ) v`,
    [past.validAt, topic, ...thenAt(past), least, voicesMax + 1],
  );
  const voices = voicesIn(found?.voices ?? '');
  if (voices.length > voicesMax) throw new TooManyVoices();
  return voices;
};

const voiceColumns = ['voice', 'utterances', 'reported', 'audience', 'reactions', 'love'] as const;

/** What stands in a text of `voiceColumns`. */
const voicesIn = (text: string): readonly Voice[] => {
  const voices: Voice[] = [];
  let place = 0;
  // The next whole number. To split the text would make as many texts as there are numbers.
  const next = (): number => {
    let number = 0;
    for (; place < text.length; place += 1) {
      const digit = text.charCodeAt(place) - zero;
      if (digit < 0) break;
      number = number * 10 + digit;
    }
    place += 1;
    return number;
  };
  while (place < text.length)
    voices.push({
      voice: next(),
      utterances: next(),
      reported: next(),
      audience: next(),
      reactions: next(),
      love: next() / wholes,
    });
  return voices;
};

const zero = '0'.charCodeAt(0);

/** How many were heard on a topic by then. */
export const countVoices = async (rows: RowReader, topic: number, past: Past): Promise<number> => {
  const row = await rows.first<{ count: number }>(
    `SELECT count(DISTINCT e.voice) AS count FROM influence_evidence e WHERE e.topic = ? AND ${then}`,
    [topic, ...thenAt(past)],
  );
  return row?.count ?? 0;
};

/** All that is told of a voice on a topic. Times are milliseconds since 1970, null where there is nothing. */
export interface HeardOn extends Heard {
  readonly topic: string;
  readonly topicNumber: number;
  readonly voice: number;
  /** Reactions, whether the audience of what they answer was reported or not. */
  readonly answered: number;
  /** Utterances that others reacted to. */
  readonly joined: number;
  /** How many different people reacted. */
  readonly people: number;
  readonly newestAt: number | null;
  readonly newestReportedAt: number | null;
  readonly newestReactionAt: number | null;
  readonly newestReactionToReportedAt: number | null;
}

/** What of voices is asked for. */
export interface HeardAsked {
  readonly voices: readonly number[];
  /** By their numbers; left out, all topics. */
  readonly topics?: readonly number[] | undefined;
}

/** What was heard of voices by then, on each topic apart. */
export const heardOn = async (
  rows: RowReader,
  { voices, topics }: HeardAsked,
  past: Past,
): Promise<readonly HeardOn[]> => {
  const found: HeardOn[] = [];
  if (topics?.length === 0) return found;
  const about = topics === undefined ? '' : `e.topic IN (${topics.map(() => '?').join(', ')}) AND `;
  for (const { marks, values } of inLists(voices)) {
    const sql = `SELECT t.topic, h.* FROM (
        SELECT e.topic AS "topicNumber", e.voice, ${heard}, count(e.answers) AS answered,
          count(DISTINCT e.answers) AS joined, count(DISTINCT e.reactor) AS people,
          max(CASE WHEN e.answers IS NULL THEN e.at END) AS "newestAt",
          max(CASE WHEN e.answers IS NULL AND e.reach IS NOT NULL THEN e.at END) AS "newestReportedAt",
          max(CASE WHEN e.answers IS NOT NULL THEN e.at END) AS "newestReactionAt",
          max(CASE WHEN e.answers IS NOT NULL AND e.reach IS NOT NULL THEN e.at END) AS "newestReactionToReportedAt"
        FROM influence_evidence e WHERE ${about}e.voice IN (${marks}) AND ${then} GROUP BY e.topic, e.voice
      ) h JOIN influence_topic t ON t.key = h."topicNumber"`;
    const parameters = [past.validAt, ...(topics ?? []), ...values, ...thenAt(past)];
    for (const row of await rows.all<Row & HeardOn>(sql, parameters)) found.push({ ...row, love: row.love / wholes });
  }
  return found;
};
