import type { Refusal } from '../event-sourcing/decider.js';
import type { Fact } from '../event-sourcing/fact.js';
import type { Channel } from '../stakeholders/handle.js';
import type { Dated } from './dated.js';

type Personal<Fields> = { readonly of: readonly string[] } & Fields;

// Stored names and shapes: add to them, never change them. The reason of each stands in its provenance.
export type OutreachFact =
  /** From then on they are not to be contacted; who said so, in words. */
  | Fact<'ContactForbidden', Dated & { readonly personal: Personal<{ readonly saidBy: string }> }>
  /** From then on they may be contacted again. */
  | Fact<'ContactPermitted', Dated & { readonly personal: Personal<{ readonly saidBy: string }> }>
  /** We mean to contact them; the id of this fact is the outreach's. */
  | Fact<
      'OutreachPlanned',
      Dated & {
        /** RFC 3339, UTC, milliseconds. */
        readonly plannedFor: string;
        readonly channel: Channel | null;
        readonly personal: Personal<{ readonly text: string }>;
      }
    >
  | Fact<
      'OutreachDone',
      Dated & {
        readonly outreachId: string;
        /** What came of it; null where it was not recorded, or nobody said. */
        readonly interactionId: string | null;
      }
    >
  | Fact<'OutreachCancelled', Dated & { readonly outreachId: string }>;

export type OutreachRequest =
  | Fact<'ForbidContact', Dated & { readonly saidBy: string }>
  | Fact<'PermitContact', Dated & { readonly saidBy: string }>
  | Fact<
      'PlanOutreach',
      Dated & { readonly plannedFor: string; readonly channel: Channel | null; readonly text: string }
    >
  | Fact<'CompleteOutreach', Dated & { readonly outreachId: string; readonly interactionId: string | null }>
  | Fact<'CancelOutreach', Dated & { readonly outreachId: string }>;

export type OutreachRefusal =
  | Refusal<'ContactIsPermitted' | 'OutreachNotFound'>
  | (Refusal<'ContactNotPermitted'> & { readonly factId: string; readonly since: string; readonly saidBy: string })
  | (Refusal<'OutreachIsSettled'> & { readonly done: boolean; readonly settledAt: string })
  | (Refusal<'BeforeItWasPlanned'> & { readonly plannedAt: string });

/**
 * Whether they may be contacted, and what we mean to do. Where contact is not permitted at the date that is planned for, nothing is
 * planned; what was planned before, or is done all the same, is shown as what it is.
 * @param facts of the relationship that stand, in the order in which they were recorded.
 */
export const decideOutreach = (
  { type, data }: OutreachRequest,
  all: readonly Fact<string, object>[],
): readonly OutreachFact[] | OutreachRefusal => {
  const facts = all.filter(isOutreachFact);
  const { stakeholderId, factId, occurredAt } = data;
  const dated = { stakeholderId, factId, occurredAt };
  const of = [stakeholderId];
  switch (type) {
    case 'ForbidContact':
      return [{ type: 'ContactForbidden', data: { ...dated, personal: { of, saidBy: data.saidBy } } }];
    case 'PermitContact':
      if (lastWord(facts, occurredAt)?.type !== 'ContactForbidden') return { refused: 'ContactIsPermitted' };
      return [{ type: 'ContactPermitted', data: { ...dated, personal: { of, saidBy: data.saidBy } } }];
    case 'PlanOutreach': {
      const { plannedFor, channel, text } = data;
      const word = lastWord(facts, plannedFor);
      if (word?.type === 'ContactForbidden') {
        const { personal, ...said } = word.data;
        return { refused: 'ContactNotPermitted', factId: said.factId, since: said.occurredAt, saidBy: personal.saidBy };
      }
      return [{ type: 'OutreachPlanned', data: { ...dated, plannedFor, channel, personal: { of, text } } }];
    }
    case 'CompleteOutreach':
    case 'CancelOutreach': {
      const { outreachId } = data;
      const planned = facts.find((fact) => fact.type === 'OutreachPlanned' && fact.data.factId === outreachId);
      if (planned === undefined) return { refused: 'OutreachNotFound' };
      for (const fact of facts)
        if ((fact.type === 'OutreachDone' || fact.type === 'OutreachCancelled') && fact.data.outreachId === outreachId)
          return { refused: 'OutreachIsSettled', done: fact.type === 'OutreachDone', settledAt: fact.data.occurredAt };
      const plannedAt = planned.data.occurredAt;
      if (occurredAt < plannedAt) return { refused: 'BeforeItWasPlanned', plannedAt };
      if (type === 'CancelOutreach') return [{ type: 'OutreachCancelled', data: { ...dated, outreachId } }];
      return [{ type: 'OutreachDone', data: { ...dated, outreachId, interactionId: data.interactionId } }];
    }
  }
};

type Word = Extract<OutreachFact, { type: 'ContactForbidden' | 'ContactPermitted' }>;

/** What holds at a date: the last word by then, at one instant the one recorded last. */
const lastWord = (facts: readonly OutreachFact[], at: string): Word | undefined => {
  let last: Word | undefined;
  for (const fact of facts) {
    if ((fact.type !== 'ContactForbidden' && fact.type !== 'ContactPermitted') || fact.data.occurredAt > at) continue;
    if (last === undefined || fact.data.occurredAt >= last.data.occurredAt) last = fact;
  }
  return last;
};

const isOutreachFact = (fact: Fact<string, object>): fact is OutreachFact => /^(Contact|Outreach)/.test(fact.type);
