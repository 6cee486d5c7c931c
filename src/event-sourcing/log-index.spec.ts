import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { projectBatch } from './batch.js';
import type { EventStore } from './event-store.js';
import { noStream } from './event-store.js';
import { BoundedKept } from './kept.js';
import { IndexedLog, logIndex } from './log-index.js';
import { NotBuiltYet } from './read-store.js';
import { replayInto } from './replay.js';
import { aStream, anEvent } from './stores/contract-events.js';
import { live } from './stores/read-store.specimens.js';
import { openSqliteEventStore } from './stores/sqlite.event-store.js';
import { openSqliteReadStore } from './stores/sqlite.read-store.js';

let folder: string;
let log: EventStore;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rapport-log-index-'));
  // A log that can answer by itself: the witness.
  log = openSqliteEventStore({ path: join(folder, 'events.db') });
});
afterEach(async () => {
  await log.close();
  rmSync(folder, { recursive: true });
});

const times = [1_000, 1_000, 3_000, 2_000, 2_500, 4_000, 3_500, 4_000, 9_000];

const fill = async (): Promise<readonly string[]> => {
  const events = times.map((recordedAt, n) => anEvent({ n }, { recordedAt, type: n % 2 === 0 ? 'Called' : 'Met' }));
  for (const event of events) await log.append(aStream(), noStream, [event]);
  return events.map(({ id }) => id);
};

/** Rows that go up to an ordinal. */
const rowsUpTo = async (ordinal: number) => {
  const readStore = openSqliteReadStore({ folder, projections: [logIndex], logId: log.logId });
  const events = await log.readAll(0);
  const before = events.filter((event) => event.ordinal <= ordinal);
  await replayInto(
    readStore,
    [logIndex],
    before.map((event) => [event]),
  );
  return readStore;
};

describe('the index of a log that keeps none', () => {
  it.each([0, 1, 3, 4, 6, 9])('answers as a log with an index does, its rows going up to %i', async (upTo) => {
    const ids = await fill();
    const readStore = await rowsUpTo(upTo);
    const indexed = new IndexedLog(log, () => Promise.resolve(readStore));
    for (let ordinal = 0; ordinal < 12; ordinal += 1)
      expect([ordinal, await indexed.recordedAtOf(ordinal)]).toEqual([ordinal, await log.recordedAtOf(ordinal)]);
    for (let at = 500; at < 10_000; at += 250)
      expect([at, await indexed.prefixAt(at)]).toEqual([at, await log.prefixAt(at)]);
    for (const id of [...ids, anEvent().id])
      expect(await indexed.ordinalOfEvent(id)).toBe(await log.ordinalOfEvent(id));
    expect(await indexed.countsByType()).toEqual(await log.countsByType());
    await log.append(aStream(), noStream, [anEvent({}, { recordedAt: 10_000 })]);
    expect(await indexed.countsByType()).toEqual(await log.countsByType());
    expect(await indexed.prefixAt(10_000)).toBe(10);
    await readStore.close();
  });

  it('goes on from its rows where nothing is kept of them', async () => {
    await fill();
    const events = await log.readAll(0);
    const readStore = openSqliteReadStore({ folder, projections: [logIndex], logId: log.logId });
    const build = await live(readStore, logIndex);
    for (const event of events) await projectBatch(logIndex, build, new BoundedKept(10), [event], event.ordinal);
    const indexed = new IndexedLog(log, () => Promise.resolve(readStore));
    expect(await indexed.countsByType()).toEqual(await log.countsByType());
    for (let at = 500; at < 10_000; at += 250)
      expect([at, await indexed.prefixAt(at)]).toEqual([at, await log.prefixAt(at)]);
    await build.close();
    await readStore.close();
  });

  it('folds a batch as it folds event by event', async () => {
    await fill();
    const events = await log.readAll(0);
    const dump = async (pages: readonly (readonly (typeof events)[number][])[], name: string) => {
      const rows = openSqliteReadStore({ folder: join(folder, name), projections: [logIndex], logId: log.logId });
      await replayInto(rows, [logIndex], pages);
      const tables = await Promise.all(
        logIndex.tables.map((table) => rows.all(`SELECT * FROM ${table.name} ORDER BY 1`)),
      );
      await rows.close();
      return tables;
    };
    expect(await dump([events], 'batch')).toEqual(
      await dump(
        events.map((event) => [event]),
        'single',
      ),
    );
  });

  it('finds the first of several events with one id', async () => {
    const event = anEvent();
    await log.append(aStream(), noStream, [event]);
    await log.append(aStream(), noStream, [event]);
    for (const upTo of [0, 1, 2]) {
      const readStore = await rowsUpTo(upTo);
      expect(await new IndexedLog(log, () => Promise.resolve(readStore)).ordinalOfEvent(event.id)).toBe(1);
      await readStore.close();
    }
  });

  it('asks for patience where its rows are far behind, and no longer once they are not', async () => {
    await fill();
    let readStore = await rowsUpTo(0);
    const indexed = new IndexedLog(log, () => Promise.resolve(readStore), 5);
    await expect(indexed.countsByType()).rejects.toBeInstanceOf(NotBuiltYet);
    await readStore.close();
    readStore = await rowsUpTo(8);
    expect(await new IndexedLog(log, () => Promise.resolve(readStore), 5).countsByType()).toEqual(
      await log.countsByType(),
    );
    await readStore.close();
  });

  it('tries to open its rows again after it could not', async () => {
    await fill();
    const readStore = await rowsUpTo(9);
    let tries = 0;
    const indexed = new IndexedLog(log, () => {
      tries += 1;
      return tries === 1 ? Promise.reject(new Error('away')) : Promise.resolve(readStore);
    });
    await expect(indexed.prefixAt(0)).rejects.toThrow('away');
    expect(await indexed.prefixAt(1_000)).toBe(2);
    await indexed.close();
  });
});
