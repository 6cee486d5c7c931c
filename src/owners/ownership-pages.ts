import { noStream } from '../event-sourcing/event-store.js';
import { inLists } from '../event-sourcing/in-lists.js';
import { type Stretch, mergedScan } from '../event-sourcing/merged-scan.js';
import type { Page, Slice } from '../event-sourcing/page.js';
import { pageOf, scanOf } from '../event-sourcing/page.js';
import type { Past } from '../event-sourcing/past.js';
import { knownThen, thenOf } from '../event-sourcing/past.js';
import type { Row, RowReader, Value } from '../event-sourcing/read-store.js';
import { countedThen, heldThen } from './owned-then.js';
import { type OwnershipFactKind, type OwnershipFactView, forgone } from './ownership-rows.js';

/** A stretch in which one of ours answered for somebody, in one tier or in none. */
export interface OwnerSpan {
  readonly stakeholderId: string;
  readonly owner: string;
  readonly tier: string | null;
  /** Milliseconds since 1970. */
  readonly from: number;
  /** Null while nothing had ended it by then. */
  readonly until: number | null;
  /** The fact that began it. */
  readonly because: OwnershipFactView;
}

type SpanRow = Row & {
  readonly stakeholder: string;
  readonly owner: string;
  readonly tier: string | null;
  readonly from_at: number;
  readonly until_at: number | null;
  readonly body: string;
};

const viewOf = (body: string): OwnershipFactView => JSON.parse(body) as OwnershipFactView;

const spanOf = (
  { stakeholder, owner, tier, from_at, until_at, body }: SpanRow,
  { validAt }: Pick<Past, 'validAt'>,
): OwnerSpan => ({
  stakeholderId: stakeholder,
  owner,
  tier,
  from: from_at,
  // A hand-over or a release ends it, and of the facts of the world only those tell that had happened by then.
  until: until_at !== null && until_at > validAt ? null : until_at,
  because: viewOf(body),
});

const spans = `SELECT s.stakeholder, s.owner, s.tier, s.from_at, s.until_at, f.body FROM owner_span s
  JOIN ownership_fact f ON f.stakeholder = s.stakeholder AND f.at = s.from_at AND f.key = s.key`;

/**
 * Who answered for each stakeholder then: asked by the ids of all who are one, answered by the first. Who remains has the
 * word; where nobody answered for that one, the first of the others for whom somebody did. For whom nobody did is left out.
 */
export const ownersThen = async (
  rows: RowReader,
  groups: readonly (readonly string[])[],
  past: Past,
): Promise<ReadonlyMap<string, OwnerSpan>> => {
  const found = new Map<string, OwnerSpan>();
  const held = heldThen(past);
  for (const { marks, values } of inLists(groups.flat())) {
    const sql = `${spans} WHERE s.stakeholder IN (${marks}) AND ${held.sql}`;
    for (const row of await rows.all<SpanRow>(sql, [...values, ...held.values]))
      found.set(row.stakeholder, spanOf(row, past));
  }
  const answered = new Map<string, OwnerSpan>();
  for (const group of groups) {
    const span = group.flatMap((id) => found.get(id) ?? [])[0];
    if (span !== undefined && group[0] !== undefined) answered.set(group[0], span);
  }
  return answered;
};

/** How many stretches a history shows at most. */
export const spansMax = 100;

/** Who answered for somebody (by the ids of all who are one), newest first, up to the date. */
export const ownersOf = async (
  rows: RowReader,
  members: readonly string[],
  past: Past,
): Promise<readonly OwnerSpan[]> => {
  const sql = `${spans} WHERE s.stakeholder = ? AND s.from_at <= ? AND ${knownThen('s')}
    ORDER BY s.from_at DESC, s.key DESC LIMIT ${spansMax}`;
  const found: OwnerSpan[] = [];
  for (const member of members)
    found.push(
      ...(await rows.all<SpanRow>(sql, [member, past.validAt, ...thenOf(past)])).map((row) => spanOf(row, past)),
    );
  return members.length > 1 ? found.sort((a, b) => b.from - a.from).slice(0, spansMax) : found;
};

/**
 * The definition of a workload: the stakeholders for whom one of ours answers at the date, by the tier in which they stand then;
 * those who are one are one.
 */
export const workloadDefinition = 'workload-v1';

/** How many stakeholders somebody of ours answers for, in one tier or (null) in none. */
export interface Workload {
  readonly tier: string | null;
  readonly count: number;
}

/** What each of our people answered for then, by tier. Every id is there. */
export const workloads = async (
  rows: RowReader,
  owners: readonly string[],
  past: Past,
): Promise<ReadonlyMap<string, readonly Workload[]>> => {
  const found = new Map<string, Workload[]>(owners.map((owner) => [owner, []]));
  const counted = countedThen(past);
  for (const { marks, values } of inLists(owners)) {
    const sql = `SELECT s.owner, s.tier, count(*) AS count FROM owner_span s
      WHERE s.owner IN (${marks}) AND ${counted.sql} GROUP BY s.owner, s.tier`;
    type Counted = Row & Workload & { readonly owner: string };
    for (const { owner, tier, count } of await rows.all<Counted>(sql, [...values, ...counted.values]))
      found.get(owner)?.push({ tier, count });
  }
  // Neither store says where a null sorts.
  for (const each of found.values()) each.sort((a, b) => ((a.tier ?? '') < (b.tier ?? '') ? -1 : 1));
  return found;
};

/** How many stakeholders stood in each tier then, whoever are one once; a tier with nobody is left out. */
export const tierCounts = async (rows: RowReader, past: Past): Promise<ReadonlyMap<string, number>> => {
  const counted = countedThen(past);
  const sql = `SELECT s.tier, count(*) AS count FROM owner_span s WHERE s.tier IS NOT NULL AND ${counted.sql} GROUP BY s.tier`;
  const found = await rows.all<{ tier: string; count: number }>(sql, counted.values);
  return new Map(found.map(({ tier, count }) => [tier, count]));
};

/**
 * The definition of the matrix: hand-overs by their dates, each between the departments in which the two were when it was
 * recorded. Assignments and releases are none.
 */
export const handOverMatrixDefinition = 'hand-over-matrix-v1';

/** How often relationships went from one department to another; null: an owner without a team. */
export interface HandOvers {
  readonly from: string | null;
  readonly to: string | null;
  readonly count: number;
}

/** The matrix of hand-overs in a period: from inclusive, until exclusive, in milliseconds. */
export const handOversBetween = async (
  rows: RowReader,
  past: Past,
  { from, until }: { readonly from: number | null; readonly until: number | null },
): Promise<readonly HandOvers[]> => {
  const last = until === null ? past.validAt : Math.min(past.validAt, until - 1);
  const found = await rows.all<Row & { from: string | null; to: string | null; count: number }>(
    `SELECT f.from_department AS "from", f.to_department AS "to", count(*) AS count FROM ownership_fact f
     WHERE f.kind = 'owner-handed-over' AND f.at >= ? AND f.at <= ? AND f.key <= ? GROUP BY f.from_department, f.to_department`,
    [from ?? Number.MIN_SAFE_INTEGER, last, past.known],
  );
  const text = (cell: HandOvers): string => JSON.stringify([cell.from ?? '', cell.to ?? '']);
  return found
    .map(({ from: leaving, to, count }) => ({ from: leaving, to, count }))
    .sort((a, b) => (text(a) < text(b) ? -1 : 1));
};

/** The revision to expect of each ownership's stream, by its stakeholder, as known then: `noStream` where nobody was ever assigned. */
export const ownershipRevisions = async (
  rows: RowReader,
  stakeholders: readonly string[],
  { known }: Pick<Past, 'known'>,
): Promise<ReadonlyMap<string, number>> => {
  const revisions = new Map(stakeholders.map((stakeholder) => [stakeholder, noStream]));
  for (const { marks, values } of inLists(stakeholders)) {
    const sql = `SELECT f.stakeholder, max(f.revision) AS revision FROM ownership_fact f
      WHERE f.stakeholder IN (${marks}) AND f.key <= ? GROUP BY f.stakeholder`;
    for (const { stakeholder, revision } of await rows.all<{ stakeholder: string; revision: number }>(sql, [
      ...values,
      known,
    ]))
      revisions.set(stakeholder, revision);
  }
  return revisions;
};

/** A change of owner in a timeline; `tie` is its key. */
export interface OwnershipFactEntry {
  readonly at: number;
  readonly tie: number;
  readonly view: OwnershipFactView;
}

/** Which changes are asked for; what is left out, or is empty, restricts nothing. */
export interface OwnershipFactFilter {
  readonly kinds?: readonly OwnershipFactKind[] | undefined;
  /** Milliseconds, inclusive. */
  readonly from?: number | undefined;
  /** Milliseconds, exclusive. */
  readonly until?: number | undefined;
  /** Recorded after one fact and before another, by their ordinals. */
  readonly recordedBetween?: { readonly after: number; readonly before: number } | undefined;
}

interface FactsOf {
  /** The ids of all who are one. */
  readonly memberIds: readonly string[];
  readonly past: Past;
  readonly filter?: OwnershipFactFilter | undefined;
}

type FactRow = Row & { readonly at: number; readonly key: number; readonly body: string };

const entryOf = ({ at, key, body }: FactRow): OwnershipFactEntry => ({ at, tie: key, view: viewOf(body) });

const shown = (
  stakeholderId: string,
  { past, filter: { kinds = [], from, until, recordedBetween } = {} }: Omit<FactsOf, 'memberIds'>,
) => {
  const last = until === undefined ? past.validAt : Math.min(past.validAt, until - 1);
  const ofKind = kinds.length === 0 ? 'f.kind <> ?' : `f.kind IN (${kinds.map(() => '?').join(', ')})`;
  return {
    sql: `f.stakeholder = ? AND f.at >= ? AND f.at <= ? AND f.key <= ? AND ${ofKind}${recordedBetween === undefined ? '' : ' AND f.key > ? AND f.key < ?'}`,
    values: [
      stakeholderId,
      from ?? Number.MIN_SAFE_INTEGER,
      last,
      past.known,
      ...(kinds.length === 0 ? [forgone] : kinds),
      ...(recordedBetween === undefined ? [] : [recordedBetween.after, recordedBetween.before]),
    ] satisfies readonly Value[],
  };
};

/** One page of the changes of who answers for somebody. */
export const ownershipFactsPage = async (
  rows: RowReader,
  { memberIds, past, filter, ...slice }: FactsOf & Slice<{ readonly at: number; readonly tie: number }>,
): Promise<Page<OwnershipFactEntry>> => {
  const { ascending, above, below } = scanOf(slice);
  const way = ascending ? 'ASC' : 'DESC';
  const beyond = `${above ? ' AND (f.at, f.key) > (?, ?)' : ''}${below ? ' AND (f.at, f.key) < (?, ?)' : ''}`;
  const bounds = [above, below].flatMap((place) => (place ? [place.at, place.tie] : []));
  const found: FactRow[] = [];
  for (const stakeholderId of memberIds) {
    const { sql, values } = shown(stakeholderId, { past, filter });
    found.push(
      ...(await rows.all<FactRow>(
        `SELECT f.at, f.key, f.body FROM ownership_fact f WHERE ${sql}${beyond} ORDER BY f.at ${way}, f.key ${way} LIMIT ?`,
        [...values, ...bounds, slice.limit + 1],
      )),
    );
  }
  if (memberIds.length > 1) found.sort((a, b) => (ascending ? 1 : -1) * (a.at - b.at || a.key - b.key));
  return pageOf(found.map(entryOf), slice);
};

/** The first changes of several ownerships one way, between the places that are told of each. */
export const ownershipFactsTogether = async (
  rows: RowReader,
  {
    stretches,
    past,
    kinds,
  }: {
    readonly stretches: readonly Stretch<string>[];
    readonly past: Past;
    readonly kinds: readonly OwnershipFactKind[];
  },
  ascending: boolean,
  limit: number,
): Promise<readonly OwnershipFactEntry[]> => {
  const way = ascending ? 'ASC' : 'DESC';
  const found = await mergedScan<Row & { readonly at: number; readonly tie: number; readonly body: string }>(
    rows,
    stretches,
    {
      sql: `SELECT f.at, f.key AS tie, f.body FROM ownership_fact f
      WHERE f.stakeholder = ? AND (f.at, f.key) > (?, ?) AND (f.at, f.key) < (?, ?) AND f.key <= ?
      AND f.kind IN (${kinds.map(() => '?').join(', ')}) ORDER BY f.at ${way}, f.key ${way} LIMIT ?`,
      parameters: [past.known, ...kinds],
      ascending,
      limit,
    },
  );
  return found.map(({ at, tie, body }) => ({ at, tie, view: viewOf(body) }));
};

/** How many changes a timeline shows under a filter. */
export const countOwnershipFacts = async (rows: RowReader, of: FactsOf): Promise<number> => {
  let all = 0;
  for (const stakeholderId of of.memberIds) {
    const { sql, values } = shown(stakeholderId, of);
    const row = await rows.first<{ count: number }>(
      `SELECT count(*) AS count FROM ownership_fact f WHERE ${sql}`,
      values,
    );
    all += row?.count ?? 0;
  }
  return all;
};

/** A change by its id; null where it was not known or had not happened then. */
export const ownershipFactById = async (
  rows: RowReader,
  factId: string,
  past: Past,
): Promise<OwnershipFactEntry | null> => {
  const found = await rows.first<FactRow>(
    `SELECT f.at, f.key, f.body FROM ownership_fact f WHERE f.fact_id = ? AND f.kind <> ? AND f.key <= ? AND f.at <= ?`,
    [factId, forgone, past.known, past.validAt],
  );
  return found === undefined ? null : entryOf(found);
};
