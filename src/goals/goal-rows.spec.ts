import { describe, expect, it } from '@jest/globals';
import { present } from '../event-sourcing/past.js';
import { open } from '../event-sourcing/position.js';
import { recorded, specifyProjection } from '../event-sourcing/specification.js';
import type { Baseline, GoalFact, GoalTerms } from './goal.js';
import { type GoalFilter, countGoals, goalsById, goalsPage, termsOf } from './goal-pages.js';
import { goalRows, goalTable } from './goal-rows.js';

const at = (day: number): string => new Date(day * 86_400_000).toISOString();
const dayMs = 86_400_000;
const baseline: Baseline = {
  ...{ value: 3, from: at(1), until: at(5), eventId: 'e' },
  ...{ definition: 'd', rule: null, stanceRule: null },
};
const terms: GoalTerms = { target: 5, direction: 'at-least', from: at(10), until: at(20), owner: 'kim' };
const measure = { kinds: null, stances: null, survey: null, topic: null };
const of = (goalId: string, fact: GoalFact, reason?: string) =>
  recorded(fact, { stream: `goal-${goalId}`, ...(reason === undefined ? {} : { provenance: { reason } }) });
const set = (goalId: string, changes: Partial<GoalTerms> = {}, name: 'conversions' | 'net-promoter' = 'conversions') =>
  of(
    goalId,
    {
      type: 'GoalSet',
      data: { ...terms, ...changes, goalId, measure: { ...measure, name }, setAt: at(5), baseline },
    },
    'why',
  );
const revised = (goalId: string, changes: Partial<GoalTerms>) =>
  of(
    goalId,
    { type: 'GoalRevised', data: { ...terms, ...changes, goalId, setAt: at(6), baseline, was: terms } },
    'because',
  );
const dropped = (goalId: string) => of(goalId, { type: 'GoalDropped', data: { goalId, droppedAt: at(7) } }, 'no more');

const { given } = specifyProjection(goalRows);
const past = (known = present, day = 15) => ({ known, validAt: day * dayMs });

describe('the rows of goals', () => {
  it('hold each in its versions', () =>
    given(set('g'), revised('g', { until: at(30), owner: 'lee' }), dropped('g')).thenColumns(goalTable, [
      { key: 1, known_from: 1, known_until: 2, until_at: 20 * dayMs, owner: 'kim', dropped: 0, revision: 0 },
      { key: 1, known_from: 2, known_until: 3, until_at: 30 * dayMs, owner: 'lee', dropped: 0, revision: 1 },
      { key: 1, known_from: 3, known_until: open, until_at: 30 * dayMs, owner: 'lee', dropped: 1, revision: 2 },
    ]));

  it('tell a goal as it was known then, and all that it promised', () =>
    given(set('g'), revised('g', { target: 6 }), dropped('g')).reading(async (rows) => {
      const known = async (ordinal: number) => (await goalsById(rows, ['g', 'x'], past(ordinal))).get('g')?.view;
      expect(await known(0)).toBeUndefined();
      expect(await known(1)).toMatchObject({ target: 5, reason: 'why', setAt: at(5), dropped: null });
      expect(await known(2)).toMatchObject({ target: 6, reason: 'because', setAt: at(6), dropped: null });
      expect(await known(3)).toMatchObject({ target: 6, dropped: { at: at(7), by: 'tester', reason: 'no more' } });
      const promised = async (ordinal: number) =>
        (await termsOf(rows, ['g', 'x'], past(ordinal))).get('g')?.map(({ target, reason }) => [target, reason]);
      expect(await promised(1)).toEqual([[5, 'why']]);
      expect(await promised(3)).toEqual([
        [6, 'because'],
        [5, 'why'],
      ]);
    }));

  it('keep when it was promised, and what the log held then, where only who answers for it has changed', () => {
    const later = { ...baseline, value: 9, eventId: 'later' };
    const handed = of('g', {
      type: 'GoalRevised',
      data: { ...terms, owner: 'lee', goalId: 'g', setAt: at(12), baseline: later, was: terms },
    });
    return given(set('g'), handed).reading(async (rows) => {
      const promise = { setAt: at(5), baseline };
      expect((await goalsById(rows, ['g'], past())).get('g')?.view).toMatchObject({ owner: 'lee', ...promise });
      expect((await termsOf(rows, ['g'], past())).get('g')).toMatchObject([
        { owner: 'lee', ...promise },
        { owner: 'kim', ...promise },
      ]);
    });
  });

  it('are listed by the beginning of their periods, and by what is asked', () =>
    given(
      set('a', { from: at(1), until: at(9) }),
      set('b', { owner: 'lee' }),
      set('c', { from: at(16), until: at(30) }),
      set('d', {}, 'net-promoter'),
      dropped('b'),
    ).reading(async (rows) => {
      const ids = async (where: GoalFilter, from = past()) => {
        const { entries } = await goalsPage(rows, { past: from, where, order: 'desc', limit: 10 });
        expect(await countGoals(rows, from, where)).toBe(entries.length);
        return entries.map(({ view }) => view.goalId).join('');
      };
      expect(await ids({})).toBe('cdba');
      expect(await ids({ owner: 'lee' })).toBe('b');
      expect(await ids({ measures: ['net-promoter'] })).toBe('d');
      expect(await ids({ phases: ['upcoming'] })).toBe('c');
      expect(await ids({ phases: ['under-way'] })).toBe('db');
      expect(await ids({ phases: ['over', 'upcoming'] })).toBe('ca');
      expect(await ids({ phases: ['over'] }, past(present, 20))).toBe('dba');
      expect(await ids({ dropped: true })).toBe('b');
      expect(await ids({ dropped: true }, past(4))).toBe('');
      const second = await goalsPage(rows, {
        ...{ past: past(), order: 'desc', limit: 2, after: { from: 10 * dayMs, key: 4 } },
      });
      expect(second.entries.map(({ view }) => view.goalId)).toEqual(['b', 'a']);
    }));
});
