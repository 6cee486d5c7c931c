import type { ServerWritableStream } from '@grpc/grpc-js';
import type streams from '@eventstore/db-client/generated/streams_pb.js';
import type { CutAs, Fault, Method } from './misbehaviour.js';
import type { Node } from './node.js';
import { unavailable, type Refusal } from './refusals.js';

/** Where a read or a subscription sends what it has, no faster than its client takes it. */
export interface Outlet {
  /** Aborted when the client has gone or the call was cut. */
  readonly gone: AbortSignal;
  send(message: streams.ReadResp): Promise<void>;
  end(): void;
  fail(refusal: Refusal): void;
}

export type ReadCall = ServerWritableStream<streams.ReadReq, streams.ReadResp>;

export const createOutlet = (
  node: Node,
  call: ReadCall,
  method: Method,
  stream: string,
  fault: Fault | undefined,
): Outlet => {
  const gone = new AbortController();
  let eventsLeft = fault?.kind === 'cut' ? fault.afterEvents : Infinity;

  const end = () => {
    if (gone.signal.aborted) return;
    gone.abort();
    closed();
    call.end();
  };
  const fail = (refusal: Refusal) => {
    if (gone.signal.aborted) return;
    gone.abort();
    closed();
    call.emit('error', refusal);
  };
  const cut = (as: CutAs, refusal = unavailable('Connection dropped')) => {
    if (as === 'error') fail(refusal);
    else if (as === 'end') end();
    // In silence the call stays open, for the client and for whoever counts.
    else gone.abort();
  };
  const closed = node.calls.open({ method, stream, cut });
  call.on('cancelled', () => {
    gone.abort();
    closed();
  });

  const drained = () =>
    new Promise<void>((resolve) => {
      const done = () => {
        call.off('drain', done);
        gone.signal.removeEventListener('abort', done);
        resolve();
      };
      call.on('drain', done);
      gone.signal.addEventListener('abort', done);
    });

  return {
    gone: gone.signal,
    send: async (message) => {
      if (gone.signal.aborted) return;
      if (message.hasEvent() && eventsLeft-- <= 0 && fault?.kind === 'cut') {
        cut(fault.as);
        return;
      }
      if (!call.write(message)) await drained();
    },
    end,
    fail,
  };
};
