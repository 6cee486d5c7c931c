import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isRefusal } from '../event-sourcing/decider.js';
import { type Baseline, type Goal, type GoalRequest, type GoalTerms, directions, goal } from './goal.js';

const goalId = 'g';
const dateOf = (day: number): string => new Date(day * 86_400_000).toISOString();
const baseline: Baseline = {
  ...{ value: null, from: null, until: dateOf(0), eventId: null },
  ...{ definition: 'd', rule: null, stanceRule: null },
};
const measure = { name: 'conversions', kinds: ['won-over'], stances: null, survey: null, topic: null } as const;

const day = fc.integer({ min: 0, max: 30 });
const period = fc
  .tuple(day, fc.integer({ min: 1, max: 10 }))
  .map(([from, days]) => ({ from: dateOf(from), until: dateOf(from + days) }));
const target = fc.integer({ min: -1, max: 4 });
const direction = fc.constantFrom(...directions);
const owner = fc.constantFrom('kim', 'lee');
const terms = fc.record({ period, target, direction, owner }).map(({ period: its, ...rest }) => ({ ...its, ...rest }));
const changes = fc
  .record({ period, target, direction, owner }, { requiredKeys: [] })
  .map(({ period: its, ...rest }): Partial<GoalTerms> => ({ ...its, ...rest }));

type Asked = { readonly at: number; readonly request: GoalRequest };
const asked: fc.Arbitrary<Asked> = fc.oneof(
  fc.tuple(day, terms).map(([at, its]): Asked => {
    const data = { ...its, target: Math.max(0, its.target), goalId, measure, setAt: dateOf(at), baseline };
    return { at, request: { type: 'SetGoal', data } };
  }),
  fc.tuple(day, changes).map(([at, its]): Asked => {
    return { at, request: { type: 'ReviseGoal', data: { ...its, goalId, setAt: dateOf(at), baseline } } };
  }),
  day.map((at): Asked => ({ at, request: { type: 'DropGoal', data: { goalId, droppedAt: dateOf(at) } } })),
);

/** Whatever is asked, one after another in the order of time: each with the state before and after. */
const history = fc.array(asked, { maxLength: 30 }).map((all) => {
  let state: Goal = goal.initialState;
  return all
    .sort((a, b) => a.at - b.at)
    .map(({ at, request }) => {
      const before = state;
      const decided = goal.decide(request, before);
      if (!isRefusal(decided)) state = decided.reduce(goal.evolve, before);
      return { at, request, before, after: state, decided };
    });
});

const promised = (of: Goal): object | null => {
  if (of === null) return null;
  const { owner: _, ...rest } = of.terms;
  return rest;
};

describe('any history of a goal', () => {
  it('promises nothing else once the period has begun, by which it was promised', () =>
    fc.assert(
      fc.property(history, (all) => {
        for (const { at, before, after } of all)
          if (before !== null && dateOf(at) >= before.terms.from) expect(promised(after)).toEqual(promised(before));
      }),
      { numRuns: 2_000 },
    ));

  it('never promises for a period that has begun, or what the measure cannot come to', () =>
    fc.assert(
      fc.property(history, (all) => {
        for (const { at, before, after } of all)
          if (after !== null && JSON.stringify(promised(before)) !== JSON.stringify(promised(after))) {
            expect(dateOf(at) < after.terms.from).toBe(true);
            expect(after.terms.target).toBeGreaterThanOrEqual(0);
          }
      }),
      { numRuns: 2_000 },
    ));

  it('stays dropped, and is dropped before its period is over', () =>
    fc.assert(
      fc.property(history, (all) => {
        for (const { at, before, after } of all) {
          if (before?.dropped === true) expect(after).toEqual(before);
          if (before?.dropped === false && after?.dropped === true) expect(dateOf(at) < after.terms.until).toBe(true);
        }
      }),
      { numRuns: 2_000 },
    ));

  it('says nothing when it is asked the same twice', () =>
    fc.assert(
      fc.property(history, (all) => {
        for (const { request, after, decided } of all)
          if (!isRefusal(decided)) expect(goal.decide(request, after)).toEqual([]);
      }),
      { numRuns: 1_000 },
    ));
});
