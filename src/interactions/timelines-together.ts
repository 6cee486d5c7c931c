import { inLists } from '../event-sourcing/in-lists.js';
import { type Stretch, mergedScan } from '../event-sourcing/merged-scan.js';
import type { Past } from '../event-sourcing/past.js';
import { knownThen, present, thenOf } from '../event-sourcing/past.js';
import type { Row, RowReader } from '../event-sourcing/read-store.js';
import {
  type Range,
  type TimelineEntry,
  type TimelineFilter,
  between,
  conditionOf,
  precedes,
  stretchesOf,
  within,
} from './timeline-pages.js';

/** Parts of several timelines (by the keys of stakeholders) of one past, of which the filter's dates are left out. */
export interface Together {
  readonly stretches: readonly Stretch<number>[];
  readonly past: Past;
  readonly filter: Omit<TimelineFilter, 'from' | 'until'>;
}

/** The first interactions of several timelines one way, each once, however many of them it stands in. */
export const entriesTogether = async (
  rows: RowReader,
  { stretches, past, filter }: Together,
  ascending: boolean,
  limit: number,
): Promise<readonly TimelineEntry[]> => {
  const way = ascending ? 'ASC' : 'DESC';
  const { sql, values } = conditionOf(filter);
  type EntryRow = Row & { readonly at: number; readonly tie: number; readonly retracted: number };
  const found = await mergedScan<EntryRow>(rows, await known(rows, stretches, past), {
    sql: `SELECT e.at, e.key AS tie, e.retracted FROM timeline_entry e WHERE ${between} AND ${knownThen('e')}${sql} ORDER BY e.at ${way}, e.key ${way} LIMIT ?`,
    parameters: [...thenOf(past), ...values],
    ascending,
    limit,
  });
  return found.map(({ at, tie, retracted }) => ({ at, tie, retracted: retracted === 1 }));
};

/** How many interactions they show together. */
export const countTogether = async (rows: RowReader, { stretches, past, filter }: Together): Promise<number> => {
  if (stretches.length === 0) return 0;
  const { sql, values } = conditionOf(filter);
  const each = stretches.map(
    () => '(CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT))',
  );
  // Stretches first (a CROSS JOIN is not reordered): of each, a range of the key is read.
  const row = await rows.first<{ count: number }>(
    `SELECT count(DISTINCT e.key) AS count FROM (VALUES ${each.join(', ')}) r CROSS JOIN timeline_entry e
     WHERE e.stakeholder = r.column1 AND (e.at, e.key) > (r.column2, r.column3) AND (e.at, e.key) < (r.column4, r.column5)
     AND ${knownThen('e')}${sql}`,
    [
      ...stretches.flatMap(({ whose, above, below }) => [whose, above.at, above.tie, below.at, below.tie]),
      ...thenOf(past),
      ...values,
    ],
  );
  return row?.count ?? 0;
};

/** The stretches without the dates at which nothing was known by then, as `knownStretches` tells them for one. */
const known = async (
  rows: RowReader,
  stretches: readonly Stretch<number>[],
  { known: last }: Past,
): Promise<readonly Stretch<number>[]> => {
  if (last >= present) return stretches;
  type ArrivalsRow = Row & {
    readonly stakeholder: number;
    readonly first_ordinal: number;
    readonly last_ordinal: number;
    readonly first_at: number;
    readonly last_at: number;
  };
  const arrived: ArrivalsRow[] = [];
  for (const { marks, values } of inLists(stretches.map(({ whose }) => whose)))
    arrived.push(
      ...(await rows.all<ArrivalsRow>(`SELECT * FROM timeline_arrivals WHERE stakeholder IN (${marks})`, values)),
    );
  const told = new Map<number, readonly Range[]>();
  for (const [whose, its] of Map.groupBy(arrived, ({ stakeholder }) => stakeholder))
    // What arrived after the last row is told by none: where some of it was known, so was all before.
    if (its.some(({ last_ordinal }) => last_ordinal > last))
      told.set(whose, stretchesOf(its.filter(({ first_ordinal }) => first_ordinal <= last)));
  return stretches.flatMap((stretch) =>
    (told.get(stretch.whose) ?? [stretch])
      .map((range) => ({ whose: stretch.whose, ...within(stretch, range) }))
      .filter(({ above, below }) => precedes(above, below)),
  );
};
