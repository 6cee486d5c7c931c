import type { Decider, Refusal } from '../event-sourcing/decider.js';
import type { Fact } from '../event-sourcing/fact.js';
import type { Stance } from '../relationships/relationship.js';
import type { Channel } from '../stakeholders/handle.js';
import { type Measure, isWithin, rangeOf } from './measure.js';

/** Stored and sent names: whether what is measured is to reach the target from below or to stay below it. */
export const directions = ['at-least', 'at-most'] as const;
export type Direction = (typeof directions)[number];

/** What may be revised of a goal. Times are RFC 3339, UTC, milliseconds. */
export interface GoalTerms {
  readonly target: number;
  readonly direction: Direction;
  /** The period: from inclusive, until exclusive. */
  readonly from: string;
  readonly until: string;
  /** Id of the person of ours who answers for it. */
  readonly owner: string;
}

/** What the log held when a goal was set, or set anew. */
export interface Baseline {
  /** The measure's value then; null where there was nothing to measure. */
  readonly value: number | null;
  /** What it was measured over: as long a time as the goal's period is, up to when it was set. Null: at that date alone. */
  readonly from: string | null;
  readonly until: string;
  /** The newest event that counted: it outlives a copied log, whose positions are others. Null: the log was empty. */
  readonly eventId: string | null;
  /** The definition and the rules by which it was measured, each with its version. */
  readonly definition: string;
  readonly rule: string | null;
  readonly stanceRule: string | null;
}

// Stored names and shapes: add to them, never change them. The reason of each stands in its provenance.
export type GoalFact =
  | Fact<
      'GoalSet',
      GoalTerms & {
        readonly goalId: string;
        readonly measure: StoredMeasure;
        /** When it was decided: before its period. */
        readonly setAt: string;
        readonly baseline: Baseline;
      }
    >
  /** What it was stays in the log. */
  | Fact<
      'GoalRevised',
      GoalTerms & {
        readonly goalId: string;
        readonly setAt: string;
        readonly baseline: Baseline;
        readonly was: GoalTerms;
      }
    >
  | Fact<'GoalDropped', { readonly goalId: string; readonly droppedAt: string }>;

/** A measure with what it is of; what does not belong to it is null. */
export interface StoredMeasure {
  readonly name: Measure;
  readonly kinds: readonly string[] | null;
  readonly stances: readonly Stance[] | null;
  readonly survey: string | null;
  readonly topic: string | null;
  /** Over whom; left out: over all. */
  readonly cohort?: StoredCohort;
}

/** Those over whom something is measured: what is null restricts nothing. */
export interface StoredCohort {
  readonly channel: Channel | null;
  /** Spelt exactly. */
  readonly topic: string | null;
  /** Id of the person of ours who answers for them. */
  readonly owner: string | null;
  readonly tier: string | null;
  /** Whether anybody of ours answers for them. */
  readonly owned: boolean | null;
}

export type GoalRequest =
  | Fact<'SetGoal', Extract<GoalFact, { type: 'GoalSet' }>['data']>
  /** What is left out stays as it is. */
  | Fact<
      'ReviseGoal',
      Partial<GoalTerms> & { readonly goalId: string; readonly setAt: string; readonly baseline: Baseline }
    >
  | Fact<'DropGoal', { readonly goalId: string; readonly droppedAt: string }>;

export type GoalRefusal =
  | Refusal<'GoalNotFound'>
  | Refusal<'GoalIsDropped'>
  | (Refusal<'PeriodHasBegun'> & { readonly from: string })
  | (Refusal<'PeriodIsOver'> & { readonly until: string })
  /** The measure cannot come to it. */
  | (Refusal<'TargetOutOfRange'> & { readonly lowest: number; readonly highest: number });

/** Null: it was never set. */
export type Goal = { readonly measure: StoredMeasure; readonly terms: GoalTerms; readonly dropped: boolean } | null;

/**
 * One goal. It is set before its period; what it promises (target, direction, period) is revised before its period too, so that
 * nothing is promised once the outcome shows. Who answers for it may change at any time. It is dropped before its period is over:
 * a goal that was missed stays missed.
 */
export const goal: Decider<Goal, GoalRequest, GoalFact, GoalRefusal> = {
  category: 'goal',
  initialState: null,

  evolve: (state, { type, data }) => {
    switch (type) {
      case 'GoalSet':
        return { measure: data.measure, terms: termsOf(data), dropped: false };
      case 'GoalRevised':
        return state && { ...state, terms: termsOf(data) };
      case 'GoalDropped':
        return state && { ...state, dropped: true };
    }
  },

  decide: ({ type, data }, state) => {
    if (type === 'SetGoal') {
      if (state !== null) return [];
      return data.setAt < data.from ? [{ type: 'GoalSet', data }] : { refused: 'PeriodHasBegun', from: data.from };
    }
    if (state === null) return { refused: 'GoalNotFound' };
    const { terms: was, dropped } = state;
    switch (type) {
      case 'ReviseGoal': {
        if (dropped) return { refused: 'GoalIsDropped' };
        const terms = termsOf({ ...was, ...data });
        if (alike(terms, was)) return [];
        const begun = [was.from, terms.from].find((from) => data.setAt >= from);
        if (begun !== undefined && !promiseAlike(terms, was)) return { refused: 'PeriodHasBegun', from: begun };
        const { name } = state.measure;
        if (!isWithin(name, terms.target)) {
          const { from: lowest, to: highest } = rangeOf[name];
          return { refused: 'TargetOutOfRange', lowest, highest };
        }
        const { goalId, setAt, baseline } = data;
        return [{ type: 'GoalRevised', data: { ...terms, goalId, setAt, baseline, was } }];
      }
      case 'DropGoal':
        if (dropped) return [];
        if (data.droppedAt >= was.until) return { refused: 'PeriodIsOver', until: was.until };
        return [{ type: 'GoalDropped', data }];
    }
  },
};

const termsOf = ({ target, direction, from, until, owner }: GoalTerms): GoalTerms => ({
  target,
  direction,
  from,
  until,
  owner,
});

/** Whether two terms promise the same, whoever answers for it. */
export const promiseAlike = (one: GoalTerms, other: GoalTerms): boolean =>
  one.target === other.target &&
  one.direction === other.direction &&
  one.from === other.from &&
  one.until === other.until;

const alike = (one: GoalTerms, other: GoalTerms): boolean => promiseAlike(one, other) && one.owner === other.owner;
