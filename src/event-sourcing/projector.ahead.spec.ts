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
import { Projector } from './projector.js';
import { projectLease } from './read-store.js';
import { recorded } from './specification.js';
import { balances, deposited } from './specimens.js';
import { live } from './stores/read-store.specimens.js';
import { openSqliteEventStore } from './stores/sqlite.event-store.js';
import { openSqliteReadStore } from './stores/sqlite.read-store.js';

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const retries = { triesMax: 3, backOffMs: 2, stalledMs: 60_000 };

/** Appends deposits of these amounts, and answers with the ordinal of the last. */
const deposit = async (store: EventStore, ...amounts: readonly number[]): Promise<number> => {
  const events = amounts.map((amount, index) => {
    const { type, version, data, provenance } = recorded(deposited('a', amount));
    return { id: deterministicId('bank', index), type, version, data, provenance };
  });
  const { recorded: all } = await store.append('bank-1', noStream, events);
  return all.at(-1)?.ordinal ?? 0;
};

/** The same, but for some of its methods. */
const overriding = <T extends object>(one: T, methods: Partial<T>): T =>
  new Proxy(one, {
    get: (target, name) => {
      const own: unknown = Reflect.get(methods, name);
      const value: unknown = own ?? Reflect.get(target, name, target);
      // What is private to it is not the proxy's.
      return typeof value === 'function' && own === undefined ? (value.bind(target) as unknown) : value;
    },
  });

describe('A projector whose writing takes long', () => {
  /** A process whose builds are written by `commit`, on rows that stand already. */
  const processWriting = async (
    projection: Projection,
    commit: (write: () => Promise<void>, ordinal: number) => Promise<void>,
  ) => {
    const folder = await mkdtemp(join(tmpdir(), 'projector-ahead-'));
    cleanUps.push(() => rm(folder, { recursive: true }));
    const store = openSqliteEventStore({ path: join(folder, 'events.db'), pollIntervalMs: 10 });
    cleanUps.push(() => store.close());
    const first = openSqliteReadStore({ folder, projections: [projection], logId: store.logId });
    await (await live(first, projection, 'another')).close();
    await first.release('another', [projectLease(projection)]);
    await first.close();
    const opened = openSqliteReadStore({ folder, projections: [projection], logId: store.logId });
    const readStore = overriding(opened, {
      open: async (...all) => {
        const build = await opened.open(...all);
        if (build === null) return null;
        let written: Promise<unknown> = Promise.resolve();
        // As a build promises: what is asked while a batch is written is answered with it.
        const rows = overriding(build.rows, {
          first: async (...asked) => {
            await written.catch(() => undefined);
            return build.rows.first(...asked);
          },
        });
        return overriding(build, {
          rows,
          commit: (writes, to) => {
            const writing = commit(() => build.commit(writes, to), to);
            written = writing;
            return writing;
          },
        });
      },
    });
    const projector = new Projector({ store, readStore, projections: [projection], pageMax: 1, retries });
    cleanUps.push(() => projector.stop().then(() => opened.close()));
    projector.start();
    return { store, projector, readStore };
  };

  it('folds a batch meanwhile, one at a time, and tells of rows only when they are written', async () => {
    const [loaded, begun]: [number[], number[]] = [[], []];
    let goOn: () => void = () => undefined;
    const gone = new Promise<void>((resolve) => (goOn = resolve));
    const noting: Projection = {
      ...balances(),
      load: (events, ...rest) => {
        loaded.push(...events.map(({ ordinal }) => ordinal));
        return balances().load(events, ...rest);
      },
    };
    const { store, projector, readStore } = await processWriting(noting, async (write, ordinal) => {
      begun.push(ordinal);
      await gone;
      await write();
    });
    const last = await deposit(store, 1, 2, 3, 4);
    while (loaded.length < 2) await sleep(5);
    expect(await projector.waitFor(1, undefined, 100)).toBe('timeout');
    expect([loaded, begun]).toEqual([[1, 2], [1]]);
    goOn();
    expect(await projector.waitFor(last, undefined, 5_000)).toBe('projected');
    expect([loaded, begun]).toEqual([
      [1, 2, 3, 4],
      [1, 2, 3, 4],
    ]);
    expect(await readStore.first(`SELECT amount FROM balance WHERE known_until = ${open}`)).toEqual({ amount: 10 });
  });

  it('folds again what it folded after a batch that was not written', async () => {
    const failing = new Set([1, 4, 5]);
    const { store, projector, readStore } = await processWriting(balances(), async (write, ordinal) => {
      await sleep(20);
      if (failing.delete(ordinal)) throw new Error('not now');
      await write();
    });
    const last = await deposit(store, 1, 1, 1, 1, 1, 1, 1, 1);
    expect(await projector.waitFor(last, undefined, 5_000)).toBe('projected');
    const rows = await readStore.all<{ amount: number }>('SELECT amount FROM balance ORDER BY known_from');
    expect(rows.map(({ amount }) => amount)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });
});
