import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { compiledKit } from '../../../test/compiled-kit.js';
import type { EventStore } from '../event-store.js';
import { OutcomeUnknown, StoreUnavailable, WrongExpectedRevision, noStream } from '../event-store.js';
import { aStream, anEvent, followed } from './contract-events.js';
import { eventStoreContract } from './event-store.contract.js';
import type { SqliteEventStoreOptions } from './sqlite.event-store.js';
import { openSqliteEventStore } from './sqlite.event-store.js';

let programs: string;

beforeAll(() => {
  programs = compiledKit('stores/sqlite.log-writer.thread', 'upcaster');
  writeFileSync(
    join(programs, 'writer.js'),
    `import { workerData } from 'node:worker_threads';
     import { writeLogInThread } from './stores/sqlite.log-writer.thread.js';
     writeLogInThread(workerData);`,
  );
});
afterAll(() => rmSync(programs, { recursive: true }));

const writerProgram = (): URL => pathToFileURL(join(programs, 'writer.js'));

eventStoreContract('SQLite, written in a thread', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rapport-log-'));
  const open = () => openSqliteEventStore({ path: join(folder, 'events.db'), writerProgram: writerProgram() });
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
  const store = openSqliteEventStore({ path, writerProgram: writerProgram(), ...options });
  opened.push(store);
  return store;
};

describe('a log that is written in a thread', () => {
  it('is read at once by who appended to it', async () => {
    const store = open();
    const stream = aStream();
    for (let revision = noStream; revision < 20; revision += 1) {
      const { recorded } = await store.append(stream, revision, [anEvent()]);
      expect(store.revisionNow?.(stream)).toBe(revision + 1);
      expect((await store.readStream(stream, revision)).map(({ id }) => id)).toEqual(recorded.map(({ id }) => id));
      expect(await store.readAll(revision + 1)).toEqual(recorded);
    }
  });

  it('races others for its streams, and all follow one order', async () => {
    const stores = [open(), open(), openSqliteEventStore({ path })];
    opened.push(...stores.slice(2));
    const following = stores.map((store) => followed(store, 0, 90));
    const stream = aStream();
    await Promise.all(
      stores.map(async (store) => {
        for (let written = 0; written < 30;) {
          const revision = (await store.readStream(stream)).at(-1)?.revision ?? noStream;
          try {
            await store.append(stream, revision, [anEvent()]);
            written += 1;
          } catch (error) {
            if (!(error instanceof WrongExpectedRevision)) throw error;
          }
        }
      }),
    );
    const [one, ...others] = await Promise.all(following);
    expect(one?.map(({ revision }) => revision)).toEqual(Array.from({ length: 90 }, (_, n) => n));
    for (const other of others) expect(other).toEqual(one);
  });

  it('keeps the event loop free while another process has it locked, and goes on afterwards', async () => {
    const store = open();
    await store.append(aStream(), noStream, [anEvent()]);
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    const waiting = store.append(aStream(), noStream, [anEvent()]);
    let turns = 0;
    while (turns < 20) {
      await sleep(1);
      turns += 1;
    }
    expect(await store.head()).toBe(1);
    other.exec('COMMIT');
    other.close();
    expect((await waiting).recorded[0]?.ordinal).toBe(2);
  });

  it('is not available where that lasts, and is again when it ends', async () => {
    const store = open({ busyLimitMs: 50 });
    await store.append(aStream(), noStream, [anEvent()]);
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    const refused = await store.append(aStream(), noStream, [anEvent()]).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(StoreUnavailable);
    expect(refused).not.toBeInstanceOf(OutcomeUnknown);
    expect((refused as Error).message).toBe(`${path}: another process keeps it locked.`);
    other.exec('COMMIT');
    other.close();
    expect((await store.append(aStream(), noStream, [anEvent()])).recorded[0]?.ordinal).toBe(2);
  });

  it('is begun again where its thread fails: the outcome of what it had is unknown, and found out by asking again', async () => {
    writeFileSync(
      join(programs, 'failing.js'),
      `import { parentPort, workerData } from 'node:worker_threads';
       import { SqliteLogWriter } from './stores/sqlite.log-writer.js';
       import { existsSync, writeFileSync } from 'node:fs';
       import { writeLogInThread } from './stores/sqlite.log-writer.thread.js';
       const mark = workerData.path + '.failed';
       if (existsSync(mark)) writeLogInThread(workerData);
       else {
         const writer = SqliteLogWriter.open(workerData);
         parentPort.once('message', async (batch) => {
           await writer.write(batch);
           writeFileSync(mark, '');
           throw new Error('no more');
         });
       }`,
    );
    const told: string[] = [];
    const store = open({
      writerProgram: pathToFileURL(join(programs, 'failing.js')),
      onWriterFailure: (message) => told.push(message),
    });
    const [stream, event] = [aStream(), anEvent()];
    const failed = await store.append(stream, noStream, [event]).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(OutcomeUnknown);
    expect((failed as Error).message).toBe('The thread that writes the log failed: no more.');
    const { recorded } = await store.append(stream, noStream, [event]);
    expect(recorded.map(({ id, ordinal }) => [id, ordinal])).toEqual([[event.id, 1]]);
    expect(await store.readAll(0)).toEqual(recorded);
    expect((await store.append(stream, 0, [anEvent()])).recorded[0]?.ordinal).toBe(2);
    await store.close();
    expect(told).toEqual(['no more']);
  });

  it('has written what it was given when it is closed', async () => {
    const store = open();
    const appends = Array.from({ length: 200 }, () => store.append(aStream(), noStream, [anEvent()]));
    await store.close();
    await Promise.all(appends);
    expect(await open().readAll(0)).toHaveLength(200);
  });
});
