import type { Decider, Refusal } from '../event-sourcing/decider.js';
import type { Fact } from '../event-sourcing/fact.js';

export const surveyScoreMax = 10;

// Stored names and shapes: add to them, never change them.
export type SurveyFact = Fact<
  'SurveyAnswered',
  {
    readonly stakeholderId: string;
    /** Id of this fact. */
    readonly factId: string;
    /** RFC 3339, UTC, milliseconds. */
    readonly occurredAt: string;
    /** Which survey, as the organisation calls it. */
    readonly survey: string;
    /** How likely it is that they would recommend us: a whole number, 0 to 10. */
    readonly score: number;
  }
>;

export type SurveyRequest = Fact<'RecordSurveyAnswer', SurveyFact['data']>;

/** The ids of the answers that are recorded. */
export type SurveyAnswers = ReadonlySet<string>;

/**
 * What one stakeholder answered when they were asked: their own word, and neither a stance that was observed nor anything
 * that we decide about them, so it stands in a stream of its own.
 */
export const survey: Decider<SurveyAnswers, SurveyRequest, SurveyFact, Refusal<never>> = {
  category: 'survey',
  initialState: new Set(),
  evolve: (answers, { data }) => new Set(answers).add(data.factId),
  decide: ({ data }, answers) => (answers.has(data.factId) ? [] : [{ type: 'SurveyAnswered', data }]),
};
