import type { Decider, Refusal } from '../event-sourcing/decider.js';
import type { Fact, JsonObject } from '../event-sourcing/fact.js';

/** What whoever takes a place is about to do, so that whoever meets the place unfinished can finish it. */
export interface PlaceIntent {
  /** What the ownership's own stream is asked, with the context in which it is asked. */
  readonly request: JsonObject;
  readonly context: JsonObject;
}

// Stored names and shapes: add to them, never change them.
export type TierFact =
  | Fact<
      'TierDefined',
      {
        readonly tier: string;
        /** How many stakeholders it takes; null: any number, and no places are kept. */
        readonly capacity: number | null;
        /** After how many days without anything passing a relationship in it counts as dormant; null: never. */
        readonly cadenceDays: number | null;
      }
    >
  | Fact<
      'PlaceTaken',
      {
        readonly tier: string;
        readonly stakeholderId: string;
        readonly token: string;
        readonly personal: { readonly of: readonly string[]; readonly intent: PlaceIntent };
      }
    >
  | Fact<'PlaceGivenUp', { readonly tier: string; readonly stakeholderId: string; readonly token: string }>;

export type TierRequest =
  | Fact<'DefineTier', { readonly tier: string; readonly capacity: number | null; readonly cadenceDays: number | null }>
  | Fact<
      'TakePlace',
      {
        readonly tier: string;
        readonly stakeholderId: string;
        readonly token: string;
        readonly intent: PlaceIntent;
        /** Tokens of places that take nobody's: of those who are one, all but one. */
        readonly uncounted: readonly string[];
      }
    >
  | Fact<'GiveUpPlace', { readonly tier: string; readonly token: string }>;

export type TierRefusal =
  | Refusal<'TierNotFound'>
  /** Places are kept from the first assignment on, or not at all: who took none before could not be counted. */
  | Refusal<'CapacityIsFixed'>
  | TierFull;

/** Refused where all places that count are taken; these are taken, whether they count or not. */
export interface TierFull extends Refusal<'TierFull'> {
  readonly capacity: number;
  readonly places: readonly Place[];
}

export interface Place {
  readonly stakeholderId: string;
  readonly token: string;
  readonly intent: PlaceIntent;
}

export interface Tier {
  readonly defined: { readonly capacity: number | null; readonly cadenceDays: number | null } | null;
  readonly places: readonly Place[];
}

/** Tiers that are there without anybody's defining them. */
export const standardTiers: Readonly<Record<string, NonNullable<Tier['defined']>>> = {
  // Perhaps only the chief executive engages with the top five.
  executive: { capacity: 5, cadenceDays: null },
};

/** How many places a tier may have: they are folded and named one by one. */
export const capacityMax = 1_000;

/** One tier, with the places that are taken in it: what decides together who gets the last one. */
export const tierNamed = (name: string): Decider<Tier, TierRequest, TierFact, TierRefusal> => ({
  category: 'tier',
  initialState: { defined: standardTiers[name] ?? null, places: [] },

  evolve: (state, { type, data }) => {
    switch (type) {
      case 'TierDefined':
        return { ...state, defined: { capacity: data.capacity, cadenceDays: data.cadenceDays } };
      case 'PlaceTaken': {
        const { stakeholderId, token, personal } = data;
        return { ...state, places: [...state.places, { stakeholderId, token, intent: personal.intent }] };
      }
      case 'PlaceGivenUp':
        return { ...state, places: state.places.filter(({ token }) => token !== data.token) };
    }
  },

  decide: ({ type, data }, { defined, places }) => {
    const held = 'token' in data ? places.find(({ token }) => token === data.token) : undefined;
    switch (type) {
      case 'DefineTier': {
        const { tier, capacity, cadenceDays } = data;
        if (defined?.capacity === capacity && defined.cadenceDays === cadenceDays) return [];
        if (defined !== null && (defined.capacity === null) !== (capacity === null))
          return { refused: 'CapacityIsFixed' };
        return [{ type: 'TierDefined', data: { tier, capacity, cadenceDays } }];
      }
      case 'TakePlace': {
        if (defined === null) return { refused: 'TierNotFound' };
        if (held || defined.capacity === null) return [];
        const { tier, stakeholderId, token, intent, uncounted } = data;
        const counted = places.filter((place) => !uncounted.includes(place.token));
        if (counted.length >= defined.capacity) return { refused: 'TierFull', capacity: defined.capacity, places };
        return [
          { type: 'PlaceTaken', data: { tier, stakeholderId, token, personal: { of: [stakeholderId], intent } } },
        ];
      }
      case 'GiveUpPlace':
        if (!held) return [];
        return [
          {
            type: 'PlaceGivenUp',
            data: { tier: data.tier, stakeholderId: held.stakeholderId, token: held.token },
          },
        ];
    }
  },
});
