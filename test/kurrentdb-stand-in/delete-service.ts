import type { sendUnaryData, ServerUnaryCall } from '@grpc/grpc-js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { Outcome } from './log.js';
import { expectedNumber, expectedOf, nameOf } from './messages.js';
import { refusalOf, type Node } from './node.js';
import { streamDeleted, wrongExpectedVersion, type Refusal } from './refusals.js';

type Deleted = { readonly refusal: Refusal } | { readonly position: bigint | undefined };

interface Options {
  getStreamIdentifier(): Parameters<typeof nameOf>[0];
}

const deletion = async (
  node: Node,
  call: ServerUnaryCall<unknown, unknown>,
  options: (Options & Parameters<typeof expectedOf>[0]) | undefined,
  how: 'soft' | 'tombstone',
): Promise<Deleted | undefined> => {
  if (!options) return undefined;
  const stream = nameOf(options.getStreamIdentifier());
  const expected = expectedOf(options);
  const fault = node.misbehaviour.take('delete', stream);
  const refusal = fault?.kind === 'refuse' ? fault.refusal : refusalOf(node, call.metadata, 'delete', stream);
  if (refusal) return { refusal };
  const outcome: Outcome | undefined = fault?.kind === 'ignore' ? undefined : node.delete(stream, expected, how);
  if (!outcome || fault?.kind === 'drop-answer') return undefined;
  switch (outcome.kind) {
    case 'written':
      await node.flushed();
      return { position: outcome.last.position };
    case 'deleted':
      return { refusal: streamDeleted(stream) };
    case 'wrong-expected':
      return { refusal: wrongExpectedVersion('Delete', stream, expectedNumber(expected), outcome.current) };
    default:
      return { position: undefined };
  }
};

export const createDelete =
  (node: Node) =>
  (call: ServerUnaryCall<streams.DeleteReq, streams.DeleteResp>, callback: sendUnaryData<streams.DeleteResp>): void =>
    void deletion(node, call, call.request.getOptions(), 'soft').then((deleted) => {
      if (!deleted) return;
      if ('refusal' in deleted) {
        callback(deleted.refusal);
        return;
      }
      const position = new streams.DeleteResp.Position();
      position.setCommitPosition((deleted.position ?? 0n).toString());
      position.setPreparePosition((deleted.position ?? 0n).toString());
      const answer = new streams.DeleteResp();
      answer.setPosition(position);
      callback(null, answer);
    });

export const createTombstone =
  (node: Node) =>
  (
    call: ServerUnaryCall<streams.TombstoneReq, streams.TombstoneResp>,
    callback: sendUnaryData<streams.TombstoneResp>,
  ): void =>
    void deletion(node, call, call.request.getOptions(), 'tombstone').then((deleted) => {
      if (!deleted) return;
      if ('refusal' in deleted) {
        callback(deleted.refusal);
        return;
      }
      const position = new streams.TombstoneResp.Position();
      position.setCommitPosition((deleted.position ?? 0n).toString());
      position.setPreparePosition((deleted.position ?? 0n).toString());
      const answer = new streams.TombstoneResp();
      answer.setPosition(position);
      callback(null, answer);
    });
