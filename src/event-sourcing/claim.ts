import type { Decider, Refusal } from './decider.js';
import type { Fact, JsonObject } from './fact.js';

/** From when to when something was held, in the world: RFC 3339, UTC, milliseconds; null where that is not said. */
export interface HeldFor {
  readonly from: string | null;
  /** Exclusive. */
  readonly until: string | null;
}

/** What the maker of a claim is about to do, so that whoever meets the claim unfinished can finish it. */
export interface Intent {
  /** Every claim of the command, in the order in which they are made, this one included. */
  readonly claims: readonly { readonly category: string; readonly claim: string; readonly token: string }[];
  /** What the holder's own stream is asked once all claims are made, with the context it is asked in. */
  readonly request: JsonObject;
  readonly context: JsonObject;
}

// Stored names and shapes: add to them, never change them.
export type ClaimFact =
  | Fact<
      'Claimed',
      {
        readonly holder: string;
        readonly token: string;
        readonly personal: { readonly of: readonly string[]; readonly intent: Intent };
      }
    >
  | Fact<
      'Released',
      {
        readonly holder: string;
        readonly token: string;
        /** Left out where it was never theirs, as it turned out. */
        readonly heldFor?: HeldFor;
      }
    >;

export type ClaimRequest =
  | Fact<'Claim', { readonly holder: string; readonly token: string; readonly intent: Intent }>
  | Fact<'Release', { readonly token: string; readonly heldFor?: HeldFor }>;

/** Refused where somebody else holds it. */
export interface Claimed extends Refusal<'Claimed'> {
  readonly by: { readonly holder: string; readonly token: string; readonly intent: Intent };
}

export interface Claim {
  readonly held: { readonly holder: string; readonly token: string; readonly intent: Intent } | null;
  /** Who held it for a period that is over, oldest first. */
  readonly past: readonly (HeldFor & { readonly holder: string })[];
  /** For whom it was ever claimed, whether it came to be theirs or not. */
  readonly claimants: readonly string[];
}

/** One value that one holder has at a time (a handle, an external id): a stream of its own, named by a keyed hash. */
export const claimIn = (category: string): Decider<Claim, ClaimRequest, ClaimFact, Claimed> => ({
  category,
  initialState: { held: null, past: [], claimants: [] },

  evolve: (state, { type, data }) => {
    switch (type) {
      case 'Claimed':
        return {
          ...state,
          held: { holder: data.holder, token: data.token, intent: data.personal.intent },
          claimants: state.claimants.includes(data.holder) ? state.claimants : [...state.claimants, data.holder],
        };
      case 'Released': {
        if (state.held?.token !== data.token) return state;
        const { holder, heldFor } = data;
        const past = heldFor === undefined ? state.past : [...state.past, { holder, ...heldFor }];
        return { ...state, held: null, past };
      }
    }
  },

  decide: ({ type, data }, { held }) => {
    switch (type) {
      case 'Claim':
        if (held?.token === data.token) return [];
        if (held) return { refused: 'Claimed', by: held };
        return [
          {
            type: 'Claimed',
            data: { holder: data.holder, token: data.token, personal: { of: [data.holder], intent: data.intent } },
          },
        ];
      case 'Release':
        if (held?.token !== data.token) return [];
        return [
          {
            type: 'Released',
            data: {
              holder: held.holder,
              token: data.token,
              ...(data.heldFor === undefined ? {} : { heldFor: data.heldFor }),
            },
          },
        ];
    }
  },
});
