import { describe, it } from '@jest/globals';
import { specifyDecider } from '../event-sourcing/specification.js';
import { type AcknowledgementFact, type AcknowledgementRequest, acknowledgements } from './acknowledgement.js';
import { type GuidelineFact, type GuidelineRequest, guideline } from './guideline.js';

const occurredAt = '2024-01-01T00:00:00.000Z';
const rules = [{ channel: 'forum', site: 'doors.example', text: 'No links.' }] as const;
const publish = (text: string, isNew = true): GuidelineRequest => ({
  type: 'PublishGuideline',
  data: { guidelineId: 'g', occurredAt, name: 'Manners', text, rules, isNew },
});
const published = (version: number, text: string): GuidelineFact => ({
  type: 'GuidelinePublished',
  data: { guidelineId: 'g', occurredAt, version, name: 'Manners', text, rules },
});
const withdraw: GuidelineRequest = { type: 'WithdrawGuideline', data: { guidelineId: 'g', occurredAt } };
const withdrawn: GuidelineFact = { type: 'GuidelineWithdrawn', data: { guidelineId: 'g', occurredAt } };

describe('a guideline', () => {
  const { given } = specifyDecider(guideline);
  it('is published, in one version after another', () => {
    given()
      .when(publish('Be kind.'))
      .then([published(1, 'Be kind.')]);
    given(published(1, 'Be kind.'))
      .when(publish('Be brief.', false))
      .then([published(2, 'Be brief.')]);
  });
  it('has another version where a rule is another', () =>
    given({
      type: 'GuidelinePublished',
      data: { ...published(1, 'Be kind.').data, version: 1, name: 'Manners', text: 'Be kind.', rules: [] },
    })
      .when(publish('Be kind.', false))
      .then([published(2, 'Be kind.')]));
  it('stays quiet where it says the same', () =>
    given(published(1, 'Be kind.')).when(publish('Be kind.', false)).thenNothingHappens());
  it('is refused a next version where there is none', () =>
    given().when(publish('Be kind.', false)).then({ refused: 'GuidelineNotFound' }));
  it('is withdrawn, once', () => {
    given(published(1, 'Be kind.')).when(withdraw).then([withdrawn]);
    given(published(1, 'Be kind.'), withdrawn).when(withdraw).thenNothingHappens();
    given().when(withdraw).then({ refused: 'GuidelineNotFound' });
  });
  it('is published anew after that, as the next version', () =>
    given(published(1, 'Be kind.'), withdrawn)
      .when(publish('Be kind.', false))
      .then([published(2, 'Be kind.')]));
});

describe('an acknowledgement', () => {
  const { given } = specifyDecider(acknowledgements);
  const data = (version: number, guidelineId = 'g') => ({ colleagueId: 'kim', guidelineId, version, occurredAt });
  const ask = (version: number): AcknowledgementRequest => ({ type: 'AcknowledgeGuideline', data: data(version) });
  const earlier = '2023-12-24T00:00:00.000Z';
  const askEarlier = (version: number): AcknowledgementRequest => ({
    type: 'AcknowledgeGuideline',
    data: { ...data(version), occurredAt: earlier },
  });
  const toldEarlier = (version: number): AcknowledgementFact => ({
    type: 'GuidelineAcknowledged',
    data: { ...data(version), occurredAt: earlier },
  });
  const told = (version: number, of = 'g'): AcknowledgementFact => ({
    type: 'GuidelineAcknowledged',
    data: data(version, of),
  });
  const takeBack = (version: number): AcknowledgementRequest => ({
    type: 'RetractAcknowledgement',
    data: { colleagueId: 'kim', guidelineId: 'g', version },
  });
  const takenBack = (version: number): AcknowledgementFact => ({
    type: 'AcknowledgementRetracted',
    data: { colleagueId: 'kim', guidelineId: 'g', version },
  });
  it('is recorded, of each version', () => {
    given()
      .when(ask(1))
      .then([told(1)]);
    given(told(1))
      .when(ask(2))
      .then([told(2)]);
  });
  it('stays quiet where that version was acknowledged, or a later one', () => {
    given(told(2)).when(ask(2)).thenNothingHappens();
    given(told(2)).when(ask(1)).thenNothingHappens();
  });
  it('is recorded late where it says more: an older version, or the same one, at an earlier date', () => {
    given(told(2))
      .when(askEarlier(1))
      .then([toldEarlier(1)]);
    given(told(1))
      .when(askEarlier(1))
      .then([toldEarlier(1)]);
    given(told(1), toldEarlier(1)).when(askEarlier(1)).thenNothingHappens();
    given(told(1), toldEarlier(1)).when(ask(1)).thenNothingHappens();
    given(told(1), toldEarlier(2)).when(askEarlier(1)).thenNothingHappens();
    given(toldEarlier(1))
      .when(ask(2))
      .then([told(2)]);
  });
  it('is retracted with every date of that version', () => {
    given(told(1), toldEarlier(1))
      .when(takeBack(1))
      .then([takenBack(1)]);
    given(told(1), toldEarlier(1), takenBack(1))
      .when(ask(1))
      .then([told(1)]);
  });
  it('is retracted, once, and what was acknowledged besides stands', () => {
    given(told(1), told(2))
      .when(takeBack(2))
      .then([takenBack(2)]);
    given(told(1), told(2), takenBack(2)).when(takeBack(2)).thenNothingHappens();
    given(told(1), told(2), takenBack(2)).when(ask(1)).thenNothingHappens();
    given(told(1), told(2), takenBack(1)).when(ask(1)).thenNothingHappens();
  });
  it('is recorded again after that', () => {
    given(told(2), takenBack(2))
      .when(ask(2))
      .then([told(2)]);
    given(told(2), takenBack(2))
      .when(ask(1))
      .then([told(1)]);
    given(told(2), takenBack(2), told(2))
      .when(takeBack(2))
      .then([takenBack(2)]);
  });
  it('that there is none of is not retracted, also where a later version was acknowledged', () => {
    given().when(takeBack(1)).then({ refused: 'AcknowledgementNotFound' });
    given(told(2)).when(takeBack(1)).then({ refused: 'AcknowledgementNotFound' });
    given(told(1, 'another')).when(takeBack(1)).then({ refused: 'AcknowledgementNotFound' });
  });
  it('of one guideline is none of another', () =>
    given(told(2, 'another'))
      .when(ask(1))
      .then([told(1)]));
});
