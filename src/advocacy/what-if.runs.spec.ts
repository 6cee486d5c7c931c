import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Credential } from '../access/credential.js';
import type { EventStore } from '../event-sourcing/event-store.js';
import type { ReadStore } from '../event-sourcing/read-store.js';
import { openSqliteEventStore } from '../event-sourcing/stores/sqlite.event-store.js';
import { openSqliteReadStore } from '../event-sourcing/stores/sqlite.read-store.js';
import { rulesV1 } from './standing.js';
import { type ToldOfWhatIf, WhatIfRuns, whatIfsMax } from './what-if.runs.js';
import { WhatIfTooLarge } from './what-if.thread.js';
import type { WhatIfAsked } from './what-if.js';

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

// What a thread does with real rows is told by the tests over HTTP; here a few words say what it tells.
const script = (body: string): URL =>
  new URL(
    `data:text/javascript,${encodeURIComponent(`
      import { parentPort, workerData } from 'node:worker_threads';
      const seen = new Int32Array(workerData.seen);
      const tell = (told) => parentPort.postMessage(told);
      Atomics.add(seen, 0, 1);
      ${body}`)}`,
  );
/** Runs until it is told to stop, and counts that it was. */
const untilStopped = `parentPort.once('message', () => { Atomics.add(seen, 1, 1); parentPort.close(); });`;
const asked: WhatIfAsked = {
  rules: rulesV1,
  live: rulesV1,
  past: { known: 1, validAt: 0 },
  during: { from: null, until: null },
  stakeholders: 0,
};
const key = (id: string): Credential => ({ id, name: id, role: 'reader' });

let store: EventStore;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'what-if-'));
  cleanUps.push(() => rm(folder, { recursive: true }));
  store = openSqliteEventStore({ path: join(folder, 'events.db') });
  cleanUps.push(() => store.close());
});

const runsOf = (body: string) => {
  const rows: ReadStore = openSqliteReadStore({ folder, projections: [], logId: store.logId });
  cleanUps.push(() => rows.close());
  const seen = new Int32Array(new SharedArrayBuffer(8));
  const runs = new WhatIfRuns(store, rows, { worker: script(body), data: { seen: seen.buffer } });
  const begin = async (id: string): Promise<AsyncIterableIterator<ToldOfWhatIf>> => {
    const begun = await runs.begin(key(id), asked, 7);
    if ('refused' in begun) throw new Error(begun.refused);
    cleanUps.push(async () => begun.return?.());
    return begun;
  };
  return { runs, begin, started: () => Atomics.load(seen, 0), stopped: () => Atomics.load(seen, 1) };
};

const next = async (told: AsyncIterator<ToldOfWhatIf>): Promise<ToldOfWhatIf> => {
  const { value } = (await told.next()) as { readonly value: ToldOfWhatIf };
  return value;
};

describe('a what-if that runs', () => {
  it('tells how far it is, then its answer, and is over', async () => {
    const { begin } = runsOf(`tell({ progress: { facts: 1, stakeholders: 0 } });
      setTimeout(() => tell({ answer: { facts: 2 } }), 1_500);`);
    const told = await begin('a');
    const first = await next(told);
    expect(first).toMatchObject({ progress: { facts: 1 } });
    expect(await next(told)).toEqual({ id: first.id, answer: { facts: 2 } });
    expect((await told.next()).done).toBe(true);
    await begin('a');
  });

  it('stops its thread when nobody listens any more, and only then may its key ask again', async () => {
    const { begin, runs, stopped } = runsOf(`tell({ progress: { facts: 1, stakeholders: 0 } }); ${untilStopped}`);
    const told = await begin('a');
    const { id } = await next(told);
    expect(await runs.begin(key('a'), asked, 8)).toEqual({
      refused: 'WhatIfIsRunning',
      running: { id, startedAt: 7 },
    });
    const waiting = told.next();
    await told.return?.();
    expect(stopped()).toBe(1);
    expect((await waiting).done).toBe(true);
    await (await begin('a')).return?.();
  });

  it('is ended by force where its thread does not listen', async () => {
    const { begin } = runsOf(`tell({ progress: { facts: 1, stakeholders: 0 } }); for (;;);`);
    const told = await begin('a');
    await next(told);
    await told.return?.();
    await (await begin('a')).return?.();
  });

  it('says what went wrong in its thread, and that it grew too large', async () => {
    await expect((await runsOf(`throw new Error('no rows');`).begin('a')).next()).rejects.toThrow('no rows');
    await expect((await runsOf(`parentPort.close();`).begin('b')).next()).rejects.toThrow('without a word');
    const large = runsOf(`const held = []; for (;;) held.push(Array.from({ length: 1e5 }, () => ({})));`);
    await expect((await large.begin('c')).next()).rejects.toThrow(WhatIfTooLarge);
  });
});

describe('what-ifs of several', () => {
  it('are so many in a process', async () => {
    const { begin, runs, started } = runsOf(untilStopped);
    for (let count = 0; count < whatIfsMax; count += 1) await begin(`key ${count}`);
    expect(await runs.begin(key('another'), asked, 8)).toEqual({ refused: 'TooManyWhatIfs' });
    while (started() < whatIfsMax) await new Promise((resolve) => setTimeout(resolve, 5));
  });

  it('are one of a key over all instances', async () => {
    const told = await runsOf(untilStopped).begin('a');
    const elsewhere = runsOf(untilStopped);
    expect(await elsewhere.runs.begin(key('a'), asked, 8)).toEqual({ refused: 'WhatIfIsRunning', running: null });
    await elsewhere.begin('b');
    await told.return?.();
    await elsewhere.begin('a');
  });
});
