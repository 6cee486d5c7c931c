import { randomUUID } from 'node:crypto';
import type { KurrentLocation } from '../src/event-sourcing/stores/kurrentdb.connection-string.js';
import { kurrentLocation } from '../src/event-sourcing/stores/kurrentdb.connection-string.js';
import { startStandIn } from './kurrentdb-stand-in/stand-in.js';

const real = process.env['KURRENTDB_URL'];

/** What the suites of KurrentDB run against, for a person to read. */
export const serverUnderTest = real === undefined || real === '' ? 'a stand-in' : 'the server of KURRENTDB_URL';

export interface ServerUnderTest {
  /** A log of its own on the server, not begun yet. */
  newLog(): KurrentLocation;
  stop(): Promise<void>;
}

/** The server of KURRENTDB_URL where it is set, else a stand-in that is stopped with it. */
export const startServerUnderTest = async (): Promise<ServerUnderTest> => {
  const standIn = serverUnderTest === 'a stand-in' ? await startStandIn() : undefined;
  const location = kurrentLocation(standIn === undefined ? (real ?? '') : `esdb://127.0.0.1:${standIn.port}?tls=false`);
  return {
    newLog: () => ({ ...location, streamPrefix: `t${randomUUID().replaceAll('-', '')}.` }),
    stop: async () => standIn?.stop(),
  };
};
