import type { Decider, Refusal } from '../event-sourcing/decider.js';
import type { Fact } from '../event-sourcing/fact.js';

export const surveyScoreMax = 10;

// Stored names and shapes: add to them, never change them. The reason of a retraction stands in its provenance.
export type SurveyFact =
  | Fact<
      'SurveyAnswered',
      {
        readonly stakeholderId: string;
        /** Id of this fact, by which it can be retracted. */
        readonly factId: string;
        /** RFC 3339, UTC, milliseconds. */
        readonly occurredAt: string;
        /** Which survey, as the organisation calls it. */
        readonly survey: string;
        /** How likely it is that they would recommend us: a whole number, 0 to 10. */
        readonly score: number;
      }
    >
  | Fact<
      'SurveyAnswerRetracted',
      {
        readonly stakeholderId: string;
        /** Of the answer. */
        readonly factId: string;
        readonly was: { readonly type: 'SurveyAnswered'; readonly survey: string; readonly occurredAt: string };
      }
    >;

export type SurveyAnswered = Extract<SurveyFact, { type: 'SurveyAnswered' }>['data'];

export type SurveyRequest =
  | Fact<'RecordSurveyAnswer', SurveyAnswered>
  | Fact<'RetractSurveyAnswer', { readonly stakeholderId: string; readonly factId: string }>;

export type SurveyRefusal = Refusal<'SurveyAnswerNotFound'>;

/** The answers that are recorded, by the ids of their facts. */
export type SurveyAnswers = ReadonlyMap<
  string,
  { readonly survey: string; readonly occurredAt: string; readonly retracted: boolean }
>;

/**
 * What one stakeholder answered when they were asked: their own word, and neither a stance that was observed nor anything
 * that we decide about them, so it stands in a stream of its own. An answer that was recorded by mistake is retracted.
 */
export const survey: Decider<SurveyAnswers, SurveyRequest, SurveyFact, SurveyRefusal> = {
  category: 'survey',
  initialState: new Map(),

  evolve: (answers, { type, data }) => {
    const { survey: name, occurredAt } = type === 'SurveyAnswered' ? data : data.was;
    return new Map(answers).set(data.factId, { survey: name, occurredAt, retracted: type !== 'SurveyAnswered' });
  },

  decide: ({ type, data }, answers) => {
    const answer = answers.get(data.factId);
    switch (type) {
      case 'RecordSurveyAnswer':
        return answer === undefined ? [{ type: 'SurveyAnswered', data }] : [];
      case 'RetractSurveyAnswer': {
        if (answer === undefined) return { refused: 'SurveyAnswerNotFound' };
        const { retracted, ...was } = answer;
        if (retracted) return [];
        const { stakeholderId, factId } = data;
        return [
          { type: 'SurveyAnswerRetracted', data: { stakeholderId, factId, was: { type: 'SurveyAnswered', ...was } } },
        ];
      }
    }
  },
};
