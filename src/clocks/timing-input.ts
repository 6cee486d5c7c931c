import { Temporal } from 'temporal-polyfill';
import type { Hours } from './calendar.js';
import { endOfDay } from './working-time.js';

/** How much a target allows at most: the working minutes of a year. */
export const targetMinutesMax = 525_600;

/** The days of the week, Monday first, as ISO 8601 counts them. Sent names: never change them. */
export const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
export type Weekday = (typeof weekdays)[number];

/** A wall-clock time from 00:00 to 23:59. */
export const clockTime = /^([01]\d|2[0-3]):[0-5]\d$/;
/** The same, or the end of the day. */
export const clockTimeOrEnd = new RegExp(`${clockTime.source}|^${endOfDay}$`);

/** A name of the IANA time zone database. */
export const isZone = (name: string): boolean => {
  // An offset is a zone to Temporal, but has no summer: who writes one means a place.
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
};

/** A date that the calendar has, `YYYY-MM-DD`, from the year 1000 on. */
export const isLocalDate = (text: string): boolean => {
  if (!/^[1-9]\d{3}-\d\d-\d\d$/.test(text)) return false;
  try {
    Temporal.PlainDate.from(text, { overflow: 'reject' });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
};

/** Stretches of a week in order, or null where two of one day overlap. */
export const weekOf = (
  stretches: readonly { readonly days: readonly Weekday[]; readonly from: string; readonly until: string }[],
): readonly Hours[] | null => {
  const hours = stretches
    .flatMap(({ days, from, until }) => days.map((day): Hours => ({ day: weekdays.indexOf(day) + 1, from, until })))
    .sort((a, b) => a.day - b.day || (a.from < b.from ? -1 : 1));
  const overlap = hours.some(({ day, from }, index) => {
    const before = hours[index - 1];
    return before?.day === day && from < before.until;
  });
  return overlap ? null : hours;
};
