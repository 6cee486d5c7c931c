import { describe, expect, it } from '@jest/globals';
import { decodeCursor, encodeCursor } from './cursors.js';

describe('a cursor', () => {
  it('leads back to its keys', () =>
    expect(decodeCursor(encodeCursor('list', [1.5, 'b', null]), 'list', 'nsS', 'after')).toEqual([1.5, 'b', null]));

  it.each([
    ['of another list', encodeCursor('other', [1])],
    ['with more keys', encodeCursor('list', [1, 2])],
    ['with keys of another kind', encodeCursor('list', ['1'])],
    ['with null where none may be', encodeCursor('list', [null])],
    ['that is none', 'nonsense'],
    ['that is another value', Buffer.from('{"a":1}').toString('base64url')],
  ])('%s is refused', (_what, cursor) =>
    expect(() => decodeCursor(cursor, 'list', 'n', 'before')).toThrow('before: This is not a cursor of this list'),
  );
});
