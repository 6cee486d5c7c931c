import { type Calendar, type CalendarSaid, calendarOf, nothingSaid } from './calendar.js';
import type { Targets } from './targets.js';
import { type DaysLeft, type WorkingTime, workingTime } from './working-time.js';

/** Who of ours answered for somebody from a date on. Milliseconds since 1970. */
export interface OwnedFrom {
  readonly at: number;
  readonly owner: string | null;
  readonly tier: string | null;
}

/** In which team one of ours was from a time on. */
export interface InTeamFrom {
  readonly at: number;
  readonly team: string | null;
}

/** How soon those in one tier are to be answered, for clocks that open from a time on. */
export interface TargetsFrom {
  readonly at: number;
  readonly targets: Targets;
}

/** What was said by then of all that an answer concerns; lists are in the order in which it holds, what holds last at the end. */
export interface Said {
  /** By stakeholder: of each who is one with them then, who remains first. */
  readonly owners: ReadonlyMap<string, readonly (readonly OwnedFrom[])[]>;
  readonly teams: ReadonlyMap<string, readonly InTeamFrom[]>;
  /** By team; an empty text: everybody. */
  readonly calendars: ReadonlyMap<string, CalendarSaid>;
  /** By tier; an empty text: those in none. */
  readonly targets: ReadonlyMap<string, readonly TargetsFrom[]>;
}

/** Who answered for somebody at a time; all null where nobody did. */
export interface Answering {
  readonly owner: string | null;
  readonly tier: string | null;
  readonly team: string | null;
}

/** Whose clock it is, when they work, and how soon they are to answer. */
export interface AnsweringThen {
  /**
   * The owner of a stakeholder at a time, with the tier then and the owner's team then. Of those who are one, who remains has the
   * word; where nobody answered for that one, the first of the others. In a team somebody is from when that was recorded; before
   * the first record of it, in the first.
   */
  readonly who: (stakeholder: string | null, at: number) => Answering;
  /** The working time of a team, or (null) where nobody answers. */
  readonly worked: (team: string | null) => WorkingTime;
  /** The targets of a tier for a clock that opens then: its own, where nothing was said of it by then those of no tier. */
  readonly targets: (tier: string | null, at: number) => Targets;
}

const noTargets: Targets = {
  acknowledge: null,
  'first-response': null,
  'next-response': null,
  resolution: null,
};

/** @param left how many days of calendars may be worked out. */
export const answeringThen = ({ owners, teams, calendars, targets }: Said, left: DaysLeft): AnsweringThen => {
  const times = new Map<string, WorkingTime>();
  const everybody = calendars.get('') ?? nothingSaid;
  const calendarOfTeam = (team: string): Calendar =>
    calendarOf(team === '' ? nothingSaid : (calendars.get(team) ?? nothingSaid), everybody);
  return {
    who: (stakeholder, at) => {
      const owned = (owners.get(stakeholder ?? '') ?? []).map((each) => holdingAt(each, at));
      const { owner = null, tier = null } = owned.find((each) => each !== undefined && each.owner !== null) ?? {};
      if (owner === null) return { owner, tier, team: null };
      const inTeams = teams.get(owner) ?? [];
      return { owner, tier, team: (holdingAt(inTeams, at) ?? inTeams[0])?.team ?? null };
    },
    worked: (team) => {
      const name = team ?? '';
      const known = times.get(name);
      if (known !== undefined) return known;
      const time = workingTime(calendarOfTeam(name), left);
      times.set(name, time);
      return time;
    },
    targets: (tier, at) =>
      (holdingAt(targets.get(tier ?? '') ?? [], at) ?? holdingAt(targets.get('') ?? [], at))?.targets ?? noTargets,
  };
};

const holdingAt = <Held extends { readonly at: number }>(held: readonly Held[], at: number): Held | undefined =>
  held.findLast((each) => each.at <= at);
