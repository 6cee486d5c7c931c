import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { acted, dayMs, said } from '../../test/golden/standing-facts.js';
import type { Expression } from './facts-of-standing.js';
import { type ToneRule, express, round9, stanceByTone, toneOf, toneV1, unheard } from './tone-v1.js';

const heard = (...expressions: readonly Expression[]) =>
  expressions.reduce((reading, expression) => express(reading, expression, toneV1), unheard);

/** A reading whose T is the given number: 1 + sum(w) is 2 after one expression. */
const first = (tone: number) => heard(said(0, tone * 2));

describe('T', () => {
  it('is null and the stance unknown before the first expression', () => {
    expect(toneOf(unheard)).toBeNull();
    expect(stanceByTone(unheard, 0)).toBe('unknown');
  });

  it('halves the weight of what was said 60 days ago', () => {
    expect(toneOf(heard(said(0, -1), said(60, 1)))).toBe(0.2);
  });

  it('counts an act without a tone as +0.5, and one with a tone as that', () => {
    expect(toneOf(heard(acted(0)))).toBe(0.25);
    expect(toneOf(heard(acted(0, -0.2)))).toBe(-0.1);
  });

  it('does not hear what has neither a tone nor an act', () => {
    const before = heard(said(0, 0.4));
    expect(express(before, said(50, null), toneV1)).toBe(before);
  });

  it('is never -0, so that a stored reading goes on as one that was not', () => {
    const { weighed } = heard(said(0, -0));
    expect([weighed, toneOf(heard(said(0, -0))), round9(-1e-12)]).toEqual([0, 0, 0]);
  });

  it('is the direct sum over all expressions, to 9 decimals', () =>
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 900 }), fc.integer({ min: -100, max: 100 })), { minLength: 1 }),
        (said_) => {
          const expressions = said_.toSorted(([a], [b]) => a - b).map(([day, percent]) => said(day, percent / 100));
          const end = expressions.at(-1)?.at ?? 0;
          const weights = expressions.map(({ at }) => 2 ** (-(end - at) / (60 * dayMs)));
          const weighed = expressions.reduce((sum, { tone }, i) => sum + (tone ?? 0) * (weights[i] ?? 0), 0);
          const weight = weights.reduce((sum, w) => sum + w, 0);
          expect(toneOf(heard(...expressions))).toBeCloseTo(weighed / (1 + weight), 8);
        },
      ),
    ));
});

describe('the band of a first expression', () => {
  it.each([
    [-0.5, 'detractor'],
    [-0.499999999, 'critic'],
    [-0.15, 'critic'],
    [-0.149999999, 'neutral'],
    [0.149999999, 'neutral'],
    [0.15, 'supporter'],
  ] as const)('at T = %d is %s', (tone, stance) => {
    expect(stanceByTone(first(tone), 0)).toBe(stance);
  });

  it('compares T to 9 decimals', () => {
    expect(stanceByTone(first(-0.1499999999), 0)).toBe('critic');
  });
});

describe('the band after that', () => {
  /** At one instant nothing decays: T after the second is (2 before + s) / 3, so s is 3 T - 2 before. */
  const then = (before: number, tone: number) => {
    const reading = express(first(before), said(0, 3 * tone - 2 * before, 'z'), toneV1);
    expect(toneOf(reading)).toBe(tone);
    return stanceByTone(reading, 0);
  };

  it.each([
    [-0.5, -0.480000001, 'detractor'],
    [-0.5, -0.48, 'critic'],
    [-0.2, -0.130000001, 'critic'],
    [-0.2, -0.13, 'neutral'],
    [0.1, 0.169999999, 'neutral'],
    [0.1, 0.17, 'supporter'],
    [0.2, 0.130000001, 'supporter'],
    [0.2, 0.13, 'neutral'],
    [0, -0.169999999, 'neutral'],
    [0, -0.17, 'critic'],
    [-0.3, -0.519999999, 'critic'],
    [-0.3, -0.52, 'detractor'],
  ] as const)('from T = %d to T = %d is %s', (before, tone, stance) => {
    expect(then(before, tone)).toBe(stance);
  });

  it('may pass all three thresholds at once', () => {
    expect(then(-0.5, 0.17)).toBe('supporter');
    expect(then(0.2, -0.52)).toBe('detractor');
  });

  it('stops at the threshold that is not passed by enough', () => {
    expect(then(-0.5, 0.16)).toBe('neutral');
  });
});

describe('an advocate', () => {
  it('is a supporter with an act in the last 180 days, and none at 180 days', () => {
    const reading = heard(acted(0));
    expect(stanceByTone(reading, 180 * dayMs - 1)).toBe('advocate');
    expect(stanceByTone(reading, 180 * dayMs)).toBe('supporter');
  });

  it('is nobody below the supporter band, but an act done there is remembered', () => {
    const grudging = heard(said(0, -1), acted(1));
    expect(stanceByTone(grudging, dayMs)).toBe('critic');
    const later = express(grudging, said(120, 1), toneV1);
    expect(stanceByTone(later, 120 * dayMs)).toBe('advocate');
    expect(stanceByTone(later, 181 * dayMs)).toBe('supporter');
  });

  it('stays one by a later act', () => {
    expect(stanceByTone(heard(acted(0), acted(100)), 279 * dayMs)).toBe('advocate');
  });
});

describe('another rule', () => {
  it('is another value', () => {
    const lenient = { ...toneV1, name: 'tone-lenient', detractorMax: -0.6, halfLifeMs: 30 * dayMs };
    expect(stanceByTone(express(unheard, said(0, -1), lenient), 0)).toBe('critic');
    expect(toneOf(express(express(unheard, said(0, -1), lenient), said(60, 1), lenient))).toBe(round9(0.75 / 2.25));
  });

  const underRule = (changes: Partial<ToneRule>, ...expressions: readonly Expression[]) => {
    const rule = { ...toneV1, name: 'tone-other', ...changes };
    return { rule, reading: expressions.reduce((reading, each) => express(reading, each, rule), unheard) };
  };
  const toneUnder = (changes: Partial<ToneRule>, ...expressions: readonly Expression[]) => {
    const { rule, reading } = underRule(changes, ...expressions);
    return toneOf(reading, rule);
  };

  it('may begin with more neutral evidence, or with less', () => {
    expect(toneUnder({ priorWeight: 3 }, said(0, -1))).toBe(-0.25);
    expect(toneUnder({ priorWeight: 0.25 }, said(0, -1))).toBe(-0.8);
  });

  it('may weigh channels and acts, both', () => {
    const inForum: Expression = { ...said(0, -1), channel: 'forum' };
    const praise: Expression = { ...said(0, 1), act: 'praise', channel: 'forum' };
    expect(toneUnder({ channelWeights: { forum: 2 } }, inForum)).toBe(round9(-2 / 3));
    expect(toneUnder({ channelWeights: { forum: 2 }, actWeights: { praise: 1.5 } }, inForum, praise)).toBe(
      round9(1 / 6),
    );
    // Where the channel is not known, the act alone tells.
    expect(toneUnder({ channelWeights: { forum: 2 } }, { ...inForum, channel: null })).toBe(-0.5);
  });

  it('does not hear what weighs nothing, an act neither', () => {
    expect(underRule({ actWeights: { comment: 0 } }, said(0, -1)).reading).toBe(unheard);
    const { reading } = underRule({ actWeights: { recommendation: 0 } }, said(0, 1), acted(1));
    expect(stanceByTone(reading, dayMs)).toBe('supporter');
  });

  it('may have other advocacy acts, which count for longer', () => {
    const praise: Expression = { ...said(0, null), act: 'praise' };
    expect(underRule({}, praise).reading).toBe(unheard);
    const { reading } = underRule({ acts: ['praise'], actTone: 0.8, actSpanMs: 400 * dayMs }, praise);
    expect(toneOf(reading)).toBe(0.4);
    expect([stanceByTone(reading, 399 * dayMs), stanceByTone(reading, 400 * dayMs)]).toEqual(['advocate', 'supporter']);
    expect(stanceByTone(underRule({ acts: ['praise'] }, acted(0, 1)).reading, 0)).toBe('supporter');
  });
});
