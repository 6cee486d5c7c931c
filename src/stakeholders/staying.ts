import { inLists } from '../event-sourcing/in-lists.js';
import type { Past } from '../event-sourcing/past.js';
import { knownThen, thenOf } from '../event-sourcing/past.js';
import { open } from '../event-sourcing/position.js';
import type { Row, RowReader } from '../event-sourcing/read-store.js';
import type { ListedMerge, Member } from './directory-pages.js';

/**
 * Tells, of a merge, who of those who are one stays with whom somebody was merged into: all but the merged one and whoever was
 * merged into that one. What was recorded in the stream of any of these stays with them, whether the merge holds or was
 * ended; what stands in another's goes with that other.
 */
export const stayingAfter = async (
  rows: RowReader,
  members: readonly Member[],
  past: Past,
): Promise<(merge: Pick<ListedMerge, 'merged' | 'survivor'>) => readonly Member[]> => {
  const into = new Map<number, number | null>();
  if (members.length > 1)
    for (const { marks, values } of inLists(members.map(({ key }) => key))) {
      const sql = `SELECT s.key, s.merged_into FROM stakeholder s WHERE s.key IN (${marks}) AND ${knownThen('s')}`;
      type Merged = Row & { readonly key: number; readonly merged_into: number | null };
      for (const row of await rows.all<Merged>(sql, [...values, ...thenOf(past)])) into.set(row.key, row.merged_into);
    }
  const stays = (key: number, { merged, survivor }: Pick<ListedMerge, 'merged' | 'survivor'>): boolean => {
    for (let each: number | null = key; each !== null; each = into.get(each) ?? null) {
      // Of a merge that was ended, either may have been merged into the other since.
      if (each === survivor) return true;
      if (each === merged) return false;
    }
    return true;
  };
  return (merge) => members.filter(({ key }) => stays(key, merge));
};

/** How many handles, and how many external ids, are told at most. */
export const givenMax = 100;

/** What of a table of holdings was given, while a merge held, to those who stay: as it is known then, what came first first. */
export const givenBetween = async <Held extends Row>(
  rows: RowReader,
  table: 'stakeholder_handle' | 'stakeholder_external_id',
  { stayingKeys, from, until }: Pick<ListedMerge, 'from' | 'until'> & { readonly stayingKeys: readonly number[] },
  past: Past,
): Promise<readonly Held[]> => {
  const found: Held[] = [];
  for (const { marks, values } of inLists(stayingKeys)) {
    // A holding has a version more where it ended: it was given by its first.
    const given = `SELECT 1 FROM ${table} b WHERE b.stakeholder = h.stakeholder AND b.token = h.token`;
    const sql = `SELECT h.* FROM ${table} h WHERE h.stakeholder IN (${marks}) AND ${knownThen('h')}
      AND EXISTS (${given} AND b.known_from > ? AND b.known_from < ?) AND NOT EXISTS (${given} AND b.known_from <= ?)
      ORDER BY h.known_from, h.place LIMIT ${givenMax}`;
    found.push(...(await rows.all<Held>(sql, [...values, ...thenOf(past), from, until ?? open, from])));
  }
  return found;
};
