import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { replayInto } from '../replay.js';
import type { EventLog, EventStore } from '../event-store.js';
import { IndexedLog, logIndex } from '../log-index.js';
import type { OpenedLog } from './event-store.contract.js';
import { eventStoreContract } from './event-store.contract.js';
import { kurrentLocation } from './kurrentdb.connection-string.js';
import { openKurrentEventStore } from './kurrentdb.event-store.js';
import { openSqliteReadStore } from './sqlite.read-store.js';

const url = process.env['KURRENTDB_URL'] ?? '';

const opened = async (index: 'no rows' | 'rows'): Promise<OpenedLog> => {
  const folder = mkdtempSync(join(tmpdir(), 'rapport-log-index-'));
  const location = { ...kurrentLocation(url), streamPrefix: `t${randomUUID().replaceAll('-', '')}.` };
  const open = async (): Promise<EventStore> => {
    const log = await openKurrentEventStore({ location });
    return new IndexedLog(log, async () =>
      Promise.resolve(openSqliteReadStore({ folder, projections: [logIndex], logId: log.logId })),
    );
  };
  let store = await open();
  return {
    store,
    reopen: async () => {
      await store.close();
      return (store = await open());
    },
    cleanup: async () => {
      await store.close();
      rmSync(folder, { recursive: true });
    },
  };
};

eventStoreContract('KurrentDB, its index without rows,', () => opened('no rows'));
