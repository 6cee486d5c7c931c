import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type TestDatabase, newDatabase } from '../../../test/postgres/database.js';
import { until } from '../../../test/client.js';
import { open } from '../position.js';
import type { Build, Projected, ReadStore } from '../read-store.js';
import { NotBuiltYet, buildLease, projectLease } from '../read-store.js';
import { openPostgresReadStore } from './postgres.read-store.js';
import { postgresAddress } from './postgres-address.js';
import { readStoreContract } from './read-store.contract.js';
import { live, place, places, span, spans, ttlMs, writing } from './read-store.specimens.js';

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

  it('finds what a batch loads by its key, however its tables have grown since they were empty', async () => {
    const build = closed(await live(store, spans));
    const [schema = ''] = await schemas();
    const many = Array.from({ length: 10 }, (_, n) => `w${n}`);
    const ask = (then: number) =>
      build.rows.all(
        `WITH wanted (who) AS (VALUES ${many.map(() => '(cast(? as text))').join(', ')})
         SELECT s.who FROM wanted w CROSS JOIN span s WHERE s.who = w.who AND s.known_from <= ? AND s.known_until > ?`,
        [...many, then, then],
      );
    const [batches, size] = [10, 2_000];
    for (let batch = 0; batch < batches; batch += 1) {
      expect(await ask(open - 1)).toHaveLength(batch * 10);
      const some = writing((rows) => {
        for (let n = 0; n < size; n += 1)
          rows.insert(span, {
            who: `w${n}`,
            topic: 't',
            known_from: batch * size + n,
            known_until: open,
            value: null,
          });
      });
      await build.commit(some, (batch + 1) * size);
    }
    await build.close();
    const read = async (): Promise<number> => {
      const [row] = await database.query<{ read: string }>(
        `SELECT sum(idx_tup_read) AS read FROM pg_stat_user_indexes WHERE schemaname = $1`,
        [schema],
      );
      return Number(row?.read);
    };
    // The server counts what a connection did once that has ended.
    await until('it is counted what was read', async () => (await read()) >= 450);
    // What was asked for are 450 rows; the tables, read whole each time, had 90,000.
    expect(await read()).toBeLessThan(20_000);
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
    await until('the newest is read', () => marks.has('8'));
    over = true;
    await asking;
    expect(marks.size).toBeGreaterThan(2);
    // A switch waits a fifth of a second for its readers, and leaves to the next who sweeps what they still read.
    await another([couple]);
    expect(await schemas()).toHaveLength(1);
  });

  it('leaves to the next time what somebody still reads', async () => {
    closed(await live(store, places));
    const [old = ''] = await schemas();
    const reader = database.query(`SELECT pg_sleep(60), count(*) FROM ${old}.place`).catch(() => 'cancelled');
    const reads = `SELECT pid FROM pg_locks WHERE relation = '${old}.place'::regclass AND pid <> pg_backend_pid()`;
    while ((await database.query(reads)).length === 0) await sleep(10);
    const build: Build = closed(await live(store, places));
    expect(build.live).toBe(true);
    expect(await schemas()).toContain(old);
    await database.query(reads.replace('SELECT pid', 'SELECT pg_cancel_backend(pid)'));
    expect(await reader).toBe('cancelled');
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
});
