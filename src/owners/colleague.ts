import type { Decider, Refusal } from '../event-sourcing/decider.js';
import type { Fact } from '../event-sourcing/fact.js';

/** Whose personal fields these are: here a person of ours. */
type Personal<Fields> = { readonly of: readonly string[] } & Fields;

// Stored names and shapes: add to them, never change them.
export type ColleagueFact =
  | Fact<
      'ColleagueAdded',
      {
        readonly colleagueId: string;
        readonly teamId: string | null;
        readonly personal: Personal<{ readonly name: string; readonly addresses: readonly string[] }>;
      }
    >
  | Fact<
      'ColleagueRenamed',
      { readonly colleagueId: string; readonly personal: Personal<{ readonly name: string; readonly was: string }> }
    >
  | Fact<
      'ColleagueMoved',
      { readonly colleagueId: string; readonly teamId: string | null; readonly was: { readonly teamId: string | null } }
    >
  | Fact<
      'ColleagueAddressesChanged',
      {
        readonly colleagueId: string;
        readonly personal: Personal<{ readonly addresses: readonly string[]; readonly was: readonly string[] }>;
      }
    >
  | Fact<'ColleagueLeft', { readonly colleagueId: string }>;

export type ColleagueRequest =
  | Fact<
      'AddColleague',
      {
        readonly colleagueId: string;
        readonly teamId: string | null;
        readonly name: string;
        readonly addresses: readonly string[];
      }
    >
  /** What is left out stays as it is. */
  | Fact<
      'ChangeColleague',
      {
        readonly colleagueId: string;
        readonly teamId?: string | null;
        readonly name?: string;
        readonly addresses?: readonly string[];
      }
    >
  | Fact<'LetColleagueGo', { readonly colleagueId: string }>;

export type ColleagueRefusal = Refusal<'ColleagueNotFound'>;

export interface Colleague {
  readonly added: boolean;
  /** They are with us no more; what they owned is theirs until it is handed over. */
  readonly left: boolean;
  readonly name: string;
  readonly teamId: string | null;
  /** As sources name them: an address, an account. One may be several people's: a mailbox that is shared. */
  readonly addresses: readonly string[];
}

/** One person of ours. */
export const colleague: Decider<Colleague, ColleagueRequest, ColleagueFact, ColleagueRefusal> = {
  category: 'colleague',
  initialState: { added: false, left: false, name: '', teamId: null, addresses: [] },

  evolve: (state, { type, data }) => {
    switch (type) {
      case 'ColleagueAdded': {
        const { name, addresses } = data.personal;
        return { added: true, left: false, name, addresses, teamId: data.teamId };
      }
      case 'ColleagueRenamed':
        return { ...state, name: data.personal.name };
      case 'ColleagueMoved':
        return { ...state, teamId: data.teamId };
      case 'ColleagueAddressesChanged':
        return { ...state, addresses: data.personal.addresses };
      case 'ColleagueLeft':
        return { ...state, left: true };
    }
  },

  decide: ({ type, data }, state) => {
    const { colleagueId } = data;
    const of = [colleagueId];
    if (type === 'AddColleague') {
      if (state.added) return [];
      const { teamId, name, addresses } = data;
      return [{ type: 'ColleagueAdded', data: { colleagueId, teamId, personal: { of, name, addresses } } }];
    }
    if (!state.added) return { refused: 'ColleagueNotFound' };
    switch (type) {
      case 'LetColleagueGo':
        return state.left ? [] : [{ type: 'ColleagueLeft', data: { colleagueId } }];
      case 'ChangeColleague': {
        const { name = state.name, teamId = state.teamId, addresses = state.addresses } = data;
        const facts: ColleagueFact[] = [];
        if (name !== state.name)
          facts.push({ type: 'ColleagueRenamed', data: { colleagueId, personal: { of, name, was: state.name } } });
        if (teamId !== state.teamId)
          facts.push({ type: 'ColleagueMoved', data: { colleagueId, teamId, was: { teamId: state.teamId } } });
        if (!sameTexts(addresses, state.addresses))
          facts.push({
            type: 'ColleagueAddressesChanged',
            data: { colleagueId, personal: { of, addresses, was: state.addresses } },
          });
        return facts;
      }
    }
  },
};

const sameTexts = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((text, index) => text === other[index]);

/** An address of ours as it is compared: case, width and what stands around it make no difference. */
export const ourAddressForm = (address: string): string => address.normalize('NFKC').trim().toLowerCase();
