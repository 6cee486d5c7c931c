import type { Claims } from '../event-sourcing/claims.js';
import { type Refusal, isRefusal, streamOf as streamNamed } from '../event-sourcing/decider.js';
import { deterministicId } from '../event-sourcing/event-id.js';
import type { JsonObject } from '../event-sourcing/fact.js';
import { canonicalJson } from '../event-sourcing/keyed-hash.js';
import {
  type Accepted,
  type CommandContext,
  type CommandIdReused,
  RevisionConflict,
  type Transactions,
  isAccepted,
} from '../event-sourcing/transact.js';
import type { AffiliationRefusal, AffiliationRequest, Attested, Lasting, Post } from '../stakeholders/affiliation.js';
import { belonging } from '../stakeholders/belonging.js';
import { type Stakeholder, stakeholder } from '../stakeholders/stakeholder.js';

/** What is asked about where somebody belongs. Dates are RFC 3339, UTC, milliseconds. */
export type AffiliatingRequest =
  | ({
      readonly type: 'Start';
      readonly personId: string;
      readonly organisationId: string;
    } & Lasting &
      Post &
      Omit<Attested, 'sent'>)
  | { readonly type: 'End'; readonly affiliationId: string; readonly occurredAt: string }
  | {
      readonly type: 'Correct';
      readonly affiliationId: string;
      readonly period: Partial<Lasting>;
      readonly post: Partial<Post>;
    }
  | { readonly type: 'Retract'; readonly affiliationId: string };

/** Refused where an id names nobody, or somebody of the wrong kind. */
export interface NotTheOne extends Refusal<'StakeholderNotFound' | 'NotAPerson' | 'NotAnOrganisation'> {
  readonly stakeholderId: string;
}

export interface ColleagueNotFound extends Refusal<'ColleagueNotFound'> {
  readonly colleagueId: string;
}

export type AffiliatingOutcome =
  | (Accepted<Stakeholder> & { readonly affiliationId: string })
  | (AffiliationRefusal & { readonly affiliationId: string })
  | NotTheOne
  | ColleagueNotFound
  | CommandIdReused;

/** Which source's id is whose: the port to whoever keeps what one stakeholder holds at a time. */
export type SourceIds = Pick<Claims, 'claim' | 'undo' | 'tokenOf'>;

/** Who is one with whom: the port to whoever keeps identities. */
export interface Known {
  /** All who are one with somebody, first who remains; null where nobody has the id. */
  groupOf(stakeholderId: string): Promise<readonly string[] | null>;
  /** All who are or ever were one with somebody, themselves included: in a stream of theirs stands what any of them was asked. */
  everOneWith(stakeholderId: string): Promise<readonly string[]>;
}

/** Whether somebody is, or was, one of ours: the port to whoever keeps them. */
export interface OurPeople {
  isOurs(colleagueId: string): Promise<boolean>;
}

/** Where people belong, over the streams of stakeholders. */
export interface Affiliating {
  ask(request: AffiliatingRequest, context: CommandContext): Promise<AffiliatingOutcome>;
}

/** Whose affiliation an id names; empty where it names none. */
export const personOf = (affiliationId: string): string => affiliationId.split('.')[0] ?? '';

/** @param digestOf a keyed digest: under one source id, the same telling is on record already and another is refused. */
export const affiliating = (
  { transact, look, read }: Transactions,
  stakeholders: Known & { readonly claims: SourceIds },
  ourPeople: OurPeople,
  digestOf: (text: string) => string,
): Affiliating => {
  /**
   * In whose stream it stands: where this very command was accepted, whoever is one with whom by now; where it is on record
   * already; else in that of who remains. Undefined where nobody has the id.
   */
  const streamOf = async (
    told: string,
    idIn: (personId: string) => string,
    context: CommandContext,
  ): Promise<string | undefined> => {
    const [survivor, ...others] = (await stakeholders.groupOf(told)) ?? [];
    if (survivor === undefined) return undefined;
    const ever = await stakeholders.everOneWith(told);
    if (ever.length > 1)
      for (const personId of ever) if ((await look(belonging, personId, context)).known !== null) return personId;
    for (const personId of others)
      if ((await read(belonging, personId)).state.affiliations[idIn(personId)] !== undefined) return personId;
    return survivor;
  };

  const start = async (
    { type: _, ...told }: Extract<AffiliatingRequest, { type: 'Start' }>,
    context: CommandContext,
  ): Promise<AffiliatingOutcome> => {
    const { occurredAt, until, role, title, source, saidBy } = told;
    const idIn = (personId: string): string =>
      `${personId}.${
        source === null
          ? deterministicId('affiliation', context.credential, context.commandId)
          : deterministicId('affiliation', personId, source.name, source.id)
      }`;
    const stakeholderId = await streamOf(told.personId, idIn, context);
    if (stakeholderId === undefined) return { refused: 'StakeholderNotFound', stakeholderId: told.personId };
    const affiliationId = idIn(stakeholderId);
    // A command that was accepted is answered with what happened then, whatever has become of the others since.
    const { known, state, revision } = await look(belonging, stakeholderId, context);
    if (known !== null) return isAccepted(known) ? { ...known, affiliationId } : known;
    const [organisationId] = (await stakeholders.groupOf(told.organisationId)) ?? [];
    if (organisationId === undefined) return { refused: 'StakeholderNotFound', stakeholderId: told.organisationId };
    if ((await read(stakeholder, organisationId)).state.kind !== 'organisation')
      return { refused: 'NotAnOrganisation', stakeholderId: organisationId };
    if (saidBy !== null && !(await ourPeople.isOurs(saidBy)))
      return { refused: 'ColleagueNotFound', colleagueId: saidBy };
    // Of what was told, so that it is the same telling whoever has become one with another since.
    const sent = digestOf(canonicalJson({ organisationId: told.organisationId, occurredAt, until, role, title }));
    const period = { occurredAt, until };
    const data = { stakeholderId, affiliationId, organisationId, ...period, role, title, source, saidBy, sent };
    const asked: StartRequest = { type: 'StartAffiliation', data };
    const decided = belonging.decide(asked, state);
    const unexpected = context.expectedRevision !== undefined && context.expectedRevision !== revision;
    // Nothing to claim where it is on record already, or the stream will say no.
    if (source === null || isRefusal(decided) || decided.length === 0 || unexpected)
      return settled(await transact(belonging, stakeholderId, asked, context), affiliationId);
    const taken = (holder: string) => ({ refused: 'AffiliationSourceIdTaken', affiliationId: idIn(holder) }) as const;
    return startClaimed(asked, source, taken, context);
  };

  /** A source has one affiliation under one id, whoever it is said of: decided first, claimed next, written last. */
  const startClaimed = async (
    asked: StartRequest,
    source: { readonly name: string; readonly id: string },
    taken: (holder: string) => AffiliatingOutcome,
    context: CommandContext,
  ): Promise<AffiliatingOutcome> => {
    const { claims } = stakeholders;
    const { stakeholderId, affiliationId } = asked.data;
    const claim = digestOf(canonicalJson({ name: source.name, id: source.id }));
    const value = { category: 'affiliationsource', claim };
    const token = claims.tokenOf(value, context);
    const claiming: StartRequest = { ...asked, data: { ...asked.data, token } };
    const lost = await claims.claim(stakeholderId, [value], () => claiming as unknown as JsonObject, context);
    if (lost !== null && lost.by !== stakeholderId) return taken(lost.by);
    // Where it was lost to another telling of the same person, their stream says whether that was the same.
    const asks = lost === null ? claiming : asked;
    try {
      const outcome = settled(await transact(belonging, stakeholderId, asks, context), affiliationId);
      if ('refused' in outcome) await claims.undo(stakeholderId, [value], context);
      return outcome;
    } catch (error) {
      if (error instanceof RevisionConflict) await claims.undo(stakeholderId, [value], context);
      throw error;
    }
  };

  /** The revision that is expected is that of who remains. */
  const expecting = async (stakeholderId: string, context: CommandContext): Promise<CommandContext> => {
    const { expectedRevision, ...rest } = context;
    const [survivor = stakeholderId] = (await stakeholders.groupOf(stakeholderId)) ?? [];
    return expectedRevision === undefined || survivor === stakeholderId ? context : rest;
  };

  return {
    ask: async (request, context) => {
      if (request.type === 'Start') return start(request, context);
      const { affiliationId } = request;
      const ids = { stakeholderId: personOf(affiliationId), affiliationId };
      const asked = inItsStream(request, ids);
      const outcome = await transact(belonging, ids.stakeholderId, asked, await expecting(ids.stakeholderId, context));
      // An id that was made up names nobody, or nobody who is affiliated.
      if ('refused' in outcome && (outcome.refused === 'StakeholderNotFound' || outcome.refused === 'NotAPerson'))
        return { refused: 'AffiliationNotFound', affiliationId };
      return settled(outcome, affiliationId);
    },
  };
};

type StartRequest = Extract<AffiliationRequest, { type: 'StartAffiliation' }>;

const inItsStream = (
  request: Exclude<AffiliatingRequest, { type: 'Start' }>,
  ids: { readonly stakeholderId: string; readonly affiliationId: string },
): Parameters<typeof belonging.decide>[0] => {
  switch (request.type) {
    case 'End':
      return { type: 'EndAffiliation', data: { ...ids, occurredAt: request.occurredAt } };
    case 'Correct':
      return { type: 'CorrectAffiliation', data: { ...ids, period: request.period, post: request.post } };
    case 'Retract':
      return { type: 'RetractAffiliation', data: ids };
  }
};

const settled = (
  outcome:
    | Accepted<Stakeholder>
    | AffiliationRefusal
    | Refusal<'StakeholderNotFound' | 'NotAPerson' | 'ClaimsSettled'>
    | CommandIdReused,
  affiliationId: string,
): AffiliatingOutcome => {
  if (isAccepted(outcome)) return { ...outcome, affiliationId };
  switch (outcome.refused) {
    case 'CommandIdReused':
      return { refused: 'CommandIdReused' };
    case 'StakeholderNotFound':
    case 'NotAPerson':
      return { refused: outcome.refused, stakeholderId: personOf(affiliationId) };
    case 'ClaimsSettled':
      // Lost a race for the source's id and took it back: the caller may try again, under an id of its own.
      throw new RevisionConflict(streamNamed(belonging, personOf(affiliationId)), -1);
    default:
      return { ...outcome, affiliationId };
  }
};
