import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type TestDatabase, newDatabase } from '../../../test/postgres/database.js';
import type { ColumnType, Value } from '../read-store.js';
import { arrayOf, arrayTypeOf } from './postgres.arrays.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await newDatabase();
});
afterAll(() => database.drop());

/** The values, as PostgreSQL writes them as text. */
const read = async (type: ColumnType, values: readonly Value[]): Promise<readonly (string | null)[]> => {
  const rows = values.map((value) => [null, value]);
  const sql = `SELECT value::text AS value FROM unnest($1::${arrayTypeOf(type)}) WITH ORDINALITY AS g (value, n) ORDER BY n`;
  return (await database.query<{ value: string | null }>(sql, [arrayOf(type, rows, 1)])).map(({ value }) => value);
};

describe('An array of a column\u2019s values', () => {
  it('is read by PostgreSQL: whole numbers', async () => {
    const most = Number.MAX_SAFE_INTEGER;
    const numbers = [0, 1, -1, 2 ** 31, -(2 ** 31) - 1, 2 ** 32, -(2 ** 32), most, -most, null, -0];
    const texts = numbers.map((number) => (number === null ? null : String(number)));
    expect(await read('integer', numbers)).toEqual(texts);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.maxSafeInteger()), async (some) => {
        expect(await read('integer', some)).toEqual(some.map(String));
      }),
      { numRuns: 20 },
    );
  });

  it('is read by PostgreSQL: fractions, to the last bit', async () => {
    const numbers = [0, -0, 0.1, 1 / 3, 5e-324, -1.7976931348623157e308, Infinity, NaN, null];
    const texts = (await read('real', numbers)).map((text) => (text === null ? null : Number(text)));
    expect(texts).toEqual([0, 0, 0.1, 1 / 3, 5e-324, -1.7976931348623157e308, Infinity, null, null]);
  });

  it('is read by PostgreSQL: texts of any length and sign', async () => {
    const texts = [
      '',
      'NULL',
      '"{,}\\',
      '\u6771\u4eac \u{1f469}',
      null,
      'a'.repeat(3_000_000),
      '\u6771'.repeat(500_000),
    ];
    expect(await read('text', texts)).toEqual(texts);
    expect(await read('text', ['\ud800', 7])).toEqual(['\ufffd', '7']);
  });

  it('of none is empty', async () => {
    expect(await read('text', [])).toEqual([]);
  });

  it.each([0.5, 2 ** 53, Infinity, 'x'])('of whole numbers refuses %p', (value) => {
    expect(() => arrayOf('integer', [[value]], 0)).toThrow(RangeError);
  });
});
