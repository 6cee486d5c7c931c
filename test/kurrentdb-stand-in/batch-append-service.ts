import { setTimeout as delay } from 'node:timers/promises';
import type { ServerDuplexStream } from '@grpc/grpc-js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import {
  batchAccessDenied,
  batchAppended,
  batchBadRequest,
  batchSizeExceeded,
  batchStreamDeleted,
  batchTimeout,
  batchUnhandled,
  batchWrongRevision,
} from './append-answers.js';
import type { SeenAppend } from './calls.js';
import type { Outcome } from './log.js';
import { expectedOf, identifierOf, nameOf, proposedOf, uuidOf } from './messages.js';
import { mayAppend, refusalByRole, type Node } from './node.js';
import { notReady, unavailable, type Refusal } from './refusals.js';
import type { Expected, ProposedEvent } from './stored-event.js';

/** An append whose messages are still coming in. */
interface Pending {
  readonly stream: string;
  readonly expected: Expected;
  readonly events: ProposedEvent[];
  bytes: number;
}

type BatchCall = ServerDuplexStream<streams.BatchAppendReq, streams.BatchAppendResp>;

const deadlineMs = (options: streams.BatchAppendReq.Options, now: number): number =>
  (options.getDeadline()?.toDate().getTime() ?? Infinity) - now;

const answerOf = async (
  node: Node,
  { stream, expected }: Pending,
  outcome: Outcome,
): Promise<streams.BatchAppendResp | undefined> => {
  switch (outcome.kind) {
    case 'written':
      await node.flushed();
      return batchAppended(outcome.last);
    case 'known':
    case 'empty':
      return batchAppended(outcome);
    case 'known-but-not-flushed':
      await delay(node.writeTimeoutMs, undefined, { ref: false });
      return batchTimeout();
    case 'known-in-disorder':
      return undefined;
    case 'wrong-expected':
      return batchWrongRevision(expected, outcome.current);
    case 'deleted':
      return batchStreamDeleted(identifierOf(stream));
  }
};

/** Append on the batch path: one call for all appends of a client, answered in any order by their correlation ids. */
export const createBatchAppend =
  (node: Node) =>
  (call: BatchCall): void => {
    const pending = new Map<string, Pending>();
    let over = false;

    const fail = (refusal: Refusal) => {
      if (over) return;
      over = true;
      closed();
      call.emit('error', refusal);
    };
    const closed = node.calls.open({
      method: 'append',
      stream: '',
      cut: (as, refusal = unavailable('Connection dropped')) => {
        if (as !== 'silence') fail(refusal);
        over = true;
      },
    });
    call.on('cancelled', () => {
      over = true;
      closed();
    });

    const send = (correlation: shared.UUID | undefined, stream: string, answer: streams.BatchAppendResp) => {
      if (over) return;
      answer.setCorrelationId(correlation);
      answer.setStreamIdentifier(identifierOf(stream));
      call.write(answer);
    };

    const begin = (correlation: shared.UUID | undefined, options: streams.BatchAppendReq.Options): boolean => {
      const stream = nameOf(options.getStreamIdentifier());
      if (!mayAppend(node, call.metadata, stream)) {
        send(correlation, stream, batchAccessDenied());
        return false;
      }
      const timeoutMs = Math.min(deadlineMs(options, node.view.now()), node.writeTimeoutMs);
      if (timeoutMs <= 0) {
        send(correlation, stream, batchTimeout());
        return false;
      }
      const key = uuidOf(correlation);
      pending.set(key, { stream, expected: expectedOf(options), events: [], bytes: 0 });
      // What is never completed is answered all the same: also, for a second time, what was refused as bad.
      void delay(timeoutMs, undefined, { ref: false }).then(() => {
        if (pending.delete(key)) send(correlation, stream, batchTimeout());
      });
      return true;
    };

    const commit = async (correlation: shared.UUID | undefined, append: Pending): Promise<void> => {
      const { stream, expected, events } = append;
      const see = (outcome: SeenAppend['outcome']) =>
        void node.appends.push({
          stream,
          expected: expected.toString(),
          ids: events.map(({ id }) => id),
          path: 'batch',
          outcome,
        });
      const fault = node.misbehaviour.take('append', stream);
      const refusal = fault?.kind === 'refuse' ? fault.refusal : refusalByRole(node, call.metadata, 'write');
      if (refusal) {
        see('refused');
        // Only that it is not ready is said of one append; anything else ends them all.
        if (refusal.details === notReady().details) send(correlation, stream, batchUnhandled(refusal.details));
        else fail(refusal);
        return;
      }
      const outcome = fault?.kind === 'ignore' ? undefined : node.append(stream, expected, events);
      see(outcome?.kind ?? 'ignored');
      if (outcome === undefined) return;
      const answer = await answerOf(node, append, outcome);
      if (!answer) return;
      switch (fault?.kind) {
        case 'drop-answer':
          return;
        case 'break-connection':
          node.breakConnections();
          return;
        case 'refuse-afterwards':
          fail(fault.refusal);
          return;
        case 'answer-late':
          await delay(fault.byMs, undefined, { ref: false });
          break;
        case 'answer-twice':
          send(correlation, stream, answer);
          break;
        default:
      }
      send(correlation, stream, answer);
    };

    const take = (request: streams.BatchAppendReq) => {
      const correlation = request.getCorrelationId();
      const options = request.getOptions();
      if (options && !begin(correlation, options)) return;
      const key = uuidOf(correlation);
      const append = pending.get(key);
      if (!append) return;
      for (const message of request.getProposedMessagesList()) {
        const event = proposedOf(message);
        append.events.push(event);
        append.bytes += event.data.length;
      }
      if (append.bytes > node.maxAppendSizeInBytes) {
        pending.delete(key);
        send(correlation, append.stream, batchSizeExceeded(node.maxAppendSizeInBytes));
        return;
      }
      if (!request.getIsFinal()) return;
      pending.delete(key);
      void commit(correlation, append);
    };

    call.on('data', (request: streams.BatchAppendReq) => {
      if (over) return;
      try {
        take(request);
      } catch (error) {
        const reason = error instanceof Error ? error.message : 'unreadable';
        send(request.getCorrelationId(), nameOf(request.getOptions()?.getStreamIdentifier()), batchBadRequest(reason));
      }
    });
    call.on('end', () => {
      closed();
      if (!over) call.end();
    });
  };
