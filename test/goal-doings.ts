import fc from 'fast-check';
import type { Input, Mutation, Outcome } from './client.js';
import { doesWith, one, which } from './doing-parts.js';

/** Something that a client does about goals. */
export type GoalDoing =
  | { readonly does: 'setGoal'; readonly which: number; readonly measure: Input; readonly year: number }
  | { readonly does: 'reviseGoal'; readonly which: number; readonly target: number; readonly owner: number | null }
  | { readonly does: 'dropGoal'; readonly which: number };

/** Any one of them, by weight. */
export const goalDoings = [
  {
    weight: 2,
    arbitrary: doesWith('setGoal', {
      which,
      measure: fc.constantFrom<Input>(
        { measure: 'CONVERSIONS', kinds: ['WON_OVER', 'CONVERTED'] },
        { measure: 'STAKEHOLDERS_AT_STANCE', stances: ['DETRACTOR'], direction: 'AT_MOST' },
        { measure: 'NET_PROMOTER', survey: 'spring' },
        { measure: 'CONVERSATION_SHARE', topic: 'x' },
        { measure: 'RELAPSE_RATE' },
      ),
      year: fc.integer({ min: 2080, max: 2083 }),
    }),
  },
  {
    weight: 1,
    arbitrary: doesWith('reviseGoal', { which, target: fc.constantFrom(0, 1), owner: fc.option(which, { freq: 2 }) }),
  },
  { weight: 1, arbitrary: doesWith('dropGoal', { which }) },
];

const names = ['setGoal', 'reviseGoal', 'dropGoal'] as const;
export const isOfGoals = (doing: { readonly does: string }): doing is GoalDoing =>
  names.some((name) => name === doing.does);

/** Does it by the API, if there is something to do it to. */
export const goalDoing = (
  ask: (mutation: Mutation, input: Input) => Promise<Outcome | null>,
  colleagues: readonly string[],
): ((doing: GoalDoing) => Promise<Outcome | null>) => {
  const goals: string[] = [];
  const reason = 'a reason';

  return async (each) => {
    switch (each.does) {
      case 'setGoal': {
        const ownerId = one(colleagues, each.which);
        if (ownerId === undefined) return null;
        // As long as the ten years up to today: what happened in 2020 is in its baseline.
        const period = { from: `${each.year}-01-01T00:00:00Z`, until: `${each.year + 10}-01-01T00:00:00Z` };
        const set = await ask('setGoal', { ...each.measure, target: 1, ownerId, ...period, reason });
        if (set !== null) goals.push(set.goal.id);
        return set;
      }
      case 'reviseGoal': {
        const goalId = one(goals, each.which);
        const ownerId = each.owner === null ? undefined : one(colleagues, each.owner);
        if (goalId === undefined) return null;
        return ask('reviseGoal', {
          goalId,
          target: each.target,
          reason,
          ...(ownerId === undefined ? {} : { ownerId }),
        });
      }
      case 'dropGoal': {
        const goalId = one(goals, each.which);
        return goalId === undefined ? null : ask('dropGoal', { goalId, reason });
      }
    }
  };
};
