import type { ClaimStanding, ClaimedValue, Claims, Holders } from '../event-sourcing/claims.js';
import { claims } from '../event-sourcing/claims.js';
import type { Refusal } from '../event-sourcing/decider.js';
import { deterministicId } from '../event-sourcing/event-id.js';
import type { JsonObject } from '../event-sourcing/fact.js';
import type { KeyedHash } from '../event-sourcing/keyed-hash.js';
import {
  type Accepted,
  type CommandContext,
  type CommandIdReused,
  RevisionConflict,
  type Transactions,
  isAccepted,
} from '../event-sourcing/transact.js';
import { type AffiliationRequest, isAffiliationRequest } from './affiliation.js';
import { belonging } from './belonging.js';
import { type Groups, groups } from './groups.js';
import { type ExternalId, type Handle, externalIdForm, normalForm, normalFormRule } from './handle.js';
import {
  type AreOne,
  type GroupTooLarge,
  type MergeRefused,
  type MergeRequest,
  type NobodyHasId,
  merging,
} from './merging.js';
import {
  type HeldExternalId,
  type HeldHandle,
  type Stakeholder,
  type StakeholderKind,
  type StakeholderRefusal,
  type StakeholderRequest,
  stakeholder,
} from './stakeholder.js';

/** Since when something is theirs: RFC 3339, UTC, milliseconds. */
interface From {
  readonly from?: string | undefined;
}
/** Until when something was theirs, likewise; left out where it never was. */
interface Until {
  readonly until?: string | undefined;
}

/** What is asked about who somebody is, in the caller's words. An old id means who remains under it. */
export type IdentityRequest =
  | MergeRequest
  | {
      readonly type: 'Identify';
      readonly kind: StakeholderKind;
      readonly name: string;
      readonly handles: readonly Handle[];
      readonly externalIds: readonly ExternalId[];
    }
  | { readonly type: 'Rename'; readonly stakeholderId: string; readonly name: string }
  | ({ readonly type: 'AddHandle'; readonly stakeholderId: string; readonly handle: Handle } & From)
  | ({ readonly type: 'RemoveHandle'; readonly stakeholderId: string; readonly handle: Handle } & Until)
  | ({ readonly type: 'AddExternalId'; readonly stakeholderId: string; readonly externalId: ExternalId } & From)
  | ({ readonly type: 'RemoveExternalId'; readonly stakeholderId: string; readonly externalId: ExternalId } & Until)
  | { readonly type: 'Retire'; readonly stakeholderId: string };

/** Refused where a handle or an external id belongs to somebody else. */
export interface Taken extends Refusal<'HandleTaken' | 'ExternalIdTaken'> {
  readonly holder: string;
}

export type IdentityOutcome =
  | (Accepted<Stakeholder> & { readonly stakeholderId: string })
  | Taken
  | StakeholderRefusal
  | NobodyHasId
  | GroupTooLarge
  | AreOne
  | CommandIdReused;

/** Who somebody is, over the streams of stakeholders, handles and external ids. */
export interface Identity extends Groups {
  /** Of values that one stakeholder holds at a time. */
  readonly claims: Claims;
  ask(request: IdentityRequest, context: CommandContext): Promise<IdentityOutcome>;
  /** Who holds a handle or an external id, as new as the log. */
  holderOf(value: ClaimedValue): Promise<string | null>;
  isIdentified(stakeholderId: string): Promise<boolean>;
  /** Why a merge would be refused now; null where it would not be. */
  mergeRefusal(survivorId: string, mergedId: string): Promise<MergeRefused | null>;
  handleClaim(handle: Handle): ClaimedValue;
  externalIdClaim(externalId: ExternalId): ClaimedValue;
  /** Who holds the handle or external id, or (RFC 3339, UTC, milliseconds) held it at that date; null for nobody. */
  holder(named: Named, at?: string): Promise<string | null>;
  /** Identifies a person by a handle or external id, unless somebody did meanwhile: answers whose it is. */
  meet(named: Named, context: CommandContext): Promise<string>;
  /** The stakeholder whom `meet`, asked by this command, identifies where nobody is known. */
  wouldBe(named: Named, context: CommandContext): string;
}

/** Somebody as a caller names them: by a handle or by an external id. */
export interface Named {
  readonly handle?: Handle;
  readonly externalId?: ExternalId;
  /** What they are called; left out, by the address or the id. */
  readonly name?: string;
}

/** The stakeholder that a command identifies: known before it is recorded, so that a retry means the same one. */
const identifiedBy = ({ credential, commandId }: Pick<CommandContext, 'credential' | 'commandId'>): string =>
  deterministicId('stakeholder', credential, commandId);

export const identity = (transactions: Transactions, hash: KeyedHash): Identity => {
  const { transact, look, read } = transactions;
  const unique: Claims = claims(transactions, stakeholdersAsHolders(transactions));
  const one = groups(transactions, unique);
  const merges = merging(transactions, unique, one);

  const handleClaim = (handle: Handle): ClaimedValue => ({ category: 'handle', claim: hash.of(normalForm(handle)) });
  const externalIdClaim = (externalId: ExternalId): ClaimedValue => ({
    category: 'externalid',
    claim: hash.of(externalIdForm(externalId)),
  });
  const isIdentified = async (id: string): Promise<boolean> => (await read(stakeholder, id)).state.identified;

  const plainly = async (
    stakeholderId: string,
    request: StakeholderRequest,
    context: CommandContext,
  ): Promise<IdentityOutcome> => {
    const outcome = await transact(stakeholder, stakeholderId, request, context);
    return isAccepted(outcome) ? { ...outcome, stakeholderId } : outcome;
  };

  /** Asks a stakeholder's stream for something that needs values to be theirs: decided first, claimed next, written last. */
  const withClaims = async (
    stakeholderId: string,
    values: readonly ClaimedValue[],
    requestWith: (tokens: ReadonlyMap<string, string>) => StakeholderRequest,
    context: CommandContext,
  ): Promise<IdentityOutcome> => {
    for (const value of values) {
      const holder = await unique.holderOf(value);
      if (holder !== null && holder !== stakeholderId) return taken(value, holder);
    }
    const lost = await unique.claim(
      stakeholderId,
      values,
      (tokens) => requestWith(tokens) as unknown as JsonObject,
      context,
    );
    if (lost) return taken(lost.taken, lost.by);
    const tokens = new Map(values.map((value) => [value.claim, unique.tokenOf(value, context)]));
    try {
      const outcome = await plainly(stakeholderId, requestWith(tokens), context);
      if ('refused' in outcome) await unique.undo(stakeholderId, values, context);
      return outcome;
    } catch (error) {
      if (error instanceof RevisionConflict) await unique.undo(stakeholderId, values, context);
      throw error;
    }
  };

  /** A holding more: nothing to claim where it is theirs already, or where the stream will say no. */
  const addHolding = async (
    stakeholderId: string,
    value: ClaimedValue,
    requestWith: (token: string) => StakeholderRequest,
    context: CommandContext,
  ): Promise<IdentityOutcome> => {
    const { known, state, revision, ordinal } = await look(stakeholder, stakeholderId, context);
    if (known) return isAccepted(known) ? { ...known, stakeholderId } : known;
    // Who is one with them holds it for them.
    const holder = state.merged.length === 0 ? null : await unique.holderOf(value);
    if (holder !== null && holder !== stakeholderId && (await one.groupOf(stakeholderId))?.includes(holder))
      return { stakeholderId, events: [], already: true, state, revision, ordinal };
    const unexpected = context.expectedRevision !== undefined && context.expectedRevision !== revision;
    const theirs = [...state.handles, ...state.externalIds].some(({ claim }) => claim === value.claim);
    if (!state.identified || theirs || unexpected)
      return plainly(stakeholderId, requestWith(unique.tokenOf(value, context)), context);
    return withClaims(stakeholderId, [value], (tokens) => requestWith(tokens.get(value.claim) ?? ''), context);
  };

  /** A holding given up: recorded in the holder's stream first, which decides; then the value is free. */
  const giveUp = async (
    survivor: string,
    value: ClaimedValue,
    requestOf: (stakeholderId: string) => StakeholderRequest,
    context: CommandContext,
  ): Promise<IdentityOutcome> => {
    const group = (await one.groupOf(survivor)) ?? [];
    const holder = group.length > 1 ? await unique.holderOf(value) : null;
    const stakeholderId = holder !== null && group.includes(holder) ? holder : survivor;
    const outcome = await plainly(stakeholderId, requestOf(stakeholderId), context);
    // Whoever asks for the value finds that its holder gave it up, and releases it; asked here, that is at once.
    if (!('refused' in outcome)) await unique.holderOf(value);
    return outcome;
  };

  const identify = async (
    request: Extract<IdentityRequest, { type: 'Identify' }>,
    context: CommandContext,
  ): Promise<IdentityOutcome> => {
    const stakeholderId = identifiedBy(context);
    const { known } = await look(stakeholder, stakeholderId, context);
    if (known) return isAccepted(known) ? { ...known, stakeholderId } : known;
    const { kind, name } = request;
    const handles = distinct(request.handles.map((handle) => ({ ...handleClaim(handle), handle })));
    const externalIds = distinct(
      request.externalIds.map((externalId) => ({ ...externalIdClaim(externalId), externalId })),
    );
    const requestWith = (tokens: ReadonlyMap<string, string>): StakeholderRequest => ({
      type: 'IdentifyStakeholder',
      data: {
        stakeholderId,
        kind,
        name,
        handles: handles.map(({ claim, handle }) => heldHandle(handle, claim, tokens.get(claim) ?? '')),
        externalIds: externalIds.map(({ claim, externalId }) =>
          heldExternalId(externalId, claim, tokens.get(claim) ?? ''),
        ),
      },
    });
    const values = [...handles, ...externalIds].map(({ category, claim }) => ({ category, claim }));
    return withClaims(stakeholderId, values, requestWith, context);
  };

  const ask = async (request: IdentityRequest, context: CommandContext): Promise<IdentityOutcome> => {
    switch (request.type) {
      case 'Identify':
        return identify(request, context);
      case 'Merge':
      case 'Unmerge':
      case 'TellApart':
        return merges.ask(request, context);
      default:
        return ofOne(request, context);
    }
  };

  /** Of one stakeholder: who remains under the id, unless the command was accepted under that of anybody who was one with them. */
  const ofOne = async (
    asked: Exclude<IdentityRequest, { type: 'Identify' } | MergeRequest>,
    context: CommandContext,
  ): Promise<IdentityOutcome> => {
    const ever = await one.everOneWith(asked.stakeholderId);
    if (ever.length > 1)
      for (const stakeholderId of ever) {
        const { known } = await look(stakeholder, stakeholderId, context);
        if (known) return isAccepted(known) ? { ...known, stakeholderId } : known;
      }
    const survivor = (await one.pathOf(asked.stakeholderId)).at(-1);
    const request = { ...asked, stakeholderId: survivor ?? asked.stakeholderId };
    switch (request.type) {
      case 'Rename': {
        const { stakeholderId, name } = request;
        return plainly(stakeholderId, { type: 'RenameStakeholder', data: { stakeholderId, name } }, context);
      }
      case 'Retire': {
        const { stakeholderId } = request;
        return plainly(stakeholderId, { type: 'RetireStakeholder', data: { stakeholderId } }, context);
      }
      case 'AddHandle': {
        const { stakeholderId, handle } = request;
        const value = handleClaim(handle);
        const requestWith = (token: string): StakeholderRequest => ({
          type: 'AddHandle',
          data: { stakeholderId, handle: { ...heldHandle(handle, value.claim, token), ...fromIn(request) } },
        });
        return addHolding(stakeholderId, value, requestWith, context);
      }
      case 'RemoveHandle': {
        const { stakeholderId, handle } = request;
        const value = handleClaim(handle);
        const { claim } = value;
        const of = (holder: string): StakeholderRequest => ({
          type: 'RemoveHandle',
          data: { stakeholderId: holder, claim, ...untilIn(request) },
        });
        return giveUp(stakeholderId, value, of, context);
      }
      case 'AddExternalId': {
        const { stakeholderId, externalId } = request;
        const value = externalIdClaim(externalId);
        const requestWith = (token: string): StakeholderRequest => ({
          type: 'AddExternalId',
          data: {
            stakeholderId,
            externalId: { ...heldExternalId(externalId, value.claim, token), ...fromIn(request) },
          },
        });
        return addHolding(stakeholderId, value, requestWith, context);
      }
      case 'RemoveExternalId': {
        const { stakeholderId, externalId } = request;
        const value = externalIdClaim(externalId);
        const { claim } = value;
        const of = (holder: string): StakeholderRequest => ({
          type: 'RemoveExternalId',
          data: { stakeholderId: holder, claim, ...untilIn(request) },
        });
        return giveUp(stakeholderId, value, of, context);
      }
    }
  };

  const valueOf = ({ handle, externalId }: Named): ClaimedValue => {
    if (handle) return handleClaim(handle);
    if (externalId) return externalIdClaim(externalId);
    throw new TypeError('Somebody is named by a handle or an external id.');
  };

  /** The command by which another one identifies somebody: told by that one's id, so that a retry means the same. */
  const meeting = (named: Named, { expectedRevision: _, ...context }: CommandContext): CommandContext => {
    const { claim } = valueOf(named);
    return { ...context, commandId: deterministicId('identify', context.commandId, claim), inputDigest: claim };
  };

  const meet = async (named: Named, context: CommandContext): Promise<string> => {
    const { handle, externalId, name } = named;
    const request = {
      type: 'Identify',
      kind: 'person',
      name: name ?? handle?.address ?? externalId?.id ?? '',
      handles: handle ? [handle] : [],
      externalIds: externalId ? [externalId] : [],
    } as const;
    const outcome = await ask(request, meeting(named, context));
    if (!('refused' in outcome)) return outcome.stakeholderId;
    if ('holder' in outcome) return outcome.holder;
    throw new Error(`A participant could not be identified: ${outcome.refused}.`);
  };

  return {
    ...one,
    claims: unique,
    ask,
    mergeRefusal: (survivorId, mergedId) => merges.refusalOf({ type: 'Merge', survivorId, mergedId }),
    holderOf: unique.holderOf,
    isIdentified,
    handleClaim,
    externalIdClaim,
    holder: (named, at) => (at === undefined ? unique.holderOf(valueOf(named)) : unique.holderAt(valueOf(named), at)),
    meet,
    wouldBe: (named, context) => identifiedBy(meeting(named, context)),
  };
};

/** A stakeholder's own stream says whether a claim made for them came to hold. */
const stakeholdersAsHolders = ({ transact, read }: Transactions): Holders => ({
  standing: async (holder, token): Promise<ClaimStanding> =>
    (await read(stakeholder, holder)).state.claims[token] ?? 'pending',
  follow: async (holder, request, context) => {
    const asked = request as unknown as StakeholderRequest | AffiliationRequest;
    return isAccepted(
      isAffiliationRequest(asked)
        ? await transact(belonging, holder, asked, context)
        : await transact(stakeholder, holder, asked, context),
    );
  },
  heldFor: async (holder, token) => {
    const { handles, externalIds, ended } = (await read(stakeholder, holder)).state;
    const held = [...handles, ...externalIds].find((each) => each.token === token);
    return held === undefined ? (ended[token] ?? null) : { from: held.from ?? null, until: null };
  },
  abandon: async (holder, tokens, context) =>
    isAccepted(await transact(stakeholder, holder, { type: 'AbandonClaims', data: { tokens } }, context)),
});

const fromIn = ({ from }: From): { readonly from?: string } => (from === undefined ? {} : { from });
const untilIn = ({ until }: Until): { readonly until?: string } => (until === undefined ? {} : { until });

const taken = ({ category }: ClaimedValue, holder: string): Taken => ({
  refused: category === 'handle' ? 'HandleTaken' : 'ExternalIdTaken',
  holder,
});

const heldHandle = ({ channel, site, address }: Handle, claim: string, token: string): HeldHandle => ({
  claim,
  token,
  rule: normalFormRule,
  channel,
  ...(site === undefined ? {} : { site }),
  address,
});

const heldExternalId = ({ system, id }: ExternalId, claim: string, token: string): HeldExternalId => ({
  claim,
  token,
  system,
  id,
});

const distinct = <T extends ClaimedValue>(values: readonly T[]): readonly T[] => [
  ...new Map(values.map((value) => [value.claim, value])).values(),
];
