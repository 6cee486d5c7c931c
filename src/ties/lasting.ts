import type { Past } from '../event-sourcing/past.js';
import type { Value } from '../event-sourcing/read-store.js';

/** What an affiliation or a tie may be at a date at which it had begun. */
export const states = ['holding', 'ended', 'retracted'] as const;
export type State = (typeof states)[number];

/** In rows, when something began whose beginning is open: earlier than every date. */
export const openBeginning = Number.MIN_SAFE_INTEGER;

/** When it began and ended, as rows have it: milliseconds since 1970, `until_at` null where that is open. */
export const boundsOf = ({
  occurredAt,
  until,
}: {
  readonly occurredAt: string | null;
  readonly until: string | null;
}): { readonly from_at: number; readonly until_at: number | null } => ({
  from_at: occurredAt === null ? openBeginning : Date.parse(occurredAt),
  until_at: until === null ? null : Date.parse(until),
});

/** A part of a WHERE, with what stands for its question marks. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly Value[];
}

/** What had begun by the date, in one of the states then. */
export const inStates = (alias: string, asked: readonly State[], { validAt }: Pick<Past, 'validAt'>): Condition => {
  const each: Condition[] = [];
  if (asked.includes('holding'))
    each.push({
      sql: `${alias}.retracted = 0 AND (${alias}.until_at IS NULL OR ${alias}.until_at > ?)`,
      values: [validAt],
    });
  if (asked.includes('ended'))
    each.push({ sql: `${alias}.retracted = 0 AND ${alias}.until_at <= ?`, values: [validAt] });
  if (asked.includes('retracted')) each.push({ sql: `${alias}.retracted = 1`, values: [] });
  // In none of them is nothing; SQL knows no empty alternative.
  const any = each.length === 0 ? '1 = 0' : each.map(({ sql }) => `(${sql})`).join(' OR ');
  return {
    sql: `${alias}.from_at <= ? AND (${any})`,
    values: [validAt, ...each.flatMap(({ values }) => values)],
  };
};

/** What it was at a date, by which it had begun. */
export const stateAt = (
  { until, retraction }: { readonly until: string | null; readonly retraction: object | null },
  { validAt }: Pick<Past, 'validAt'>,
): State => {
  if (retraction !== null) return 'retracted';
  return until !== null && Date.parse(until) <= validAt ? 'ended' : 'holding';
};
