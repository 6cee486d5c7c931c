import { randomUUID } from 'node:crypto';
import type { KurrentLocation } from '../../src/event-sourcing/stores/kurrentdb.connection-string.js';
import { kurrentLocation } from '../../src/event-sourcing/stores/kurrentdb.connection-string.js';
import { type StandIn, startStandIn } from '../kurrentdb-stand-in/stand-in.js';

const real = process.env['KURRENTDB_URL'];

/** What the suites of KurrentDB run against, for a person to read. */
export const serverUnderTest = real === undefined || real === '' ? 'a stand-in' : 'the server of KURRENTDB_URL';

export interface ServerUnderTest {
  /** Undefined where the server is a real one. */
  readonly standIn: StandIn | undefined;
  /** Its connection string, as it was given. */
  readonly url: string;
  /** A log of its own on the server, not begun yet. */
  newLog(): KurrentLocation;
  /** The same as a connection string. */
  newUrl(): string;
  stop(): Promise<void>;
}

/** The server of KURRENTDB_URL where it is set, else a stand-in that is stopped with it. */
export const startServerUnderTest = async (): Promise<ServerUnderTest> => {
  const standIn = serverUnderTest === 'a stand-in' ? await startStandIn() : undefined;
  const url = standIn?.url ?? real ?? '';
  const location = kurrentLocation(url);
  const prefix = (): string => `t${randomUUID().replaceAll('-', '')}.`;
  return {
    standIn,
    url,
    newLog: () => ({ ...location, streamPrefix: prefix() }),
    newUrl: () => `${url}${url.includes('?') ? '&' : '?'}streamPrefix=${prefix()}`,
    stop: async () => standIn?.stop(),
  };
};
