import { type AttributeFact, type AttributeRefusal, type AttributeRequest, decideAttribute } from './attribute.js';
import { type CommitmentFact, type CommitmentRefusal, type CommitmentRequest, decideCommitment } from './commitment.js';
import { type ConnectionFact, type ConnectionRefusal, type ConnectionRequest, decideConnection } from './connection.js';
import { type LifecycleFact, type LifecycleRequest, decideLifecycle } from './lifecycle.js';
import { type OutreachFact, type OutreachRefusal, type OutreachRequest, decideOutreach } from './outreach.js';
import { type VerificationFact, type VerificationRequest, decideVerification } from './verification.js';

/** What we do and note for a relationship, beside stances and steps: each idea in a file of its own. */
export type CareFact =
  AttributeFact | CommitmentFact | ConnectionFact | LifecycleFact | VerificationFact | OutreachFact;
export type CareRequest =
  AttributeRequest | CommitmentRequest | ConnectionRequest | LifecycleRequest | VerificationRequest | OutreachRequest;
export type CareRefusal = AttributeRefusal | CommitmentRefusal | ConnectionRefusal | OutreachRefusal;

/** Names of the facts of care, as they are stored and as clients see them. */
export const careFacts = [
  'CommitmentMade',
  'CommitmentMoved',
  'CommitmentKept',
  'CommitmentBroken',
  'ConnectionRecorded',
  'ConnectionEnded',
  'LifecycleReached',
  'RelationshipVerified',
  'AttributeAssessed',
  'AttributeWithdrawn',
  'ContactForbidden',
  'ContactPermitted',
  'OutreachPlanned',
  'OutreachDone',
  'OutreachCancelled',
] as const satisfies readonly CareFact['type'][];

const names: ReadonlySet<string> = new Set(careFacts);

export const isCare = (fact: { readonly type: string }): fact is CareFact => names.has(fact.type);

/** @param facts of care that stand, in the order in which they were recorded. */
export const decideCare = (request: CareRequest, facts: readonly CareFact[]): readonly CareFact[] | CareRefusal => {
  switch (request.type) {
    case 'MakeCommitment':
    case 'MoveCommitment':
    case 'KeepCommitment':
    case 'BreakCommitment':
      return decideCommitment(request, facts);
    case 'RecordConnection':
    case 'EndConnection':
      return decideConnection(request, facts);
    case 'ReachLifecycle':
      return decideLifecycle(request);
    case 'VerifyRelationship':
      return decideVerification(request);
    case 'AssessAttribute':
    case 'WithdrawAttribute':
      return decideAttribute(request, facts);
    case 'ForbidContact':
    case 'PermitContact':
    case 'PlanOutreach':
    case 'CompleteOutreach':
    case 'CancelOutreach':
      return decideOutreach(request, facts);
  }
};
