import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type TestDatabase, newDatabase } from '../../../test/postgres/database.js';
import { type PostgresServer, startPostgres } from '../../../test/postgres/server.js';
import { until } from '../../../test/client.js';
import { StoreUnavailable } from '../event-store.js';
import type { Build, ReadStore } from '../read-store.js';
import { buildLease } from '../read-store.js';
import { assertPrimary } from './postgres.connection.js';
import { type Waiting, openPostgresReadStore } from './postgres.read-store.js';
import { postgresAddress } from './postgres-address.js';
import { live, opened, place, places, ttlMs, writing } from './read-store.specimens.js';

const logId = '0123456789abcdef';

describe('A PostgreSQL that fails', () => {
  let server: PostgresServer;
  let database: TestDatabase;
  let store: ReadStore;
  const closing: { close(): Promise<void> }[] = [];
  const closed = <T extends { close(): Promise<void> }>(one: T): T => {
    closing.push(one);
    return one;
  };
  const opening = (url = database.url, startMs = 20_000, onWaiting?: (waiting: Waiting) => void) =>
    openPostgresReadStore({ address: postgresAddress(url), projections: [places], logId, startMs, onWaiting });

  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.dispose());
  beforeEach(async () => {
    database = await newDatabase(server.url);
    store = closed(await opening());
  });
  afterEach(async () => {
    for (const one of closing.splice(0).reverse()) await one.close();
    await database.drop();
  });

  const row = (id: number) => writing((rows) => rows.insert(place, { id, name: 'n' }));

  /** Commits one row after another until it is told to stop; what fails for want of a server is tried again, as a projector does. */
  const load = (build: Build) => {
    let [over, failures] = [false, 0];
    const running = (async () => {
      while (!over) {
        const next = build.checkpoint + 1;
        try {
          await build.commit(row(next), next);
        } catch (error) {
          if (!(error instanceof StoreUnavailable)) throw error;
          failures += 1;
          await sleep(100);
        }
      }
    })();
    return {
      stop: async () => {
        over = true;
        await running;
        return failures;
      },
    };
  };

  /** Asks one query after another; none may fail. */
  const ask = () => {
    let [over, answers] = [false, 0];
    const running = (async () => {
      while (!over) {
        const found = await store.first<{ n: number; last: number }>(
          'SELECT count(*) AS n, coalesce(max(id), 0) AS last FROM place',
        );
        expect(found?.n).toBe(found?.last);
        answers += 1;
      }
    })();
    return {
      stop: async () => {
        over = true;
        await running;
        return answers;
      },
    };
  };

  it('answers what is asked of a build while a batch is written with the batch, also where it is stopped meanwhile', async () => {
    const build = closed(await live(store, places));
    const stop = new AbortController();
    const running = (async () => {
      while (!stop.signal.aborted) {
        const next = build.checkpoint + 1;
        const written = build.commit(row(next), next);
        const [, found] = await Promise.all([written, build.rows.first('SELECT count(*) AS n FROM place')]);
        expect(found).toEqual({ n: next });
      }
    })();
    for (let round = 0; round < 3; round += 1) {
      await sleep(200);
      await server.stop();
      await sleep(200);
      await server.start();
    }
    const before = build.checkpoint;
    await until('much was written', () => build.checkpoint > Math.max(100, before + 20));
    stop.abort();
    await running;
  });

  it.each(['stop', 'crash'] as const)(
    'and is back after a %s under load is a pause, and nothing is half done',
    async (how) => {
      const build = closed(await live(store, places));
      const [writer, readers] = [load(build), [ask(), ask(), ask()]];
      await sleep(300);
      for (let round = 0; round < 2; round += 1) {
        await server[how]();
        await sleep(300);
        await server.start();
        await sleep(500);
      }
      // A crash may have taken back what was committed last, rows and checkpoint together: then it is a writer's to look again.
      const lost = await writer.stop().catch((error: unknown) => error);
      if (how === 'stop') expect(lost).toBe(0);
      for (const each of readers) expect(await each.stop()).toBeGreaterThan(10);
      const token = await store.seize('two', 'project:all-places-v1', ttlMs);
      const again = closed(await opened(store, places, token));
      expect(again.checkpoint).toBeGreaterThan(0);
      expect(await store.first('SELECT count(*) AS n, max(id) AS last FROM place')).toEqual({
        n: again.checkpoint,
        last: again.checkpoint,
      });
      if (how === 'stop') expect(again.checkpoint).toBe(build.checkpoint);
    },
  );

  it('and takes with it what was not settled, makes that build useless, and says so', async () => {
    await store.hold('one', [buildLease(places)], ttlMs);
    const build = closed(await store.begin(places, 'one'));
    await build.commit(row(1), 1);
    await server.crash();
    await server.start();
    await expect(build.commit(row(2), 2)).rejects.toThrow(/crashed and lost/);
    expect(build.broken).toBe(true);
    await store.discard(build);
    const next = closed(await store.begin(places, 'one'));
    await next.commit(row(1), 1);
    await next.settle();
    // What is settled outlives a crash.
    await server.crash();
    await server.start();
    await next.commit(row(2), 2);
    expect(await next.rows.all('SELECT id FROM place ORDER BY id')).toEqual([{ id: 1 }, { id: 2 }]);
  });

  it('and is away for long is told as a store that is not available, within a limit', async () => {
    const build = closed(await live(store, places));
    const waitingFor = async (outageMs: number) =>
      closed(
        await openPostgresReadStore({ address: postgresAddress(database.url), projections: [places], logId, outageMs }),
      );
    const [patient, impatient] = [await waitingFor(60_000), await waitingFor(1_000)];
    await server.stop();
    const from = performance.now();
    const later = patient.all('SELECT id FROM place');
    await Promise.all([
      expect(impatient.all('SELECT * FROM place')).rejects.toThrow(StoreUnavailable),
      expect(build.commit(row(1), 1)).rejects.toThrow(StoreUnavailable),
      expect(store.hold('one', ['a'], ttlMs)).rejects.toThrow(StoreUnavailable),
    ]);
    expect(performance.now() - from).toBeLessThan(20_000);
    await server.start();
    expect(await later).toEqual([]);
    await build.commit(row(1), 1);
    expect(await store.all('SELECT id FROM place')).toEqual([{ id: 1 }]);
  });

  it('and comes up after the service is waited for, visibly', async () => {
    await server.stop();
    const waits: Waiting[] = [];
    const late = opening(database.url, 20_000, (waiting) => waits.push(waiting));
    await sleep(700);
    await server.start();
    closed(await late);
    expect(waits.length).toBeGreaterThan(0);
    expect(waits[0]).toMatchObject({ reason: expect.stringContaining('nothing listens there'), limitMs: 20_000 });
  });

  it('and does not answer at all is given up', async () => {
    const silent = createServer((socket) => socket.resume());
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const address = silent.address();
    const url = new URL(database.url);
    url.port = String(typeof address === 'object' ? address?.port : 0);
    await expect(opening(url.href, 1_000)).rejects.toThrow(/does not answer in time/);
    await new Promise((resolve) => silent.close(resolve));
  });

  it('to be a primary is refused at the start, and waited for afterwards', async () => {
    const build = closed(await live(store, places));
    await build.commit(row(1), 1);
    await server.stop();
    await server.put('standby.signal', '');
    await server.start();
    await expect(opening()).rejects.toThrow(/StoreRefused|is a replica/);
    const asked = store.all('SELECT id FROM place');
    await sleep(500);
    await server.stop();
    await server.remove('standby.signal');
    await server.start();
    expect(await asked).toEqual([{ id: 1 }]);
  });

  describe('to show a certificate that is believed', () => {
    const file = (name: string): string => join(import.meta.dirname, '../../../test/postgres/tls', name);
    const encrypted = (host: string, query: string): string => {
      const url = new URL(database.url);
      url.hostname = host;
      url.search = query;
      return url.href;
    };
    beforeAll(async () => {
      for (const name of ['server.pem', 'server.key']) await server.put(name, readFileSync(file(name), 'utf8'));
      await server.put('postgresql.auto.conf', "ssl = on\nssl_cert_file = 'server.pem'\nssl_key_file = 'server.key'\n");
      await server.stop();
      await server.start();
    });

    it('is told, with how to believe it', async () => {
      await expect(opening(encrypted('localhost', '?sslmode=verify-full'))).rejects.toThrow(
        /certificate is not believed/,
      );
      const foreign = `?sslmode=verify-full&sslrootcert=${file('ca.pem')}`;
      await expect(opening(encrypted('127.0.0.1', foreign))).rejects.toThrow(/certificate is not believed/);
    });

    it.each([
      ['localhost', `verify-full&sslrootcert=${file('ca.pem')}`],
      ['127.0.0.1', `verify-ca&sslrootcert=${file('ca.pem')}`],
      ['127.0.0.1', 'require'],
    ])('and is, at %s with %s, keeps what is said from others', async (host, mode) => {
      closed(await opening(encrypted(host, `?sslmode=${mode}`)));
      const sessions = await database.query(
        'SELECT count(*)::int AS n FROM pg_stat_ssl s JOIN pg_stat_activity a USING (pid) WHERE s.ssl AND a.datname = current_database()',
      );
      expect(sessions).toEqual([{ n: expect.any(Number) }]);
      expect(Number(sessions[0]?.['n'])).toBeGreaterThan(0);
    });
  });
});

describe('A PostgreSQL that is looked at', () => {
  const primary = { replica: 0, read_only: 0, version: 180_004, encoding: 'UTF8' };
  it.each([
    [{ version: 149_999 }, 'PostgreSQL 14 is too old; 15 or newer is needed'],
    [{ replica: 1 }, 'is a replica'],
    [{ read_only: 1 }, 'is read-only'],
    [{ encoding: 'LATIN1' }, 'texts as LATIN1'],
  ])('is refused with %p', (facts, said) => {
    expect(() => assertPrimary({ ...primary, ...facts }, 'it')).toThrow(said);
  });
  it('is used where it is a primary of a version that is young enough', () => {
    assertPrimary({ ...primary, version: 150_000 }, 'it');
  });
});
