import { CommitmentBroken, CommitmentKept, CommitmentMade, CommitmentMoved } from './commitments.types.js';
import { ConnectionEnded, ConnectionRecorded } from './connections.types.js';
import { LifecycleReached } from './lifecycle.types.js';
import {
  ContactForbidden,
  ContactPermitted,
  OutreachCancelled,
  OutreachDone,
  OutreachPlanned,
} from './outreach.types.js';
import { StanceAssessed, StanceWithdrawn, StepTaken } from './relationships.types.js';
import { AttributeAssessed, AttributeWithdrawn } from './salience.types.js';
import { RelationshipVerified } from './verification.types.js';

/** Every fact of a relationship, as timelines show it. */
export const relationshipFactClasses = [
  StepTaken,
  StanceAssessed,
  StanceWithdrawn,
  CommitmentMade,
  CommitmentMoved,
  CommitmentKept,
  CommitmentBroken,
  ConnectionRecorded,
  ConnectionEnded,
  LifecycleReached,
  RelationshipVerified,
  AttributeAssessed,
  AttributeWithdrawn,
  ContactForbidden,
  ContactPermitted,
  OutreachPlanned,
  OutreachDone,
  OutreachCancelled,
] as const;
