import { knownThen, thenOf, type Past } from '../event-sourcing/past.js';
import type { RowReader, Value } from '../event-sourcing/read-store.js';
import type { Act } from '../interactions/interaction.js';
import type { Channel } from '../stakeholders/handle.js';
import type { ConversionKind } from './advocacy-v1.js';
import type { Period } from './standing-pages.js';

/** What counts on the way up: only these have a journey. */
export const rungKinds = ['defused', 'won-over', 'converted'] as const satisfies readonly ConversionKind[];
export type RungKind = (typeof rungKinds)[number];

/** Which conversions. */
export interface JourneysAsked {
  readonly kinds: readonly RungKind[];
  readonly during: Period;
  /** A stakeholder's key; left out, everybody's. */
  readonly stakeholder?: number;
  /** Whether it is told who answered for them at each touch. */
  readonly owners?: boolean;
}

/**
 * The definition of a touch: one of our outbound interactions with them, or a hand-over of their owner. Its owner is who
 * answered for them when it happened; of a hand-over, who took over.
 */
export const touchDefinition = 'journey-touches-v1';

/** Something that we did on the way. */
export interface TouchOnJourney {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Both null: a hand-over. */
  readonly act: Act | null;
  readonly channel: Channel | null;
  /** Id of the person of ours; null where nobody answered for them, or where it was not asked. */
  readonly owner: string | null;
}

/** The way from the fact that opened an episode to what counted, or to the episode's end. */
export interface JourneyOfOne {
  readonly at: number;
  /** Oldest first. */
  readonly touches: readonly TouchOnJourney[];
}

/** So many journeys, and so many touches over all of them, are read at once. */
export interface JourneyLimits {
  readonly conversionsMax: number;
  readonly touchesMax: number;
}
const limitsUsual: JourneyLimits = { conversionsMax: 10_000, touchesMax: 100_000 };

/** More journeys or touches than are read at once. */
export class TooManyJourneys extends Error {
  override readonly name = 'TooManyJourneys';
  constructor(
    readonly of: 'conversions' | 'touches',
    readonly max: number,
  ) {
    super(`More than ${max} ${of} were asked for.`);
  }
}

interface TouchRow {
  readonly stakeholder: number;
  readonly until: number;
  readonly at: number;
  readonly act: Act | null;
  readonly channel: Channel | null;
  readonly owner: string | null;
  /** Of a hand-over: the `OwnershipFactView` as JSON. */
  readonly handed: string | null;
  readonly [column: string]: Value;
}

/** Journeys as SQL: rows of `stakeholder`, its `id`, and from `since` to `last`; `until` tells those of one person apart. */
interface Journeys {
  readonly sql: string;
  readonly parameters: readonly Value[];
}

/**
 * The journeys of conversions: every touch at or after the fact that opened the episode, up to what counted, both included.
 * @throws TooManyJourneys
 */
export async function journeysOf(
  rows: RowReader,
  asked: JourneysAsked,
  past: Past,
  limits = limitsUsual,
): Promise<readonly JourneyOfOne[]> {
  const { sql, parameters } = counted(asked, past);
  const found = await rows.all<{ stakeholder: number; at: number }>(
    `select c.stakeholder, c.at from conversion c where ${sql} order by c.at, c.id limit ?`,
    [...parameters, limits.conversionsMax + 1],
  );
  if (found.length > limits.conversionsMax) throw new TooManyJourneys('conversions', limits.conversionsMax);
  const journeys = {
    sql: `journey as (
      select c.stakeholder, s.id, c.since_at as since, c.at as until, c.at as last
      from conversion c cross join stakeholder s where ${sql} and s.key = c.stakeholder and ${knownThen('s')}
    )`,
    parameters: [...parameters, ...thenOf(past)],
  };
  const byConversion = await touchesOf(rows, journeys, asked, past, limits);
  return found.map(({ stakeholder, at }) => ({ at, touches: byConversion.get(`${stakeholder} ${at}`) ?? [] }));
}

/**
 * The touches of episodes that began in the period and in which nothing of these kinds was counted: until they turned
 * against us again, or until `validAt`. Those without a touch are left out.
 * @throws TooManyJourneys
 */
export async function unconvertedJourneys(
  rows: RowReader,
  asked: JourneysAsked,
  past: Past,
  limits = limitsUsual,
): Promise<readonly JourneyOfOne[]> {
  const { kinds, during, stakeholder } = asked;
  const known = thenOf(past);
  const also = periodOf('o.from_at', during);
  const journeys = {
    sql: `opening as (
      select s.stakeholder, s.from_at, lead(s.from_at) over (partition by s.stakeholder order by s.from_at) as next_at
      from standing_span s
      where s.stance in ('detractor', 'critic') and s.previous not in ('detractor', 'critic')
        and s.from_at <= ? and ${knownThen('s')}
        ${stakeholder === undefined ? '' : 'and s.stakeholder = ?'}
    ), journey as (
      select o.stakeholder, s.id, o.from_at as since, o.from_at as until, coalesce(o.next_at - 1, ?) as last
      from opening o cross join stakeholder s
      where s.key = o.stakeholder and ${knownThen('s')} ${also.sql}
        and not exists (
          select 1 from conversion c where c.stakeholder = o.stakeholder and c.since_at = o.from_at and c.at <= ?
            and c.kind in (${marks(kinds)}) and ${knownThen('c')}
        )
    )`,
    parameters: [
      ...[past.validAt, ...known, ...(stakeholder === undefined ? [] : [stakeholder])],
      ...[past.validAt, ...known, ...also.parameters],
      ...[past.validAt, ...kinds, ...known],
    ],
  };
  const found = await touchesOf(rows, journeys, asked, past, limits);
  return [...found.values()].map((touches) => ({ at: touches.at(-1)?.at ?? 0, touches }));
}

/** The touches of each journey, oldest first; a journey without one is left out. Who owned them is who did at that date. */
async function touchesOf(
  rows: RowReader,
  { sql, parameters }: Journeys,
  { owners = false }: JourneysAsked,
  past: Past,
  { touchesMax }: JourneyLimits,
): Promise<ReadonlyMap<string, readonly TouchOnJourney[]>> {
  const known = thenOf(past);
  const held = `w.from_at <= t.at and (w.until_at is null or w.until_at > t.at) and ${knownThen('w')}`;
  // Of those who are one, who remains has the word; where nobody answered for that one, the first of the others.
  const owner = `coalesce(
      (select w.owner from owner_span w where w.stakeholder = t.id and ${held}),
      (select w.owner from stakeholder g cross join owner_span w
        where g.survivor = t.stakeholder and g.key <> g.survivor and ${knownThen('g')} and w.stakeholder = g.id and ${held}
        order by g.id limit 1)
    )`;
  // Several who are one may have taken part in one interaction: it is one touch.
  const found = await rows.all<TouchRow>(
    `with ${sql}, member as (
      select j.stakeholder, j.id, j.since, j.until, j.last, j.stakeholder as key, j.id as member_id from journey j
      union all
      select j.stakeholder, j.id, j.since, j.until, j.last, g.key, g.id as member_id from journey j cross join stakeholder g
      where g.survivor = j.stakeholder and g.key <> g.survivor and ${knownThen('g')}
    ), touch as (
      select m.stakeholder, m.id, m.until, e.at, e.key, e.act, e.channel, null as handed
      from member m cross join timeline_entry e
      where e.stakeholder = m.key and e.at >= m.since and e.at <= m.last
        and e.retracted = 0 and e.direction = 'outbound' and ${knownThen('e')}
      union
      select m.stakeholder, m.id, m.until, f.at, f.key, null as act, null as channel, f.body as handed
      from member m cross join ownership_fact f
      where f.stakeholder = m.member_id and f.at >= m.since and f.at <= m.last and f.kind = 'owner-handed-over' and f.key <= ?
    )
    select t.stakeholder, t.until, t.at, t.act, t.channel, t.handed, ${owners ? owner : 'null'} as owner
    from touch t order by t.stakeholder, t.until, t.at, t.key limit ?`,
    [
      ...[...parameters, ...known, ...known, past.known],
      ...(owners ? [...known, ...known, ...known] : []),
      touchesMax + 1,
    ],
  );
  if (found.length > touchesMax) throw new TooManyJourneys('touches', touchesMax);
  const journeys = new Map<string, TouchOnJourney[]>();
  for (const { stakeholder, until, at, act, channel, owner, handed } of found) {
    const key = `${stakeholder} ${until}`;
    const touch = { at, act, channel, owner: owners && handed !== null ? tookOver(handed) : owner };
    const touches = journeys.get(key);
    if (touches === undefined) journeys.set(key, [touch]);
    else touches.push(touch);
  }
  return journeys;
}

// The boundary of the rows: of what stands there, who took over. They may have handed it on in the same instant.
const tookOver = (body: string): string => (JSON.parse(body) as { readonly owner: string }).owner;

function counted({ kinds, during, stakeholder }: JourneysAsked, past: Past) {
  const also = periodOf('c.at', during);
  return {
    sql: `c.since_at is not null and c.at <= ? and ${knownThen('c')} and c.kind in (${marks(kinds)})
      ${stakeholder === undefined ? '' : 'and c.stakeholder = ?'} ${also.sql}`,
    parameters: [
      ...[past.validAt, ...thenOf(past), ...kinds],
      ...(stakeholder === undefined ? [] : [stakeholder]),
      ...also.parameters,
    ],
  };
}

// Of no kind at all: none. No kind is the empty text, and SQL knows no empty list.
const marks = (kinds: readonly RungKind[]): string => (kinds.length === 0 ? `''` : kinds.map(() => '?').join(', '));

function periodOf(
  at: string,
  { from, until }: Period,
): { readonly sql: string; readonly parameters: readonly number[] } {
  return {
    sql: `${from === null ? '' : `and ${at} >= ?`} ${until === null ? '' : `and ${at} < ?`}`,
    parameters: [from, until].filter((end) => end !== null),
  };
}
