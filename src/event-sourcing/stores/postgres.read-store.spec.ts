import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type TestDatabase, newDatabase } from '../../../test/postgres/database.js';
import { open } from '../position.js';
import type { Build, Projected, ReadStore, Row, Table, Value } from '../read-store.js';
import { NotBuiltYet, buildLease, projectLease } from '../read-store.js';
import { openPostgresReadStore } from './postgres.read-store.js';
import { postgresAddress } from './postgres-address.js';
import { readStoreContract } from './read-store.contract.js';
import { live, place, places, span, spans, ttlMs, writing } from './read-store.specimens.js';
import { openSqliteReadStore } from './sqlite.read-store.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await newDatabase();
});
afterAll(() => database.drop());

let logs = 0;
/** Of each test its own log: several share a database. */
const newLogId = (): string => (logs += 1).toString(16).padStart(16, '0');

const opening = (projections: readonly Projected[], logId: string, url = database.url): Promise<ReadStore> =>
  openPostgresReadStore({ address: postgresAddress(url), projections, logId, startMs: 1_000 });

readStoreContract('PostgreSQL', () => {
  const own = newLogId();
  return Promise.resolve({
    open: (projections, logId = own) => opening(projections, logId),
    dispose: () => Promise.resolve(),
  });
});

describe('The read store in PostgreSQL', () => {
  const closing: { close(): Promise<void> }[] = [];
  const closed = <T extends { close(): Promise<void> }>(one: T): T => {
    closing.push(one);
    return one;
  };
  let logId: string;
  let store: ReadStore;
  const another = async (projections: readonly Projected[] = [spans, places], log = logId): Promise<ReadStore> =>
    closed(await opening(projections, log));
  beforeEach(async () => {
    logId = newLogId();
    store = await another();
  });
  afterEach(async () => {
    for (const one of closing.splice(0).reverse()) await one.close();
  });

  const schemas = async (): Promise<readonly string[]> => {
    const rows = await database.query<{ name: string }>(
      `SELECT nspname AS name FROM pg_namespace n JOIN rapport.build b ON n.nspname = 'rapport_b' || b.id WHERE b.log = $1 ORDER BY b.id`,
      [logId],
    );
    return rows.map(({ name }) => name);
  };

  describe('answers as SQLite does', () => {
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
        await another([things], newLogId()),
        closed(openSqliteReadStore({ folder: ':memory:', projections: [things], logId })),
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
      ...[
        '\u0000',
        '\u0001',
        '\u0002',
        'a\u0000',
        'a\u0001',
        'a\u0000b',
        '\u0000\u0000',
        '\u0001\u0001',
        '\u0001\u0002',
      ],
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

    it('with any text and number, in one order, whatever the language of the database', async () => {
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

    it('to the words of the subset', async () => {
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

    it('with doubles to the last bit, and texts in the order of their bytes', async () => {
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
            for (const one of closing.splice(1).reverse()) await one.close();
          },
        ),
        { numRuns: 5 },
      );
    });

    it('and refuses numbers that JavaScript cannot tell apart', async () => {
      await expect(store.all('SELECT 9007199254740993 AS n')).rejects.toThrow(RangeError);
    });
  });

  describe('writes a batch', () => {
    it('of several steps whole or not at all', async () => {
      const build = closed(await live(store, places));
      const again = (name: string | null) =>
        writing((rows) => {
          rows.put(place, { id: 1, name: 'a', holder: 'h' });
          rows.remove(place, [1]);
          rows.insert(place, { id: 1, name });
        });
      await expect(build.commit(again(null), 1)).rejects.toThrow(/null value/);
      expect([await store.all('SELECT * FROM place'), build.checkpoint]).toEqual([[], 0]);
      await build.commit(again('b'), 1);
      expect(await store.all('SELECT id, name FROM place')).toEqual([{ id: 1, name: 'b' }]);
    });

    it('not, in any of its steps, where another writes by now', async () => {
      const old = closed(await live(store, places));
      const token = await (await another()).seize('two', projectLease(places), ttlMs);
      closed((await store.open(places, token)) ?? { close: () => Promise.resolve() });
      const several = writing((rows) => {
        rows.insert(place, { id: 1, name: 'old' });
        rows.remove(place, [1]);
        rows.insert(place, { id: 1, name: 'old' });
      });
      await expect(old.commit(several, 1)).rejects.toThrow('Another process projects');
      expect(await store.all('SELECT * FROM place')).toEqual([]);
    });

    it('to a build of several thousand rows and long histories', async () => {
      const build = closed(await live(store, spans));
      for (let batch = 0; batch < 5; batch += 1)
        await build.commit(
          writing((rows) => {
            for (let n = 0; n < 500; n += 1) {
              const at = batch * 500 + n + 1;
              if (batch > 0) rows.close(span, [`w${n}`, 't'], at);
              rows.insert(span, { who: `w${n}`, topic: 't', known_from: at, known_until: open, value: at / 3 });
            }
          }),
          (batch + 1) * 500,
        );
      expect(
        await store.first('SELECT count(*) AS n, count(*) FILTER (WHERE known_until = ?) AS present FROM span', [open]),
      ).toEqual({ n: 2_500, present: 500 });
    });
  });

  it('keeps its tables as other tables are kept once they are settled, and not before', async () => {
    await store.hold('one', [buildLease(places)], ttlMs);
    const build = closed(await store.begin(places, 'one'));
    const persistence = async () =>
      database.query(
        `SELECT DISTINCT c.relpersistence AS kind FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1`,
        [(await schemas())[0]],
      );
    expect(await persistence()).toEqual([{ kind: 'u' }]);
    await build.settle();
    expect(await persistence()).toEqual([{ kind: 'p' }]);
  });

  it('lets readers see each build whole while one replaces another, in every process', async () => {
    const couple: Projected = { name: 'couple', version: 1, tables: [place, span] };
    const [writing1, reading] = [await another([couple]), await another([couple])];
    const built = async (mark: string): Promise<void> => {
      await writing1.hold('one', [buildLease(couple), projectLease(couple)], ttlMs);
      const build = await writing1.begin(couple, 'one');
      await build.commit(
        writing((rows) => {
          for (let id = 0; id < 20; id += 1) rows.insert(place, { id, name: mark });
          rows.insert(span, { who: mark, topic: 't', known_from: 1, known_until: open, value: null });
        }),
        1,
      );
      await build.settle();
      await writing1.makeLive(build, 'one');
      await build.close();
    };
    await built('0');
    let over = false;
    const marks = new Set<string>();
    const ask = async (): Promise<void> => {
      while (!over) {
        const rows = await reading.all<{ who: string; n: number; names: number }>(
          'SELECT s.who, count(*) AS n, count(DISTINCT p.name) AS names FROM span s JOIN place p ON p.name = s.who GROUP BY s.who',
        );
        expect(rows).toEqual([{ who: expect.any(String), n: 20, names: 1 }]);
        marks.add(rows[0]?.who ?? '');
      }
    };
    const asking = Promise.all(Array.from({ length: 6 }, ask));
    for (let round = 1; round <= 8; round += 1) await built(String(round));
    await sleep(50);
    over = true;
    await asking;
    expect(marks.has('8')).toBe(true);
    expect(marks.size).toBeGreaterThan(2);
    expect(await schemas()).toHaveLength(1);
  });

  it('leaves to the next time what somebody still reads', async () => {
    closed(await live(store, places));
    const [old = ''] = await schemas();
    const reader = database.query(`SELECT pg_sleep(1.5), count(*) FROM ${old}.place`);
    await sleep(200);
    const build: Build = closed(await live(store, places));
    expect(build.live).toBe(true);
    expect(await schemas()).toContain(old);
    await reader;
    await another();
    expect(await schemas()).not.toContain(old);
  });

  it('does without a build whose schema somebody has dropped', async () => {
    const build = closed(await live(store, places));
    const [schema = ''] = await schemas();
    await database.query(`DROP SCHEMA ${schema} CASCADE`);
    await expect(store.all('SELECT * FROM place')).rejects.toThrow(NotBuiltYet);
    await expect(build.commit([], 1)).rejects.toThrow('was replaced');
    expect((await store.progress())[1]).toMatchObject({ live: false, checkpoint: 0 });
    expect(await store.open(places, 9e15)).toBeNull();
  });

  it('tells a mistake in a query of a projection from a build that is gone', async () => {
    const build = closed(await live(store, places));
    await expect(build.rows.all('SELECT * FROM nowhere')).rejects.toThrow(/relation "nowhere" does not exist/);
    await build.commit([], 1);
  });

  it('keeps the logs of several applications apart in one database', async () => {
    const others = await another([spans, places], newLogId());
    const mine = closed(await live(store, places, 'mine'));
    const theirs = closed(await live(others, places, 'theirs'));
    await mine.commit(
      writing((rows) => rows.insert(place, { id: 1, name: 'mine' })),
      1,
    );
    await theirs.commit(
      writing((rows) => rows.insert(place, { id: 1, name: 'theirs' })),
      2,
    );
    closed(await live(others, places, 'theirs'));
    await others.noteStall(places, { ordinal: 1, eventId: 'e', message: 'm' });
    expect(await store.all('SELECT name FROM place')).toEqual([{ name: 'mine' }]);
    expect((await store.progress())[1]).toEqual({ name: 'all-places', version: 1, live: true, checkpoint: 1 });
    expect((await store.hold('mine', [projectLease(places)], ttlMs)).size).toBe(1);
  });

  describe('at its start', () => {
    it('makes its tables once, however many start at a time', async () => {
      const fresh = await newDatabase();
      try {
        const stores = await Promise.all(Array.from({ length: 6 }, () => opening([places], logId, fresh.url)));
        for (const each of stores) await each.close();
        expect(await fresh.query('SELECT number FROM rapport.migration')).toEqual([{ number: '1' }]);
      } finally {
        await fresh.drop();
      }
    });

    it('refuses what a newer program keeps there', async () => {
      const fresh = await newDatabase();
      try {
        await (await opening([places], logId, fresh.url)).close();
        await fresh.query('INSERT INTO rapport.migration (number) VALUES (99)');
        await expect(opening([places], logId, fresh.url)).rejects.toThrow(/newer version of the program/);
      } finally {
        await fresh.drop();
      }
    });

    const changed = (change: (url: URL) => void): string => {
      const url = new URL(database.url);
      change(url);
      return url.href;
    };

    it.each([
      [
        'a password that is wrong',
        (url: URL) => (url.password = 'topsecret'),
        /StoreRefused: .*the password was refused/,
      ],
      ['a password that is missing', (url: URL) => (url.password = ''), /StoreRefused: .*none was given/],
      ['a user who is not known', (url: URL) => (url.username = 'nobody'), /StoreRefused: .*refused/],
      ['a database that is missing', (url: URL) => (url.pathname = '/nothing'), /StoreRefused: .*no such database/],
      [
        'a port where nothing listens',
        (url: URL) => (url.port = '1'),
        /ConnectionLost|StoreUnavailable: .*nothing listens there/,
      ],
      ['a host that is not known', (url: URL) => (url.hostname = 'nowhere.invalid'), /name of the host/],
      [
        'encryption that the server has not',
        (url: URL) => (url.search = '?sslmode=require'),
        /takes no encrypted connections/,
      ],
      [
        'a certificate that is not there',
        (url: URL) => (url.search = '?sslmode=verify-full&sslrootcert=/nowhere.pem'),
        /sslrootcert cannot be read/,
      ],
    ])('tells %s, and no password', async (_, change, said) => {
      const url = changed(change);
      const error = await opening([places], logId, url).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(String(error)).toMatch(said);
      for (const secret of [new URL(database.url).password, 'topsecret']) {
        expect(String(error)).not.toContain(secret);
        expect((error as Error).stack).not.toContain(secret);
      }
    });

    it('tells a user who may not make schemas how he may', async () => {
      const name = new URL(database.url).pathname.slice(1);
      const user = `reader_of_${name}`;
      await database.query(`CREATE ROLE ${user} LOGIN PASSWORD 'reader'`);
      try {
        const url = changed((each) => {
          each.username = user;
          each.password = 'reader';
        });
        await expect(opening([places], logId, url)).rejects.toThrow(`GRANT CREATE ON DATABASE "${name}" TO "${user}"`);
      } finally {
        await database.query(`DROP ROLE ${user}`);
      }
    });

    it('refuses a database that keeps texts in another way', async () => {
      const name = `${new URL(database.url).pathname.slice(1)}_ascii`;
      await database.query(
        `CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE_PROVIDER libc LOCALE 'C'`,
      );
      try {
        await expect(
          opening(
            [places],
            logId,
            changed((url) => (url.pathname = `/${name}`)),
          ),
        ).rejects.toThrow(/SQL_ASCII/);
      } finally {
        await database.query(`DROP DATABASE ${name}`);
      }
    });
  });
});
