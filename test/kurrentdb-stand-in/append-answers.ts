import any from 'google-protobuf/google/protobuf/any_pb.js';
import empty from 'google-protobuf/google/protobuf/empty_pb.js';
import code from '@eventstore/db-client/generated/code_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import statuses from '@eventstore/db-client/generated/status_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import { noStream, type Expected } from './stored-event.js';

// What an append is answered: in one message of its own (the single path), or in one among many of a shared stream (the
// batch path), where an error is a status inside the message.

/** Where an append left its stream; a position is missing where the event is hidden by now. */
export interface Appended {
  readonly revision: bigint;
  readonly position: bigint | undefined;
}

export const appended = ({ revision, position }: Appended): streams.AppendResp => {
  const success = new streams.AppendResp.Success();
  if (revision === noStream) success.setNoStream(new shared.Empty());
  else success.setCurrentRevision(revision.toString());
  if (position === undefined) success.setNoPosition(new shared.Empty());
  else {
    const at = new streams.AppendResp.Position();
    at.setCommitPosition(position.toString());
    at.setPreparePosition(position.toString());
    success.setPosition(at);
  }
  const answer = new streams.AppendResp();
  answer.setSuccess(success);
  return answer;
};

export const wrongRevision = (expected: Expected, current: bigint): streams.AppendResp => {
  const wrong = new streams.AppendResp.WrongExpectedVersion();
  if (expected === 'any') wrong.setExpectedAny(new shared.Empty());
  else if (expected === 'stream_exists') wrong.setExpectedStreamExists(new shared.Empty());
  else if (expected === 'no_stream') wrong.setExpectedNoStream(new shared.Empty());
  else wrong.setExpectedRevision(expected.toString());
  if (current === noStream) wrong.setCurrentNoStream(new shared.Empty());
  else wrong.setCurrentRevision(current.toString());
  const answer = new streams.AppendResp();
  answer.setWrongExpectedVersion(wrong);
  return answer;
};

export const batchAppended = ({ revision, position }: Appended): streams.BatchAppendResp => {
  const success = new streams.BatchAppendResp.Success();
  if (revision === noStream) success.setNoStream(new empty.Empty());
  else success.setCurrentRevision(revision.toString());
  if (position === undefined) success.setNoPosition(new empty.Empty());
  else {
    const at = new shared.AllStreamPosition();
    at.setCommitPosition(position.toString());
    at.setPreparePosition(position.toString());
    success.setPosition(at);
  }
  const answer = new streams.BatchAppendResp();
  answer.setSuccess(success);
  return answer;
};

interface Packable {
  serializeBinary(): Uint8Array;
}

const batchError = (
  codeOfError: code.Code,
  message: string,
  details: Packable,
  typeName: string,
): streams.BatchAppendResp => {
  const packed = new any.Any();
  packed.pack(details.serializeBinary(), typeName);
  const error = new statuses.Status();
  error.setCode(codeOfError);
  error.setMessage(message);
  error.setDetails(packed);
  const answer = new streams.BatchAppendResp();
  answer.setError(error);
  return answer;
};

const named = (name: string) => `event_store.client.${name}`;

export const batchWrongRevision = (expected: Expected, current: bigint): streams.BatchAppendResp => {
  const wrong = new shared.WrongExpectedVersion();
  if (expected === 'any') wrong.setExpectedAny(new empty.Empty());
  else if (expected === 'stream_exists') wrong.setExpectedStreamExists(new empty.Empty());
  else if (expected === 'no_stream') wrong.setExpectedNoStream(new empty.Empty());
  else wrong.setExpectedStreamPosition(expected.toString());
  if (current === noStream) wrong.setCurrentNoStream(new empty.Empty());
  else wrong.setCurrentStreamRevision(current.toString());
  return batchError(code.Code.ALREADY_EXISTS, 'WrongExpectedVersion', wrong, named('WrongExpectedVersion'));
};

export const batchStreamDeleted = (identifier: shared.StreamIdentifier): streams.BatchAppendResp => {
  const deleted = new shared.StreamDeleted();
  deleted.setStreamIdentifier(identifier);
  return batchError(code.Code.NOT_FOUND, 'StreamDeleted', deleted, named('StreamDeleted'));
};

export const batchAccessDenied = (): streams.BatchAppendResp =>
  batchError(code.Code.PERMISSION_DENIED, 'AccessDenied', new shared.AccessDenied(), named('AccessDenied'));

export const batchTimeout = (): streams.BatchAppendResp =>
  batchError(code.Code.DEADLINE_EXCEEDED, 'Timeout', new shared.Timeout(), named('Timeout'));

export const batchSizeExceeded = (bytesMax: number): streams.BatchAppendResp => {
  const exceeded = new shared.MaximumAppendSizeExceeded();
  exceeded.setMaxappendsize(bytesMax);
  return batchError(
    code.Code.INVALID_ARGUMENT,
    'MaximumAppendSizeExceeded',
    exceeded,
    named('MaximumAppendSizeExceeded'),
  );
};

export const batchBadRequest = (reason: string): streams.BatchAppendResp => {
  const bad = new shared.BadRequest();
  bad.setMessage(reason);
  return batchError(code.Code.INVALID_ARGUMENT, 'BadRequest', bad, named('BadRequest'));
};

/** An error that the client does not recognise: it has a sentence and nothing else. */
export const batchUnhandled = (message: string): streams.BatchAppendResp =>
  batchError(code.Code.OK, message, new empty.Empty(), 'google.protobuf.Empty');
