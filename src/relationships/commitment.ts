import type { Refusal } from '../event-sourcing/decider.js';
import type { Fact } from '../event-sourcing/fact.js';
import type { Dated } from './dated.js';

// Stored names and shapes: add to them, never change them. The reason of each stands in its provenance.
export type CommitmentFact =
  /** We promised them something; the id of this fact is the commitment's. */
  | Fact<
      'CommitmentMade',
      Dated & {
        /** RFC 3339, UTC, milliseconds. */
        readonly dueAt: string;
        readonly personal: { readonly of: readonly string[]; readonly text: string };
      }
    >
  /** From its date on it was due by another date; the reason stands in its provenance. */
  | Fact<
      'CommitmentMoved',
      Dated & {
        readonly commitmentId: string;
        /** RFC 3339, UTC, milliseconds. */
        readonly dueAt: string;
      }
    >
  | Fact<'CommitmentKept', Dated & { readonly commitmentId: string }>
  | Fact<'CommitmentBroken', Dated & { readonly commitmentId: string }>;

export type CommitmentRequest =
  | Fact<'MakeCommitment', Dated & { readonly dueAt: string; readonly text: string }>
  | Fact<'MoveCommitment', Dated & { readonly commitmentId: string; readonly dueAt: string }>
  | Fact<'KeepCommitment', Dated & { readonly commitmentId: string }>
  | Fact<'BreakCommitment', Dated & { readonly commitmentId: string }>;

export type CommitmentRefusal =
  | Refusal<'CommitmentNotFound'>
  | (Refusal<'CommitmentIsSettled'> & { readonly kept: boolean; readonly settledAt: string })
  | (Refusal<'BeforeItWasMade'> & { readonly madeAt: string });

/**
 * What we promised them, with the date by which it is due. A commitment is open until it is kept or broken, once; a
 * settlement that was mistaken is retracted, and it is open again. Until then the date by which it is due can be moved, also to
 * an earlier one; that this was done before it was settled can be recorded afterwards.
 * @param facts of the relationship that stand, in the order in which they were recorded.
 */
export const decideCommitment = (
  { type, data }: CommitmentRequest,
  facts: readonly Fact<string, object>[],
): readonly CommitmentFact[] | CommitmentRefusal => {
  if (type === 'MakeCommitment') {
    const { text, ...rest } = data;
    return [{ type: 'CommitmentMade', data: { ...rest, personal: { of: [data.stakeholderId], text } } }];
  }
  const ours = facts.filter(isCommitmentFact);
  const made = ours.find((fact) => fact.type === 'CommitmentMade' && fact.data.factId === data.commitmentId);
  if (made === undefined) return { refused: 'CommitmentNotFound' };
  for (const fact of ours) {
    if (!isSettlement(fact) || fact.data.commitmentId !== data.commitmentId) continue;
    if (type === 'MoveCommitment' && data.occurredAt <= fact.data.occurredAt) continue;
    const wasKept = fact.type === 'CommitmentKept';
    return { refused: 'CommitmentIsSettled', kept: wasKept, settledAt: fact.data.occurredAt };
  }
  if (data.occurredAt < made.data.occurredAt) return { refused: 'BeforeItWasMade', madeAt: made.data.occurredAt };
  if (type === 'MoveCommitment') return [{ type: 'CommitmentMoved', data }];
  return [{ type: type === 'KeepCommitment' ? 'CommitmentKept' : 'CommitmentBroken', data }];
};

type Settlement = Extract<CommitmentFact, { type: 'CommitmentKept' | 'CommitmentBroken' }>;

const isSettlement = (fact: CommitmentFact): fact is Settlement =>
  fact.type === 'CommitmentKept' || fact.type === 'CommitmentBroken';

const isCommitmentFact = (fact: Fact<string, object>): fact is CommitmentFact => fact.type.startsWith('Commitment');
