import { setTimeout as sleep } from 'node:timers/promises';
import type { AllStreamResolvedEvent, ResolvedEvent } from '@eventstore/db-client';
import { StoreUnavailable } from '../event-store.js';
import type { KurrentConnection, Line } from './kurrentdb.connection.js';
import type { Trouble } from './kurrentdb.errors.js';
import { GivenUp, Late, asStoreError, fromClient, isOfServer, passes, troubleOf } from './kurrentdb.errors.js';

/** One thing read. The event is missing where a link leads nowhere. */
export type Read = ResolvedEvent | AllStreamResolvedEvent;

/** A read as the client gives it. */
export interface Reading {
  on(event: 'data', listener: (read: Read) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'end', listener: () => void): unknown;
  cancel(): Promise<void>;
}

/** What the client's work answers, or Late: it has waits that never end. */
export const inTime = async <T>(limitMs: number, work: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => (timer = setTimeout(() => reject(new Late(limitMs)), limitMs)));
  // What fails once nobody waits for it any more fails for nobody.
  work.catch(fromClient);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
};

/**
 * Reads until the end or until the visitor answers `true`, and always ends the call: one that is left open counts among the
 * hundred that a connection takes.
 * @param silenceMs longest wait for the next event.
 */
export const visit = (
  line: Line,
  silenceMs: number,
  open: () => Reading,
  visitor: (read: Read) => boolean | undefined,
): Promise<void> =>
  new Promise((resolve, reject) => {
    const reading = open();
    let over = false;
    const end = (error?: unknown): void => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      reading.cancel().catch(() => undefined);
      if (error === undefined) resolve();
      else reject(error instanceof Error ? error : new Error('A read failed.', { cause: error }));
    };
    const timer = setTimeout(() => end(new Late(silenceMs)), silenceMs);
    // Stays: an error that nobody listens to ends the process.
    reading.on('error', (error) => end(fromClient(error)));
    reading.on('end', () => end(line.broken ? new GivenUp() : undefined));
    reading.on('data', (read) => {
      if (over) return;
      timer.refresh();
      try {
        if (visitor(read) === true) end();
      } catch (error) {
        end(error);
      }
    });
  });

/** At most so many at once; the others wait their turn. */
export class Gate {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(max: number) {
    this.#free = max;
  }

  async pass<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}

/** The wait before the next try, in milliseconds: doubling from 50 to 1,000, less a random part so that many do not come at once. */
export const backOffMs = (tries: number): number => Math.min(50 * 2 ** tries, 1_000) * (0.5 + Math.random() / 2);

/**
 * A client that fails so is to be replaced: it is stuck, or it waits ever longer before it tries to connect again, while the
 * server may be back.
 */
export const isSpent = (trouble: Trouble, tries: number): boolean =>
  trouble === 'stuck' || (trouble === 'unreachable' && tries % 4 === 3);

/** Milliseconds; each of them a limit of ours. */
export interface Limits {
  /** One try of a call, or the silence within a read. */
  readonly attemptMs: number;
  /** A read with all its tries. */
  readonly readMs: number;
  /** An append with all its tries: longer than a leader that hangs is missed by its cluster. */
  readonly appendMs: number;
}

/**
 * A read with its tries: what passes is tried again, within the limit, on a new client where the old one is stuck.
 * @param doing in the imperative, for the error: "read stream a-1".
 * @throws StoreUnavailable, StoreRefused
 */
export const tried = async <T>(
  connection: KurrentConnection,
  limitMs: number,
  doing: string,
  attempt: (line: Line) => Promise<T>,
): Promise<T> => {
  const until = performance.now() + limitMs;
  for (let tries = 0; ; tries += 1) {
    const line = connection.line();
    try {
      return await attempt(line);
    } catch (error) {
      // What was thrown over an answer is no trouble with the server.
      if (error instanceof StoreUnavailable || !isOfServer(error)) throw error;
      const trouble = troubleOf(error);
      if (isSpent(trouble, tries)) connection.replace(line);
      if (!passes(trouble) || performance.now() >= until) throw asStoreError(error, doing);
    }
    await sleep(backOffMs(tries));
  }
};
