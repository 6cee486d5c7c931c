import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { credentials } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import empty from 'google-protobuf/google/protobuf/empty_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import services from '@eventstore/db-client/generated/streams_grpc_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import { identifierOf } from './messages.js';
import { notLeader } from './refusals.js';
import { itOfStandIn, openSubject, subjectName, type Subject } from './subject.js';
import { newStream, until } from './client.js';

// The client dies of what is tested here (a second answer to one append), so this speaks the protocol by itself.

let subject: Subject;
let client: services.StreamsClient;

beforeEach(async () => {
  subject = await openSubject();
  client = new services.StreamsClient(new URL(subject.url).host, credentials.createInsecure());
});

afterEach(async () => {
  client.close();
  await subject.stop();
});

const uuid = (id: string) => {
  const made = new shared.UUID();
  made.setString(id);
  return made;
};

const request = (stream: string, id: string): streams.BatchAppendReq => {
  const options = new streams.BatchAppendReq.Options();
  options.setStreamIdentifier(identifierOf(stream));
  options.setAny(new empty.Empty());
  const message = new streams.BatchAppendReq.ProposedMessage();
  message.setId(uuid(id));
  message.getMetadataMap().set('type', 'Happened').set('content-type', 'application/json');
  message.setData(Buffer.from('{}'));
  const made = new streams.BatchAppendReq();
  made.setCorrelationId(uuid(randomUUID()));
  made.setOptions(options);
  made.setProposedMessagesList([message]);
  made.setIsFinal(true);
  return made;
};

/** Opens the shared stream and notes in words what it is answered. */
const open = () => {
  const told: string[] = [];
  const call = client.batchAppend();
  call
    .on('data', (answer: streams.BatchAppendResp) =>
      told.push(answer.hasSuccess() ? 'written' : (answer.getError()?.getMessage() ?? 'nothing')),
    )
    .on('error', (error) => told.push(error.message));
  return { told, send: (made: streams.BatchAppendReq) => call.write(made), stop: () => call.cancel() };
};

describe(`the batch path: ${subjectName}`, () => {
  it('refuses an id that is none, and two seconds later answers it again', async () => {
    const { told, send, stop } = open();
    send(request(newStream(), 'nobody'));
    await until('it is refused', () => told.length === 1);
    await delay(1_000);
    expect(told).toEqual(['BadRequest']);
    await until('it is answered again', () => told.length === 2);
    expect(told).toEqual(['BadRequest', 'Timeout']);
    stop();
  });

  itOfStandIn('answers twice on demand', async () => {
    subject.standIn().arm({ on: 'append', fault: { kind: 'answer-twice' } });
    const { told, send, stop } = open();
    send(request(newStream(), randomUUID()));
    await until('it has answered twice', () => told.length === 2);
    expect(told).toEqual(['written', 'written']);
    stop();
  });

  itOfStandIn('ends every append in flight when one is refused as not leading', async () => {
    const { told, send } = open();
    subject
      .standIn()
      .arm({ on: 'append', fault: { kind: 'answer-late', byMs: 5_000 }, stream: (name) => name === 'a' });
    subject.standIn().arm({
      on: 'append',
      fault: { kind: 'refuse', refusal: notLeader({ host: '127.0.0.1', port: 1 }) },
      stream: (name) => name === 'b',
    });
    send(request('a', randomUUID()));
    send(request('b', randomUUID()));
    await until('it ended', () => told.length > 0);
    expect(told).toEqual(['5 NOT_FOUND: Leader info available']);
    expect(subject.standIn().log.of('a')).toHaveLength(1);
  });
});
