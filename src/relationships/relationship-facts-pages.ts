import { noStream } from '../event-sourcing/event-store.js';
import { inLists } from '../event-sourcing/in-lists.js';
import { type Stretch, mergedScan } from '../event-sourcing/merged-scan.js';
import type { Page, Slice } from '../event-sourcing/page.js';
import { pageOf, scanOf } from '../event-sourcing/page.js';
import type { Past } from '../event-sourcing/past.js';
import { knownThen, thenOf } from '../event-sourcing/past.js';
import type { Row, RowReader, Value } from '../event-sourcing/read-store.js';
import type { RelationshipFactKind, RelationshipFactView } from './relationship-facts.js';
import { type Step, steps } from './relationship.js';

type FactRow = Row & { readonly stakeholder: number; readonly at: number; readonly key: number; readonly body: string };

const viewOf = (body: string): RelationshipFactView => JSON.parse(body) as RelationshipFactView;

/** A fact in a timeline; `tie` is its key. */
export interface RelationshipFactEntry {
  readonly at: number;
  readonly tie: number;
  readonly view: RelationshipFactView;
}

/** Which facts are asked for; what is left out, or is empty, restricts nothing. */
export interface RelationshipFactFilter {
  readonly kinds?: readonly RelationshipFactKind[] | undefined;
  /** Milliseconds, inclusive. */
  readonly from?: number | undefined;
  /** Milliseconds, exclusive. */
  readonly until?: number | undefined;
  /** Recorded after one fact and before another, by their ordinals. */
  readonly recordedBetween?: { readonly after: number; readonly before: number } | undefined;
}

interface FactsOf {
  /** The keys of all who are one. */
  readonly members: readonly number[];
  readonly past: Past;
  readonly filter?: RelationshipFactFilter | undefined;
}

interface Shown {
  readonly sql: string;
  readonly values: readonly Value[];
}

/** One page of what we decided about a relationship, what is retracted included. */
export const factsPage = async (
  rows: RowReader,
  { members, past, filter, ...slice }: FactsOf & Slice<{ readonly at: number; readonly tie: number }>,
): Promise<Page<RelationshipFactEntry>> => {
  const { ascending, above, below } = scanOf(slice);
  const way = ascending ? 'ASC' : 'DESC';
  const beyond = `${above ? ' AND (f.at, f.key) > (?, ?)' : ''}${below ? ' AND (f.at, f.key) < (?, ?)' : ''}`;
  const bounds = [above, below].flatMap((place) => (place ? [place.at, place.tie] : []));
  const found: FactRow[] = [];
  for (const stakeholder of members) {
    const { sql, values } = shown(stakeholder, { past, filter });
    found.push(
      ...(await rows.all<FactRow>(
        `SELECT f.* FROM relationship_fact f WHERE ${sql}${beyond} ORDER BY f.at ${way}, f.key ${way} LIMIT ?`,
        [...values, ...bounds, slice.limit + 1],
      )),
    );
  }
  if (members.length > 1) found.sort((a, b) => (ascending ? 1 : -1) * (a.at - b.at || a.key - b.key));
  return pageOf(
    found.map(({ at, key, body }) => ({ at, tie: key, view: viewOf(body) })),
    slice,
  );
};

/** The first facts of several relationships one way, between the places that are told of each. */
export const factsTogether = async (
  rows: RowReader,
  {
    stretches,
    past,
    kinds,
  }: {
    readonly stretches: readonly Stretch<number>[];
    readonly past: Past;
    readonly kinds: readonly RelationshipFactKind[];
  },
  ascending: boolean,
  limit: number,
): Promise<readonly RelationshipFactEntry[]> => {
  const way = ascending ? 'ASC' : 'DESC';
  const found = await mergedScan<Row & { readonly at: number; readonly tie: number; readonly body: string }>(
    rows,
    stretches,
    {
      sql: `SELECT f.at, f.key AS tie, f.body FROM relationship_fact f
      WHERE f.stakeholder = ? AND (f.at, f.key) > (?, ?) AND (f.at, f.key) < (?, ?) AND ${knownThen('f')}
      AND f.kind IN (${kinds.map(() => '?').join(', ')}) ORDER BY f.at ${way}, f.key ${way} LIMIT ?`,
      parameters: [...thenOf(past), ...kinds],
      ascending,
      limit,
    },
  );
  return found.map(({ at, tie, body }) => ({ at, tie, view: viewOf(body) }));
};

/** How many facts a timeline shows under a filter, what is retracted included. */
export const countFacts = async (rows: RowReader, of: FactsOf): Promise<number> => {
  let all = 0;
  for (const stakeholder of of.members) {
    const { sql, values } = shown(stakeholder, of);
    const row = await rows.first<{ count: number }>(
      `SELECT count(*) AS count FROM relationship_fact f WHERE ${sql}`,
      values,
    );
    all += row?.count ?? 0;
  }
  return all;
};

const shown = (
  stakeholder: number,
  { past, filter: { kinds = [], from, until, recordedBetween } = {} }: Omit<FactsOf, 'members'>,
): Shown => {
  const last = until === undefined ? past.validAt : Math.min(past.validAt, until - 1);
  const ofKind = kinds.length === 0 ? '' : ` AND f.kind IN (${kinds.map(() => '?').join(', ')})`;
  return {
    sql: `f.stakeholder = ? AND f.at >= ? AND f.at <= ? AND ${knownThen('f')}${ofKind}${recordedBetween === undefined ? '' : ' AND f.key > ? AND f.key < ?'}`,
    values: [
      ...[stakeholder, from ?? Number.MIN_SAFE_INTEGER, last, ...thenOf(past), ...kinds],
      ...(recordedBetween === undefined ? [] : [recordedBetween.after, recordedBetween.before]),
    ],
  };
};

/** A fact by its id, with the key of whom it is about; null where it was not known or had not happened then. */
export const factById = async (
  rows: RowReader,
  factId: string,
  past: Past,
): Promise<(RelationshipFactEntry & { readonly stakeholder: number }) | null> => {
  const found = await rows.first<FactRow>(
    `SELECT f.* FROM relationship_fact f WHERE f.fact_id = ? AND ${knownThen('f')} AND f.at <= ?`,
    [factId, ...thenOf(past), past.validAt],
  );
  return found === undefined
    ? null
    : { stakeholder: found.stakeholder, at: found.at, tie: found.key, view: viewOf(found.body) };
};

/**
 * The furthest step taken with each stakeholder by then: asked by the keys of all who are one, answered by the first. Those
 * with whom none was taken are left out.
 */
export const furthestSteps = async (
  rows: RowReader,
  groups: readonly (readonly number[])[],
  past: Past,
): Promise<ReadonlyMap<number, Step>> => {
  const furthest = new Map<number, Step>();
  const survivors = new Map(groups.flatMap((group) => group.map((key) => [key, group[0] ?? key])));
  for (const { marks, values } of inLists(survivors.keys())) {
    const found = await rows.all<{ stakeholder: number; step: number | null }>(
      `SELECT f.stakeholder, max(f.step) AS step FROM relationship_fact f
       WHERE f.stakeholder IN (${marks}) AND f.at <= ? AND f.retracted = 0 AND ${knownThen('f')} GROUP BY f.stakeholder`,
      [...values, past.validAt, ...thenOf(past)],
    );
    for (const { stakeholder, step } of found) {
      const taken = step === null ? undefined : steps[step];
      const survivor = survivors.get(stakeholder) ?? stakeholder;
      const before = furthest.get(survivor);
      if (taken !== undefined && (before === undefined || steps.indexOf(before) < (step ?? -1)))
        furthest.set(survivor, taken);
    }
  }
  return furthest;
};

/** The revision to expect of each relationship's stream, as known then: `noStream` where nothing was decided. Every key is there. */
export const relationshipRevisions = async (
  rows: RowReader,
  stakeholders: readonly number[],
  { known }: Pick<Past, 'known'>,
): Promise<ReadonlyMap<number, number>> => {
  const revisions = new Map(stakeholders.map((stakeholder) => [stakeholder, noStream]));
  for (const { marks, values } of inLists(stakeholders)) {
    const found = await rows.all<{ stakeholder: number; revision: number }>(
      `SELECT f.stakeholder, max(f.revision) AS revision FROM relationship_fact f
       WHERE f.stakeholder IN (${marks}) AND f.known_from <= ? GROUP BY f.stakeholder`,
      [...values, known],
    );
    for (const { stakeholder, revision } of found) revisions.set(stakeholder, revision);
  }
  return revisions;
};
