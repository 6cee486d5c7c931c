import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ProjectorThread } from './projector.thread.js';
import { balances } from './specimens.js';
import { openSqliteEventStore } from './stores/sqlite.event-store.js';
import { openSqliteReadStore } from './stores/sqlite.read-store.js';

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

// What a thread does with the real projector is told by the tests over HTTP; here a few words say what it tells.
const script = (body: string): URL =>
  new URL(
    `data:text/javascript,${encodeURIComponent(`
      import { parentPort, workerData } from 'node:worker_threads';
      const starts = Atomics.add(new Int32Array(workerData), 0, 1);
      const tellHere = (checkpoint) => {
        const whereabouts = { checkpoint, live: true, stall: undefined, here: true };
        parentPort.postMessage({ here: new Map([['balances', whereabouts]]) });
      };
      ${body}`)}`,
  );
const untilStopped = `parentPort.once('message', () => undefined);`;

const threadOf = async (body: string): Promise<{ thread: ProjectorThread; said: string[]; starts: () => number }> => {
  const folder = await mkdtemp(join(tmpdir(), 'thread-'));
  cleanUps.push(() => rm(folder, { recursive: true }));
  const store = openSqliteEventStore({ path: join(folder, 'events.db') });
  cleanUps.push(() => store.close());
  const projections = [balances()];
  const readStore = openSqliteReadStore({ folder, projections, logId: store.logId });
  cleanUps.push(() => readStore.close());
  const said: string[] = [];
  const say = (details: object, message: string): void => void said.push(`${message} ${JSON.stringify(details)}`);
  const log = { info: say, warn: say, error: say };
  const data = new SharedArrayBuffer(4);
  const thread = new ProjectorThread({ worker: script(body), data, store, readStore, projections, log });
  thread.start();
  cleanUps.push(() => thread.stop());
  return { thread, said, starts: () => Atomics.load(new Int32Array(data), 0) };
};

describe('a projector in a thread of its own', () => {
  it('is waited for, and says how far it is', async () => {
    const { thread } = await threadOf(`tellHere(5); ${untilStopped}`);
    expect(await thread.waitFor(5, undefined, 5_000)).toBe('projected');
    expect(await thread.waitFor(6, undefined, 10)).toBe('timeout');
    expect(await thread.status()).toMatchObject({
      projecting: true,
      projections: [{ name: 'balances', checkpoint: 5 }],
    });
  });

  it('is begun again when it fails, says why, and is nowhere meanwhile', async () => {
    const { thread, said, starts } = await threadOf(
      `if (starts === 0) { tellHere(3); throw new Error('no room'); } tellHere(4); ${untilStopped}`,
    );
    expect(await thread.waitFor(3, undefined, 5_000)).toBe('projected');
    while (said.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(said).toEqual([expect.stringMatching(/^the projector failed, and begins again .*no room/)]);
    expect((await thread.status()).projecting).toBe(false);
    expect(await thread.waitFor(4, undefined, 5_000)).toBe('projected');
    expect(starts()).toBe(2);
  });

  it('writes to the log of the service', async () => {
    const { said } = await threadOf(
      `parentPort.postMessage({ level: 'warn', details: { lag: 7 }, message: 'so it is' }); ${untilStopped}`,
    );
    while (said.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(said).toEqual(['so it is {"lag":7}']);
  });

  it('ends when it is told to, and the waits with it', async () => {
    const { thread, starts } = await threadOf(untilStopped);
    while (starts() === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const waiting = thread.waitFor(1, undefined, 60_000);
    await thread.stop();
    expect(await waiting).toBe('timeout');
    expect(starts()).toBe(1);
  });

  it('projects more beside its own when it is told to, without a fault, and is waited for once their rows are live', async () => {
    const { thread, said, starts } = await threadOf(`
      const at = (checkpoint, live) => ({ checkpoint, live, stall: undefined, here: true });
      const tell = (live) => parentPort.postMessage({ here: new Map([['balances', at(9, true)], ['beside', at(3, live)]]) });
      if (starts === 0) tellHere(9);
      else { tell(false); setTimeout(() => tell(true), 2_000); }
      ${untilStopped}`);
    expect(await thread.waitFor(9, undefined, 5_000)).toBe('projected');
    thread.projectBeside([{ ...balances(), name: 'beside' }]);
    while (starts() < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await thread.waitFor(9, undefined, 5_000)).toBe('projected');
    expect((await thread.status()).projections.map(({ name }) => name)).toEqual(['balances']);
    while ((await thread.status()).projections.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await thread.waitFor(9, undefined, 10)).toBe('timeout');
    expect(await thread.waitFor(3, undefined, 10)).toBe('projected');
    expect(said).toEqual([]);
  });
});
