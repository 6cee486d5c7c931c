import { setTimeout as sleep } from 'node:timers/promises';
import { BACKWARDS, END } from '@eventstore/db-client';
import { StoreUnavailable } from '../event-store.js';
import { backOffMs, inTime, visit } from './kurrentdb.calls.js';
import type { KurrentConnection, Line } from './kurrentdb.connection.js';
import type { KurrentLocation } from './kurrentdb.connection-string.js';
import { asStoreError, isOfServer, messageOf, troubleOf } from './kurrentdb.errors.js';
import type { Trouble } from './kurrentdb.errors.js';
import type { KurrentNames } from './kurrentdb.event.js';
import { lookAt } from './kurrentdb.hosts.js';
import type { LogBegun } from './kurrentdb.own-streams.js';
import { askToWrite, begunLog } from './kurrentdb.own-streams.js';
import { StoreRefused } from './store-refused.js';

export interface StartOptions {
  /** How long the log is waited for, in milliseconds. */
  readonly startMs: number;
  readonly attemptMs: number;
  /** Told of each try that failed: why, and how long it is still tried. */
  readonly onWait: (reason: string, leftMs: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/** The oldest server that tells when a subscription has caught up. */
const versionMin = [23, 10] as const;
// The users of a server that has just been made come a moment after it leads.
const usersMs = 5_000;

/**
 * Waits for the log, and finds out whether it can be used: whoever starts first, the service or the server.
 * @throws StoreUnavailable after the limit; StoreRefused, soon, where waiting does not help. Each says which of the hosts
 *   said what.
 */
export const startedLog = async (
  location: KurrentLocation,
  connection: KurrentConnection,
  names: KurrentNames,
  { startMs, attemptMs, onWait, signal }: StartOptions,
): Promise<LogBegun> => {
  const begunAt = performance.now();
  for (let tries = 0; ; tries += 1) {
    signal?.throwIfAborted();
    const line = connection.line();
    try {
      return await tryToStart(connection, line, names, attemptMs);
    } catch (error) {
      // Whatever it was: a first connection that failed may be kept by its client for ever.
      connection.replace(line);
      const passed = performance.now() - begunAt;
      const why = await whyNot(error, location);
      const limitMs = why instanceof NoTls ? 0 : waitsFor(error, startMs);
      if (passed >= limitMs) throw why;
      onWait(why.message, Math.round(limitMs - passed));
    }
    await sleep(backOffMs(tries + 1));
  }
};

const tryToStart = async (
  connection: KurrentConnection,
  line: Line,
  names: KurrentNames,
  attemptMs: number,
): Promise<LogBegun> => {
  assertVersion(await inTime(attemptMs, line.client.serverVersion()));
  const begun = await begunLog(connection, line, names, attemptMs);
  await askToWrite(connection, line, names, attemptMs);
  const { credentials } = connection;
  const asked = { fromPosition: END, direction: BACKWARDS, maxCount: 1, requiresLeader: true, credentials } as const;
  await visit(
    line,
    attemptMs,
    () => line.client.readAll(asked),
    () => true,
  ).catch((error: unknown) => {
    if (troubleOf(error) === 'not authorised') throw new ReadAllRefused();
    throw error;
  });
  return begun;
};

class ReadAllRefused extends StoreRefused {
  constructor() {
    super(
      'KurrentDB does not let this user read $all, which is how the log is followed. docs/operators.md says which rights the service needs.',
    );
  }
}

/** None of the hosts speaks TLS: no wait changes that. */
class NoTls extends StoreRefused {
  constructor(told: string) {
    super(
      `KurrentDB is not reachable with TLS: ${told}. Give the server a certificate; or, where it is to run insecure, write tls=false in the connection string and leave user and password out.`,
    );
  }
}

/** @throws StoreRefused for a server that is too old. One that does not tell is taken at its word. */
export const assertVersion = (version: string): void => {
  const parts = version.split('.').map((part) => Number.parseInt(part, 10));
  const [major = Number.NaN, minor = Number.NaN] = parts;
  if (Number.isNaN(major) || Number.isNaN(minor)) return;
  if (major > versionMin[0] || (major === versionMin[0] && minor >= versionMin[1])) return;
  throw new StoreRefused(
    `The server is EventStoreDB ${version}, which is too old: ${versionMin.join('.')} or newer is needed.`,
  );
};

const waitsFor = (error: unknown, startMs: number): number => {
  if (!isOfServer(error)) return 0;
  const trouble = troubleOf(error);
  if (trouble === 'not authenticated' || trouble === 'not authorised') return Math.min(usersMs, startMs);
  return trouble === 'stream gone' || trouble === 'not acceptable' ? 0 : startMs;
};

const sayings: Partial<Record<Trouble, string>> = {
  'not leader': 'has no leader',
  'not ready': 'has no leader yet, or is starting',
};

/** The error for a person. Behind a discovery the client hides why a host could not be reached, so each is asked again. */
const whyNot = async (error: unknown, location: KurrentLocation): Promise<Error> => {
  if (!isOfServer(error)) return error instanceof Error ? error : new Error('unknown trouble');
  const trouble = troubleOf(error);
  const said = sayings[trouble];
  if (said !== undefined) return new StoreUnavailable(`KurrentDB ${said}: ${messageOf(error)}`);
  if (trouble !== 'unreachable' && trouble !== 'stuck' && trouble !== 'unknown')
    return asStoreError(error, 'open the log');
  const hosts = await Promise.all(location.hosts.map((host) => lookAt(host, location)));
  const kinds = new Set(hosts.map(({ kind }) => kind));
  const told = hosts.map(({ name, says }) => `${name} ${says}`).join('; ');
  if (kinds.has('without TLS') && kinds.size === 1) return new NoTls(told);
  if (kinds.has('something else'))
    return new StoreUnavailable(`What answers is not KurrentDB, or a proxy that does not reach it: ${told}.`);
  return kinds.has('reached') && kinds.size === 1
    ? new StoreUnavailable(`KurrentDB has no leader, or does not answer: ${told}; ${messageOf(error)}`)
    : new StoreUnavailable(`KurrentDB is not reachable: ${told}.`);
};
