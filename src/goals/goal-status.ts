import type { Direction } from './goal.js';

/** How a goal stands. Sent names: add to them. */
export const goalStatuses = ['upcoming', 'open', 'met', 'missed', 'unmeasured', 'dropped'] as const;
export type GoalStatus = (typeof goalStatuses)[number];

/** Shares are reckoned in fractions: what differs in its last bits alone is the same. */
const tolerance = 1e-9;

/** Whether a value is what was aimed at; null where there is none. */
export const reaches = (value: number | null, target: number, direction: Direction): boolean | null => {
  if (value === null) return null;
  return direction === 'at-least' ? value >= target - tolerance : value <= target + tolerance;
};

interface Judged {
  readonly target: number;
  readonly direction: Direction;
  /** Milliseconds since 1970: from inclusive, until exclusive. */
  readonly from: number;
  readonly until: number;
  readonly dropped: boolean;
}

/**
 * How a goal stood at a date, by what was measured up to then: it is met or missed when its period is over and never before,
 * however it looks on the way; `unmeasured` where there was nothing to measure by then.
 */
export const statusOf = (
  { target, direction, from, until, dropped }: Judged,
  value: number | null,
  validAt: number,
): GoalStatus => {
  if (dropped) return 'dropped';
  if (validAt < from) return 'upcoming';
  if (validAt < until) return 'open';
  const reached = reaches(value, target, direction);
  if (reached === null) return 'unmeasured';
  return reached ? 'met' : 'missed';
};
