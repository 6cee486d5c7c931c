import { describe, expect, it } from '@jest/globals';
import { type AccessKeyFact, type AccessKeyRequest, accessKey } from './access-key.js';

const key = { keyId: 'k1', name: 'crm', role: 'recorder', secretHash: 'aa' } as const;
const made: AccessKeyFact = { type: 'KeyMade', data: key };
const revoked: AccessKeyFact = { type: 'KeyRevoked', data: { keyId: 'k1' } };
const make: AccessKeyRequest = { type: 'MakeKey', data: key };
const revoke: AccessKeyRequest = { type: 'RevokeKey', data: { keyId: 'k1' } };

const decided = (request: AccessKeyRequest, ...facts: readonly AccessKeyFact[]) =>
  accessKey.decide(request, facts.reduce(accessKey.evolve, accessKey.initialState));

describe('an access key', () => {
  it('is made', () => expect(decided(make)).toEqual([made]));
  it('stays quiet when made again', () => expect(decided(make, made)).toEqual([]));
  it('stays revoked when made again', () => expect(decided(make, made, revoked)).toEqual([]));
  it.each([{ secretHash: 'bb' }, { name: 'other' }, { role: 'admin' } as const])(
    'is not made under an id that another has (%o)',
    (other) =>
      expect(decided({ type: 'MakeKey', data: { ...key, ...other } }, made)).toEqual({ refused: 'KeyIdTaken' }),
  );
  it('is revoked', () => expect(decided(revoke, made)).toEqual([revoked]));
  it('stays quiet when revoked again', () => expect(decided(revoke, made, revoked)).toEqual([]));
  it('is not revoked where it was never made', () => expect(decided(revoke)).toEqual({ refused: 'KeyNotFound' }));
});
