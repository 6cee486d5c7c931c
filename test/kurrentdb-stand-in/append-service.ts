import { setImmediate as aTurn, setTimeout as delay } from 'node:timers/promises';
import type { sendUnaryData, ServerReadableStream } from '@grpc/grpc-js';
import type streams from '@eventstore/db-client/generated/streams_pb.js';
import { appended, wrongRevision } from './append-answers.js';
import type { Outcome } from './log.js';
import { expectedOf, nameOf, proposedOf } from './messages.js';
import { refusalOf, type Node } from './node.js';
import {
  maxAppendSizeExceeded,
  streamDeleted,
  thrownByHandler,
  timedOut,
  unavailable,
  type Refusal,
} from './refusals.js';
import type { Expected, ProposedEvent } from './stored-event.js';

type Answer = { readonly answer: streams.AppendResp } | { readonly refusal: Refusal };

/** What the server did not answer at once it answers with an error in the end, if the caller waits for so long. */
const giveUp = async ({ writeTimeoutMs }: Node): Promise<Answer> => {
  await delay(writeTimeoutMs, undefined, { ref: false });
  return { refusal: timedOut('Commit phase timeout.') };
};

const answerOf = async (
  node: Node,
  stream: string,
  expected: Expected,
  outcome: Outcome,
): Promise<Answer | undefined> => {
  switch (outcome.kind) {
    case 'written':
      await node.flushed();
      return { answer: appended(outcome.last) };
    case 'known':
    case 'empty':
      return { answer: appended(outcome) };
    case 'known-but-not-flushed':
      return giveUp(node);
    case 'known-in-disorder':
      return undefined;
    case 'wrong-expected':
      return { answer: wrongRevision(expected, outcome.current) };
    case 'deleted':
      return { refusal: streamDeleted(stream) };
  }
};

/**
 * A call that is broken off ends like a whole one, and is told as cancelled some turns later. The real server writes nothing
 * of it where its caller breaks it off; where the deadline does, it may commit what has reached it: see the fault `cut-short`.
 */
const brokenOffIsTold = async (): Promise<void> => {
  for (let turn = 0; turn < 3; turn += 1) await aTurn();
};

/** Append on the single path: one call an append; its messages are the options, then one event each. */
export const createAppend =
  (node: Node) =>
  (
    call: ServerReadableStream<streams.AppendReq, streams.AppendResp>,
    callback: sendUnaryData<streams.AppendResp>,
  ): void => {
    let stream = '';
    let expected: Expected = 'any';
    let bytes = 0;
    let over = false;
    const events: ProposedEvent[] = [];

    const reply = (answer: Answer) => {
      if (over) return;
      over = true;
      closed();
      if ('refusal' in answer) callback(answer.refusal);
      else callback(null, answer.answer);
    };
    const closed = node.calls.open({
      method: 'append',
      get stream() {
        return stream;
      },
      cut: (as, refusal = unavailable('Connection dropped')) => {
        if (as === 'silence') over = true;
        else reply({ refusal });
      },
    });
    call.on('cancelled', () => {
      over = true;
      closed();
    });

    const take = (message: streams.AppendReq) => {
      const options = message.getOptions();
      if (options) {
        stream = nameOf(options.getStreamIdentifier());
        expected = expectedOf(options);
      }
      const proposed = message.getProposedMessage();
      if (!proposed) return;
      const event = proposedOf(proposed);
      // The real server means to count metadata and the type too, and does not.
      bytes += event.data.length;
      events.push(event);
      if (bytes > node.maxAppendSizeInBytes) reply({ refusal: maxAppendSizeExceeded(node.maxAppendSizeInBytes) });
    };

    const commit = async (): Promise<Answer | undefined> => {
      const see = (outcome: (typeof node.appends)[number]['outcome']) =>
        void node.appends.push({
          stream,
          expected: expected.toString(),
          ids: events.map(({ id }) => id),
          path: 'single',
          outcome,
        });
      const fault = node.misbehaviour.take('append', stream);
      const refusal = fault?.kind === 'refuse' ? fault.refusal : refusalOf(node, call.metadata, 'write', stream);
      if (refusal) {
        see('refused');
        return { refusal };
      }
      const reached = fault?.kind === 'cut-short' ? events.slice(0, fault.afterEvents) : events;
      const outcome = fault?.kind === 'ignore' ? undefined : node.append(stream, expected, reached);
      see(outcome?.kind ?? 'ignored');
      if (outcome === undefined) return undefined;
      const answer = await answerOf(node, stream, expected, outcome);
      switch (fault?.kind) {
        case 'drop-answer':
        case 'cut-short':
          return undefined;
        case 'break-connection':
          node.breakConnections();
          return undefined;
        case 'refuse-afterwards':
          return { refusal: fault.refusal };
        case 'answer-late':
          await delay(fault.byMs, undefined, { ref: false });
          return answer;
        default:
          return answer;
      }
    };

    call.on('data', (message: streams.AppendReq) => {
      if (over) return;
      try {
        take(message);
      } catch {
        reply({ refusal: thrownByHandler() });
      }
    });
    const committed = async () => {
      await brokenOffIsTold();
      if (over) return;
      const answer = await commit();
      if (answer) reply(answer);
    };
    call.on('end', () => void committed());
  };
