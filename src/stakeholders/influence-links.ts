import type { Past } from '../event-sourcing/past.js';
import { knownThen, thenOf } from '../event-sourcing/past.js';
import type { Row, RowReader } from '../event-sourcing/read-store.js';

/**
 * Interactions that speak for somebody's influence on a topic: their newest, those with the widest audience, the newest
 * reactions of others (or to what had a reported audience), and those that others reacted to most.
 */
export type Links = 'newest' | 'widest' | 'reactions' | 'reactions-to-reported' | 'joined';

interface Choice {
  readonly columns: string;
  readonly where: string;
  /** The order of what is chosen, by three columns that are all descending. */
  readonly order: readonly [string, string, string];
  readonly grouped?: string;
}

const one = 'e.key, e.reach, 0 AS reactions';
const isReaction = 'e.answers IS NOT NULL';

const choices: Record<Links, Choice> = {
  newest: { columns: one, where: 'e.answers IS NULL', order: ['e.at', 'e.key', '0'] },
  widest: {
    columns: one,
    where: 'e.answers IS NULL AND e.reach IS NOT NULL',
    order: ['e.reach', 'e.at', 'e.key'],
  },
  reactions: { columns: one, where: isReaction, order: ['e.at', 'e.key', '0'] },
  'reactions-to-reported': {
    columns: one,
    where: `${isReaction} AND e.reach IS NOT NULL`,
    order: ['e.at', 'e.key', '0'],
  },
  joined: {
    columns: 'e.answers AS key, max(e.reach) AS reach, count(DISTINCT e.key) AS reactions',
    where: isReaction,
    order: ['count(DISTINCT e.key)', 'max(e.at)', 'e.answers'],
    grouped: ' GROUP BY e.answers',
  },
};

/** An interaction that speaks for somebody's influence. */
export interface Link {
  readonly interactionId: string;
  /** Its reported audience; of a reaction, that of what it answers. */
  readonly reach: number | null;
  /** How many reactions it had, where it was chosen by these; else 0. */
  readonly reactions: number;
}

/** At most so many interactions are shown for a number. */
export const linksMax = 3;

/**
 * Interactions that speak for somebody on a topic, by its number.
 * @param voices all of those who are one.
 */
export const linksOf = async (
  rows: RowReader,
  links: Links,
  { topic, voices }: { readonly topic: number; readonly voices: readonly number[] },
  past: Past,
  limit = linksMax,
): Promise<readonly Link[]> => {
  const { columns, where, order, grouped = '' } = choices[links];
  const [first, second, third] = order;
  const marks = voices.map(() => '?').join(', ');
  // What two of them signed is said once, and what one of them says to another is no reaction.
  const distinct = voices.length > 1 && grouped === '' ? 'DISTINCT ' : '';
  // A join keeps no order: it is asked for again.
  const sql = `SELECT s.id AS "interactionId", l.reach, l.reactions FROM (
      SELECT ${distinct}${columns}, ${first} AS o1, ${second} AS o2, ${third} AS o3 FROM influence_evidence e
      WHERE e.topic = ? AND e.voice IN (${marks}) AND e.at <= ? AND ${knownThen('e')} AND ${where}
        AND (e.reactor IS NULL OR e.reactor NOT IN (${marks}))${grouped}
      ORDER BY o1 DESC, o2 DESC, o3 DESC LIMIT ?
    ) l JOIN influence_said s ON s.key = l.key ORDER BY l.o1 DESC, l.o2 DESC, l.o3 DESC`;
  return rows.all<Row & Link>(sql, [topic, ...voices, past.validAt, ...thenOf(past), ...voices, limit]);
};
