import { type Refusal, isRefusal } from '../event-sourcing/decider.js';
import { deterministicId } from '../event-sourcing/event-id.js';
import {
  type Accepted,
  type CommandContext,
  type CommandIdReused,
  type Transactions,
  isAccepted,
} from '../event-sourcing/transact.js';
import type { CareRequest } from './care.js';
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

/** Who is one with whom: the port to whoever keeps identities. */
export interface Known {
  /** All who are one with somebody, first who remains; null where nobody has the id. */
  groupOf(stakeholderId: string): Promise<readonly string[] | null>;
  /** All who are or ever were one with somebody, themselves included: in a stream of theirs stands what any of them was asked. */
  everOneWith(stakeholderId: string): Promise<readonly string[]>;
}

/** Where we stand with somebody, over the streams of relationships. */
export interface Relating {
  ask(request: RelatingRequest, context: CommandContext): Promise<RelatingOutcome>;
}

export const relating = ({ transact, look, read }: Transactions, stakeholders: Known): Relating => {
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

  /** Whoever of them said so, they are not to be contacted. */
  const forbiddenBy = async (
    others: readonly string[],
    request: RelatingRequest,
  ): Promise<RelationshipRefusal | null> => {
    if (request.type !== 'Care' || request.asked.type !== 'PlanOutreach') return null;
    for (const stakeholderId of others) {
      const { state } = await read(relationship, stakeholderId);
      const decision = relationship.decide(inItsStream({ ...request, stakeholderId }, ''), state);
      if (isRefusal(decision) && decision.refused === 'ContactNotPermitted') return decision;
    }
    return null;
  };

  return {
    ask: async (request, context) => {
      const group = await stakeholders.groupOf(request.stakeholderId);
      const survivor = group?.[0];
      if (group === null || survivor === undefined) return { refused: 'StakeholderNotFound' };
      const interactionId = interactionOf(request);
      if (interactionId !== null && !(await read(interaction, interactionId)).state.recorded)
        return { refused: 'InteractionNotFound', interactionId };
      const factId = deterministicId('relationship-fact', context.credential, context.commandId);
      // A command that was accepted is answered by the stream that holds it, whoever is one with whom by now.
      const ever = await stakeholders.everOneWith(request.stakeholderId);
      if (ever.length > 1)
        for (const stakeholderId of ever)
          if ((await look(relationship, stakeholderId, context)).known !== null)
            return askedOf(stakeholderId, request, factId, context);
      const forbidden = await forbiddenBy(group.slice(1), request);
      if (forbidden !== null) return forbidden;
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

const ofOneStream: ReadonlySet<string> = new Set<Exclude<RelatingOutcome, { already: boolean }>['refused']>([
  'NoStanceToWithdraw',
  'RelationshipFactNotFound',
  'CommitmentNotFound',
  'ConnectionNotFound',
  'NoAttributeToWithdraw',
  'OutreachNotFound',
  'ContactIsPermitted',
]);

const isOfOneStream = ({ refused }: Exclude<RelatingOutcome, { already: boolean }>): boolean =>
  ofOneStream.has(refused);

/** The revision that is expected is that of who remains. */
const withoutRevision = ({ expectedRevision: _, ...context }: CommandContext): CommandContext => context;

/** The interaction in whose conversation a step was taken, or that an outreach is said to have come to; null where none is. */
const interactionOf = (request: RelatingRequest): string | null => {
  if (request.type === 'TakeStep') return request.interactionId;
  return request.type === 'Care' && request.asked.type === 'CompleteOutreach' ? request.asked.data.interactionId : null;
};

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
    case 'Care': {
      const { type, data } = request.asked;
      // Each arm of the union has what its type needs beside the two ids.
      return { type, data: { ...data, stakeholderId, factId } } as CareRequest;
    }
  }
};
