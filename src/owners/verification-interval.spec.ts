import { describe, expect, it } from '@jest/globals';
import { open } from '../event-sourcing/position.js';
import { specifyDecider, specifyProjection } from '../event-sourcing/specification.js';
import {
  type VerificationIntervalFact,
  type VerificationIntervalRequest,
  verificationInterval,
  verificationIntervalId,
} from './verification-interval.js';
import { verificationIntervalTable, verificationIntervals } from './verification-interval-rows.js';

const set = (days: number | null, tier: string | null = 'close'): VerificationIntervalFact => ({
  type: 'VerificationIntervalSet',
  data: { tier, days },
});
const ask = (days: number | null): VerificationIntervalRequest => ({
  type: 'SetVerificationInterval',
  data: { tier: 'close', days },
});

describe('the interval of verifications', () => {
  const { given } = specifyDecider(verificationInterval);
  it('is set, and set to another', () => {
    given()
      .when(ask(30))
      .then([set(30)]);
    given(set(30))
      .when(ask(60))
      .then([set(60)]);
  });
  it('is taken away', () =>
    given(set(30))
      .when(ask(null))
      .then([set(null)]));
  it('stays quiet where it is so already', () => {
    given(set(30)).when(ask(30)).thenNothingHappens();
    given().when(ask(null)).thenNothingHappens();
  });
  it('of a tier is told from the one for all others, whatever the tier is called', () =>
    expect(new Set([null, 'default', 'close'].map(verificationIntervalId)).size).toBe(3));
});

describe('the rows of the intervals', () => {
  const { given } = specifyProjection(verificationIntervals);
  it('keep each in its versions, and none where it was taken away', () =>
    given(set(30), set(180, null), set(60), set(null)).thenRows(verificationIntervalTable, [
      { tier: '', known_from: 2, known_until: open, days: 180 },
      { tier: 'close', known_from: 1, known_until: 3, days: 30 },
      { tier: 'close', known_from: 3, known_until: 4, days: 60 },
    ]));
});
