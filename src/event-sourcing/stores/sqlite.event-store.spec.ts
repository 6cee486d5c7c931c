import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { EventStore } from '../event-store.js';
import { StoreUnavailable, WrongExpectedRevision, noStream } from '../event-store.js';
import { UnknownEventVersion, upcaster } from '../upcaster.js';
import { aStream, anEvent, followed } from './contract-events.js';
import { eventStoreContract } from './event-store.contract.js';
import { StoreRefused, assertDurable, assertSqliteVersion, openSqlite, valueOf } from './sqlite.connection.js';
import type { SqliteEventStoreOptions } from './sqlite.event-store.js';
import { openSqliteEventStore } from './sqlite.event-store.js';

eventStoreContract('SQLite', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rapport-log-'));
  const open = () => openSqliteEventStore({ path: join(folder, 'events.db') });
  let store = open();
  return Promise.resolve({
    store,
    reopen: async () => {
      await store.close();
      return (store = open());
    },
    cleanup: async () => {
      await store.close();
      rmSync(folder, { recursive: true });
    },
  });
});

let folder: string;
let path: string;
let opened: EventStore[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rapport-log-'));
  path = join(folder, 'events.db');
  opened = [];
});
afterEach(async () => {
  await Promise.all(opened.map((store) => store.close()));
  rmSync(folder, { recursive: true });
});

const open = (options: Partial<SqliteEventStoreOptions> = {}): EventStore => {
  const store = openSqliteEventStore({ path, ...options });
  opened.push(store);
  return store;
};

/** Does something to the file behind the store's back. */
const tamper = (sql: string) => {
  const db = new DatabaseSync(path);
  db.exec(sql);
  db.close();
};

const ordinals = async (store: EventStore) => (await store.readAll(0, 100_000)).map(({ ordinal }) => ordinal);
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe('durability', () => {
  it('opens a durable file in WAL mode with synchronous=FULL', () => {
    const db = openSqlite({ path, durable: true }, () => undefined);
    expect([valueOf(db, 'PRAGMA journal_mode'), valueOf(db, 'PRAGMA synchronous')]).toEqual(['wal', 2]);
    db.close();
  });

  it.each(['PRAGMA synchronous = NORMAL', 'PRAGMA synchronous = OFF', 'PRAGMA journal_mode = DELETE'])(
    'refuses to go on where %s was set',
    (pragma) => {
      const db = openSqlite({ path, durable: true }, () => undefined);
      db.exec(pragma);
      expect(() => assertDurable(db, path)).toThrow(StoreRefused);
      db.close();
    },
  );

  it.each(['3.51.2', '3.50.4', '2.99.99'])('refuses SQLite %s', (version) =>
    expect(() => assertSqliteVersion(version)).toThrow(`SQLite ${version} is too old`),
  );

  it.each(['3.51.3', '3.51.10', '3.52.0', '4.0.0'])('takes SQLite %s', (version) =>
    expect(() => assertSqliteVersion(version)).not.toThrow(),
  );

  it('does not let the WAL grow without bound while it is read and followed', async () => {
    const store = open();
    const stop = new AbortController();
    const following = (async () => {
      for await (const page of store.follow(0, stop.signal)) await store.readAll((page[0]?.ordinal ?? 1) - 1, 10);
    })();
    for (let round = 0; round < 30; round += 1)
      await store.append(aStream(), noStream, [anEvent({ text: 'x'.repeat(1_000_000) })]);
    stop.abort();
    await following;
    expect(statSync(`${path}-wal`).size).toBeLessThan(20 * 1024 * 1024);
  });

  /** Pages of the WAL, and how many of them were moved into the file. */
  const wal = (): { readonly log: number; readonly checkpointed: number } => {
    const db = new DatabaseSync(path, { readOnly: true });
    const pages = db.prepare('PRAGMA wal_checkpoint(NOOP)').get();
    db.close();
    return pages as never;
  };

  it('leaves what was committed to whoever follows, who moves it from the WAL into the file', async () => {
    const [store, reader] = [open({ checkpoints: 'left' }), open({ checkpoints: 'while following' })];
    const megabytes = async (count: number): Promise<void> => {
      for (let round = 0; round < count; round += 1)
        await store.append(aStream(), noStream, [anEvent({ text: 'x'.repeat(1_000_000) })]);
    };
    await megabytes(20);
    expect(wal()).toMatchObject({ checkpointed: 0 });
    const stop = new AbortController();
    let seen = 0;
    const following = (async () => {
      for await (const page of reader.follow(0, stop.signal, 5)) seen += page.length;
    })();
    const before = wal().log;
    while (seen < 20 || wal().checkpointed < before) await sleep(10);
    stop.abort();
    await following;
    expect(seen).toBe(20);
  });

  it('moves it at a commit after all where nobody follows', async () => {
    const store = open({ checkpoints: 'left' });
    for (let round = 0; round < 70; round += 1)
      await store.append(aStream(), noStream, [anEvent({ text: 'x'.repeat(1_000_000) })]);
    expect(wal().log).toBeLessThan(6 * 256);
    expect(statSync(`${path}-wal`).size).toBeLessThan(70 * 1024 * 1024);
  });
});

describe('a file that is not to be used', () => {
  it('is refused where a newer program made it', async () => {
    await open().close();
    tamper('UPDATE log SET schema = 99');
    expect(() => open()).toThrow('has schema 99; this program knows 1');
  });

  it('is refused where it is damaged', () => {
    writeFileSync(path, 'This is no database. '.repeat(1_000));
    expect(() => open()).toThrow(StoreRefused);
  });

  it('is refused, and left alone, where it is some other database', () => {
    tamper('CREATE TABLE dog (name TEXT)');
    expect(() => open()).toThrow('no event log of Rapport');
    tamper('INSERT INTO dog VALUES (1)');
  });

  it('is not available where its folder does not exist', () =>
    expect(() => open({ path: join(folder, 'nowhere', 'events.db') })).toThrow(StoreUnavailable));
});

describe('the ordinal', () => {
  it('is gapless, also after refusals and a transaction that failed', async () => {
    const store = open();
    const [one, two] = [aStream(), aStream()];
    await store.append(one, noStream, [anEvent()]);
    await expect(store.append(one, 5, [anEvent()])).rejects.toBeInstanceOf(WrongExpectedRevision);
    // Fails in the middle of the transaction, after a neighbour's rows.
    tamper(
      `CREATE TRIGGER trip BEFORE INSERT ON event WHEN new.data LIKE '%trip%' BEGIN SELECT raise(ABORT, 'tripped'); END`,
    );
    const batch = await Promise.allSettled([
      store.append(two, noStream, [anEvent()]),
      store.append(one, 0, [anEvent(), anEvent({ trip: true })]),
    ]);
    expect(batch.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await store.readStream(two)).toEqual([]);
    tamper('DROP TRIGGER trip');
    await store.append(two, noStream, [anEvent()]);
    await store.append(one, 0, [anEvent()]);
    expect(await ordinals(store)).toEqual([1, 2, 3]);
    expect(await store.countsByType()).toEqual(new Map([['Called', 3]]));
  });

  it('goes on from the ring of recent events to the file and back', async () => {
    const store = open();
    const stream = aStream();
    for (let round = 0; round < 10; round += 1)
      await store.append(
        stream,
        round * 500 - 1,
        Array.from({ length: 500 }, () => anEvent()),
      );
    expect(await ordinals(store)).toEqual(upTo(5_000));
    expect((await followed(store, 0, 5_000)).map(({ ordinal }) => ordinal)).toEqual(upTo(5_000));
    expect(await store.readAll(4_999)).toEqual((await store.readAll(4_990)).slice(9));
  });
});

describe('following a long log', () => {
  it('lets others have their turn between pages', async () => {
    const store = open();
    const stream = aStream();
    const many = Array.from({ length: 3_000 }, () => anEvent());
    await store.append(stream, noStream, many);
    let turns = 0;
    let counting = true;
    const count = () => {
      turns += 1;
      if (counting) setImmediate(count);
    };
    count();
    await followed(store, 0, 3_000, undefined, 10);
    counting = false;
    expect(turns).toBeGreaterThan(200);
  });
});

describe('the stamp', () => {
  it('never goes backwards: not with the clock, not over a restart, not between processes', async () => {
    const clock = { now: 5_000 };
    const stampAt = async (store: EventStore, now: number) => {
      clock.now = now;
      return (await store.append(aStream(), noStream, [anEvent()])).recorded[0]?.recordedAt;
    };
    const [one, other] = [open({ now: () => clock.now }), open({ now: () => clock.now })];
    expect([await stampAt(one, 5_000), await stampAt(one, 4_000), await stampAt(other, 3_000)]).toEqual([
      5_000, 5_000, 5_000,
    ]);
    expect([await stampAt(other, 6_000), await stampAt(one, 5_500)]).toEqual([6_000, 6_000]);
    await Promise.all([one.close(), other.close()]);
    expect(await stampAt(open({ now: () => clock.now }), 100)).toBe(6_000);
  });

  it('is not moved by a time that was carried over', async () => {
    const store = open({ now: () => 5_000 });
    await store.append(aStream(), noStream, [anEvent({}, { recordedAt: 9_000 })]);
    await store.append(aStream(), noStream, [anEvent()]);
    expect((await store.readAll(0)).map(({ recordedAt }) => recordedAt)).toEqual([9_000, 5_000]);
    expect([await store.prefixAt(5_000), await store.prefixAt(9_000)]).toEqual([0, 2]);
  });
});

describe('two stores on one file', () => {
  it('decide races by revision, and both follow all of it in one order', async () => {
    const stores = [open({ pollIntervalMs: 5 }), open({ pollIntervalMs: 5 })];
    const stream = aStream();
    const following = Promise.all(stores.map((store) => followed(store, 0, 80)));
    const write = async (store: EventStore) => {
      for (let written = 0; written < 40;) {
        const revision = (await store.readStream(stream)).at(-1)?.revision ?? noStream;
        try {
          await store.append(stream, revision, [anEvent()]);
          written += 1;
        } catch (error) {
          expect(error).toBeInstanceOf(WrongExpectedRevision);
        }
      }
    };
    await Promise.all(stores.map(write));
    const [one = [], other = []] = await following;
    expect(one.map(({ ordinal }) => ordinal)).toEqual(upTo(80));
    expect(one.map(({ revision }) => revision)).toEqual(upTo(80).map((n) => n - 1));
    expect(other).toEqual(one);
  });

  it('know the newest revision of a stream without reading it, until the other has written', async () => {
    const [one, other] = [open(), open()];
    const stream = aStream();
    expect(one.revisionNow?.(stream)).toBeUndefined();
    await one.append(stream, noStream, [anEvent()]);
    // Just begun: seldom asked for again, and not kept.
    expect(one.revisionNow?.(stream)).toBeUndefined();
    await one.append(stream, 0, [anEvent()]);
    expect(one.revisionNow?.(stream)).toBe(1);
    await other.append(stream, 1, [anEvent()]);
    await turn();
    expect(one.revisionNow?.(stream)).toBeUndefined();
    expect(await one.readStream(stream)).toHaveLength(3);
    expect(one.revisionNow?.(stream)).toBe(2);
  });

  it('see at once what the other wrote, in streams, in the log and among known ids', async () => {
    const [one, other] = [open(), open()];
    const stream = aStream();
    const [first, second, third] = [anEvent(), anEvent({}, { type: 'Met' }), anEvent()];
    await one.append(stream, noStream, [first]);
    expect(await other.readStream(stream)).toHaveLength(1);
    await other.append(stream, 0, [second]);
    await expect(one.append(stream, 0, [third])).rejects.toMatchObject({ actual: 1 });
    expect(await one.append(stream, 0, [second])).toMatchObject({ revision: 1 });
    await one.append(stream, 1, [third]);
    expect((await one.readAll(0)).map(({ id }) => id)).toEqual([first.id, second.id, third.id]);
    expect((await one.readAll(1)).map(({ id }) => id)).toEqual([second.id, third.id]);
    expect(await other.countsByType()).toEqual(await one.countsByType());
  });

  it('agree on who made the file', async () => {
    const made = await Promise.all(Array.from({ length: 4 }, () => Promise.resolve().then(() => open())));
    expect(new Set(made.map(({ logId }) => logId)).size).toBe(1);
  });
});

describe('a lock of another process', () => {
  it('is waited for without blocking the event loop', async () => {
    const store = open();
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    const appended = store.append(aStream(), noStream, [anEvent()]);
    const before = performance.eventLoopUtilization();
    await sleep(300);
    // What waits for the lock leaves the loop idle; how late it wakes is a matter of what else the machine has to do.
    const { utilization } = performance.eventLoopUtilization(before);
    expect(await store.readAll(0)).toEqual([]);
    other.exec('COMMIT');
    other.close();
    expect(await appended).toMatchObject({ revision: 0 });
    expect(utilization).toBeLessThan(0.5);
  });

  it('that lasts makes the store unavailable, until it ends', async () => {
    const store = open({ busyLimitMs: 60 });
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    const [stream, event] = [aStream(), anEvent()];
    const refused = store.append(stream, noStream, [event]);
    await expect(refused).rejects.toBeInstanceOf(StoreUnavailable);
    await expect(refused).rejects.toThrow('another process keeps it locked');
    other.exec('ROLLBACK');
    other.close();
    expect(await store.append(stream, noStream, [event])).toMatchObject({ revision: 0 });
    expect(await ordinals(store)).toEqual([1]);
  });
});

describe('a file that is read-only', () => {
  it('is read and followed, and takes no append', async () => {
    const writer = open();
    const reader = open({ readOnly: true, pollIntervalMs: 5 });
    const { recorded } = await writer.append(aStream(), noStream, [anEvent()]);
    expect(await reader.readAll(0)).toEqual(recorded);
    expect(await followed(reader, 0, 1)).toEqual(recorded);
    const refused = reader.append(aStream(), noStream, [anEvent()]);
    await expect(refused).rejects.toBeInstanceOf(StoreUnavailable);
    await expect(refused).rejects.toThrow('read-only');
    await expect(reader.saveCheckpoint('a webhook', 1)).rejects.toBeInstanceOf(StoreUnavailable);
    expect(await reader.readAll(0)).toEqual(recorded);
  });
});

describe('old shapes', () => {
  const upcast = upcaster([{ type: 'Called', from: 1, lift: (data) => ({ ...data, channel: 'phone' }) }]);

  it('are lifted on every read, and stay in the file as they are', async () => {
    const event = anEvent({ n: 1 });
    const stream = aStream();
    const store = open({ upcast });
    const { recorded } = await store.append(stream, noStream, [event]);
    expect(recorded).toMatchObject([{ version: 2, data: { n: 1, channel: 'phone' } }]);
    expect([await store.readStream(stream), await store.readAll(0)]).toEqual([recorded, recorded]);
    expect(await store.append(stream, noStream, [event])).toMatchObject({ recorded });
    expect(await open({ upcast }).readAll(0)).toEqual(recorded);
    expect(await open().readAll(0)).toMatchObject([{ version: 1, data: { n: 1 } }]);
  });

  it('of a newer program are refused, in an append and in a read', async () => {
    const newer = anEvent({}, { version: 3 });
    const store = open({ upcast });
    await expect(store.append(aStream(), noStream, [newer])).rejects.toBeInstanceOf(UnknownEventVersion);
    await open().append(aStream(), noStream, [newer]);
    await expect(store.readAll(0)).rejects.toBeInstanceOf(UnknownEventVersion);
    expect(await store.ordinalOfEvent(newer.id)).toBe(1);
    expect(await store.ordinalOfEvent(randomUUID())).toBeNull();
  });
});
