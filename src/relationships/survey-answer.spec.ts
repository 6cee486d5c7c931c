import { describe, expect, it } from '@jest/globals';
import { present } from '../event-sourcing/past.js';
import { open } from '../event-sourcing/position.js';
import { recorded, specifyDecider, specifyProjection } from '../event-sourcing/specification.js';
import { survey, type SurveyFact, type SurveyRequest } from './survey-answer.js';
import { answersOf, surveyAnswer, surveyAnswers } from './survey-answers.js';

const data = { stakeholderId: 'mia', factId: 'f', occurredAt: '2026-01-02T00:00:00.000Z', survey: 'spring', score: 9 };
const request: SurveyRequest = { type: 'RecordSurveyAnswer', data };
const answered: SurveyFact = { type: 'SurveyAnswered', data };
const again: SurveyFact = { ...answered, data: { ...data, factId: 'g', score: 3 } };
const retract: SurveyRequest = { type: 'RetractSurveyAnswer', data: { stakeholderId: 'mia', factId: 'f' } };
const retracted: SurveyFact = {
  type: 'SurveyAnswerRetracted',
  data: {
    ...{ stakeholderId: 'mia', factId: 'f' },
    was: { type: 'SurveyAnswered', survey: 'spring', occurredAt: data.occurredAt },
  },
};

describe('an answer to a survey', () => {
  const { given } = specifyDecider(survey);
  it('is recorded', () => given().when(request).then([answered]));
  it('is recorded again under another id', () =>
    given(answered).when({ type: 'RecordSurveyAnswer', data: again.data }).then([again]));
  it('is recorded once, also where it was taken back', () => {
    given(answered).when(request).thenNothingHappens();
    given(answered, retracted).when(request).thenNothingHappens();
  });
  it('is retracted once', () => {
    given(answered).when(retract).then([retracted]);
    given(answered, again, retracted).when(retract).thenNothingHappens();
  });
  it('is not retracted where it was never given', () =>
    given(again).when(retract).then({ refused: 'SurveyAnswerNotFound' }));
});

describe('the rows of answers', () => {
  const { given } = specifyProjection(surveyAnswers);
  const at = Date.UTC(2026, 0, 2);
  const row = { survey: 'spring', at, stakeholder: 'mia' };

  it('hold an answer, until it is taken back', async () => {
    await given(recorded(answered)).thenRows(surveyAnswer, [
      { ...row, fact_id: 'f', known_from: 1, known_until: open, score: 9 },
    ]);
    await given(answered, again, retracted).thenColumns(surveyAnswer, [
      { ...row, fact_id: 'f', known_from: 1, known_until: 3, score: 9 },
      { ...row, fact_id: 'g', known_from: 2, known_until: open, score: 3 },
    ]);
  });

  it('tell what somebody answered, as of any past, newest first', () =>
    given(
      answered,
      { type: 'SurveyAnswered', data: { ...again.data, occurredAt: '2026-01-05T00:00:00.000Z' } },
      retracted,
    ).reading(async (rows) => {
      const scores = async (known: number, validAt = at * 2) =>
        (await answersOf(rows, [['mia'], ['leo']], { known, validAt })).get('mia')?.map(({ score }) => score);
      expect(await scores(2)).toEqual([3, 9]);
      expect(await scores(2, at)).toEqual([9]);
      expect(await scores(present)).toEqual([3]);
      // Of those who are one, whoever answered.
      const asOne = await answersOf(rows, [['leo', 'mia']], { known: 2, validAt: at * 2 });
      expect(asOne.get('leo')?.map(({ score }) => score)).toEqual([3, 9]);
      expect((await answersOf(rows, [['mia'], ['leo']], { known: present, validAt: at })).get('leo')).toEqual([]);
    }));
});
