import type { RecordedEvent } from '../event-sourcing/event-store.js';
import { inLists } from '../event-sourcing/in-lists.js';
import type { Past } from '../event-sourcing/past.js';
import { knownThen, thenOf } from '../event-sourcing/past.js';
import { open } from '../event-sourcing/position.js';
import type { Projection } from '../event-sourcing/projection.js';
import type { Row, RowReader, Table } from '../event-sourcing/read-store.js';
import type { SurveyFact } from './survey-answer.js';

/**
 * What stakeholders (by their ids) answered, by survey and in the order of time, in versions: a retraction ends one. Times are
 * milliseconds since 1970.
 */
export const surveyAnswer: Table = {
  name: 'survey_answer',
  columns: {
    survey: 'text',
    at: 'integer',
    fact_id: 'text',
    known_from: 'integer',
    known_until: 'integer',
    stakeholder: 'text',
    score: 'integer',
  },
  key: ['survey', 'at', 'fact_id', 'known_from'],
  indexes: [{ columns: ['stakeholder', 'at'] }],
};

/** Answers to surveys. */
export const surveyAnswers: Projection<null> = {
  name: 'survey-answers',
  version: 2,
  tables: [surveyAnswer],
  reads: new Set<SurveyFact['type']>(['SurveyAnswered', 'SurveyAnswerRetracted']),
  load: () => Promise.resolve(null),
  evolve: (_, event, rows) => {
    const { ordinal } = event;
    const { type, data } = factOf(event);
    if (type === 'SurveyAnswerRetracted') {
      const { factId, was } = data;
      rows.close(surveyAnswer, [was.survey, Date.parse(was.occurredAt), factId], ordinal);
      return;
    }
    const { stakeholderId, factId, occurredAt, survey, score } = data;
    rows.insert(surveyAnswer, {
      ...{ survey, at: Date.parse(occurredAt), fact_id: factId, known_from: ordinal, known_until: open },
      ...{ stakeholder: stakeholderId, score },
    });
  },
};

// The boundary of the log: its data is what the decider wrote.
const factOf = (event: RecordedEvent): SurveyFact => event as unknown as SurveyFact;

/** How many answers are shown of one stakeholder at most. */
export const answersMax = 100;

/** One answer that stands. */
export interface ListedAnswer {
  readonly factId: string;
  readonly survey: string;
  readonly score: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

type AnswerRow = Row & {
  readonly stakeholder: string;
  readonly fact_id: string;
  readonly survey: string;
  readonly score: number;
  readonly at: number;
};

/**
 * What each of these answered by then and was not taken back, newest first, `answersMax` at most: asked by the ids of all who
 * are one, answered by the first. Each of those is there.
 * @param recordedBetween only what was recorded after one fact and before another, by their ordinals.
 */
export const answersOf = async (
  rows: RowReader,
  groups: readonly (readonly string[])[],
  past: Past,
  recordedBetween: { readonly after: number; readonly before: number } = { after: 0, before: open },
): Promise<ReadonlyMap<string, readonly ListedAnswer[]>> => {
  const found = new Map<string, ListedAnswer[]>(groups.flat().map((id) => [id, []]));
  for (const { marks, values } of inLists(groups.flat())) {
    const sql = `SELECT stakeholder, fact_id, survey, score, at FROM (
        SELECT a.stakeholder, a.fact_id, a.survey, a.score, a.at,
          row_number() OVER (PARTITION BY a.stakeholder ORDER BY a.at DESC, a.known_from DESC) AS place
        FROM survey_answer a WHERE a.stakeholder IN (${marks}) AND a.at <= ? AND ${knownThen('a')}
          AND a.known_from > ? AND a.known_from < ?
      ) answers WHERE place <= ${answersMax} ORDER BY stakeholder, place`;
    const { after, before } = recordedBetween;
    const asked = [...values, past.validAt, ...thenOf(past), after, before];
    for (const { stakeholder, fact_id: factId, survey, score, at } of await rows.all<AnswerRow>(sql, asked))
      found.get(stakeholder)?.push({ factId, survey, score, at });
  }
  const answered = new Map<string, readonly ListedAnswer[]>();
  for (const [first, ...others] of groups) {
    if (first === undefined) continue;
    const theirs = [first, ...others].flatMap((id) => found.get(id) ?? []);
    answered.set(first, others.length === 0 ? theirs : theirs.sort((a, b) => b.at - a.at).slice(0, answersMax));
  }
  return answered;
};
