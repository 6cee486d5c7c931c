import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import pg from 'pg';
import type { EventStore } from '../src/event-sourcing/event-store.js';
import { IndexedLog, logIndex } from '../src/event-sourcing/log-index.js';
import { openKurrentEventStore } from '../src/event-sourcing/stores/kurrentdb.event-store.js';
import { openSqliteEventStore } from '../src/event-sourcing/stores/sqlite.event-store.js';
import { settingsFrom } from '../src/settings.js';
import { openReadStore } from '../src/stores.js';
import type { Options } from './options.js';

/** Where a log of the bench's own and its rows stand. */
export interface Place {
  readonly folder: string;
  /** The settings by which a process finds them. */
  readonly env: Readonly<Record<string, string>>;
  /** Both stores are SQLite files in the folder. */
  readonly isFiles: boolean;
}

export const settingsOf = ({ env }: Place): ReturnType<typeof settingsFrom> =>
  settingsFrom({ ...process.env, ...env, PORT: '0' });

/** The log of a place. @param now milliseconds since 1970, for what carries no time. */
export const openLogAt = async (place: Place, now: () => number = Date.now): Promise<EventStore> => {
  const settings = settingsOf(place);
  const { eventStore } = settings;
  if (eventStore.kind === 'sqlite') return openSqliteEventStore({ path: eventStore.path, now });
  const log = await openKurrentEventStore({ location: eventStore, now });
  return new IndexedLog(log, () => openReadStore(settings, [logIndex], log.logId));
};

/** Makes places on the stores that the bench was asked to measure: a prefix of a log's server, a database of the rows'. */
export class Places {
  readonly #options: Pick<Options, 'eventStore' | 'readStore'>;
  readonly #run = randomBytes(4).toString('hex');
  readonly #databases: string[] = [];
  #made = 0;

  constructor(options: Pick<Options, 'eventStore' | 'readStore'>) {
    this.#options = options;
  }

  async make(folder: string): Promise<Place> {
    const { eventStore, readStore } = this.#options;
    this.#made += 1;
    return {
      folder,
      env: {
        RAPPORT_DATA: folder,
        EVENT_STORE_URL: eventStore === undefined ? `sqlite:${join(folder, 'events.db')}` : this.#prefixed(eventStore),
        READ_STORE_URL: readStore === undefined ? `sqlite:${folder}` : await this.#newDatabase(readStore),
      },
      isFiles: eventStore === undefined && readStore === undefined,
    };
  }

  /** What stays on the servers where nothing is cleared. */
  get kept(): readonly string[] {
    return [...this.#databases, ...this.#streams];
  }

  /** Drops the databases. Answers with what stays all the same: a log's server deletes no streams for good. */
  async clear(): Promise<readonly string[]> {
    const { readStore } = this.#options;
    if (readStore !== undefined)
      for (const name of this.#databases.splice(0)) await ask(readStore, `DROP DATABASE ${name} WITH (FORCE)`);
    return this.#streams;
  }

  get #streams(): readonly string[] {
    return this.#options.eventStore === undefined || this.#made === 0 ? [] : [`streams bench${this.#run}x* on the log`];
  }

  #prefixed(url: string): string {
    return `${url}${url.includes('?') ? '&' : '?'}streamPrefix=bench${this.#run}x${this.#made}.`;
  }

  async #newDatabase(server: string): Promise<string> {
    const name = `rapport_bench_${this.#run}_${this.#made}`;
    await ask(server, `CREATE DATABASE ${name}`);
    this.#databases.push(name);
    const url = new URL(server);
    url.pathname = `/${name}`;
    return url.href;
  }
}

const ask = async (url: string, sql: string): Promise<void> => {
  const client = new pg.Client(url);
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
};
