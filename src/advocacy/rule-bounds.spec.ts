import { describe, expect, it } from '@jest/globals';
import { advocacyV1 } from './advocacy-v1.js';
import { conversionFaults, toneBounds, toneFaults } from './rule-bounds.js';
import { toneV1 } from './tone-v1.js';

const faulty = (changes: Partial<typeof toneV1>) =>
  toneFaults({ ...toneV1, ...changes }).map(({ parameter }) => parameter);

describe('a stance rule', () => {
  it('is tone-v1, and anything within bounds', () => {
    expect(toneFaults(toneV1)).toEqual([]);
    expect(faulty({ halfLifeMs: toneBounds.halfLifeMs[0], priorWeight: 100, acts: ['praise'] })).toEqual([]);
  });

  it.each(Object.entries(toneBounds))('has bounds for %s, which belong to it', (parameter, [least, most]) => {
    for (const value of [least - 0.0001, most + 0.0001, NaN])
      expect(faulty({ [parameter]: value })).toContain(parameter);
    // Thresholds and the hysteresis have to fit each other as well.
    if (!/M(?:ax|in)$|hysteresis/.test(parameter))
      for (const value of [least, most]) expect(faulty({ [parameter]: value })).toEqual([]);
  });

  it('tells times in days', () => {
    expect(toneFaults({ ...toneV1, halfLifeMs: 0 })).toEqual([
      { parameter: 'halfLifeMs', message: 'This lies from 1 to 3650 days.' },
    ]);
  });

  it('has its thresholds in order, and apart by twice the hysteresis', () => {
    expect(faulty({ criticMax: -0.5 })).toEqual(['criticMax']);
    expect(faulty({ supporterMin: -0.15 })).toEqual(['supporterMin']);
    expect(faulty({ hysteresis: 0.15 })).toEqual([]);
    expect(faulty({ hysteresis: 0.1501 })).toEqual(['hysteresis']);
  });

  it('weighs channels and acts that there are, from 0 to 10', () => {
    expect(faulty({ channelWeights: { forum: 0, email: 10 }, actWeights: { praise: 2 } })).toEqual([]);
    expect(faulty({ channelWeights: { forum: -1 }, actWeights: { praise: 10.1 } })).toEqual([
      'channelWeights',
      'actWeights',
    ]);
    expect(faulty({ channelWeights: { telegraph: 1 } as never })).toEqual(['channelWeights']);
  });

  it('has as advocacy acts what may be one, each once', () => {
    expect(faulty({ acts: ['complaint'] })).toEqual(['acts']);
    expect(faulty({ acts: ['referral', 'referral'] })).toEqual(['acts']);
    expect(faulty({ acts: [] })).toEqual([]);
  });
});

describe('a conversion rule', () => {
  const wrong = (changes: Partial<typeof advocacyV1>) =>
    conversionFaults({ ...advocacyV1, ...changes }).map(({ parameter }) => parameter);

  it('is advocacy-v1, and anything within bounds', () => {
    expect(wrong({})).toEqual([]);
    expect(wrong({ positiveAbove: -1, acts: [], rungs: ['converted'] })).toEqual([]);
  });

  it('counts one rung at least, and positive tones that there are', () => {
    expect(wrong({ rungs: [] })).toEqual(['rungs']);
    expect(wrong({ rungs: ['lost'] as never, positiveAbove: 1.1 })).toEqual(['positiveAbove', 'rungs']);
  });

  it('tells words as whoever gives them spells them', () => {
    expect(conversionFaults({ ...advocacyV1, rungs: ['lost'] as never })).toEqual([
      { parameter: 'rungs', message: 'LOST is not possible here: DEFUSED, WON_OVER, CONVERTED.' },
    ]);
  });
});
