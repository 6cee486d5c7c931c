import type { ColumnType, Value } from '../read-store.js';
import { encodedText } from './postgres.dialect.js';

/** The type of the array that holds a column's values, and the object id of its elements' type. */
const arrayTypes: Readonly<Record<ColumnType, readonly [name: string, element: number]>> = {
  integer: ['bigint[]', 20],
  real: ['double precision[]', 701],
  text: ['text[]', 25],
};

export const arrayTypeOf = (type: ColumnType): string => arrayTypes[type][0];

// Dimensions, whether there are nulls, the elements' type; of the one dimension its length and its first index.
const headLength = 20;
const lengthsOfNumbers = 8;
const twoTo32 = 2 ** 32;

/** Where arrays are written before their length is known: one for all, since nobody else runs meanwhile. */
let scratch = Buffer.allocUnsafe(256 * 1024);

const room = (from: number, length: number): void => {
  if (from + length <= scratch.length) return;
  const larger = Buffer.allocUnsafe(Math.max(scratch.length * 2, from + length));
  scratch.copy(larger, 0, 0, from);
  scratch = larger;
};

/** Each writer answers with the place after what it wrote: the value's length in bytes, and the value. */
const writers: Readonly<Record<ColumnType, (value: string | number, at: number) => number>> = {
  integer: (value, at) => {
    const number = Number(value);
    if (!Number.isSafeInteger(number)) throw new RangeError(`${value} is no whole number that a column holds.`);
    room(at, 4 + lengthsOfNumbers);
    const high = Math.floor(number / twoTo32);
    scratch.writeInt32BE(lengthsOfNumbers, at);
    scratch.writeInt32BE(high, at + 4);
    scratch.writeUInt32BE(number - high * twoTo32, at + 8);
    return at + 12;
  },
  real: (value, at) => {
    room(at, 4 + lengthsOfNumbers);
    scratch.writeInt32BE(lengthsOfNumbers, at);
    // Without the sign of a zero, as SQLite keeps it.
    scratch.writeDoubleBE(Number(value) + 0, at + 4);
    return at + 12;
  },
  text: (value, at) => {
    const text = encodedText(String(value));
    // A sign of JavaScript's is three bytes at most.
    room(at, 4 + text.length * 3);
    const length = scratch.write(text, at + 4);
    scratch.writeInt32BE(length, at);
    return at + 4 + length;
  },
};

const isNull = (value: Value | undefined): value is null | undefined =>
  value === null || value === undefined || Number.isNaN(value);

/**
 * The values at one place of all rows, as PostgreSQL reads an array without parsing it. Not a number is null, as in SQLite.
 * @throws RangeError for an integer that JavaScript cannot tell from its neighbours.
 */
export const arrayOf = (type: ColumnType, rows: readonly (readonly Value[])[], place: number): Buffer => {
  const write = writers[type];
  let [at, nulls] = [headLength, 0];
  for (const row of rows) {
    const value = row[place];
    if (isNull(value)) {
      nulls = 1;
      room(at, 4);
      at = scratch.writeInt32BE(-1, at);
    } else at = write(value, at);
  }
  const array = Buffer.allocUnsafe(at);
  scratch.copy(array, headLength, headLength, at);
  [1, nulls, arrayTypes[type][1], rows.length, 1].forEach((number, index) => array.writeInt32BE(number, index * 4));
  return array;
};
