import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Json } from './fact.js';
import { canonicalJson, keyedHash } from './keyed-hash.js';

describe('canonicalJson', () => {
  it('has the keys of every object in order, and leaves out what is undefined', () =>
    expect(canonicalJson({ b: [{ z: 1, y: undefined as never, x: 'é"' }, null], a: { c: null } })).toBe(
      '{"a":{"c":null},"b":[{"x":"é\\"","z":1},null]}',
    ));

  it('is JSON of the same value', () =>
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const plain = JSON.parse(JSON.stringify(value)) as Json;
        expect(JSON.parse(canonicalJson(plain))).toEqual(plain);
      }),
    ));
});

describe('keyedHash', () => {
  it('names a value by thirty-two digits that depend on the key', () => {
    const [one, other] = [keyedHash(Buffer.alloc(32, 1)), keyedHash(Buffer.alloc(32, 2))];
    expect(one.of('a')).toMatch(/^[0-9a-f]{32}$/);
    expect(one.of('a')).toBe(keyedHash(Buffer.alloc(32, 1)).of('a'));
    expect(one.of('a')).not.toBe(one.of('b'));
    expect(one.of('a')).not.toBe(other.of('a'));
  });
});
