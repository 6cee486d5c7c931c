import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import type { ReadStore } from '../read-store.js';

const ttlMs = 60_000;

/**
 * What every read store promises of its leases.
 * @param open opens the store, each time as another process would, and closes it after the test.
 */
export const leasesContract = (open: () => Promise<ReadStore>): void => {
  it('to one holder at a time, who keeps the token while he renews', async () => {
    const [store, other] = [await open(), await open()];
    const mine = await store.hold('one', ['a', 'b'], ttlMs);
    expect([...mine.keys()]).toEqual(['a', 'b']);
    expect(await other.hold('two', ['a', 'b', 'c'], ttlMs)).toEqual(new Map([['c', expect.any(Number)]]));
    expect(await store.hold('one', ['a', 'b'], ttlMs)).toEqual(mine);
    await store.release('one', ['a']);
    const theirs = await other.hold('two', ['a', 'b'], ttlMs);
    expect([...theirs.keys()]).toEqual(['a']);
    expect(theirs.get('a')).toBeGreaterThan(mine.get('a') ?? Infinity);
  });

  it('to another when they were not renewed in time', async () => {
    const store = await open();
    const mine = await store.hold('one', ['a'], 1_500);
    expect((await store.hold('two', ['a'], ttlMs)).size).toBe(0);
    await sleep(1_550);
    const theirs = await store.hold('two', ['a'], ttlMs);
    expect(theirs.get('a')).toBeGreaterThan(mine.get('a') ?? Infinity);
    expect((await store.hold('one', ['a'], ttlMs)).size).toBe(0);
  });

  it('by force too, and takes none from who has none', async () => {
    const store = await open();
    const mine = await store.hold('one', ['a'], ttlMs);
    const token = await store.seize('two', 'a', ttlMs);
    expect(token).toBeGreaterThan(mine.get('a') ?? Infinity);
    await store.release('one', ['a']);
    expect(await store.hold('two', ['a'], ttlMs)).toEqual(new Map([['a', token]]));
  });
};
