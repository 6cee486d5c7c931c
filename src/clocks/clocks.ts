import type { Channel } from '../stakeholders/handle.js';
import type { Answering, AnsweringThen } from './answering.js';
import type { ToldTurn } from './clock-pages.js';
import type { ClockKind } from './targets.js';

/**
 * Where a clock stands: *met* or *missed* where it was stopped within its target or later, *stopped* where it has none,
 * *open* while it runs. Sent names: add to them.
 */
export const clockStates = ['met', 'missed', 'stopped', 'open'] as const;
export type ClockState = (typeof clockStates)[number];

/** One clock of a conversation. Times are milliseconds since 1970. */
export interface Clock extends Answering {
  readonly kind: ClockKind;
  readonly state: ClockState;
  /** Names the conversation: the key of the first interaction that opened a clock in it. */
  readonly conversation: number;
  /** Which of the conversation's turns it began in, from 1. */
  readonly place: number;
  readonly openedAt: number;
  readonly stoppedAt: number | null;
  /** What stopped it is dated before what opened it: it took no time. */
  readonly early: boolean;
  /** Working time that passed while it ran, in milliseconds: up to now, where it is open. */
  readonly workedMs: number;
  readonly targetMinutes: number | null;
  /** When its target is, or was, used up; null where it has none, or stopped in time. */
  readonly dueAt: number | null;
  /** Open, and beyond its target. */
  readonly overdue: boolean;
  /** Keys of interactions; an acknowledgement by a step has no stopper. */
  readonly opener: number;
  readonly stopper: number | null;
  readonly channel: Channel;
  readonly speaker: string | null;
}

export const minuteMs = 60_000;

interface Run {
  readonly from: number;
  readonly until: number | null;
  readonly team: string | null;
}

/**
 * The clocks of one conversation, by `clocks-v1`:
 * - *acknowledge*: from the first opening until a step `acknowledge` in the conversation or our first answer, whichever comes
 *   first;
 * - *first response*: from the first opening until our first answer;
 * - *next response*: the same for each time that the ball comes back to us;
 * - *resolution*: begins with the first opening, runs while the ball is with us and rests while it is not. It is stopped where
 *   it rests; where the ball comes back, the same clock runs on.
 *
 * Each stretch is measured by the calendar of the team that answered for the speaker when the stretch began; the target is that
 * of the tier when the clock began.
 * @param turns of the conversation, in order, its first among them; of the later ones those that are asked about.
 */
export const clocksOf = (turns: readonly ToldTurn[], then: AnsweringThen, now: number): readonly Clock[] => {
  const [first] = turns;
  if (first === undefined) return [];
  const clocks: Clock[] = [];
  for (const turn of turns) {
    const kind = turn.place === 1 ? 'first-response' : 'next-response';
    clocks.push(clockOf(kind, turn, turn, [runOf(turn, turn.stoppedAt, then)], then, now));
  }
  if (first.place !== 1) return clocks;
  const acknowledged: Stopped =
    first.acknowledgedAt === null
      ? first
      : { stoppedAt: first.acknowledgedAt, early: first.acknowledgedEarly, stopper: null };
  const acknowledging = [runOf(first, acknowledged.stoppedAt, then)];
  const runs = turns.map((turn) => runOf(turn, turn.stoppedAt, then));
  return [
    clockOf('acknowledge', first, acknowledged, acknowledging, then, now),
    ...clocks,
    clockOf('resolution', first, turns.at(-1) ?? first, runs, then, now),
  ];
};

type Stopped = Pick<ToldTurn, 'stoppedAt' | 'early' | 'stopper'>;

const runOf = (turn: ToldTurn, until: number | null, then: AnsweringThen): Run => ({
  from: turn.openedAt,
  until,
  team: then.who(turn.speaker, turn.openedAt).team,
});

const clockOf = (
  kind: ClockKind,
  { conversation, place, openedAt, opener, channel, speaker }: ToldTurn,
  { stoppedAt, early, stopper }: Stopped,
  runs: readonly Run[],
  then: AnsweringThen,
  now: number,
): Clock => {
  const who = then.who(speaker, openedAt);
  const targetMinutes = then.targets(who.tier, openedAt)[kind];
  const workedMs = runs.reduce((sum, { from, until, team }) => sum + then.worked(team).between(from, until ?? now), 0);
  const targetMs = targetMinutes === null ? null : targetMinutes * minuteMs;
  const beyond = targetMs !== null && workedMs > targetMs;
  const stopped = targetMs === null ? 'stopped' : beyond ? 'missed' : 'met';
  return {
    ...{
      kind,
      conversation,
      place,
      openedAt,
      stoppedAt,
      early,
      workedMs,
      targetMinutes,
      opener,
      stopper,
      channel,
      speaker,
    },
    ...who,
    state: stoppedAt === null ? 'open' : stopped,
    overdue: stoppedAt === null && beyond,
    dueAt: targetMs === null ? null : dueAt(runs, targetMs, then),
  };
};

/** When so much working time is used up, over the stretches in which the clock ran; null where it stopped before. */
const dueAt = (runs: readonly Run[], targetMs: number, then: AnsweringThen): number | null => {
  let missing = targetMs;
  for (const { from, until, team } of runs) {
    const time = then.worked(team);
    const worked = until === null ? Infinity : time.between(from, until);
    if (worked > missing || until === null) return time.after(from, missing);
    missing -= worked;
  }
  return null;
};
