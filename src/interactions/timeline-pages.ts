import { inLists } from '../event-sourcing/in-lists.js';
import type { Page, Slice } from '../event-sourcing/page.js';
import { pageOf, scanOf } from '../event-sourcing/page.js';
import type { Past } from '../event-sourcing/past.js';
import { knownThen, present, thenOf } from '../event-sourcing/past.js';
import type { RowReader, Value } from '../event-sourcing/read-store.js';
import type { Channel } from '../stakeholders/handle.js';
import type { InteractionView } from './interaction-view.js';
import type { Act, Direction } from './interaction.js';
import type { Place } from './timeline-order.js';
import { ordinalEnds } from './timeline-order.js';
import { marked } from './timeline-tables.js';

/** Which interactions of a timeline are asked for; what is left out, or is empty, restricts nothing. */
export interface TimelineFilter {
  readonly channels?: readonly Channel[] | undefined;
  readonly directions?: readonly Direction[] | undefined;
  readonly acts?: readonly Act[] | undefined;
  /** About any of these, spelt exactly. */
  readonly topics?: readonly string[] | undefined;
  /** Milliseconds, inclusive. */
  readonly from?: number | undefined;
  /** Milliseconds, exclusive. */
  readonly until?: number | undefined;
  /** What no handle tells to be theirs, recorded after one fact and before another, by their ordinals. */
  readonly byIdBetween?: { readonly after: number; readonly before: number } | undefined;
}

/** Whose timeline of which past. */
export interface OfStakeholder {
  /** The keys of all who are one: an interaction with several of them is one entry. */
  readonly members: readonly number[];
  readonly past: Past;
}

/** The timeline of one of them. */
interface OfMember {
  readonly stakeholder: number;
  readonly past: Past;
}

/** An interaction in a timeline; `tie` is its key. */
export interface TimelineEntry extends Place {
  readonly retracted: boolean;
}

export interface Condition {
  readonly sql: string;
  readonly values: readonly Value[];
}

const all: Condition = { sql: '', values: [] };

/** One page of a stakeholder's interactions, what is retracted included. */
export const entriesPage = async (
  rows: RowReader,
  { members, past, filter = {}, ...slice }: OfStakeholder & Slice<Place> & { readonly filter?: TimelineFilter },
): Promise<Page<TimelineEntry>> => {
  const { ascending, above, below } = scanOf(slice);
  const range = within(rangeOf(past, filter), { above: above ?? earliest, below: below ?? latest });
  const condition = conditionOf(filter);
  return pageOf(await scanAll(rows, { members, past }, range, ascending, slice.limit + 1, condition), slice);
};

/** How many interactions a timeline shows under a filter, what is retracted included. */
export const countEntries = (
  rows: RowReader,
  { members, past, filter = {} }: OfStakeholder & { readonly filter?: TimelineFilter },
): Promise<number> => countAll(rows, { members, past }, rangeOf(past, filter), conditionOf(filter));

/**
 * How many interactions of each stakeholder there are, not counting what is retracted: asked by the keys of all who are one,
 * answered by the first. Each that is asked for is in the answer.
 */
export const interactionCounts = async (
  rows: RowReader,
  groups: readonly (readonly number[])[],
  past: Past,
): Promise<ReadonlyMap<number, number>> => {
  const counts = new Map<number, number>();
  for (const members of groups)
    counts.set(members[0] ?? 0, await countAll(rows, { members, past }, rangeOf(past, {}), counted));
  return counts;
};

/** When the first and the last interaction that counts took place, in milliseconds; null where there is none. */
export const interactionTimes = async (
  rows: RowReader,
  of: OfStakeholder,
): Promise<{ readonly first: number; readonly last: number } | null> => {
  const range = rangeOf(of.past, {});
  const [first] = await scanAll(rows, of, range, true, 1, counted);
  if (first === undefined) return null;
  const [last = first] = await scanAll(rows, of, range, false, 1, counted);
  return { first: first.at, last: last.at };
};

export const touchesMax = 100;

/** Our outbound interactions with them from one instant to another, both inclusive: oldest first, `touchesMax` at most. */
export const touches = (
  rows: RowReader,
  of: OfStakeholder,
  from: number,
  until: number,
): Promise<readonly TimelineEntry[]> => {
  const outbound = { sql: ` AND e.retracted = 0 AND e.direction = 'outbound'`, values: [] };
  return scanAll(rows, of, rangeOf(of.past, { from, until: until + 1 }), true, touchesMax, outbound);
};

const counted: Condition = { sql: ' AND e.retracted = 0', values: [] };

const oneOf = (column: string, values: readonly string[] = []): Condition =>
  values.length === 0 ? all : { sql: ` AND e.${column} IN (${values.map(() => '?').join(', ')})`, values };

const aboutAny = (topics: readonly string[] = []): Condition =>
  topics.length === 0
    ? all
    : {
        // LIKE compares otherwise on every store; what `replace` changes holds the topic exactly.
        sql: ` AND (${topics.map(() => `replace(e.topics, ?, '') <> e.topics`).join(' OR ')})`,
        values: topics.map((topic) => marked([topic])),
      };

export const conditionOf = ({ channels, directions, acts, topics, byIdBetween }: TimelineFilter): Condition => {
  const each = [oneOf('channel', channels), oneOf('direction', directions), oneOf('act', acts), aboutAny(topics)];
  if (byIdBetween !== undefined)
    each.push({
      sql: ' AND e.by_id = 1 AND e.key > ? AND e.key < ?',
      values: [byIdBetween.after, byIdBetween.before],
    });
  return { sql: each.map(({ sql }) => sql).join(''), values: each.flatMap(({ values }) => values) };
};

/** A stretch of a timeline between two places, both left out. */
export interface Range {
  readonly above: Place;
  readonly below: Place;
}

// Every ordinal lies between the two ties, so a date with one of them is a bound that includes or excludes the date.
const beforeAll = (at: number): Place => ({ at, tie: ordinalEnds.first });
const afterAll = (at: number): Place => ({ at, tie: ordinalEnds.last });
const earliest = beforeAll(Number.MIN_SAFE_INTEGER);
const latest = afterAll(Number.MAX_SAFE_INTEGER);

export const precedes = (a: Place, b: Place): boolean => a.at < b.at || (a.at === b.at && a.tie < b.tie);

export const within = (a: Range, b: Range): Range => ({
  above: precedes(a.above, b.above) ? b.above : a.above,
  below: precedes(a.below, b.below) ? a.below : b.below,
});

const rangeOf = ({ validAt }: Past, { from, until }: TimelineFilter): Range => ({
  above: from === undefined ? earliest : beforeAll(from),
  below: until === undefined || until > validAt ? afterAll(validAt) : beforeAll(until),
});

// The two places are the only bounds on the clustered key, so that every store scans exactly what lies between them.
export const between = `e.stakeholder = ? AND (e.at, e.key) > (?, ?) AND (e.at, e.key) < (?, ?)`;
const boundsOf = ({ above, below }: Range): readonly number[] => [above.at, above.tie, below.at, below.tie];

/** Reads a range of all of their timelines one way until it has enough; what stands in several is told once. */
const scanAll = async (
  rows: RowReader,
  { members, past }: OfStakeholder,
  range: Range,
  ascending: boolean,
  limit: number,
  condition: Condition,
): Promise<readonly TimelineEntry[]> => {
  const [only, ...others] = members;
  if (only === undefined) return [];
  const found = [...(await scan(rows, { stakeholder: only, past }, range, ascending, limit, condition))];
  if (others.length === 0) return found;
  for (const stakeholder of others)
    found.push(...(await scan(rows, { stakeholder, past }, range, ascending, limit, condition)));
  found.sort((a, b) => (precedes(a, b) === ascending ? -1 : 1));
  return found.filter(({ tie }, index) => tie !== found[index - 1]?.tie).slice(0, limit);
};

/** Reads a range one way until it has enough, passing over dates at which nothing was known by then. */
const scan = async (
  rows: RowReader,
  { stakeholder, past }: OfMember,
  range: Range,
  ascending: boolean,
  limit: number,
  { sql, values }: Condition,
): Promise<readonly TimelineEntry[]> => {
  const way = ascending ? 'ASC' : 'DESC';
  const query = `SELECT e.at, e.key, e.retracted FROM timeline_entry e WHERE ${between} AND ${knownThen('e')}${sql} ORDER BY e.at ${way}, e.key ${way} LIMIT ?`;
  const stretches = await knownStretches(rows, stakeholder, past);
  const found: TimelineEntry[] = [];
  for (const stretch of ascending ? stretches : stretches.toReversed()) {
    const part = within(range, stretch);
    if (!precedes(part.above, part.below)) continue;
    const parameters = [stakeholder, ...boundsOf(part), ...thenOf(past), ...values, limit - found.length];
    for (const row of await rows.all<{ at: number; key: number; retracted: number }>(query, parameters))
      found.push({ at: row.at, tie: row.key, retracted: row.retracted === 1 });
    if (found.length >= limit) break;
  }
  return found;
};

/** What stands in several of their timelines counts in the first of them alone. */
const countAll = async (
  rows: RowReader,
  { members, past }: OfStakeholder,
  range: Range,
  { sql, values }: Condition,
): Promise<number> => {
  let all = 0;
  for (const [index, stakeholder] of members.entries()) {
    const earlier = members.slice(0, index);
    const elsewhere = `SELECT 1 FROM timeline_entry d WHERE d.stakeholder IN (${earlier.map(() => '?').join(', ')})
      AND d.at = e.at AND d.key = e.key AND ${knownThen('d')}`;
    const once = index === 0 ? '' : ` AND NOT EXISTS (${elsewhere})`;
    const row = await rows.first<{ count: number }>(
      `SELECT count(*) AS count FROM timeline_entry e WHERE ${between} AND ${knownThen('e')}${sql}${once}`,
      [
        ...[stakeholder, ...boundsOf(range), ...thenOf(past), ...values],
        ...(index === 0 ? [] : [...earlier, ...thenOf(past)]),
      ],
    );
    all += row?.count ?? 0;
  }
  return all;
};

const whole: readonly Range[] = [{ above: earliest, below: latest }];

/**
 * The stretches of a timeline, oldest first, outside of which nothing was known by then. What arrived after the last row of
 * arrivals is told by none of them; where some of it was known, so was all before, and there is little to pass over.
 */
const knownStretches = async (rows: RowReader, stakeholder: number, { known }: Past): Promise<readonly Range[]> => {
  if (known >= present) return whole;
  const later = 'SELECT 1 AS later FROM timeline_arrivals WHERE stakeholder = ? AND last_ordinal > ? LIMIT 1';
  if ((await rows.first(later, [stakeholder, known])) === undefined) return whole;
  const arrived = await rows.all<{ first_at: number; last_at: number }>(
    'SELECT first_at, last_at FROM timeline_arrivals WHERE stakeholder = ? AND first_ordinal <= ?',
    [stakeholder, known],
  );
  return stretchesOf(arrived);
};

/** The dates that rows of arrivals tell, one stretch after another. */
export const stretchesOf = (
  arrived: readonly { readonly first_at: number; readonly last_at: number }[],
): readonly Range[] => {
  const stretches: { firstAt: number; lastAt: number }[] = [];
  for (const { first_at: firstAt, last_at: lastAt } of [...arrived].sort((a, b) => a.first_at - b.first_at)) {
    const last = stretches.at(-1);
    if (last === undefined || firstAt > last.lastAt) stretches.push({ firstAt, lastAt });
    else last.lastAt = Math.max(last.lastAt, lastAt);
  }
  return stretches.map(({ firstAt, lastAt }) => ({ above: beforeAll(firstAt), below: afterAll(lastAt) }));
};

/** An interaction as it was known, with its key. */
export interface FoundInteraction {
  readonly key: number;
  readonly view: InteractionView;
}

/** Interactions by their keys; those that were not known or had not happened then are left out. */
export const interactionsByKey = async (
  rows: RowReader,
  keys: readonly number[],
  past: Past,
): Promise<ReadonlyMap<number, InteractionView>> => {
  const found = await interactionsWhere(rows, 'key', keys, past);
  return new Map(found.map(({ key, view }) => [key, view]));
};

/** Interactions by their ids; those that were not known or had not happened then are left out. */
export const interactionsById = async (
  rows: RowReader,
  ids: readonly string[],
  past: Past,
): Promise<ReadonlyMap<string, FoundInteraction>> => {
  const found = await interactionsWhere(rows, 'id', ids, past);
  return new Map(found.map((each) => [each.view.interactionId, each]));
};

const interactionsWhere = async (
  rows: RowReader,
  column: 'key' | 'id',
  values: readonly Value[],
  past: Past,
): Promise<readonly FoundInteraction[]> => {
  const found: FoundInteraction[] = [];
  for (const list of inLists(values)) {
    const sql = `SELECT i.key, i.body FROM interaction i WHERE i.${column} IN (${list.marks}) AND ${knownThen('i')} AND i.occurred_at <= ?`;
    for (const { key, body } of await rows.all<{ key: number; body: string }>(sql, [
      ...list.values,
      ...thenOf(past),
      past.validAt,
    ]))
      found.push({ key, view: JSON.parse(body) as InteractionView });
  }
  return found;
};
