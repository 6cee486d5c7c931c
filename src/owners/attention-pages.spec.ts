import { describe, expect, it } from '@jest/globals';
import {
  day,
  dayMs,
  identified,
  merged,
  passed,
  plansOf,
  projected,
  relationshipFact,
  retracted,
  stakeholderFact,
  unmerged,
} from '../../test/small-logs.js';
import type { RecordedEvent } from '../event-sourcing/event-store.js';
import { present } from '../event-sourcing/past.js';
import type { RowReader } from '../event-sourcing/read-store.js';
import { numbered, recorded } from '../event-sourcing/specification.js';
import { timeline } from '../interactions/timeline.js';
import { careRows } from '../relationships/care-rows.js';
import { directory } from '../stakeholders/directory.js';
import {
  countDormant,
  countVerificationsDue,
  dormantPage,
  verificationsDuePage,
  verificationsThen,
} from './attention-pages.js';
import { ourOwnRows } from './our-own-rows.js';
import { ownershipRows } from './ownership-rows.js';
import { verificationIntervals } from './verification-interval-rows.js';

const projections = [directory, timeline, careRows, ourOwnRows, ownershipRows, verificationIntervals];
const tier = (name: string, cadenceDays: number | null): RecordedEvent =>
  recorded({ type: 'TierDefined', data: { tier: name, capacity: null, cadenceDays } }, { stream: `tier-${name}` });
const interval = (name: string | null, days: number | null): RecordedEvent =>
  recorded(
    { type: 'VerificationIntervalSet', data: { tier: name, days } },
    { stream: `verificationinterval-${name ?? ''}` },
  );
const assigned = (who: string, owner: string, on: number, in_: string | null): RecordedEvent =>
  recorded(
    {
      type: 'OwnerAssigned',
      data: {
        ...{ stakeholderId: who, factId: `owner of ${who}`, occurredAt: day(on), owner, tier: in_ },
        ...{ place: null, rank: null, department: null, was: null },
      },
    },
    { stream: `ownership-${who}` },
  );
const released = (who: string, on: number): RecordedEvent =>
  recorded(
    {
      type: 'OwnerReleased',
      data: {
        ...{ stakeholderId: who, factId: `release of ${who}`, occurredAt: day(on) },
        ...{ owner: 'kim', tier: 'close', place: null },
      },
    },
    { stream: `ownership-${who}` },
  );
const wrote = (id: string, who: string, on: number): RecordedEvent => passed(id, who, { occurredAt: day(on) });
const verified = (who: string, on: number): RecordedEvent =>
  relationshipFact(who, {
    type: 'RelationshipVerified',
    data: { stakeholderId: who, factId: `verified ${who} ${on}`, occurredAt: day(on) },
  });

const at = (validDay: number, known = present) => ({ known, validAt: dayMs(validDay) });
const page = { order: 'asc', limit: 10 } as const;
const reading = async <T>(log: readonly RecordedEvent[], read: (rows: RowReader) => Promise<T>): Promise<T> => {
  const rows = await projected(projections, numbered(...log));
  return read(rows).finally(() => rows.close());
};

describe('dormant relationships', () => {
  const log = [
    identified('ada'), // 1
    identified('bob'), // 2
    identified('eve'), // 3
    tier('close', 5), // 4
    tier('far', null), // 5
    assigned('ada', 'kim', 1, 'close'), // 6
    assigned('bob', 'lee', 3, 'close'), // 7
    assigned('eve', 'kim', 1, 'far'), // 8
    wrote('i', 'ada', 4), // 9
    wrote('j', 'ada', 12), // 10
    retracted('j', 'ada', { occurredAt: day(12) }), // 11
  ];
  const dormantAt = (rows: RowReader, past = at(20), where = {}) =>
    dormantPage(rows, { ...page, past, where }).then(({ entries }) =>
      entries.map(({ stakeholderId, owner, since }) => [stakeholderId, owner, since]),
    );

  it('are those of a tier with a cadence in which nothing passed for longer, counted from the assignment where nothing did', () =>
    reading(log, async (rows) => {
      expect(await dormantAt(rows)).toEqual([
        ['ada', 'kim', dayMs(4)],
        ['bob', 'lee', dayMs(3)],
      ]);
      expect(await countDormant(rows, { past: at(20) })).toBe(2);
    }));

  it('are not dormant as long as the cadence lasts, to the last instant', () =>
    reading(log, async (rows) => {
      expect(await dormantAt(rows, at(8))).toEqual([]);
      expect(await dormantAt(rows, { known: present, validAt: dayMs(8) + 1 })).toEqual([['bob', 'lee', dayMs(3)]]);
      expect(await dormantAt(rows, at(9))).toEqual([['bob', 'lee', dayMs(3)]]);
    }));

  it('are read as they were known: what was retracted later had passed', () =>
    reading(log, async (rows) => {
      expect(await dormantAt(rows, at(16, 10))).toEqual([['bob', 'lee', dayMs(3)]]);
      expect(await dormantAt(rows, at(16, 9))).toEqual([
        ['ada', 'kim', dayMs(4)],
        ['bob', 'lee', dayMs(3)],
      ]);
      expect(await dormantAt(rows, at(20, 3))).toEqual([]);
    }));

  it('are chosen by owner and tier, and come in pages both ways', () =>
    reading(log, async (rows) => {
      expect(await dormantAt(rows, at(20), { owner: 'lee' })).toMatchObject([['bob', 'lee', dayMs(3)]]);
      expect(await dormantAt(rows, at(20), { tier: 'far' })).toEqual([]);
      const { entries } = await dormantPage(rows, { ...page, past: at(20) });
      const after = await dormantPage(rows, { ...page, past: at(20), after: entries[0] });
      expect(after.entries).toEqual(entries.slice(1));
      const before = await dormantPage(rows, { ...page, limit: 1, past: at(20), before: entries[1], fromEnd: true });
      expect(before.entries).toEqual(entries.slice(0, 1));
    }));

  it('are neither those who are retired nor those who are nobody’s any more', () =>
    reading(
      [
        ...log,
        stakeholderFact('ada', { type: 'StakeholderRetired', data: { stakeholderId: 'ada' } }),
        released('bob', 15),
      ],
      async (rows) => {
        expect(await dormantAt(rows)).toEqual([]);
        expect(await dormantAt(rows, at(14))).toEqual([['bob', 'lee', dayMs(3)]]);
      },
    ));

  it('are one where two are: the owner of who remains has the word, and what passed with either counts', () =>
    reading(
      [
        ...log,
        merged('ada', 'bob'), // 12
        wrote('k', 'bob', 13), // 13
        unmerged('ada', 'bob'), // 14
      ],
      async (rows) => {
        const two = [
          ['ada', 'kim', dayMs(4)],
          ['bob', 'lee', dayMs(3)],
        ];
        expect(await dormantAt(rows, at(20, 11))).toEqual(two);
        expect(await dormantAt(rows, at(20, 12))).toEqual([['ada', 'kim', dayMs(4)]]);
        expect(await dormantAt(rows, at(20, 13))).toEqual([['ada', 'kim', dayMs(13)]]);
        expect(await countDormant(rows, { past: at(20, 13) })).toBe(1);
        expect(await dormantAt(rows, at(20, 13), { owner: 'lee' })).toEqual([]);
        expect(await dormantAt(rows, at(16, 13))).toEqual([]);
        expect(await dormantAt(rows)).toEqual([two[0], ['bob', 'lee', dayMs(13)]]);
      },
    ));

  it('are told of who remains, where only another of them has an owner', () =>
    reading([...log, identified('abe'), merged('abe', 'bob')], async (rows) => {
      expect(await dormantAt(rows, at(20), { owner: 'lee' })).toEqual([['abe', 'lee', dayMs(3)]]);
      const { entries } = await dormantPage(rows, { ...page, past: at(20) });
      const [, last] = entries;
      const before = await dormantPage(rows, { ...page, limit: 1, past: at(20), before: last, fromEnd: true });
      expect(before.entries.map(({ stakeholderId }) => stakeholderId)).toEqual(['ada']);
      expect((await dormantPage(rows, { ...page, past: at(20), after: last })).entries).toEqual([]);
    }));

  it('are not those of who remains and was retired, whoever else was or was not', () =>
    reading(
      [
        ...log,
        merged('ada', 'bob'), // 12
        stakeholderFact('bob', { type: 'StakeholderRetired', data: { stakeholderId: 'bob' } }), // 13
        stakeholderFact('ada', { type: 'StakeholderRetired', data: { stakeholderId: 'ada' } }), // 14
      ],
      async (rows) => {
        expect(await dormantAt(rows, at(20, 13))).toEqual([['ada', 'kim', dayMs(4)]]);
        expect(await dormantAt(rows)).toEqual([]);
      },
    ));

  it('are found by steps into indexes, however much passed', () =>
    reading(log, async (rows) => {
      const plans = (await plansOf(rows, (reader) => dormantPage(reader, { ...page, past: at(20) }))).join('\n');
      expect(plans).toMatch(/SEARCH e USING (PRIMARY KEY|INDEX \S+) \(stakeholder=\? AND at<\?\)/);
      expect(plans).not.toMatch(/SCAN [egkmp]\b/);
    }));
});

describe('verifications', () => {
  const log = [
    identified('ada'), // 1
    identified('bob'), // 2
    identified('eve'), // 3
    tier('close', null), // 4
    assigned('ada', 'kim', 1, 'close'), // 5
    assigned('bob', 'lee', 2, null), // 6
    interval('close', 5), // 7
    interval(null, 10), // 8
    verified('ada', 4), // 9
    verified('ada', 3), // 10: late
    verified('eve', 3), // 11: nobody's
  ];
  const dueAt = (rows: RowReader, past = at(10), where = {}) =>
    verificationsDuePage(rows, { ...page, past, where }).then(({ entries }) =>
      entries.map(({ stakeholderId, days, since }) => [stakeholderId, days, since]),
    );

  it('are due after the interval of the tier, or else of all others, from the last one or from the assignment', () =>
    reading(log, async (rows) => {
      expect(await verificationsThen(rows, [['ada'], ['bob'], ['eve']], at(10))).toEqual(
        new Map([
          ['ada', { days: 5, since: dayMs(4) }],
          ['bob', { days: 10, since: dayMs(2) }],
        ]),
      );
      expect(await verificationsThen(rows, [['ada'], ['bob']], at(3))).toEqual(
        new Map([
          ['ada', { days: 5, since: dayMs(3) }],
          ['bob', { days: 10, since: dayMs(2) }],
        ]),
      );
      expect(await verificationsThen(rows, [['ada']], at(10, 6))).toEqual(
        new Map([['ada', { days: null, since: dayMs(1) }]]),
      );
    }));

  it('that are overdue are listed by owner, at any date and as it was known', () =>
    reading(log, async (rows) => {
      expect(await dueAt(rows, at(9))).toEqual([]);
      expect(await dueAt(rows, at(10))).toEqual([['ada', 5, dayMs(4)]]);
      expect(await dueAt(rows, at(13))).toEqual([
        ['ada', 5, dayMs(4)],
        ['bob', 10, dayMs(2)],
      ]);
      expect(await countVerificationsDue(rows, { past: at(13) })).toBe(2);
      expect(await dueAt(rows, at(13), { owner: 'lee' })).toEqual([['bob', 10, dayMs(2)]]);
      // Before the interval for all others was set, and before anybody verified.
      expect(await dueAt(rows, at(13, 7))).toEqual([['ada', 5, dayMs(1)]]);
      expect(await dueAt(rows, at(13, 6))).toEqual([]);
    }));

  it('are those of all who are one, and due once', () =>
    reading(
      [
        ...log,
        merged('ada', 'bob'), // 12
        verified('bob', 6), // 13
        unmerged('ada', 'bob'), // 14
      ],
      async (rows) => {
        expect(await dueAt(rows, at(13, 12))).toEqual([['ada', 5, dayMs(4)]]);
        expect(await dueAt(rows, at(13, 13))).toEqual([['ada', 5, dayMs(6)]]);
        expect(await countVerificationsDue(rows, { past: at(13, 13) })).toBe(1);
        expect(await verificationsThen(rows, [['ada', 'bob']], at(10, 13))).toEqual(
          new Map([['ada', { days: 5, since: dayMs(6) }]]),
        );
        expect(await dueAt(rows, at(17))).toEqual([
          ['ada', 5, dayMs(4)],
          ['bob', 10, dayMs(6)],
        ]);
      },
    ));
});
