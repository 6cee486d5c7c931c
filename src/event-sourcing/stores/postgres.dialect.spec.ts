import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type TestDatabase, newDatabase } from '../../../test/postgres/database.js';
import type { Projected, Row, Table, Value } from '../read-store.js';
import { logIdOfTests } from '../specification.js';
import { openPostgresReadStore } from './postgres.read-store.js';
import { postgresAddress } from './postgres-address.js';
import { live, writing } from './read-store.specimens.js';
import { openSqliteReadStore } from './sqlite.read-store.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await newDatabase();
});
afterAll(() => database.drop());

describe('A query of the rows in PostgreSQL', () => {
  const closing: { close(): Promise<void> }[] = [];
  const closed = <T extends { close(): Promise<void> }>(one: T): T => {
    closing.push(one);
    return one;
  };
  let logs = 0;
  afterEach(async () => {
    for (const one of closing.splice(0).reverse()) await one.close();
  });

  const thing: Table = {
    name: 'thing',
    columns: { key: 'integer', text: 'text', number: 'real', maybe: 'text' },
    nullable: ['number', 'maybe'],
    key: ['key'],
    indexes: [{ columns: ['text', 'key'] }],
  };
  const things: Projected = { name: 'things', version: 1, tables: [thing] };

  const onBoth = async (rows: readonly Row[], queries: readonly (readonly [string, ...Value[]])[]) => {
    const stores = [
      closed(
        await openPostgresReadStore({
          address: postgresAddress(database.url),
          projections: [things],
          logId: (logs += 1).toString(16).padStart(16, '0'),
        }),
      ),
      closed(openSqliteReadStore({ folder: ':memory:', projections: [things], logId: logIdOfTests })),
    ];
    const answers: unknown[][] = [];
    for (const each of stores) {
      const build = closed(await live(each, things));
      await build.commit(
        writing((writer) => rows.forEach((row) => writer.insert(thing, row))),
        1,
      );
      const own: unknown[] = [];
      for (const [sql, ...parameters] of queries)
        for (const reader of [each, build.rows])
          own.push((await reader.all(sql, parameters)).map((row) => ({ ...row })));
      answers.push(own);
    }
    return answers;
  };

  const texts = [
    ...[
      '',
      ' ',
      'a',
      'A',
      'B',
      'b',
      'ä',
      'Ä',
      'z',
      'Z',
      'zz',
      'ß',
      'ss',
      '_',
      '-',
      '\\',
      '"',
      "'",
      '{',
      '}',
      ',',
      'NULL',
    ],
    ...['\u{10FFFF}', '\uFFFF', '\uE000', '👩‍👩‍👧', '東京', '\u2028', '\r\n', '\t', '\ud800', 'x\udc00y', '\ud83d'],
    ...['\u0000', '\u0001', '\u0002', 'a\u0000', 'a\u0001', 'a\u0000b', '\u0000\u0000', '\u0001\u0001', '\u0001\u0002'],
  ];
  const numbers = [
    0,
    -0,
    0.1,
    -0.1,
    0.1 + 0.2,
    1 / 3,
    5e-324,
    1.7976931348623157e308,
    -5,
    2 ** 53,
    1e21,
    Infinity,
    -Infinity,
    NaN,
    null,
  ];

  it('is answered as in SQLite, with any text and number, in one order, whatever the language of the database', async () => {
    const rows = texts.map((text, key) => ({
      key,
      text,
      number: numbers[key % numbers.length] ?? null,
      maybe: key % 3 === 0 ? null : text,
    }));
    const [postgres, sqlite] = await onBoth(rows, [
      ['SELECT * FROM thing ORDER BY key'],
      ['SELECT key FROM thing ORDER BY text, key'],
      ['SELECT key FROM thing ORDER BY text DESC, key DESC'],
      ['SELECT key FROM thing WHERE text >= ? AND text < ? ORDER BY key', 'a', 'a\u{10FFFF}'],
      ['SELECT key FROM thing WHERE (text, key) > (?, ?) ORDER BY text, key LIMIT ?', 'a', 2, 5],
      ['SELECT max(text) AS last, min(text) AS first, max(number) AS most FROM thing'],
      ['SELECT key FROM thing WHERE text IN (?, ?, ?) ORDER BY key', 'a\u0000b', '\ud83d', 'NULL'],
      ["SELECT key, replace(text, ?, '') AS rest FROM thing ORDER BY key", 'z'],
      ['SELECT key FROM thing WHERE number = ?', 0.1 + 0.2],
      ['SELECT key FROM thing WHERE maybe IS NULL ORDER BY key'],
    ]);
    expect(postgres).toEqual(sqlite);
  });

  it('is answered as in SQLite, in the words of the subset', async () => {
    const rows = texts.map((text, key) => ({ key, text, number: key / 7 }));
    const [postgres, sqlite] = await onBoth(rows, [
      [`SELECT '?' AS a, "key" AS "b?" /* ? */ FROM thing -- ?\n WHERE key = ?`, 3],
      ['SELECT 7 / 2 AS whole, -7 / 2 AS down, 7 % 3 AS rest, 7 / 2.0 AS real'],
      ['SELECT count(*) AS n, sum(key) AS sum, count(maybe) AS none, max(maybe) AS most FROM thing'],
      ['SELECT key = 3 AS equal, key IS NULL AS missing, NOT key = 3 AS other FROM thing ORDER BY key LIMIT 4'],
      ["SELECT CASE WHEN key = ? THEN 'it' ELSE NULL END AS c FROM thing WHERE key < 3 ORDER BY key", 1],
      ['SELECT key FROM thing WHERE key BETWEEN ? AND ? ORDER BY key DESC', 2, 5],
      ['SELECT count(*) FILTER (WHERE key > ?) AS n FROM thing', 4],
      [
        'WITH RECURSIVE up (word) AS (SELECT CAST(? AS TEXT) UNION SELECT t.text FROM up CROSS JOIN thing t WHERE t.text > up.word) SELECT count(*) AS n FROM up',
        'z',
      ],
      [
        'SELECT DISTINCT key FROM (SELECT key FROM thing WHERE key < ? INTERSECT SELECT key FROM thing WHERE key > ?) x ORDER BY key',
        5,
        2,
      ],
    ]);
    expect(postgres).toEqual(sqlite);
  });

  it('is answered as in SQLite, with doubles to the last bit, and texts in the order of their bytes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.double({ noNaN: true }), fc.string({ unit: 'binary', maxLength: 6 })), {
          minLength: 1,
          maxLength: 60,
        }),
        async (values) => {
          const rows = values.map(([number, text], key) => ({ key, number, text }));
          const [postgres, sqlite] = await onBoth(rows, [
            ['SELECT key, number, text FROM thing ORDER BY text, key'],
            ['SELECT key FROM thing ORDER BY number, key'],
          ]);
          expect(postgres).toEqual(sqlite);
          for (const one of closing.splice(0).reverse()) await one.close();
        },
      ),
      { numRuns: 5 },
    );
  });

  it('is refused where it answers numbers that JavaScript cannot tell apart', async () => {
    await expect(onBoth([], [['SELECT 9007199254740993 AS n']])).rejects.toThrow(RangeError);
  });
});
