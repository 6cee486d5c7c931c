import { toGlobalId } from '../graphql/ids.js';
import type { Moment } from '../graphql/moment.js';
import type { CareFact } from './care.js';
import type { HeldWord } from './care-word-pages.js';
import type { CommitmentBroken, CommitmentKept, CommitmentMade, CommitmentMoved } from './commitments.types.js';
import type { ConnectionEnded, ConnectionRecorded } from './connections.types.js';
import type { LifecycleReached } from './lifecycle.types.js';
import type { AttributeAssessed, AttributeWithdrawn } from './salience.types.js';
import type {
  ContactForbidden,
  ContactPermitted,
  OutreachCancelled,
  OutreachDone,
  OutreachPlanned,
} from './outreach.types.js';
import type { RelationshipVerified } from './verification.types.js';

export type CareNode =
  | CommitmentMade
  | CommitmentMoved
  | CommitmentKept
  | CommitmentBroken
  | ConnectionRecorded
  | ConnectionEnded
  | LifecycleReached
  | RelationshipVerified
  | ContactForbidden
  | ContactPermitted
  | OutreachPlanned
  | OutreachDone
  | OutreachCancelled
  | AttributeAssessed
  | AttributeWithdrawn;

/** What every fact of a relationship shows. */
type Shown = Omit<CommitmentKept, '__typename' | 'commitmentId'>;

/** A fact of care as timelines show it. */
export const careNodeOf = (shown: Shown, { type, data }: CareFact): CareNode => {
  switch (type) {
    case 'CommitmentMade':
      return { __typename: type, ...shown, promise: data.personal.text, dueAt: Date.parse(data.dueAt) };
    case 'CommitmentMoved':
      return { __typename: type, ...shown, commitmentId: data.commitmentId, dueAt: Date.parse(data.dueAt) };
    case 'CommitmentKept':
      return { __typename: type, ...shown, commitmentId: data.commitmentId };
    case 'CommitmentBroken':
      return { __typename: type, ...shown, commitmentId: data.commitmentId };
    case 'ConnectionRecorded': {
      const until = data.until === null ? null : Date.parse(data.until);
      return { __typename: type, ...shown, connectionKind: data.kind, until };
    }
    case 'ConnectionEnded':
      return { __typename: type, ...shown, connectionId: data.connectionId };
    case 'LifecycleReached':
      return { __typename: type, ...shown, lifecycle: data.lifecycle, knownFrom: data.source };
    case 'RelationshipVerified':
      return { __typename: type, ...shown };
    case 'AttributeAssessed': {
      const { attribute, topic, present } = data;
      return { __typename: type, ...shown, attribute, topic, present };
    }
    case 'AttributeWithdrawn':
      return { __typename: type, ...shown, attribute: data.attribute, topic: data.topic };
    case 'ContactForbidden':
      return { __typename: type, ...shown, saidBy: data.personal.saidBy };
    case 'ContactPermitted':
      return { __typename: type, ...shown, saidBy: data.personal.saidBy };
    case 'OutreachPlanned': {
      const { plannedFor, channel: plannedChannel, personal } = data;
      return { __typename: type, ...shown, plannedFor: Date.parse(plannedFor), plannedChannel, plan: personal.text };
    }
    case 'OutreachDone':
      return { __typename: type, ...shown, outreachId: data.outreachId };
    case 'OutreachCancelled':
      return { __typename: type, ...shown, outreachId: data.outreachId };
  }
};

/** A word that holds, as the fact that said it. */
export const heldNodeOf = (
  { stakeholderId, factId, at, key, body: { fact, by, recordedAt, reason } }: HeldWord,
  moment: Moment,
): CareNode =>
  careNodeOf(
    {
      id: toGlobalId(fact.type, factId, moment),
      stakeholderId,
      moment,
      recordedAsOf: key,
      occurredAt: at,
      recordedAt,
      by,
      reason,
      retraction: null,
    },
    fact,
  );
