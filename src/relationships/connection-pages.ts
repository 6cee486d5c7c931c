import { inLists } from '../event-sourcing/in-lists.js';
import type { Past } from '../event-sourcing/past.js';
import { knownThen, thenOf } from '../event-sourcing/past.js';
import type { Row, RowReader } from '../event-sourcing/read-store.js';
import type { CareSpanBody } from './care-rows.js';
import { never } from './care-tables.js';

/** A material connection as it was known then. Times are milliseconds since 1970. */
export interface ListedConnection {
  readonly id: string;
  readonly stakeholderId: string;
  readonly from: number;
  /** Exclusive, by what had happened by then: the end that it was recorded with, until somebody ends it; null: none. */
  readonly until: number | null;
  readonly body: CareSpanBody;
}

type SpanRow = Row & {
  readonly kind: string;
  readonly stakeholder: string;
  readonly fact_id: string;
  readonly from_at: number;
  readonly until_at: number;
  readonly ended_by: string | null;
  readonly body: string;
};

const listed = (
  { stakeholder, fact_id, from_at, until_at, ended_by, body }: SpanRow,
  { validAt }: Pick<Past, 'validAt'>,
): ListedConnection => ({
  id: fact_id,
  stakeholderId: stakeholder,
  from: from_at,
  // What is recorded without an end alone is ended by somebody: before they did, nothing ends it.
  until: until_at === never || (ended_by !== null && until_at > validAt) ? null : until_at,
  body: JSON.parse(body) as CareSpanBody,
});

/** How many connections of one stakeholder are told at most. */
export const connectionsMax = 100;

/** The connections of each stakeholder that had begun by then, newest first; what was taken back is left out. Every id is there. */
export const connectionsOf = async (
  rows: RowReader,
  stakeholders: readonly string[],
  past: Past,
): Promise<ReadonlyMap<string, readonly ListedConnection[]>> => {
  const found = new Map<string, ListedConnection[]>(stakeholders.map((id) => [id, []]));
  for (const { marks, values } of inLists(stakeholders)) {
    const sql = `SELECT c.* FROM care_span c WHERE c.stakeholder IN (${marks}) AND c.from_at <= ? AND ${knownThen('c')} ORDER BY c.from_at DESC, c.key DESC`;
    for (const row of await rows.all<SpanRow>(sql, [...values, past.validAt, ...thenOf(past)])) {
      const its = found.get(row.stakeholder);
      if (row.kind === 'connection' && its !== undefined && its.length < connectionsMax) its.push(listed(row, past));
    }
  }
  return found;
};

/** Connections by their ids; those that were not known or had not begun by then, or were taken back, are left out. */
export const connectionsById = async (
  rows: RowReader,
  ids: readonly string[],
  past: Past,
): Promise<ReadonlyMap<string, ListedConnection>> => {
  const found = new Map<string, ListedConnection>();
  for (const { marks, values } of inLists(ids)) {
    const sql = `SELECT c.* FROM care_span c WHERE c.fact_id IN (${marks}) AND c.from_at <= ? AND ${knownThen('c')}`;
    for (const row of await rows.all<SpanRow>(sql, [...values, past.validAt, ...thenOf(past)]))
      if (row.kind === 'connection') found.set(row.fact_id, listed(row, past));
  }
  return found;
};

/** Whether it lasted at a date: from inclusive, until exclusive. */
export const lastedAt = ({ from, until }: Pick<ListedConnection, 'from' | 'until'>, at: number): boolean =>
  from <= at && (until === null || until > at);
