import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AppendExpectedRevision, EventStoreDBClient } from '@eventstore/db-client';
import { append, connect, credentials, event, events, idsOf, newStream, positionOf, until } from './client.js';
import { startStandIn } from './stand-in.js';
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

describe(`one event, one id: ${subjectName}`, () => {
  it('answers as it did the first time when the first expectation is repeated, and writes nothing', async () => {
    const stream = newStream();
    const sent = events(2);
    const first = await append(client, stream, sent, 'no_stream');
    await append(client, stream, event(), 1n);

    expect(await append(client, stream, sent, 'no_stream')).toEqual(first);
    expect(await idsOf(client, stream)).toHaveLength(3);
  });

  itOfStandIn('still does so after a restart', async () => {
    const stream = newStream();
    const sent = events(2);
    const first = await append(client, stream, sent, 'no_stream');
    await subject.standIn().restart();

    await until('the server is back', () =>
      append(client, stream, sent, 'no_stream').then(
        () => true,
        () => false,
      ),
    );
    expect(await append(client, stream, sent, 'no_stream')).toEqual(first);
    expect(await idsOf(client, stream)).toHaveLength(2);
  });

  it('knows a prefix of an append, and a run across two, at its true revision', async () => {
    const stream = newStream();
    const [a, b, c] = [event(), event(), event()];
    await append(client, stream, [a, b], 'no_stream');
    const second = await append(client, stream, c, 1n);

    expect(await append(client, stream, a, 'no_stream')).toMatchObject({ nextExpectedRevision: 0n });
    expect(await append(client, stream, [b, c], 0n)).toEqual(second);
    expect(await idsOf(client, stream)).toHaveLength(3);
  });

  it('knows ids at "any" soon after, left out or reordered, but does not answer where they are far out of order', async () => {
    const stream = newStream();
    const [a, b, c] = [event(), event(), event()];
    await append(client, stream, [a, b, c], 'no_stream');

    expect(await append(client, stream, [a, c], 'any')).toMatchObject({ nextExpectedRevision: 2n });
    expect(await append(client, stream, [b, a], 'any')).toMatchObject({ nextExpectedRevision: 0n });
    await expect(append(client, stream, [c, a], 'any', { deadline: 500 })).rejects.toMatchObject({
      type: 'deadline-exceeded',
    });
    expect(await idsOf(client, stream)).toHaveLength(3);
  });

  itOfStandIn('writes again at "any" once the ids are forgotten by a restart', async () => {
    const stream = newStream();
    const sent = event();
    await append(client, stream, sent, 'no_stream');
    subject.standIn().forgetIds();

    await append(client, stream, sent, 'any');
    expect(await idsOf(client, stream)).toEqual([sent.id, sent.id]);
  });

  itOfStandIn('writes again at "any" once enough other events went by', async () => {
    const standIn = await startStandIn({ idCacheInBytes: 2_000 });
    const other = connect(standIn.url);
    const sent = event();
    await append(other, 'mine-1', sent, 'any');
    await append(other, 'others-1', events(5), 'any');
    await append(other, 'mine-1', sent, 'any');
    expect(await idsOf(other, 'mine-1')).toHaveLength(1);
    await append(other, 'others-1', events(60), 'any');
    await append(other, 'mine-1', sent, 'any');

    expect(await idsOf(other, 'mine-1')).toHaveLength(2);
    await other.dispose();
    await standIn.stop();
  });

  it('does not look at ids at exactly the current revision', async () => {
    const stream = newStream();
    const sent = event();
    await append(client, stream, sent, 'no_stream');
    await append(client, stream, sent, 0n);

    expect(await idsOf(client, stream)).toEqual([sent.id, sent.id]);
  });

  it('refuses known ids that are followed by new ones, but at the current revision writes them again', async () => {
    const stream = newStream();
    const [known, fresh] = [event(), event()];
    await append(client, stream, known, 'no_stream');

    await expect(append(client, stream, [known, fresh], 'no_stream')).rejects.toMatchObject({ actualVersion: 0n });
    await expect(append(client, stream, [known, fresh], 'any')).rejects.toMatchObject({ actualVersion: 0n });
    await append(client, stream, [known, fresh], 0n);
    expect(await idsOf(client, stream)).toEqual([known.id, known.id, fresh.id]);
  });

  itOfStandIn('writes known ids again that are followed by new ones, at "any" after a restart', async () => {
    const stream = newStream();
    const [known, fresh] = [event(), event()];
    await append(client, stream, known, 'no_stream');
    subject.standIn().forgetIds();

    await append(client, stream, [known, fresh], 'any');
    expect(await idsOf(client, stream)).toEqual([known.id, known.id, fresh.id]);
  });

  it('writes known ids again that follow a new one, at "any"', async () => {
    const stream = newStream();
    const [known, fresh] = [event(), event()];
    await append(client, stream, known, 'no_stream');

    await append(client, stream, [fresh, known], 'any');
    expect(await idsOf(client, stream)).toEqual([known.id, fresh.id, known.id]);
  });

  it('writes one id twice in one append, and again in another stream', async () => {
    const [stream, other] = [newStream(), newStream()];
    const sent = event();
    await append(client, stream, [sent, sent], 'any');
    await append(client, other, sent, 'any');

    expect(await idsOf(client, stream)).toEqual([sent.id, sent.id]);
    expect(await idsOf(client, other)).toEqual([sent.id]);
  });

  const atOnce = async () => {
    const stream = newStream();
    const sent = event();
    const answers = await Promise.allSettled(
      Array.from({ length: 12 }, () => append(client, stream, sent, 'any', { deadline: 6_000 })),
    );
    const failures = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as unknown] : []));
    return { sent, stored: await idsOf(client, stream), failures };
  };

  it('writes an id once that comes in several appends at once', async () => {
    const { sent, stored, failures } = await atOnce();
    expect(stored).toEqual([sent.id]);
    expect(failures.length).toBeLessThan(12);
  });

  // On a real server it depends on its disk how many they are.
  itOfStandIn('gives up on those that come before the first is on disk', async () => {
    const { failures } = await atOnce();
    expect(failures.length).toBeGreaterThan(5);
    expect(failures.at(0)).toMatchObject({ type: 'timeout', code: 10 });
  });
});

describe(`appends: ${subjectName}`, () => {
  it('answers with the last event and a position that grows with gaps, commit equal to prepare', async () => {
    const stream = newStream();
    const first = await append(client, stream, events(2), 'no_stream');
    const second = positionOf(await append(client, stream, event(), 1n));

    expect(first.nextExpectedRevision).toBe(1n);
    expect(second.commit).toBe(second.prepare);
    expect(second.commit - positionOf(first).commit).toBeGreaterThan(1n);
  });

  it.each(['single', 'batch'] as const)('tells the true revision when another was expected (%s path)', async (path) => {
    const stream = newStream();
    const on = (name: string, expectedRevision: AppendExpectedRevision) =>
      client.appendToStream(name, event(), { expectedRevision, ...(path === 'single' && { credentials }) });
    await on(stream, 'no_stream');

    await expect(on(stream, 7n)).rejects.toMatchObject({
      type: 'wrong-expected-version',
      streamName: stream,
      expectedVersion: 7n,
      actualVersion: 0n,
      message: '',
    });
    await expect(on(stream, 'no_stream')).rejects.toMatchObject({ expectedVersion: 'no_stream', actualVersion: 0n });
    await expect(on(newStream(), 7n)).rejects.toMatchObject({ actualVersion: 'no_stream' });
    await expect(on(newStream(), 'stream_exists')).rejects.toMatchObject({
      expectedVersion: 'stream_exists',
      actualVersion: 'no_stream',
    });
  });

  it('takes a mebibyte of data, no matter how much metadata, and not a byte more', async () => {
    const bare = Buffer.byteLength(JSON.stringify({ said: '' }));
    const full = (bytes: number) => event(randomUUID(), { data: 'x'.repeat(bytes - bare) });
    const tooLarge = { type: 'maximum-append-size-exceeded', maxAppendSize: 1_048_576 };

    await append(client, newStream(), full(1_048_576));
    await append(client, newStream(), event(randomUUID(), { metadata: 'x'.repeat(2_000_000) }));
    await expect(append(client, newStream(), full(1_048_577))).rejects.toMatchObject(tooLarge);
    await expect(append(client, newStream(), [full(600_000), full(600_000)])).rejects.toMatchObject(tooLarge);
    await expect(client.appendToStream(newStream(), [full(600_000), full(600_000)])).rejects.toMatchObject(tooLarge);
  });

  it('refuses a message that is too large for the transport', async () => {
    await expect(
      append(client, newStream(), event(randomUUID(), { data: 'x'.repeat(17_000_000) })),
    ).rejects.toMatchObject({ code: 8 });
  });

  it('answers an append of nothing with a revision of which nothing is true', async () => {
    const stream = newStream();
    expect(await append(client, stream, [], 'any')).toMatchObject({ success: true, nextExpectedRevision: 0n });
    await expect(idsOf(client, stream)).rejects.toMatchObject({ type: 'stream-not-found' });
    await expect(append(client, stream, [], 4n)).rejects.toMatchObject({ actualVersion: 'no_stream' });
  });

  it.each([
    ['an id that is none', event('nobody')],
    ['the id of zeros', event('00000000-0000-0000-0000-000000000000')],
    ['an empty type', { ...event(), type: '' }],
  ])('fails on %s without a word why', async (_, sent) => {
    await expect(append(client, newStream(), sent)).rejects.toMatchObject({
      type: 'unknown',
      code: 2,
      message: '2 UNKNOWN: Exception was thrown by handler.',
    });
  });

  it('keeps ids in lower case', async () => {
    const stream = newStream();
    const id = randomUUID();
    await append(client, stream, event(id.toUpperCase()));
    expect(await idsOf(client, stream)).toEqual([id]);
  });
});

describe(`deletions: ${subjectName}`, () => {
  it('goes on with the revisions after a soft deletion, from "no stream" or from where they were', async () => {
    const [stream, other] = [newStream(), newStream()];
    for (const name of [stream, other]) {
      await append(client, name, events(3), 'no_stream');
      await client.deleteStream(name, { credentials });
      await expect(idsOf(client, name)).rejects.toMatchObject({ type: 'stream-not-found' });
    }
    await expect(append(client, stream, event(), 'stream_exists')).rejects.toMatchObject({ type: 'stream-deleted' });

    expect(await append(client, stream, event(), 'no_stream')).toMatchObject({ nextExpectedRevision: 3n });
    expect(await append(client, other, event(), 2n)).toMatchObject({ nextExpectedRevision: 3n });
    expect(await idsOf(client, stream)).toHaveLength(1);
  });

  it('takes nothing ever again after a tombstone', async () => {
    const stream = newStream();
    await append(client, stream, event(), 'no_stream');
    await client.tombstoneStream(stream, { credentials });

    const deleted = { type: 'stream-deleted', streamName: stream };
    await expect(append(client, stream, event(), 'any')).rejects.toMatchObject(deleted);
    await expect(client.appendToStream(stream, event())).rejects.toMatchObject(deleted);
    await expect(idsOf(client, stream)).rejects.toMatchObject(deleted);
    await expect(client.deleteStream(stream, { credentials })).rejects.toMatchObject(deleted);
    await expect(client.tombstoneStream(stream, { credentials })).rejects.toMatchObject(deleted);
  });

  it('does not delete what is not there, or is elsewhere than expected', async () => {
    const stream = newStream();
    await expect(client.deleteStream(stream, { credentials })).rejects.toMatchObject({
      type: 'wrong-expected-version',
      actualVersion: -1n,
    });
    await append(client, stream, event(), 'no_stream');
    await expect(client.deleteStream(stream, { credentials, expectedRevision: 9n })).rejects.toMatchObject({
      expectedVersion: 9n,
      actualVersion: 0n,
    });
  });

  it('knows what was hidden, but not where it stands', async () => {
    const stream = newStream();
    const hidden = event();
    await append(client, stream, [hidden, event()], 'no_stream');
    await client.setStreamMetadata(stream, { truncateBefore: 1 }, { credentials });

    expect(await append(client, stream, hidden, 'no_stream')).toEqual({
      success: true,
      nextExpectedRevision: 0n,
      position: undefined,
    });
  });
});
