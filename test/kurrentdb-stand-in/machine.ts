import { randomUUID } from 'node:crypto';
import type { Users } from './access.js';
import { createOpenCalls, type OpenCall, type SeenAppend, type SeenRead } from './calls.js';
import { createFront } from './front.js';
import { startGrpcServer, type Tls } from './grpc-server.js';
import { createHttpService } from './http-service.js';
import type { Log } from './log.js';
import { createMisbehaviour, type Armed, type Arming, type CutAs } from './misbehaviour.js';
import type { Member, Node } from './node.js';
import { resetByStop, type Refusal } from './refusals.js';

/** How the real server would be configured, and how long it takes for things. */
export interface MachineOptions {
  /** 0, the default, for any free port. */
  readonly port?: number;
  /** Passwords by user; without, everybody may do everything and credentials are ignored. */
  readonly users?: Users;
  readonly tls?: Tls;
  readonly version?: string;
  /** 1,048,576 if not said, as in the real server. */
  readonly maxAppendSizeInBytes?: number;
  /** After how long the server gives up an append that it could not finish; 2,000 if not said. */
  readonly writeTimeoutMs?: number;
}

/** What a test can see of a server and do to it, whether it stands alone or in a cluster. */
export interface Machine {
  readonly id: string;
  readonly port: number;
  /** A connection string for this server alone. */
  readonly url: string;
  /** Calls that clients have made and that have not ended. */
  readonly openCalls: readonly OpenCall[];
  readonly connections: number;
  /** Every append that reached it, in order. */
  readonly appends: readonly SeenAppend[];
  /** Every read and subscription that reached it, in order. */
  readonly reads: readonly SeenRead[];
  arm(arming: Arming): Armed;
  disarmAll(): void;
  /** Cuts what is open, or those of it that `which` picks; an error says `refusal`, or that the connection was lost. */
  cut(as: CutAs, options?: { which?: (call: OpenCall) => boolean; refusal?: Refusal }): void;
  /** Resets every connection and goes on. */
  breakConnections(): void;
  /** Sets the server's clock ahead of the real one, or behind it (a negative number). */
  setClock(aheadMs: number): void;
  setVersion(version: string): void;
}

/** What makes up a server, for those who start it. */
export interface MachineParts {
  readonly machine: Machine;
  readonly node: Node;
  now(): number;
  open(): Promise<void>;
  /** Ends every connection: at once, as killing the process does, or with a word to every call, as an orderly stop does. */
  close(how: 'killed' | 'orderly'): Promise<void>;
  pause(): void;
  resume(): void;
  /** Shows readers nothing newer than now, until it is thawed. */
  freeze(): void;
  thaw(): void;
  /** Ends the gRPC server as well: nothing of it is left. */
  dispose(): void;
}

/** What a server needs from those around it. */
export interface Surroundings extends Pick<Node, 'role' | 'leader' | 'append' | 'delete' | 'flushed'> {
  readonly log: Log;
  members(): readonly Member[];
  /** How long after the others this server shows what was appended. */
  lagMs(): number;
}

/** Assembles a server; it listens once it is opened. */
export const assembleMachine = async (around: Surroundings, options: MachineOptions): Promise<MachineParts> => {
  const { log } = around;
  const id = randomUUID();
  const misbehaviour = createMisbehaviour();
  const calls = createOpenCalls();
  const appends: SeenAppend[] = [];
  const reads: SeenRead[] = [];
  const listeners = new Set<() => void>();
  let aheadMs = 0;
  let version = options.version ?? '23.10.6';
  let horizon = log.flushed;
  let frozen = false;

  const now = () => Date.now() + aheadMs;
  const seeAll = () => {
    if (frozen) return;
    horizon = log.flushed;
    for (const listener of [...listeners]) listener();
  };
  const forget = log.onFlushed(() => {
    if (around.lagMs() > 0) setTimeout(seeAll, around.lagMs()).unref();
    else seeAll();
  });

  const node: Node = {
    view: { log, horizon: () => Math.min(horizon, log.flushed), now },
    misbehaviour,
    calls,
    appends,
    reads,
    get version() {
      return version;
    },
    users: options.users,
    maxAppendSizeInBytes: options.maxAppendSizeInBytes ?? 1024 * 1024,
    writeTimeoutMs: options.writeTimeoutMs ?? 2000,
    role: around.role,
    leader: around.leader,
    members: around.members,
    onMore: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    append: around.append,
    delete: around.delete,
    flushed: around.flushed,
    breakConnections: () => front.breakConnections(),
  };

  const grpcServer = await startGrpcServer(node, options.tls);
  const front = createFront(options.port ?? 0, grpcServer.port, createHttpService(node));

  const cut: Machine['cut'] = (as, { which = () => true, refusal } = {}) => {
    for (const call of [...calls.all]) if (which(call)) call.cut(as, refusal);
  };

  return {
    node,
    now,
    machine: {
      id,
      get port() {
        return front.port;
      },
      get url() {
        return `esdb://127.0.0.1:${front.port}?tls=${options.tls ? 'true' : 'false'}`;
      },
      get openCalls() {
        return [...calls.all];
      },
      get connections() {
        return front.connections;
      },
      appends,
      reads,
      arm: misbehaviour.arm,
      disarmAll: misbehaviour.disarmAll,
      cut,
      breakConnections: front.breakConnections,
      setClock: (ms) => void (aheadMs = ms),
      setVersion: (said) => void (version = said),
    },
    open: front.open,
    close: async (how) => {
      if (how === 'orderly') {
        cut('error', { refusal: resetByStop() });
        // Time for the words to reach their callers before the connections end.
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await front.close();
    },
    pause: front.pause,
    resume: front.resume,
    freeze: () => void (frozen = true),
    thaw: () => {
      frozen = false;
      seeAll();
    },
    dispose: () => {
      forget();
      grpcServer.stop();
    },
  };
};
