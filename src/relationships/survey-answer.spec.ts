import { describe, it } from '@jest/globals';
import { specifyDecider, specifyProjection, recorded } from '../event-sourcing/specification.js';
import { open } from '../event-sourcing/position.js';
import { survey, type SurveyFact, type SurveyRequest } from './survey-answer.js';
import { surveyAnswer, surveyAnswers } from './survey-answers.js';

const data = { stakeholderId: 'mia', factId: 'f', occurredAt: '2026-01-02T00:00:00.000Z', survey: 'spring', score: 9 };
const request: SurveyRequest = { type: 'RecordSurveyAnswer', data };
const answered: SurveyFact = { type: 'SurveyAnswered', data };

describe('an answer to a survey', () => {
  const { given } = specifyDecider(survey);
  it('is recorded', () => given().when(request).then([answered]));
  it('is recorded again under another id', () =>
    given(answered)
      .when({ ...request, data: { ...data, factId: 'g' } })
      .then([{ ...answered, data: { ...data, factId: 'g' } }]));
  it('is recorded once', () => given(answered).when(request).thenNothingHappens());

  it('is a row', () =>
    specifyProjection(surveyAnswers)
      .given(recorded(answered))
      .thenRows(surveyAnswer, [
        {
          ...{ survey: 'spring', at: Date.UTC(2026, 0, 2), fact_id: 'f', known_from: 1, known_until: open },
          ...{ stakeholder: 'mia', score: 9 },
        },
      ]));
});
