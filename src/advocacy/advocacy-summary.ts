import type { RowReader, Value } from '../event-sourcing/read-store.js';
import type { ConversionKind, Rung } from './advocacy-v1.js';
import type { Stance } from '../relationships/relationship.js';
import { thenOf, type Past } from '../event-sourcing/past.js';
import type { Period } from './standing-pages.js';
import { rulesV1, type Rules } from './standing.js';

/** Totals over everybody. What has none is left out, but for the stances, of which all six are there. */
export interface AdvocacySummary {
  readonly stakeholdersByStance: Readonly<Record<Stance, number>>;
  /** Passages from one stance to another in the period, what came by itself included. */
  readonly passages: readonly { readonly from: Stance; readonly to: Stance; readonly count: number }[];
  readonly conversions: readonly { readonly kind: ConversionKind; readonly count: number }[];
  /** Each episode that began in the period once, by the highest rung counted by `validAt`; null: none yet. */
  readonly episodes: readonly { readonly highest: Rung | null; readonly count: number }[];
  /** The rules by which it was read. */
  readonly toneRule: string;
  readonly conversionRule: string;
}

/**
 * Sums up a past: where everybody stood at its end, and what happened in a period before that.
 *
 * @param stakeholders how many stakeholders existed in that past; who was never heard of stands at unknown.
 */
export async function summaryOf(
  rows: RowReader,
  stakeholders: number,
  past: Past,
  during: Period = { from: null, until: null },
  rules: Rules = rulesV1,
): Promise<AdvocacySummary> {
  const [stakeholdersByStance, passages, conversions, episodes] = await Promise.all([
    byStance(rows, stakeholders, past),
    passagesIn(rows, past, during),
    conversionsIn(rows, past, during),
    episodesIn(rows, past, during),
  ]);
  const names = { toneRule: rules.tone.name, conversionRule: rules.conversion.name };
  return { stakeholdersByStance, passages, conversions, episodes, ...names };
}

type Known = Omit<Record<Stance, number>, 'unknown'>;

// Sums in place of groups: groups would have every row sorted.
async function byStance(rows: RowReader, stakeholders: number, past: Past): Promise<Record<Stance, number>> {
  const sql = `select
      count(*) filter (where stance = 'detractor') as detractor,
      count(*) filter (where stance = 'critic') as critic,
      count(*) filter (where stance = 'neutral') as neutral,
      count(*) filter (where stance = 'supporter') as supporter,
      count(*) filter (where stance = 'advocate') as advocate
    from standing_span
    where from_at <= ? and (until_at is null or until_at > ?) and known_from <= ? and known_until > ?`;
  const counts = await rows.first<Known>(sql, [past.validAt, past.validAt, ...thenOf(past)]);
  const { detractor = 0, critic = 0, neutral = 0, supporter = 0, advocate = 0 } = counts ?? {};
  const unknown = stakeholders - detractor - critic - neutral - supporter - advocate;
  return { unknown, detractor, critic, neutral, supporter, advocate };
}

async function passagesIn(rows: RowReader, past: Past, during: Period): Promise<AdvocacySummary['passages']> {
  const { sql, parameters } = within('from_at', past, during);
  return rows.all<{ from: Stance; to: Stance; count: number }>(
    `select previous as "from", stance as "to", count(*) as count from standing_span where ${sql}
    group by previous, stance order by previous, stance`,
    parameters,
  );
}

async function conversionsIn(rows: RowReader, past: Past, during: Period): Promise<AdvocacySummary['conversions']> {
  const { sql, parameters } = within('at', past, during);
  return rows.all<{ kind: ConversionKind; count: number }>(
    `select kind, count(*) as count from conversion where ${sql} group by kind order by kind`,
    parameters,
  );
}

const rungs: readonly (Rung | null)[] = [null, 'defused', 'won-over', 'converted'];

async function episodesIn(rows: RowReader, past: Past, during: Period): Promise<AdvocacySummary['episodes']> {
  const { sql, parameters } = within('s.from_at', past, during, 's.');
  const known = thenOf(past);
  const counted = await rows.all<{ rung: number; count: number }>(
    `select rung, count(*) as count from (
      select (
        select coalesce(max(case c.kind when 'converted' then 3 when 'won-over' then 2 else 1 end), 0) from conversion c
        where c.stakeholder = s.stakeholder and c.at > s.from_at and c.at <= ? and c.since_at = s.from_at
          and c.kind in ('defused', 'won-over', 'converted') and c.known_from <= ? and c.known_until > ?
      ) as rung
      from standing_span s
      where s.stance in ('detractor', 'critic') and s.previous not in ('detractor', 'critic') and ${sql}
    ) as episode group by rung order by rung`,
    [past.validAt, ...known, ...parameters],
  );
  return counted.map(({ rung, count }) => ({ highest: rungs[rung] ?? null, count }));
}

/** The condition that something was known, and happened in the period and the past. */
function within(
  at: string,
  past: Past,
  { from, until }: Period,
  of = '',
): { sql: string; parameters: readonly Value[] } {
  const conditions = [`${of}known_from <= ?`, `${of}known_until > ?`, `${at} <= ?`];
  const parameters: Value[] = [...thenOf(past), past.validAt];
  if (from !== null) {
    conditions.push(`${at} >= ?`);
    parameters.push(from);
  }
  if (until !== null) {
    conditions.push(`${at} < ?`);
    parameters.push(until);
  }
  return { sql: conditions.join(' and '), parameters };
}
