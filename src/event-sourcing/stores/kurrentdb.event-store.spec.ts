import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';
import type { ServerUnderTest } from '../../../test/kurrentdb/server-under-test.js';
import { serverUnderTest, startServerUnderTest } from '../../../test/kurrentdb/server-under-test.js';
import type { EventStore } from '../event-store.js';
import { IndexedLog, logIndex } from '../log-index.js';
import { Projector } from '../projector.js';
import type { OpenedLog } from './event-store.contract.js';
import { eventStoreContract } from './event-store.contract.js';
import { openKurrentEventStore } from './kurrentdb.event-store.js';
import { openSqliteReadStore } from './sqlite.read-store.js';

let server: ServerUnderTest;

beforeAll(async () => {
  server = await startServerUnderTest();
});
afterAll(() => server.stop());

interface Opened {
  readonly store: EventStore;
  close(): Promise<void>;
}

/** A log with its index; the rows of the index are kept up to date, or are never built. */
const opened = async (isProjected: boolean): Promise<OpenedLog> => {
  const folder = mkdtempSync(join(tmpdir(), 'rapport-log-index-'));
  const location = server.newLog();
  const open = async (): Promise<Opened> => {
    const log = await openKurrentEventStore({ location });
    const rows = () => openSqliteReadStore({ folder, projections: [logIndex], logId: log.logId });
    const store = new IndexedLog(log, () => Promise.resolve(rows()));
    if (!isProjected) return { store, close: () => store.close() };
    const readStore = rows();
    const projector = new Projector({ store, readStore, projections: [logIndex] });
    projector.start();
    const close = async () => {
      await projector.stop();
      await readStore.close();
      await store.close();
    };
    return { store, close };
  };
  let current = await open();
  return {
    store: current.store,
    reopen: async () => {
      await current.close();
      current = await open();
      return current.store;
    },
    cleanup: async () => {
      await current.close();
      rmSync(folder, { recursive: true });
    },
  };
};

eventStoreContract(`KurrentDB (${serverUnderTest}), its index without rows,`, () => opened(false));
eventStoreContract(`KurrentDB (${serverUnderTest}), its index projected,`, () => opened(true));
