import type { HeldFor } from '../event-sourcing/claim.js';
import type { ClaimStanding } from '../event-sourcing/claims.js';
import type { Decider, Refusal } from '../event-sourcing/decider.js';
import type { Fact } from '../event-sourcing/fact.js';
import { type AffiliationFact, type Affiliations, affiliationsAfter, isAffiliationFact } from './affiliation.js';
import type { Channel } from './handle.js';

export type StakeholderKind = 'person' | 'organisation';

/** A handle as it was given, with the claim (keyed hash of its normal form under `rule`) and the token of this holding. */
export interface HeldHandle {
  readonly claim: string;
  readonly token: string;
  readonly rule: number;
  readonly channel: Channel;
  readonly site?: string;
  readonly address: string;
  /** Since when it is theirs (RFC 3339, UTC, milliseconds), where that is said. */
  readonly from?: string;
}

export interface HeldExternalId {
  readonly claim: string;
  readonly token: string;
  readonly system: string;
  readonly id: string;
  readonly from?: string;
}

/** Whose personal fields these are. */
type Personal<Fields> = { readonly of: readonly string[] } & Fields;

interface Merged {
  /** Who remains. */
  readonly stakeholderId: string;
  readonly mergedId: string;
  /** Of the claim by which the merged one belongs to who remains. */
  readonly token: string;
}

// Stored names and shapes: add to them, never change them.
export type StakeholderFact =
  | Fact<
      'StakeholderIdentified',
      {
        readonly stakeholderId: string;
        readonly kind: StakeholderKind;
        readonly tokens: readonly string[];
        readonly personal: Personal<{
          readonly name: string;
          readonly handles: readonly HeldHandle[];
          readonly externalIds: readonly HeldExternalId[];
        }>;
      }
    >
  | Fact<
      'StakeholderRenamed',
      { readonly stakeholderId: string; readonly personal: Personal<{ readonly name: string; readonly was: string }> }
    >
  | Fact<
      'HandleAdded',
      {
        readonly stakeholderId: string;
        readonly token: string;
        readonly personal: Personal<{ readonly handle: HeldHandle }>;
      }
    >
  | Fact<
      'HandleRemoved',
      {
        readonly stakeholderId: string;
        readonly token: string;
        /** Until when it was theirs; left out where it never was, as it turned out. */
        readonly until?: string;
        readonly personal: Personal<{ readonly handle: HeldHandle }>;
      }
    >
  | Fact<
      'ExternalIdAdded',
      {
        readonly stakeholderId: string;
        readonly token: string;
        readonly personal: Personal<{ readonly externalId: HeldExternalId }>;
      }
    >
  | Fact<
      'ExternalIdRemoved',
      {
        readonly stakeholderId: string;
        readonly token: string;
        readonly until?: string;
        readonly personal: Personal<{ readonly externalId: HeldExternalId }>;
      }
    >
  | Fact<'StakeholderRetired', { readonly stakeholderId: string }>
  /** Who was recorded as two is one: whatever names the merged one means this one from then on. */
  | Fact<'StakeholdersMerged', Merged & { readonly guard: string }>
  /** They are two after all. */
  | Fact<'StakeholderUnmerged', Merged>
  /** Somebody looked, and these are two: what they have in common suggests no merge any more. */
  | Fact<'StakeholdersToldApart', { readonly stakeholderId: string; readonly otherId: string }>
  | Fact<'ClaimsAbandoned', { readonly tokens: readonly string[] }>
  | AffiliationFact;

export type StakeholderRequest =
  | Fact<
      'IdentifyStakeholder',
      {
        readonly stakeholderId: string;
        readonly kind: StakeholderKind;
        readonly name: string;
        readonly handles: readonly HeldHandle[];
        readonly externalIds: readonly HeldExternalId[];
      }
    >
  | Fact<'RenameStakeholder', { readonly stakeholderId: string; readonly name: string }>
  | Fact<'AddHandle', { readonly stakeholderId: string; readonly handle: HeldHandle }>
  | Fact<'RemoveHandle', { readonly stakeholderId: string; readonly claim: string; readonly until?: string }>
  | Fact<'AddExternalId', { readonly stakeholderId: string; readonly externalId: HeldExternalId }>
  | Fact<'RemoveExternalId', { readonly stakeholderId: string; readonly claim: string; readonly until?: string }>
  | Fact<'RetireStakeholder', { readonly stakeholderId: string }>
  | Fact<
      'MergeStakeholder',
      Merged & {
        /** Of the merged one. */
        readonly kind: StakeholderKind;
        /** Token of the claim that keeps who remains from being merged into another meanwhile; given up once this holds. */
        readonly guard: string;
      }
    >
  | Fact<'TellApart', { readonly stakeholderId: string; readonly otherId: string }>
  | Fact<'UnmergeStakeholder', { readonly stakeholderId: string; readonly mergedId: string }>
  | Fact<'AbandonClaims', { readonly tokens: readonly string[] }>;

export type StakeholderRefusal = Refusal<
  | 'StakeholderNotFound'
  | 'HandleNotHeld'
  | 'ExternalIdNotHeld'
  | 'ClaimsSettled'
  | 'EndsBeforeItBegan'
  | 'SameStakeholder'
  | 'KindsDiffer'
  | 'SurvivorIsRetired'
  | 'NotMerged'
>;

export interface Stakeholder {
  readonly identified: boolean;
  readonly retired: boolean;
  /** Null until they are identified. */
  readonly kind: StakeholderKind | null;
  readonly name: string;
  /** Who was merged into this one, by themselves and not by way of another, oldest first. */
  readonly merged: readonly { readonly id: string; readonly token: string }[];
  /** Who ever was, those who were parted from this one again included. */
  readonly everMerged: readonly string[];
  /** From whom somebody told them apart. */
  readonly apart: readonly string[];
  readonly handles: readonly HeldHandle[];
  readonly externalIds: readonly HeldExternalId[];
  readonly affiliations: Affiliations;
  /** What became of each claim that was made for this stakeholder. */
  readonly claims: Readonly<Record<string, Exclude<ClaimStanding, 'pending'>>>;
  /** For which period what was given up had been theirs, by its token. */
  readonly ended: Readonly<Record<string, HeldFor>>;
}

const settled = (
  claims: Stakeholder['claims'],
  tokens: readonly string[],
  standing: Exclude<ClaimStanding, 'pending'>,
): Stakeholder['claims'] => ({ ...claims, ...Object.fromEntries(tokens.map((token) => [token, standing])) });

interface Ending {
  readonly until?: string;
}
interface Beginning {
  readonly token: string;
  readonly from?: string;
}
const untilIn = ({ until }: Ending): Ending => (until === undefined ? {} : { until });
const endsEarly = ({ from }: Beginning, { until }: Ending): boolean =>
  from !== undefined && until !== undefined && until <= from;
const endedWith = (
  ended: Stakeholder['ended'],
  { token, from = null }: { readonly token: string; readonly from?: string | null },
  until: string | undefined,
): Stakeholder['ended'] => (until === undefined ? ended : { ...ended, [token]: { from, until } });

/** Who somebody is: one person or organisation, with the handles and external ids that are theirs, and where they belong. */
export const stakeholder: Decider<Stakeholder, StakeholderRequest, StakeholderFact, StakeholderRefusal> = {
  category: 'stakeholder',
  initialState: {
    identified: false,
    retired: false,
    kind: null,
    name: '',
    merged: [],
    everMerged: [],
    apart: [],
    handles: [],
    externalIds: [],
    affiliations: {},
    claims: {},
    ended: {},
  },

  evolve: (state, fact) => {
    if (isAffiliationFact(fact)) {
      const tokens = fact.type === 'AffiliationStarted' && fact.data.token !== undefined ? [fact.data.token] : [];
      const affiliations = affiliationsAfter(state.affiliations, fact);
      return { ...state, affiliations, claims: settled(state.claims, tokens, 'held') };
    }
    const { type, data } = fact;
    switch (type) {
      case 'StakeholderIdentified': {
        const { name, handles, externalIds } = data.personal;
        return {
          ...state,
          identified: true,
          kind: data.kind,
          name,
          handles,
          externalIds,
          claims: settled(state.claims, data.tokens, 'held'),
        };
      }
      case 'StakeholderRenamed':
        return { ...state, name: data.personal.name };
      case 'HandleAdded':
        return {
          ...state,
          handles: [...state.handles, data.personal.handle],
          claims: settled(state.claims, [data.token], 'held'),
        };
      case 'HandleRemoved':
        return {
          ...state,
          handles: state.handles.filter(({ token }) => token !== data.token),
          ended: endedWith(state.ended, data.personal.handle, data.until),
          claims: settled(state.claims, [data.token], 'given-up'),
        };
      case 'ExternalIdAdded':
        return {
          ...state,
          externalIds: [...state.externalIds, data.personal.externalId],
          claims: settled(state.claims, [data.token], 'held'),
        };
      case 'ExternalIdRemoved':
        return {
          ...state,
          externalIds: state.externalIds.filter(({ token }) => token !== data.token),
          ended: endedWith(state.ended, data.personal.externalId, data.until),
          claims: settled(state.claims, [data.token], 'given-up'),
        };
      case 'StakeholderRetired':
        return { ...state, retired: true };
      case 'StakeholdersMerged': {
        const { mergedId: id, token, guard } = data;
        const claims = settled(settled(state.claims, [token], 'held'), [guard], 'given-up');
        const everMerged = state.everMerged.includes(id) ? state.everMerged : [...state.everMerged, id];
        return { ...state, merged: [...state.merged, { id, token }], everMerged, claims };
      }
      case 'StakeholderUnmerged':
        return {
          ...state,
          merged: state.merged.filter(({ id }) => id !== data.mergedId),
          claims: settled(state.claims, [data.token], 'given-up'),
        };
      case 'StakeholdersToldApart':
        return { ...state, apart: [...state.apart, data.otherId] };
      case 'ClaimsAbandoned':
        return { ...state, claims: settled(state.claims, data.tokens, 'given-up') };
    }
  },

  decide: ({ type, data }, state) => {
    if (type === 'AbandonClaims') {
      const tokens = data.tokens.filter((token) => state.claims[token] === undefined);
      if (data.tokens.some((token) => state.claims[token] === 'held')) return { refused: 'ClaimsSettled' };
      return tokens.length === 0 ? [] : [{ type: 'ClaimsAbandoned', data: { tokens } }];
    }
    const { stakeholderId } = data;
    const of = [stakeholderId];
    const abandoned = ({ token }: { readonly token: string }): boolean => state.claims[token] === 'given-up';

    if (type === 'IdentifyStakeholder') {
      if (state.identified) return [];
      const { kind, name, handles, externalIds } = data;
      const holdings = [...handles, ...externalIds];
      if (holdings.some(abandoned)) return { refused: 'ClaimsSettled' };
      const tokens = holdings.map(({ token }) => token);
      return [
        {
          type: 'StakeholderIdentified',
          data: { stakeholderId, kind, tokens, personal: { of, name, handles, externalIds } },
        },
      ];
    }
    if (!state.identified) return { refused: 'StakeholderNotFound' };

    switch (type) {
      case 'RenameStakeholder':
        if (data.name === state.name) return [];
        return [
          { type: 'StakeholderRenamed', data: { stakeholderId, personal: { of, name: data.name, was: state.name } } },
        ];
      case 'AddHandle': {
        const { handle } = data;
        if (state.handles.some(({ claim }) => claim === handle.claim)) return [];
        if (abandoned(handle)) return { refused: 'ClaimsSettled' };
        return [{ type: 'HandleAdded', data: { stakeholderId, token: handle.token, personal: { of, handle } } }];
      }
      case 'RemoveHandle': {
        const handle = state.handles.find(({ claim }) => claim === data.claim);
        if (!handle) return { refused: 'HandleNotHeld' };
        if (endsEarly(handle, data)) return { refused: 'EndsBeforeItBegan' };
        return [
          {
            type: 'HandleRemoved',
            data: { stakeholderId, token: handle.token, ...untilIn(data), personal: { of, handle } },
          },
        ];
      }
      case 'AddExternalId': {
        const { externalId } = data;
        if (state.externalIds.some(({ claim }) => claim === externalId.claim)) return [];
        if (abandoned(externalId)) return { refused: 'ClaimsSettled' };
        return [
          { type: 'ExternalIdAdded', data: { stakeholderId, token: externalId.token, personal: { of, externalId } } },
        ];
      }
      case 'RemoveExternalId': {
        const externalId = state.externalIds.find(({ claim }) => claim === data.claim);
        if (!externalId) return { refused: 'ExternalIdNotHeld' };
        if (endsEarly(externalId, data)) return { refused: 'EndsBeforeItBegan' };
        return [
          {
            type: 'ExternalIdRemoved',
            data: { stakeholderId, token: externalId.token, ...untilIn(data), personal: { of, externalId } },
          },
        ];
      }
      case 'RetireStakeholder':
        return state.retired ? [] : [{ type: 'StakeholderRetired', data: { stakeholderId } }];
      case 'MergeStakeholder': {
        const { mergedId, token, guard } = data;
        if (mergedId === stakeholderId) return { refused: 'SameStakeholder' };
        if (state.merged.some(({ id }) => id === mergedId)) return [];
        if (data.kind !== state.kind) return { refused: 'KindsDiffer' };
        if (state.retired) return { refused: 'SurvivorIsRetired' };
        if (abandoned({ token }) || abandoned({ token: guard })) return { refused: 'ClaimsSettled' };
        return [{ type: 'StakeholdersMerged', data: { stakeholderId, mergedId, token, guard } }];
      }
      case 'TellApart': {
        const { otherId } = data;
        if (otherId === stakeholderId) return { refused: 'SameStakeholder' };
        return state.apart.includes(otherId)
          ? []
          : [{ type: 'StakeholdersToldApart', data: { stakeholderId, otherId } }];
      }
      case 'UnmergeStakeholder': {
        const merged = state.merged.find(({ id }) => id === data.mergedId);
        if (!merged) return { refused: 'NotMerged' };
        return [{ type: 'StakeholderUnmerged', data: { stakeholderId, mergedId: merged.id, token: merged.token } }];
      }
    }
  },
};
