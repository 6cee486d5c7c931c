import { describe, it } from '@jest/globals';
import { specifyDecider } from '../event-sourcing/specification.js';
import { type Baseline, type GoalFact, type GoalRequest, type GoalTerms, type StoredMeasure, goal } from './goal.js';

const { given } = specifyDecider(goal);

const goalId = 'g';
const at = (day: number): string => `2026-01-${String(day).padStart(2, '0')}T00:00:00.000Z`;
const measure: StoredMeasure = { name: 'conversions', kinds: ['won-over'], stances: null, survey: null, topic: null };
const terms: GoalTerms = { target: 5, direction: 'at-least', from: at(10), until: at(20), owner: 'kim' };
const baseline: Baseline = {
  ...{ value: 3, from: at(1), until: at(5), eventId: 'e' },
  ...{ definition: 'd', rule: null, stanceRule: null },
};
const setOn = (day: number): Extract<GoalRequest, { type: 'SetGoal' }> => ({
  type: 'SetGoal',
  data: { ...terms, goalId, measure, setAt: at(day), baseline },
});
const revise = (day: number, changes: Partial<GoalTerms>): GoalRequest => ({
  type: 'ReviseGoal',
  data: { ...changes, goalId, setAt: at(day), baseline },
});
const drop = (day: number): GoalRequest => ({ type: 'DropGoal', data: { goalId, droppedAt: at(day) } });
const set: GoalFact = { type: 'GoalSet', data: setOn(5).data };
const revised = (day: number, changes: Partial<GoalTerms>): GoalFact => ({
  type: 'GoalRevised',
  data: { ...terms, ...changes, goalId, setAt: at(day), baseline, was: terms },
});
const dropped: GoalFact = { type: 'GoalDropped', data: { goalId, droppedAt: at(6) } };

describe('a goal', () => {
  it('is set before its period, with what the log held then', () => given().when(setOn(5)).then([set]));
  it('is not set once its period has begun', () => {
    given()
      .when(setOn(10))
      .then({ refused: 'PeriodHasBegun', from: at(10) });
    given()
      .when(setOn(15))
      .then({ refused: 'PeriodHasBegun', from: at(10) });
  });
  it('is set once', () => given(set).when(setOn(15)).thenNothingHappens());

  it('is revised before its period, and what it was is told', () => {
    given(set)
      .when(revise(9, { target: 6 }))
      .then([revised(9, { target: 6 })]);
    given(set)
      .when(revise(9, { direction: 'at-most' }))
      .then([revised(9, { direction: 'at-most' })]);
    const later = { from: at(12), until: at(25) };
    given(set)
      .when(revise(9, later))
      .then([revised(9, later)]);
  });
  it('keeps what was revised before', () =>
    given(set, revised(6, { target: 6 }))
      .when(revise(7, { owner: 'lee' }))
      .then([
        {
          type: 'GoalRevised',
          data: {
            ...{ ...terms, target: 6, owner: 'lee', goalId, setAt: at(7), baseline },
            was: { ...terms, target: 6 },
          },
        },
      ]));
  it('promises nothing else once its period has begun, or by a period that has', () => {
    const begun = { refused: 'PeriodHasBegun', from: at(10) } as const;
    given(set)
      .when(revise(10, { target: 4 }))
      .then(begun);
    given(set)
      .when(revise(10, { direction: 'at-most' }))
      .then(begun);
    given(set)
      .when(revise(10, { until: at(30) }))
      .then(begun);
    // Not by being put off either.
    given(set)
      .when(revise(10, { from: at(15), until: at(30) }))
      .then(begun);
    given(set)
      .when(revise(9, { from: at(9), until: at(12) }))
      .then({ refused: 'PeriodHasBegun', from: at(9) });
  });
  it('is answered for by another at any time', () =>
    given(set)
      .when(revise(30, { owner: 'lee' }))
      .then([revised(30, { owner: 'lee' })]));
  it('stays as it is where nothing is revised', () =>
    given(set)
      .when(revise(30, { target: 5, owner: 'kim' }))
      .thenNothingHappens());
  it('has a target that its measure can come to', () => {
    const refused = { refused: 'TargetOutOfRange', lowest: 0, highest: 1_000_000_000 } as const;
    given(set)
      .when(revise(9, { target: -1 }))
      .then(refused);
    given(set)
      .when(revise(9, { target: 5.5 }))
      .then(refused);
  });

  it('is dropped before its period is over', () => {
    given(set).when(drop(6)).then([dropped]);
    given(set)
      .when(drop(19))
      .then([{ type: 'GoalDropped', data: { goalId, droppedAt: at(19) } }]);
    given(set)
      .when(drop(20))
      .then({ refused: 'PeriodIsOver', until: at(20) });
  });
  it('is dropped once, and not revised after', () => {
    given(set, dropped).when(drop(30)).thenNothingHappens();
    given(set, dropped)
      .when(revise(7, { target: 6 }))
      .then({ refused: 'GoalIsDropped' });
  });
  it('has to be there', () => {
    given()
      .when(revise(5, { target: 6 }))
      .then({ refused: 'GoalNotFound' });
    given().when(drop(5)).then({ refused: 'GoalNotFound' });
  });
});
