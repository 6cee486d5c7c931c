import { randomBytes } from 'node:crypto';
import { BACKWARDS, END, FORWARDS, NO_STREAM, START, jsonEvent } from '@eventstore/db-client';
import type { ReadStreamOptions, ResolvedEvent } from '@eventstore/db-client';
import { StoreUnavailable } from '../event-store.js';
import { inTime, visit } from './kurrentdb.calls.js';
import type { KurrentConnection, Line } from './kurrentdb.connection.js';
import { troubleOf } from './kurrentdb.errors.js';
import type { KurrentNames } from './kurrentdb.event.js';
import { ordinalOfRead } from './kurrentdb.event.js';
import { StoreRefused } from './store-refused.js';

/** What the log says of itself. */
export interface LogBegun {
  /** Sixteen hexadecimal digits. */
  readonly logId: string;
  /** Ordinal of the event that says so. */
  readonly begin: number;
}

/** The event at one end of a stream of our own; undefined where there is no such stream. */
export const eventAt = async (
  { credentials }: KurrentConnection,
  line: Line,
  name: string,
  end: Pick<ReadStreamOptions, 'fromRevision' | 'direction'>,
  limitMs: number,
): Promise<(ResolvedEvent['event'] & object) | undefined> => {
  let found: (ResolvedEvent['event'] & object) | undefined;
  const open = () => line.client.readStream(name, { ...end, maxCount: 1, requiresLeader: true, credentials });
  try {
    await visit(line, limitMs, open, ({ event }) => {
      found = event;
      return true;
    });
  } catch (error) {
    if (troubleOf(error) !== 'no stream') throw error;
  }
  return found;
};

export const first = { fromRevision: START, direction: FORWARDS } as const;
export const newest = { fromRevision: END, direction: BACKWARDS } as const;

/**
 * What the log says of itself; where it says nothing yet, it is begun. Of several who begin it at once, one does.
 * @throws StoreRefused where the stream that says so is not ours; StoreUnavailable where it cannot be read yet.
 */
export const begunLog = async (
  connection: KurrentConnection,
  line: Line,
  names: KurrentNames,
  limitMs: number,
): Promise<LogBegun> => {
  const read = () => eventAt(connection, line, names.log, first, limitMs);
  const event = (await read()) ?? (await begin(connection, line, names, limitMs).then(read));
  // A server may know that a stream was begun a moment before anybody can read it.
  if (event === undefined)
    throw new StoreUnavailable(`Stream ${names.log} of KurrentDB was begun and cannot be read yet.`);
  const logId = (event.data as { readonly logId?: unknown } | null)?.logId;
  if (typeof logId !== 'string' || !/^[0-9a-f]{16}$/.test(logId))
    throw new StoreRefused(`Stream ${names.log} of KurrentDB names no log of this program.`);
  return { logId, begin: ordinalOfRead(event) };
};

const begin = async (
  { credentials }: KurrentConnection,
  { client }: Line,
  names: KurrentNames,
  limitMs: number,
): Promise<void> => {
  const event = jsonEvent({ type: 'LogBegun', data: { logId: randomBytes(8).toString('hex') } });
  const options = { expectedRevision: NO_STREAM, credentials, deadline: limitMs } as const;
  try {
    await inTime(limitMs, client.appendToStream(names.log, [event], options));
  } catch (error) {
    // Somebody else began it.
    if (troubleOf(error) !== 'wrong revision') throw error;
  }
};

/** Asks to write without writing: the stream is never at this revision. @throws what the server says to it. */
export const askToWrite = async (
  { credentials }: KurrentConnection,
  { client }: Line,
  names: KurrentNames,
  limitMs: number,
): Promise<void> => {
  const event = jsonEvent({ type: 'LogBegun', data: {} });
  const options = { expectedRevision: 1_000_000_000n, credentials, deadline: limitMs } as const;
  try {
    await inTime(limitMs, client.appendToStream(names.log, [event], options));
  } catch (error) {
    if (troubleOf(error) !== 'wrong revision') throw error;
  }
};
