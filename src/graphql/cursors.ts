import { badUserInput } from './errors.js';

/** What a keyset cursor holds: the values that the order compares, the last of them unique. */
export type Keyset = readonly (string | number | null)[];

/** The kinds of a keyset's values, one letter each: `n` for a number, `s` for a text; in capitals where it may be null. */
export type KeysetShape = string;

/** An opaque cursor. `order` names what the cursor belongs to (a list and its order): it is refused in another. */
export const encodeCursor = (order: string, keys: Keyset): string =>
  Buffer.from(JSON.stringify([order, ...keys])).toString('base64url');

/**
 * The values in a cursor.
 * @throws BAD_USER_INPUT, naming the argument, where it is no cursor, or one of another list or order.
 */
export const decodeCursor = (
  cursor: string,
  order: string,
  kinds: KeysetShape,
  argument: 'after' | 'before',
): Keyset => {
  const [itsOrder, ...keys] = parsed(cursor);
  if (itsOrder !== order || keys.length !== kinds.length || !keys.every((key, index) => fits(key, kinds[index]))) {
    throw badUserInput([{ path: [argument], message: 'This is not a cursor of this list in this order.' }]);
  }
  return keys as Keyset;
};

const parsed = (cursor: string): readonly unknown[] => {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
};

const fits = (key: unknown, kind: string | undefined): boolean => {
  switch (kind) {
    case 'n':
      return Number.isFinite(key);
    case 'N':
      return key === null || Number.isFinite(key);
    case 's':
      return typeof key === 'string';
    case 'S':
      return key === null || typeof key === 'string';
    default:
      return false;
  }
};
