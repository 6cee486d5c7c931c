import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { v5 } from 'uuid';
import { deterministicId } from './event-id.js';

const namespace = '6a0c9c1e-d1a8-4d0c-8f0d-5f6f6b0a7c11';

describe('deterministicId', () => {
  it('is what every other implementation of UUID v5 says', () =>
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string({ unit: 'grapheme' }), fc.nat()), { minLength: 1 }), (parts) => {
        expect(deterministicId(...parts)).toBe(v5(parts.join('\n'), namespace));
      }),
    ));
});
