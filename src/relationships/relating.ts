import type { Refusal } from '../event-sourcing/decider.js';
import { deterministicId } from '../event-sourcing/event-id.js';
import {
  type Accepted,
  type CommandContext,
  type CommandIdReused,
  type Transactions,
  isAccepted,
} from '../event-sourcing/transact.js';
import { interaction } from '../interactions/interaction.js';
import type { CareRequest } from './care.js';
import {
  type AssessableStance,
  type Relationship,
  type RelationshipRefusal,
  type RelationshipRequest,
  type Step,
  relationship,
} from './relationship.js';

/** What is decided about a relationship, in the caller's words. Dates are RFC 3339, UTC, milliseconds. */
export type RelatingRequest =
  | {
      readonly type: 'AssessStance';
      readonly stakeholderId: string;
      readonly stance: AssessableStance;
      readonly occurredAt: string;
    }
  | { readonly type: 'WithdrawStance'; readonly stakeholderId: string; readonly occurredAt: string }
  | { readonly type: 'TakeStep'; readonly stakeholderId: string; readonly step: Step; readonly occurredAt: string }
  | { readonly type: 'Retract'; readonly stakeholderId: string; readonly factId: string }
  | { readonly type: 'Care'; readonly stakeholderId: string; readonly asked: AskedCare };

/** A request of care without what is made for it here: whose it is, and the id of the fact. */
export type AskedCare = Asked<CareRequest>;
type Asked<Request> = Request extends { readonly type: infer Type; readonly data: infer Data }
  ? { readonly type: Type; readonly data: Omit<Data, 'stakeholderId' | 'factId'> }
  : never;

export type RelatingOutcome =
  | (Accepted<Relationship> & { readonly stakeholderId: string; readonly factId: string })
  | RelationshipRefusal
  | Refusal<'StakeholderNotFound'>
  | (Refusal<'InteractionNotFound'> & { readonly interactionId: string })
  | CommandIdReused;

/** Whether somebody is a stakeholder at all: the port to whoever keeps identities. */
export interface Known {
  isIdentified(stakeholderId: string): Promise<boolean>;
}

/** Where we stand with somebody, over the streams of relationships. */
export interface Relating {
  ask(request: RelatingRequest, context: CommandContext): Promise<RelatingOutcome>;
}

export const relating = ({ transact, read }: Transactions, stakeholders: Known): Relating => ({
  ask: async (request, context) => {
    const { stakeholderId } = request;
    if (!(await stakeholders.isIdentified(stakeholderId))) return { refused: 'StakeholderNotFound' };
    const interactionId = cameOf(request);
    if (interactionId !== null && !(await read(interaction, interactionId)).state.recorded)
      return { refused: 'InteractionNotFound', interactionId };
    const asked = inItsStream(request, deterministicId('relationship-fact', context.credential, context.commandId));
    const outcome = await transact(relationship, stakeholderId, asked, context);
    return isAccepted(outcome) ? { ...outcome, stakeholderId, factId: asked.data.factId } : outcome;
  },
});

/** The interaction that an outreach is said to have come to; null where none is. */
const cameOf = (request: RelatingRequest): string | null =>
  request.type === 'Care' && request.asked.type === 'CompleteOutreach' ? request.asked.data.interactionId : null;

const inItsStream = (request: RelatingRequest, factId: string): RelationshipRequest => {
  const { stakeholderId } = request;
  switch (request.type) {
    case 'AssessStance':
      return {
        type: 'AssessStance',
        data: { stakeholderId, factId, stance: request.stance, occurredAt: request.occurredAt },
      };
    case 'WithdrawStance':
      return { type: 'WithdrawStance', data: { stakeholderId, factId, occurredAt: request.occurredAt } };
    case 'TakeStep':
      return { type: 'TakeStep', data: { stakeholderId, factId, step: request.step, occurredAt: request.occurredAt } };
    case 'Retract':
      return { type: 'RetractRelationshipFact', data: { stakeholderId, factId: request.factId } };
    case 'Care': {
      const { type, data } = request.asked;
      // Each arm of the union has what its type needs beside the two ids.
      return { type, data: { ...data, stakeholderId, factId } } as CareRequest;
    }
  }
};
