/** A stretch of a working day: wall-clock times `HH:MM`, `until` after `from` and up to `24:00`. */
export interface Hours {
  /** ISO 8601: 1 is Monday, 7 Sunday. */
  readonly day: number;
  readonly from: string;
  readonly until: string;
}

/** A week of working hours, from a date on. */
export interface WorkingHours {
  /** The first local date on which they hold, `YYYY-MM-DD`; null: since ever. */
  readonly from: string | null;
  /** IANA name. */
  readonly zone: string;
  readonly hours: readonly Hours[];
}

/** What was said of one team's time, or of everybody's. */
export interface CalendarSaid {
  /** One for each `from`. */
  readonly hours: readonly WorkingHours[];
  /** Local dates, `YYYY-MM-DD`, on which nobody works, by year. */
  readonly holidays: ReadonlyMap<number, ReadonlySet<string>>;
}

/** When somebody works. */
export interface Calendar {
  /** The hours that hold on a local date; null: all day and every day. */
  readonly hoursOn: (date: string) => WorkingHours | null;
  readonly isHoliday: (date: string) => boolean;
  /** Nothing was said: every hour counts. */
  readonly always: boolean;
}

export const nothingSaid: CalendarSaid = { hours: [], holidays: new Map() };

/**
 * The calendar of a team from what was said of it and what was said for everybody. A date has the hours that hold there since
 * the latest date: the team's own, before the first of them everybody's, else all of the day. A year has the team's holidays
 * where it said any (or none) for that year, else everybody's.
 */
export const calendarOf = (own: CalendarSaid, everybody: CalendarSaid): Calendar => {
  const [ours, theirs] = [latestFirst(own.hours), latestFirst(everybody.hours)];
  return {
    hoursOn: (date) => holding(ours, date) ?? holding(theirs, date) ?? null,
    isHoliday: (date) => {
      const year = Number(date.slice(0, -6));
      return (own.holidays.get(year) ?? everybody.holidays.get(year))?.has(date) ?? false;
    },
    always: [own, everybody].every(({ hours, holidays }) => hours.length === 0 && holidays.size === 0),
  };
};

// Dates as text compare as dates; the empty text comes before all of them.
const fromOf = ({ from }: WorkingHours): string => from ?? '';

const latestFirst = (hours: readonly WorkingHours[]): readonly WorkingHours[] =>
  [...hours].sort((a, b) => (fromOf(a) < fromOf(b) ? 1 : -1));

const holding = (hours: readonly WorkingHours[], date: string): WorkingHours | undefined =>
  hours.find((each) => fromOf(each) <= date);
