import { setTimeout as sleep } from 'node:timers/promises';
import { binaryEvent, jsonEvent } from '@eventstore/db-client';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { allOf, withFaults } from '../../../test/kurrentdb/faults.js';
import { until as untilSo } from '../../../test/client.js';
import { unavailable } from '../../../test/kurrentdb-stand-in/refusals.js';
import type { EventLog, RecordedEvent } from '../event-store.js';
import { BeyondTheEnd, StoreUnavailable, noStream } from '../event-store.js';
import { PositionRefused } from '../position.js';
import { UnknownEventVersion, upcaster } from '../upcaster.js';
import { aStream, anEvent, followed, idsOf } from './contract-events.js';
import { kurrentLocation } from './kurrentdb.connection-string.js';
import { StoreRefused } from './store-refused.js';

withFaults('KurrentDB: reading', (server) => {
  const { open } = server;
  it('asks the leader, whatever it reads', async () => {
    const store = await open();
    const { recorded } = await store.append(aStream(), noStream, [anEvent(), anEvent()]);
    await store.readStream(recorded[0]?.stream ?? '');
    await allOf(store);
    await store.head();
    await store.checkpoint('a policy');
    await followed(store, 0, 2);
    expect(server.standIn.reads.length).toBeGreaterThan(8);
    expect(server.standIn.reads.filter(({ requiresLeader }) => !requiresLeader)).toEqual([]);
  });

  it.each(['error', 'silence'] as const)('reads anew what was cut in the middle with %s', async (as) => {
    const store = await open();
    const stream = aStream();
    const events = Array.from({ length: 50 }, () => anEvent());
    await store.append(stream, noStream, events);
    server.standIn.arm({ on: 'read', fault: { kind: 'cut', afterEvents: 20, as }, times: 2 });
    expect(idsOf(await store.readStream(stream))).toEqual(idsOf(events));
    server.standIn.arm({ on: 'read', fault: { kind: 'cut', afterEvents: 20, as }, times: 2 });
    expect(idsOf(await allOf(store))).toEqual(idsOf(events));
  });

  it('does not take a read for whole that ended because the connection was given up', async () => {
    const store = await open({ limits: { attemptMs: 400, readMs: 5_000, appendMs: 6_000 } });
    const stream = aStream();
    const events = Array.from({ length: 50 }, () => anEvent());
    await store.append(stream, noStream, events);
    server.standIn.arm({ on: 'read', fault: { kind: 'ignore' } });
    const stuck = store.head();
    await sleep(200);
    // Halfway when the other one gives the connection up.
    server.standIn.arm({ on: 'read', fault: { kind: 'cut', afterEvents: 20, as: 'silence' } });
    expect(idsOf(await store.readStream(stream))).toEqual(idsOf(events));
    await stuck;
  });

  it('tells within the limit that the server does not answer, and goes on when it does', async () => {
    const store = await open({ limits: { attemptMs: 500, readMs: 1_500, appendMs: 1_500 } });
    await store.append(aStream(), noStream, [anEvent()]);
    server.standIn.pause();
    await expect(store.head()).rejects.toBeInstanceOf(StoreUnavailable);
    await expect(store.append(aStream(), noStream, [anEvent()])).rejects.toBeInstanceOf(StoreUnavailable);
    server.standIn.resume();
    expect(await store.head()).toBeGreaterThan(0);
  });

  it('leaves out what is not the log’s: system events, strangers, links, bytes, deletions', async () => {
    const store = await open();
    const one = await store.append(aStream(), noStream, [anEvent()]);
    await server.stranger(async (client) => {
      const credentials = { username: 'a', password: 'b' };
      await client.appendToStream('order-1', [jsonEvent({ type: 'Ordered', data: { n: 1 } })], { credentials });
      await client.appendToStream('order-1', [binaryEvent({ type: 'Scanned', data: Buffer.from('bytes') })], {
        credentials,
      });
      await client.appendToStream('link-1', [jsonEvent({ type: '$>', data: '0@nowhere' as never })], { credentials });
      await client.setStreamMetadata('order-1', { maxCount: 1 });
      await client.tombstoneStream('order-1');
    });
    const head = await store.head();
    expect(head).toBe(one.recorded[0]?.ordinal);
    const two = await store.append(aStream(), noStream, [anEvent()]);
    const both = [...one.recorded, ...two.recorded];
    expect(await allOf(store)).toEqual(both);
    expect(await followed(store, 0, 2)).toEqual(both);
  });

  it('finds the end of the log behind many events of others', async () => {
    const store = await open();
    expect(await store.head()).toBe(0);
    const { recorded } = await store.append(aStream(), noStream, [anEvent()]);
    await server.stranger(async (client) => {
      for (let n = 0; n < 5; n += 1)
        await client.appendToStream(
          'order-1',
          Array.from({ length: 100 }, () => jsonEvent({ type: 'Ordered', data: {} })),
        );
    });
    expect([await store.head(), await store.head()]).toEqual([recorded[0]?.ordinal, recorded[0]?.ordinal]);
    const later = await store.append(aStream(), noStream, [anEvent()]);
    expect(await store.head()).toBe(later.recorded[0]?.ordinal);
  });

  it('tells of an event in one of its streams that somebody else wrote', async () => {
    const store = await open();
    await server.stranger((client) => client.appendToStream('call-1', [jsonEvent({ type: 'Called', data: {} })]));
    await expect(store.readStream('call-1')).rejects.toBeInstanceOf(StoreRefused);
    expect(server.standIn.reads.filter(({ stream }) => stream === 'call-1')).toHaveLength(1);
  });

  it('reads nothing where nothing is asked for', async () => {
    const store = await open();
    const stream = aStream();
    await store.append(stream, noStream, [anEvent()]);
    expect([await store.readStream(stream, noStream, 0), await store.readAll(0, 0)]).toEqual([[], []]);
  });

  it('keeps several logs apart on one server', async () => {
    const location = kurrentLocation(server.standIn.url);
    const [ours, theirs] = [await open(), await open({ location: { ...location, streamPrefix: 'theirs.' } })];
    expect(ours.logId).not.toBe(theirs.logId);
    const stream = aStream();
    await ours.append(stream, noStream, [anEvent()]);
    const { recorded } = await theirs.append(stream, noStream, [anEvent()]);
    expect(await allOf(theirs)).toEqual(recorded);
    expect(await followed(theirs, 0, 1)).toEqual(recorded);
  });
});

withFaults('KurrentDB: following', (server) => {
  const { open } = server;
  const collect = (store: EventLog, after = 0) => {
    const [stop, seen] = [new AbortController(), [] as RecordedEvent[]];
    const ended = (async () => {
      for await (const page of store.follow(after, stop.signal)) seen.push(...page);
    })();
    ended.catch(() => undefined);
    const until = async (count: number): Promise<void> => {
      for (let waited = 0; seen.length < count && waited < 1_500; waited += 1) await sleep(10);
    };
    return { seen, stop, ended, until };
  };

  it.each(['error', 'end', 'silence'] as const)(
    'goes on after a break with %s, without a gap or a double',
    async (as) => {
      const store = await open();
      const { seen, until, stop } = collect(store);
      for (let round = 0; round < 4; round += 1) {
        await store.append(aStream(), noStream, [anEvent(), anEvent()]);
        await until(round * 4 + 2);
        server.standIn.cut(as, { which: ({ method }) => method === 'subscribe' });
        await store.append(aStream(), noStream, [anEvent(), anEvent()]);
        await until(round * 4 + 4);
      }
      stop.abort();
      expect(seen).toEqual(await allOf(store));
      expect(seen).toHaveLength(16);
      // Each time after what was handled, and not from the beginning.
      const places = server.standIn.reads.flatMap(({ method, from }) => (method === 'subscribe' ? [Number(from)] : []));
      for (const handled of [1, 5, 9, 13]) expect(places).toContain(seen[handled]?.ordinal);
    },
  );

  it('does not ask again and again of a server that refuses', async () => {
    const store = await open();
    const { until, stop } = collect(store);
    await store.append(aStream(), noStream, [anEvent()]);
    await until(1);
    const refuse = { kind: 'refuse', refusal: unavailable() } as const;
    const { disarm } = server.standIn.arm({ on: 'subscribe', fault: refuse, times: Infinity });
    const subscribed = (): number => server.standIn.reads.filter(({ method }) => method === 'subscribe').length;
    const before = subscribed();
    server.standIn.cut('error', { which: ({ method }) => method === 'subscribe' });
    await sleep(1_500);
    expect(subscribed() - before).toBeLessThan(12);
    await untilSo('it has asked again', () => subscribed() - before > 1);
    disarm();
    await store.append(aStream(), noStream, [anEvent()]);
    await until(2);
    stop.abort();
  });

  it('goes on after restarts, orderly or not, and tells of the breaks', async () => {
    const store = await open();
    const { seen, until, stop } = collect(store);
    for (const [round, orderly] of [true, false].entries()) {
      await store.append(aStream(), noStream, [anEvent()]);
      await until(round * 2 + 1);
      await server.standIn.restart({ orderly, downForMs: 200, notReadyForMs: 300 });
      await store.append(aStream(), noStream, [anEvent()]);
    }
    await until(4);
    stop.abort();
    expect(seen).toEqual(await allOf(store));
    expect(server.warned.some((line) => line.startsWith('following the log was interrupted'))).toBe(true);
  });

  it('comes up from far behind though it is cut on its way', async () => {
    const store = await open();
    const events = Array.from({ length: 120 }, () => anEvent());
    for (let n = 0; n < 120; n += 30) await store.append(aStream(), noStream, events.slice(n, n + 30));
    for (const as of ['error', 'silence'] as const)
      server.standIn.arm({ on: 'subscribe', fault: { kind: 'cut', afterEvents: 25, as } });
    expect(idsOf(await followed(store, 0, 120))).toEqual(idsOf(events));
  });

  describe('from so far behind that it comes in stretches', () => {
    const length = 2_500;
    let store: EventLog;
    let ids: readonly string[];
    beforeEach(async () => {
      // A stretch is long, and a try of it is not to be given up for that.
      store = await open({ limits: { attemptMs: 1_500, readMs: 15_000, appendMs: 20_000 } });
      const events = Array.from({ length }, () => anEvent());
      for (let n = 0; n < length; n += 50) await store.append(aStream(), noStream, events.slice(n, n + 50));
      ids = idsOf(events);
    });
    const stretches = (): number => server.standIn.reads.filter(({ method }) => method === 'subscribe').length - 1;

    it('fetches the next one while those who follow handle one', async () => {
      const pages = store.follow(0, new AbortController().signal)[Symbol.asyncIterator]();
      const first = await pages.next();
      for (let waited = 0; stretches() < 2 && waited < 1_500; waited += 1) await sleep(10);
      expect(stretches()).toBe(2);
      const seen = [...((first.value ?? []) as readonly RecordedEvent[])];
      while (seen.length < length) seen.push(...(((await pages.next()).value ?? []) as readonly RecordedEvent[]));
      expect(idsOf(seen)).toEqual(ids);
      expect(stretches()).toBe(2);
    });

    it.each(['error', 'silence'] as const)('is served though the next one is cut with %s', async (as) => {
      server.standIn.arm({ on: 'subscribe', fault: { kind: 'cut', afterEvents: 2_200, as } });
      const seen = await followed(store, 0, length, () => undefined, 300);
      expect(idsOf(seen)).toEqual(ids);
    });

    it('is left alone when whoever follows stops', async () => {
      const seen = await followed(store, 0, 10, () => undefined, 10);
      expect(idsOf(seen)).toEqual(ids.slice(0, 10));
      for (let waited = 0; server.standIn.openCalls.length > 1 && waited < 1_500; waited += 1) await sleep(10);
      expect(server.standIn.openCalls.length).toBeLessThan(2);
    });
  });

  it('is not misled by a checkpoint that is ahead', async () => {
    const store = await open();
    const { seen, until, stop } = collect(store);
    await store.append(aStream(), noStream, [anEvent()]);
    await until(1);
    server.standIn.arm({ on: 'subscribe', fault: { kind: 'checkpoint-ahead' } });
    server.standIn.cut('error', { which: ({ method }) => method === 'subscribe' });
    const later = await store.append(aStream(), noStream, [anEvent(), anEvent(), anEvent()]);
    await until(4);
    stop.abort();
    expect(seen.slice(1)).toEqual(later.recorded);
  });

  it('keeps its place through a long stretch with nothing of the log', async () => {
    const store = await open({ location: { ...kurrentLocation(server.standIn.url), streamPrefix: 'ours.' } });
    const { until, stop, seen } = collect(store);
    const { recorded } = await store.append(aStream(), noStream, [anEvent()]);
    await until(1);
    await server.stranger(async (client) => {
      const others = Array.from({ length: 200 }, () => jsonEvent({ type: 'Ordered', data: {} }));
      await client.appendToStream('order-1', others);
    });
    await sleep(100);
    server.standIn.cut('error', { which: ({ method }) => method === 'subscribe' });
    await store.append(aStream(), noStream, [anEvent()]);
    await until(2);
    stop.abort();
    expect(seen).toHaveLength(2);
    const place = server.standIn.reads.findLast(({ method }) => method === 'subscribe')?.from;
    expect(place).toBeGreaterThan(BigInt(recorded[0]?.ordinal ?? 0) + 5_000n);
  });

  it('notices a node that hangs, which sends no error', async () => {
    const store = await open();
    const { until, stop, seen } = collect(store);
    await store.append(aStream(), noStream, [anEvent()]);
    await until(1);
    server.standIn.pause();
    await sleep(1_000);
    server.standIn.resume();
    await store.append(aStream(), noStream, [anEvent()]);
    await until(2);
    stop.abort();
    expect(seen).toHaveLength(2);
  });

  it('serves more followers than a connection takes calls, and the rest besides', async () => {
    const store = await open();
    await store.append(aStream(), noStream, [anEvent()]);
    const followers = Array.from({ length: 130 }, () => collect(store));
    await Promise.all(followers.map(({ until }) => until(1)));
    const { recorded } = await store.append(aStream(), noStream, [anEvent()]);
    await Promise.all(followers.map(({ until }) => until(2)));
    for (const { seen, stop } of followers) {
      expect(seen[1]).toEqual(recorded[0]);
      stop.abort();
    }
    await Promise.all(followers.map(({ ended }) => ended));
    await untilSo('few calls are left open', () => server.standIn.openCalls.length < 3);
  });

  it('says so where the place lies beyond the end: the log was restored from an older copy', async () => {
    const store = await open();
    const { recorded } = await store.append(aStream(), noStream, [anEvent()]);
    const { until, ended } = collect(store);
    await until(1);
    const later = await store.append(aStream(), noStream, [anEvent()]);
    await until(2);
    await server.standIn.restart({ cutLogAfter: BigInt(recorded[0]?.ordinal ?? 0) });
    await expect(ended).rejects.toBeInstanceOf(BeyondTheEnd);
    const place = later.recorded[0]?.ordinal ?? 0;
    for (const each of [store, await open()]) {
      // The follower that just failed begins anew.
      await sleep(20);
      await expect(followed(each, place, 1)).rejects.toBeInstanceOf(BeyondTheEnd);
    }
    expect(await store.head()).toBe(recorded[0]?.ordinal);
  });

  it('refuses a place at which no event stands', async () => {
    const store = await open();
    const { recorded } = await store.append(aStream(), noStream, [anEvent()]);
    await store.append(aStream(), noStream, [anEvent()]);
    const between = (recorded[0]?.ordinal ?? 0) + 1;
    await expect(followed(store, between, 1)).rejects.toBeInstanceOf(PositionRefused);
    await expect(store.readAll(between)).rejects.toBeInstanceOf(PositionRefused);
  });

  it('tells of an event that a newer program wrote, live and from behind', async () => {
    const [store, newer] = [await open({ upcast: upcaster([]) }), await open()];
    const { until, ended } = collect(store);
    await newer.append(aStream(), noStream, [anEvent()]);
    await until(1);
    await newer.append(aStream(), noStream, [anEvent({}, { version: 9 })]);
    await expect(ended).rejects.toBeInstanceOf(UnknownEventVersion);
    await expect(followed(store, 0, 2)).rejects.toBeInstanceOf(UnknownEventVersion);
  });
});
