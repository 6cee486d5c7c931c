import type { Decider, Refusal } from '../event-sourcing/decider.js';
import type { Fact } from '../event-sourcing/fact.js';
import type { WorkingHours } from './calendar.js';

/** A day on which nobody works. */
export interface Holiday {
  /** Local date, `YYYY-MM-DD`. */
  readonly date: string;
  readonly name: string | null;
}

// Stored names and shapes: add to them, never change them. A team that is null is everybody.
export type CalendarFact =
  | Fact<'WorkingHoursSet', { readonly teamId: string | null } & WorkingHours>
  | Fact<
      'HolidaysSet',
      {
        readonly teamId: string | null;
        readonly year: number;
        /** All of that year. */ readonly days: readonly Holiday[];
      }
    >;

export type CalendarRequest =
  | Fact<'SetWorkingHours', Extract<CalendarFact, { type: 'WorkingHoursSet' }>['data']>
  | Fact<'SetHolidays', Extract<CalendarFact, { type: 'HolidaysSet' }>['data']>;

export type CalendarRefusal = Refusal<'TooManyVersions'>;

/** How many versions of its hours, and how many years of holidays, a calendar has at most. */
export const versionsMax = 200;

/** What is said last of each date from which hours hold, and of each year. */
export interface SaidOfCalendar {
  readonly hours: ReadonlyMap<string, string>;
  readonly holidays: ReadonlyMap<number, string>;
}

/** When one team of ours works, or everybody of whom nothing else is said. */
export const workingHours: Decider<SaidOfCalendar, CalendarRequest, CalendarFact, CalendarRefusal> = {
  category: 'calendar',
  initialState: { hours: new Map(), holidays: new Map() },

  evolve: (state, { type, data }) => {
    switch (type) {
      case 'WorkingHoursSet':
        return { ...state, hours: new Map(state.hours).set(data.from ?? '', saidOf(data)) };
      case 'HolidaysSet':
        return { ...state, holidays: new Map(state.holidays).set(data.year, JSON.stringify(data.days)) };
    }
  },

  decide: ({ type, data }, { hours, holidays }) => {
    switch (type) {
      case 'SetWorkingHours': {
        const said = hours.get(data.from ?? '');
        if (said === saidOf(data)) return [];
        if (said === undefined && hours.size >= versionsMax) return { refused: 'TooManyVersions' };
        return [{ type: 'WorkingHoursSet', data }];
      }
      case 'SetHolidays': {
        const said = holidays.get(data.year);
        if (said === JSON.stringify(data.days)) return [];
        if (said === undefined && holidays.size >= versionsMax) return { refused: 'TooManyVersions' };
        return [{ type: 'HolidaysSet', data }];
      }
    }
  },
};

const saidOf = ({ zone, hours }: WorkingHours): string =>
  JSON.stringify([zone, hours.map(({ day, from, until }) => [day, from, until])]);

/** Which stream holds the calendar of a team, or (null) of everybody. */
export const calendarId = (teamId: string | null): string => (teamId === null ? 'everybody' : `team-${teamId}`);
