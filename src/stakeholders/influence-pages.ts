import { inLists } from '../event-sourcing/in-lists.js';
import type { Past } from '../event-sourcing/past.js';
import { knownThen, thenOf } from '../event-sourcing/past.js';
import type { Row, RowReader, Value } from '../event-sourcing/read-store.js';
import type { Voice } from './influence-ranking.js';
import type { JoinedVoices } from './influence-voices.js';
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
 * Who was heard on a topic by then, in no order; of those who are one, the least voice stands for all.
 * @param least only those of whom there are so many utterances.
 * @throws TooManyVoices
 */
export const voicesOn = async (
  rows: RowReader,
  topic: number,
  past: Past,
  least = evidenceMin,
  joined: JoinedVoices = new Map(),
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
  if (joined.size === 0) return voices;
  // Hardly anybody is one with another: those are counted apart, over all of their voices.
  const groups = (await heardAmong(rows, topic, joined, past)).map(({ group }) => group);
  const ones = await heardOn(rows, { groups, topics: [topic] }, past);
  return [...voices.filter(({ voice }) => !joined.has(voice)), ...ones.filter(({ utterances }) => utterances >= least)];
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
export const countVoices = async (
  rows: RowReader,
  topic: number,
  past: Past,
  joined: JoinedVoices = new Map(),
): Promise<number> => {
  const row = await rows.first<{ count: number }>(
    `SELECT count(DISTINCT e.voice) AS count FROM influence_evidence e WHERE e.topic = ? AND ${then}`,
    [topic, ...thenAt(past)],
  );
  const others = (await heardAmong(rows, topic, joined, past)).reduce((sum, { heard: its }) => sum + its - 1, 0);
  return (row?.count ?? 0) - others;
};

/** Which of those who are one were heard on a topic, and by how many of their voices. */
const heardAmong = async (
  rows: RowReader,
  topic: number,
  joined: JoinedVoices,
  past: Past,
): Promise<readonly { readonly group: readonly number[]; readonly heard: number }[]> => {
  const counts = new Map<readonly number[], number>();
  for (const { marks, values } of inLists(joined.keys())) {
    const sql = `SELECT DISTINCT e.voice FROM influence_evidence e WHERE e.topic = ? AND e.voice IN (${marks}) AND ${then}`;
    for (const { voice } of await rows.all<{ voice: number }>(sql, [topic, ...values, ...thenAt(past)])) {
      const group = joined.get(voice);
      if (group !== undefined) counts.set(group, (counts.get(group) ?? 0) + 1);
    }
  }
  return [...counts].map(([group, count]) => ({ group, heard: count }));
};

/** All that is told of a voice on a topic. Times are milliseconds since 1970, null where there is nothing. */
export interface HeardOn extends Heard {
  readonly topic: string;
  readonly topicNumber: number;
  /** The least of the voices of those who are one, and all of them. */
  readonly voice: number;
  readonly voices: readonly number[];
  /** Reactions, whether the audience of what they answer was reported or not. */
  readonly answered: number;
  /** Utterances that others reacted to. */
  readonly joined: number;
  /** How many different people reacted; those who are one count once. */
  readonly people: number;
  readonly newestAt: number | null;
  readonly newestReportedAt: number | null;
  readonly newestReactionAt: number | null;
  readonly newestReactionToReportedAt: number | null;
}

/** What of voices is asked for. */
export interface HeardAsked {
  /** The voices of each: several where several are one. */
  readonly groups: readonly (readonly number[])[];
  /** By their numbers; left out, all topics. */
  readonly topics?: readonly number[] | undefined;
  /** All voices that are one. */
  readonly joined?: JoinedVoices | undefined;
}

/** What was heard of voices by then, on each topic apart. */
export const heardOn = async (
  rows: RowReader,
  { groups, topics, joined = new Map() }: HeardAsked,
  past: Past,
): Promise<readonly HeardOn[]> => {
  if (topics?.length === 0) return [];
  const about = topics === undefined ? '' : `e.topic IN (${topics.map(() => '?').join(', ')}) AND `;
  const found: HeardRow[] = [];
  for (const { marks, values } of inLists(groups.flatMap((group) => (group.length === 1 ? group : [])))) {
    const sql = detailed(`influence_evidence e WHERE ${about}e.voice IN (${marks}) AND ${then}`);
    found.push(...(await rows.all<HeardRow>(sql, [past.validAt, ...(topics ?? []), ...values, ...thenAt(past)])));
  }
  for (const group of groups.filter(({ length }) => length > 1)) {
    const marks = group.map(() => '?').join(', ');
    // What two of them signed is one utterance, and what one of them says to another is no reaction.
    const sql = detailed(`(
      SELECT DISTINCT e.topic, CAST(? AS bigint) AS voice, e.at, e.key, e.reach, e.answers, e.reactor FROM influence_evidence e
      WHERE ${about}e.voice IN (${marks}) AND ${then} AND (e.reactor IS NULL OR e.reactor NOT IN (${marks}))) e`);
    const of = [...(topics ?? []), ...group, ...thenAt(past), ...group];
    found.push(...(await rows.all<HeardRow>(sql, [past.validAt, group[0] ?? null, ...of])));
  }
  const doubles = await reactorsTwice(rows, found, joined, past);
  return found.map((row) => ({
    ...row,
    ...{ love: row.love / wholes, voices: joined.get(row.voice) ?? [row.voice] },
    people: row.people - (doubles.get(row) ?? 0),
  }));
};

type HeardRow = Row & Omit<HeardOn, 'voices'>;

const detailed = (source: string): string => `SELECT t.topic, h.* FROM (
    SELECT e.topic AS "topicNumber", e.voice, ${heard}, count(e.answers) AS answered,
      count(DISTINCT e.answers) AS joined, count(DISTINCT e.reactor) AS people,
      max(CASE WHEN e.answers IS NULL THEN e.at END) AS "newestAt",
      max(CASE WHEN e.answers IS NULL AND e.reach IS NOT NULL THEN e.at END) AS "newestReportedAt",
      max(CASE WHEN e.answers IS NOT NULL THEN e.at END) AS "newestReactionAt",
      max(CASE WHEN e.answers IS NOT NULL AND e.reach IS NOT NULL THEN e.at END) AS "newestReactionToReportedAt"
    FROM ${source} GROUP BY e.topic, e.voice
  ) h JOIN influence_topic t ON t.key = h."topicNumber"`;

/** How many of those who reacted are counted more than once, since they are one with another who did. */
const reactorsTwice = async (
  rows: RowReader,
  found: readonly HeardRow[],
  joined: JoinedVoices,
  past: Past,
): Promise<ReadonlyMap<HeardRow, number>> => {
  const doubles = new Map<HeardRow, number>();
  for (const row of joined.size === 0 ? [] : found) {
    if (row.people < 2) continue;
    const voices = joined.get(row.voice) ?? [row.voice];
    const reactors = new Set<number>();
    for (const { marks, values } of inLists(joined.keys())) {
      const sql = `SELECT DISTINCT e.reactor FROM influence_evidence e
        WHERE e.topic = ? AND e.voice IN (${voices.map(() => '?').join(', ')}) AND ${then} AND e.reactor IN (${marks})`;
      const parameters = [row.topicNumber, ...voices, ...thenAt(past), ...values];
      for (const { reactor } of await rows.all<{ reactor: number }>(sql, parameters))
        if (!voices.includes(reactor)) reactors.add(reactor);
    }
    doubles.set(row, reactors.size - new Set([...reactors].map((reactor) => joined.get(reactor))).size);
  }
  return doubles;
};
