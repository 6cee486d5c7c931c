import type { Refusal } from '../event-sourcing/decider.js';
import { deterministicId } from '../event-sourcing/event-id.js';
import {
  type Accepted,
  type CommandContext,
  type CommandIdReused,
  type Transactions,
  isAccepted,
} from '../event-sourcing/transact.js';
import { type Baseline, type Goal, type GoalRefusal, type GoalTerms, type StoredMeasure, goal } from './goal.js';

/** What is asked about goals. `at` is when, in milliseconds since 1970. */
export type GoalAsked =
  | (GoalTerms & { readonly type: 'Set'; readonly measure: StoredMeasure; readonly at: number })
  | (Partial<GoalTerms> & { readonly type: 'Revise'; readonly goalId: string; readonly at: number })
  | { readonly type: 'Drop'; readonly goalId: string; readonly at: number };

export type GoalOutcome =
  | (Pick<Accepted<Goal>, 'already' | 'ordinal'> & { readonly goalId: string })
  | GoalRefusal
  | (Refusal<'ColleagueNotFound'> & { readonly colleagueId: string })
  | CommandIdReused;

/** Whether somebody is one of ours who is still with us: the port to whoever keeps our own people. */
export interface WithUs {
  isWithUs(colleagueId: string): Promise<boolean>;
}

/** What the log holds now: the port to whoever measures. */
export interface Measuring {
  baselineOf(measure: StoredMeasure, period: Pick<GoalTerms, 'from' | 'until'>, at: number): Promise<Baseline>;
}

/** Goals, over their streams. */
export interface GoalSetting {
  ask(asked: GoalAsked, context: CommandContext): Promise<GoalOutcome>;
}

export const goalSetting = ({ transact, look }: Transactions, ourPeople: WithUs, measuring: Measuring): GoalSetting => {
  const outcomeOf = (
    goalId: string,
    outcome: Accepted<Goal> | Extract<GoalOutcome, { refused: string }>,
  ): GoalOutcome => (isAccepted(outcome) ? { goalId, already: outcome.already, ordinal: outcome.ordinal } : outcome);

  return {
    ask: async (asked, context) => {
      const goalId =
        asked.type === 'Set' ? deterministicId('goal', context.credential, context.commandId) : asked.goalId;
      // What happened the first time is the answer, whatever has become of our people and of the measure since.
      const { known, state } = await look(goal, goalId, context);
      if (known !== null) return outcomeOf(goalId, known);
      const setAt = new Date(asked.at).toISOString();
      if (asked.type === 'Drop') {
        const request = { type: 'DropGoal', data: { goalId, droppedAt: setAt } } as const;
        return outcomeOf(goalId, await transact(goal, goalId, request, context));
      }
      for (const colleagueId of peopleIn(asked))
        if (!(await ourPeople.isWithUs(colleagueId))) return { refused: 'ColleagueNotFound', colleagueId };
      if (asked.type === 'Set') {
        const { type: _, at, ...data } = asked;
        // The decider says so too; nothing is measured for what it would refuse.
        if (setAt >= asked.from) return { refused: 'PeriodHasBegun', from: asked.from };
        const baseline = await measuring.baselineOf(asked.measure, asked, at);
        const request = { type: 'SetGoal', data: { ...data, goalId, setAt, baseline } } as const;
        return outcomeOf(goalId, await transact(goal, goalId, request, context));
      }
      if (state === null) return { refused: 'GoalNotFound' };
      const { type: _, at, ...changes } = asked;
      const baseline = await measuring.baselineOf(state.measure, { ...state.terms, ...changes }, at);
      const request = { type: 'ReviseGoal', data: { ...changes, setAt, baseline } } as const;
      return outcomeOf(goalId, await transact(goal, goalId, request, context));
    },
  };
};

/** Of ours, who is named: who is to answer for it, and over whose relationships it is measured. */
const peopleIn = (asked: Exclude<GoalAsked, { type: 'Drop' }>): readonly string[] => {
  const cohort = asked.type === 'Set' ? asked.measure.cohort : undefined;
  return [asked.owner, cohort?.owner].filter((id) => id != null);
};
