import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { folded, wordsOf } from './words.js';

describe('words', () => {
  it('are what stands between signs, each once, without case and accents', () =>
    expect([...wordsOf('Zoë  Müller-Łuk', 'zoe.muller@Example.org', 'ﬁsh 42')]).toEqual([
      'zoe',
      'muller',
      'łuk',
      'example',
      'org',
      'fish',
      '42',
    ]));

  it('write a sigma one way, so that a beginning is a beginning', () => {
    expect(folded('ΟΔΥΣΣΕΥΣ').startsWith(folded('ΟΔΥΣ'))).toBe(true);
    expect(folded('İstanbul')).toBe('istanbul');
  });

  it('are the same when folded again', () =>
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => expect(folded(folded(text))).toBe(folded(text)))));

  it('are cut where they are very long', () => expect([...wordsOf('a'.repeat(500))]).toEqual(['a'.repeat(64)]));
});
