import { join } from 'node:path';
import type { EventStore } from '../src/event-sourcing/event-store.js';
import type { ReadStore } from '../src/event-sourcing/read-store.js';
import { rebuild } from '../src/event-sourcing/rebuild.js';
import { openSqliteEventStore } from '../src/event-sourcing/stores/sqlite.event-store.js';
import { openSqliteReadStore } from '../src/event-sourcing/stores/sqlite.read-store.js';
import { projections } from '../src/projections.js';
import { readStoreOf } from './read-store-of.js';

export type Rows = Readonly<Record<string, readonly unknown[]>>;

/** Looks into the log of a data folder, beside whatever else has it open. */
export const logIn = async <T>(data: string, look: (store: EventStore) => Promise<T>): Promise<T> => {
  const store = openSqliteEventStore({ path: join(data, 'events.db') });
  try {
    return await look(store);
  } finally {
    await store.close();
  }
};

const rowsOf = async (readStore: ReadStore): Promise<Rows> => {
  try {
    const rows: Record<string, readonly unknown[]> = {};
    for (const { name, key } of projections.flatMap(({ tables }) => tables))
      rows[name] = await readStore.all(`SELECT * FROM ${name} ORDER BY ${key.join(', ')}`);
    return rows;
  } finally {
    await readStore.close();
  }
};

/** Every row of every projection, as a service on the data folder has them. */
export const rowsIn = (data: string): Promise<Rows> =>
  logIn(data, async (store) => rowsOf(await readStoreOf(data, store.logId)));

/** Every row of every projection, built from the data folder's log into another folder. */
export const rowsBuiltAnew = (data: string, folder: string): Promise<Rows> =>
  logIn(data, async (store) => {
    const readStore = openSqliteReadStore({ folder, projections, logId: store.logId });
    await rebuild({ store, readStore, projections });
    return rowsOf(readStore);
  });
