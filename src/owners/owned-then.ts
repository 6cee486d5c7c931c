import type { Past } from '../event-sourcing/past.js';
import { knownThen, thenOf } from '../event-sourcing/past.js';
import type { Value } from '../event-sourcing/read-store.js';

/** A part of a query, with what stands for its question marks. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly Value[];
}

/** What of `owner_span s` held at a date. */
export const heldThen = (past: Past, alias = 's'): Condition => ({
  sql: `${alias}.from_at <= ? AND (${alias}.until_at IS NULL OR ${alias}.until_at > ?) AND ${knownThen(alias)}`,
  values: [past.validAt, past.validAt, ...thenOf(past)],
});

/**
 * What of `owner_span s` held and counted: of those who are one, who remains has the word, and else the first of the others
 * for whom somebody answers. What is told of another counts nowhere, in no workload and in no tier, while they are one.
 */
export const countedThen = (past: Past): Condition => {
  const [held, other] = [heldThen(past), heldThen(past, 'o')];
  return {
    sql: `${held.sql} AND NOT EXISTS (
      SELECT 1 FROM stakeholder m JOIN stakeholder g ON g.survivor = m.survivor JOIN owner_span o ON o.stakeholder = g.id
      WHERE m.id = s.stakeholder AND m.survivor IS NOT NULL AND ${knownThen('m')} AND ${knownThen('g')}
        AND m.key <> m.survivor AND (g.key = g.survivor OR g.id < m.id) AND ${other.sql})`,
    values: [...held.values, ...thenOf(past), ...thenOf(past), ...other.values],
  };
};
