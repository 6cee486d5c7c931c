import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { corrected, day, dayMs, identified, passed, plansOf, projected, retracted } from '../../test/small-logs.js';
import { present } from '../event-sourcing/past.js';
import type { ReadStore, RowReader } from '../event-sourcing/read-store.js';
import { numbered } from '../event-sourcing/specification.js';
import {
  countEntries,
  entriesPage,
  interactionCounts,
  interactionTimes,
  interactionsById,
  interactionsByKey,
  touches,
} from './timeline-pages.js';
import { timelineWith } from './timeline.js';

const log = numbered(
  identified('ada'),
  identified('bob'),
  passed('i3', 'ada', { occurredAt: day(3), channel: 'forum', topics: ['pricing'] }),
  passed('i4', 'ada', { occurredAt: day(4), direction: 'outbound', act: 'reply' }),
  passed('i5', 'ada', { occurredAt: day(4), topics: ['pricing plans'] }),
  passed('i6', 'ada', { occurredAt: day(2) }),
  passed('i7', 'bob', { occurredAt: day(2) }),
  retracted('i6', 'ada', { occurredAt: day(2) }),
  corrected('i3', 'ada', { occurredAt: day(3) }, { occurredAt: day(9) }),
);

let rows: ReadStore;
beforeAll(async () => {
  rows = await projected([timelineWith(2)], log);
});
afterAll(() => rows.close());

const today = { known: present, validAt: dayMs(20) };
const ofAda = { members: [1], past: today, order: 'asc', limit: 20 } as const;
const keysOf = async (of: Parameters<typeof entriesPage>[1]): Promise<readonly number[]> =>
  (await entriesPage(rows, of)).entries.map(({ tie }) => tie);

describe('a page of a timeline', () => {
  it('comes by date, and at one instant as it was recorded', async () => {
    expect(await keysOf(ofAda)).toEqual([6, 4, 5, 3]);
    expect(await keysOf({ ...ofAda, order: 'desc' })).toEqual([3, 5, 4, 6]);
  });

  it('marks what was retracted', async () => {
    const { entries } = await entriesPage(rows, ofAda);
    expect(entries.map(({ retracted: mark }) => mark)).toEqual([true, false, false, false]);
  });

  it('goes on after an entry and back before it, and says whether there is more', async () => {
    const first = await entriesPage(rows, { ...ofAda, limit: 2 });
    expect(first).toMatchObject({ entries: [{ tie: 6 }, { tie: 4 }], more: true });
    const second = await entriesPage(rows, { ...ofAda, limit: 2, after: first.entries[1] });
    expect(second).toMatchObject({ entries: [{ tie: 5 }, { tie: 3 }], more: false });
    const back = await entriesPage(rows, { ...ofAda, limit: 2, before: second.entries[1], fromEnd: true });
    expect(back).toMatchObject({ entries: [{ tie: 4 }, { tie: 5 }], more: true });
    expect(await keysOf({ ...ofAda, order: 'desc', limit: 1, after: second.entries[0] })).toEqual([4]);
  });

  it('has what is asked for alone', async () => {
    expect(await keysOf({ ...ofAda, filter: { channels: ['forum', 'press'] } })).toEqual([3]);
    expect(await keysOf({ ...ofAda, filter: { directions: ['outbound'] } })).toEqual([4]);
    expect(await keysOf({ ...ofAda, filter: { acts: ['reply'] } })).toEqual([4]);
    expect(await keysOf({ ...ofAda, filter: { topics: ['pricing', 'Pricing plans'] } })).toEqual([3]);
    expect(await keysOf({ ...ofAda, filter: { from: dayMs(4), until: dayMs(9) } })).toEqual([4, 5]);
    expect(await countEntries(rows, { ...ofAda, filter: { from: dayMs(2), until: dayMs(9) } })).toBe(3);
  });

  it('shows what was known by then, where it was thought to be', async () => {
    expect(await keysOf({ ...ofAda, past: { ...today, known: 5 } })).toEqual([3, 4, 5]);
    expect(await keysOf({ ...ofAda, past: { ...today, known: 8 } })).toEqual([6, 3, 4, 5]);
    expect(await keysOf({ ...ofAda, past: { ...today, known: 2 } })).toEqual([]);
  });

  it('shows nothing that had not happened by then', async () => {
    expect(await keysOf({ ...ofAda, past: { ...today, validAt: dayMs(4) } })).toEqual([6, 4, 5]);
    expect(await keysOf({ ...ofAda, past: { ...today, validAt: dayMs(4) - 1 } })).toEqual([6]);
  });
});

describe('what passed with a stakeholder', () => {
  it('is counted without what was retracted', async () => {
    expect(await interactionCounts(rows, [[1], [2], [99]], today)).toEqual(
      new Map([
        [1, 3],
        [2, 1],
        [99, 0],
      ]),
    );
    expect(await interactionCounts(rows, [[1]], { known: 6, validAt: dayMs(3) })).toEqual(new Map([[1, 2]]));
  });

  it('has a first and a last date', async () => {
    expect(await interactionTimes(rows, ofAda)).toEqual({ first: dayMs(4), last: dayMs(9) });
    expect(await interactionTimes(rows, { ...ofAda, past: { known: 6, validAt: dayMs(3) } })).toEqual({
      first: dayMs(2),
      last: dayMs(3),
    });
    expect(await interactionTimes(rows, { ...ofAda, past: { known: 2, validAt: dayMs(3) } })).toBeNull();
  });

  it('holds our touches between two instants', async () => {
    expect(await touches(rows, ofAda, dayMs(4), dayMs(4))).toMatchObject([{ tie: 4 }]);
    expect(await touches(rows, ofAda, dayMs(4) + 1, dayMs(20))).toEqual([]);
  });
});

describe('an interaction', () => {
  it('is found by its id and by its key, as it was known', async () => {
    const known = { known: 7, validAt: dayMs(20) };
    expect((await interactionsById(rows, ['i3', 'nobody'], today)).get('i3')).toMatchObject({
      key: 3,
      view: { occurredAt: day(9) },
    });
    expect((await interactionsById(rows, ['i3'], known)).get('i3')?.view.occurredAt).toBe(day(3));
    expect([...(await interactionsByKey(rows, [6, 7], { known: 6, validAt: dayMs(20) })).values()]).toMatchObject([
      { interactionId: 'i6', retraction: null },
    ]);
    expect(await interactionsByKey(rows, [3], { known: 7, validAt: dayMs(2) })).toEqual(new Map());
  });
});

describe('how it is read', () => {
  const past = { known: 5, validAt: dayMs(9) };
  const readings: Record<string, (reader: RowReader) => Promise<unknown>> = {
    'a live page': (reader) => entriesPage(reader, ofAda),
    'a page of a past': (reader) =>
      entriesPage(reader, { ...ofAda, past, order: 'desc', after: { at: dayMs(5), tie: 3 } }),
    'a page under a filter': (reader) =>
      entriesPage(reader, {
        ...ofAda,
        past,
        fromEnd: true,
        filter: { channels: ['email'], topics: ['x'], from: dayMs(1) },
      }),
    'first and last': (reader) => interactionTimes(reader, { members: [1], past }),
    touches: (reader) => touches(reader, ofAda, dayMs(1), dayMs(9)),
    'interactions by key and by id': async (reader) => [
      await interactionsByKey(reader, [3, 4], past),
      await interactionsById(reader, ['i3'], past),
    ],
  };

  for (const [name, reading] of Object.entries(readings))
    it(`${name}: by ranges of an index, never sorted anew`, async () => {
      const plans = await plansOf(rows, reading);
      expect(plans.length).toBeGreaterThan(0);
      for (const plan of plans) expect(plan).toMatch(/^SEARCH \w+ USING (PRIMARY KEY|INDEX \w+) /);
    });

  it('scans exactly between two places', async () => {
    const plans = await plansOf(rows, (reader) => entriesPage(reader, ofAda));
    expect(plans).toEqual(['SEARCH e USING PRIMARY KEY (stakeholder=? AND (at,key)>(?,?) AND (at,key)<(?,?))']);
  });
});
