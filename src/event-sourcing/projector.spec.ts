import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { deterministicId } from './event-id.js';
import type { EventStore } from './event-store.js';
import { noStream } from './event-store.js';
import { open } from './position.js';
import type { Projection } from './projection.js';
import type { ProjectorOptions } from './projector.js';
import { Projector } from './projector.js';
import type { ReadStore, RowReader } from './read-store.js';
import { recorded } from './specification.js';
import type { BankFact } from './specimens.js';
import { balances, closed, deposited, holdings, noticed } from './specimens.js';
import { openSqliteEventStore } from './stores/sqlite.event-store.js';
import { openSqliteReadStore } from './stores/sqlite.read-store.js';

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const newFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'projector-'));
  cleanUps.push(() => rm(folder, { recursive: true }));
  return folder;
};

const logIn = (folder: string): EventStore => {
  const store = openSqliteEventStore({ path: join(folder, 'events.db'), pollIntervalMs: 10 });
  cleanUps.push(() => store.close());
  return store;
};

let streams = 0;
/** Appends the facts to a stream of their own, and answers with the ordinal of the last. */
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

interface Process {
  readonly projector: Projector;
  readonly readStore: ReadStore;
  stop(): Promise<void>;
}

const retries = { triesMax: 3, backOffMs: 2, stalledMs: 60_000 };

/** What one process of the program has open. */
const processIn = (
  folder: string,
  store: EventStore,
  projections: readonly Projection[],
  options: Partial<ProjectorOptions> = {},
): Process => {
  const readStore = openSqliteReadStore({ folder, projections, logId: store.logId });
  const projector = new Projector({ store, readStore, projections, leaseMs: 300, retries, ...options });
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopped ??= projector.stop().then(() => readStore.close()));
  cleanUps.push(stop);
  projector.start();
  return { projector, readStore, stop };
};

const everyRow = async (rows: RowReader): Promise<unknown> => [
  await rows.all('SELECT * FROM balance ORDER BY account, known_from'),
  await rows.all('SELECT * FROM holding ORDER BY account'),
  await rows.all('SELECT * FROM deposit ORDER BY ordinal'),
];

const present = (rows: RowReader): Promise<unknown> =>
  rows.all(
    `SELECT b.account, b.amount, h.amount AS held FROM balance b LEFT JOIN holding h ON h.account = b.account WHERE b.known_until = ${open} ORDER BY 1`,
  );

const poisoned = (account: string): void => {
  if (account === 'poison') throw new Error('cannot be folded');
};

describe('Projector', () => {
  it('projects what is recorded, before it starts and while it runs, for queries that join projections', async () => {
    const folder = await newFolder();
    const store = logIn(folder);
    await append(store, deposited('a', 1), noticed('x'), deposited('b', 2));
    const { projector, readStore } = processIn(folder, store, [balances(), holdings()]);
    expect(await projector.waitFor(3, undefined, 5_000)).toBe('projected');
    const last = await append(store, deposited('a', 3), closed('b'));
    expect(await projector.waitFor(last, ['balances', 'holdings'], 5_000)).toBe('projected');
    expect(await present(readStore)).toEqual([{ account: 'a', amount: 4, held: 4 }]);
    expect(await projector.status()).toEqual({
      projecting: true,
      head: 5,
      projections: [
        { name: 'balances', version: 1, checkpoint: 5, lag: 0, state: 'live', here: true },
        { name: 'holdings', version: 1, checkpoint: 5, lag: 0, state: 'live', here: true },
      ],
    });
  });

  it('tells other processes soon of events that change no row', async () => {
    const folder = await newFolder();
    const store = logIn(folder);
    const here = processIn(folder, store, [balances()]);
    await here.projector.waitFor(await append(store, deposited('a', 1)), undefined, 5_000);
    const elsewhere = processIn(folder, store, [balances()]);
    // The first may be told at once; those right after it wait a little.
    let last = 0;
    for (let each = 0; each < 5; each += 1) {
      last = await append(store, noticed('x'));
      expect(await here.projector.waitFor(last, undefined, 5_000)).toBe('projected');
    }
    expect(await elsewhere.projector.waitFor(last, undefined, 5_000)).toBe('projected');
    expect((await here.readStore.progress())[0]?.checkpoint).toBe(last);
    expect((await elsewhere.projector.status()).projections[0]?.lag).toBe(0);
  });

  it('tells that rows were built anew, once, and not of a start that finds them', async () => {
    const folder = await newFolder();
    const store = logIn(folder);
    const last = await append(store, deposited('a', 1));
    const built: string[] = [];
    for (const start of ['first', 'second']) {
      const { projector, stop } = processIn(folder, store, [balances(), holdings()], {
        onBuilt: () => built.push(start),
      });
      expect(await projector.waitFor(last, undefined, 5_000)).toBe('projected');
      await stop();
    }
    expect(built).toEqual(['first']);
  });

  it('gives up waiting in time', async () => {
    const folder = await newFolder();
    const store = logIn(folder);
    const { projector } = processIn(folder, store, [balances()]);
    expect(await projector.waitFor(0, undefined, 5_000)).toBe('projected');
    expect(await projector.waitFor(1, undefined, 30)).toBe('timeout');
  });

  it('makes the same rows whatever the batches', async () => {
    const facts = Array.from({ length: 200 }, (_, n) =>
      n % 7 === 3 ? closed(`a${n % 5}`) : n % 11 === 0 ? noticed('x') : deposited(`a${n % 5}`, n / 8),
    );
    const rows = [];
    for (const pageMax of [1, 100]) {
      const folder = await newFolder();
      const store = logIn(folder);
      const { projector, readStore } = processIn(folder, store, [balances(), holdings()], { pageMax });
      expect(await projector.waitFor(0, undefined, 5_000)).toBe('projected');
      const last = await append(store, ...facts);
      expect(await projector.waitFor(last, undefined, 10_000)).toBe('projected');
      rows.push(await everyRow(readStore));
    }
    expect(rows[0]).toEqual(rows[1]);
  });

  it('goes on from its checkpoint after a restart', async () => {
    const folder = await newFolder();
    const store = logIn(folder);
    const before = processIn(folder, store, [balances(), holdings()]);
    await before.projector.waitFor(await append(store, deposited('a', 1)), undefined, 5_000);
    await before.stop();
    const last = await append(store, deposited('a', 2));
    const folded: number[] = [];
    const after = processIn(folder, store, [balances({ folding: (_, amount) => folded.push(amount) }), holdings()]);
    expect(await after.projector.waitFor(last, undefined, 5_000)).toBe('projected');
    expect(folded).toEqual([2]);
    expect(await present(after.readStore)).toEqual([{ account: 'a', amount: 3, held: 3 }]);
  });

  it('builds rows anew that are ahead of a log restored from an older copy', async () => {
    const folder = await newFolder();
    const store = logIn(folder);
    const before = processIn(folder, store, [balances()]);
    await before.projector.waitFor(await append(store, deposited('a', 1)), undefined, 5_000);
    await before.stop();
    const restored: EventStore = Object.create(store, {
      head: { value: () => Promise.resolve(0) },
      readAll: { value: () => Promise.resolve([]) },
      follow: { value: (_: number, signal: AbortSignal) => nothing(signal) },
    }) as EventStore;
    const after = processIn(folder, restored, [balances()]);
    while ((await after.projector.status()).projections[0]?.here !== true) await sleep(5);
    expect(await after.projector.waitFor(0, undefined, 5_000)).toBe('projected');
    expect(await after.readStore.all('SELECT * FROM balance')).toEqual([]);
  });
});

// eslint-disable-next-line require-yield -- A log at whose end nothing comes.
async function* nothing(signal: AbortSignal): AsyncGenerator<never> {
  await new Promise((resolve) => {
    signal.addEventListener('abort', resolve);
  });
}

describe('An event that fails', () => {
  it('stalls its projection before it, and the others go on', async () => {
    const folder = await newFolder();
    const store = logIn(folder);
    const { projector, readStore } = processIn(folder, store, [balances({ folding: poisoned }), holdings()]);
    expect(await projector.waitFor(0, undefined, 5_000)).toBe('projected');
    const last = await append(store, ...Array.from({ length: 20 }, (_, n) => deposited(n === 13 ? 'poison' : 'a', 1)));
    expect(await projector.waitFor(last, ['holdings'], 5_000)).toBe('projected');
    expect(await projector.waitFor(last, ['balances'], 5_000)).toBe('stalled');
    // What stands before the event is there.
    expect(await projector.waitFor(13, ['balances'], 5_000)).toBe('projected');
    expect(await readStore.first(`SELECT amount FROM balance WHERE account = 'a' AND known_until = ${open}`)).toEqual({
      amount: 13,
    });
    const [stalled, live] = (await projector.status()).projections;
    expect(stalled).toMatchObject({ name: 'balances', state: 'stalled', checkpoint: 13, lag: 7 });
    expect(stalled?.stalledAt).toMatchObject({ ordinal: 14, message: expect.stringContaining('cannot be folded') });
    expect(stalled?.stalledAt?.eventId).toMatch(/^[0-9a-f-]{36}$/);
    expect(live).toMatchObject({ state: 'live', checkpoint: last });
  });

  it('is got over by a fixed version of the program, from there on', async () => {
    const folder = await newFolder();
    const store = logIn(folder);
    const broken = processIn(folder, store, [balances({ folding: poisoned }), holdings()]);
    expect(await broken.projector.waitFor(0, undefined, 5_000)).toBe('projected');
    const last = await append(store, deposited('a', 1), deposited('poison', 1), deposited('a', 2));
    expect(await broken.projector.waitFor(last, ['balances'], 5_000)).toBe('stalled');
    await broken.stop();

    // Other processes know of it too, and a restart does not forget it.
    const still = processIn(folder, store, [balances({ folding: poisoned }), holdings()]);
    expect(await still.projector.waitFor(last, ['balances'], 5_000)).toBe('stalled');
    await still.stop();

    const folded: string[] = [];
    const fixed = processIn(folder, store, [balances({ folding: (account) => folded.push(account) }), holdings()]);
    while ((await fixed.projector.waitFor(last, ['balances'], 5_000)) === 'stalled') await sleep(10);
    expect(folded).toEqual(['poison', 'a']);
    expect((await fixed.projector.status()).projections.map(({ state }) => state)).toEqual(['live', 'live']);
    expect(await present(fixed.readStore)).toEqual([
      { account: 'a', amount: 3, held: 3 },
      { account: 'poison', amount: 1, held: 1 },
    ]);
  });

  it('is tried again, and got over without a stall when it passes', async () => {
    const folder = await newFolder();
    const store = logIn(folder);
    let failures = 4;
    const folding = (account: string): void => {
      if (account === 'moody' && (failures -= 1) >= 0) throw new Error('not now');
    };
    const { projector } = processIn(folder, store, [holdings({ folding })]);
    expect(await projector.waitFor(0, undefined, 5_000)).toBe('projected');
    const last = await append(store, deposited('a', 1), deposited('moody', 1), deposited('a', 1));
    expect(await projector.waitFor(last, undefined, 5_000)).toBe('projected');
  });

  it('in a log that is projected for the first time stalls in the same way', async () => {
    const folder = await newFolder();
    const store = logIn(folder);
    const last = await append(store, deposited('a', 1), deposited('poison', 1), deposited('a', 2));
    // Balances fail in folding, holdings in writing: a row of this projection may not be without an amount.
    const unwritable = {
      ...holdings(),
      evolve: (
        loaded: Map<string, number>,
        event: Parameters<Projection['evolve']>[1],
        rows: Parameters<Projection['evolve']>[2],
      ) => holdings().evolve(loaded, event.data['account'] === 'poison' ? { ...event, ordinal: 1 } : event, rows),
    };
    const { projector } = processIn(folder, store, [balances({ folding: poisoned }), unwritable]);
    expect(await projector.waitFor(last, ['balances'], 5_000)).toBe('stalled');
    expect(await projector.waitFor(last, ['holdings'], 5_000)).toBe('stalled');
    expect((await projector.status()).projections).toMatchObject([
      { name: 'balances', state: 'stalled', checkpoint: 1, stalledAt: { ordinal: 2 } },
      { name: 'holdings', state: 'stalled', checkpoint: 1, stalledAt: { ordinal: 2 } },
    ]);
  });
});

describe('Several processes', () => {
  it('project one at a time; the other reads, waits, and takes over when the first stops', async () => {
    const folder = await newFolder();
    const store = logIn(folder);
    const one = processIn(folder, store, [balances(), holdings()], { leaseMs: 30_000 });
    expect(await one.projector.waitFor(0, undefined, 5_000)).toBe('projected');
    const two = processIn(folder, store, [balances(), holdings()]);
    expect(await two.projector.waitFor(await append(store, deposited('a', 1)), undefined, 5_000)).toBe('projected');
    expect(await present(two.readStore)).toEqual([{ account: 'a', amount: 1, held: 1 }]);
    expect((await two.projector.status()).projecting).toBe(false);
    await one.stop();
    expect(await two.projector.waitFor(await append(store, deposited('a', 1)), undefined, 5_000)).toBe('projected');
    expect((await two.projector.status()).projecting).toBe(true);
    expect(await present(two.readStore)).toEqual([{ account: 'a', amount: 2, held: 2 }]);
  });

  it('never write twice what an old holder that wakes up still has in hand', async () => {
    const folder = await newFolder();
    const store = logIn(folder);
    let asleep: () => void = () => undefined;
    const sleeping = new Promise<void>((resolve) => (asleep = resolve));
    let wake: () => void = () => undefined;
    const woken = new Promise<void>((resolve) => (wake = resolve));
    const slow: Projection = {
      ...balances(),
      load: async (events, rows, kept) => {
        const loaded = await balances().load(events, rows, kept);
        asleep();
        await woken;
        return loaded;
      },
    };
    const one = processIn(folder, store, [slow]);
    expect(await one.projector.waitFor(0, undefined, 5_000)).toBe('projected');
    const last = await append(store, deposited('a', 1));
    await sleeping;
    const two = processIn(folder, store, [balances()], { leaseMs: 30_000 });
    expect(await two.projector.waitFor(last, undefined, 5_000)).toBe('projected');
    wake();
    const next = await append(store, deposited('a', 1));
    expect(await two.projector.waitFor(next, undefined, 5_000)).toBe('projected');
    expect(await one.projector.waitFor(next, undefined, 5_000)).toBe('projected');
    expect((await one.projector.status()).projecting).toBe(false);
    expect(await two.readStore.all('SELECT * FROM balance ORDER BY known_from')).toEqual([
      { account: 'a', known_from: last, known_until: next, amount: 1 },
      { account: 'a', known_from: next, known_until: open, amount: 2 },
    ]);
  });
});

describe('A new version of a projection', () => {
  it('is built beside the old one, which another process goes on with, and switched to', async () => {
    const folder = await newFolder();
    const store = logIn(folder);
    const old = processIn(folder, store, [balances()]);
    await old.projector.waitFor(await append(store, deposited('a', 1)), undefined, 5_000);
    const folding = (): void => undefined;
    const next = processIn(folder, store, [balances({ version: 2, folding })]);
    expect(await next.projector.waitFor(1, undefined, 5_000)).toBe('projected');
    const last = await append(store, deposited('a', 1));
    for (const { projector, readStore } of [old, next]) {
      expect(await projector.waitFor(last, undefined, 5_000)).toBe('projected');
      expect(await readStore.first(`SELECT amount FROM balance WHERE known_until = ${open}`)).toEqual({ amount: 2 });
    }
    expect((await next.projector.status()).projections).toMatchObject([{ version: 2, state: 'live', here: true }]);
    expect((await old.projector.status()).projections).toMatchObject([{ version: 1, state: 'live', here: true }]);
  });

  it('leaves readers with the old rows until it has caught up', async () => {
    const folder = await newFolder();
    const store = logIn(folder);
    const old = processIn(folder, store, [balances()]);
    const last = await append(store, deposited('a', 1));
    await old.projector.waitFor(last, undefined, 5_000);
    await old.stop();
    let go: () => void = () => undefined;
    const gone = new Promise<void>((resolve) => (go = resolve));
    const waiting: Projection = {
      ...balances({ version: 2 }),
      load: (...all) => gone.then(() => balances().load(...all)),
    };
    const next = processIn(folder, store, [waiting]);
    expect(await next.projector.waitFor(last, undefined, 100)).toBe('timeout');
    expect((await next.projector.status()).projections).toMatchObject([
      { version: 2, state: 'building', checkpoint: 0, lag: 1 },
    ]);
    expect(await next.readStore.all('SELECT amount FROM balance')).toEqual([{ amount: 1 }]);
    go();
    expect(await next.projector.waitFor(last, undefined, 5_000)).toBe('projected');
    expect(await next.readStore.all('SELECT amount FROM balance')).toEqual([{ amount: 1 }]);
  });
});
