import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { credentials } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { EventStoreDBClient } from '@eventstore/db-client';
import empty from 'google-protobuf/google/protobuf/empty_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import services from '@eventstore/db-client/generated/streams_grpc_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import { append, collect, connect, event, newStream } from './client.js';
import { identifierOf } from './messages.js';
import { openSubject, subjectName, type Subject } from './subject.js';

// The client sends an append whole before it gives up, so this speaks the protocol by itself.

let subject: Subject;
let raw: services.StreamsClient;
let client: EventStoreDBClient;

beforeEach(async () => {
  subject = await openSubject();
  raw = new services.StreamsClient(new URL(subject.url).host, credentials.createInsecure());
  client = connect(subject.url);
});

afterEach(async () => {
  raw.close();
  await client.dispose();
  await subject.stop();
});

const optionsOf = (stream: string): streams.AppendReq => {
  const options = new streams.AppendReq.Options();
  options.setStreamIdentifier(identifierOf(stream));
  options.setAny(new empty.Empty());
  const made = new streams.AppendReq();
  made.setOptions(options);
  return made;
};

const oneEvent = (): streams.AppendReq => {
  const id = new shared.UUID();
  id.setString(randomUUID());
  const message = new streams.AppendReq.ProposedMessage();
  message.setId(id);
  message.getMetadataMap().set('type', 'Happened').set('content-type', 'application/json');
  message.setData(Buffer.from('{}'));
  const made = new streams.AppendReq();
  made.setProposedMessage(message);
  return made;
};

/** How many events stand in each of ten streams whose append was broken off after 200 of its events. */
const written = async (
  breakOff: (call: { cancel(): void }) => Promise<void>,
  deadlineMs: number,
): Promise<readonly number[]> => {
  const counts: number[] = [];
  for (let round = 0; round < 10; round += 1) {
    const stream = newStream();
    const call = raw.append({ deadline: Date.now() + deadlineMs } as never, () => undefined);
    call.on('error', () => undefined);
    call.write(optionsOf(stream));
    for (let sent = 0; sent < 200; sent += 1) call.write(oneEvent());
    await breakOff(call);
    // Behind it on the same server: what it would write stands there by now.
    const after = event();
    await append(client, stream, after);
    await delay(20);
    counts.push((await collect(client.readStream(stream))).length - 1);
  }
  return counts;
};

describe(`an append that is broken off half way, on ${subjectName}`, () => {
  it('by its caller writes nothing', async () => {
    const cancelled = async (call: { cancel(): void }) => {
      await delay(5);
      call.cancel();
    };
    expect(await written(cancelled, 10_000)).toEqual(Array.from({ length: 10 }, () => 0));
  });

  // The stand-in does this where it is told to (`cut-short`); a real server in some of the rounds.
  it('by its deadline writes nothing, or what had reached it', async () => {
    const counts = await written(() => delay(80), 50);
    expect(counts.filter((count) => count !== 0 && count !== 200)).toEqual([]);
  });
});
