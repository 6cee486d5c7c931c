import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { open } from '../position.js';
import type { Projected, ReadStore, RowWriter } from '../read-store.js';
import { AlreadyBuilding, LeaseLost, NotBuiltYet, buildLease, projectLease } from '../read-store.js';
import { buildRowsContract } from './build-rows.contract.js';
import { leasesContract } from './leases.contract.js';
import { live, opened, place, places, span, spans, ttlMs, writing } from './read-store.specimens.js';

/** One read store that stands somewhere, empty at first. */
export interface ReadStoreSubject {
  /** Opens it, each time as another process would. */
  open(projections: readonly Projected[], logId?: string): Promise<ReadStore>;
  /** Closes and deletes all. */
  dispose(): Promise<void>;
}

/** What every read store promises. */
export const readStoreContract = (name: string, make: () => Promise<ReadStoreSubject>): void => {
  describe(`${name} as a read store`, () => {
    let subject: ReadStoreSubject;
    let store: ReadStore;
    const closing: { close(): Promise<void> }[] = [];
    const closed = <T extends { close(): Promise<void> }>(one: T): T => {
      closing.push(one);
      return one;
    };
    const another = async (projections: readonly Projected[] = [spans, places], logId?: string): Promise<ReadStore> =>
      closed(await subject.open(projections, logId));

    beforeEach(async () => {
      subject = await make();
      store = await another();
    });
    afterEach(async () => {
      for (const one of closing.splice(0).reverse()) await one.close();
      await subject.dispose();
    });

    describe('keeps rows', () => {
      it('as they were put, replaced, inserted and removed, with nulls, fractions and large numbers', async () => {
        const build = closed(await live(store, places));
        const write = (rows: RowWriter): void => {
          rows.insert(place, { id: 1, name: 'Ü', holder: null });
          rows.put(place, { id: Number.MAX_SAFE_INTEGER, name: '', holder: 'h' });
          rows.insert(place, { id: 3, name: 'x' });
          rows.remove(place, [3]);
        };
        await build.commit(writing(write), 5);
        await build.commit(
          writing((rows) => rows.put(place, { id: 1, name: 'other', holder: 'i' })),
          6,
        );
        await build.commit(
          writing((rows) => rows.remove(place, [99])),
          7,
        );
        const expected = [
          { id: 1, name: 'other', holder: 'i' },
          { id: Number.MAX_SAFE_INTEGER, name: '', holder: 'h' },
        ];
        expect(await store.all('SELECT * FROM place ORDER BY id')).toEqual(expected);
        expect(await build.rows.first('SELECT * FROM place WHERE id = ?', [1])).toEqual(expected[0]);
        expect(await store.first('SELECT * FROM place WHERE id = ?', [2])).toBeUndefined();
      });

      it('that swap a value which only one may have, in the order of the writes', async () => {
        const build = closed(await live(store, places));
        const write = (rows: RowWriter): void => {
          rows.put(place, { id: 1, name: 'a', holder: 'h' });
          rows.put(place, { id: 1, name: 'a', holder: null });
          rows.put(place, { id: 2, name: 'b', holder: 'h' });
        };
        await build.commit(writing(write), 1);
        const swap = (rows: RowWriter): void => {
          rows.put(place, { id: 2, name: 'b', holder: null });
          rows.put(place, { id: 1, name: 'a', holder: 'h' });
          rows.put(place, { id: 2, name: 'b', holder: 'i' });
        };
        await build.commit(writing(swap), 2);
        expect(await store.all('SELECT id, holder FROM place ORDER BY id')).toEqual([
          { id: 1, holder: 'h' },
          { id: 2, holder: 'i' },
        ]);
      });

      it('in versions that answer as of any ordinal', async () => {
        const build = closed(await live(store, spans));
        const version = (rows: RowWriter, ordinal: number, value: number | null): void => {
          rows.close(span, ['w', 't'], ordinal);
          rows.insert(span, { who: 'w', topic: 't', known_from: ordinal, known_until: open, value });
        };
        for (const ordinal of [2, 4])
          await build.commit(
            writing((rows) => version(rows, ordinal, ordinal / 10)),
            ordinal,
          );
        const three = (rows: RowWriter): void => [6, 8, 10].forEach((ordinal) => version(rows, ordinal, ordinal / 10));
        await build.commit(writing(three), 10);
        await build.commit(
          writing((rows) => rows.close(span, ['w', 't'], 12)),
          12,
        );
        const asOf = (ordinal: number) =>
          store.first('SELECT value FROM span WHERE who = ? AND known_from <= ? AND known_until > ?', [
            'w',
            ordinal,
            ordinal,
          ]);
        expect(await Promise.all([1, 2, 3, 4, 7, 8, 11].map(asOf))).toEqual([
          undefined,
          { value: 0.2 },
          { value: 0.2 },
          { value: 0.4 },
          { value: 0.6 },
          { value: 0.8 },
          { value: 1 },
        ]);
        expect(await asOf(12)).toBeUndefined();
        expect(await store.first('SELECT count(*) AS n FROM span')).toEqual({ n: 5 });
      });
    });

    buildRowsContract(() => another());

    describe('commits', () => {
      it('rows and checkpoint together, or neither', async () => {
        const build = closed(await live(store, places));
        await build.commit(
          writing((rows) => rows.insert(place, { id: 1, name: 'a' })),
          10,
        );
        const broken = (rows: RowWriter): void => {
          rows.insert(place, { id: 2, name: 'b' });
          rows.insert(place, { id: 1, name: 'again' });
        };
        await expect(build.commit(writing(broken), 20)).rejects.toThrow();
        await expect(
          build.commit(
            writing((rows) => rows.insert(place, { id: 4, name: null })),
            20,
          ),
        ).rejects.toThrow();
        expect(build.checkpoint).toBe(10);
        expect(await store.all('SELECT id FROM place')).toEqual([{ id: 1 }]);
        const [, progress] = await (await another()).progress();
        expect(progress).toMatchObject({ name: 'all-places', live: true, checkpoint: 10 });
        await build.commit(
          writing((rows) => rows.insert(place, { id: 2, name: 'b' })),
          20,
        );
        expect(build.checkpoint).toBe(20);
      });

      it('nothing of a writer whose lease another has taken', async () => {
        const old = closed(await live(store, places));
        const other = await another();
        const token = await other.seize('two', projectLease(places), ttlMs);
        const build = closed(await opened(other, places, token));
        await expect(
          old.commit(
            writing((rows) => rows.insert(place, { id: 1, name: 'old' })),
            1,
          ),
        ).rejects.toThrow(LeaseLost);
        await build.commit(
          writing((rows) => rows.insert(place, { id: 1, name: 'new' })),
          1,
        );
        await expect(old.commit([], 2)).rejects.toThrow(LeaseLost);
        await expect(other.open(places, token - 1)).rejects.toThrow(LeaseLost);
        expect(await store.all('SELECT name FROM place')).toEqual([{ name: 'new' }]);
      });
    });

    describe('lets readers', () => {
      it('join projections', async () => {
        const [one, two] = [closed(await live(store, spans)), closed(await live(store, places))];
        await one.commit(
          writing((rows) => rows.insert(span, { who: 'w', topic: 't', known_from: 1, known_until: open, value: null })),
          1,
        );
        await two.commit(
          writing((rows) => rows.insert(place, { id: 1, name: 'w' })),
          1,
        );
        expect(await store.all('SELECT s.topic, p.id FROM span s JOIN place p ON p.name = s.who')).toEqual([
          { topic: 't', id: 1 },
        ]);
      });

      it('be told that rows are not built yet, and of their own mistakes', async () => {
        await expect(store.all('SELECT * FROM place')).rejects.toThrow(NotBuiltYet);
        closed(await live(store, places));
        expect(await store.all('SELECT * FROM place')).toEqual([]);
        closed(await live(store, spans));
        await expect(store.all('SELECT * FROM nowhere')).rejects.not.toThrow(NotBuiltYet);
      });

      it('see a new build when it is made live, and not before, in every process', async () => {
        const other = await another();
        const old = closed(await live(store, places));
        await old.commit(
          writing((rows) => rows.insert(place, { id: 1, name: 'old' })),
          1,
        );
        const read = async (): Promise<readonly unknown[]> =>
          Promise.all([store, other].map((each) => each.first('SELECT name FROM place')));
        await sleep(30);
        expect(await read()).toEqual([{ name: 'old' }, { name: 'old' }]);

        await store.hold('one', [buildLease(places)], ttlMs);
        const next = await store.begin(places, 'one');
        await next.commit(
          writing((rows) => rows.insert(place, { id: 1, name: 'new' })),
          1,
        );
        expect(await next.rows.all('SELECT name FROM place')).toEqual([{ name: 'new' }]);
        await store.report(next, 9);
        expect((await other.progress())[1]).toMatchObject({
          live: true,
          checkpoint: 1,
          building: { ordinal: 1, target: 9 },
        });
        expect(await read()).toEqual([{ name: 'old' }, { name: 'old' }]);
        await next.settle();
        expect(await read()).toEqual([{ name: 'old' }, { name: 'old' }]);
        await store.makeLive(next, 'one');
        await next.close();
        // This process reads it at once, another one a moment later.
        expect(await store.first('SELECT name FROM place')).toEqual({ name: 'new' });
        await sleep(30);
        expect(await read()).toEqual([{ name: 'new' }, { name: 'new' }]);
        expect((await other.progress())[1]).toEqual({ name: 'all-places', version: 1, live: true, checkpoint: 1 });
      });

      it('see the rows of an older version until those of the newer are live', async () => {
        const old = closed(await live(store, places));
        await old.commit(
          writing((rows) => rows.insert(place, { id: 1, name: 'old' })),
          1,
        );
        const newer: Projected = {
          ...places,
          version: 2,
          tables: [{ ...place, columns: { ...place.columns, more: 'text' }, nullable: ['more'] }],
        };
        const next = await another([spans, newer]);
        expect(await next.first('SELECT name FROM place')).toEqual({ name: 'old' });
        await expect(next.first('SELECT more FROM place')).rejects.toThrow(NotBuiltYet);
        expect((await next.progress())[1]).toEqual({ name: 'all-places', version: 2, live: false, checkpoint: 0 });
        closed(await live(next, newer, 'two'));
        expect(await next.first('SELECT more FROM place')).toBeUndefined();
        // The old one is still projected by a process, whose readers keep it; when that has gone, it goes.
        await sleep(30);
        expect(await store.first('SELECT name FROM place')).toEqual({ name: 'old' });
        await store.release('one', [projectLease(places)]);
        closed(await live(next, newer, 'two'));
        await sleep(30);
        expect((await store.progress())[1]).toMatchObject({ version: 1, live: false });
      });
    });

    describe('keeps builds apart', () => {
      it('and begins one only for who holds its lease', async () => {
        await expect(store.begin(places, 'one')).rejects.toThrow(AlreadyBuilding);
        await store.hold('one', [buildLease(places)], ttlMs);
        await expect((await another()).begin(places, 'two')).rejects.toThrow(AlreadyBuilding);
      });

      it('and throws away what a dead process left unfinished', async () => {
        const other = await another();
        await other.hold('dead', [buildLease(places)], 1);
        const left = closed(await other.begin(places, 'dead'));
        await left.commit(
          writing((rows) => rows.insert(place, { id: 1, name: 'left' })),
          1,
        );
        await sleep(5);
        expect(await store.open(places, 1)).toBeNull();
        const build = closed(await live(store, places));
        expect(build.checkpoint).toBe(0);
        await expect(left.settle()).rejects.toThrow();
      });

      it('and goes on with one that was settled and never live', async () => {
        await store.hold('one', [buildLease(places)], ttlMs);
        const filled = await store.begin(places, 'one');
        await filled.commit(
          writing((rows) => rows.insert(place, { id: 1, name: 'a' })),
          7,
        );
        await filled.settle();
        await filled.close();
        const token = await store.seize('two', projectLease(places), ttlMs);
        const build = closed(await opened(store, places, token));
        expect([build.checkpoint, build.live]).toEqual([7, false]);
        await expect(store.makeLive(build, 'one')).rejects.toThrow(LeaseLost);
        await store.makeLive(build, 'two');
        expect([await store.all('SELECT id FROM place'), build.live]).toEqual([[{ id: 1 }], true]);
      });

      it('and leaves alone those of another log or with other columns', async () => {
        const build = closed(await live(store, places));
        await build.commit(
          writing((rows) => rows.insert(place, { id: 1, name: 'a' })),
          7,
        );
        const foreign = await another([places], 'fedcba9876543210');
        expect(await foreign.open(places, build.id + Date.now() + 1_000)).toBeNull();
        await expect(foreign.all('SELECT * FROM place')).rejects.toThrow(NotBuiltYet);
        const changed: Projected = { ...places, tables: [{ ...place, columns: { ...place.columns, more: 'text' } }] };
        expect(await (await another([changed])).open(changed, Date.now() + 1_000)).toBeNull();
      });

      it('and does without one that is of no use', async () => {
        const build = await live(store, places);
        await store.discard(build);
        await sleep(30);
        await expect(store.all('SELECT * FROM place')).rejects.toThrow(NotBuiltYet);
        expect((await store.progress())[1]).toMatchObject({ live: false, checkpoint: 0 });
      });
    });

    describe('gives leases', () => leasesContract(() => another()));

    it('reads and projects more projections from when it is told to, or fewer', async () => {
      const few = await another([places]);
      closed(await live(few, places));
      few.readAs([places, spans]);
      expect(await few.progress()).toMatchObject([
        { name: 'all-places', live: true },
        { name: 'spans', live: false },
      ]);
      await expect(few.all('SELECT * FROM span')).rejects.toThrow(NotBuiltYet);
      closed(await live(few, spans, 'two'));
      expect(await few.all('SELECT * FROM span')).toEqual([]);
      few.readAs([places]);
      expect(few.projections).toEqual([places]);
      await expect(few.all('SELECT * FROM span')).rejects.toThrow();
      expect(() => few.readAs([places, places])).toThrow(TypeError);
    });

    it('deletes what was built of projections that nobody has any more, and of no other', async () => {
      await (await live(store, places)).close();
      await (await live(store, spans, 'two')).close();
      store.readAs([places]);
      await store.deleteBuilds((name) => name === 'spans');
      expect(await store.all('SELECT * FROM place')).toEqual([]);
      const all = await another();
      expect(await all.progress()).toMatchObject([
        { name: 'spans', live: false },
        { name: 'all-places', live: true },
      ]);
      expect(await all.open(spans, 10)).toBeNull();
    });

    it('tells every process where a projection stands still', async () => {
      const stall = { ordinal: 3, eventId: 'e', message: 'broken' };
      await store.noteStall(places, stall);
      const other = await another();
      expect((await other.progress()).map((each) => each.stall)).toEqual([undefined, stall]);
      await other.noteStall(places, null);
      expect((await store.progress()).map((each) => each.stall)).toEqual([undefined, undefined]);
    });

    it('forgets a stall that a new build has passed', async () => {
      await store.noteStall(places, { ordinal: 0, eventId: 'e', message: 'broken' });
      await store.noteStall(spans, { ordinal: 1, eventId: 'e', message: 'broken' });
      for (const projection of [places, spans]) closed(await live(store, projection));
      expect((await store.progress()).map(({ stall }) => stall?.ordinal)).toEqual([1, undefined]);
    });

    it('refuses projections that cannot stand side by side', async () => {
      await expect(subject.open([places, { ...places, name: 'others' }])).rejects.toThrow(TypeError);
      await expect(subject.open([places, { ...places, tables: [] }])).rejects.toThrow(TypeError);
      await expect(subject.open([{ ...places, name: '../away' }])).rejects.toThrow(TypeError);
      await expect(subject.open([{ ...places, tables: [{ ...place, name: 'a; b' }] }])).rejects.toThrow(TypeError);
    });
  });
};
