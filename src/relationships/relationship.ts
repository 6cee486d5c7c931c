import type { Decider, Refusal } from '../event-sourcing/decider.js';
import type { Fact } from '../event-sourcing/fact.js';
import { type Growing, grown, itemOf, itemsOf, nothingYet } from '../event-sourcing/growing.js';
import { type CareFact, type CareRefusal, type CareRequest, decideCare, isCare } from './care.js';
import type { Dated } from './dated.js';

/** Where a stakeholder stands, worst first; `unknown` without evidence. */
export const stances = ['unknown', 'detractor', 'critic', 'neutral', 'supporter', 'advocate'] as const;
export type Stance = (typeof stances)[number];
export type AssessableStance = Exclude<Stance, 'unknown'>;

/** How far we have gone with somebody, in this order. */
export const steps = ['listen', 'acknowledge', 'engage', 'involve'] as const;
export type Step = (typeof steps)[number];

// Stored names and shapes: add to them, never change them. The reason of each stands in its provenance.
export type RelationshipFact =
  | Fact<'StanceAssessed', Dated & { readonly stance: AssessableStance }>
  | Fact<'StanceWithdrawn', Dated>
  | Fact<
      'StepTaken',
      Dated & {
        readonly step: Step;
        /** Earlier steps that were not on record for by then, when it was recorded. */ readonly skipped: readonly Step[];
        /** An interaction of the conversation in which it was taken; left out: in none. */
        readonly interactionId?: string;
      }
    >
  | Fact<
      'RelationshipFactRetracted',
      {
        readonly stakeholderId: string;
        readonly factId: string;
        readonly was: { readonly type: RetractableType; readonly occurredAt: string };
      }
    >
  | CareFact;

type RetractableType = 'StanceAssessed' | 'StanceWithdrawn' | 'StepTaken' | CareFact['type'];

export type RelationshipRequest =
  | Fact<'AssessStance', Dated & { readonly stance: AssessableStance }>
  | Fact<'WithdrawStance', Dated>
  | Fact<'TakeStep', Dated & { readonly step: Step; readonly interactionId?: string }>
  | Fact<'RetractRelationshipFact', { readonly stakeholderId: string; readonly factId: string }>
  | CareRequest;

export type RelationshipRefusal = Refusal<'NoStanceToWithdraw' | 'RelationshipFactNotFound'> | CareRefusal;

interface Entry {
  readonly factId: string;
  readonly type: RetractableType;
  readonly occurredAt: string;
  readonly step: Step | null;
  /** The fact itself, where it is one of care. */
  readonly care: CareFact | null;
}

/** What we decided about a relationship, as it was recorded. */
export interface Relationship {
  readonly entries: Growing<Entry>;
  /** Ids of the facts that were taken back. */
  readonly retracted: ReadonlySet<string>;
}

/** Where we stand with one stakeholder: what we decide about it, not what passed. */
export const relationship: Decider<Relationship, RelationshipRequest, RelationshipFact, RelationshipRefusal> = {
  category: 'relationship',
  initialState: { entries: nothingYet, retracted: new Set() },

  evolve: ({ entries, retracted }, fact) => {
    const { type, data } = fact;
    const { factId } = data;
    if (type === 'RelationshipFactRetracted') return { entries, retracted: new Set(retracted).add(factId) };
    const step = type === 'StepTaken' ? data.step : null;
    const care = isCare(fact) ? fact : null;
    return { entries: grown(entries, factId, { factId, type, occurredAt: data.occurredAt, step, care }), retracted };
  },

  decide: (request, state) => {
    const { type, data } = request;
    const entry = itemOf(state.entries, data.factId);
    switch (type) {
      case 'AssessStance':
        return entry ? [] : [{ type: 'StanceAssessed', data }];
      case 'WithdrawStance':
        if (entry) return [];
        return stanceHolds(state, data.occurredAt)
          ? [{ type: 'StanceWithdrawn', data }]
          : { refused: 'NoStanceToWithdraw' };
      case 'TakeStep':
        return entry ? [] : [{ type: 'StepTaken', data: { ...data, skipped: skippedBefore(state, data) } }];
      case 'RetractRelationshipFact': {
        if (!entry) return { refused: 'RelationshipFactNotFound' };
        if (state.retracted.has(data.factId)) return [];
        const { stakeholderId, factId } = data;
        const was = { type: entry.type, occurredAt: entry.occurredAt };
        return [{ type: 'RelationshipFactRetracted', data: { stakeholderId, factId, was } }];
      }
      default:
        return entry
          ? []
          : decideCare(
              request,
              standing(state).flatMap(({ care }) => care ?? []),
            );
    }
  },
};

/** What was decided and stands. */
const standing = ({ entries, retracted }: Relationship): readonly Entry[] =>
  [...itemsOf(entries)].filter(({ factId }) => !retracted.has(factId));

/** Earlier steps that had not been taken by the date of this one. */
const skippedBefore = (
  state: Relationship,
  { step, occurredAt }: { readonly step: Step; readonly occurredAt: string },
): readonly Step[] => {
  const taken = new Set(standing(state).flatMap((entry) => (entry.occurredAt <= occurredAt ? (entry.step ?? []) : [])));
  return steps.slice(0, steps.indexOf(step)).filter((earlier) => !taken.has(earlier));
};

const aboutStance: ReadonlySet<string> = new Set<RetractableType>(['StanceAssessed', 'StanceWithdrawn']);

/** Whether a person's assessment holds at a date: the last word by then, at one instant the one recorded last. */
const stanceHolds = (state: Relationship, at: string): boolean => {
  let last: Entry | undefined;
  for (const entry of standing(state)) {
    if (!aboutStance.has(entry.type) || entry.occurredAt > at) continue;
    if (last === undefined || entry.occurredAt >= last.occurredAt) last = entry;
  }
  return last?.type === 'StanceAssessed';
};
