import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { isHalfCopied } from './event-sourcing/copy-log.js';
import type { EventStore } from './event-sourcing/event-store.js';
import { IndexedLog, logIndex } from './event-sourcing/log-index.js';
import type { Projection } from './event-sourcing/projection.js';
import type { Projected, ReadStore } from './event-sourcing/read-store.js';
import type { Waiting } from './event-sourcing/stores/postgres.read-store.js';
import { type Checkpoints, openSqliteEventStore } from './event-sourcing/stores/sqlite.event-store.js';
import { openSqliteReadStore } from './event-sourcing/stores/sqlite.read-store.js';
import { StoreRefused } from './event-sourcing/stores/store-refused.js';
import { type Upcast, upcaster } from './event-sourcing/upcaster.js';
import { lifts } from './lifts.js';
import type { Settings } from './settings.js';
import type { StoresLog } from './stores-log.js';

// The drivers of servers are loaded where one is asked for: each thread would hold them else.
const kurrent = () => import('./event-sourcing/stores/kurrentdb.event-store.js');
const postgres = () => import('./event-sourcing/stores/postgres.read-store.js');

/** How a log is opened. */
interface OpenedLog {
  /** How old shapes are read; left out, lifted to today's. */
  readonly upcast?: Upcast | undefined;
  /** Of a log in a file: the size of its page cache in KiB. */
  readonly cacheKib?: number;
  /** Of a log in a file. */
  readonly checkpoints?: Checkpoints;
}

/** For a thread that reads the log from one end to the other. */
export const readInOrder: OpenedLog = { cacheKib: 4 * 1024 };
/** For the thread that projects: it follows the log, and can wait for the disk. */
export const followed: OpenedLog = { ...readInOrder, checkpoints: 'while following' };
/** For the thread of the requests, beside that one. */
export const besideFollower: OpenedLog = { checkpoints: 'left' };

/**
 * The one place that chooses the stores. A log that keeps no index of its own has it among the rows.
 * @param log told while a server is waited for, and of troubles with it that pass.
 */
export const openEventStore = async (
  settings: Settings,
  log: StoresLog,
  { upcast = upcaster(lifts), cacheKib, checkpoints }: OpenedLog = {},
): Promise<EventStore> => {
  const { eventStore } = settings;
  if (eventStore.kind === 'sqlite') {
    mkdirSync(dirname(eventStore.path), { recursive: true, mode: 0o700 });
    return openSqliteEventStore({ path: eventStore.path, upcast, cacheKib, checkpoints });
  }
  const { openKurrentEventStore } = await kurrent();
  const store = await openKurrentEventStore({ location: eventStore, upcast, log });
  return new IndexedLog(store, () =>
    openReadStore(settings, [logIndex], store.logId, (waiting) =>
      log.warn({ ...waiting }, 'waiting for the read store'),
    ),
  );
};

/**
 * Opens the log to serve it or to add to it.
 * @throws StoreRefused where it is a copy that was cut short: what is added to one cannot be told from what is missing.
 */
export const openWholeLog = async (settings: Settings, log: StoresLog, opened?: OpenedLog): Promise<EventStore> => {
  const store = await openEventStore(settings, log, opened);
  try {
    if (await isHalfCopied(store))
      throw new StoreRefused('The log is a copy that was cut short. Run rapport copy-log again: it completes it.');
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
};

/** What is projected beside the contexts' own: the index of a log that keeps none. */
export const projectionsWith = (
  { eventStore }: Pick<Settings, 'eventStore'>,
  projections: readonly Projection[],
): readonly Projection[] => (eventStore.kind === 'sqlite' ? projections : [...projections, logIndex]);

/** @param onWaiting told each time that a server is not there yet. */
export const openReadStore = async (
  { readStore }: Settings,
  projections: readonly Projected[],
  logId: string,
  onWaiting?: (waiting: Waiting) => void,
): Promise<ReadStore> => {
  if (readStore.kind === 'sqlite') return openSqliteReadStore({ folder: readStore.path, projections, logId });
  const { openPostgresReadStore } = await postgres();
  return openPostgresReadStore({ address: readStore.address, projections, logId, onWaiting });
};
