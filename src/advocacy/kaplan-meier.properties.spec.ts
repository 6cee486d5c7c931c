import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { kaplanMeier, type Observed } from './kaplan-meier.js';
import { logRank } from './log-rank.js';

const observed = fc.record({ days: fc.nat(60), converted: fc.boolean(), count: fc.integer({ min: 1, max: 9 }) });
const cohort = fc.array(observed, { maxLength: 40 });
const holds = (law: (cohort: readonly Observed[]) => void) => fc.assert(fc.property(cohort, law), { numRuns: 1000 });

describe('any curve', () => {
  it('never rises, stays between 0 and 1, and lies within its band', () =>
    holds((spells) => {
      let before = 1;
      for (const { survival, lower, upper } of kaplanMeier(spells).points) {
        expect(survival).toBeLessThanOrEqual(before);
        expect(0 <= lower && lower <= survival && survival <= upper && upper <= 1).toBe(true);
        before = survival;
      }
    }));

  it('counts everybody once, and those at risk down to nobody', () =>
    holds((spells) => {
      let left = spells.reduce((sum, { count }) => sum + count, 0);
      for (const { atRisk, converted, censored } of kaplanMeier(spells).points) {
        expect(atRisk).toBe(left);
        left -= converted + censored;
      }
      expect(left).toBe(0);
    }));

  it('is the plain share of who is left while nobody is censored', () =>
    holds((spells) => {
      const all = spells.map((spell) => ({ ...spell, converted: true }));
      const count = all.reduce((sum, each) => sum + each.count, 0);
      for (const { survival, atRisk, converted } of kaplanMeier(all).points)
        expect(survival).toBeCloseTo((atRisk - converted) / count, 9);
    }));

  it('has its median where half have converted, and none before', () => {
    const half = [5, 6, 7, 8].map((days) => ({ days, converted: true, count: 1 }));
    expect(kaplanMeier(half).medianDays).toBe(6);
    expect(kaplanMeier([...half.slice(0, 1), { days: 9, converted: false, count: 2 }]).medianDays).toBeNull();
  });
});

describe('the log-rank test', () => {
  /** Freireich et al., Blood 21 (1963): weeks of remission under 6-MP and under placebo, the field's worked example. */
  const underTreatment: readonly Observed[] = [
    ...[6, 6, 6, 7, 10, 13, 16, 22, 23].map((days) => ({ days, converted: true, count: 1 })),
    ...[6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35].map((days) => ({ days, converted: false, count: 1 })),
  ];
  const underPlacebo: readonly Observed[] = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23].map(
    (days) => ({ days, converted: true, count: 1 }),
  );

  it('tells two cohorts apart as published', () => {
    const { observed: seen, expected, chiSquare, pValue } = logRank(underTreatment, underPlacebo);
    expect(seen).toBe(9);
    expect(expected).toBeCloseTo(19.25, 2);
    expect(chiSquare).toBeCloseTo(16.793, 3);
    expect(pValue).toBeCloseTo(0.0000417, 7);
  });

  it('knows no difference between a cohort and itself, and none where nobody is', () => {
    expect(logRank(underPlacebo, underPlacebo)).toMatchObject({ chiSquare: 0 });
    expect(logRank(underPlacebo, underPlacebo).pValue).toBeCloseTo(1, 6);
    expect(logRank([], [])).toMatchObject({ observed: 0, chiSquare: 0 });
  });

  it('says the same whichever cohort comes first', () => {
    fc.assert(
      fc.property(cohort, cohort, (a, b) => {
        const [one, other] = [logRank(a, b), logRank(b, a)];
        expect(one.chiSquare).toBeCloseTo(other.chiSquare, 8);
        expect(one.pValue >= 0 && one.pValue <= 1).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
