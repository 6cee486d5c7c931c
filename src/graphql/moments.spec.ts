import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deterministicId } from '../event-sourcing/event-id.js';
import type { EventStore } from '../event-sourcing/event-store.js';
import { positionOf } from '../event-sourcing/position.js';
import { openSqliteEventStore } from '../event-sourcing/stores/sqlite.event-store.js';
import { present } from './moment.js';
import { Moments, resolveAsOf } from './moments.js';

const provenance = {
  actor: 'a',
  actorKind: 'key',
  credential: 'c',
  correlationId: 'r',
  commandId: 'm',
  inputDigest: 'd',
} as const;
let folder: string;
let store: EventStore;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'moments-'));
  store = openSqliteEventStore({ path: join(folder, 'events.db') });
  for (const [index, recordedAt] of [1_000, 2_000, 2_000, 5_000].entries()) {
    await store.append('thing-1', index - 1, [
      { id: deterministicId('moments', index), type: 'Happened', version: 1, data: {}, provenance, recordedAt },
    ]);
  }
});
afterAll(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

const at = (ordinal: number): string => positionOf(store.logId, ordinal);
const now = 9_000;

describe('which past is meant', () => {
  it.each([
    ['nothing', undefined, present(now)],
    ['an empty asOf', {}, present(now)],
    [
      'validAt alone: all knowledge, at that time',
      { validAt: 1_500 },
      { ...present(now), validAt: 1_500, live: false },
    ],
    ['knownAt: what was recorded by then, at that time', { knownAt: 2_000 }, { known: 3, validAt: 2_000, live: false }],
    ['knownAt before everything', { knownAt: 500 }, { known: 0, validAt: 500, live: false }],
    ['knownAt and validAt', { knownAt: 2_000, validAt: 100 }, { known: 3, validAt: 100, live: false }],
  ])('%s', async (_what, asOf, moment) => expect(await resolveAsOf(asOf, store, now)).toEqual(moment));

  it('a position: up to it, at the time of its event', async () => {
    expect(await resolveAsOf({ knownAtPosition: at(2) }, store, now)).toEqual({
      known: 2,
      validAt: 2_000,
      live: false,
    });
    expect(await resolveAsOf({ knownAtPosition: at(0) }, store, now)).toEqual({ known: 0, validAt: 0, live: false });
  });

  it.each([
    ['another log', () => ({ knownAtPosition: positionOf('0000000000000000', 1) }), 'asOf.knownAtPosition: Position'],
    ['what has not come', () => ({ knownAtPosition: at(5) }), 'asOf.knownAtPosition: This position lies beyond'],
    ['two ways at once', () => ({ knownAt: 1, knownAtPosition: at(1) }), 'asOf.knownAtPosition: knownAt and'],
  ])('not %s', async (_what, asOf, said) => {
    await expect(resolveAsOf(asOf(), store, now)).rejects.toThrow(said);
  });
});

describe('a question', () => {
  const asked: number[] = [];
  const readers = (waited: 'projected' | 'stalled' | 'timeout') => ({
    waitFor: (ordinal: number) => {
      asked.push(ordinal);
      return Promise.resolve(waited);
    },
  });

  it('about the present waits for nothing', async () => {
    await new Moments(store, readers('timeout'), 10).of({}, now);
    expect(asked).toEqual([]);
  });

  it('waits for atLeast, and for the past that it is about', async () => {
    await new Moments(store, readers('projected'), 10).of({ atLeast: at(4), asOf: { knownAtPosition: at(2) } }, now);
    expect(asked.splice(0)).toEqual([4, 2]);
  });

  it.each(['timeout', 'stalled'] as const)('is not answered where waiting ends in %s', async (waited) => {
    await expect(new Moments(store, readers(waited), 10).of({ atLeast: at(4) }, now)).rejects.toMatchObject({
      extensions: { code: 'NOT_YET_PROJECTED', retryAfterMs: expect.any(Number) },
    });
  });

  it('about a past that this log has not reached is refused', async () => {
    await expect(
      new Moments(store, readers('projected'), 10).reached({ known: 99, validAt: 0, live: false }),
    ).rejects.toThrow('beyond the end');
  });
});
