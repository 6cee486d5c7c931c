import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { deterministicId } from './event-id.js';
import type { EventStore } from './event-store.js';
import { noStream } from './event-store.js';
import type { Filling } from './fill.js';
import { open } from './position.js';
import type { Projection } from './projection.js';
import { Projector } from './projector.js';
import type { ReadStore, RowReader } from './read-store.js';
import { AlreadyBuilding } from './read-store.js';
import { RebuildFailed, rebuild } from './rebuild.js';
import { recorded } from './specification.js';
import type { BankFact } from './specimens.js';
import { balances, closed, deposited, holdings } from './specimens.js';
import { openSqliteEventStore } from './stores/sqlite.event-store.js';
import { openSqliteReadStore } from './stores/sqlite.read-store.js';

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

let streams = 0;
const append = async (store: EventStore, ...facts: readonly BankFact[]): Promise<number> => {
  streams += 1;
  const stream = `bank-${streams}`;
  const events = facts.map((fact, index) => {
    const { type, version, data, provenance } = recorded(fact);
    return { id: deterministicId(stream, index), type, version, data, provenance };
  });
  const { recorded: all } = await store.append(stream, noStream, events);
  return all.at(-1)?.ordinal ?? 0;
};

const newLog = async (): Promise<{ folder: string; store: EventStore }> => {
  const folder = await mkdtemp(join(tmpdir(), 'rebuild-'));
  const store = openSqliteEventStore({ path: join(folder, 'events.db'), pollIntervalMs: 10 });
  cleanUps.push(
    () => rm(folder, { recursive: true }),
    () => store.close(),
  );
  return { folder, store };
};

/** The read store as one process opens it. */
const readStoreIn = (folder: string, store: EventStore, projections: readonly Projection[]): ReadStore => {
  const readStore = openSqliteReadStore({ folder, projections, logId: store.logId });
  cleanUps.push(() => readStore.close());
  return readStore;
};

const projecting = async (
  store: EventStore,
  readStore: ReadStore,
  projections: readonly Projection[],
): Promise<Projector> => {
  const projector = new Projector({
    store,
    readStore,
    projections,
    leaseMs: 300,
    retries: { triesMax: 2, backOffMs: 1, stalledMs: 60_000 },
  });
  cleanUps.push(() => projector.stop());
  projector.start();
  expect(await projector.waitFor(await store.head(), undefined, 5_000)).toBe('projected');
  return projector;
};

const everyRow = async (rows: RowReader): Promise<readonly unknown[]> => [
  await rows.all('SELECT * FROM balance ORDER BY account, known_from'),
  await rows.all('SELECT * FROM holding ORDER BY account'),
  await rows.all('SELECT * FROM deposit ORDER BY ordinal'),
];

const facts = (from: number, count: number): readonly BankFact[] =>
  Array.from({ length: count }, (_, n) =>
    (from + n) % 9 === 8 ? closed(`a${(from + n) % 4}`) : deposited(`a${(from + n) % 4}`, (from + n) / 8),
  );

const poisoned = (account: string): void => {
  if (account === 'poison') throw new Error('cannot be folded');
};

describe('rebuild', () => {
  it('makes the same rows again, with nobody projecting, and says how far it is', async () => {
    const { folder, store } = await newLog();
    const projections = [balances(), holdings()];
    const readStore = readStoreIn(folder, store, projections);
    const projector = await projecting(store, readStore, projections);
    for (let n = 0; n < 5; n += 1) await append(store, ...facts(n * 40, 40));
    expect(await projector.waitFor(200, undefined, 5_000)).toBe('projected');
    await projector.stop();
    const before = await everyRow(readStore);
    const progress: Filling[] = [];
    await rebuild({ store, readStore, projections, pageMax: 64, onProgress: (each) => progress.push(each) });
    expect(await everyRow(readStore)).toEqual(before);
    expect(progress.map(({ ordinal }) => ordinal)).toEqual([64, 128, 192, 200]);
    expect(progress[0]).toEqual({ ordinal: 64, head: 200 });
  });

  it('switches a serving process over while events arrive and readers read, and nothing is lost or doubled', async () => {
    const { folder, store } = await newLog();
    const projections = [balances(), holdings()];
    const serving = readStoreIn(folder, store, projections);
    const projector = await projecting(store, serving, projections);
    const beside = readStoreIn(folder, store, projections);
    await append(store, ...facts(0, 300));

    const ended = new AbortController();
    let last = 0;
    const recording = (async () => {
      for (let n = 300; !ended.signal.aborted; n += 3) {
        last = await append(store, ...facts(n, 3));
        expect(await projector.waitFor(last, undefined, 5_000)).toBe('projected');
        // What was waited for is there, whichever build answers.
        expect(
          await serving.first('SELECT max(ordinal) AS newest FROM deposit WHERE ordinal > ?', [last - 3]),
        ).not.toEqual({ newest: null });
      }
    })();
    const reading = (async () => {
      let newest = 0;
      while (!ended.signal.aborted) {
        const row = await serving.first<{ known: number }>('SELECT max(known_from) AS known FROM balance');
        // Never half, and never back.
        expect(row?.known ?? 0).toBeGreaterThanOrEqual(newest);
        newest = row?.known ?? 0;
        await sleep(1);
      }
    })();
    for (let round = 0; round < 3; round += 1) {
      await rebuild({ store, readStore: beside, projections, pageMax: 50, leaseMs: 30_000 });
      await sleep(20);
    }
    ended.abort();
    await Promise.all([recording, reading]);
    expect(await projector.waitFor(last, undefined, 5_000)).toBe('projected');
    expect((await projector.status()).projecting).toBe(true);
    const live = await everyRow(serving);
    expect((await readdir(join(folder, 'read'))).filter((file) => file.endsWith('.db'))).toEqual([
      'balances-v1-b7.db',
      'holdings-v1-b8.db',
    ]);

    await projector.stop();
    await rebuild({ store, readStore: beside, projections });
    expect(await everyRow(beside)).toEqual(live);
  });

  it('rebuilds only what is asked for, by a name there is', async () => {
    const { folder, store } = await newLog();
    const projections = [balances(), holdings()];
    const readStore = readStoreIn(folder, store, projections);
    await append(store, ...facts(0, 10));
    await rebuild({ store, readStore, projections, names: ['holdings'] });
    expect(await readStore.progress()).toMatchObject([
      { name: 'balances', live: false },
      { name: 'holdings', live: true, checkpoint: 10 },
    ]);
    await expect(rebuild({ store, readStore, projections, names: ['nothing'] })).rejects.toThrow(
      /no projection 'nothing'.*balances, holdings/,
    );
  });

  it('is refused while another is under way, and possible again afterwards', async () => {
    const { folder, store } = await newLog();
    await append(store, ...facts(0, 10));
    let go: () => void = () => undefined;
    const gone = new Promise<void>((resolve) => (go = resolve));
    const slow: Projection = { ...balances(), load: (...all) => gone.then(() => balances().load(...all)) };
    const one = readStoreIn(folder, store, [slow, holdings()]);
    const two = readStoreIn(folder, store, [balances(), holdings()]);
    const first = rebuild({ store, readStore: one, projections: [slow], leaseMs: 1_500 });
    await sleep(1_600);
    await expect(rebuild({ store, readStore: two, projections: [holdings(), balances()] })).rejects.toThrow(
      AlreadyBuilding,
    );
    await rebuild({ store, readStore: two, projections: [holdings()] });
    go();
    await first;
    await rebuild({ store, readStore: two, projections: [balances()] });
    expect(await two.first(`SELECT count(*) AS n FROM balance WHERE known_until = ${open}`)).toEqual({ n: 3 });
  });

  it('leaves the old rows where an event fails, names it, and rebuilds the others', async () => {
    const { folder, store } = await newLog();
    await append(store, deposited('a', 1), deposited('poison', 1));
    const readStore = readStoreIn(folder, store, [balances(), holdings()]);
    await rebuild({ store, readStore, projections: [balances()] });
    const failing = rebuild({ store, readStore, projections: [balances({ folding: poisoned }), holdings()] });
    await expect(failing).rejects.toThrow(RebuildFailed);
    await expect(failing).rejects.toThrow(/balances: Deposited [0-9a-f-]{36} at 2: cannot be folded/);
    expect(await everyRow(readStore)).toMatchObject([
      [{ account: 'a' }, { account: 'poison' }],
      [{ account: 'a' }, { account: 'poison' }],
      [{}, {}],
    ]);
    expect((await readdir(join(folder, 'read'))).filter((file) => file.endsWith('.db'))).toHaveLength(2);
  });

  it('frees a projection that a broken program has stalled', async () => {
    const { folder, store } = await newLog();
    const broken = [balances({ folding: poisoned })];
    const serving = readStoreIn(folder, store, broken);
    const projector = await projecting(store, serving, broken);
    const last = await append(store, deposited('a', 1), deposited('poison', 1), deposited('a', 1));
    expect(await projector.waitFor(last, undefined, 5_000)).toBe('stalled');
    await rebuild({ store, readStore: readStoreIn(folder, store, [balances()]), projections: [balances()] });
    // It finds out when it next looks after its leases.
    while ((await projector.waitFor(last, undefined, 5_000)) === 'stalled') await sleep(5);
    expect(await projector.waitFor(last, undefined, 5_000)).toBe('projected');
    expect((await projector.status()).projections).toMatchObject([{ state: 'live', checkpoint: last }]);
  });

  it('stops when it is told to, and leaves nothing behind', async () => {
    const { folder, store } = await newLog();
    await append(store, ...facts(0, 100));
    const readStore = readStoreIn(folder, store, [balances()]);
    const stop = new AbortController();
    const stopping = rebuild({
      store,
      readStore,
      projections: [balances()],
      pageMax: 10,
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    await expect(stopping).rejects.toThrow(/abort/);
    expect(await readdir(join(folder, 'read'))).toEqual([]);
    await rebuild({ store, readStore, projections: [balances()] });
    expect((await readStore.progress())[0]).toMatchObject({ live: true, checkpoint: 100 });
  });
});
