import type { Outcome } from './log.js';
import type { CutAs, Method } from './misbehaviour.js';
import type { Refusal } from './refusals.js';

/** A call that a client has made and that has not ended. */
export interface OpenCall {
  readonly method: Method;
  /** The stream it is about; `$all` is one, and a shared stream of appends has none. */
  readonly stream: string;
  /** Cuts it; an error says `refusal`, or that the connection was lost. */
  cut(as: CutAs, refusal?: Refusal): void;
}

export interface OpenCalls {
  readonly all: ReadonlySet<OpenCall>;
  /** Notes a call; what it returns is called when the call has ended, once or more often. */
  open(call: OpenCall): () => void;
}

export const createOpenCalls = (): OpenCalls => {
  const all = new Set<OpenCall>();
  return {
    all,
    open: (call) => {
      all.add(call);
      return () => void all.delete(call);
    },
  };
};

/** An append that reached the server, for tests to look at. */
export interface SeenAppend {
  readonly stream: string;
  readonly expected: string;
  readonly ids: readonly string[];
  readonly path: 'single' | 'batch';
  /** What came of it, also where the answer was lost. */
  readonly outcome: Outcome['kind'] | 'refused' | 'ignored';
}

/** A read or a subscription that reached the server, for tests to look at. */
export interface SeenRead {
  readonly method: 'read' | 'subscribe';
  readonly stream: string;
  /** Of a read of `$all`: where it was asked to begin. */
  readonly from: bigint | 'start' | 'end' | undefined;
  readonly requiresLeader: boolean;
}
