import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { attribute, attributionModels, type Attributing, type Journey } from './attribution.js';
import { type ChainPath, removalEffects } from './markov-chain.js';

const group = fc.constantFrom('reply', 'call', 'meeting', 'post', 'share');
const hours = 3_600_000;
const journey = fc
  .tuple(fc.nat(20_000), fc.array(fc.record({ at: fc.nat(20_000), group }), { maxLength: 8 }))
  .map(([at, touches]): Journey<string> => ({
    at: (at + 20_000) * hours,
    touches: touches.map((touch) => ({ ...touch, at: touch.at * hours })).sort((a, b) => a.at - b.at),
  }));
const asked = fc.record({
  halfLifeDays: fc.constantFrom(0.1, 7, 365),
  unconverted: fc.array(fc.array(group, { maxLength: 8 }), { maxLength: 8 }),
});

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((a, b) => a + b, 0);
const holds = (law: (journeys: readonly Journey<string>[], asked: Attributing<string>) => void) =>
  fc.assert(fc.property(fc.array(journey, { maxLength: 12 }), asked, law), { numRuns: 1000 });

describe.each(attributionModels)('attribution by %s', (model) => {
  it('shares each conversion once, unattributed included, and takes nothing away', () =>
    holds((journeys, how) => {
      const { credits, unattributed } = attribute(model, journeys, how);
      expect(unattributed).toBe(journeys.filter(({ touches }) => touches.length === 0).length);
      expect(sum(credits.values()) + unattributed).toBeCloseTo(journeys.length, 6);
      for (const credit of credits.values()) expect(credit).toBeGreaterThanOrEqual(-1e-9);
    }));

  it('credits nobody who did not touch', () =>
    holds((journeys, how) => {
      const took = new Set(journeys.flatMap(({ touches }) => touches.map(({ group: theirs }) => theirs)));
      const { credits } = attribute(model, journeys, how);
      for (const [theirs, credit] of credits) if (!took.has(theirs)) expect(credit).toBeCloseTo(0, 9);
    }));
});

/** The chance to convert by walking: as the chain is defined, with what is removed leading nowhere. */
function conversionProbability(paths: readonly ChainPath<string>[], removed: string | null): number {
  const way = paths.filter(({ touches }) => touches.length > 0);
  const steps = way.flatMap(({ touches, converted }) =>
    ['start', ...touches].map((state, i) => [state, touches[i] ?? (converted ? 'converted' : 'nothing')] as const),
  );
  let here = new Map([['start', 1]]);
  let converted = 0;
  for (let step = 0; step < 2_000 && here.size > 0; step += 1) {
    const next = new Map<string, number>();
    for (const [state, chance] of here) {
      const left = steps.filter(([from]) => from === state);
      for (const [, to] of left) {
        const share = chance / left.length;
        if (to === 'converted') converted += share;
        else if (to !== 'nothing' && to !== removed) next.set(to, (next.get(to) ?? 0) + share);
      }
    }
    here = new Map([...next].filter(([, chance]) => chance > 1e-13));
  }
  return converted;
}

describe('removal effects', () => {
  it('are what is lost when a state leads nowhere, walked step by step', () => {
    const path = fc.record({ touches: fc.array(group, { maxLength: 5 }), converted: fc.boolean() });
    fc.assert(
      fc.property(fc.array(path, { maxLength: 8 }), (paths) => {
        const whole = conversionProbability(paths, null);
        const found = removalEffects(paths);
        expect(found.conversionProbability).toBeCloseTo(whole, 8);
        for (const [state, effect] of found.removalEffect)
          expect(effect).toBeCloseTo(whole === 0 ? 0 : 1 - conversionProbability(paths, state) / whole, 6);
      }),
      { numRuns: 200 },
    );
  });
});
