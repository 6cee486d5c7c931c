import { inLists } from '../event-sourcing/in-lists.js';
import type { Page, Slice } from '../event-sourcing/page.js';
import { pageOf, scanOf } from '../event-sourcing/page.js';
import type { Past } from '../event-sourcing/past.js';
import { knownThen, thenOf } from '../event-sourcing/past.js';
import type { Row, RowReader } from '../event-sourcing/read-store.js';
import type { Stance } from '../relationships/relationship.js';
import {
  type Condition,
  allOf,
  belongingTo,
  contactForbiddenAt,
  existing,
  heldThen,
  known,
  lifecycleAt,
  ownedBy,
  ownedByAnybody,
  passedBetween,
  reachedOn,
  remaining,
  type SalientAttributes,
  salientAt,
  search,
  standingAt,
} from './directory-conditions.js';
import {
  type Ended,
  type ExternalIdRow,
  type HandleRow,
  type MergeRow,
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
  /** All who are one: first they themselves, who remain, then the others in the order of their ids. */
  readonly members: readonly Member[];
  readonly kind: StakeholderKind;
  readonly name: string;
  readonly sortName: string;
  readonly retired: boolean;
  /** Revision of the stakeholder's stream. */
  readonly revision: number;
  /** Milliseconds since 1970. */
  readonly identifiedAt: number;
}

/** One of those who are one. */
export interface Member {
  readonly key: number;
  readonly id: string;
}

/** What a query selects of `stakeholder s`. */
const columns =
  's.key, s.id, s.kind, s.name, s.sort_name, s.retired, s.revision, s.identified_at, s.survivor, s.merged_into';

/** Stakeholders as their rows tell, each as who remains under it, in the order of the rows. */
const remainingOf = async (
  rows: RowReader,
  found: readonly StakeholderRow[],
  past: Past,
): Promise<readonly ListedStakeholder[]> => {
  const survivors = found.flatMap(({ survivor }) => survivor ?? []);
  // Hardly anybody is one with another.
  if (survivors.length === 0) return found.map((row) => listed(row, [row]));
  const groups = new Map<number, StakeholderRow[]>();
  for (const { marks, values } of inLists(survivors)) {
    const sql = `SELECT ${columns} FROM stakeholder s WHERE s.survivor IN (${marks}) AND ${knownThen('s')}`;
    for (const row of await rows.all<StakeholderRow>(sql, [...values, ...thenOf(past)])) {
      const group = groups.get(row.survivor ?? 0);
      if (group === undefined) groups.set(row.survivor ?? 0, [row]);
      else group.push(row);
    }
  }
  return found.map((row) => {
    const group = groups.get(row.survivor ?? -1) ?? [row];
    const survivor = group.find(({ key, survivor: of }) => key === of) ?? row;
    const others = group.filter((each) => each !== survivor).sort((a, b) => (a.id < b.id ? -1 : 1));
    return listed(survivor, [survivor, ...others]);
  });
};

/** A stakeholder as the row tells. */
const listed = (
  { key, id, kind, name, sort_name: sortName, retired, revision, identified_at: identifiedAt }: StakeholderRow,
  members: readonly Member[],
): ListedStakeholder => ({
  key,
  id,
  members: members.map((member) => ({ key: member.key, id: member.id })),
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
  /** How far they are in the lifecycle, as the relationships context words it. */
  readonly lifecycles?: readonly string[] | undefined;
  /** What people of ours see in them. */
  readonly salient?: readonly SalientAttributes[] | undefined;
  /** Whether they may be contacted; they may, until somebody says no. */
  readonly contactPermitted?: boolean | undefined;
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
  const filter = allOf([bounds, known(past), remaining, existing(past), ...conditionsOf(where, past)]);
  const sql = `SELECT ${columns} FROM ${found.from}stakeholder s WHERE ${found.joined}${filter.sql} ORDER BY ${order} LIMIT ?`;
  const scanned = await rows.all<StakeholderRow>(sql, [...found.values, ...filter.values, slice.limit + 1]);
  const { entries, more } = pageOf(scanned, slice);
  return { entries: await remainingOf(rows, entries, past), more };
};

/** How many stakeholders a page's list has in all. */
export const countStakeholders = async (rows: RowReader, past: Past, where: DirectoryFilter = {}): Promise<number> => {
  const found = search(past, where.text);
  const filter = allOf([known(past), remaining, existing(past), ...conditionsOf(where, past)]);
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
  {
    kind,
    retired,
    stances = [],
    lifecycles = [],
    salient = [],
    contactPermitted,
    channel,
    owner,
    tier,
    owned,
    organisations,
    interactionSince,
  }: DirectoryFilter,
  past: Past,
): readonly Condition[] => [
  ...(kind === undefined ? [] : [{ sql: 's.kind = ?', values: [kind] }]),
  ...(retired === undefined ? [] : [{ sql: 's.retired = ?', values: [retired ? 1 : 0] }]),
  ...(stances.length === 0 ? [] : [standingAt(stances, past)]),
  ...(lifecycles.length === 0 ? [] : [lifecycleAt(lifecycles, past)]),
  ...(salient.length === 0 ? [] : [salientAt(salient, past)]),
  ...(contactPermitted === undefined
    ? []
    : [contactPermitted ? not(contactForbiddenAt(past)) : contactForbiddenAt(past)]),
  ...(channel === undefined ? [] : [reachedOn(channel, past)]),
  ...(owner === undefined ? [] : [ownedBy('owner', owner, past)]),
  ...(tier === undefined ? [] : [ownedBy('tier', tier, past)]),
  ...(owned === undefined ? [] : [owned ? ownedByAnybody(past) : not(ownedByAnybody(past))]),
  ...(organisations === undefined ? [] : [belongingTo(organisations, past)]),
  ...(interactionSince === undefined ? [] : [passedBetween(interactionSince, past.validAt, past)]),
];

/** Those of the stakeholders who existed then, by id: who remains under it. */
export const stakeholdersById = (
  rows: RowReader,
  ids: readonly string[],
  past: Past,
): Promise<ReadonlyMap<string, ListedStakeholder>> => named(rows, 'id', ids, past, [existing(past)]);

/** The same, of those alone who stood so; of no stances: however they stood. */
export const stakeholdersStanding = (
  rows: RowReader,
  ids: readonly string[],
  stances: readonly Stance[],
  past: Past,
): Promise<ReadonlyMap<string, ListedStakeholder>> =>
  named(rows, 'id', ids, past, [existing(past), ...conditionsOf({ stances }, past)]);

/**
 * Those of the stakeholders who were identified by then, by id (who remains under it), though nothing that counts may have happened yet: such as
 * took part in what is shown as retracted.
 */
export const identifiedById = (
  rows: RowReader,
  ids: readonly string[],
  past: Past,
): Promise<ReadonlyMap<string, ListedStakeholder>> => named(rows, 'id', ids, past, []);

/** Those of the stakeholders who were identified by then, by key: who remains under it. */
export const identifiedByKey = (
  rows: RowReader,
  keys: readonly number[],
  past: Past,
): Promise<ReadonlyMap<number, ListedStakeholder>> => named(rows, 'key', keys, past, []);

const named = async <Column extends 'id' | 'key'>(
  rows: RowReader,
  column: Column,
  values: readonly StakeholderRow[Column][],
  past: Past,
  conditions: readonly Condition[],
): Promise<ReadonlyMap<StakeholderRow[Column], ListedStakeholder>> => {
  const found = new Map<StakeholderRow[Column], ListedStakeholder>();
  const { sql, values: rest } = allOf([known(past), ...conditions]);
  for (const list of inLists<string | number>(values)) {
    const query = `SELECT ${columns} FROM stakeholder s WHERE s.${column} IN (${list.marks}) AND ${sql}`;
    const answered = await rows.all<StakeholderRow>(query, [...list.values, ...rest]);
    const stakeholders = await remainingOf(rows, answered, past);
    for (const [index, row] of answered.entries()) {
      const stakeholder = stakeholders[index];
      // By what was asked for, which may be an old id.
      if (stakeholder !== undefined) found.set(row[column], stakeholder);
    }
  }
  return found;
};

/** Who remains of whoever held each claim of a handle then: as many as asked, in that order, null for nobody. */
export const holdersOfHandles = (
  rows: RowReader,
  claims: readonly string[],
  past: Past,
): Promise<readonly (ListedStakeholder | null)[]> => holders(rows, 'stakeholder_handle', claims, past);

/** Who remains of whoever held each claim of an external id then: as many as asked, in that order, null for nobody. */
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
  const held = heldThen('h', past);
  for (const { marks, values } of inLists(claims)) {
    const query = `SELECT h.claim, h.held_from, h.held_until, h.known_from AS since, ${columns} FROM ${table} h
      JOIN stakeholder s ON s.key = h.stakeholder WHERE h.claim IN (${marks}) AND ${held.sql} AND ${sql}`;
    const answered = [...(await rows.all<Claimed>(query, [...values, ...held.values, ...rest]))].sort(lessSaidFirst);
    const stakeholders = await remainingOf(rows, answered, past);
    for (const [index, { claim }] of answered.entries()) {
      const stakeholder = stakeholders[index];
      if (stakeholder !== undefined) found.set(claim, stakeholder);
    }
  }
  return claims.map((claim) => found.get(claim) ?? null);
};

type Claimed = StakeholderRow & {
  readonly claim: string;
  readonly held_from: number | null;
  readonly held_until: number | null;
  readonly since: number;
};

/** A period that is said goes before one that is open, and what was recorded later before what was earlier. */
const lessSaidFirst = (a: Claimed, b: Claimed): number => saidIn(a) - saidIn(b) || a.since - b.since;
const saidIn = ({ held_from, held_until }: Claimed): number => (held_from === null && held_until === null ? 0 : 1);

/** What a stakeholder held, in the order in which it came to be theirs. */
export interface Holdings {
  readonly handles: readonly Ended<HeldHandle>[];
  readonly externalIds: readonly Ended<HeldExternalId>[];
}

/**
 * What stakeholders held then: asked by the keys of all who are one, answered by the first. Each that is asked for is in
 * the answer.
 */
export const holdingsOf = async (
  rows: RowReader,
  groups: readonly (readonly number[])[],
  past: Past,
): Promise<ReadonlyMap<number, Holdings>> => {
  const holdings = new Map<number, { handles: Ended<HeldHandle>[]; externalIds: Ended<HeldExternalId>[] }>();
  const survivors = new Map<number, number>();
  for (const group of groups)
    for (const key of group) {
      const [survivor = key] = group;
      holdings.set(survivor, { handles: [], externalIds: [] });
      survivors.set(key, survivor);
    }
  const of = ({ stakeholder }: { readonly stakeholder: number }) => holdings.get(survivors.get(stakeholder) ?? 0);
  const then = heldThen('h', past);
  const read = async <Held extends Row>(table: string): Promise<readonly Held[]> => {
    const found: Held[] = [];
    for (const { marks, values } of inLists(survivors.keys()))
      found.push(
        ...(await rows.all<Held>(
          `SELECT h.* FROM ${table} h WHERE h.stakeholder IN (${marks}) AND ${then.sql} ORDER BY h.known_from, h.place`,
          [...values, ...then.values],
        )),
      );
    return found;
  };
  for (const row of await read<HandleRow>('stakeholder_handle')) of(row)?.handles.push(heldHandle(row));
  for (const row of await read<ExternalIdRow>('stakeholder_external_id'))
    of(row)?.externalIds.push(heldExternalId(row));
  return holdings;
};

/** A merge as the directory tells it, whether it holds or was ended. */
export interface ListedMerge {
  /** Key of who was merged. */
  readonly merged: number;
  /** Key of whom they were merged into. */
  readonly survivor: number;
  /** Ordinals of the facts that began and ended it. */
  readonly from: number;
  readonly until: number | null;
  /** Milliseconds since 1970. */
  readonly mergedAt: number;
  readonly mergedBy: string;
  readonly mergedReason: string | null;
  readonly unmergedAt: number | null;
  readonly unmergedBy: string | null;
  readonly unmergedReason: string | null;
}

/** How many merges are told of one stakeholder at most. */
export const mergesMax = 200;

/** The merges into a stakeholder (by the keys of all who are one), newest first, `mergesMax` at most. */
export const mergesOf = async (
  rows: RowReader,
  members: readonly number[],
  past: Past,
): Promise<readonly ListedMerge[]> => {
  const found: MergeRow[] = [];
  for (const { marks, values } of inLists(members)) {
    const sql = `SELECT * FROM stakeholder_merge m WHERE m.survivor IN (${marks}) AND ${knownThen('m')}
      ORDER BY m.merge DESC LIMIT ${mergesMax}`;
    found.push(...(await rows.all<MergeRow>(sql, [...values, ...thenOf(past)])));
  }
  return found.map(({ merged, survivor, merge: from, unmerge: until, ...row }) => ({
    ...{ merged, survivor, from, until },
    ...{ mergedAt: row.merged_at, mergedBy: row.merged_by, mergedReason: row.merged_reason },
    ...{ unmergedAt: row.unmerged_at, unmergedBy: row.unmerged_by, unmergedReason: row.unmerged_reason },
  }));
};

/** Names and ids of those who were identified by then, by key: each as they were recorded, whoever remains. */
export const namesByKey = async (
  rows: RowReader,
  keys: readonly number[],
  past: Past,
): Promise<ReadonlyMap<number, { readonly id: string; readonly name: string }>> => {
  const found = new Map<number, { readonly id: string; readonly name: string }>();
  for (const { marks, values } of inLists(keys)) {
    const sql = `SELECT s.key, s.id, s.name FROM stakeholder s WHERE s.key IN (${marks}) AND ${knownThen('s')}`;
    type Named = Row & { readonly key: number; readonly id: string; readonly name: string };
    for (const { key, id, name } of await rows.all<Named>(sql, [...values, ...thenOf(past)]))
      found.set(key, { id, name });
  }
  return found;
};
