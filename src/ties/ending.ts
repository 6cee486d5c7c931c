import type { Past } from '../event-sourcing/past.js';

/** Who amended something, when (milliseconds since 1970) and why. */
export interface Amendment {
  readonly at: number;
  readonly by: string;
  readonly reason: string | null;
}

/** That something ended, where it was recorded by itself. */
export interface Ending extends Amendment {
  /** Until when it was to last before: RFC 3339, UTC, milliseconds; null where nobody had said. */
  readonly foreseen: string | null;
}

/** What lasts and may be ended. */
export interface Endable {
  /** Exclusive: RFC 3339, UTC, milliseconds; null where nothing known ends it. */
  readonly until: string | null;
  readonly ending: Ending | null;
}

/** It ended: of several endings, what was foreseen is what was so before the first. */
export const endedBy = ({ until, ending }: Endable, occurredAt: string, amendment: Amendment): Endable => ({
  until: occurredAt,
  ending: { ...amendment, foreseen: ending === null ? until : ending.foreseen },
});

/**
 * What is left of an ending where the end is corrected. Without an end there is none; and no end was foreseen that lies before the
 * one that is known by now.
 */
export const endingCorrected = (ending: Ending | null, until: string | null): Ending | null => {
  if (ending === null || until === null) return null;
  return ending.foreseen !== null && ending.foreseen < until ? { ...ending, foreseen: null } : ending;
};

/**
 * Its end by what had happened by a date. That somebody ended it is a fact of the world, which tells from its date on; until then
 * it has the end that was foreseen.
 */
export const endThen = ({ until, ending }: Endable, { validAt }: Pick<Past, 'validAt'>): Endable =>
  ending !== null && until !== null && Date.parse(until) > validAt
    ? { until: ending.foreseen, ending: null }
    : { until, ending };
