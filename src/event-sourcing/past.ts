import { open } from './position.js';

/**
 * Which past a query reads. Live and as-of are one query: live is `known: present` and `validAt` now.
 * Facts recorded after `known` do not count at all; world facts dated after `validAt` had not happened yet.
 */
export interface Past {
  /** The ordinal up to which facts are known. */
  readonly known: number;
  /** Milliseconds since 1970. */
  readonly validAt: number;
}

/**
 * What `known` is for a live query: later than every ordinal of a log and before `open`, so the one condition below
 * finds exactly the rows that are the present.
 */
export const present = open - 1;

/** SQL that finds, of a versioned table, the version known then. Its two parameters are `thenOf(past)`. */
export const knownThen = (alias: string): string => `${alias}.known_from <= ? AND ${alias}.known_until > ?`;

export const thenOf = ({ known }: Pick<Past, 'known'>): readonly [number, number] => [known, known];
