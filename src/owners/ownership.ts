import type { Decider, Refusal } from '../event-sourcing/decider.js';
import type { Fact } from '../event-sourcing/fact.js';

interface Dated {
  readonly stakeholderId: string;
  readonly factId: string;
  /** RFC 3339, UTC, milliseconds. */
  readonly occurredAt: string;
}

/** Where a stakeholder stood in a ranking when they were assigned: 1 is first. */
export interface Rank {
  readonly place: number;
  readonly topic: string | null;
}

interface Owned {
  /** Id of the person of ours. */
  readonly owner: string;
  readonly tier: string | null;
  /** Token of the place that is held in the tier; null where the tier keeps none. */
  readonly place: string | null;
}

// Stored names and shapes: add to them, never change them. The reason of each stands in its provenance.
export type OwnershipFact =
  | Fact<
      'OwnerAssigned',
      Dated &
        Owned & {
          readonly rank: Rank | null;
          /** Of the owner, when they were assigned. */
          readonly department: string | null;
          /** The same owner's, where it is the tier that changed. */
          readonly was: Owned | null;
        }
    >
  | Fact<
      'OwnerHandedOver',
      Dated & {
        readonly fromOwner: string;
        readonly toOwner: string;
        /** Of the two, when it was handed over. */
        readonly fromDepartment: string | null;
        readonly toDepartment: string | null;
        readonly tier: string | null;
        readonly place: string | null;
      }
    >
  | Fact<'OwnerReleased', Dated & Owned>
  /** A place that was taken for an assignment which did not come about. */
  | Fact<'PlaceForgone', { readonly stakeholderId: string; readonly token: string }>;

export type OwnershipRequest =
  | Fact<'AssignOwner', Dated & Owned & { readonly rank: Rank | null; readonly department: string | null }>
  | Fact<
      'HandOver',
      Dated & {
        /** Who owns them, as the caller has read it: whose department it is. */
        readonly fromOwner: string | null;
        readonly toOwner: string;
        readonly fromDepartment: string | null;
        readonly toDepartment: string | null;
      }
    >
  | Fact<'ReleaseOwner', Dated>
  | Fact<'ForgoPlace', { readonly stakeholderId: string; readonly token: string }>;

export type OwnershipRefusal =
  | (Refusal<'OwnedAlready'> & { readonly owner: string })
  | Refusal<'NotOwned'>
  /** The owner is another than the caller read: to be read again. */
  | Refusal<'OwnerChanged'>
  /** The place was forgone, or given up. */
  | Refusal<'PlaceLost'>
  | Refusal<'PlaceHeld'>
  | (Refusal<'DatedBeforeTheLast'> & { readonly lastAt: string });

export interface Ownership {
  readonly current: Owned | null;
  /** When ownership changed last; null: never. */
  readonly lastAt: string | null;
  readonly factIds: ReadonlySet<string>;
  /** Places that were held, or forgone: none of them comes to be held again. */
  readonly gone: ReadonlySet<string>;
}

/**
 * Who of ours answers for one relationship: one person at a time, changed in the order of the dates. Which tier has room is
 * decided elsewhere; whether a place that was taken there came to be held is decided here.
 */
export const ownership: Decider<Ownership, OwnershipRequest, OwnershipFact, OwnershipRefusal> = {
  category: 'ownership',
  initialState: { current: null, lastAt: null, factIds: new Set(), gone: new Set() },

  evolve: (state, { type, data }) => {
    if (type === 'PlaceForgone') return { ...state, gone: new Set(state.gone).add(data.token) };
    const { factId, occurredAt: lastAt } = data;
    const factIds = new Set(state.factIds).add(factId);
    switch (type) {
      case 'OwnerAssigned': {
        const { owner, tier, place } = data;
        return { current: { owner, tier, place }, lastAt, factIds, gone: without(state.gone, data.was?.place) };
      }
      case 'OwnerHandedOver': {
        const { toOwner: owner, tier, place } = data;
        return { ...state, current: { owner, tier, place }, lastAt, factIds };
      }
      case 'OwnerReleased':
        return { current: null, lastAt, factIds, gone: without(state.gone, data.place) };
    }
  },

  decide: ({ type, data }, state) => {
    const { current, lastAt, gone } = state;
    if (type === 'ForgoPlace') {
      if (current?.place === data.token) return { refused: 'PlaceHeld' };
      return gone.has(data.token) ? [] : [{ type: 'PlaceForgone', data }];
    }
    if (state.factIds.has(data.factId)) return [];
    const early = lastAt !== null && data.occurredAt < lastAt;
    switch (type) {
      case 'AssignOwner': {
        const { owner, tier, place } = data;
        if (current !== null && current.owner !== owner) return { refused: 'OwnedAlready', owner: current.owner };
        if (current?.tier === tier) return [];
        if (early) return { refused: 'DatedBeforeTheLast', lastAt };
        if (place !== null && gone.has(place)) return { refused: 'PlaceLost' };
        return [{ type: 'OwnerAssigned', data: { ...data, was: current } }];
      }
      case 'HandOver': {
        if (current === null) return { refused: 'NotOwned' };
        if (current.owner === data.toOwner) return [];
        if (current.owner !== data.fromOwner) return { refused: 'OwnerChanged' };
        if (early) return { refused: 'DatedBeforeTheLast', lastAt };
        const { tier, place } = current;
        return [{ type: 'OwnerHandedOver', data: { ...data, fromOwner: current.owner, tier, place } }];
      }
      case 'ReleaseOwner':
        if (current === null) return { refused: 'NotOwned' };
        if (early) return { refused: 'DatedBeforeTheLast', lastAt };
        return [{ type: 'OwnerReleased', data: { ...data, ...current } }];
    }
  },
};

const without = (gone: ReadonlySet<string>, place: string | null | undefined): ReadonlySet<string> =>
  place == null ? gone : new Set(gone).add(place);
