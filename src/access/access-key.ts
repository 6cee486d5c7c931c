import type { Decider, Refusal } from '../event-sourcing/decider.js';
import type { Fact } from '../event-sourcing/fact.js';
import type { Role } from './credential.js';

// Stored names and shapes: add to them, never change them.
export type AccessKeyFact =
  | Fact<
      'KeyMade',
      {
        readonly keyId: string;
        readonly name: string;
        readonly role: Role;
        /** SHA-256 of the secret. */ readonly secretHash: string;
      }
    >
  | Fact<'KeyRevoked', { readonly keyId: string }>;

export type AccessKeyRequest =
  | Fact<'MakeKey', { readonly keyId: string; readonly name: string; readonly role: Role; readonly secretHash: string }>
  | Fact<'RevokeKey', { readonly keyId: string }>;

/** Refused where another key has this id. */
export type KeyIdTaken = Refusal<'KeyIdTaken'>;
/** Refused where no key has this id. */
export type KeyNotFound = Refusal<'KeyNotFound'>;

export interface AccessKey {
  readonly made: { readonly name: string; readonly role: Role; readonly secretHash: string } | null;
  readonly revoked: boolean;
}

/** A key: a name and a role for whoever shows its secret, until it is revoked. The log holds the secret's hash only. */
export const accessKey: Decider<AccessKey, AccessKeyRequest, AccessKeyFact, KeyIdTaken | KeyNotFound> = {
  category: 'accesskey',
  initialState: { made: null, revoked: false },

  evolve: (state, { type, data }) => {
    switch (type) {
      case 'KeyMade':
        return { ...state, made: { name: data.name, role: data.role, secretHash: data.secretHash } };
      case 'KeyRevoked':
        return { ...state, revoked: true };
    }
  },

  decide: ({ type, data }, { made, revoked }) => {
    switch (type) {
      case 'MakeKey':
        if (made === null) return [{ type: 'KeyMade', data }];
        // Asked twice: nothing happened.
        return made.secretHash === data.secretHash && made.name === data.name && made.role === data.role
          ? []
          : { refused: 'KeyIdTaken' };
      case 'RevokeKey':
        if (made === null) return { refused: 'KeyNotFound' };
        return revoked ? [] : [{ type: 'KeyRevoked', data }];
    }
  },
};
