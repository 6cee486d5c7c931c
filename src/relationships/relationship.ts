import type { Decider, Refusal } from '../event-sourcing/decider.js';
import type { Fact } from '../event-sourcing/fact.js';

/** Where a stakeholder stands, worst first; `unknown` without evidence. */
export const stances = ['unknown', 'detractor', 'critic', 'neutral', 'supporter', 'advocate'] as const;
export type Stance = (typeof stances)[number];
export type AssessableStance = Exclude<Stance, 'unknown'>;

/** How far we have gone with somebody, in this order. */
export const steps = ['listen', 'acknowledge', 'engage', 'involve'] as const;
export type Step = (typeof steps)[number];

interface Dated {
  readonly stakeholderId: string;
  /** Id of this fact, by which it can be retracted. */
  readonly factId: string;
  /** RFC 3339, UTC, milliseconds. */
  readonly occurredAt: string;
}

// Stored names and shapes: add to them, never change them. The reason of each stands in its provenance.
export type RelationshipFact =
  | Fact<'StanceAssessed', Dated & { readonly stance: AssessableStance }>
  | Fact<'StanceWithdrawn', Dated>
  | Fact<
      'StepTaken',
      Dated & {
        readonly step: Step;
        /** Earlier steps that were not taken by then. */ readonly skipped: readonly Step[];
      }
    >
  | Fact<
      'RelationshipFactRetracted',
      {
        readonly stakeholderId: string;
        readonly factId: string;
        readonly was: { readonly type: RetractableType; readonly occurredAt: string };
      }
    >;

type RetractableType = 'StanceAssessed' | 'StanceWithdrawn' | 'StepTaken';

export type RelationshipRequest =
  | Fact<'AssessStance', Dated & { readonly stance: AssessableStance }>
  | Fact<'WithdrawStance', Dated>
  | Fact<'TakeStep', Dated & { readonly step: Step }>
  | Fact<'RetractRelationshipFact', { readonly stakeholderId: string; readonly factId: string }>;

export type RelationshipRefusal = Refusal<'NoStanceToWithdraw' | 'RelationshipFactNotFound'>;

interface Entry {
  readonly factId: string;
  readonly type: RetractableType;
  readonly occurredAt: string;
  readonly retracted: boolean;
  readonly step: Step | null;
}

/** What we decided about a relationship, as it was recorded. */
export interface Relationship {
  readonly entries: readonly Entry[];
}

/** Where we stand with one stakeholder: what we decide about it, not what passed. */
export const relationship: Decider<Relationship, RelationshipRequest, RelationshipFact, RelationshipRefusal> = {
  category: 'relationship',
  initialState: { entries: [] },

  evolve: ({ entries }, { type, data }) => {
    if (type === 'RelationshipFactRetracted')
      return {
        entries: entries.map((entry) => (entry.factId === data.factId ? { ...entry, retracted: true } : entry)),
      };
    const { factId, occurredAt } = data;
    const step = type === 'StepTaken' ? data.step : null;
    return { entries: [...entries, { factId, type, occurredAt, retracted: false, step }] };
  },

  decide: ({ type, data }, { entries }) => {
    switch (type) {
      case 'AssessStance':
        return entries.some(isFact(data)) ? [] : [{ type: 'StanceAssessed', data }];
      case 'WithdrawStance':
        if (entries.some(isFact(data))) return [];
        return stanceHolds(entries, data.occurredAt)
          ? [{ type: 'StanceWithdrawn', data }]
          : { refused: 'NoStanceToWithdraw' };
      case 'TakeStep': {
        if (entries.some(isFact(data))) return [];
        const before = steps.slice(0, steps.indexOf(data.step));
        const skipped = before.filter(
          (step) =>
            !entries.some((entry) => entry.step === step && !entry.retracted && entry.occurredAt <= data.occurredAt),
        );
        return [{ type: 'StepTaken', data: { ...data, skipped } }];
      }
      case 'RetractRelationshipFact': {
        const entry = entries.find(isFact(data));
        if (!entry) return { refused: 'RelationshipFactNotFound' };
        if (entry.retracted) return [];
        const { stakeholderId, factId } = data;
        const was = { type: entry.type, occurredAt: entry.occurredAt };
        return [{ type: 'RelationshipFactRetracted', data: { stakeholderId, factId, was } }];
      }
    }
  },
};

const isFact =
  ({ factId }: { readonly factId: string }) =>
  (entry: Entry): boolean =>
    entry.factId === factId;

/** Whether a person's assessment holds at a date: the last word by then, at one instant the one recorded last. */
const stanceHolds = (entries: readonly Entry[], at: string): boolean => {
  let last: Entry | undefined;
  for (const entry of entries) {
    if (entry.retracted || entry.type === 'StepTaken' || entry.occurredAt > at) continue;
    if (last === undefined || entry.occurredAt >= last.occurredAt) last = entry;
  }
  return last?.type === 'StanceAssessed';
};
