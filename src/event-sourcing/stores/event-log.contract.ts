import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { StoreUnavailable, noStream } from '../event-store.js';
import { ordinalOf } from '../position.js';
import type { LogUnderTest } from './contract-events.js';
import { aStream, anEvent, followed, idsOf } from './contract-events.js';

/** What every event store promises of the log as a whole: part of `event-store.contract.ts`. */
export const eventLogContract = (log: LogUnderTest): void => {
  describe('the log', () => {
    it('is empty at first', async () => {
      expect(log.store.logId).toMatch(/^[0-9a-f]{16}$/);
      expect([await log.store.head(), await log.store.readAll(0), await log.store.countsByType()]).toEqual([
        0,
        [],
        new Map(),
      ]);
      expect([await log.store.recordedAtOf(1), await log.store.prefixAt(Date.now())]).toEqual([null, 0]);
    });

    it('reads all in order and in pages, from any event on, the same after a restart', async () => {
      for (let n = 0; n < 25; n += 1)
        await log.store.append(aStream(), noStream, [anEvent({ n }), anEvent({ n: n + 0.5 })]);
      const all = await log.all();
      expect(all.map(({ data }) => data['n'])).toEqual(Array.from({ length: 50 }, (_, n) => n / 2));
      expect(all.map(({ ordinal }) => ordinal)).toEqual(all.map(({ ordinal }) => ordinal).toSorted((a, b) => a - b));
      expect(all.map(({ position }) => ordinalOf(position, log.store.logId))).toEqual(
        all.map(({ ordinal }) => ordinal),
      );
      const { logId } = log.store;
      for (const restart of [false, true]) {
        if (restart) await log.reopen();
        const read = log.store;
        expect(read.logId).toBe(logId);
        for (const [index, { ordinal }] of all.entries())
          expect(await read.readAll(ordinal, 7)).toEqual(all.slice(index + 1, index + 8));
        expect(await read.head()).toBe(all.at(-1)?.ordinal);
      }
    });

    it('finds an event by its id', async () => {
      const event = anEvent();
      await log.store.append(aStream(), noStream, [anEvent(), event, anEvent()]);
      const [, second] = await log.all();
      expect(await log.store.ordinalOfEvent(event.id)).toBe(second?.ordinal);
      expect(await log.store.ordinalOfEvent(randomUUID())).toBeNull();
      expect(await log.store.ordinalOfEvent('no id')).toBeNull();
    });

    it('counts events by type', async () => {
      await log.store.append(aStream(), noStream, [anEvent(), anEvent({}, { type: 'Met' }), anEvent()]);
      await log.store.append(aStream(), 5, [anEvent()]).catch(() => undefined);
      const counts = new Map([
        ['Called', 2],
        ['Met', 1],
      ]);
      expect(await log.store.countsByType()).toEqual(counts);
      await log.reopen();
      await log.store.append(aStream(), noStream, [anEvent({}, { type: 'Met' })]);
      expect(await log.store.countsByType()).toEqual(counts.set('Met', 2));
    });
  });

  describe('times', () => {
    const recordedAt = async (...times: readonly number[]) => {
      for (const at of times) await log.store.append(aStream(), noStream, [anEvent({}, { recordedAt: at })]);
      return (await log.all()).map(({ ordinal }) => ordinal);
    };

    it('tells when the event at an ordinal, or the last before it, was recorded', async () => {
      const [first = 0, second = 0] = await recordedAt(1_000, 2_000);
      expect(await log.store.recordedAtOf(first - 1)).toBeNull();
      expect(await log.store.recordedAtOf(first)).toBe(1_000);
      expect(await log.store.recordedAtOf(second)).toBe(2_000);
      expect(await log.store.recordedAtOf(second + 1_000)).toBe(2_000);
    });

    it('finds the prefix that was known at a time', async () => {
      const [first, second, third] = await recordedAt(1_000, 2_000, 2_000);
      const known = await Promise.all([999, 1_000, 1_999, 2_000, 9_000].map((at) => log.store.prefixAt(at)));
      expect(known).toEqual([0, first, first, third, third]);
      expect(second).toBeLessThan(third ?? 0);
    });

    it('ends that prefix before the first event recorded later, even where times go back', async () => {
      const [first, second, , fourth, , sixth] = await recordedAt(1_000, 1_500, 3_000, 2_000, 2_500, 4_000, 3_500);
      const known = await Promise.all([1_200, 1_500, 2_000, 2_999].map((at) => log.store.prefixAt(at)));
      expect(known).toEqual([first, second, second, second]);
      expect(await log.store.prefixAt(3_000)).toBeGreaterThan(fourth ?? 0);
      expect(await log.store.prefixAt(3_999)).toBeLessThan(sixth ?? 0);
      expect(await log.store.prefixAt(4_000)).toBe(await log.store.head());
    });
  });

  describe('following', () => {
    it('gives what is recorded already, then what comes, from any event on', async () => {
      await log.store.append(aStream(), noStream, [anEvent(), anEvent(), anEvent()]);
      const [first] = await log.all();
      const following = Promise.all([followed(log.store, 0, 5), followed(log.store, first?.ordinal ?? 0, 4)]);
      await log.store.append(aStream(), noStream, [anEvent()]);
      await log.store.append(aStream(), noStream, [anEvent()]);
      const [all, later] = await following;
      expect(all).toEqual(await log.all());
      expect(later).toEqual(all.slice(1));
    });

    it('neither misses nor doubles an event while many write, for several followers', async () => {
      const following = Promise.all([followed(log.store, 0, 400), followed(log.store, 0, 400, undefined, 3)]);
      await Promise.all(
        Array.from({ length: 16 }, async () => {
          const stream = aStream();
          for (let n = 0; n < 25; n += 1) await log.store.append(stream, n - 1, [anEvent({ n })]);
        }),
      );
      const all = idsOf(await log.all());
      expect((await following).map(idsOf)).toEqual([all, all]);
    });

    it('goes on after a restart where it was', async () => {
      await log.store.append(aStream(), noStream, [anEvent(), anEvent()]);
      const [, second] = await followed(log.store, 0, 2);
      await log.reopen();
      const following = followed(log.store, second?.ordinal ?? 0, 1);
      const { recorded } = await log.store.append(aStream(), noStream, [anEvent()]);
      expect(await following).toEqual(recorded);
    });

    it('gives pages no longer than asked for', async () => {
      await log.store.append(
        aStream(),
        noStream,
        Array.from({ length: 10 }, () => anEvent()),
      );
      const pages: number[] = [];
      await followed(log.store, 0, 10, (page) => pages.push(page.length), 4);
      expect(Math.max(...pages)).toBeLessThanOrEqual(4);
    });

    it('ends when aborted, while it waits and before it began', async () => {
      const stop = new AbortController();
      const waiting = (async () => {
        for await (const page of log.store.follow(0, stop.signal)) throw new Error(`${page.length} events of nothing`);
      })();
      setTimeout(() => stop.abort(), 20);
      await waiting;
      for await (const page of log.store.follow(0, stop.signal)) throw new Error(`${page.length} events after the end`);
    });

    it('holds nothing back when its reader leaves early, many times', async () => {
      await log.store.append(aStream(), noStream, [anEvent(), anEvent()]);
      for (let time = 0; time < 150; time += 1)
        for await (const page of log.store.follow(0, new AbortController().signal, 1)) {
          expect(page).toHaveLength(1);
          break;
        }
      await log.store.append(aStream(), noStream, [anEvent()]);
      expect(await log.all()).toHaveLength(3);
    });
  });

  describe('checkpoints', () => {
    it('keeps one for each follower, also over a restart', async () => {
      expect(await log.store.checkpoint('a webhook')).toBeNull();
      await log.store.saveCheckpoint('a webhook', 7);
      await log.store.saveCheckpoint('a webhook', 12);
      await log.store.saveCheckpoint('a policy', 3);
      await log.reopen();
      expect([await log.store.checkpoint('a webhook'), await log.store.checkpoint('a policy')]).toEqual([12, 3]);
      expect(Object.fromEntries(await log.store.checkpoints())).toEqual({ 'a webhook': 12, 'a policy': 3 });
      expect(await log.all()).toEqual([]);
    });
  });

  describe('closing', () => {
    it('writes what waits, and takes nothing afterwards', async () => {
      const stream = aStream();
      const waiting = log.store.append(stream, noStream, [anEvent()]);
      await log.store.close();
      await log.store.close();
      expect(await waiting).toMatchObject({ revision: 0 });
      await expect(log.store.append(stream, 0, [anEvent()])).rejects.toBeInstanceOf(StoreUnavailable);
      await expect(log.store.readStream(stream)).rejects.toBeInstanceOf(StoreUnavailable);
      await log.reopen();
      expect(await log.store.readStream(stream)).toHaveLength(1);
    });

    it('does not let a follower take the end of the store for the end of the log', async () => {
      const following = followed(log.store, 0, 1);
      setTimeout(() => void log.store.close(), 10);
      await expect(following).rejects.toBeInstanceOf(StoreUnavailable);
    });
  });
};
