import { Temporal } from 'temporal-polyfill';
import type { Calendar } from './calendar.js';

const dayMs = 86_400_000;
/** Days that are worked out together. */
const blockDays = 64;
/** How long a clock is followed, in days: what runs longer counts as having run for so long. */
export const followedDaysMax = 3_660;

/** More days would have to be worked out than one answer may. */
export class TooManyDays extends Error {
  override readonly name = 'TooManyDays';
  constructor(readonly max: number) {
    super(`Working time of more than ${max} days was asked for.`);
  }
}

/** How many days of calendars one answer may work out: what is left of them. */
export interface DaysLeft {
  days: number;
  readonly max: number;
}

export const daysLeft = (max: number): DaysLeft => ({ days: max, max });

/** Working time by one calendar. Times are milliseconds since 1970. */
export interface WorkingTime {
  /** How much of the time between the two was worked, in milliseconds; 0 where the second is not later. */
  between(from: number, until: number): number;
  /** When so much working time after an instant has passed; null where it does not in `followedDaysMax`. */
  after(from: number, workedMs: number): number | null;
}

/** Stretches that were worked, in order, apart from each other. */
type Stretches = readonly (readonly [from: number, until: number])[];

/**
 * Working time by a calendar, in real milliseconds: an hour that a change of the clock skips is not worked, one that it
 * repeats is worked twice. A wall-clock time that a day lacks, or has twice, is read as RFC 5545 (3.3.5) and Temporal's
 * `compatible` do: with the offset from before the change.
 * @throws TooManyDays
 */
export const workingTime = (calendar: Calendar, left: DaysLeft): WorkingTime => {
  if (calendar.always) return roundTheClock;
  const blocks = new Map<number, Stretches>();
  const blockAt = (index: number): Stretches => {
    const known = blocks.get(index);
    if (known !== undefined) return known;
    left.days -= blockDays;
    if (left.days < 0) throw new TooManyDays(left.max);
    const block = stretchesOf(calendar, index * blockDays, blockDays);
    blocks.set(index, block);
    return block;
  };

  return {
    between: (from, until) => {
      const end = Math.min(until, from + followedDaysMax * dayMs);
      let worked = 0;
      for (let index = blockOf(from, -1); index <= blockOf(end, 1); index += 1)
        for (const [opens, closes] of blockAt(index))
          worked += Math.max(0, Math.min(closes, end) - Math.max(opens, from));
      return worked;
    },
    after: (from, workedMs) => {
      const end = from + followedDaysMax * dayMs;
      let missing = workedMs;
      if (missing <= 0) return from;
      for (let index = blockOf(from, -1); index <= blockOf(end, 1); index += 1)
        for (const [opens, closes] of blockAt(index)) {
          const begins = Math.max(opens, from);
          if (closes <= begins) continue;
          if (begins + missing <= closes) return begins + missing;
          missing -= closes - begins;
        }
      return null;
    },
  };
};

const roundTheClock: WorkingTime = {
  between: (from, until) => Math.max(0, Math.min(until - from, followedDaysMax * dayMs)),
  after: (from, workedMs) => (workedMs > followedDaysMax * dayMs ? null : from + Math.max(0, workedMs)),
};

// A local date begins and ends within a day of the UTC date of its name.
const blockOf = (at: number, daysAside: number): number => Math.floor((Math.floor(at / dayMs) + daysAside) / blockDays);

/** What was worked on the local dates from so many days since 1970 on, so many of them. */
function stretchesOf(calendar: Calendar, firstDay: number, days: number): Stretches {
  const stretches: [number, number][] = [];
  // Of the day before, too: where two zones meet, it may reach into the first.
  let worked = dayStretches(calendar, firstDay - 1).at(-1)?.[1] ?? -Infinity;
  for (let day = firstDay; day < firstDay + days; day += 1)
    for (const [opens, closes] of dayStretches(calendar, day)) {
      const begins = Math.max(opens, worked);
      if (closes <= begins) continue;
      stretches.push([begins, closes]);
      worked = closes;
    }
  return stretches;
}

/** What was worked on one local date, by the time of its beginning; stretches may meet where a clock changes. */
function dayStretches(calendar: Calendar, day: number): Stretches {
  const date = Temporal.Instant.fromEpochMilliseconds(day * dayMs)
    .toZonedDateTimeISO('UTC')
    .toPlainDate();
  const name = date.toString();
  if (calendar.isHoliday(name)) return [];
  const worked = calendar.hoursOn(name);
  if (worked === null) return [[day * dayMs, (day + 1) * dayMs]];
  const instantOf = (time: string): number =>
    (time === endOfDay ? date.add({ days: 1 }) : date).toZonedDateTime({
      timeZone: worked.zone,
      plainTime: time === endOfDay ? '00:00' : time,
    }).epochMilliseconds;
  return worked.hours
    .filter((hours) => hours.day === date.dayOfWeek)
    .map(({ from, until }): [number, number] => [instantOf(from), instantOf(until)])
    .sort(([a], [b]) => a - b);
}

/** How the end of a day is written. */
export const endOfDay = '24:00';
