import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Appended, EventStore, NewEvent } from '../event-store.js';
import { PartialOverlap, WrongExpectedRevision, noStream } from '../event-store.js';
import type { JsonObject } from '../fact.js';
import type { LogUnderTest } from './contract-events.js';
import { aStream, anEvent, idsOf, provenance } from './contract-events.js';
import { eventLogContract } from './event-log.contract.js';

/** A log under test, empty when it is opened. */
export interface OpenedLog {
  readonly store: EventStore;
  /** Closes the store that is open and opens the same log again, as a restart does. */
  reopen(): Promise<EventStore>;
  /** Closes what is open and removes the log. */
  cleanup(): Promise<void>;
}

/** What every event store promises, as tests: an adapter's spec calls it with a way to open an empty log. */
export const eventStoreContract = (name: string, open: () => Promise<OpenedLog>): void => {
  describe(`${name} as an event store`, () => {
    let opened: OpenedLog;
    let store: EventStore;
    const log: LogUnderTest = {
      get store() {
        return store;
      },
      reopen: async () => {
        store = await opened.reopen();
      },
      all: () => store.readAll(0, 100_000),
    };

    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });
    afterEach(() => opened.cleanup());

    appendContract(log);
    eventLogContract(log);
  });
};

const appendContract = (log: LogUnderTest): void => {
  /** How an append is answered that was answered before. */
  const again = (first: Appended): Appended => (log.store.tellsRepeats ? { ...first, repeated: true } : first);

  describe('append and read', () => {
    it('begins a stream at revision 0 and counts on', async () => {
      const stream = aStream();
      const [one, two, three] = [anEvent({ n: 1 }), anEvent({ n: 2 }), anEvent({ n: 3 })];
      const first = await log.store.append(stream, noStream, [one]);
      const second = await log.store.append(stream, 0, [two, three]);
      expect([first.revision, second.revision]).toEqual([0, 2]);
      const read = await log.store.readStream(stream);
      expect(read.map(({ id, revision, data }) => [id, revision, data])).toEqual([
        [one.id, 0, { n: 1 }],
        [two.id, 1, { n: 2 }],
        [three.id, 2, { n: 3 }],
      ]);
      expect([...first.recorded, ...second.recorded]).toEqual(read);
      expect(read.at(-1)?.position).toBe(second.position);
    });

    it('keeps the order of what it is given at once, where it says so', async () => {
      if (!log.store.keepsOrder) return;
      const events = Array.from({ length: 300 }, (_, n) => anEvent({ n }));
      await Promise.all(events.map((event) => log.store.append(aStream(), noStream, [event])));
      expect(idsOf(await log.all())).toEqual(idsOf(events));
    });

    it('refuses another expected revision, says the actual one, and writes nothing', async () => {
      const stream = aStream();
      await expect(log.store.append(stream, 0, [anEvent()])).rejects.toMatchObject({
        stream,
        expected: 0,
        actual: noStream,
      });
      await log.store.append(stream, noStream, [anEvent(), anEvent()]);
      for (const expected of [noStream, 0, 2]) {
        const refused = log.store.append(stream, expected, [anEvent()]);
        await expect(refused).rejects.toBeInstanceOf(WrongExpectedRevision);
        await expect(refused).rejects.toMatchObject({ stream, expected, actual: 1 });
      }
      expect(await log.all()).toHaveLength(2);
    });

    it('reads a stream in pages, and nothing of one that does not exist', async () => {
      const stream = aStream();
      const events = Array.from({ length: 7 }, (_, n) => anEvent({ n }));
      await log.store.append(stream, noStream, events);
      await log.store.append(aStream(), noStream, [anEvent()]);
      expect(idsOf(await log.store.readStream(stream, noStream, 3))).toEqual(idsOf(events.slice(0, 3)));
      expect(idsOf(await log.store.readStream(stream, 2, 3))).toEqual(idsOf(events.slice(3, 6)));
      expect(idsOf(await log.store.readStream(stream, 5, 3))).toEqual(idsOf(events.slice(6)));
      expect(await log.store.readStream(stream, 6, 3)).toEqual([]);
      expect(await log.store.readStream(aStream())).toEqual([]);
    });

    it('gives back what it was given: data, provenance, version and times carried over', async () => {
      const odd = {
        text: 'Grüße, 東京, 👩‍👩‍👧, \u0000 "quoted" \\ \u2028 \ud800',
        numbers: [0, -1.5, 1e-9, Number.MAX_SAFE_INTEGER, 0.1 + 0.2],
        nested: { list: [null, true, { deep: [] }], empty: {} },
        '': 'a field without a name',
      };
      const all = { ...provenance, onBehalfOf: 'bo', causationId: randomUUID(), reason: 'Wrong “person”\n' };
      const given = anEvent(odd, { provenance: all, version: 7, recordedAt: 1_234_567_890_123, type: 'Größe' });
      const stream = `call-${'ü'.repeat(50)}`;
      const { recorded } = await log.store.append(stream, noStream, [given]);
      const [read] = await log.store.readStream(stream);
      expect(read).toMatchObject({ ...given, stream, revision: 0 });
      expect(recorded).toEqual([read]);
      await log.reopen();
      expect(await log.all()).toEqual([read]);
    });

    it('keeps long texts', async () => {
      const stream = aStream();
      const text = 'Ein längerer Text. '.repeat(20_000);
      await log.store.append(stream, noStream, [anEvent({ text })]);
      await log.reopen();
      expect((await log.store.readStream(stream))[0]?.data).toEqual({ text });
    });

    it('answers with what a reader will read, whatever becomes of the data it was given', async () => {
      const data = { list: ['as given'], nothing: undefined };
      const stream = aStream();
      const appending = log.store.append(stream, noStream, [anEvent(data)]);
      data.list.push('changed later');
      const { recorded } = await appending;
      expect(Object.entries(recorded[0]?.data ?? {})).toEqual([['list', ['as given']]]);
      expect(await log.store.readStream(stream)).toEqual(recorded);
    });

    it('stamps what carries no time with its own', async () => {
      const before = Date.now();
      const { recorded } = await log.store.append(aStream(), noStream, [anEvent()]);
      // A store on another machine has a clock of its own.
      expect(Math.abs((recorded[0]?.recordedAt ?? 0) - before)).toBeLessThan(60_000);
    });
  });

  describe('what cannot be stored', () => {
    const cycle: { [key: string]: JsonObject } = {};
    cycle['self'] = cycle;
    // What the types forbid, but a caller without types may send.
    const untyped = (data: unknown) => data as JsonObject;
    const faults: readonly [string, string, number, readonly NewEvent[]][] = [
      ['no event', 'call-1', noStream, []],
      ['an id that is no UUID', 'call-1', noStream, [anEvent({}, { id: 'one' })]],
      ['an id without its dashes in place', 'call-1', noStream, [anEvent({}, { id: '0'.repeat(35) + '1' })]],
      ['the id of zeros', 'call-1', noStream, [anEvent({}, { id: '00000000-0000-0000-0000-000000000000' })]],
      ['no type', 'call-1', noStream, [anEvent({}, { type: '' })]],
      ['a version below 1', 'call-1', noStream, [anEvent({}, { version: 0 })]],
      ['a time that is no whole number', 'call-1', noStream, [anEvent({}, { recordedAt: Number.NaN })]],
      ['a BigInt', 'call-1', noStream, [anEvent(untyped({ n: 1n }))]],
      ['a cycle', 'call-1', noStream, [anEvent(cycle)]],
      ['no data', 'call-1', noStream, [anEvent({}, { data: untyped(undefined) })]],
      ['a list as data', 'call-1', noStream, [anEvent(untyped([1]))]],
      ['data that writes itself as something else', 'call-1', noStream, [anEvent(untyped(new Date()))]],
      ['data of over a mebibyte', 'call-1', noStream, [anEvent({ text: 'x'.repeat(1_100_000) })]],
      ['a good event beside a bad one', 'call-1', noStream, [anEvent(), anEvent({}, { type: '' })]],
      ['no stream name', '', noStream, [anEvent()]],
      ['a stream name that UTF-8 cannot hold', 'call-\ud800', noStream, [anEvent()]],
      ['a revision that cannot be', 'call-1', -2, [anEvent()]],
    ];
    it.each(faults)('refuses %s, and hurts no neighbour', async (_, stream, expected, events) => {
      const before = log.store.append('call-2', noStream, [anEvent()]);
      const refused = log.store.append(stream, expected, events);
      const after = log.store.append('call-3', noStream, [anEvent()]);
      await expect(refused).rejects.toBeInstanceOf(TypeError);
      await Promise.all([before, after]);
      expect(await log.all()).toHaveLength(2);
    });
  });

  describe('one event id, one event', () => {
    it.each([
      ['the revision of the first time', noStream],
      ['the current revision', 2],
      ['some other revision', 17],
    ])('answers an append that stands there already as the first time, expecting %s', async (_, expected) => {
      const stream = aStream();
      const events = [anEvent(), anEvent()];
      const first = await log.store.append(stream, noStream, events);
      await log.store.append(stream, 1, [anEvent()]);
      expect(await log.store.append(stream, expected, events)).toEqual(again(first));
      await log.reopen();
      expect(await log.store.append(stream, expected, events)).toEqual(again(first));
      expect(await log.all()).toHaveLength(3);
    });

    it('answers a single event at the current revision as the first time', async () => {
      const stream = aStream();
      const event = anEvent();
      const first = await log.store.append(stream, noStream, [event]);
      expect(await log.store.append(stream, 0, [event])).toEqual(again(first));
      await log.reopen();
      expect(await log.store.append(stream, 0, [event])).toEqual(again(first));
      expect(await log.all()).toHaveLength(1);
    });

    it('answers with the last of them for a part of an append, and for a run across two', async () => {
      const stream = aStream();
      const [one, two, three] = [anEvent(), anEvent(), anEvent()];
      const first = await log.store.append(stream, noStream, [one, two]);
      const second = await log.store.append(stream, 1, [three]);
      expect(await log.store.append(stream, noStream, [one])).toMatchObject({ revision: 0 });
      expect(await log.store.append(stream, 0, [two])).toMatchObject({ revision: 1, position: first.position });
      expect(await log.store.append(stream, 0, [two, three])).toMatchObject({ revision: 2, position: second.position });
    });

    it('loses and doubles nothing when the answer was lost and the caller tries again after a restart', async () => {
      const stream = aStream();
      const events = [anEvent(), anEvent()];
      // Nobody waits for the answer.
      void log.store.append(stream, noStream, events).catch(() => undefined);
      await log.reopen();
      expect(await log.store.append(stream, noStream, events)).toMatchObject({ revision: 1 });
      expect(idsOf(await log.store.readStream(stream))).toEqual(idsOf(events));
    });

    it('refuses an append of which some stand there and some do not', async () => {
      const stream = aStream();
      const known = [anEvent(), anEvent()];
      await log.store.append(stream, noStream, known);
      for (const expected of [noStream, 0, 1, 2])
        for (const events of [
          [...known, anEvent()],
          [anEvent(), ...known],
        ]) {
          const refused = log.store.append(stream, expected, events);
          await expect(refused).rejects.toBeInstanceOf(PartialOverlap);
          await expect(refused).rejects.toMatchObject({ stream, known: idsOf(known) });
        }
      expect(await log.all()).toHaveLength(2);
    });

    it('refuses one id twice in an append', async () => {
      const event = anEvent();
      const refused = log.store.append(aStream(), noStream, [event, anEvent(), event]);
      await expect(refused).rejects.toBeInstanceOf(PartialOverlap);
      expect(await log.all()).toEqual([]);
    });

    it('holds an id of another stream for another event', async () => {
      const event = anEvent();
      const first = await log.store.append(aStream(), noStream, [event]);
      const second = await log.store.append(aStream(), noStream, [event]);
      expect(await log.all()).toEqual([...first.recorded, ...second.recorded]);
    });

    it('makes one event of many appends of it at once, and answers each', async () => {
      const stream = aStream();
      const event = anEvent();
      const answers = await Promise.all(Array.from({ length: 16 }, () => log.store.append(stream, noStream, [event])));
      expect(new Set(answers.map(({ position }) => position)).size).toBe(1);
      expect(await log.all()).toHaveLength(1);
    });
  });

  describe('many at once', () => {
    it('lets exactly one of 64 win each revision of a stream', async () => {
      const stream = aStream();
      for (let expected = noStream; expected < 5; expected += 1) {
        const events = Array.from({ length: 64 }, () => anEvent());
        const tries = await Promise.allSettled(events.map((event) => log.store.append(stream, expected, [event])));
        const won = events.filter((_, index) => tries[index]?.status === 'fulfilled');
        expect(won).toHaveLength(1);
        for (const lost of tries.filter((one) => one.status === 'rejected'))
          expect(lost.reason).toMatchObject({ name: 'WrongExpectedRevision', expected, actual: expected + 1 });
        expect((await log.store.readStream(stream)).at(-1)?.id).toBe(won[0]?.id);
      }
      expect((await log.store.readStream(stream)).map(({ revision }) => revision)).toEqual([0, 1, 2, 3, 4, 5]);
    });

    it('writes 64 streams at once, each in its own order', async () => {
      const streams = Array.from({ length: 64 }, aStream);
      await Promise.all(
        streams.map(async (stream) => {
          for (let n = 0; n < 5; n += 1) await log.store.append(stream, n - 1, [anEvent({ n })]);
        }),
      );
      const all = await log.all();
      expect(all).toHaveLength(320);
      for (const stream of streams)
        expect(all.filter((event) => event.stream === stream).map(({ data }) => data['n'])).toEqual([0, 1, 2, 3, 4]);
    });

    it('refuses one append without hurting its neighbours', async () => {
      const [one, two] = [aStream(), aStream()];
      const answers = await Promise.allSettled([
        log.store.append(one, noStream, [anEvent()]),
        log.store.append(one, 7, [anEvent()]),
        log.store.append(two, noStream, [anEvent(), anEvent()]),
      ]);
      expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect(await log.all()).toHaveLength(3);
    });
  });
};
