import { describe, expect, it } from '@jest/globals';
import { day, dayMs, identified, passed, plansOf, projected, stakeholderFact } from '../../test/small-logs.js';
import type { Slice } from '../event-sourcing/page.js';
import { type Past, present } from '../event-sourcing/past.js';
import type { RowReader } from '../event-sourcing/read-store.js';
import { numbered, recorded } from '../event-sourcing/specification.js';
import { type Content } from '../interactions/interaction.js';
import type { TargetsFact } from './targets.js';
import { type ClockCursor, clocksBegun, clocksOfConversation, openClocks, pageOfClocks } from './clock-answers.js';
import { TooManyTurns, turnsOpened } from './clock-pages.js';
import { clockRows } from './clock-rows.js';
import type { Clock } from './clocks.js';
import { directory } from '../stakeholders/directory.js';
import { calendarsOf, saidOf, saidThen, targetsOf } from './said-then.js';

const today: Past = { known: present, validAt: dayMs(20) };
const ever = { from: null, until: null };
const hoursOfDays = 24 * 60;
const said = (id: string, by: string, on: number, inReplyTo: string | null = null, content: Partial<Content> = {}) =>
  passed(id, by, { occurredAt: day(on), inReplyTo, ...content });
const answered = (id: string, on: number, inReplyTo: string) =>
  said(id, 'mia', on, inReplyTo, { direction: 'outbound' });
const targets = (tier: string | null, from: string | null, resolution: number): TargetsFact => ({
  type: 'TargetsSet',
  data: {
    tier,
    from,
    targets: { acknowledge: null, 'first-response': 2 * hoursOfDays, 'next-response': null, resolution },
  },
});
const log = numbered(
  recorded(targets(null, null, 3 * hoursOfDays)),
  said('a', 'mia', 1),
  answered('b', 2, 'a'),
  said('c', 'mia', 5, 'b'),
  said('x', 'leo', 3, null, { channel: 'forum' }),
  recorded(targets(null, day(4), 1)),
  recorded(targets(null, null, 4 * hoursOfDays)),
);
const reading = async <T>(read: (rows: RowReader) => Promise<T>): Promise<T> => {
  const rows = await projected([clockRows, directory], log);
  return read(rows).finally(() => rows.close());
};
const told = (clocks: readonly Clock[]) => clocks.map(({ kind, state, opener }) => `${opener} ${kind} ${state}`);

describe('the clocks that began in a period', () => {
  it('are those, of all conversations', () =>
    reading(async (rows) =>
      expect(told(await clocksBegun(rows, { during: ever }, today))).toEqual([
        '2 acknowledge stopped',
        '2 first-response met',
        '4 next-response open',
        '2 resolution open',
        '5 acknowledge open',
        '5 first-response open',
        '5 resolution open',
      ]),
    ));

  it('are told whole where the conversation went on later, and no others', () =>
    reading(async (rows) => {
      const first = await clocksBegun(rows, { during: { from: dayMs(1), until: dayMs(3) } }, today);
      expect(told(first)).toEqual(['2 acknowledge stopped', '2 first-response met', '2 resolution open']);
      // From the 1st to the 2nd, and from the 5th to the 20th.
      expect(first.at(-1)).toMatchObject({ workedMs: 16 * 86_400_000, overdue: true, dueAt: dayMs(8) });
      const later = await clocksBegun(rows, { during: { from: dayMs(4), until: null } }, today);
      expect(told(later)).toEqual(['4 next-response open']);
    }));

  it('are as they were at any past', () =>
    reading(async (rows) => {
      const then = { known: 3, validAt: dayMs(1) + 1 };
      expect(told(await clocksBegun(rows, { during: ever }, then))).toEqual([
        '2 acknowledge open',
        '2 first-response open',
        '2 resolution open',
      ]);
      const [first] = await clocksBegun(rows, { during: ever, kinds: ['resolution'] }, { ...today, known: 2 });
      expect(first).toMatchObject({ state: 'open', targetMinutes: 3 * hoursOfDays });
      expect(await clocksBegun(rows, { during: ever }, { known: 1, validAt: dayMs(20) })).toEqual([]);
    }));

  it('are filtered', () =>
    reading(async (rows) => {
      expect(
        told(await clocksBegun(rows, { during: ever, channels: ['forum'], kinds: ['acknowledge'] }, today)),
      ).toEqual(['5 acknowledge open']);
      for (const where of [{ tiers: ['near'] }, { teams: ['t'] }, { owners: ['kim'] }])
        expect(await clocksBegun(rows, { during: ever, ...where }, today)).toEqual([]);
    }));

  it('are no more than one answer reads', () =>
    reading(async (rows) => {
      await expect(clocksBegun(rows, { during: ever }, today, 2)).rejects.toThrow(TooManyTurns);
      await expect(turnsOpened(rows, { from: dayMs(1), until: dayMs(2) }, today, 1)).rejects.toThrow(TooManyTurns);
      expect(await clocksBegun(rows, { during: ever }, today, 3)).toHaveLength(7);
    }));
});

describe('the clocks of a conversation', () => {
  it('are found by any of its interactions that names it', () =>
    reading(async (rows) => {
      expect(told(await clocksOfConversation(rows, [2, 3, 4], today))).toHaveLength(4);
      expect(await clocksOfConversation(rows, [3, 99], today)).toEqual([]);
    }));
});

describe('the clocks that run', () => {
  it('come by when they are due, those without a target last', () =>
    reading(async (rows) => {
      const all = await openClocks(rows, { during: ever }, today);
      expect(all.map(({ kind, opener, dueAt }) => [kind, opener, dueAt])).toEqual([
        ['first-response', 5, dayMs(5)],
        ['resolution', 5, dayMs(7)],
        ['resolution', 2, dayMs(8)],
        ['acknowledge', 5, null],
        ['next-response', 4, null],
      ]);
      expect(told(await openClocks(rows, { during: ever, overdue: true, kinds: ['resolution'] }, today))).toHaveLength(
        2,
      );
      expect(told(await openClocks(rows, { during: ever, overdue: false }, today))).toHaveLength(2);
      // At noon of the 4th the ball of the first conversation was with them.
      const then = await openClocks(rows, { during: ever }, { known: present, validAt: dayMs(4) });
      expect(new Set(then.map(({ opener }) => opener))).toEqual(new Set([5]));
      expect(told(await openClocks(rows, { during: { from: dayMs(5), until: null } }, today))).toEqual([
        '4 next-response open',
      ]);
    }));

  it('come in pages, both ways', () =>
    reading(async (rows) => {
      const all = await openClocks(rows, { during: ever }, today);
      const page = (slice: Partial<Slice<ClockCursor>>) => pageOfClocks(all, { order: 'asc', limit: 2, ...slice });
      expect(page({})).toEqual({ entries: all.slice(0, 2), more: true });
      expect(page({ after: all[1] })).toEqual({ entries: all.slice(2, 4), more: true });
      expect(page({ after: all[3] })).toEqual({ entries: all.slice(4), more: false });
      expect(page({ fromEnd: true })).toEqual({ entries: all.slice(3), more: true });
      expect(page({ fromEnd: true, before: all[2] })).toEqual({ entries: all.slice(0, 2), more: false });
    }));
});

describe('who answered for those who are one', () => {
  const assigned = (who: string, owner: string) =>
    recorded(
      {
        type: 'OwnerAssigned',
        data: {
          ...{ stakeholderId: who, factId: `f ${who}`, occurredAt: day(1), owner, tier: null },
          ...{ place: null, rank: null, department: null, was: null },
        },
      },
      { stream: `ownership-${who}` },
    );
  it('is who answered for whom remains, or else for another of them', async () => {
    const merging = numbered(
      ...[identified('mia'), identified('ann'), identified('bo'), assigned('ann', 'lee'), said('a', 'mia', 2)],
      stakeholderFact('mia', {
        type: 'StakeholdersMerged',
        data: { stakeholderId: 'mia', mergedId: 'ann', token: 't', guard: 'g' },
      }),
      assigned('mia', 'kim'),
      said('b', 'ann', 3),
    );
    const rows = await projected([clockRows, directory], merging);
    const ownersAt = async (known: number) =>
      (await clocksBegun(rows, { during: ever, kinds: ['first-response'] }, { known, validAt: dayMs(20) })).map(
        ({ owner }) => owner,
      );
    expect(await ownersAt(5)).toEqual([null]);
    expect(await ownersAt(6)).toEqual(['lee']);
    expect(await ownersAt(8)).toEqual(['kim', 'kim']);
    await rows.close();
  });
});

describe('what was said by then', () => {
  it('has of each date what was said last of it, in the order in which it holds', () =>
    reading(async (rows) => {
      const of = async (known: number) =>
        (await targetsOf(rows, [''], { known })).get('')?.map(({ at, targets: each }) => [at, each.resolution]);
      expect(await of(present)).toEqual([
        [Number.MIN_SAFE_INTEGER, 4 * hoursOfDays],
        [dayMs(4), 1],
      ]);
      expect(await of(1)).toEqual([[Number.MIN_SAFE_INTEGER, 3 * hoursOfDays]]);
      expect(await of(0)).toBeUndefined();
      expect(await saidOf(rows, today)).toEqual({ teams: [], tiers: [''] });
      expect(await calendarsOf(rows, ['', 't'], today)).toEqual(new Map());
    }));

  it('is read by ranges of an index, as the turns are', () =>
    reading(async (rows) => {
      const plans = await plansOf(rows, async (planned) => {
        await clocksBegun(planned, { during: { from: dayMs(1), until: dayMs(9) }, channels: ['email'] }, today);
        await openClocks(planned, { during: ever }, today);
        await clocksOfConversation(planned, [2], today);
        await saidThen(planned, ['mia'], today);
      });
      expect(plans.length).toBeGreaterThan(8);
      for (const plan of plans) expect(plan).toMatch(/^SEARCH|^USE TEMP B-TREE FOR (LAST|RIGHT|ORDER)/);
    }));
});
