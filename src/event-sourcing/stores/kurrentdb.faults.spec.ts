import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import type { FaultyServer } from '../../../test/kurrentdb/faults.js';
import { allOf, withFaults } from '../../../test/kurrentdb/faults.js';
import type { Fault, Method } from '../../../test/kurrentdb-stand-in/misbehaviour.js';
import { until } from '../../../test/client.js';
import { notReady, timedOut, unavailable } from '../../../test/kurrentdb-stand-in/refusals.js';
import type { EventLog, NewEvent } from '../event-store.js';
import { OutcomeUnknown, PartialOverlap, StoreUnavailable, WrongExpectedRevision, noStream } from '../event-store.js';
import { aStream, anEvent, idsOf, provenance } from './contract-events.js';

/** How many calls of a method were open at once, at most, while the work was done. */
const mostCalls = async (
  server: FaultyServer,
  method: Method,
  work: () => readonly Promise<unknown>[],
): Promise<number> => {
  let most = 0;
  const look = (): void => {
    most = Math.max(most, server.standIn.openCalls.filter((call) => call.method === method).length);
  };
  const watch = setInterval(look, 1);
  await Promise.all(work());
  clearInterval(watch);
  return most;
};

const isEventStream = (stream: string): boolean => !stream.includes('rapport-');

withFaults('KurrentDB: an append without an answer', (server) => {
  const { open } = server;
  /** Waits long enough for a try that another can write meanwhile. */
  const patient = { limits: { attemptMs: 1_500, readMs: 15_000, appendMs: 20_000 } };
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
    server.standIn.arm({ on: 'append', stream: isEventStream, fault });
    const { revision, recorded } = await store.append(stream, 0, [event]);
    expect(revision).toBe(1);
    expect(await store.readStream(stream, 0)).toEqual(recorded);
    expect(idsOf(await allOf(store))).toEqual([before.id, event.id]);
  });

  it.each(lost)(
    'is found or sent again also where it begins a stream, with several events: it %s',
    async (_, fault) => {
      const store = await open();
      const [stream, events] = [aStream(), [anEvent(), anEvent()]];
      server.standIn.arm({ on: 'append', stream: isEventStream, fault, times: 2 });
      const { recorded } = await store.append(stream, noStream, events);
      expect(await allOf(store)).toEqual(recorded);
      expect(idsOf(recorded)).toEqual(idsOf(events));
    },
  );

  it.each([
    ['once', 1],
    ['and its rest again', 2],
  ])(
    'is made whole where the deadline cut it short, and what had reached the server was written: %s',
    async (_, times) => {
      const store = await open();
      const [stream, before] = [aStream(), anEvent()];
      const events = Array.from({ length: 5 }, () => anEvent());
      await store.append(stream, noStream, [before]);
      const fault = { kind: 'cut-short', afterEvents: 2 } as const;
      const armed = server.standIn.arm({ on: 'append', stream: isEventStream, fault, times });
      const { revision, recorded } = await store.append(stream, 0, events);
      expect(armed.struck).toBe(times);
      expect(revision).toBe(5);
      expect(await store.readStream(stream, 0)).toEqual(recorded);
      expect(idsOf(await allOf(store))).toEqual(idsOf([before, ...events]));
    },
  );

  it('that was cut short is refused where another wrote behind it', async () => {
    const [store, other] = [await open(patient), await open()];
    const [stream, events] = [aStream(), [anEvent(), anEvent(), anEvent()]];
    const fault = { kind: 'cut-short', afterEvents: 2 } as const;
    const armed = server.standIn.arm({ on: 'append', stream: isEventStream, fault });
    const losing = store.append(stream, noStream, events);
    // While the first try is waited for.
    await until('the first try was cut short', () => armed.struck === 1);
    await other.append(stream, 1, [anEvent()]);
    await expect(losing).rejects.toBeInstanceOf(PartialOverlap);
    expect(await allOf(store)).toHaveLength(3);
  });

  it('is told as lost where another was faster', async () => {
    const [store, other] = [await open(patient), await open()];
    const stream = aStream();
    const armed = server.standIn.arm({ on: 'append', stream: isEventStream, fault: { kind: 'ignore' } });
    const losing = store.append(stream, noStream, [anEvent()]);
    // While the first try is waited for.
    await until('the first try was ignored', () => armed.struck === 1);
    await other.append(stream, noStream, [anEvent()]);
    await expect(losing).rejects.toEqual(new WrongExpectedRevision(stream, noStream, 0));
    expect(await allOf(store)).toHaveLength(1);
  });

  it('is told as unknown within the limit where nothing can be found out, and answered once asked again', async () => {
    const store = await open({ limits: { attemptMs: 500, readMs: 1_000, appendMs: 1_500 } });
    const [stream, event] = [aStream(), anEvent()];
    const armed = server.standIn.arm({ on: 'append', stream: isEventStream, fault: { kind: 'drop-answer' } });
    const appending = store.append(stream, noStream, [event]);
    appending.catch(() => undefined);
    await until('it was written', () => armed.struck === 1);
    server.standIn.pause();
    await expect(appending).rejects.toBeInstanceOf(OutcomeUnknown);
    server.standIn.resume();
    expect(await store.append(stream, noStream, [event])).toMatchObject({ revision: 0 });
    expect(await allOf(store)).toHaveLength(1);
  });

  it('is no trouble while a node hangs for longer than a try', async () => {
    const store = await open();
    const [stream, events] = [aStream(), Array.from({ length: 20 }, () => anEvent())];
    await store.append(stream, noStream, [anEvent()]);
    server.standIn.pause();
    const appending = events.map((event) => store.append(aStream(), noStream, [event]));
    setTimeout(() => server.standIn.resume(), 1_500);
    await Promise.all(appending);
    expect(new Set(idsOf(await allOf(store))).size).toBe(21);
    expect(await allOf(store)).toHaveLength(21);
  });

  it('does not trust the clocks', async () => {
    const store = await open();
    server.standIn.setClock(60_000);
    await store.append(aStream(), noStream, [anEvent()]);
    server.standIn.setClock(-60_000);
    await store.append(aStream(), noStream, [anEvent()]);
    expect(server.standIn.appends.filter(({ stream }) => isEventStream(stream))).toHaveLength(2);
    const [first, second] = await allOf(store);
    expect(second?.ordinal).toBeGreaterThan(first?.ordinal ?? 0);
  });
});

withFaults('KurrentDB: one id, one event', (server) => {
  const { open } = server;
  const known = (store: EventLog, stream: string, events: readonly NewEvent[], expected: number) =>
    store.append(stream, expected, events);

  it.each([noStream, 0, 1, 9])(
    'holds after a restart of the server and of the client, expecting %i',
    async (expected) => {
      const [stream, one, two] = [aStream(), anEvent(), anEvent()];
      const first = await open();
      const answers = [await first.append(stream, noStream, [one]), await first.append(stream, 0, [two])];
      await server.standIn.restart();
      for (const store of [first, await open()]) {
        expect(await known(store, stream, [one], expected)).toEqual(answers[0]);
        expect(await known(store, stream, [two], expected)).toEqual(answers[1]);
        await expect(known(store, stream, [two, anEvent()], expected)).rejects.toBeInstanceOf(PartialOverlap);
        await expect(known(store, stream, [anEvent(), one], expected)).rejects.toBeInstanceOf(PartialOverlap);
      }
      expect(idsOf(await allOf(first))).toEqual([one.id, two.id]);
    },
  );

  it('holds where what is known of the stream is behind: another instance has written', async () => {
    const [store, other] = [await open(), await open()];
    const [stream, one, two] = [aStream(), anEvent(), anEvent()];
    await store.append(stream, noStream, [one]);
    const { recorded } = await other.append(stream, 0, [two]);
    server.standIn.forgetIds();
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

  it('answers with what stands there, and not with what was sent: the server would take the one for the other', async () => {
    const [store, other] = [await open(), await open()];
    const [stream, event] = [aStream(), anEvent({ from: 0 })];
    const { recorded } = await store.append(stream, noStream, [event]);
    // Soon after, from an instance that knows nothing of the stream.
    expect((await other.append(stream, noStream, [anEvent({ from: 1 }, { id: event.id })])).recorded).toEqual(recorded);
  });

  it('never has two appends of one stream under way, nor sends one on the shared stream of the client', async () => {
    const store = await open();
    const stream = aStream();
    const fault = { kind: 'answer-late', byMs: 50 } as const;
    server.standIn.arm({ on: 'append', stream: isEventStream, fault, times: Infinity });
    const most = await mostCalls(server, 'append', () =>
      Array.from({ length: 20 }, () => store.append(stream, noStream, [anEvent()]).catch(() => undefined)),
    );
    expect(most).toBe(1);
    expect(new Set(server.standIn.appends.map(({ path }) => path))).toEqual(new Set(['single']));
    expect(new Set(server.standIn.appends.map(({ expected }) => expected)).has('any')).toBe(false);
  });

  it('sends nothing that is larger than the server takes, and names the limit', async () => {
    const store = await open();
    const before = server.standIn.appends.length;
    const large = () => anEvent({ text: 'x'.repeat(600_000) });
    await expect(store.append(aStream(), noStream, [large(), large()])).rejects.toThrow(
      'bytes of data; KurrentDB takes 1048576 at once',
    );
    expect(server.standIn.appends).toHaveLength(before);
  });

  it('begins one log where two instances start at once', async () => {
    const stores = await Promise.all([open(), open(), open()]);
    expect(new Set(stores.map(({ logId }) => logId)).size).toBe(1);
  });

  it('waits for the beginning of a log that is known to the server a moment before it can be read', async () => {
    const fault = { kind: 'cut', afterEvents: 0, as: 'end' } as const;
    const armed = server.standIn.arm({ on: 'read', stream: (name) => name === 'rapport-log', fault, times: 2 });
    const store = await open();
    expect(armed.struck).toBe(2);
    await store.append(aStream(), noStream, [anEvent()]);
    expect(await allOf(store)).toHaveLength(1);
  });
});

withFaults('KurrentDB: a connection, which takes a hundred calls', (server) => {
  const { open } = server;
  // So late that all are sent before the first is answered.
  const late = { kind: 'answer-late', byMs: 500 } as const;
  const patient = { limits: { attemptMs: 10_000, readMs: 30_000, appendMs: 30_000 } };

  it('is not asked for more appends than it takes, however many come at once', async () => {
    const store = await open(patient);
    server.standIn.arm({ on: 'append', stream: isEventStream, fault: late, times: Infinity });
    const appends = () => Array.from({ length: 200 }, () => store.append(aStream(), noStream, [anEvent()]));
    expect(await mostCalls(server, 'append', appends)).toBe(64);
  });

  it('is not asked for more reads than it takes beside them', async () => {
    const store = await open(patient);
    server.standIn.arm({ on: 'read', fault: late, times: Infinity });
    const reads = () => Array.from({ length: 100 }, () => store.readStream(aStream()));
    expect(await mostCalls(server, 'read', reads)).toBe(24);
  });
});

withFaults('KurrentDB: a server that was away', (server) => {
  const { open } = server;
  it('is found soon after it is back, however long it was away', async () => {
    const store = await open({ limits: { attemptMs: 300, readMs: 30_000, appendMs: 30_000 } });
    await store.append(aStream(), noStream, [anEvent()]);
    const back = server.standIn.restart({ downForMs: 6_000 });
    const asked = store.head();
    const appended = store.append(aStream(), noStream, [anEvent()]);
    await back;
    const since = performance.now();
    await Promise.all([asked, appended]);
    expect(performance.now() - since).toBeLessThan(2_500);
  });

  it('is told as away at once to whoever asks, while it is', async () => {
    const store = await open({ limits: { attemptMs: 300, readMs: 400, appendMs: 400 } });
    const back = server.standIn.restart({ downForMs: 4_000 });
    await sleep(50);
    await expect(store.head()).rejects.toBeInstanceOf(StoreUnavailable);
    await expect(store.append(aStream(), noStream, [anEvent()])).rejects.toBeInstanceOf(StoreUnavailable);
    await back;
  });
});

withFaults('KurrentDB under load', (server) => {
  const { open } = server;
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
    await server.standIn.restart({ downForMs: 200, notReadyForMs: 300 });
    await sleep(300);
    server.standIn.breakConnections();
    await sleep(300);
    server.standIn.pause();
    await sleep(900);
    server.standIn.resume();
    server.standIn.arm({ on: 'append', fault: { kind: 'drop-answer' }, times: 20 });
    await sleep(500);
    await server.standIn.restart({ orderly: true, downForMs: 100, notReadyForMs: 100 });
    await sleep(300);
    going = false;
    await Promise.all(writers);
    for (let waited = 0; seen.length < acknowledged.length && waited < 3_000; waited += 1) await sleep(10);
    stop.abort();
    await following;
    const stored = idsOf(await allOf(store));
    expect(acknowledged.length).toBeGreaterThan(100);
    expect(new Set(stored)).toEqual(new Set(acknowledged));
    expect(stored).toHaveLength(acknowledged.length);
    expect(seen).toEqual(stored);
  }, 120_000);
});

withFaults('KurrentDB: what stands beside the history', (server) => {
  const { open } = server;
  it('keeps of a follower’s places the newest', async () => {
    const store = await open();
    for (const ordinal of [3, 4, 5]) await store.saveCheckpoint('a policy', ordinal);
    expect(await store.checkpoint('a policy')).toBe(5);
    let kept = 0;
    await server.stranger(async (client) => {
      for await (const _ of client.readStream('rapport-checkpoint-a policy')) kept += 1;
    });
    expect(kept).toBe(1);
  });

  it('leaves no connection open, which would keep the process alive', async () => {
    const store = await open();
    await store.append(aStream(), noStream, [anEvent()]);
    expect(server.standIn.connections).toBeGreaterThan(0);
    await store.close();
    for (let waited = 0; server.standIn.connections > 0 && waited < 1_500; waited += 1) await sleep(10);
    expect(server.standIn.connections).toBe(0);
  });
});
