import { knownThen, thenOf, type Past } from '../event-sourcing/past.js';
import type { RowReader, Value } from '../event-sourcing/read-store.js';
import type { Channel } from '../stakeholders/handle.js';
import type { Observed } from './kaplan-meier.js';
import { type OwnedAsked, ownedAt } from './owned-at.js';
import type { Period } from './standing-pages.js';

/**
 * The definition of a spell: from turning against us until won over or converted. A resurgence goes on counting, a relapse
 * starts a new one; who turned against us again without having been won over (supporter for a while, but at nothing
 * positive) is watched until then, and who is not won over yet, until `validAt`. Lengths are whole days that have passed.
 */
export const spellDefinition = 'time-to-conversion-v1';

/**
 * Which spells; what is left out restricts nothing. Who turned by a person's assessment has neither channel nor topic. Owner
 * and tier are those at the spell's beginning.
 */
export interface Cohort extends OwnedAsked {
  /** Where the interaction was heard that turned them against us. */
  readonly channels?: readonly Channel[];
  /** One of what it was about, each as `timeline_entry` has it between its bars. */
  readonly markedTopics?: readonly string[];
  /** When the spell began. */
  readonly began?: Period;
}

/** Spells of one length that ended alike. */
export interface ObservedSpells extends Observed {
  /** Won over or converted, and turned against us again since. */
  readonly relapsed: boolean;
}

/** The spells of a cohort, by their length and how they ended. */
export async function spellsOf(rows: RowReader, cohort: Cohort, past: Past): Promise<readonly ObservedSpells[]> {
  const { sql, parameters } = spells(cohort, past);
  const found = await rows.all<{ days: number; won: number; turned: number; count: number }>(
    `${sql} select days, won, turned, count(*) as count from (
      select cast((coalesce(won_at, next_at, ?) - from_at) / ${dayMs} as integer) as days,
        case when won_at is null then 0 else 1 end as won, case when next_at is null then 0 else 1 end as turned
      from spell
    ) as lengths group by days, won, turned order by days, won, turned`,
    [...parameters, past.validAt],
  );
  return found.map(({ days, won, turned, count }) => ({
    days,
    count,
    converted: won === 1,
    relapsed: won === 1 && turned === 1,
  }));
}

/** How many could have passed in a period, and how many did. */
export interface Rates {
  /** Spells that were under way at some time in the period. */
  readonly atRisk: number;
  /** Of those, how many were won over or converted in it. */
  readonly converted: number;
  /** Spells that had been won over or converted by the period's end, and not turned again before its beginning. */
  readonly wonOver: number;
  /** Of those, how many turned against us again in it. */
  readonly relapsed: number;
}

/** Conversions over those at risk, and relapses over those won over, in a period. */
export async function ratesIn(rows: RowReader, during: Period, cohort: Cohort, past: Past): Promise<Rates> {
  const { sql, parameters } = spells(cohort, past);
  const from = during.from ?? Number.MIN_SAFE_INTEGER;
  // What is dated at `validAt` has happened.
  const until = Math.min(during.until ?? Number.MAX_SAFE_INTEGER, past.validAt + 1);
  const found = await rows.first<{ at_risk: number; converted: number; won_over: number; relapsed: number }>(
    `${sql} select
      count(*) filter (where from_at < ? and coalesce(won_at, next_at, ?) >= ?) as at_risk,
      count(*) filter (where won_at >= ? and won_at < ?) as converted,
      count(*) filter (where won_at < ? and coalesce(next_at, ?) >= ?) as won_over,
      count(*) filter (where won_at is not null and next_at >= ? and next_at < ?) as relapsed
    from spell`,
    [...parameters, until, until, from, from, until, until, until, from, from, until],
  );
  const { at_risk: atRisk = 0, converted = 0, won_over: wonOver = 0, relapsed = 0 } = found ?? {};
  return { atRisk, converted, wonOver, relapsed };
}

const dayMs = 86_400_000;

/** The table `spell`: `won_at` and `next_at` (turned again) are null where it has not come by then. */
function spells(cohort: Cohort, past: Past): { readonly sql: string; readonly parameters: readonly Value[] } {
  const known = thenOf(past);
  const { sql, parameters } = inCohort(cohort, past);
  return {
    sql: `with opening as (
      select s.stakeholder, s.from_at, s.because,
        lead(s.from_at) over (partition by s.stakeholder order by s.from_at) as next_at
      from standing_span s
      where s.stance in ('detractor', 'critic') and s.previous not in ('detractor', 'critic')
        and s.from_at <= ? and s.known_from <= ? and s.known_until > ?
        and not exists (
          select 1 from conversion r where r.stakeholder = s.stakeholder and r.at = s.from_at and r.kind = 'resurfaced'
            and r.known_from <= ? and r.known_until > ?
        )
    ), spell as (
      select o.stakeholder, o.from_at, o.next_at, (
        select min(c.at) from conversion c where c.stakeholder = o.stakeholder and c.at > o.from_at and c.at <= ?
          and c.at < coalesce(o.next_at, ${Number.MAX_SAFE_INTEGER}) and c.kind in ('won-over', 'converted')
          and c.known_from <= ? and c.known_until > ?
      ) as won_at
      from opening o where 1 = 1 ${sql}
    )`,
    parameters: [past.validAt, ...known, ...known, past.validAt, ...known, ...parameters],
  };
}

function inCohort(cohort: Cohort, past: Past) {
  const { channels = [], markedTopics = [], began } = cohort;
  const conditions: string[] = [];
  const parameters: Value[] = [];
  if (began?.from != null) {
    conditions.push('and o.from_at >= ?');
    parameters.push(began.from);
  }
  if (began?.until != null) {
    conditions.push('and o.from_at < ?');
    parameters.push(began.until);
  }
  if (channels.length > 0 || markedTopics.length > 0) {
    const channel = channels.length === 0 ? '' : `and e.channel in (${channels.map(() => '?').join(', ')})`;
    const about = markedTopics.map(() => `replace(e.topics, ?, '') <> e.topics`).join(' or ');
    const heard = `e.at = o.from_at and e.known_from <= ? and e.known_until > ?
        ${channel} ${about === '' ? '' : `and (${about})`}
        and i.key = e.key and i.id = o.because and i.known_from <= ? and i.known_until > ?`;
    // Of those who are one, whoever said it.
    conditions.push(`and (exists (
      select 1 from timeline_entry e cross join interaction i where e.stakeholder = o.stakeholder and ${heard}
    ) or exists (
      select 1 from stakeholder g cross join timeline_entry e cross join interaction i
      where g.survivor = o.stakeholder and g.key <> g.survivor and ${knownThen('g')} and e.stakeholder = g.key and ${heard}
    ))`);
    const of = [...thenOf(past), ...channels, ...markedTopics, ...thenOf(past)];
    parameters.push(...of, ...thenOf(past), ...of);
  }
  const owned = ownedAt(cohort, { stakeholder: 'o.stakeholder', at: 'o.from_at' }, past);
  return { sql: [...conditions, owned.sql].join(' '), parameters: [...parameters, ...owned.parameters] };
}
