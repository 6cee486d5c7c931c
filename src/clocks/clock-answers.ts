import type { Page, Slice } from '../event-sourcing/page.js';
import { pageOf, scanOf } from '../event-sourcing/page.js';
import type { Past } from '../event-sourcing/past.js';
import type { RowReader } from '../event-sourcing/read-store.js';
import type { Channel } from '../stakeholders/handle.js';
import { answeringThen } from './answering.js';
import { type ToldTurn, turnsOfConversations, turnsOpenThen, turnsOpened } from './clock-pages.js';
import { type Clock, clocksOf } from './clocks.js';
import { saidThen } from './said-then.js';
import { type ClockKind, clockKinds } from './targets.js';
import { daysLeft } from './working-time.js';

/** How many turns, and how many days of calendars, one answer reads at most. */
export const turnsMax = 100_000;
export const daysMax = 50_000;

/** Which clocks; what is left out, or is empty, restricts nothing. */
export interface ClocksAsked {
  readonly during: { readonly from: number | null; readonly until: number | null };
  readonly kinds?: readonly ClockKind[];
  readonly tiers?: readonly string[];
  readonly teams?: readonly string[];
  readonly owners?: readonly string[];
  readonly channels?: readonly Channel[];
}

/**
 * The clocks that began in a period.
 * @throws TooManyTurns, TooManyDays
 */
export const clocksBegun = async (
  rows: RowReader,
  asked: ClocksAsked,
  past: Past,
  max = turnsMax,
): Promise<readonly Clock[]> => {
  const turns = await turnsOpened(rows, { ...asked.during, channels: asked.channels ?? [] }, past, max);
  return (await clocksFrom(rows, turns, past)).filter(wanted(asked));
};

/**
 * The clocks of one conversation.
 * @param keys of its interactions.
 * @throws TooManyDays
 */
export const clocksOfConversation = async (
  rows: RowReader,
  keys: Iterable<number>,
  past: Past,
): Promise<readonly Clock[]> => clocksFrom(rows, await turnsOfConversations(rows, keys, past), past);

/** Where an open clock stands in the list of them. */
export interface ClockCursor {
  readonly dueAt: number | null;
  readonly openedAt: number;
  readonly opener: number;
  readonly kind: ClockKind;
}

/**
 * The clocks that were open then, the most urgent first: by when they are due, and those without a target last, the longest
 * open first.
 * @throws TooManyTurns, TooManyDays
 */
export const openClocks = async (
  rows: RowReader,
  asked: ClocksAsked & { readonly overdue?: boolean | undefined },
  past: Past,
  max = turnsMax,
): Promise<readonly Clock[]> => {
  const turns = await turnsOpenThen(rows, { from: asked.during.from, until: null }, past, max);
  const all = await clocksFrom(rows, turns, past);
  return all
    .filter(({ state, overdue }) => state === 'open' && (asked.overdue === undefined || overdue === asked.overdue))
    .filter(wanted(asked))
    .sort(compareUrgency);
};

/** One page of clocks that are in the order of urgency. */
export const pageOfClocks = (all: readonly Clock[], slice: Slice<ClockCursor>): Page<Clock> => {
  const { ascending, above, below } = scanOf(slice);
  const between = all.filter(
    (clock) =>
      (above === undefined || compareUrgency(clock, above) > 0) &&
      (below === undefined || compareUrgency(clock, below) < 0),
  );
  return pageOf((ascending ? between : between.reverse()).slice(0, slice.limit + 1), slice);
};

export const compareUrgency = (a: ClockCursor, b: ClockCursor): number =>
  (a.dueAt ?? Infinity) - (b.dueAt ?? Infinity) ||
  a.openedAt - b.openedAt ||
  a.opener - b.opener ||
  clockKinds.indexOf(a.kind) - clockKinds.indexOf(b.kind);

const clocksFrom = async (rows: RowReader, turns: readonly ToldTurn[], past: Past): Promise<readonly Clock[]> => {
  const said = await saidThen(rows, new Set(turns.flatMap(({ speaker }) => speaker ?? [])), past);
  const then = answeringThen(said, daysLeft(daysMax));
  return [...Map.groupBy(turns, ({ conversation }) => conversation).values()].flatMap((its) =>
    clocksOf(its, then, past.validAt),
  );
};

const wanted = ({ during: { from, until }, kinds, tiers, teams, owners, channels }: ClocksAsked) => {
  const among = <Value>(values: readonly Value[] | undefined, value: Value | null): boolean =>
    values === undefined || values.length === 0 || (value !== null && values.includes(value));
  return (clock: Clock): boolean =>
    (from === null || clock.openedAt >= from) &&
    (until === null || clock.openedAt < until) &&
    among(kinds, clock.kind) &&
    among(tiers, clock.tier) &&
    among(teams, clock.team) &&
    among(owners, clock.owner) &&
    among(channels, clock.channel);
};
