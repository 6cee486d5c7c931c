import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { dayMs } from '../../test/golden/standing-facts.js';
import { sharesOf } from './attribution.js';
import { boydConversationIndex } from './conversation-index.js';
import { kaplanMeier } from './kaplan-meier.js';
import { removalEffects } from './markov-chain.js';
import { netPromoterScore } from './net-promoter.js';

/** The worked values that every measure has to meet, to 0.0005. */
const golden = JSON.parse(readFileSync(new URL('../../test/golden/measures.json', import.meta.url), 'utf8')) as {
  readonly netPromoterScore: readonly {
    readonly promoters: number;
    readonly passives: number;
    readonly detractors: number;
    readonly score: number;
    readonly standardError: number;
  }[];
  readonly boydConversationIndex: readonly {
    readonly posts: number;
    readonly commentsAndTrackbacks: number;
    readonly index: number;
  }[];
  readonly kaplanMeier: {
    readonly observations: readonly { readonly days: number; readonly converted: boolean }[];
    readonly survival: Readonly<Record<string, number>>;
    readonly greenwoodStandardError: Readonly<Record<string, number>>;
  };
  readonly attribution: {
    readonly timeDecay: {
      readonly halfLifeDays: number;
      readonly daysBeforeConversion: readonly number[];
      readonly credit: readonly number[];
    };
    readonly position: readonly { readonly touches: number; readonly credit: readonly number[] }[];
    readonly markov: {
      readonly paths: readonly { readonly touches: readonly string[]; readonly converted: boolean }[];
      readonly conversionProbability: number;
      readonly removalEffect: Readonly<Record<string, number>>;
      readonly credit: Readonly<Record<string, number>>;
    };
  };
};

const near = (actual: number | null | undefined, expected: number): void => {
  expect(Math.abs((actual ?? NaN) - expected)).toBeLessThanOrEqual(0.0005);
};

describe('the worked values', () => {
  it.each(golden.netPromoterScore)('of the net promoter score: %j', ({ score, standardError, ...answers }) => {
    const found = netPromoterScore(answers);
    near(found?.score, score);
    near(found?.standardError, standardError);
  });

  it.each(golden.boydConversationIndex)("of Boyd's index: %j", ({ posts, commentsAndTrackbacks, index }) => {
    near(boydConversationIndex(posts, commentsAndTrackbacks), index);
  });

  it('of the Kaplan-Meier curve', () => {
    const { observations, survival, greenwoodStandardError } = golden.kaplanMeier;
    const { points } = kaplanMeier(observations.map((each) => ({ ...each, count: 1 })));
    const at = (days: string) => points.find((point) => point.days === Number(days));
    for (const [days, share] of Object.entries(survival)) near(at(days)?.survival, share);
    for (const [days, error] of Object.entries(greenwoodStandardError)) near(at(days)?.standardError, error);
  });

  it('of time decay', () => {
    const { halfLifeDays, daysBeforeConversion, credit } = golden.attribution.timeDecay;
    const touches = daysBeforeConversion.map((days) => ({ at: -days * dayMs, group: 'any' }));
    const shares = sharesOf('time-decay', { at: 0, touches }, halfLifeDays);
    for (const [index, expected] of credit.entries()) near(shares[index], expected);
  });

  it.each(golden.attribution.position)('of the position model: %j', ({ touches: count, credit }) => {
    const touches = Array.from({ length: count }, (_, at) => ({ at, group: 'any' }));
    const shares = sharesOf('position', { at: count, touches }, 7);
    expect(shares).toHaveLength(count);
    for (const [index, expected] of credit.entries()) near(shares[index], expected);
  });

  it('of the Markov chain', () => {
    const { paths, ...expected } = golden.attribution.markov;
    const found = removalEffects(paths);
    near(found.conversionProbability, expected.conversionProbability);
    for (const [state, effect] of Object.entries(expected.removalEffect)) near(found.removalEffect.get(state), effect);
    for (const [state, credit] of Object.entries(expected.credit)) near(found.credit.get(state), credit);
  });
});

describe('without anything to measure', () => {
  it('there is no score, no index and no median', () => {
    expect(netPromoterScore({ promoters: 0, passives: 0, detractors: 0 })).toBeNull();
    expect(boydConversationIndex(3, 0)).toBeNull();
    expect(kaplanMeier([])).toEqual({ points: [], medianDays: null });
  });
});
