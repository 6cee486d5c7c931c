import { describe, expect, it } from '@jest/globals';
import { bearerFrom, hashOf, isSecretOf, newToken, tokenFrom, tokenText } from './token.js';

describe('a token', () => {
  it('leads back to its key and its secret', () => {
    for (let times = 0; times < 50; times += 1) {
      const token = newToken();
      expect(tokenFrom(tokenText(token))).toEqual(token);
    }
  });
  it('is never made twice', () => expect(new Set(Array.from({ length: 50 }, () => newToken().secret)).size).toBe(50));
  it.each(['', 'rapport__', 'rapport_x_y', `${tokenText(newToken())}x`, ` ${tokenText(newToken())}`])(
    'is not %p',
    (text) => expect(tokenFrom(text)).toBeUndefined(),
  );
  it('is known by its hash', () => {
    const { secret } = newToken();
    expect([isSecretOf(secret, hashOf(secret)), isSecretOf(secret, hashOf('other')), isSecretOf(secret, 'ab')]).toEqual(
      [true, false, false],
    );
  });
  it.each([
    ['Bearer abc', 'abc'],
    ['bearer  abc ', 'abc'],
    ['Basic abc', undefined],
    ['Bearer', undefined],
    ['Bearer a b', undefined],
    [undefined, undefined],
  ])('stands in %p as %p', (header, token) => expect(bearerFrom(header)).toBe(token));
});
