import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type CalendarSaid, type Hours, calendarOf, nothingSaid } from './calendar.js';
import { TooManyDays, daysLeft, followedDaysMax, workingTime } from './working-time.js';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const at = (text: string): number => Date.parse(text);
const onDays = (days: readonly number[], from: string, until: string): readonly Hours[] =>
  days.map((day) => ({ day, from, until }));
const everyDay = [1, 2, 3, 4, 5, 6, 7];
const officeHours = onDays([1, 2, 3, 4, 5], '09:00', '17:00');
const said = (zone: string, hours: readonly Hours[], holidays: readonly string[] = []): CalendarSaid => ({
  hours: [{ from: null, zone, hours }],
  holidays: new Map(holidays.length === 0 ? [] : [[2026, new Set(holidays)]]),
});
const timeOf = (own: CalendarSaid, everybody = nothingSaid) =>
  workingTime(calendarOf(own, everybody), daysLeft(50_000));
const hoursBetween = (own: CalendarSaid, from: string, until: string): number =>
  timeOf(own).between(at(from), at(until)) / hourMs;

describe('working time', () => {
  // Worked by hand. 2026-01-05 is a Monday; Berlin is at +01:00 in January.
  it.each([
    ['within a day', '2026-01-05T10:00:00+01:00', '2026-01-05T12:30:00+01:00', 2.5],
    ['over a night', '2026-01-05T16:00:00+01:00', '2026-01-06T10:00:00+01:00', 2],
    ['over a weekend', '2026-01-09T16:00:00+01:00', '2026-01-12T10:00:00+01:00', 2],
    ['of a week', '2026-01-05T00:00:00+01:00', '2026-01-12T00:00:00+01:00', 40],
    ['on a Sunday', '2026-01-04T10:00:00+01:00', '2026-01-04T12:00:00+01:00', 0],
    ['before it begins', '2026-01-05T07:00:00+01:00', '2026-01-05T08:59:59+01:00', 0],
    ['of nothing', '2026-01-05T10:00:00+01:00', '2026-01-05T10:00:00+01:00', 0],
    ['of a year with 261 weekdays', '2026-01-01T00:00:00+01:00', '2027-01-01T00:00:00+01:00', 261 * 8],
  ])('is told %s', (_, from, until, hours) =>
    expect(hoursBetween(said('Europe/Berlin', officeHours), from, until)).toBe(hours),
  );

  it('leaves holidays out', () =>
    expect(
      hoursBetween(
        said('Europe/Berlin', officeHours, ['2026-01-06']),
        '2026-01-05T16:00:00+01:00',
        '2026-01-07T10:00:00+01:00',
      ),
    ).toBe(2));

  // Clocks went from 02:00 +01:00 to 03:00 +02:00 on 2026-03-29, and back from 03:00 +02:00 to 02:00 +01:00 on 2026-10-25.
  const summerBegins = ['2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z'] as const;
  const summerEnds = ['2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z'] as const;
  it.each<[string, string, string, readonly [string, string], number]>([
    ['has 23 hours on the day that summer begins', '00:00', '24:00', summerBegins, 23],
    ['has 25 hours on the day that it ends', '00:00', '24:00', summerEnds, 25],
    ['has no hour that is skipped', '01:00', '04:00', summerBegins, 2],
    ['has an hour twice that is repeated', '01:00', '04:00', summerEnds, 4],
    ['moves a stretch that is skipped by the hour', '02:15', '02:45', summerBegins, 0.5],
    ['ends where a time comes for the first time', '01:00', '02:30', summerEnds, 1.5],
    ['is not turned about by a beginning that is skipped', '02:45', '03:15', summerBegins, 0],
  ])('%s', (_, from, until, day, hours) =>
    expect(hoursBetween(said('Europe/Berlin', onDays(everyDay, from, until)), ...day)).toBe(hours),
  );

  it('is that of the place: an hour between two zones', () => {
    const monday = ['2026-01-05T00:00:00Z', '2026-01-05T16:30:00Z'] as const;
    expect(hoursBetween(said('Europe/Berlin', officeHours), ...monday)).toBe(8);
    expect(hoursBetween(said('America/New_York', officeHours), ...monday)).toBe(2.5);
    expect(hoursBetween(said('Asia/Kolkata', officeHours), ...monday)).toBe(8);
  });

  it('follows a change of hours, from its date on', () => {
    const changed: CalendarSaid = {
      hours: [
        { from: '2026-01-07', zone: 'UTC', hours: onDays([3, 4], '10:00', '11:00') },
        { from: null, zone: 'UTC', hours: officeHours },
      ],
      holidays: new Map(),
    };
    expect(hoursBetween(changed, '2026-01-05T00:00:00Z', '2026-01-12T00:00:00Z')).toBe(8 + 8 + 1 + 1);
  });

  it('takes from everybody what was not said of a team, hours by date and holidays by year', () => {
    const everybody = said('UTC', onDays(everyDay, '00:00', '12:00'), ['2026-01-05']);
    const team: CalendarSaid = {
      hours: [{ from: '2026-01-06', zone: 'UTC', hours: onDays(everyDay, '00:00', '01:00') }],
      holidays: new Map(),
    };
    const days = [at('2026-01-04T00:00:00Z'), at('2026-01-08T00:00:00Z')] as const;
    expect(timeOf(team, everybody).between(...days) / hourMs).toBe(12 + 0 + 1 + 1);
    const without = { ...team, holidays: new Map([[2026, new Set<string>()]]) };
    expect(timeOf(without, everybody).between(...days) / hourMs).toBe(12 + 12 + 1 + 1);
  });

  it('is all of the time where nothing is said', () => {
    const time = timeOf(nothingSaid);
    expect(time.between(0, dayMs)).toBe(dayMs);
    expect(time.between(dayMs, 0)).toBe(0);
    expect(time.after(5, 7)).toBe(12);
    expect(
      timeOf(said('UTC', [], ['2026-01-06'])).between(at('2026-01-06T00:00:00Z'), at('2026-01-06T12:00:00Z')),
    ).toBe(0);
  });

  it('comes to an end after ten years', () => {
    expect(timeOf(nothingSaid).between(0, 1e15)).toBe(followedDaysMax * dayMs);
    expect(timeOf(said('UTC', onDays(everyDay, '00:00', '24:00'))).between(0, 1e15)).toBe(followedDaysMax * dayMs);
    expect(timeOf(said('UTC', onDays([1], '00:00', '00:01'))).after(0, dayMs)).toBeNull();
    expect(timeOf(nothingSaid).after(0, followedDaysMax * dayMs + 1)).toBeNull();
  });

  it('is worked out for so many days, and no more', () => {
    const time = workingTime(calendarOf(said('UTC', officeHours), nothingSaid), daysLeft(500));
    expect(time.between(0, 300 * dayMs)).toBeGreaterThan(0);
    expect(() => time.between(0, 900 * dayMs)).toThrow(TooManyDays);
  });

  it('is due when so much of it has passed', () => {
    const time = timeOf(said('Europe/Berlin', officeHours, ['2026-01-06']));
    const due = (from: string, hours: number) => new Date(time.after(at(from), hours * hourMs) ?? NaN).toISOString();
    expect(due('2026-01-05T16:00:00+01:00', 1)).toBe('2026-01-05T16:00:00.000Z');
    expect(due('2026-01-05T16:00:00+01:00', 2)).toBe('2026-01-07T09:00:00.000Z');
    expect(due('2026-01-04T12:00:00+01:00', 40)).toBe('2026-01-12T16:00:00.000Z');
  });
});

describe('the laws of working time', () => {
  const zone = fc.constantFrom('Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'UTC', 'Asia/Kolkata');
  const time = fc.integer({ min: 0, max: 23 }).map((hour) => `${String(hour).padStart(2, '0')}:30`);
  const stretch = fc
    .record({ day: fc.integer({ min: 1, max: 7 }), from: time, until: fc.oneof(time, fc.constant('24:00')) })
    .filter(({ from, until }) => from < until);
  const date = fc
    .integer({ min: 0, max: 364 })
    .map((day) => new Date(at('2026-01-01') + day * dayMs).toISOString().slice(0, 10));
  const calendar = fc.record({
    hours: fc.array(
      fc.record({ from: fc.option(date), zone, hours: fc.array(stretch, { minLength: 1, maxLength: 5 }) }),
      { maxLength: 3 },
    ),
    holidays: fc.uniqueArray(date, { maxLength: 20 }).map((days) => new Map([[2026, new Set(days)]])),
  });
  const instant = fc.integer({ min: at('2025-12-01'), max: at('2027-02-01') });
  const three = fc.tuple(instant, instant, instant).map((all) => all.sort((a, b) => a - b));
  const runs = { numRuns: 60 };

  it('adds up, and never exceeds the time that passed', () =>
    fc.assert(
      fc.property(calendar, three, (each, [a, b, c]) => {
        const worked = timeOf(each);
        expect(worked.between(a, b) + worked.between(b, c)).toBe(worked.between(a, c));
        expect(worked.between(a, c)).toBeGreaterThanOrEqual(0);
        expect(worked.between(a, c)).toBeLessThanOrEqual(c - a);
      }),
      runs,
    ));

  it('is due at the first instant by which so much has passed', () =>
    fc.assert(
      fc.property(calendar, instant, fc.integer({ min: 1, max: 30 * dayMs }), (each, from, workedMs) => {
        const worked = timeOf(each);
        const due = worked.after(from, workedMs);
        if (due === null) {
          expect(worked.between(from, from + followedDaysMax * dayMs)).toBeLessThan(workedMs);
          return;
        }
        expect(worked.between(from, due)).toBe(workedMs);
        expect(worked.between(from, due - 1)).toBe(workedMs - 1);
      }),
      runs,
    ));
});
