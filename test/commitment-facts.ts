import { day, relationshipFact } from './small-logs.js';

const dated = (stakeholderId: string, factId: string, on: number) => ({ stakeholderId, factId, occurredAt: day(on) });

/** We promised somebody something; the fact's id is the commitment's. */
export const made = (who: string, factId: string, on: number, due: number) =>
  relationshipFact(
    who,
    {
      type: 'CommitmentMade',
      data: { ...dated(who, factId, on), dueAt: day(due), personal: { of: [who], text: `promise ${factId}` } },
    },
    { provenance: { reason: 'asked' } },
  );
/** It was kept or broken. */
export const settled = (who: string, type: 'CommitmentKept' | 'CommitmentBroken', commitmentId: string, on: number) =>
  relationshipFact(
    who,
    { type, data: { ...dated(who, `${type} ${commitmentId}`, on), commitmentId } },
    { provenance: { reason: 'done' } },
  );
/** One of these facts was taken back. */
export const takenBack = (
  who: string,
  factId: string,
  type: 'CommitmentMade' | 'CommitmentKept' | 'CommitmentMoved' | 'StepTaken',
) =>
  relationshipFact(who, {
    type: 'RelationshipFactRetracted',
    data: { stakeholderId: who, factId, was: { type, occurredAt: day(1) } },
  });

/** It is due by another date. */
export const moved = (who: string, factId: string, commitmentId: string, on: number, due: number) =>
  relationshipFact(
    who,
    { type: 'CommitmentMoved', data: { ...dated(who, factId, on), commitmentId, dueAt: day(due) } },
    { provenance: { reason: `why ${factId}` } },
  );
