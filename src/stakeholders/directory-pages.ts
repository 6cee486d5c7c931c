import { inLists } from '../event-sourcing/in-lists.js';
import type { Page, Slice } from '../event-sourcing/page.js';
import { pageOf, scanOf } from '../event-sourcing/page.js';
import type { Past } from '../event-sourcing/past.js';
import { knownThen, thenOf } from '../event-sourcing/past.js';
import type { RowReader } from '../event-sourcing/read-store.js';
import type { Stance } from '../relationships/relationship.js';
import {
  type Condition,
  allOf,
  belongingTo,
  counted,
  existing,
  known,
  ownedBy,
  search,
  standingAt,
  unowned,
} from './directory-conditions.js';
import {
  type ExternalIdRow,
  type HandleRow,
  type StakeholderRow,
  heldExternalId,
  heldHandle,
} from './directory-tables.js';
import type { Channel } from './handle.js';
import type { HeldExternalId, HeldHandle, StakeholderKind } from './stakeholder.js';

/** A stakeholder as the directory lists them. */
export interface ListedStakeholder {
  readonly key: number;
  readonly id: string;
  readonly kind: StakeholderKind;
  readonly name: string;
  readonly sortName: string;
  readonly retired: boolean;
  /** Revision of the stakeholder's stream. */
  readonly revision: number;
  /** Milliseconds since 1970. */
  readonly identifiedAt: number;
}

/** What a query selects of `stakeholder s`. */
const columns = 's.key, s.id, s.kind, s.name, s.sort_name, s.retired, s.revision, s.identified_at';

/** A stakeholder as the row tells. */
const listed = ({
  key,
  id,
  kind,
  name,
  sort_name: sortName,
  retired,
  revision,
  identified_at: identifiedAt,
}: StakeholderRow): ListedStakeholder => ({
  key,
  id,
  kind,
  name,
  sortName,
  retired: retired === 1,
  revision,
  identifiedAt,
});

/** Who is asked for; what is left out, or is empty, restricts nothing. */
export interface DirectoryFilter {
  /**
   * Each of its words must be the beginning of a word of their name or handles, whatever the case and accents. A text of
   * signs alone finds nobody; a blank one restricts nothing.
   */
  readonly text?: string | undefined;
  readonly kind?: StakeholderKind | undefined;
  readonly retired?: boolean | undefined;
  readonly stances?: readonly Stance[] | undefined;
  /** They have a handle there. */
  readonly channel?: Channel | undefined;
  /** Id of the person of ours who answers for them. */
  readonly owner?: string | undefined;
  readonly tier?: string | undefined;
  /** Whether somebody of ours answers for them. */
  readonly owned?: boolean | undefined;
  /** Ids of an organisation that they belong to. */
  readonly organisations?: readonly string[] | undefined;
  /** Something passed between us at this time (milliseconds) or later. */
  readonly interactionSince?: number | undefined;
}

/** By name, as it is folded; or by when they were identified, which is the order of the log. */
export type DirectoryOrder = 'name' | 'identified-at';

/** Where a stakeholder stands in either order. */
export type DirectoryCursor = Pick<ListedStakeholder, 'sortName' | 'key'>;

/** One page of the stakeholders who existed then. */
export const stakeholdersPage = async (
  rows: RowReader,
  {
    past,
    where = {},
    orderBy,
    ...slice
  }: Slice<DirectoryCursor> & {
    readonly past: Past;
    readonly where?: DirectoryFilter | undefined;
    readonly orderBy: DirectoryOrder;
  },
): Promise<Page<ListedStakeholder>> => {
  const { ascending, above, below } = scanOf(slice);
  const way = ascending ? 'ASC' : 'DESC';
  const bounds = orderBy === 'name' ? betweenNames(above, below) : betweenKeys(above, below, past);
  const order = orderBy === 'name' ? `s.sort_name ${way}, s.key ${way}` : `s.key ${way}`;
  const found = search(past, where.text);
  const filter = allOf([bounds, known(past), existing(past), ...conditionsOf(where, past)]);
  const sql = `SELECT ${columns} FROM ${found.from}stakeholder s WHERE ${found.joined}${filter.sql} ORDER BY ${order} LIMIT ?`;
  const scanned = await rows.all<StakeholderRow>(sql, [...found.values, ...filter.values, slice.limit + 1]);
  return pageOf(scanned.map(listed), slice);
};

/** How many stakeholders a page's list has in all. */
export const countStakeholders = async (rows: RowReader, past: Past, where: DirectoryFilter = {}): Promise<number> => {
  const found = search(past, where.text);
  const filter = allOf([known(past), existing(past), ...conditionsOf(where, past)]);
  const sql = `SELECT count(*) AS count FROM ${found.from}stakeholder s WHERE ${found.joined}${filter.sql}`;
  const row = await rows.first<{ count: number }>(sql, [...found.values, ...filter.values]);
  return row?.count ?? 0;
};

// One bound is always there, so that the index is searched and never merely preferred.
const betweenNames = (above: DirectoryCursor | undefined, below: DirectoryCursor | undefined): Condition => ({
  sql: `(s.sort_name, s.key) > (?, ?)${below === undefined ? '' : ' AND (s.sort_name, s.key) < (?, ?)'}`,
  values: [above?.sortName ?? '', above?.key ?? 0, ...(below === undefined ? [] : [below.sortName, below.key])],
});

// Nobody's key is above what was known: so a page of the past, newest first, begins where that past ends.
const betweenKeys = (
  above: DirectoryCursor | undefined,
  below: DirectoryCursor | undefined,
  { known: last }: Past,
): Condition => ({
  sql: 's.key > ? AND s.key < ?',
  values: [above?.key ?? 0, Math.min(below?.key ?? Number.MAX_SAFE_INTEGER, last + 1)],
});

const not = ({ sql, values }: Condition): Condition => ({ sql: `NOT (${sql})`, values });

const conditionsOf = (
  { kind, retired, stances = [], channel, owner, tier, owned, organisations, interactionSince }: DirectoryFilter,
  past: Past,
): readonly Condition[] => [
  ...(kind === undefined ? [] : [{ sql: 's.kind = ?', values: [kind] }]),
  ...(retired === undefined ? [] : [{ sql: 's.retired = ?', values: [retired ? 1 : 0] }]),
  ...(stances.length === 0 ? [] : [standingAt(stances, past)]),
  ...(channel === undefined
    ? []
    : [
        {
          sql: `EXISTS (SELECT 1 FROM stakeholder_handle h WHERE h.stakeholder = s.key AND h.channel = ? AND ${knownThen('h')})`,
          values: [channel, ...thenOf(past)],
        },
      ]),
  ...(owner === undefined ? [] : [ownedBy('owner', owner, past)]),
  ...(tier === undefined ? [] : [ownedBy('tier', tier, past)]),
  ...(owned === undefined ? [] : [owned ? not(unowned(past)) : unowned(past)]),
  ...(organisations === undefined ? [] : [belongingTo(organisations, past)]),
  ...(interactionSince === undefined
    ? []
    : [
        {
          sql: counted('timeline_entry', 'e.at >= ? AND e.at <= ?'),
          values: [interactionSince, past.validAt, ...thenOf(past)],
        },
      ]),
];

/** Those of the stakeholders who existed then, by id. */
export const stakeholdersById = (
  rows: RowReader,
  ids: readonly string[],
  past: Past,
): Promise<ReadonlyMap<string, ListedStakeholder>> => named(rows, 'id', ids, [known(past), existing(past)]);

/** The same, of those alone who stood so; of no stances: however they stood. */
export const stakeholdersStanding = (
  rows: RowReader,
  ids: readonly string[],
  stances: readonly Stance[],
  past: Past,
): Promise<ReadonlyMap<string, ListedStakeholder>> =>
  named(rows, 'id', ids, [known(past), existing(past), ...conditionsOf({ stances }, past)]);

/**
 * Those of the stakeholders who were identified by then, by id, though nothing that counts may have happened yet: such as
 * took part in what is shown as retracted.
 */
export const identifiedById = (
  rows: RowReader,
  ids: readonly string[],
  past: Past,
): Promise<ReadonlyMap<string, ListedStakeholder>> => named(rows, 'id', ids, [known(past)]);

/** Those of the stakeholders who were identified by then, by key. */
export const identifiedByKey = (
  rows: RowReader,
  keys: readonly number[],
  past: Past,
): Promise<ReadonlyMap<number, ListedStakeholder>> => named(rows, 'key', keys, [known(past)]);

const named = async <Column extends 'id' | 'key'>(
  rows: RowReader,
  column: Column,
  values: readonly ListedStakeholder[Column][],
  conditions: readonly Condition[],
): Promise<ReadonlyMap<ListedStakeholder[Column], ListedStakeholder>> => {
  const found = new Map<ListedStakeholder[Column], ListedStakeholder>();
  const { sql, values: rest } = allOf(conditions);
  for (const list of inLists<string | number>(values)) {
    const query = `SELECT ${columns} FROM stakeholder s WHERE s.${column} IN (${list.marks}) AND ${sql}`;
    for (const row of await rows.all<StakeholderRow>(query, [...list.values, ...rest])) {
      const stakeholder = listed(row);
      found.set(stakeholder[column], stakeholder);
    }
  }
  return found;
};

/** Who held each claim of a handle then: as many as asked, in that order, null for nobody. */
export const holdersOfHandles = (
  rows: RowReader,
  claims: readonly string[],
  past: Past,
): Promise<readonly (ListedStakeholder | null)[]> => holders(rows, 'stakeholder_handle', claims, past);

/** Who held each claim of an external id then: as many as asked, in that order, null for nobody. */
export const holdersOfExternalIds = (
  rows: RowReader,
  claims: readonly string[],
  past: Past,
): Promise<readonly (ListedStakeholder | null)[]> => holders(rows, 'stakeholder_external_id', claims, past);

const holders = async (
  rows: RowReader,
  table: string,
  claims: readonly string[],
  past: Past,
): Promise<readonly (ListedStakeholder | null)[]> => {
  const found = new Map<string, ListedStakeholder>();
  const { sql, values: rest } = allOf([known(past), existing(past)]);
  for (const { marks, values } of inLists(claims)) {
    const query = `SELECT h.claim, ${columns} FROM ${table} h JOIN stakeholder s ON s.key = h.stakeholder
      WHERE h.claim IN (${marks}) AND ${knownThen('h')} AND ${sql}`;
    for (const row of await rows.all<StakeholderRow & { readonly claim: string }>(query, [
      ...values,
      ...thenOf(past),
      ...rest,
    ]))
      found.set(row.claim, listed(row));
  }
  return claims.map((claim) => found.get(claim) ?? null);
};

/** What a stakeholder held, in the order in which it came to be theirs. */
export interface Holdings {
  readonly handles: readonly HeldHandle[];
  readonly externalIds: readonly HeldExternalId[];
}

/** What stakeholders held then, by their keys. Every key asked for is in the answer. */
export const holdingsOf = async (
  rows: RowReader,
  stakeholders: readonly number[],
  past: Past,
): Promise<ReadonlyMap<number, Holdings>> => {
  const holdings = new Map<number, { handles: HeldHandle[]; externalIds: HeldExternalId[] }>();
  for (const key of stakeholders) holdings.set(key, { handles: [], externalIds: [] });
  for (const { marks, values } of inLists(stakeholders)) {
    const held = (table: string): string =>
      `SELECT h.* FROM ${table} h WHERE h.stakeholder IN (${marks}) AND ${knownThen('h')} ORDER BY h.known_from, h.place`;
    const parameters = [...values, ...thenOf(past)];
    for (const row of await rows.all<HandleRow>(held('stakeholder_handle'), parameters))
      holdings.get(row.stakeholder)?.handles.push(heldHandle(row));
    for (const row of await rows.all<ExternalIdRow>(held('stakeholder_external_id'), parameters))
      holdings.get(row.stakeholder)?.externalIds.push(heldExternalId(row));
  }
  return holdings;
};
