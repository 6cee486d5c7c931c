import { EventStoreDBClient } from '@eventstore/db-client';
import { afterEach, beforeEach, describe } from '@jest/globals';
import type { EventLog, RecordedEvent } from '../../src/event-sourcing/event-store.js';
import { kurrentLocation } from '../../src/event-sourcing/stores/kurrentdb.connection-string.js';
import type { KurrentEventStoreOptions } from '../../src/event-sourcing/stores/kurrentdb.event-store.js';
import { openKurrentEventStore } from '../../src/event-sourcing/stores/kurrentdb.event-store.js';
import type { StandIn } from '../kurrentdb-stand-in/stand-in.js';
import { startStandIn } from '../kurrentdb-stand-in/stand-in.js';
import { serverUnderTest } from './server-under-test.js';

/** A stand-in for each test, and logs on it that give up soon. */
export interface FaultyServer {
  readonly standIn: StandIn;
  /** Lines that were told of troubles that passed. */
  readonly warned: readonly string[];
  open(options?: Partial<KurrentEventStoreOptions>): Promise<EventLog>;
  /** Works on the server behind the log's back. */
  stranger(work: (client: EventStoreDBClient) => Promise<unknown>): Promise<void>;
}

const limits = { attemptMs: 300, readMs: 15_000, appendMs: 20_000 };

/**
 * Tests of what can be told to a stand-in and not to a server: where KURRENTDB_URL names a server they are skipped, by a
 * name that says so.
 */
export const withFaults = (name: string, tests: (server: FaultyServer) => void): void => {
  if (serverUnderTest !== 'a stand-in') {
    describe.skip(`${name} (only a stand-in can be told to)`, () => tests({} as FaultyServer));
    return;
  }
  describe(`${name} (on a stand-in)`, () => {
    let standIn: StandIn;
    let opened: EventLog[];
    let warned: string[];
    beforeEach(async () => {
      opened = [];
      warned = [];
      standIn = await startStandIn();
    });
    afterEach(async () => {
      standIn.disarmAll();
      standIn.resume();
      await Promise.all(opened.map((store) => store.close()));
      await standIn.stop();
    });
    tests({
      get standIn() {
        return standIn;
      },
      get warned() {
        return warned;
      },
      open: async (options = {}) => {
        const store = await openKurrentEventStore({
          location: kurrentLocation(standIn.url),
          limits,
          silenceMs: 300,
          log: { warn: (about, message) => warned.push(`${message} ${JSON.stringify(about)}`) },
          ...options,
        });
        opened.push(store);
        return store;
      },
      stranger: async (work) => {
        const client = EventStoreDBClient.connectionString(standIn.url);
        await work(client);
        await client.dispose();
      },
    });
  });
};

/** Every event, as the log gives it. */
export const allOf = (store: EventLog): Promise<readonly RecordedEvent[]> => store.readAll(0, 100_000);
