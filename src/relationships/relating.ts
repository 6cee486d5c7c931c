import type { Refusal } from '../event-sourcing/decider.js';
import { deterministicId } from '../event-sourcing/event-id.js';
import {
  type Accepted,
  type CommandContext,
  type CommandIdReused,
  type Transactions,
  isAccepted,
} from '../event-sourcing/transact.js';
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
  | { readonly type: 'Retract'; readonly stakeholderId: string; readonly factId: string };

export type RelatingOutcome =
  | (Accepted<Relationship> & { readonly stakeholderId: string; readonly factId: string })
  | RelationshipRefusal
  | Refusal<'StakeholderNotFound'>
  | CommandIdReused;

/** Who is one with whom: the port to whoever keeps identities. */
export interface Known {
  /** All who are one with somebody, first who remains; null where nobody has the id. */
  groupOf(stakeholderId: string): Promise<readonly string[] | null>;
}

/** Where we stand with somebody, over the streams of relationships. */
export interface Relating {
  ask(request: RelatingRequest, context: CommandContext): Promise<RelatingOutcome>;
}

export const relating = ({ transact, look }: Transactions, stakeholders: Known): Relating => {
  const askedOf = async (
    stakeholderId: string,
    request: RelatingRequest,
    factId: string,
    context: CommandContext,
  ): Promise<RelatingOutcome> => {
    const asked = inItsStream({ ...request, stakeholderId }, factId);
    const outcome = await transact(relationship, stakeholderId, asked, context);
    return isAccepted(outcome) ? { ...outcome, stakeholderId, factId: asked.data.factId } : outcome;
  };

  return {
    ask: async (request, context) => {
      const group = await stakeholders.groupOf(request.stakeholderId);
      const survivor = group?.[0];
      if (group === null || survivor === undefined) return { refused: 'StakeholderNotFound' };
      const factId = deterministicId('relationship-fact', context.credential, context.commandId);
      if (group.length > 1)
        for (const stakeholderId of group)
          if ((await look(relationship, stakeholderId, context)).known !== null)
            return askedOf(stakeholderId, request, factId, context);
      const outcome = await askedOf(survivor, request, factId, context);
      if (isAccepted(outcome) || !isOfOneStream(outcome)) return outcome;
      // What was decided about one of them stands in their stream: what ends it or takes it back stands there too.
      for (const stakeholderId of group.slice(1)) {
        const other = await askedOf(stakeholderId, request, factId, withoutRevision(context));
        if (isAccepted(other) || !isOfOneStream(other)) return other;
      }
      return outcome;
    },
  };
};

const isOfOneStream = ({ refused }: Exclude<RelatingOutcome, { already: boolean }>): boolean =>
  refused === 'NoStanceToWithdraw' || refused === 'RelationshipFactNotFound';

/** The revision that is expected is that of who remains. */
const withoutRevision = ({ expectedRevision: _, ...context }: CommandContext): CommandContext => context;

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
  }
};
