import { describe, expect, it } from '@jest/globals';
import type { Filling } from './fill.js';
import { AlreadyBuilding } from './read-store.js';
import { RebuildFailed } from './rebuild.js';
import { rebuildInThreads, sharesOf } from './rebuild.threads.js';
import { balances, holdings } from './specimens.js';

// What the threads build is told by the tests of `rapport rebuild`; here a few words say what they tell.
const script = (body: string): URL =>
  new URL(
    `data:text/javascript,${encodeURIComponent(`
      import { parentPort, workerData } from 'node:worker_threads';
      const [name] = workerData.names;
      const tell = (told) => parentPort.postMessage(told);
      const untilStopped = () => new Promise((resolve) => parentPort.once('message', resolve));
      ${body}`)}`,
  );

const projections = [balances(), holdings()];
const build = (body: string, options: { signal?: AbortSignal; onProgress?: (filling: Filling) => void } = {}) =>
  rebuildInThreads({ worker: script(body), data: {}, projections, threads: 2, ...options });

describe('a rebuild in threads', () => {
  it('gives the heaviest a thread each, and the last all the others', () => {
    expect(sharesOf(['a', 'b', 'c', 'd'], 2)).toEqual([['a'], ['b', 'c', 'd']]);
    expect(sharesOf(['a', 'b', 'c', 'd'], 3)).toEqual([['a'], ['b'], ['c', 'd']]);
    expect(sharesOf(['a', 'b'], 8)).toEqual([['a'], ['b']]);
    expect(sharesOf(['a', 'b'], 1)).toEqual([['a', 'b']]);
  });

  it('is as far as the slowest of them', async () => {
    const seen: Filling[] = [];
    await build(
      `tell({ filling: { ordinal: name === 'balances' ? 3 : 7, head: name === 'balances' ? 8 : 9 } });
       tell({ failures: [] });`,
      { onProgress: (filling) => seen.push(filling) },
    );
    expect(seen).toEqual([{ ordinal: 3, head: 9 }]);
  });

  it('says which could not be built, and why', async () => {
    const built = build(`tell({ failures: [[name, name + ' is full']] });`);
    await expect(built).rejects.toThrow(RebuildFailed);
    await expect(built).rejects.toThrow('balances: balances is full; holdings: holdings is full');
  });

  it('stops the others where one is being built already', async () => {
    const built = build(
      `if (name === 'balances') tell({ alreadyBuilding: name });
       else { await untilStopped(); tell({ failures: [] }); }`,
    );
    await expect(built).rejects.toThrow(new AlreadyBuilding('balances').message);
  });

  it('fails with the thread that fails', async () => {
    await expect(build(`if (name === 'balances') throw new Error('no memory'); await untilStopped();`)).rejects.toThrow(
      'no memory',
    );
  });

  it('ends when it is told to', async () => {
    const stop = new AbortController();
    const built = build(`tell({ filling: { ordinal: 1, head: 2 } }); await untilStopped(); tell({ failures: [] });`, {
      signal: stop.signal,
      onProgress: () => stop.abort(new Error('enough')),
    });
    await expect(built).rejects.toThrow('enough');
  });
});
