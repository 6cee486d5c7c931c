import type { Clock } from './clocks.js';
import { minuteMs } from './clocks.js';
import { quantile } from './quantile.js';
import { type ClockKind, clockKinds } from './targets.js';

/** What clocks are counted by. Sent names: add to them. */
export const clockGroupings = ['tier', 'team', 'owner', 'channel', 'month'] as const;
export type ClockGrouping = (typeof clockGroupings)[number];

/** How the clocks of one kind stand. Met, missed, without a target and open make up all of them. */
export interface ClockCount {
  readonly clock: ClockKind;
  readonly count: number;
  readonly met: number;
  readonly missed: number;
  /** Stopped, and there was no target. */
  readonly withoutTarget: number;
  readonly open: number;
  /** Of the open ones, those beyond their target. */
  readonly overdue: number;
  /** Of the stopped ones, those that took no time since the answer is dated before what it answers. */
  readonly early: number;
  /** Of the stopped ones, in working minutes; null where none is. */
  readonly p50Minutes: number | null;
  readonly p90Minutes: number | null;
}

/** What clocks have in common: one of the fields, by what they are grouped by. */
export interface ClockGroup {
  /** Null: of no tier, of no team, of nobody; or not grouped. */
  readonly group: string | null;
  readonly clocks: readonly ClockCount[];
}

/** The value that a clock is grouped by: of a month, `YYYY-MM` in UTC, of when it opened. */
export const groupOf = (clock: Clock, by: ClockGrouping): string | null =>
  by === 'month' ? new Date(clock.openedAt).toISOString().slice(0, -17) : clock[by];

/** How clocks stand, by what they are grouped by; all in one group without it. A kind of which there is none is left out. */
export const countClocks = (clocks: readonly Clock[], by: ClockGrouping | null): readonly ClockGroup[] => {
  const groups = Map.groupBy(clocks, (clock) => (by === null ? null : groupOf(clock, by)));
  return [...groups]
    .sort(([a], [b]) => (a === b ? 0 : a === null ? 1 : b === null || a < b ? -1 : 1))
    .map(([group, its]) => ({ group, clocks: countsOf(its) }));
};

const countsOf = (clocks: readonly Clock[]): readonly ClockCount[] => {
  const kinds = Map.groupBy(clocks, ({ kind }) => kind);
  return clockKinds.flatMap((kind) => {
    const its = kinds.get(kind) ?? [];
    return its.length === 0 ? [] : [countOf(kind, its)];
  });
};

const countOf = (clock: ClockKind, its: readonly Clock[]): ClockCount => {
  const stopped = its.filter(({ state }) => state !== 'open');
  const worked = stopped.map(({ workedMs }) => workedMs / minuteMs).sort((a, b) => a - b);
  const of = (holds: (each: Clock) => boolean): number => its.filter(holds).length;
  return {
    clock,
    count: its.length,
    met: of(({ state }) => state === 'met'),
    missed: of(({ state }) => state === 'missed'),
    withoutTarget: of(({ state }) => state === 'stopped'),
    open: of(({ state }) => state === 'open'),
    overdue: of(({ overdue }) => overdue),
    early: of(({ early }) => early),
    p50Minutes: quantile(worked, 0.5),
    p90Minutes: quantile(worked, 0.9),
  };
};
