import { type Past, present as knownNow } from '../event-sourcing/past.js';

/** Which state of knowledge and of the world is asked for; `live` where no past was. */
export interface Moment extends Past {
  readonly live: boolean;
}

/** The whole log, at `now` (milliseconds since 1970). */
export const present = (now: number): Moment => ({ known: knownNow, validAt: now, live: true });

/** Whether all that is recorded counts, also what is still to come. */
export const knowsAll = ({ known }: Past): boolean => known >= knownNow;
