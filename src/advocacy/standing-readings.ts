import { type Past, thenOf } from '../event-sourcing/past.js';
import type { RowReader, Value } from '../event-sourcing/read-store.js';
import { compareFacts, type Expression, type StandingFact } from './facts-of-standing.js';
import { actOf, channelOf } from './standing-codes.js';
import type { StandingFactRow } from './standing-tables.js';
import { initialReading, readOn, rulesV1, standingAt, type Reading, type Rules, type Standing } from './standing.js';

/** A stored reading, and the facts after it in the order of `compareFacts`. */
export interface ReadTo {
  readonly base: Reading;
  readonly facts: StandingFact[];
}

/** From where to where a stakeholder's facts are wanted, in milliseconds. */
export interface Wanted {
  /** The keys of all who are one, first who remains, to whom the readings belong. */
  readonly members: readonly number[];
  /** The stored reading is to be of an instant before this. */
  readonly baseBefore: number;
  /** The facts are to be of instants before this. */
  readonly factsBefore: number;
}

const atOnceMax = 128;

/** One member's facts. */
type WantedOfOne = readonly [stakeholder: number, member: number, baseBefore: number, factsBefore: number];
const nobody: WantedOfOne = [-1, -1, 0, 0];

/**
 * For each of these stakeholders (by the key of who remains) the nearest stored reading and all facts after it, as they were known: about 64 rows and
 * what is wanted beyond. One query for each 128 stakeholders, so that a standing is read from one state of the rows.
 */
export async function readingsBefore(
  rows: RowReader,
  wanted: readonly Wanted[],
  past: Pick<Past, 'known'>,
): Promise<ReadonlyMap<number, ReadTo>> {
  const found = new Map<number, { base: Reading; facts: StandingFact[] }>();
  for (const { members } of wanted) found.set(members[0] ?? 0, { base: initialReading, facts: [] });
  const several = new Set(wanted.flatMap(({ members }) => (members.length > 1 ? members : [])));
  for (const some of atOnce(wanted)) {
    const known = thenOf(past);
    const parameters: readonly Value[] = [...some.flat(), ...known, ...known, ...known];
    for (const row of await rows.all<BaseOrFactRow>(nearestSql(some.length), parameters)) {
      const to = found.get(row.subject);
      if (to === undefined) continue;
      // Written by this projection, as JSON of a reading.
      if (row.kind === 'reading') to.base = JSON.parse(row.fact_id) as Reading;
      else to.facts.push(factOf({ ...row, kind: row.kind }, several.has(row.subject)));
    }
  }
  for (const { members } of wanted) {
    const to = found.get(members[0] ?? 0);
    if (to === undefined) continue;
    // Stores may order texts in other ways than the rules do.
    to.facts.sort(compareFacts);
    if (members.length > 1) to.facts = onceEach(to.facts);
  }
  return found;
}

/** Facts in order, of all who are one: what several of them said together is one fact, of who was identified first. */
export function onceEach(ordered: readonly StandingFact[]): StandingFact[] {
  const once: StandingFact[] = [];
  for (const fact of ordered) {
    const last = once.at(-1);
    if (last?.factId !== fact.factId) once.push(fact);
    else if ((fact.whose ?? 0) < (last.whose ?? 0)) once[once.length - 1] = fact;
  }
  return once;
}

/** In questions of about so many members, none of which parts those who are one. */
function atOnce(wanted: readonly Wanted[]): readonly (readonly WantedOfOne[])[] {
  const all: WantedOfOne[][] = [];
  for (const { members, baseBefore, factsBefore } of wanted) {
    const its = members.map((member) => [members[0] ?? member, member, baseBefore, factsBefore] as const);
    const last = all.at(-1);
    if (last !== undefined && last.length + its.length <= atOnceMax) last.push(...its);
    else all.push(its);
  }
  return all.map(padded);
}

/**
 * Where each of these stakeholders stood, asked by the keys of all who are one and answered by the first: exact to the last digit, live or as of any past. Each has an entry;
 * who was never heard of stands at unknown.
 */
export async function standingsAt(
  rows: RowReader,
  groups: readonly (readonly number[])[],
  past: Past,
  rules: Rules = rulesV1,
): Promise<ReadonlyMap<number, Standing>> {
  const { validAt } = past;
  const readings = await readingsAt(rows, groups, past, rules);
  return new Map([...readings].map(([stakeholder, reading]) => [stakeholder, standingAt(reading, validAt, rules)]));
}

/** What had been read of each of these stakeholders by then, likewise. */
export async function readingsAt(
  rows: RowReader,
  groups: readonly (readonly number[])[],
  past: Past,
  rules: Rules = rulesV1,
): Promise<ReadonlyMap<number, Reading>> {
  const before = past.validAt + 1;
  const distinct = new Map(groups.map((members) => [members[0], members]));
  const wanted = [...distinct.values()].map((members) => ({ members, baseBefore: before, factsBefore: before }));
  const found = await readingsBefore(rows, wanted, past);
  return new Map([...found].map(([stakeholder, { base, facts }]) => [stakeholder, readOn(base, facts, rules).reading]));
}

type BaseOrFactRow = Omit<StandingFactRow, 'kind' | 'known_until'> & {
  readonly subject: number;
  readonly kind: StandingFactRow['kind'] | 'reading';
};

/** A fact as the rules read it; told whose it is only where several are one. */
export function factOf(row: Omit<StandingFactRow, 'known_until'>, ofSeveral: boolean): StandingFact {
  const { fact_id: factId, at, known_from: recorded, stance, assessed_by: by } = row;
  const whose = ofSeveral ? { whose: row.stakeholder } : {};
  switch (row.kind) {
    case 'expression':
      return { ...whose, ...expressionOf(factId, row) };
    case 'assessment':
      if (stance === null || by === null)
        throw new TypeError(`the assessment ${factId} has no stance, or nobody assessed it`);
      return { kind: 'assessment', ...whose, factId, at, recorded, stance, by };
    case 'withdrawal':
      return { kind: 'withdrawal', ...whose, factId, at, recorded };
  }
}

function expressionOf(factId: string, { at, tone, act: actCode, channel: code }: ExpressionColumns): Expression {
  const act = actCode === null ? undefined : actOf(actCode);
  const channel = code === null ? null : channelOf(code);
  if (act === undefined || channel === undefined)
    throw new TypeError(`the expression ${factId} has an act or a channel that is not known`);
  return { kind: 'expression', factId, at, tone, act, channel };
}

type ExpressionColumns = Pick<StandingFactRow, 'at' | 'tone' | 'act' | 'channel'>;

/** To a power of two, so that few statements are prepared. */
function padded(wanted: readonly WantedOfOne[]): readonly WantedOfOne[] {
  const count = 2 ** Math.ceil(Math.log2(wanted.length));
  return [...wanted, ...Array.from({ length: count - wanted.length }, () => nobody)];
}

const statements = new Map<number, string>();

/**
 * Of the versions of one instant's reading the newest are met first. A cross join reads its left side first in SQLite, and
 * is any join in PostgreSQL.
 */
function nearestSql(count: number): string {
  const made = statements.get(count);
  if (made !== undefined) return made;
  const one = '(cast(? as bigint), cast(? as bigint), cast(? as bigint), cast(? as bigint))';
  const sql = `
    with wanted (stakeholder, member, base_before, facts_before) as (values ${Array(count).fill(one).join(', ')}),
    nearest as (
      select wanted.stakeholder, wanted.member, wanted.facts_before, (
        select r.at from standing_reading r
        where r.stakeholder = wanted.stakeholder and r.at < wanted.base_before and r.known_from <= ? and r.known_until > ?
        order by r.at desc, r.known_from desc limit 1
      ) as base_at
      from wanted
    )
    select n.stakeholder as subject, f.stakeholder, f.at, f.fact_id, f.known_from, f.kind, f.tone, f.act, f.channel, f.stance, f.assessed_by
    from nearest n cross join standing_fact f
    where f.stakeholder = n.member and f.at > coalesce(n.base_at, -9007199254740991) and f.at < n.facts_before
      and f.known_from <= ? and f.known_until > ?
    union all
    select n.stakeholder, r.stakeholder, r.at, r.reading, r.known_from, 'reading', null, null, null, null, null
    from nearest n cross join standing_reading r
    where r.stakeholder = n.stakeholder and n.member = n.stakeholder and r.at = n.base_at
      and r.known_from <= ? and r.known_until > ?`;
  statements.set(count, sql);
  return sql;
}
