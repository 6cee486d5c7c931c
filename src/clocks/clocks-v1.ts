import type { Act, Direction } from '../interactions/interaction.js';

/** The definition of the clocks, with its version. */
export const clocksDefinition = 'clocks-v1';

/**
 * What an interaction does to the clocks of its conversation. *Opens*: the ball comes to us. *Stops*: it is with them again.
 * *Acknowledges*: we have told them that we heard; the ball stays. *Ties*: it holds the conversation together, and no more.
 * What is *retracted* ties too (a conversation does not fall apart by it), but its date counts nowhere.
 */
export type Part = 'opens' | 'stops' | 'acknowledges' | 'ties' | 'retracted';

/** Speaking with each other: what is asked there is answered there. */
const live: ReadonlySet<Act> = new Set(['meeting', 'call']);
/** Passing something on: it asks nothing. */
const passingOn: ReadonlySet<Act> = new Set(['share', 'link']);
/** What asks something of us, though it is said to others. */
const asking: ReadonlySet<Act> = new Set(['question', 'complaint', 'request']);

/**
 * - *Outbound* stops, whatever its act. So does a meeting or a call, whoever began it.
 * - *Inbound* opens, whatever its act but a share or a link.
 * - *Observed* opens where it is a question, a complaint or a request.
 * - A step `acknowledge`, taken in the conversation, acknowledges. All else ties.
 */
export const partOf = (direction: Direction, act: Act): Part => {
  switch (direction) {
    case 'outbound':
      return 'stops';
    case 'inbound':
      if (live.has(act)) return 'stops';
      return passingOn.has(act) ? 'ties' : 'opens';
    case 'observed':
      return asking.has(act) ? 'opens' : 'ties';
  }
};

/** Something in a conversation, at the place where it counts. */
export interface Placed {
  /** Ordinal of the event that recorded it. */
  readonly key: number;
  readonly part: Part;
  /** Its own date, in milliseconds since 1970. */
  readonly at: number;
  /** When it counts: never before what it answers. */
  readonly countsAt: number;
}

/** A stretch in which the ball was with us: from what opened it until our answer. Times are milliseconds since 1970. */
export interface Turn<Opener extends Placed = Placed> {
  readonly opener: Opener;
  readonly openedAt: number;
  /** Null while nothing has stopped it. */
  readonly stopper: Opener | null;
  readonly stoppedAt: number | null;
  /** The answer is dated before what it answers: it took no time at all, and something is wrong with a date. */
  readonly early: boolean;
  /** When it was acknowledged by a step, before it was answered. Of the first turn alone. */
  readonly acknowledgedAt: number | null;
  /** The step is dated before what it acknowledges. */
  readonly acknowledgedEarly: boolean;
}

/**
 * The turns of a conversation, by `clocks-v1`.
 * @param placed all that counts in it, in the order in which it counts.
 */
export const turnsOf = <Opener extends Placed>(placed: readonly Opener[]): Turn<Opener>[] => {
  const turns: Turn<Opener>[] = [];
  for (const each of placed) addTo(turns, each);
  return turns;
};

/** Goes on with turns by what counts next; of those that are there only the last may change. */
export const addTo = <Opener extends Placed>(turns: Turn<Opener>[], next: Opener): void => {
  const last = turns.at(-1);
  const current = last?.stopper === null ? last : undefined;
  if (next.part === 'opens' && current === undefined) turns.push(opened(next));
  else if (current !== undefined) turns[turns.length - 1] = after(current, next, turns.length === 1);
};

const after = <Opener extends Placed>(turn: Turn<Opener>, next: Opener, isFirst: boolean): Turn<Opener> => {
  const early = next.at < turn.openedAt;
  switch (next.part) {
    case 'stops':
      return { ...turn, stopper: next, stoppedAt: next.countsAt, early };
    case 'acknowledges':
      if (!isFirst || turn.acknowledgedAt !== null) return turn;
      return { ...turn, acknowledgedAt: next.countsAt, acknowledgedEarly: early };
    case 'opens':
    case 'ties':
    case 'retracted':
      return turn;
  }
};

const opened = <Opener extends Placed>(opener: Opener): Turn<Opener> => ({
  opener,
  openedAt: opener.countsAt,
  stopper: null,
  stoppedAt: null,
  early: false,
  acknowledgedAt: null,
  acknowledgedEarly: false,
});
