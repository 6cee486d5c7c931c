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
}

/** One of our outbound interactions with them. */
export interface TouchOnJourney {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly act: Act;
  readonly channel: Channel;
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
  readonly act: Act;
  readonly channel: Channel;
  readonly [column: string]: Value;
}

const touchColumns = 'e.at, e.key, e.act, e.channel';
const outbound = `e.retracted = 0 and e.direction = 'outbound' and e.known_from <= ? and e.known_until > ?`;

/** The timelines of those who are one with whom a row is about, who remains. */
const others = 'cross join stakeholder g cross join timeline_entry e';
const ofOthers = (of: string): string =>
  `g.survivor = ${of}.stakeholder and g.key <> g.survivor and ${knownThen('g')} and e.stakeholder = g.key`;

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
  const touched = await rows.all<TouchRow>(
    `select c.stakeholder, c.at as until, ${touchColumns} from conversion c cross join timeline_entry e
    where ${sql} and e.stakeholder = c.stakeholder and e.at >= c.since_at and e.at <= c.at and ${outbound}
    union select c.stakeholder, c.at, ${touchColumns} from conversion c ${others}
    where ${sql} and ${ofOthers('c')} and e.at >= c.since_at and e.at <= c.at and ${outbound}
    order by 1, 2, 3, 4 limit ?`,
    [...[...parameters, ...thenOf(past)], ...[...parameters, ...thenOf(past), ...thenOf(past)], limits.touchesMax + 1],
  );
  const byConversion = grouped(touched, limits);
  return found.map(({ stakeholder, at }) => ({ at, touches: byConversion.get(`${stakeholder} ${at}`) ?? [] }));
}

/**
 * The touches of episodes that began in the period and in which nothing of these kinds was counted: until they turned
 * against us again, or until `validAt`. Those without a touch are left out.
 * @throws TooManyJourneys
 */
export async function unconvertedJourneys(
  rows: RowReader,
  { kinds, during, stakeholder }: JourneysAsked,
  past: Past,
  limits = limitsUsual,
): Promise<readonly JourneyOfOne[]> {
  const known = thenOf(past);
  const also = periodOf('o.from_at', during);
  const passed = `e.at >= o.from_at and e.at <= ? and (o.next_at is null or e.at < o.next_at) and ${outbound} ${also.sql}
      and not exists (
        select 1 from conversion c where c.stakeholder = o.stakeholder and c.since_at = o.from_at and c.at <= ?
          and c.kind in (${marks(kinds)}) and c.known_from <= ? and c.known_until > ?
      )`;
  const whilePassed = [past.validAt, ...known, ...also.parameters, past.validAt, ...kinds, ...known];
  const touched = await rows.all<TouchRow>(
    `with opening as (
      select s.stakeholder, s.from_at, lead(s.from_at) over (partition by s.stakeholder order by s.from_at) as next_at
      from standing_span s
      where s.stance in ('detractor', 'critic') and s.previous not in ('detractor', 'critic')
        and s.from_at <= ? and s.known_from <= ? and s.known_until > ?
        ${stakeholder === undefined ? '' : 'and s.stakeholder = ?'}
    )
    select o.stakeholder, o.from_at as until, ${touchColumns} from opening o cross join timeline_entry e
    where e.stakeholder = o.stakeholder and ${passed}
    union select o.stakeholder, o.from_at, ${touchColumns} from opening o ${others}
    where ${ofOthers('o')} and ${passed}
    order by 1, 2, 3, 4 limit ?`,
    [
      ...[past.validAt, ...known, ...(stakeholder === undefined ? [] : [stakeholder])],
      ...[...whilePassed, ...known, ...whilePassed, limits.touchesMax + 1],
    ],
  );
  return [...grouped(touched, limits).values()].map((touches) => ({ at: touches.at(-1)?.at ?? 0, touches }));
}

function grouped(
  touched: readonly TouchRow[],
  { touchesMax }: JourneyLimits,
): ReadonlyMap<string, readonly TouchOnJourney[]> {
  if (touched.length > touchesMax) throw new TooManyJourneys('touches', touchesMax);
  const journeys = new Map<string, TouchOnJourney[]>();
  for (const { stakeholder, until, at, act, channel } of touched) {
    const key = `${stakeholder} ${until}`;
    const touches = journeys.get(key);
    if (touches === undefined) journeys.set(key, [{ at, act, channel }]);
    else touches.push({ at, act, channel });
  }
  return journeys;
}

function counted({ kinds, during, stakeholder }: JourneysAsked, past: Past) {
  const also = periodOf('c.at', during);
  return {
    sql: `c.since_at is not null and c.at <= ? and c.known_from <= ? and c.known_until > ? and c.kind in (${marks(kinds)})
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
