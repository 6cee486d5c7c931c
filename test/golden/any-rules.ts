import fc from 'fast-check';
import { advocacyV1, rungs } from '../../src/advocacy/advocacy-v1.js';
import { changedRule } from '../../src/advocacy/changed-rules.js';
import { rulesV1, type Rules } from '../../src/advocacy/standing.js';
import { possibleAdvocacyActs, toneV1 } from '../../src/advocacy/tone-v1.js';
import { dayMs } from './standing-facts.js';

const days = fc.integer({ min: 1, max: 400 }).map((n) => n * dayMs);
const weight = fc.constantFrom(0, 0.5, 1, 2);

/** Thresholds in their order, far enough apart for the hysteresis. */
const thresholds = fc
  .tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 5, max: 30 }), fc.integer({ min: 5, max: 30 }))
  .map(([first, second, third]) => {
    const detractorMax = -0.7 + first / 50;
    return { detractorMax, criticMax: detractorMax + second / 50, supporterMin: detractorMax + (second + third) / 50 };
  });

const toneChanges = fc.tuple(
  thresholds,
  fc.record({
    halfLifeMs: days,
    hysteresis: fc.constantFrom(0.001, 0.02, 0.05),
    priorWeight: fc.constantFrom(0.01, 1, 4),
    acts: fc.subarray([...possibleAdvocacyActs]),
    actTone: fc.constantFrom(-0.2, 0.5, 1),
    actSpanMs: days,
    channelWeights: fc.record({ email: weight, forum: weight }, { requiredKeys: [] }),
    actWeights: fc.record({ comment: weight, recommendation: weight }, { requiredKeys: [] }),
  }),
);

const conversionChanges = fc.record({
  positiveAbove: fc.constantFrom(-1, -0.2, 0, 0.5, 1),
  acts: fc.subarray(['comment', 'recommendation', 'praise'] as const),
  rungs: fc.subarray([...rungs], { minLength: 1 }),
});

/** Any rules of the families of `tone-v1` and `advocacy-v1`, those themselves among them. */
export const anyRules: fc.Arbitrary<Rules> = fc.oneof(
  { weight: 1, arbitrary: fc.constant(rulesV1) },
  {
    weight: 5,
    arbitrary: fc.tuple(toneChanges, conversionChanges).map(([[bands, others], conversion]) => ({
      tone: changedRule(toneV1, { ...bands, ...others }),
      conversion: changedRule(advocacyV1, conversion),
    })),
  },
);
