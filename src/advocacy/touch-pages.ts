import { type Page, type Slice, pageOf, scanOf } from '../event-sourcing/page.js';
import { knownThen, thenOf, type Past } from '../event-sourcing/past.js';
import type { Row, RowReader, Value } from '../event-sourcing/read-store.js';

/** Whose journey, from the fact that opened the episode to what counted, both included; times in milliseconds since 1970. */
export interface JourneyAsked {
  /** The keys and the ids of all who are one. */
  readonly memberKeys: readonly number[];
  readonly memberIds: readonly string[];
  readonly since: number;
  readonly until: number;
  readonly past: Past;
}

/** Where a touch stands in a journey: by its date, at one instant by the order of the log. */
export interface TouchCursor {
  readonly at: number;
  /** Of the interaction, or the ordinal of the hand-over. */
  readonly key: number;
}

/** One touch: an interaction by its key or, where `handed` is not null, a hand-over (an `OwnershipFactView` as JSON). */
export interface TouchOnPage extends TouchCursor {
  readonly handed: string | null;
}

/** One page of a journey's touches. */
export async function touchesPage(
  rows: RowReader,
  asked: JourneyAsked,
  slice: Slice<TouchCursor>,
): Promise<Page<TouchOnPage>> {
  const { ascending, above, below } = scanOf(slice);
  const way = ascending ? 'asc' : 'desc';
  const { sql, parameters } = touchesOf(asked);
  const beyond = [...(above ? ['(t.at, t.key) > (?, ?)'] : []), ...(below ? ['(t.at, t.key) < (?, ?)'] : [])];
  const found = await rows.all<Row & TouchOnPage>(
    `select t.at, t.key, t.handed from (${sql}) t ${beyond.length === 0 ? '' : `where ${beyond.join(' and ')}`}
    order by t.at ${way}, t.key ${way} limit ?`,
    [...parameters, ...[above, below].flatMap((place) => (place ? [place.at, place.key] : [])), slice.limit + 1],
  );
  return pageOf(found, slice);
}

/** How many touches a journey has. */
export async function countTouches(rows: RowReader, asked: JourneyAsked): Promise<number> {
  const { sql, parameters } = touchesOf(asked);
  const found = await rows.first<{ count: number }>(`select count(*) as count from (${sql}) t`, parameters);
  return found?.count ?? 0;
}

const marks = (values: readonly unknown[]): string => values.map(() => '?').join(', ');

/** The touches of `journeys.ts`, of one journey: what several who are one took part in is one touch. */
function touchesOf({ memberKeys, memberIds, since, until, past }: JourneyAsked): {
  readonly sql: string;
  readonly parameters: readonly Value[];
} {
  return {
    sql: `select e.at, e.key, null as handed from timeline_entry e
      where e.stakeholder in (${marks(memberKeys)}) and e.at >= ? and e.at <= ? and e.retracted = 0 and e.direction = 'outbound' and ${knownThen('e')}
      union
      select f.at, f.key, f.body as handed from ownership_fact f
      where f.stakeholder in (${marks(memberIds)}) and f.at >= ? and f.at <= ? and f.kind = 'owner-handed-over' and f.key <= ?`,
    parameters: [...memberKeys, since, until, ...thenOf(past), ...memberIds, since, until, past.known],
  };
}
