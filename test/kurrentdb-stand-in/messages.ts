import streams from '@eventstore/db-client/generated/streams_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import type { Resolved } from './reading.js';
import { noStream, type Expected, type ProposedEvent, type StoredEvent } from './stored-event.js';

// The translation between what goes over the wire and what the log knows.

const nilUuid = '00000000-0000-0000-0000-000000000000';

/** A name as the wire carries it: bytes in UTF-8. */
export const nameOf = (identifier: shared.StreamIdentifier | undefined): string =>
  Buffer.from(identifier?.getStreamName_asU8() ?? []).toString('utf8');

export const identifierOf = (stream: string): shared.StreamIdentifier => {
  const identifier = new shared.StreamIdentifier();
  identifier.setStreamName(Buffer.from(stream, 'utf8'));
  return identifier;
};

const ofStructured = (structured: shared.UUID.Structured): string => {
  const half = (digits: string) => BigInt.asUintN(64, BigInt(digits)).toString(16).padStart(16, '0');
  return half(structured.getMostSignificantBits()) + half(structured.getLeastSignificantBits());
};

/** An id in lower case with its dashes. Throws on what is no UUID, and on the one of zeros. */
export const uuidOf = (uuid: shared.UUID | undefined): string => {
  const structured = uuid?.getStructured();
  const given = structured ? ofStructured(structured) : (uuid?.getString() ?? '');
  const digits = given.replaceAll('-', '').toLowerCase();
  if (!/^[0-9a-f]{32}$/.test(digits)) throw new Error(`Unrecognized Guid format: ${given}`);
  const id = digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  if (id === nilUuid) throw new Error("Empty eventId provided. (Parameter 'eventId')");
  return id;
};

const uuid = (id: string): shared.UUID => {
  const made = new shared.UUID();
  made.setString(id);
  return made;
};

/** What an append, a deletion or a tombstone expects; undefined where it does not say. */
export const expectedOf = (options: {
  hasAny(): boolean;
  hasNoStream(): boolean;
  hasStreamExists(): boolean;
  getRevision?(): string;
  getStreamPosition?(): string;
}): Expected => {
  if (options.hasAny()) return 'any';
  if (options.hasNoStream()) return 'no_stream';
  if (options.hasStreamExists()) return 'stream_exists';
  return BigInt(options.getRevision?.() ?? options.getStreamPosition?.() ?? '0');
};

/** The number that the server has for each expectation. */
export const expectedNumber = (expected: Expected): bigint =>
  expected === 'any' ? -2n : expected === 'no_stream' ? noStream : expected === 'stream_exists' ? -4n : expected;

/** Throws on an id that is none and on an empty type, as the real server does. */
export const proposedOf = (
  message: streams.AppendReq.ProposedMessage | streams.BatchAppendReq.ProposedMessage,
): ProposedEvent => {
  const id = uuidOf(message.getId());
  const type = message.getMetadataMap().get('type') ?? '';
  if (type === '') throw new Error("Empty eventType provided. (Parameter 'eventType')");
  return {
    id,
    type,
    isJson: message.getMetadataMap().get('content-type') === 'application/json',
    data: message.getData_asU8(),
    metadata: message.getCustomMetadata_asU8(),
  };
};

const ticksPerMs = 10_000n;

const recorded = (event: StoredEvent): streams.ReadResp.ReadEvent.RecordedEvent => {
  const message = new streams.ReadResp.ReadEvent.RecordedEvent();
  message.setId(uuid(event.id));
  message.setStreamIdentifier(identifierOf(event.stream));
  message.setStreamRevision(event.revision.toString());
  message.setCommitPosition(event.position.toString());
  message.setPreparePosition(event.position.toString());
  const map = message.getMetadataMap();
  map.set('type', event.type);
  map.set('created', (BigInt(event.created) * ticksPerMs).toString());
  map.set('content-type', event.isJson ? 'application/json' : 'application/octet-stream');
  message.setData(event.data);
  message.setCustomMetadata(event.metadata);
  return message;
};

export const eventMessage = ({ event, link }: Resolved): streams.ReadResp => {
  const read = new streams.ReadResp.ReadEvent();
  if (event) read.setEvent(recorded(event));
  if (link) read.setLink(recorded(link));
  const original = link ?? event;
  if (original) read.setCommitPosition(original.position.toString());
  const message = new streams.ReadResp();
  message.setEvent(read);
  return message;
};

export const checkpointMessage = (commit: bigint, prepare = commit): streams.ReadResp => {
  const checkpoint = new streams.ReadResp.Checkpoint();
  checkpoint.setCommitPosition(commit.toString());
  checkpoint.setPreparePosition(prepare.toString());
  const message = new streams.ReadResp();
  message.setCheckpoint(checkpoint);
  return message;
};

export const confirmationMessage = (id: string): streams.ReadResp => {
  const confirmation = new streams.ReadResp.SubscriptionConfirmation();
  confirmation.setSubscriptionId(id);
  const message = new streams.ReadResp();
  message.setConfirmation(confirmation);
  return message;
};

export const caughtUpMessage = (): streams.ReadResp => {
  const message = new streams.ReadResp();
  message.setCaughtUp(new streams.ReadResp.CaughtUp());
  return message;
};

export const notFoundMessage = (stream: string): streams.ReadResp => {
  const notFound = new streams.ReadResp.StreamNotFound();
  notFound.setStreamIdentifier(identifierOf(stream));
  const message = new streams.ReadResp();
  message.setStreamNotFound(notFound);
  return message;
};
