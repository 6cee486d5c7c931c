import { setTimeout as sleep } from 'node:timers/promises';
import { EventStoreDBClient, binaryEvent, jsonEvent } from '@eventstore/db-client';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { StandIn } from '../../../test/kurrentdb-stand-in/stand-in.js';
import { startStandIn } from '../../../test/kurrentdb-stand-in/stand-in.js';
import type { Fault } from '../../../test/kurrentdb-stand-in/misbehaviour.js';
import { notReady, timedOut, unavailable } from '../../../test/kurrentdb-stand-in/refusals.js';
import { serverUnderTest } from '../../../test/kurrentdb-under-test.js';
import type { EventLog, NewEvent, RecordedEvent } from '../event-store.js';
import {
  BeyondTheEnd,
  OutcomeUnknown,
  PartialOverlap,
  StoreUnavailable,
  WrongExpectedRevision,
  noStream,
} from '../event-store.js';
import { PositionRefused } from '../position.js';
import { UnknownEventVersion, upcaster } from '../upcaster.js';
import { aStream, anEvent, followed, idsOf, provenance } from './contract-events.js';
import { kurrentLocation } from './kurrentdb.connection-string.js';
import type { KurrentEventStoreOptions } from './kurrentdb.event-store.js';
import { openKurrentEventStore } from './kurrentdb.event-store.js';

// What is told to a stand-in cannot be told to a server; `kurrentdb.server.spec.ts` does to a server what can be done.
const faults = serverUnderTest === 'a stand-in' ? describe : describe.skip;

let standIn: StandIn;
let opened: EventLog[];
let warned: string[];

beforeEach(async () => {
  opened = [];
  warned = [];
  if (serverUnderTest === 'a stand-in') standIn = await startStandIn();
});
afterEach(async () => {
  if (serverUnderTest !== 'a stand-in') return;
  standIn.disarmAll();
  standIn.resume();
  await Promise.all(opened.map((store) => store.close()));
  await standIn.stop();
});

const open = async (options: Partial<KurrentEventStoreOptions> = {}): Promise<EventLog> => {
  const store = await openKurrentEventStore({
    location: kurrentLocation(standIn.url),
    limits: { attemptMs: 300, readMs: 5_000, appendMs: 6_000 },
    silenceMs: 300,
    log: { warn: (about, message) => warned.push(`${message} ${JSON.stringify(about)}`) },
    ...options,
  });
  opened.push(store);
  return store;
};

const isEventStream = (stream: string): boolean => !stream.includes('rapport-');
const all = (store: EventLog) => store.readAll(0, 100_000);

/** Works on the server behind the store's back. */
const stranger = async (work: (client: EventStoreDBClient) => Promise<unknown>): Promise<void> => {
  const client = EventStoreDBClient.connectionString(standIn.url);
  await work(client);
  await client.dispose();
};

faults('KurrentDB: an append without an answer', () => {
  const lost: readonly [string, Fault][] = [
    ['was written, and the answer dropped', { kind: 'drop-answer' }],
    ['was never taken up', { kind: 'ignore' }],
    ['was written, and answered too late', { kind: 'answer-late', byMs: 800 }],
    ['was written, and the connection broke', { kind: 'break-connection' }],
    ['was written, and refused as timed out', { kind: 'refuse-afterwards', refusal: timedOut('append') }],
    ['was written, and refused as unavailable', { kind: 'refuse-afterwards', refusal: unavailable() }],
    ['was refused as not ready', { kind: 'refuse', refusal: notReady() }],
  ];

  it.each(lost)('is found or sent again, and stands there once: it %s', async (_, fault) => {
    const store = await open();
    const [stream, before, event] = [aStream(), anEvent(), anEvent()];
    await store.append(stream, noStream, [before]);
    standIn.arm({ on: 'append', stream: isEventStream, fault });
    const { revision, recorded } = await store.append(stream, 0, [event]);
    expect(revision).toBe(1);
    expect(await store.readStream(stream, 0)).toEqual(recorded);
    expect(idsOf(await all(store))).toEqual([before.id, event.id]);
  });

  it.each(lost)(
    'is found or sent again also where it begins a stream, with several events: it %s',
    async (_, fault) => {
      const store = await open();
      const [stream, events] = [aStream(), [anEvent(), anEvent()]];
      standIn.arm({ on: 'append', stream: isEventStream, fault, times: 2 });
      const { recorded } = await store.append(stream, noStream, events);
      expect(await all(store)).toEqual(recorded);
      expect(idsOf(recorded)).toEqual(idsOf(events));
    },
  );

  it('is told as lost where another was faster', async () => {
    const [store, other] = [await open(), await open()];
    const stream = aStream();
    standIn.arm({ on: 'append', stream: isEventStream, fault: { kind: 'ignore' } });
    const losing = store.append(stream, noStream, [anEvent()]);
    // While the first try is waited for.
    await sleep(50);
    await other.append(stream, noStream, [anEvent()]);
    await expect(losing).rejects.toEqual(new WrongExpectedRevision(stream, noStream, 0));
    expect(await all(store)).toHaveLength(1);
  });

  it('is told as unknown within the limit where nothing can be found out, and answered once asked again', async () => {
    const store = await open({ limits: { attemptMs: 200, readMs: 400, appendMs: 600 } });
    const [stream, event] = [aStream(), anEvent()];
    standIn.arm({ on: 'append', stream: isEventStream, fault: { kind: 'drop-answer' } });
    const appending = store.append(stream, noStream, [event]);
    await sleep(100);
    standIn.pause();
    await expect(appending).rejects.toBeInstanceOf(OutcomeUnknown);
    standIn.resume();
    expect(await store.append(stream, noStream, [event])).toMatchObject({ revision: 0 });
    expect(await all(store)).toHaveLength(1);
  });

  it('is no trouble while a node hangs for longer than a try', async () => {
    const store = await open();
    const [stream, events] = [aStream(), Array.from({ length: 20 }, () => anEvent())];
    await store.append(stream, noStream, [anEvent()]);
    standIn.pause();
    const appending = events.map((event) => store.append(aStream(), noStream, [event]));
    setTimeout(() => standIn.resume(), 1_500);
    await Promise.all(appending);
    expect(new Set(idsOf(await all(store))).size).toBe(21);
    expect(await all(store)).toHaveLength(21);
  });

  it('does not trust the clocks', async () => {
    const store = await open();
    standIn.setClock(60_000);
    await store.append(aStream(), noStream, [anEvent()]);
    standIn.setClock(-60_000);
    await store.append(aStream(), noStream, [anEvent()]);
    expect(standIn.appends.filter(({ stream }) => isEventStream(stream))).toHaveLength(2);
    const [first, second] = await all(store);
    expect(second?.ordinal).toBeGreaterThan(first?.ordinal ?? 0);
  });
});

faults('KurrentDB: one id, one event', () => {
  const known = (store: EventLog, stream: string, events: readonly NewEvent[], expected: number) =>
    store.append(stream, expected, events);

  it.each([noStream, 0, 1, 9])(
    'holds after a restart of the server and of the client, expecting %i',
    async (expected) => {
      const [stream, one, two] = [aStream(), anEvent(), anEvent()];
      const first = await open();
      const answers = [await first.append(stream, noStream, [one]), await first.append(stream, 0, [two])];
      await standIn.restart();
      for (const store of [first, await open()]) {
        expect(await known(store, stream, [one], expected)).toEqual(answers[0]);
        expect(await known(store, stream, [two], expected)).toEqual(answers[1]);
        await expect(known(store, stream, [two, anEvent()], expected)).rejects.toBeInstanceOf(PartialOverlap);
        await expect(known(store, stream, [anEvent(), one], expected)).rejects.toBeInstanceOf(PartialOverlap);
      }
      expect(idsOf(await all(first))).toEqual([one.id, two.id]);
    },
  );

  it('holds where what is known of the stream is behind: another instance has written', async () => {
    const [store, other] = [await open(), await open()];
    const [stream, one, two] = [aStream(), anEvent(), anEvent()];
    await store.append(stream, noStream, [one]);
    const { recorded } = await other.append(stream, 0, [two]);
    standIn.forgetIds();
    expect((await store.append(stream, 1, [two])).recorded).toEqual(recorded);
    expect((await store.append(stream, 0, [two])).recorded).toEqual(recorded);
  });

  it('answers two instances that send one id at once with the one event that stands there', async () => {
    const stores = [await open(), await open()];
    for (let n = 0; n < 20; n += 1) {
      const [stream, id] = [aStream(), anEvent().id];
      const answers = await Promise.all(
        stores.map((store, index) =>
          store.append(stream, noStream, [
            anEvent({ from: index }, { id, provenance: { ...provenance, inputDigest: `digest-${index}` } }),
          ]),
        ),
      );
      const standing = await stores[0]?.readStream(stream);
      expect(standing).toHaveLength(1);
      expect(answers.map(({ recorded }) => recorded)).toEqual([standing, standing]);
    }
  });

  it('never has two appends of one stream under way, nor sends one on the shared stream of the client', async () => {
    const store = await open();
    const stream = aStream();
    let most = 0;
    const watch = setInterval(() => {
      most = Math.max(most, standIn.openCalls.filter((call) => call.method === 'append').length);
    }, 1);
    await Promise.all(
      Array.from({ length: 20 }, () => store.append(stream, noStream, [anEvent()]).catch(() => undefined)),
    );
    clearInterval(watch);
    expect(most).toBeLessThanOrEqual(1);
    expect(new Set(standIn.appends.map(({ path }) => path))).toEqual(new Set(['single']));
    expect(new Set(standIn.appends.map(({ expected }) => expected)).has('any')).toBe(false);
  });

  it('sends nothing that is larger than the server takes, and names the limit', async () => {
    const store = await open();
    const before = standIn.appends.length;
    const large = () => anEvent({ text: 'x'.repeat(600_000) });
    await expect(store.append(aStream(), noStream, [large(), large()])).rejects.toThrow('1048576');
    expect(standIn.appends).toHaveLength(before);
  });

  it('begins one log where two instances start at once', async () => {
    const stores = await Promise.all([open(), open(), open()]);
    expect(new Set(stores.map(({ logId }) => logId)).size).toBe(1);
  });
});

faults('KurrentDB: reading', () => {
  it('asks the leader, whatever it reads', async () => {
    const store = await open();
    const { recorded } = await store.append(aStream(), noStream, [anEvent(), anEvent()]);
    await store.readStream(recorded[0]?.stream ?? '');
    await all(store);
    await store.head();
    await store.checkpoint('a policy');
    await followed(store, 0, 2);
    expect(standIn.reads.length).toBeGreaterThan(8);
    expect(standIn.reads.filter(({ requiresLeader }) => !requiresLeader)).toEqual([]);
  });

  it.each(['error', 'silence'] as const)('reads anew what was cut in the middle with %s', async (as) => {
    const store = await open();
    const stream = aStream();
    const events = Array.from({ length: 50 }, () => anEvent());
    await store.append(stream, noStream, events);
    standIn.arm({ on: 'read', fault: { kind: 'cut', afterEvents: 20, as }, times: 2 });
    expect(idsOf(await store.readStream(stream))).toEqual(idsOf(events));
    standIn.arm({ on: 'read', fault: { kind: 'cut', afterEvents: 20, as }, times: 2 });
    expect(idsOf(await all(store))).toEqual(idsOf(events));
  });

  it('does not take a read for whole that ended because the connection was given up', async () => {
    const store = await open({ limits: { attemptMs: 400, readMs: 5_000, appendMs: 6_000 } });
    const stream = aStream();
    const events = Array.from({ length: 50 }, () => anEvent());
    await store.append(stream, noStream, events);
    standIn.arm({ on: 'read', fault: { kind: 'ignore' } });
    const stuck = store.head();
    await sleep(200);
    // Halfway when the other one gives the connection up.
    standIn.arm({ on: 'read', fault: { kind: 'cut', afterEvents: 20, as: 'silence' } });
    expect(idsOf(await store.readStream(stream))).toEqual(idsOf(events));
    await stuck;
  });

  it('tells within the limit that the server does not answer, and goes on when it does', async () => {
    const store = await open({ limits: { attemptMs: 200, readMs: 500, appendMs: 500 } });
    await store.append(aStream(), noStream, [anEvent()]);
    standIn.pause();
    await expect(store.head()).rejects.toBeInstanceOf(StoreUnavailable);
    await expect(store.append(aStream(), noStream, [anEvent()])).rejects.toBeInstanceOf(StoreUnavailable);
    standIn.resume();
    expect(await store.head()).toBeGreaterThan(0);
  });

  it('leaves out what is not the log’s: system events, strangers, links, bytes, deletions', async () => {
    const store = await open();
    const one = await store.append(aStream(), noStream, [anEvent()]);
    await stranger(async (client) => {
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
    expect(await all(store)).toEqual(both);
    expect(await followed(store, 0, 2)).toEqual(both);
  });

  it('finds the end of the log behind many events of others', async () => {
    const store = await open();
    expect(await store.head()).toBe(0);
    const { recorded } = await store.append(aStream(), noStream, [anEvent()]);
    await stranger(async (client) => {
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
    await stranger((client) => client.appendToStream('call-1', [jsonEvent({ type: 'Called', data: {} })]));
    await expect(store.readStream('call-1')).rejects.toThrow('did not write');
  });

  it('keeps several logs apart on one server', async () => {
    const location = kurrentLocation(standIn.url);
    const [ours, theirs] = [await open(), await open({ location: { ...location, streamPrefix: 'theirs.' } })];
    expect(ours.logId).not.toBe(theirs.logId);
    const stream = aStream();
    await ours.append(stream, noStream, [anEvent()]);
    const { recorded } = await theirs.append(stream, noStream, [anEvent()]);
    expect(await all(theirs)).toEqual(recorded);
    expect(await followed(theirs, 0, 1)).toEqual(recorded);
  });
});

faults('KurrentDB: following', () => {
  const collect = (store: EventLog, after = 0) => {
    const [stop, seen] = [new AbortController(), [] as RecordedEvent[]];
    const ended = (async () => {
      for await (const page of store.follow(after, stop.signal)) seen.push(...page);
    })();
    ended.catch(() => undefined);
    const until = async (count: number): Promise<void> => {
      for (let waited = 0; seen.length < count && waited < 500; waited += 1) await sleep(10);
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
        standIn.cut(as, { which: ({ method }) => method === 'subscribe' });
        await store.append(aStream(), noStream, [anEvent(), anEvent()]);
        await until(round * 4 + 4);
      }
      stop.abort();
      expect(seen).toEqual(await all(store));
      expect(seen).toHaveLength(16);
    },
  );

  it('goes on after restarts, orderly or not, and tells of the breaks', async () => {
    const store = await open();
    const { seen, until, stop } = collect(store);
    for (const orderly of [true, false]) {
      await store.append(aStream(), noStream, [anEvent()]);
      await until(seen.length + 1);
      await standIn.restart({ orderly, downForMs: 200, notReadyForMs: 300 });
      await store.append(aStream(), noStream, [anEvent()]);
    }
    await until(4);
    stop.abort();
    expect(seen).toEqual(await all(store));
    expect(warned.some((line) => line.startsWith('following the log was interrupted'))).toBe(true);
  });

  it('comes up from far behind though it is cut on its way', async () => {
    const store = await open();
    const events = Array.from({ length: 120 }, () => anEvent());
    for (let n = 0; n < 120; n += 30) await store.append(aStream(), noStream, events.slice(n, n + 30));
    for (const as of ['error', 'silence'] as const)
      standIn.arm({ on: 'subscribe', fault: { kind: 'cut', afterEvents: 25, as } });
    expect(idsOf(await followed(store, 0, 120))).toEqual(idsOf(events));
  });

  it('is not misled by a checkpoint that is ahead', async () => {
    const store = await open();
    const { seen, until, stop } = collect(store);
    await store.append(aStream(), noStream, [anEvent()]);
    await until(1);
    standIn.arm({ on: 'subscribe', fault: { kind: 'checkpoint-ahead' } });
    standIn.cut('error', { which: ({ method }) => method === 'subscribe' });
    const later = await store.append(aStream(), noStream, [anEvent(), anEvent(), anEvent()]);
    await until(4);
    stop.abort();
    expect(seen.slice(1)).toEqual(later.recorded);
  });

  it('keeps its place through a long stretch with nothing of the log', async () => {
    const store = await open({ location: { ...kurrentLocation(standIn.url), streamPrefix: 'ours.' } });
    const { until, stop, seen } = collect(store);
    const { recorded } = await store.append(aStream(), noStream, [anEvent()]);
    await until(1);
    await stranger(async (client) => {
      const others = Array.from({ length: 200 }, () => jsonEvent({ type: 'Ordered', data: {} }));
      await client.appendToStream('order-1', others);
    });
    await sleep(100);
    standIn.cut('error', { which: ({ method }) => method === 'subscribe' });
    await store.append(aStream(), noStream, [anEvent()]);
    await until(2);
    stop.abort();
    expect(seen).toHaveLength(2);
    const place = standIn.reads.findLast(({ method }) => method === 'subscribe')?.from;
    expect(place).toBeGreaterThan(BigInt(recorded[0]?.ordinal ?? 0) + 5_000n);
  });

  it('notices a node that hangs, which sends no error', async () => {
    const store = await open();
    const { until, stop, seen } = collect(store);
    await store.append(aStream(), noStream, [anEvent()]);
    await until(1);
    standIn.pause();
    await sleep(1_000);
    standIn.resume();
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
    await sleep(100);
    expect(standIn.openCalls.length).toBeLessThan(3);
  });

  it('says so where the place lies beyond the end: the log was restored from an older copy', async () => {
    const store = await open();
    const { recorded } = await store.append(aStream(), noStream, [anEvent()]);
    const { until, ended } = collect(store);
    await until(1);
    const later = await store.append(aStream(), noStream, [anEvent()]);
    await until(2);
    await standIn.restart({ cutLogAfter: BigInt(recorded[0]?.ordinal ?? 0) });
    await expect(ended).rejects.toBeInstanceOf(BeyondTheEnd);
    await expect(followed(store, later.recorded[0]?.ordinal ?? 0, 1)).rejects.toBeInstanceOf(BeyondTheEnd);
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

faults('KurrentDB: a server that was away', () => {
  it('is found soon after it is back, however long it was away', async () => {
    const store = await open({ limits: { attemptMs: 300, readMs: 20_000, appendMs: 20_000 } });
    await store.append(aStream(), noStream, [anEvent()]);
    const back = standIn.restart({ downForMs: 6_000 });
    const asked = store.head();
    const appended = store.append(aStream(), noStream, [anEvent()]);
    await back;
    const since = performance.now();
    await Promise.all([asked, appended]);
    expect(performance.now() - since).toBeLessThan(2_500);
  });

  it('is told as away at once to whoever asks, while it is', async () => {
    const store = await open({ limits: { attemptMs: 300, readMs: 400, appendMs: 400 } });
    const back = standIn.restart({ downForMs: 1_500 });
    await sleep(50);
    await expect(store.head()).rejects.toBeInstanceOf(StoreUnavailable);
    await expect(store.append(aStream(), noStream, [anEvent()])).rejects.toBeInstanceOf(StoreUnavailable);
    await back;
  });
});

faults('KurrentDB under load', () => {
  it('loses, doubles and leaves hanging nothing over restarts, cuts and pauses', async () => {
    const store = await open({ limits: { attemptMs: 400, readMs: 10_000, appendMs: 12_000 } });
    const [stop, seen] = [new AbortController(), [] as string[]];
    const following = (async () => {
      for await (const page of store.follow(0, stop.signal)) seen.push(...idsOf(page));
    })();
    following.catch(() => undefined);
    const acknowledged: string[] = [];
    let going = true;
    const writers = Array.from({ length: 32 }, async () => {
      const stream = aStream();
      for (let n = 0; going; n += 1) {
        const event = anEvent({ n });
        expect(await store.append(stream, n - 1, [event])).toMatchObject({ revision: n });
        acknowledged.push(event.id);
      }
    });
    await sleep(200);
    await standIn.restart({ downForMs: 200, notReadyForMs: 300 });
    await sleep(300);
    standIn.breakConnections();
    await sleep(300);
    standIn.pause();
    await sleep(900);
    standIn.resume();
    standIn.arm({ on: 'append', fault: { kind: 'drop-answer' }, times: 20 });
    await sleep(500);
    await standIn.restart({ orderly: true, downForMs: 100, notReadyForMs: 100 });
    await sleep(300);
    going = false;
    await Promise.all(writers);
    for (let waited = 0; seen.length < acknowledged.length && waited < 500; waited += 1) await sleep(10);
    stop.abort();
    await following;
    const stored = idsOf(await all(store));
    expect(acknowledged.length).toBeGreaterThan(100);
    expect(new Set(stored)).toEqual(new Set(acknowledged));
    expect(stored).toHaveLength(acknowledged.length);
    expect(seen).toEqual(stored);
  }, 60_000);
});
