import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { identified, passed, plansOf, projected, retracted } from '../../test/small-logs.js';
import { present } from '../event-sourcing/past.js';
import type { ReadStore } from '../event-sourcing/read-store.js';
import { numbered, recorded } from '../event-sourcing/specification.js';
import { timeline } from '../interactions/timeline.js';
import type { OwnershipFact } from '../owners/ownership.js';
import { ownershipRows } from '../owners/ownership-rows.js';
import { type TouchCursor, countTouches, touchesPage } from './touch-pages.js';

const dayMs = 86_400_000;
const dateOf = (day: number): string => new Date(day * dayMs).toISOString();
const content = (day: number) => ({
  ...{ direction: 'outbound' as const, occurredAt: dateOf(day) },
  participants: [{ stakeholderId: 'mia', role: 'addressee' as const }],
});
const touched = (day: number) => passed(`i${day}`, 'mia', content(day));
const dated = (day: number) => ({
  ...{ stakeholderId: 'mia', factId: `o${day}`, occurredAt: dateOf(day), tier: null, place: null },
});
const owned = (fact: OwnershipFact) => recorded(fact, { stream: 'ownership-mia' });
const assigned = owned({
  type: 'OwnerAssigned',
  data: { ...dated(1), owner: 'kim', rank: null, department: null, was: null },
});
const handed = (day: number, fromOwner: string, toOwner: string) =>
  owned({
    type: 'OwnerHandedOver',
    data: { ...dated(day), fromOwner, toOwner, fromDepartment: null, toDepartment: null },
  });

// The key of each is its ordinal: mia is 1, who owns her 2.
const log = numbered(
  ...[identified('mia'), assigned, touched(4), touched(5), touched(6)],
  ...[handed(6, 'kim', 'lee'), handed(7, 'lee', 'kim'), touched(8), touched(9)],
  ...[retracted('i5', 'mia', content(5)), passed('said', 'mia', { occurredAt: dateOf(6) })],
);

let rows: ReadStore;
beforeAll(async () => {
  rows = await projected([timeline, ownershipRows], log);
});
afterAll(() => rows.close());

const asked = (known = present) => ({
  ...{ memberKeys: [1], memberIds: ['mia'], since: 4 * dayMs, until: 8 * dayMs },
  past: { known, validAt: 100 * dayMs },
});
const of = async (limit: number, slice: object = {}, known = present) => {
  const { entries, more } = await touchesPage(rows, asked(known), { order: 'asc', limit, ...slice });
  const days = entries.map(({ at, handed: body }) => `${at / dayMs}${body === null ? '' : ' handed over'}`);
  return [days.join(', '), more];
};

describe('the touches of a journey', () => {
  const all = '4, 6, 6 handed over, 7 handed over, 8';

  it('are all that stand, both ends included, in the order of time and of the log', async () => {
    expect(await of(10)).toEqual([all, false]);
    expect(await countTouches(rows, asked())).toBe(5);
  });

  it('come in pages, from either end', async () => {
    expect(await of(2)).toEqual(['4, 6', true]);
    const after: TouchCursor = { at: 6 * dayMs, key: 5 };
    expect(await of(2, { after })).toEqual(['6 handed over, 7 handed over', true]);
    expect(await of(3, { after })).toEqual(['6 handed over, 7 handed over, 8', false]);
    expect(await of(2, { fromEnd: true })).toEqual(['7 handed over, 8', true]);
    expect(await of(5, { before: after, fromEnd: true })).toEqual(['4', false]);
  });

  it('are those that were known by then', async () => {
    expect(await of(10, {}, 5)).toEqual(['4, 5, 6', false]);
    expect(await countTouches(rows, asked(6))).toBe(4);
  });

  it('are those of all who are one, what several took part in once', async () => {
    const together = {
      ...{ direction: 'outbound' as const, occurredAt: dateOf(5) },
      participants: ['mia', 'leo'].map((stakeholderId) => ({ stakeholderId, role: 'addressee' as const })),
    };
    const both = await projected(
      [timeline, ownershipRows],
      numbered(identified('mia'), identified('leo'), passed('both', 'mia', together), touched(6)),
    );
    const asOne = { ...asked(), memberKeys: [1, 2], memberIds: ['mia', 'leo'] };
    const { entries } = await touchesPage(both, asOne, { order: 'asc', limit: 10 });
    expect(entries.map(({ key }) => key)).toEqual([3, 4]);
    expect(await countTouches(both, asOne)).toBe(2);
    await both.close();
  });

  it('are found by ranges of keys', async () => {
    const plans = await plansOf(rows, (reader) => touchesPage(reader, asked(), { order: 'asc', limit: 5 }));
    expect(plans.filter((plan) => /SCAN [ef]\b/.test(plan))).toEqual([]);
    expect(plans.filter((plan) => /SEARCH [ef] USING PRIMARY KEY/.test(plan))).toHaveLength(2);
  });
});
