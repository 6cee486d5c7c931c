import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { appendInOrder } from './append-in-order.js';
import { copyLog, CopyDiffers, CopyRefused, isHalfCopied, type LogsToCopy } from './copy-log.js';
import type { EventStore, NewEvent, RecordedEvent } from './event-store.js';
import { noStream, WrongExpectedRevision } from './event-store.js';
import type { JsonObject } from './fact.js';
import { followPolicies } from './policy.js';
import { anEvent, idsOf } from './stores/contract-events.js';
import { openSqliteEventStore } from './stores/sqlite.event-store.js';

let folder: string;
let opened: EventStore[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rapport-copy-'));
  opened = [];
});
afterEach(async () => {
  for (const store of opened) await store.close();
  await rm(folder, { recursive: true, force: true });
});

const newLog = (): EventStore => {
  const store = openSqliteEventStore({ path: join(folder, `${opened.length}.db`) });
  opened.push(store);
  return store;
};

/** The same log, as a store that writes in any order what it is given at once. */
const unordered = (store: EventStore): EventStore =>
  new Proxy(store, {
    get: (log, key: keyof EventStore) => {
      if (key === 'keepsOrder') return false;
      const value = log[key];
      return typeof value === 'function' ? value.bind(log) : value;
    },
  });

const all = (store: EventStore): Promise<readonly RecordedEvent[]> => store.readAll(0, 100_000);
const butPositions = (events: readonly RecordedEvent[]): readonly unknown[] =>
  events.map(({ position: _, ordinal: __, ...rest }) => rest);

const copying = (logs: Pick<LogsToCopy, 'source' | 'target'> & Partial<LogsToCopy>) =>
  copyLog({ signal: new AbortController().signal, ...logs });

/** Writes events one after another, each to the end of its stream. */
const write = async (store: EventStore, events: readonly (readonly [stream: string, event: NewEvent])[]) => {
  const revisions = new Map<string, number>();
  for (const { stream, revision } of await all(store)) revisions.set(stream, revision);
  const runs = events.map(([stream, event]) => {
    const expectedRevision = revisions.get(stream) ?? noStream;
    revisions.set(stream, expectedRevision + 1);
    return { stream, expectedRevision, events: [event] };
  });
  await appendInOrder(store, runs);
};

const numbered = (count: number, streams: number): readonly (readonly [string, NewEvent])[] =>
  Array.from({ length: count }, (_, n) => [
    `call-${n % streams}`,
    anEvent({ n }, { recordedAt: 1_000 + ((n * 7) % 50) }),
  ]);

describe('copying a log', () => {
  const json: fc.Arbitrary<JsonObject> = fc.dictionary(fc.string(), fc.jsonValue());
  const anyLog = fc.array(
    fc.record({ stream: fc.nat(3), data: json, recordedAt: fc.nat(1_000), version: fc.integer({ min: 1, max: 3 }) }),
    { maxLength: 40 },
  );

  it.each([
    ['a log that takes all at once', (store: EventStore) => store],
    ['a log that promises no order', unordered],
  ])(
    'makes the same log but for its positions, on %s',
    async (_, as) => {
      await fc.assert(
        fc.asyncProperty(anyLog, async (events) => {
          const [source, target] = [newLog(), newLog()];
          const written = events.map(({ stream, ...more }): readonly [string, NewEvent] => [
            `call-${stream}`,
            anEvent(more.data, more),
          ]);
          await write(source, written);
          const { copied, known, streams } = await copying({ source, target: as(target) });
          const originals = await all(source);
          expect(butPositions(await all(target))).toEqual(butPositions(originals));
          expect({ copied, known, streams }).toEqual({
            copied: events.length,
            known: 0,
            streams: new Set(originals.map(({ stream }) => stream)).size,
          });
          expect(target.logId).not.toBe(source.logId);
        }),
        { numRuns: 40 },
      );
    },
    30_000,
  );

  it('is the same whether it was cut short or not, and known as half a copy until it is whole', async () => {
    const [source, target] = [newLog(), newLog()];
    await write(source, numbered(1_700, 9));
    const stop = new AbortController();
    const cut = copying({
      source,
      target,
      signal: stop.signal,
      onProgress: (at, done) => at === 'copying' && done >= 500 && stop.abort(new Error('cut')),
    });
    await expect(cut).rejects.toThrow('cut');
    const half = (await all(target)).length;
    expect(half).toBeGreaterThan(0);
    expect(half).toBeLessThan(1_700);
    expect(await isHalfCopied(target)).toBe(true);
    await expect(copying({ source: target, target: newLog() })).rejects.toBeInstanceOf(CopyRefused);

    expect(await copying({ source, target })).toMatchObject({ copied: 1_700 - half, known: half, streams: 9 });
    expect(await isHalfCopied(target)).toBe(false);
    expect(butPositions(await all(target))).toEqual(butPositions(await all(source)));
    expect(await copying({ source, target })).toMatchObject({ copied: 0, known: 1_700, grown: false });
  });

  it('takes what the source has gained since', async () => {
    const [source, target] = [newLog(), newLog()];
    await write(source, numbered(20, 3));
    await copying({ source, target });
    await write(source, numbered(7, 4));
    expect(await copying({ source, target })).toMatchObject({ copied: 7, known: 20, streams: 4 });
    expect(butPositions(await all(target))).toEqual(butPositions(await all(source)));
  });

  it('says that the source has grown while it was verified', async () => {
    const [source, target] = [newLog(), newLog()];
    await write(source, numbered(300, 3));
    let written: Promise<void> | undefined;
    const onProgress: LogsToCopy['onProgress'] = (at) => {
      if (at === 'verifying') written ??= write(source, numbered(5, 3));
    };
    expect(await copying({ source, target, onProgress })).toMatchObject({ copied: 300, grown: true });
    await written;
    expect(await copying({ source, target })).toMatchObject({ copied: 5, known: 300, grown: false });
  });

  it.each([
    ['other events', [['call-0', anEvent()]]],
    ['the same event in another stream', 'other stream'],
    ['more than the source', 'more'],
  ] as const)('refuses a target with %s, and writes nothing', async (_, what) => {
    const [source, target] = [newLog(), newLog()];
    const events = numbered(3, 2);
    await write(source, events);
    if (what === 'other stream') await write(target, [['call-9', events[0]?.[1] ?? anEvent()]]);
    else if (what === 'more') await write(target, [...events, ['call-9', anEvent()]]);
    else await write(target, what);
    const before = await all(target);
    await expect(copying({ source, target })).rejects.toThrow(
      expect.objectContaining({ name: 'CopyRefused', message: expect.stringContaining('something else') }),
    );
    expect(await all(target)).toEqual(before);
    expect(await isHalfCopied(target)).toBe(false);
  });

  it('refuses to copy a log into itself', async () => {
    const source = newLog();
    await expect(copying({ source, target: source })).rejects.toBeInstanceOf(CopyRefused);
  });

  it('names the streams that differ', async () => {
    const [source, target] = [newLog(), newLog()];
    const events = numbered(30, 5);
    await write(source, events);
    await write(
      target,
      events.map(([stream, event], n): readonly [string, NewEvent] => [
        stream,
        // The same ids, so that only the digests can tell.
        n === 12 ? { ...event, data: { n: -1 } } : n === 18 ? { ...event, recordedAt: 5 } : event,
      ]),
    );
    await expect(copying({ source, target })).rejects.toThrow(
      new CopyDiffers('Streams differ: call-2, call-3 (30 events in the source, 30 in the target).'),
    );
  });

  it('tells somebody else who writes to the target', async () => {
    const [source, target] = [newLog(), newLog()];
    await write(source, numbered(1_200, 3));
    let stranger: Promise<unknown> | undefined;
    const onProgress: LogsToCopy['onProgress'] = (at) => {
      if (at === 'copying') stranger ??= write(target, [['call-0', anEvent()]]);
    };
    await expect(copying({ source, target: unordered(target), onProgress })).rejects.toThrow('Somebody else writes');
    await stranger;
  });

  it('carries the places of followers over by the event at which they stand', async () => {
    const [source, target] = [newLog(), newLog()];
    // Ordinals with gaps, as a store may have them.
    await write(source, numbered(10, 3));
    const events = await all(source);
    await source.saveCheckpoint('policy: a', events[6]?.ordinal ?? 0);
    await source.saveCheckpoint('policy: at the start', 0);
    await source.saveCheckpoint('a webhook', events[9]?.ordinal ?? 0);
    const { followers } = await copying({ source, target });
    expect(followers).toEqual(['a webhook', 'policy: a', 'policy: at the start']);
    const copies = await all(target);
    const places = await target.checkpoints();
    expect(places.get('policy: a')).toBe(copies[6]?.ordinal);
    expect(places.get('a webhook')).toBe(copies[9]?.ordinal);
    expect(places.get('policy: at the start')).toBe(0);
  });

  it('does not set a policy off again, and lets it go on with what is new', async () => {
    const [source, target] = [newLog(), newLog()];
    await write(source, numbered(5, 1));
    const ran: string[] = [];
    const run = async (store: EventStore, until: () => boolean): Promise<void> => {
      const stop = new AbortController();
      await followPolicies({
        store,
        policies: [
          {
            name: 'When called, it is answered',
            reads: new Set(['Called']),
            from: 'start',
            react: ({ id }) => [id],
          },
        ],
        dispatch: (id) => {
          ran.push(id);
          if (until()) stop.abort();
          return Promise.resolve();
        },
        signal: stop.signal,
        onError: ({ error }) => {
          throw error;
        },
      });
    };
    await run(source, () => ran.length === 5);
    await copying({ source, target });
    const news = anEvent();
    await target.append('call-0', 4, [news]);
    await run(target, () => true);
    expect(ran).toEqual([...idsOf(await all(source)), news.id]);
  });
});

describe('appending in order', () => {
  it('leaves a beginning where the log takes one at a time', async () => {
    const store = newLog();
    const runs = ['call-1', 'call-2', 'call-3'].map((stream, n) => ({
      stream,
      expectedRevision: n === 1 ? 7 : noStream,
      events: [anEvent()],
    }));
    await expect(appendInOrder(unordered(store), runs)).rejects.toBeInstanceOf(WrongExpectedRevision);
    expect((await all(store)).map(({ stream }) => stream)).toEqual(['call-1']);
  });
});
