import { inLists } from '../event-sourcing/in-lists.js';
import { type Page, type Slice, pageOf, scanOf } from '../event-sourcing/page.js';
import { type Past, knownThen, thenOf } from '../event-sourcing/past.js';
import type { Row, RowReader, Value } from '../event-sourcing/read-store.js';
import type { Channel } from '../stakeholders/handle.js';

/** Which of these interactions are early replies, by their ids. */
export const earlyAmong = async (
  rows: RowReader,
  ids: readonly string[],
  past: Past,
): Promise<ReadonlyMap<string, true>> => {
  const found = new Map<string, true>();
  for (const { marks, values } of inLists(ids)) {
    const sql = `SELECT e.id FROM early_reply e WHERE e.id IN (${marks}) AND ${knownThen('e')} AND e.answered_at <= ?`;
    for (const { id } of await rows.all<Row & { readonly id: string }>(sql, [...values, ...thenOf(past), past.validAt]))
      found.set(id, true);
  }
  return found;
};

/** Which early replies, by their own dates; what is left out, or is empty, restricts nothing. */
export interface EarlyAsked {
  /** From inclusive, until exclusive, in milliseconds. */
  readonly during: { readonly from: number | null; readonly until: number | null };
  readonly channels?: readonly Channel[];
}

/** Where an early reply stands in the list of them: its date, then its key. */
export interface EarlyPlace {
  readonly at: number;
  readonly key: number;
}

/** One page of them, in the order of their dates. */
export const earlyPage = async (
  rows: RowReader,
  asked: EarlyAsked,
  past: Past,
  slice: Slice<EarlyPlace>,
): Promise<Page<EarlyPlace>> => {
  const { ascending, above, below } = scanOf(slice);
  const { sql, values } = conditionOf(asked, past);
  const way = ascending ? 'ASC' : 'DESC';
  const bounds = [
    ...(above === undefined ? [] : [{ sql: ' AND (e.at, e.reply) > (?, ?)', values: [above.at, above.key] }]),
    ...(below === undefined ? [] : [{ sql: ' AND (e.at, e.reply) < (?, ?)', values: [below.at, below.key] }]),
  ];
  const found = await rows.all<Row & EarlyPlace>(
    `SELECT e.reply AS key, e.at FROM early_reply e WHERE ${sql}${bounds.map((each) => each.sql).join('')}
     ORDER BY e.at ${way}, e.reply ${way} LIMIT ?`,
    [...values, ...bounds.flatMap((each) => each.values), slice.limit + 1],
  );
  return pageOf(found, slice);
};

/** How many there are. */
export const countEarly = async (rows: RowReader, asked: EarlyAsked, past: Past): Promise<number> => {
  const { sql, values } = conditionOf(asked, past);
  const row = await rows.first<{ count: number }>(`SELECT count(*) AS count FROM early_reply e WHERE ${sql}`, values);
  return row?.count ?? 0;
};

const conditionOf = (
  { during: { from, until }, channels = [] }: EarlyAsked,
  past: Past,
): { readonly sql: string; readonly values: readonly Value[] } => {
  const onThese = channels.length === 0 ? '' : ` AND e.channel IN (${channels.map(() => '?').join(', ')})`;
  return {
    sql: `e.at >= ? AND e.at < ? AND e.answered_at <= ? AND ${knownThen('e')}${onThese}`,
    values: [
      ...[from ?? Number.MIN_SAFE_INTEGER, until ?? Number.MAX_SAFE_INTEGER, past.validAt],
      ...[...thenOf(past), ...channels],
    ],
  };
};
