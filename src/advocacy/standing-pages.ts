import { type Stretch, mergedScan } from '../event-sourcing/merged-scan.js';
import type { Row, RowReader, Value } from '../event-sourcing/read-store.js';
import type { ConversionKind } from './advocacy-v1.js';
import { thenOf, type Past } from '../event-sourcing/past.js';
import { type OwnedAsked, ownedAt } from './owned-at.js';
import { readingsAt } from './standing-readings.js';
import type { ConversionRow, StandingSpanRow } from './standing-tables.js';
import { openSpans, rulesV1, type Rules } from './standing.js';

/** A page of a list: at most `limit` rows after the keyset `from` in the list's order or, where `backwards`, against it. */
export interface PageAsked {
  readonly limit: number;
  readonly backwards: boolean;
  readonly from: readonly Value[] | null;
}

export type Order = 'oldest-first' | 'newest-first';

/** Milliseconds since 1970, from inclusive, until exclusive; null where it is open. */
export interface Period {
  readonly from: number | null;
  readonly until: number | null;
}

export type SpanOnPage = Omit<StandingSpanRow, 'stakeholder' | 'known_from' | 'known_until'>;
export type ConversionOnPage = Omit<ConversionRow, 'known_from' | 'known_until'>;

/**
 * The spans of one stakeholder's standing (by the keys of all who are one), in the order in which they are read; the keyset is `[from_at]`. A span that held
 * at `validAt` shows how it ends only where it does so by itself, from what had been said by then (an advocate lapses):
 * else `until_at` is null.
 */
export async function spansPage(
  rows: RowReader,
  members: readonly number[],
  past: Past,
  { limit, backwards, from }: PageAsked,
  order: Order = 'oldest-first',
  rules: Rules = rulesV1,
): Promise<readonly SpanOnPage[]> {
  const { compared, sorted } = direction(order, backwards);
  const sql = `select from_at, until_at, stance, previous, because, assessed_by from standing_span
    where stakeholder = ? and from_at <= ? and known_from <= ? and known_until > ?
    ${from === null ? '' : `and from_at ${compared} ?`} order by from_at ${sorted} limit ?`;
  const spans = await rows.all<SpanOnPage>(sql, [
    ...[members[0] ?? 0, past.validAt, ...thenOf(past), ...(from ?? []), limit],
  ]);
  const held = spans.find(({ until_at }) => until_at === null || until_at > past.validAt);
  if (held === undefined) return spans;
  const until_at = await endOfItself(rows, members, held, past, rules);
  return spans.map((span) => (span === held ? { ...held, until_at } : span));
}

export async function countSpans(rows: RowReader, stakeholder: number, past: Past): Promise<number> {
  const sql = `select count(*) as count from standing_span
    where stakeholder = ? and from_at <= ? and known_from <= ? and known_until > ?`;
  return countOf(await rows.first<{ count: number }>(sql, [stakeholder, past.validAt, ...thenOf(past)]));
}

/**
 * When the span that held at `validAt` was to end, had nothing more been said: only the rule's advocate ends by itself. What
 * was said later may have ended the span earlier, or have kept it from ending at all.
 */
async function endOfItself(
  rows: RowReader,
  members: readonly number[],
  { stance, from_at }: SpanOnPage,
  past: Past,
  rules: Rules,
): Promise<number | null> {
  if (stance !== 'advocate') return null;
  const reading = (await readingsAt(rows, [members], past, rules)).get(members[0] ?? 0);
  const span = reading && openSpans(reading).find(({ from }) => from === from_at);
  return span?.until ?? null;
}

/** Which conversions: what is left out does not matter. */
export interface ConversionsAsked {
  readonly kinds?: readonly ConversionKind[];
  readonly during?: Period;
  readonly stakeholder?: number;
  /** Who answered for them when it counted. */
  readonly owned?: OwnedAsked;
}

const onPage = 'stakeholder, at, id, kind, because, because_kind, since, since_at, rule';

/** Conversions, of one stakeholder or all, in the order in which they are read; the keyset is `[at, id]`. */
export async function conversionsPage(
  rows: RowReader,
  asked: ConversionsAsked,
  past: Past,
  { limit, backwards, from }: PageAsked,
  order: Order = 'newest-first',
): Promise<readonly ConversionOnPage[]> {
  const { compared, sorted } = direction(order, backwards);
  const { sql, parameters } = conversionsWhere(asked, past);
  // Of one stakeholder, one at most counts at one time.
  const inOrder = asked.stakeholder === undefined ? `at ${sorted}, id ${sorted}` : `at ${sorted}`;
  return rows.all<ConversionOnPage>(
    `select ${onPage} from conversion c ${sql} ${from === null ? '' : `and (at, id) ${compared} (?, ?)`} order by ${inOrder} limit ?`,
    [...parameters, ...(from ?? []), limit],
  );
}

/** The first conversions of several stakeholders one way, between the places that are told of each. */
export async function conversionsTogether(
  rows: RowReader,
  stretches: readonly Stretch<number, string>[],
  past: Past,
  ascending: boolean,
  limit: number,
): Promise<readonly ConversionOnPage[]> {
  const way = ascending ? 'asc' : 'desc';
  const found = await mergedScan<Row & ConversionOnPage & { readonly tie: string }, string>(rows, stretches, {
    sql: `select ${onPage}, id as tie from conversion
      where stakeholder = ? and (at, id) > (?, ?) and (at, id) < (?, ?) and known_from <= ? and known_until > ?
      order by at ${way} limit ?`,
    parameters: thenOf(past),
    ascending,
    limit,
  });
  return found;
}

export async function countConversions(rows: RowReader, asked: ConversionsAsked, past: Past): Promise<number> {
  const { sql, parameters } = conversionsWhere(asked, past);
  return countOf(await rows.first<{ count: number }>(`select count(*) as count from conversion c ${sql}`, parameters));
}

/** The conversion of this id; undefined where it was not known, or had not happened. */
export async function conversionOf(rows: RowReader, id: string, past: Past): Promise<ConversionOnPage | undefined> {
  const sql = `select ${onPage} from conversion where id = ? and at <= ? and known_from <= ? and known_until > ?`;
  return rows.first<ConversionOnPage>(sql, [id, past.validAt, ...thenOf(past)]);
}

/** The condition, which begins with `where` and may be gone on with `and`. */
function conversionsWhere({ kinds, during, stakeholder, owned = {} }: ConversionsAsked, past: Past) {
  const conditions = ['at <= ?', 'known_from <= ?', 'known_until > ?'];
  const parameters: Value[] = [past.validAt, ...thenOf(past)];
  const also = (condition: string, ...values: readonly Value[]) => {
    conditions.push(condition);
    parameters.push(...values);
  };
  if (stakeholder !== undefined) also('stakeholder = ?', stakeholder);
  if (during?.from != null) also('at >= ?', during.from);
  if (during?.until != null) also('at < ?', during.until);
  // Of no kind at all: none. SQL knows no empty list.
  if (kinds !== undefined)
    also(kinds.length === 0 ? '1 = 0' : `kind in (${kinds.map(() => '?').join(', ')})`, ...kinds);
  const ours = ownedAt(owned, { stakeholder: 'c.stakeholder', at: 'c.at' }, past);
  return { sql: `where ${conditions.join(' and ')} ${ours.sql}`, parameters: [...parameters, ...ours.parameters] };
}

function direction(order: Order, backwards: boolean) {
  return (order === 'oldest-first') === backwards
    ? { compared: '<', sorted: 'desc' }
    : { compared: '>', sorted: 'asc' };
}

function countOf(row: { readonly count: number } | undefined): number {
  return row?.count ?? 0;
}
