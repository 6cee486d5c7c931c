import { open } from '../event-sourcing/position.js';
import type { Projection } from '../event-sourcing/projection.js';
import type { Table } from '../event-sourcing/read-store.js';
import type { SurveyFact } from './survey-answer.js';

/** What stakeholders (by their ids) answered, by survey and in the order of time. Times are milliseconds since 1970. */
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
};

/** Answers to surveys. */
export const surveyAnswers: Projection<null> = {
  name: 'survey-answers',
  version: 1,
  tables: [surveyAnswer],
  reads: new Set<SurveyFact['type']>(['SurveyAnswered']),
  load: () => Promise.resolve(null),
  evolve: (_, { data, ordinal }, rows) => {
    // The log holds under this type what its decider answered.
    const { stakeholderId, factId, occurredAt, survey, score } = data as unknown as SurveyFact['data'];
    rows.insert(surveyAnswer, {
      ...{ survey, at: Date.parse(occurredAt), fact_id: factId, known_from: ordinal, known_until: open },
      ...{ stakeholder: stakeholderId, score },
    });
  },
};
