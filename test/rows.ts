import { join } from 'node:path';
import type { EventStore } from '../src/event-sourcing/event-store.js';
import { rebuild } from '../src/event-sourcing/rebuild.js';
import { openSqliteEventStore } from '../src/event-sourcing/stores/sqlite.event-store.js';
import { openSqliteReadStore } from '../src/event-sourcing/stores/sqlite.read-store.js';
import { projections } from '../src/projections.js';

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

const rowsOf = async (store: EventStore, folder: string, anew: boolean): Promise<Rows> => {
  const readStore = openSqliteReadStore({ folder, projections, logId: store.logId });
  try {
    if (anew) await rebuild({ store, readStore, projections });
    const rows: Record<string, readonly unknown[]> = {};
    for (const { name, key } of projections.flatMap(({ tables }) => tables))
      rows[name] = await readStore.all(`SELECT * FROM ${name} ORDER BY ${key.join(', ')}`);
    return rows;
  } finally {
    await readStore.close();
  }
};

/** Every row of every projection, as the data folder has them. */
export const rowsIn = (data: string): Promise<Rows> => logIn(data, (store) => rowsOf(store, data, false));

/** Every row of every projection, built from the data folder's log into another folder. */
export const rowsBuiltAnew = (data: string, folder: string): Promise<Rows> =>
  logIn(data, (store) => rowsOf(store, folder, true));
