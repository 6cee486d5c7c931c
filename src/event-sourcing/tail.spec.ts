import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { EventStore } from './event-store.js';
import { noStream } from './event-store.js';
import { aStream, anEvent } from './stores/contract-events.js';
import { openSqliteEventStore } from './stores/sqlite.event-store.js';
import { Tail } from './tail.js';

let folder: string;
let store: EventStore;
let tail: Tail | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rapport-tail-'));
  store = openSqliteEventStore({ path: join(folder, 'events.db') });
});
afterEach(async () => {
  tail?.stop();
  await store.close();
  rmSync(folder, { recursive: true });
});

const record = async (events: number): Promise<void> => {
  await store.append(
    aStream(),
    noStream,
    Array.from({ length: events }, () => anEvent()),
  );
};

const gatherMs = 1_500;
const pageMax = 100;

/** Answers with how many events the next page has, and after how many milliseconds it came. */
const pagesOf = (followed: Tail) => {
  let at = 0;
  return async (): Promise<{ readonly events: number; readonly ms: number }> => {
    const asked = performance.now();
    for (;;) {
      const page = followed.take(at);
      if (page !== undefined) {
        at = page.at(-1)?.ordinal ?? at;
        return { events: page.length, ms: performance.now() - asked };
      }
      await sleep(1);
    }
  };
};

const follow = () => pagesOf((tail = new Tail(store, pageMax, () => undefined, gatherMs)));

it('gives what little is recorded at once', async () => {
  const next = follow();
  for (const events of [1, 31, 2]) {
    await record(events);
    const page = await next();
    expect(page.events).toBe(events);
    expect(page.ms).toBeLessThan(gatherMs / 2);
  }
});

it('lets events gather where much is recorded', async () => {
  const next = follow();
  await record(40);
  expect((await next()).events).toBe(40);
  const second = next();
  await record(10);
  await sleep(gatherMs / 5);
  await record(20);
  const { events, ms } = await second;
  expect(events).toBe(30);
  expect(ms).toBeGreaterThan(gatherMs / 2);
  // Little came of it: what comes next is not waited for.
  const third = next();
  await record(3);
  expect((await third).events).toBe(3);
});

it('does not wait where it is behind', async () => {
  await record(pageMax * 2 + 5);
  const next = follow();
  const began = performance.now();
  expect([(await next()).events, (await next()).events, (await next()).events]).toEqual([pageMax, pageMax, 5]);
  expect(performance.now() - began).toBeLessThan(gatherMs);
});

it('waits no longer once it is stopped', async () => {
  const next = follow();
  await record(40);
  await next();
  expect(tail?.take(40)).toBeUndefined();
  tail?.stop();
  await record(1);
  // It begins anew.
  const { events, ms } = await next();
  expect(events).toBe(1);
  expect(ms).toBeLessThan(gatherMs / 2);
});
