import { setTimeout as delay } from 'node:timers/promises';
import { createLog, type Log } from './log.js';
import { assembleMachine, type Machine, type MachineOptions } from './machine.js';
import type { Role } from './node.js';
import { createFlusher, writeStartOf } from './writing.js';

export interface StandInOptions extends MachineOptions {
  /** How much the id cache holds, in bytes; 8 MB if not said, as in the real server. */
  readonly idCacheInBytes?: number;
  /** How long the disk takes; 1 ms if not said. */
  readonly flushMs?: number;
}

export interface RestartOptions {
  /** Whether the server says goodbye to the calls that are open. */
  readonly orderly?: boolean;
  /** How long nobody listens. */
  readonly downForMs?: number;
  /** How long the server then refuses as "not ready"; the real one takes 3 to 10 s until it leads. */
  readonly notReadyForMs?: number;
  /** Comes back with a log that ends after this position, as one restored from an old copy. */
  readonly cutLogAfter?: bigint;
}

/**
 * A server in this process that speaks EventStoreDB's protocol and is none: for tests of what clients do when a server
 * behaves as the real one does at its worst. Data in memory.
 */
export interface StandIn extends Machine {
  /** What it has stored. */
  readonly log: Log;
  /** Ends it for good, as killing the process would or with a word to every call. */
  stop(options?: { orderly?: boolean }): Promise<void>;
  /** Ends it in the same ways until it is restarted. */
  kill(options?: { orderly?: boolean }): Promise<void>;
  /** Starts it again, killed or not, on the same port with the same data; what the id cache knew is forgotten. */
  restart(options?: RestartOptions): Promise<void>;
  /** Stops the process as SIGSTOP does: connections stay open, nothing is answered. */
  pause(): void;
  resume(): void;
  forgetIds(): void;
}

/** Starts a stand-in alone. Whoever starts it stops it. */
export const startStandIn = async (options: StandInOptions = {}): Promise<StandIn> => {
  const { idCacheInBytes, flushMs = 1 } = options;
  const log = createLog(idCacheInBytes === undefined ? {} : { idCacheInBytes });
  const flusher = createFlusher(log, flushMs);
  let role: Role = 'leader';

  const parts = await assembleMachine(
    {
      log,
      role: () => role,
      leader: () => (role === 'leader' ? { host: '127.0.0.1', port: parts.machine.port } : undefined),
      members: () => [
        { id: parts.machine.id, address: { host: '127.0.0.1', port: parts.machine.port }, role, isAlive: true },
      ],
      lagMs: () => 0,
      append: (stream, expected, events) => log.append(stream, expected, events, parts.now()),
      delete: (stream, expected, how) =>
        how === 'soft' ? log.delete(stream, expected, parts.now()) : log.tombstone(stream, expected, parts.now()),
      flushed: flusher.flushed,
    },
    options,
  );

  const kill = ({ orderly = false } = {}) => parts.close(orderly ? 'orderly' : 'killed');

  writeStartOf(log, parts.now(), options.users);
  await parts.open();

  return Object.assign(parts.machine, {
    log,
    kill,
    stop: async (how?: { orderly?: boolean }) => {
      await kill(how);
      parts.dispose();
    },
    restart: async ({ orderly = false, downForMs = 0, notReadyForMs = 0, cutLogAfter }: RestartOptions = {}) => {
      await kill({ orderly });
      if (cutLogAfter !== undefined) log.cutAfter(cutLogAfter);
      log.forgetIds();
      await delay(downForMs);
      if (notReadyForMs > 0) {
        role = 'starting';
        void delay(notReadyForMs, undefined, { ref: false }).then(() => (role = 'leader'));
      }
      writeStartOf(log, parts.now());
      await parts.open();
    },
    pause: parts.pause,
    resume: parts.resume,
    forgetIds: log.forgetIds,
  });
};
