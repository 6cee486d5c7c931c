import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Said, answeringThen } from './answering.js';
import type { ToldTurn } from './clock-pages.js';
import { type Clock, clocksOf } from './clocks.js';
import { quantile } from './quantile.js';
import { clockGroupings, countClocks } from './response-report.js';
import type { Targets } from './targets.js';
import { daysLeft } from './working-time.js';

const minute = 60_000;
const at = (text: string): number => Date.parse(`2026-01-${text}:00Z`);
const targets = (
  acknowledge: number | null,
  first: number | null,
  next: number | null,
  resolution: number | null,
): Targets => ({
  acknowledge,
  'first-response': first,
  'next-response': next,
  resolution,
});

// Monday is the 5th. Kim's team works from 9 to 17, and not on the 6th; everybody else all day.
const week = [1, 2, 3, 4, 5].map((day) => ({ day, from: '09:00', until: '17:00' }));
const said: Said = {
  owners: new Map([
    [
      'mia',
      [
        [
          { at: at('01T00:00'), owner: 'kim', tier: 'near' },
          { at: at('08T00:00'), owner: 'lee', tier: null },
          { at: at('20T00:00'), owner: null, tier: null },
        ],
      ],
    ],
    ['ann', [[{ at: at('10T00:00'), owner: 'lee', tier: null }], [{ at: at('01T00:00'), owner: 'kim', tier: 'far' }]]],
  ]),
  teams: new Map([
    ['kim', [{ at: at('10T00:00'), team: 'press' }]],
    [
      'lee',
      [
        { at: at('01T00:00'), team: null },
        { at: at('09T00:00'), team: 'press' },
      ],
    ],
  ]),
  calendars: new Map([
    [
      'press',
      { hours: [{ from: null, zone: 'UTC', hours: week }], holidays: new Map([[2026, new Set(['2026-01-06'])]]) },
    ],
  ]),
  targets: new Map([
    ['', [{ at: at('01T00:00'), targets: targets(null, 60, 30, null) }]],
    ['near', [{ at: at('01T00:00'), targets: targets(60, 240, 120, 480) }]],
  ]),
};
const then = () => answeringThen(said, daysLeft(10_000));
const turn = (place: number, openedAt: number, stoppedAt: number | null, more: Partial<ToldTurn> = {}): ToldTurn => ({
  ...{ conversation: 1, place, openedAt, stoppedAt, early: false, acknowledgedAt: null, acknowledgedEarly: false },
  ...{ opener: place, stopper: stoppedAt === null ? null : place + 10, channel: 'email', speaker: 'mia', ...more },
});
const told = (turns: readonly ToldTurn[], now: number) =>
  clocksOf(turns, then(), now).map(({ kind, state, workedMs, overdue, dueAt }) => [
    ...[kind, overdue ? 'overdue' : state, workedMs / minute],
    dueAt === null ? null : new Date(dueAt).toISOString().slice(8, 16),
  ]);

describe('the clocks of a conversation', () => {
  it('are met and missed, in the working time of the team that answered for them then', () =>
    // Opened an hour before the end of Monday; Tuesday is a holiday; acknowledged on Wednesday, answered two hours later.
    expect(told([turn(1, at('05T16:00'), at('07T11:30'), { acknowledgedAt: at('07T09:30') })], at('30T00:00'))).toEqual(
      [
        ['acknowledge', 'missed', 90, '05T17:00'],
        ['first-response', 'met', 210, null],
        ['resolution', 'met', 210, null],
      ],
    ));

  it('are open while nothing stops them, and overdue beyond their targets', () => {
    const turns = [turn(1, at('05T16:00'), null)];
    expect(told(turns, at('05T16:30'))).toEqual([
      ['acknowledge', 'open', 30, '05T17:00'],
      ['first-response', 'open', 30, '07T12:00'],
      ['resolution', 'open', 30, '07T16:00'],
    ]);
    expect(told(turns, at('07T10:00'))).toEqual([
      ['acknowledge', 'overdue', 120, '05T17:00'],
      ['first-response', 'open', 120, '07T12:00'],
      ['resolution', 'open', 120, '07T16:00'],
    ]);
  });

  it('are acknowledged by the answer, where no step came before', () =>
    expect(told([turn(1, at('05T10:00'), at('05T10:30'))], at('30T00:00'))[0]).toEqual([
      ...['acknowledge', 'met', 30, null],
    ]));

  it('run on where the ball comes back: resolution is the sum of the turns, each by its calendar', () => {
    // The second turn is Lee's, who is in no team yet on the 8th: every hour counts.
    const turns = [
      turn(1, at('05T16:00'), at('05T17:00')),
      turn(2, at('08T20:00'), at('08T22:00')),
      turn(3, at('10T00:00'), null),
    ];
    expect(told(turns.slice(0, 2), at('30T00:00'))).toEqual([
      ['acknowledge', 'met', 60, null],
      ['first-response', 'met', 60, null],
      ['next-response', 'missed', 120, '08T20:30'],
      ['resolution', 'met', 180, null],
    ]);
    // From the 9th on Lee is in the press team, whose Saturday and Sunday (the 10th and 11th) are free.
    expect(told(turns, at('12T10:00'))).toEqual([
      ['acknowledge', 'met', 60, null],
      ['first-response', 'met', 60, null],
      ['next-response', 'missed', 120, '08T20:30'],
      ['next-response', 'overdue', 60, '12T09:30'],
      ['resolution', 'open', 240, '12T14:00'],
    ]);
    expect(told(turns, at('12T15:00')).at(-1)).toEqual(['resolution', 'overdue', 540, '12T14:00']);
  });

  it('say when a resolution was used up, though the ball is with us again', () =>
    expect(
      told([turn(1, at('05T09:00'), at('07T10:00')), turn(2, at('07T11:00'), null)], at('07T12:00')).at(-1),
    ).toEqual(['resolution', 'overdue', 8 * 60 + 60 + 60, '05T17:00']));

  it('are measured by the targets of no tier where nobody answers, and around the clock', () =>
    expect(told([turn(1, at('10T00:00'), at('10T01:00'), { speaker: 'leo' })], at('30T00:00'))).toEqual([
      ['acknowledge', 'stopped', 60, null],
      ['first-response', 'met', 60, null],
      ['resolution', 'stopped', 60, null],
    ]));

  it('tell of later turns alone where the first is not asked about', () =>
    expect(told([turn(2, at('10T00:00'), null)], at('10T00:00')).map(([kind]) => kind)).toEqual(['next-response']));

  it('know who answered when they began; before anybody was put in a team, by the first', () => {
    const who = then().who;
    expect(who('mia', at('05T00:00'))).toEqual({ owner: 'kim', tier: 'near', team: 'press' });
    expect(who('mia', at('08T00:00'))).toEqual({ owner: 'lee', tier: null, team: null });
    expect(who('mia', at('21T00:00'))).toEqual({ owner: null, tier: null, team: null });
    // Where who remains had nobody, whoever answered for the other.
    expect(who('ann', at('05T00:00'))).toEqual({ owner: 'kim', tier: 'far', team: 'press' });
    expect(who('ann', at('12T00:00'))).toEqual({ owner: 'lee', tier: null, team: 'press' });
    expect(who(null, at('05T00:00'))).toEqual({ owner: null, tier: null, team: null });
  });
});

describe('quantiles', () => {
  it.each([
    [[], 0.5, null],
    [[7], 0.5, 7],
    [[7], 0.9, 7],
    [[1, 2], 0.5, 1],
    [[1, 2, 3], 0.5, 2],
    [[1, 2, 3, 4], 0.5, 2],
    [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.9, 9],
    [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], 0.9, 10],
    [[3, 6, 7, 8, 8, 10, 13, 15, 16, 20], 0.25, 7],
  ])('of %j at %d: %p', (values, p, expected) => expect(quantile(values, p)).toBe(expected));

  it('are values that at least such a share does not exceed, and no lesser one is', () =>
    fc.assert(
      fc.property(fc.array(fc.nat(20), { minLength: 1 }), fc.constantFrom(0.5, 0.9, 1), (values, p) => {
        const sorted = values.sort((a, b) => a - b);
        const found = quantile(sorted, p) ?? NaN;
        const upTo = (limit: number) => sorted.filter((each) => each <= limit).length / sorted.length;
        expect(sorted).toContain(found);
        expect(upTo(found)).toBeGreaterThanOrEqual(p);
        for (const lesser of sorted.filter((each) => each < found)) expect(upTo(lesser)).toBeLessThan(p);
      }),
    ));
});

describe('the report', () => {
  const instant = fc.integer({ min: 0, max: 20 * 24 * 60 }).map((minutes) => at('01T00:00') + minutes * minute);
  const anyTurn = fc
    .tuple(instant, instant, fc.boolean(), fc.constantFrom('mia', 'leo', null))
    .map(([a, b, open, speaker]) => turn(1, Math.min(a, b), open ? null : Math.max(a, b), { speaker }));

  it('has each clock once: met, missed, without a target and open are all of them, in every grouping', () =>
    fc.assert(
      fc.property(fc.array(anyTurn, { maxLength: 12 }), fc.constantFrom(...clockGroupings, null), (turns, by) => {
        const clocks = turns.flatMap((each) => clocksOf([each], then(), at('25T00:00')));
        const counts = countClocks(clocks, by).flatMap((group) => group.clocks);
        for (const { count, met, missed, withoutTarget, open, overdue } of counts) {
          expect(met + missed + withoutTarget + open).toBe(count);
          expect(overdue).toBeLessThanOrEqual(open);
        }
        expect(counts.reduce((sum, { count }) => sum + count, 0)).toBe(clocks.length);
      }),
    ));

  it('tells how long the stopped ones took, and counts the open ones apart', () => {
    const took = (hours: number | null) =>
      turn(1, at('12T00:00'), hours === null ? null : at('12T00:00') + hours * 60 * minute, { speaker: 'leo' });
    const clocks: readonly Clock[] = [1, 2, 3, 30, null].flatMap((hours) =>
      clocksOf([took(hours)], then(), at('14T00:00')),
    );
    expect(countClocks(clocks, 'month')).toEqual([
      {
        group: '2026-01',
        clocks: [
          {
            ...{ clock: 'acknowledge', count: 5, met: 0, missed: 0, withoutTarget: 4, open: 1, overdue: 0, early: 0 },
            ...{ p50Minutes: 120, p90Minutes: 1_800 },
          },
          {
            ...{
              clock: 'first-response',
              count: 5,
              met: 1,
              missed: 3,
              withoutTarget: 0,
              open: 1,
              overdue: 1,
              early: 0,
            },
            ...{ p50Minutes: 120, p90Minutes: 1_800 },
          },
          {
            ...{ clock: 'resolution', count: 5, met: 0, missed: 0, withoutTarget: 4, open: 1, overdue: 0, early: 0 },
            ...{ p50Minutes: 120, p90Minutes: 1_800 },
          },
        ],
      },
    ]);
    expect(countClocks([], null)).toEqual([]);
  });

  it('groups by what was so when the clocks began, and puts last what is of nobody', () => {
    const clocks = [
      ...[
        turn(1, at('05T10:00'), at('05T11:00')),
        turn(1, at('09T10:00'), null),
        turn(1, at('05T10:00'), null, { speaker: 'leo' }),
      ],
    ].flatMap((each) => clocksOf([each], then(), at('14T00:00')));
    const groups = (by: (typeof clockGroupings)[number]) => countClocks(clocks, by).map(({ group }) => group);
    expect(groups('owner')).toEqual(['kim', 'lee', null]);
    expect(groups('team')).toEqual(['press', null]);
    expect(groups('tier')).toEqual(['near', null]);
    expect(groups('channel')).toEqual(['email']);
  });
});
