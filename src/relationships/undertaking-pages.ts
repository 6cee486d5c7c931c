import { inLists } from '../event-sourcing/in-lists.js';
import type { Page, Slice } from '../event-sourcing/page.js';
import { pageOf, scanOf } from '../event-sourcing/page.js';
import type { Past } from '../event-sourcing/past.js';
import { knownThen, thenOf } from '../event-sourcing/past.js';
import { open } from '../event-sourcing/position.js';
import type { Row, RowReader, Value } from '../event-sourcing/read-store.js';
import type { CareSpanBody, CareSpanKind } from './care-rows.js';

/** What is undertaken, with a date by which it is due, and how it ends. */
export type UndertakingKind = Extract<CareSpanKind, 'commitment' | 'outreach'>;

/** Where an undertaking stands at a date: overdue is open after its due date; a commitment is kept or broken, an outreach done or cancelled. */
export type UndertakingState = 'overdue' | 'open' | 'kept' | 'broken' | 'done' | 'cancelled';

/** An undertaking as it stood then. Times are milliseconds since 1970. */
export interface Undertaking {
  readonly key: number;
  readonly id: string;
  readonly stakeholderId: string;
  readonly madeAt: number;
  readonly dueAt: number;
  readonly state: UndertakingState;
  /** When it ended; null while it is open. */
  readonly settledAt: number | null;
  readonly body: CareSpanBody;
}

type SpanRow = Row & {
  readonly key: number;
  readonly kind: string;
  readonly stakeholder: string;
  readonly fact_id: string;
  readonly from_at: number;
  readonly due_at: number;
  readonly until_at: number;
  readonly ended_as: Exclude<UndertakingState, 'overdue' | 'open'> | null;
  readonly body: string;
};

const listed = (
  { key, stakeholder, fact_id, from_at, due_at, until_at, ended_as, body }: SpanRow,
  { validAt }: Past,
): Undertaking => {
  const settled = until_at <= validAt ? ended_as : null;
  return {
    key,
    id: fact_id,
    stakeholderId: stakeholder,
    madeAt: from_at,
    dueAt: due_at,
    state: settled ?? (due_at < validAt ? 'overdue' : 'open'),
    settledAt: settled === null ? null : until_at,
    body: JSON.parse(body) as CareSpanBody,
  };
};

/** Which undertakings are asked for; what is left out, or is empty, restricts nothing. */
export interface UndertakingFilter {
  readonly kind: UndertakingKind;
  /** Of whom: all ids of one stakeholder. */
  readonly stakeholderIds?: readonly string[] | undefined;
  /** Id of the person of ours who answered for them then. */
  readonly owner?: string | undefined;
  readonly states?: readonly UndertakingState[] | undefined;
}

/** Where an undertaking stands in the list: what is open first, and of each what is due first. */
export interface UndertakingCursor {
  readonly settled: number;
  readonly dueAt: number;
  readonly key: number;
}

export const cursorOf = ({ settledAt, dueAt, key }: Undertaking): UndertakingCursor => ({
  settled: settledAt === null ? 0 : 1,
  dueAt,
  key,
});

interface Condition {
  readonly sql: string;
  readonly values: readonly Value[];
}

const inState = (state: UndertakingState, validAt: number): Condition => {
  switch (state) {
    case 'overdue':
      return { sql: '(c.until_at > ? AND c.due_at < ?)', values: [validAt, validAt] };
    case 'open':
      return { sql: '(c.until_at > ? AND c.due_at >= ?)', values: [validAt, validAt] };
    default:
      return { sql: '(c.until_at <= ? AND c.ended_as = ?)', values: [validAt, state] };
  }
};

const isOpen = (state: UndertakingState): boolean => state === 'open' || state === 'overdue';

/**
 * The rows to choose from. What is open is found by an index: the present versions that nothing ends by then, and, for a past,
 * those that have changed since; so it costs what is open, however many were settled.
 */
const sourceOf = (past: Past, { kind, stakeholderIds, states = [] }: UndertakingFilter): Condition => {
  const { validAt, known } = past;
  if (stakeholderIds !== undefined)
    return {
      sql: `(SELECT * FROM care_span WHERE stakeholder IN (${stakeholderIds.map(() => '?').join(', ')}) AND kind = ?)`,
      values: [...stakeholderIds, kind],
    };
  if (states.length === 0 || !states.every(isOpen))
    return { sql: '(SELECT * FROM care_span WHERE kind = ?)', values: [kind] };
  return {
    sql: `(SELECT * FROM care_span WHERE kind = ? AND known_until = ${open} AND until_at > ?
      UNION ALL SELECT * FROM care_span WHERE kind = ? AND known_until > ? AND known_until < ${open} AND until_at > ?)`,
    values: [kind, validAt, kind, known, validAt],
  };
};

/**
 * Who of ours answered for them then. Of those who are one, who remains has the word; where nobody answers for that one, the
 * first of the others for whom somebody does.
 */
const ownedBy = (owner: string, past: Past): Condition => {
  const held = (alias: string): string =>
    `${alias}.from_at <= ? AND (${alias}.until_at IS NULL OR ${alias}.until_at > ?) AND ${knownThen(alias)}`;
  const heldAt = [past.validAt, past.validAt, ...thenOf(past)];
  const oneWith = (whose: string): string =>
    `stakeholder m JOIN stakeholder g ON g.survivor = m.survivor WHERE m.id = ${whose} AND ${knownThen('m')} AND ${knownThen('g')}`;
  const known = [...thenOf(past), ...thenOf(past)];
  return {
    sql: `EXISTS (SELECT 1 FROM owner_span o WHERE o.owner = ? AND ${held('o')}
      AND o.stakeholder IN (SELECT c.stakeholder UNION ALL SELECT g.id FROM ${oneWith('c.stakeholder')})
      AND NOT EXISTS (SELECT 1 FROM ${oneWith('o.stakeholder')} AND m.key <> m.survivor AND (g.key = g.survivor OR g.id < m.id)
        AND EXISTS (SELECT 1 FROM owner_span e WHERE e.stakeholder = g.id AND ${held('e')})))`,
    values: [owner, ...heldAt, ...known, ...known, ...heldAt],
  };
};

const conditionOf = (past: Past, { owner, states = [] }: UndertakingFilter): Condition => {
  const { validAt } = past;
  const parts: Condition[] = [{ sql: `c.from_at <= ? AND ${knownThen('c')}`, values: [validAt, ...thenOf(past)] }];
  if (owner !== undefined) parts.push(ownedBy(owner, past));
  if (states.length > 0) {
    const each = states.map((state) => inState(state, validAt));
    parts.push({ sql: `(${each.map(({ sql }) => sql).join(' OR ')})`, values: each.flatMap(({ values }) => values) });
  }
  return { sql: parts.map(({ sql }) => sql).join(' AND '), values: parts.flatMap(({ values }) => values) };
};

// What is settled after the date is open at it.
const settled = 'CASE WHEN c.until_at > ? THEN 0 ELSE 1 END';

/** One page of undertakings: what is open first, by the date by which it is due, so what is overdue longest comes first. */
export const undertakingsPage = async (
  rows: RowReader,
  { past, where, ...slice }: Slice<UndertakingCursor> & { readonly past: Past; readonly where: UndertakingFilter },
): Promise<Page<Undertaking>> => {
  const { ascending, above, below } = scanOf(slice);
  const way = ascending ? 'ASC' : 'DESC';
  const source = sourceOf(past, where);
  const condition = conditionOf(past, where);
  const bounds = [above && { cursor: above, sign: '>' }, below && { cursor: below, sign: '<' }].flatMap(
    (each) => each ?? [],
  );
  const beyond = bounds.map(({ sign }) => ` AND (${settled}, c.due_at, c.key) ${sign} (?, ?, ?)`).join('');
  const found = await rows.all<SpanRow>(
    `SELECT c.* FROM ${source.sql} c WHERE ${condition.sql}${beyond} ORDER BY ${settled} ${way}, c.due_at ${way}, c.key ${way} LIMIT ?`,
    [
      ...source.values,
      ...condition.values,
      ...bounds.flatMap(({ cursor }) => [past.validAt, cursor.settled, cursor.dueAt, cursor.key]),
      past.validAt,
      slice.limit + 1,
    ],
  );
  return pageOf(
    found.map((row) => listed(row, past)),
    slice,
  );
};

/** How many undertakings a page's list has in all. */
export const countUndertakings = async (rows: RowReader, past: Past, where: UndertakingFilter): Promise<number> => {
  const source = sourceOf(past, where);
  const condition = conditionOf(past, where);
  const sql = `SELECT count(*) AS count FROM ${source.sql} c WHERE ${condition.sql}`;
  const row = await rows.first<{ count: number }>(sql, [...source.values, ...condition.values]);
  return row?.count ?? 0;
};

/** Undertakings of a kind by their ids; those that were not known or not made by then, or were taken back, are left out. */
export const undertakingsById = async (
  rows: RowReader,
  kind: UndertakingKind,
  ids: readonly string[],
  past: Past,
): Promise<ReadonlyMap<string, Undertaking>> => {
  const found = new Map<string, Undertaking>();
  for (const { marks, values } of inLists(ids)) {
    const sql = `SELECT c.* FROM care_span c WHERE c.fact_id IN (${marks}) AND c.from_at <= ? AND ${knownThen('c')}`;
    for (const row of await rows.all<SpanRow>(sql, [...values, past.validAt, ...thenOf(past)]))
      if (row.kind === kind) found.set(row.fact_id, listed(row, past));
  }
  return found;
};
