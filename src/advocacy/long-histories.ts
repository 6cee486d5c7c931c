import type { Kept } from '../event-sourcing/projection.js';
import { shorten } from './standing-history.js';
import type { Subject } from './standing-subjects.js';
import type { Rules } from './standing.js';

/** Instants kept: of who speaks in order, the last; of who had late facts, enough that the next is near; of all, so many. */
const lateInstantsMax = 2_048;
const allInstantsMax = 131_072;

const longHistoriesKey = 'long histories';

export function longHistoriesIn(kept: Kept): LongHistories {
  const found = kept.get(longHistoriesKey);
  if (found instanceof LongHistories) return found;
  const made = new LongHistories();
  kept.set(longHistoriesKey, made);
  return made;
}

/** Bounds what all kept histories hold: those which were changed longest ago are cut to their last instant. */
export class LongHistories {
  readonly #instants = new Map<Subject, number>();
  #all = 0;

  settle(subject: Subject, rules: Rules): void {
    this.forget(subject);
    const { history, late } = subject;
    shorten(history, late ? lateInstantsMax : 1, rules);
    const held = history.instants.length;
    if (held <= 1) return;
    this.#instants.set(subject, held);
    this.#all += held;
    for (const oldest of this.#instants.keys()) {
      if (this.#all <= allInstantsMax) return;
      this.forget(oldest);
      shorten(oldest.history, 1, rules);
      oldest.late = false;
    }
  }

  forget(subject: Subject): void {
    this.#all -= this.#instants.get(subject) ?? 0;
    this.#instants.delete(subject);
  }
}
