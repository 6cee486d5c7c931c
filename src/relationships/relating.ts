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
  | {
      readonly type: 'TakeStep';
      readonly stakeholderId: string;
      readonly step: Step;
      /** Of the conversation in which it was taken; null: in none. */
      readonly interactionId: string | null;
      readonly occurredAt: string;
    }
  | { readonly type: 'Retract'; readonly stakeholderId: string; readonly factId: string };

export type RelatingOutcome =
  | (Accepted<Relationship> & { readonly stakeholderId: string; readonly factId: string })
  | RelationshipRefusal
  | Refusal<'StakeholderNotFound' | 'InteractionNotFound'>
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
    if (request.type === 'TakeStep' && request.interactionId !== null) {
      const { state } = await read(interaction, request.interactionId);
      if (!state.recorded) return { refused: 'InteractionNotFound' };
    }
    const asked = inItsStream(request, deterministicId('relationship-fact', context.credential, context.commandId));
    const outcome = await transact(relationship, stakeholderId, asked, context);
    return isAccepted(outcome) ? { ...outcome, stakeholderId, factId: asked.data.factId } : outcome;
  },
});

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
    case 'TakeStep': {
      const { step, occurredAt, interactionId } = request;
      const inConversation = interactionId === null ? {} : { interactionId };
      return { type: 'TakeStep', data: { stakeholderId, factId, step, occurredAt, ...inConversation } };
    }
    case 'Retract':
      return { type: 'RetractRelationshipFact', data: { stakeholderId, factId: request.factId } };
  }
};
