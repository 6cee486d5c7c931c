import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  BACKWARDS,
  binaryEvent,
  END,
  excludeSystemEvents,
  streamNameFilter,
  type AllStreamSubscription,
  type EventStoreDBClient,
  type Filter,
  type Position,
  type ReadPosition,
} from '@eventstore/db-client';
import {
  append,
  collect,
  connect,
  credentials,
  event,
  events,
  inAll,
  newStream,
  positionOf,
  until,
  within,
} from './client.js';
import { itOfStandIn, openSubject, subjectName, type Subject } from './subject.js';

let subject: Subject;
let client: EventStoreDBClient;

beforeAll(async () => {
  subject = await openSubject();
  client = connect(subject.url);
});

afterAll(async () => {
  await client.dispose();
  await subject.stop();
});

const later = ({ commit, prepare }: Position, bytes: bigint): Position => ({
  commit: commit + bytes,
  prepare: prepare + bytes,
});

/** A stream of its own with two events, and the position of the first. */
const written = async (): Promise<{ stream: string; at: Position }> => {
  const stream = newStream();
  const at = positionOf(await append(client, stream, event(), 'no_stream'));
  await append(client, stream, event(), 0n);
  return { stream, at };
};

/** Everything a subscription to `$all` tells, in the order in which it comes. */
const follow = (fromPosition: ReadPosition, filter?: Filter) => {
  const told: string[] = [];
  const subscription: AllStreamSubscription = client
    .subscribeToAll({ fromPosition, ...(filter && { filter }) })
    .on('data', ({ event: recorded }) => told.push(`${recorded?.streamId ?? ''}@${String(recorded?.revision)}`))
    .on('confirmation', () => told.push('confirmed'))
    .on('caughtUp', () => told.push('caught up'))
    .on('error', (error: Error) => told.push(`error: ${error.message}`))
    .on('end', () => told.push('end'));
  return { told, stop: () => subscription.unsubscribe() };
};

describe(`reading a stream: ${subjectName}`, () => {
  it('reads both ways from a revision, which is included, and nothing beyond the end', async () => {
    const stream = newStream();
    await append(client, stream, events(5), 'no_stream');
    const revisions = async (options: Parameters<typeof client.readStream>[1]) =>
      (await collect(client.readStream(stream, options))).map((resolved) => resolved.event?.revision);

    expect(await revisions({ fromRevision: 3n })).toEqual([3n, 4n]);
    expect(await revisions({ fromRevision: 1n, maxCount: 2 })).toEqual([1n, 2n]);
    expect(await revisions({ fromRevision: 2n, direction: BACKWARDS })).toEqual([2n, 1n, 0n]);
    expect(await revisions({ fromRevision: END, direction: BACKWARDS, maxCount: 1 })).toEqual([4n]);
    expect(await revisions({ fromRevision: 50n })).toEqual([]);
    expect(await revisions({ fromRevision: 50n, direction: BACKWARDS, maxCount: 1 })).toEqual([4n]);
  });

  it('gives events back as they came, bytes as bytes', async () => {
    const stream = newStream();
    const sent = event(undefined, { metadata: 'somebody' });
    await append(client, stream, [sent, binaryEvent({ type: 'Raw', data: Uint8Array.of(0, 255) })]);
    const [first, second] = await collect(client.readStream(stream));

    expect(first?.event).toMatchObject({ id: sent.id, type: 'Happened', data: { said: 'so' }, isJson: true });
    expect(first?.event?.metadata).toEqual({ of: 'somebody' });
    expect(Math.abs(Date.now() - Number(first?.event?.created))).toBeLessThan(60_000);
    expect(second?.event).toMatchObject({ isJson: false, data: Uint8Array.of(0, 255) });
  });

  it('hides from readers of the stream what its metadata says, and shows it in $all all the same', async () => {
    const stream = newStream();
    const [a, b] = [event(), event()];
    const at = positionOf(await append(client, stream, a, 'no_stream'));
    await append(client, stream, b, 0n);
    await client.setStreamMetadata(stream, { maxCount: 1 }, { credentials });

    expect((await collect(client.readStream(stream))).map((resolved) => resolved.event?.id)).toEqual([b.id]);
    expect((await inAll(client, stream, at)).map(({ id }) => id)).toEqual([a.id, b.id]);
  });

  itOfStandIn('hides what is older than the stream may be', async () => {
    const { stream } = await written();
    await client.setStreamMetadata(stream, { maxAge: 60 }, { credentials });
    expect(await collect(client.readStream(stream))).toHaveLength(2);
    subject.standIn().setClock(61_000);
    expect(await collect(client.readStream(stream))).toEqual([]);
    subject.standIn().setClock(0);
  });

  it('fails on a count of 0', async () => {
    const { stream } = await written();
    await expect(collect(client.readStream(stream, { maxCount: 0 }))).rejects.toMatchObject({
      message: '2 UNKNOWN: Unexpected ReadStreamResult: Error',
    });
  });

  it('follows links where asked, and leaves out what a link no longer points to', async () => {
    const [stream, links] = [newStream(), newStream()];
    await append(client, stream, events(2), 'no_stream');
    const link = (target: string) => binaryEvent({ type: '$>', data: Buffer.from(target) });
    await append(client, links, [link(`1@${stream}`), link(`9@${stream}`)]);
    const [found, lost] = await collect(client.readStream(links, { resolveLinkTos: true }));

    expect(found).toMatchObject({ event: { streamId: stream, revision: 1n }, link: { streamId: links, revision: 0n } });
    expect(lost?.event).toBeUndefined();
    expect(lost?.link).toMatchObject({ revision: 1n });
  });
});

describe(`reading $all: ${subjectName}`, () => {
  it('includes the position forwards and excludes it backwards', async () => {
    const { stream, at } = await written();
    expect(await inAll(client, stream, at)).toHaveLength(2);
    const [before] = await collect(client.readAll({ fromPosition: at, direction: BACKWARDS, maxCount: 1 }));
    expect(before?.event?.position.commit).toBeLessThan(at.commit);
  });

  it('takes a position between events for an error, one beyond the end for the end', async () => {
    const { at } = await written();
    const failure = { code: 2, message: '2 UNKNOWN: Unexpected ReadAllResult: Error' };
    const beyond = later(at, 1_000_000n);

    await expect(collect(client.readAll({ fromPosition: later(at, 3n) }))).rejects.toMatchObject(failure);
    await expect(collect(client.readAll({ fromPosition: later(at, 3n), direction: BACKWARDS }))).rejects.toMatchObject(
      failure,
    );
    expect(await collect(client.readAll({ fromPosition: beyond }))).toEqual([]);
    await expect(collect(client.readAll({ fromPosition: beyond, direction: BACKWARDS }))).rejects.toMatchObject(
      failure,
    );
  });

  it('never ends on a count of 0', async () => {
    const reading = client.readAll({ maxCount: 0 });
    expect(await within(300, collect(reading))).toBe('nothing yet');
    await reading.cancel();
  });

  it('shows system events, and a tombstone at revision 2^63 - 1', async () => {
    const { stream, at } = await written();
    await client.deleteStream(stream, { credentials });
    await client.tombstoneStream(stream, { credentials });
    const [, ...after] = (await collect(client.readAll({ fromPosition: at }))).map((resolved) => resolved.event);

    expect(after.find((recorded) => recorded?.streamId === `$$${stream}`)).toMatchObject({ type: '$metadata' });
    expect(after.findLast((recorded) => recorded?.streamId === stream)).toMatchObject({
      type: '$streamDeleted',
      revision: 9_223_372_036_854_775_807n,
    });
  });

  it('takes no more than 100 calls on a connection, and lets the next one in when one ends', async () => {
    const subscriptions = Array.from({ length: 99 }, () => client.subscribeToStream(newStream()));
    await Promise.all(
      subscriptions.map((subscription) => new Promise((resolve) => subscription.once('confirmation', resolve))),
    );
    const { stream } = await written();
    const last = client.subscribeToStream(stream);
    await new Promise((resolve) => last.once('data', resolve));

    const waiting = collect(client.readStream(stream));
    expect(await within(300, waiting)).toBe('nothing yet');
    await last.unsubscribe();
    expect(await waiting).toHaveLength(2);
    await Promise.all(subscriptions.map((subscription) => subscription.unsubscribe()));
  });
});

describe(`following: ${subjectName}`, () => {
  it('begins after the position and says when it has caught up', async () => {
    const stream = newStream('follow');
    const at = positionOf(await append(client, stream, event(), 'no_stream'));
    await append(client, stream, event(), 0n);
    const { told, stop } = follow(at, streamNameFilter({ prefixes: [stream] }));
    await until('it has caught up', () => told.includes('caught up'));
    await append(client, stream, event(), 1n);

    await until('the new event came', () => told.length === 4);
    expect(told).toEqual(['confirmed', `${stream}@1`, 'caught up', `${stream}@2`]);
    await stop();
  });

  it.each(['with a filter', 'without'])('fails on a position between events (%s)', async (how) => {
    const { at } = await written();
    const { told } = follow(later(at, 3n), how === 'without' ? undefined : excludeSystemEvents());
    await until('it failed', () => told.length > 0);
    expect(told).toEqual(['error: 2 UNKNOWN: Exception was thrown by handler.']);
  });

  it('goes live beyond the end and delivers what is below', async () => {
    const { stream, at } = await written();
    const beyond = later(at, 1_000_000n);
    const { told, stop } = follow(beyond, streamNameFilter({ prefixes: [stream] }));
    await until('it has caught up', () => told.includes('caught up'));
    const next = positionOf(await append(client, stream, event(), 1n));

    await until('the new event came', () => told.includes(`${stream}@2`));
    expect(next.commit).toBeLessThan(beyond.commit);
    await stop();
  });

  it('leaves system events out on the server', async () => {
    const { stream, at } = await written();
    const { told, stop } = follow(at, excludeSystemEvents());
    await client.setStreamMetadata(stream, { maxCount: 9 }, { credentials });
    await append(client, stream, event(), 1n);

    await until('the new event came', () => told.includes(`${stream}@2`));
    expect(told.filter((what) => what.startsWith('$'))).toEqual([]);
    await stop();
  });

  it.each([1, 2])(
    'says how far it is every 32 x %d events that it looks at, matching or not, before and after it has caught up',
    async (checkpointInterval) => {
      const stream = newStream();
      const every = 32 * checkpointInterval;
      const at = positionOf(await append(client, stream, event(), 'no_stream'));
      await append(client, stream, events(every + 5), 0n);
      const checkpoints: Position[] = [];
      const { told, stop } = follow(
        at,
        streamNameFilter({
          prefixes: ['nobody-has-this-name'],
          checkpointInterval,
          checkpointReached: (_, position) => void checkpoints.push(position),
        }),
      );
      await until('it has caught up', () => told.includes('caught up'));
      expect(checkpoints).toHaveLength(1);

      // 5 are counted already.
      await append(client, stream, events(every - 6), BigInt(every + 5));
      await within(100, new Promise(() => undefined));
      expect(checkpoints).toHaveLength(1);
      const last = await append(client, stream, event(), BigInt(2 * every - 1));
      await until('the next one came', () => checkpoints.length === 2);
      expect(checkpoints.at(-1)).toEqual(positionOf(last));
      await stop();
    },
  );

  it('follows a stream from after a revision, also one that is not there yet', async () => {
    const [stream, unborn] = [newStream(), newStream()];
    await append(client, stream, events(2), 'no_stream');
    const seen: string[] = [];
    const subscriptions = [client.subscribeToStream(stream, { fromRevision: 0n }), client.subscribeToStream(unborn)];
    for (const subscription of subscriptions)
      subscription.on('data', ({ event: recorded }) =>
        seen.push(`${recorded?.streamId === stream ? 'stream' : 'unborn'}@${String(recorded?.revision)}`),
      );
    await until('the old one came', () => seen.length === 1);
    await append(client, unborn, event(), 'no_stream');
    await until('the new one came', () => seen.length === 2);

    expect(seen).toEqual(['stream@1', 'unborn@0']);
    await Promise.all(subscriptions.map((subscription) => subscription.unsubscribe()));
  });

  it('fails on a stream that has its tombstone', async () => {
    const { stream } = await written();
    await client.tombstoneStream(stream, { credentials });
    const failure = await new Promise((resolve) => client.subscribeToStream(stream).once('error', resolve));
    expect(failure).toMatchObject({ type: 'stream-deleted' });
  });
});

describe(`plain HTTP on the same port: ${subjectName}`, () => {
  it('says that it lives, and what it is', async () => {
    const { host } = new URL(subject.url);
    const live = await fetch(`http://${host}/health/live`);
    const info = await (await fetch(`http://${host}/info`)).json();
    expect(live.status).toBe(204);
    expect(info).toMatchObject({ esVersion: expect.stringMatching(/^\d+\.\d+\.\d+/), state: 'leader' });
  });
});
