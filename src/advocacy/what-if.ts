import { setTimeout as sleep } from 'node:timers/promises';
import { type Past, thenOf } from '../event-sourcing/past.js';
import type { RowReader } from '../event-sourcing/read-store.js';
import type { ConversionKind, Counted } from './advocacy-v1.js';
import { compareFacts, type StandingFact } from './facts-of-standing.js';
import { NewestOnly } from './newest-only.js';
import type { Period } from './standing-pages.js';
import { factOf } from './standing-readings.js';
import { StandingTally, type Tallied } from './standing-tally.js';
import type { ConversionRow, StandingFactRow } from './standing-tables.js';
import type { Rules } from './standing.js';

/** What is asked: plain values, so that a thread can be handed it. */
export interface WhatIfAsked {
  readonly rules: Rules;
  /** Those whose rows it reads, and is held against. */
  readonly live: Rules;
  /** `known` is an ordinal that the rows have reached: what is recorded meanwhile does not count. */
  readonly past: Past;
  readonly during: Period;
  /** How many stakeholders existed in that past. */
  readonly stakeholders: number;
}

/** How far it is. */
export interface WhatIfProgress {
  /** Facts of standing read. */
  readonly facts: number;
  /** Stakeholders of whom something was heard, read to their end. */
  readonly stakeholders: number;
}

/** A passage as the asked rules count it, or as the live ones do. */
export interface CountedPassage {
  readonly stakeholder: number;
  readonly kind: ConversionKind;
  readonly at: number;
  readonly because: string;
  readonly sinceAt: number | null;
}

export interface CountedHere extends CountedPassage {
  /** The live rule counts the same: of the same kind, because of the same fact. */
  readonly liveToo: boolean;
}

/** What would be counted in the period, beside what is. */
export interface WhatIfAnswer extends Tallied, WhatIfProgress {
  /** The newest, newest first. */
  readonly conversions: readonly CountedHere[];
  /** Those that only the live rule counts; the newest, newest first. */
  readonly missing: readonly CountedPassage[];
  /** How many both count, only the asked rules, and only the live ones. */
  readonly counts: { readonly both: number; readonly gained: number; readonly missing: number };
}

export interface WhatIfSurroundings {
  /** Ends it between two pages, by throwing the signal's reason. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: WhatIfProgress) => void;
  /** How long it rests after a page, as a part of what the page took: 0 by default, 1 to work half of the time. */
  readonly restShare?: number;
  /** Rows read at once. */
  readonly pageMax?: number;
}

/** Conversions told, of each list. */
export const conversionsToldMax = 100;

/** So much is read that a page is worth its query, and so little that neither memory nor others notice. */
const pageMaxByDefault = 4_000;

/**
 * Reads everybody's standing again by other rules: one pass over the facts of standing, in the order of stakeholder and time,
 * in pages that each end their reading. Nothing is written. Of everybody together, totals are held and the newest
 * conversions; of one stakeholder at a time, a reading and the passages that the live rule counted.
 * @param rows of the rules that it is held against.
 */
export async function whatIf(
  rows: RowReader,
  { rules, past, during, stakeholders: existing }: WhatIfAsked,
  { signal, onProgress, restShare = 0, pageMax = pageMaxByDefault }: WhatIfSurroundings = {},
): Promise<WhatIfAnswer> {
  const beside = new BesideLive();
  const tally = new StandingTally(rules, past.validAt, during, (counted) => beside.count(counted));
  let [facts, stakeholders] = [0, 0];
  let instant: StandingFact[] = [];
  const endInstant = (): void => {
    if (instant.length === 0) return;
    // Stores may order texts in other ways than the rules do.
    if (instant.length > 1) instant.sort(compareFacts);
    tally.take(instant);
    instant = [];
  };
  const endSubject = (): void => {
    if (beside.subject === null) return;
    endInstant();
    tally.end();
    beside.end();
    stakeholders += 1;
  };

  for (let from: Keyset = [-1, 0, '']; ;) {
    signal?.throwIfAborted();
    const began = performance.now();
    const page = await factsAfter(rows, from, past, pageMax);
    const last = page.at(-1);
    if (last !== undefined) {
      const live = await liveConversions(rows, from[0], last.stakeholder, past, during);
      for (const row of page) {
        if (row.stakeholder !== beside.subject) {
          endSubject();
          beside.begin(row.stakeholder, live.get(row.stakeholder) ?? []);
        } else if (row.at !== instant[0]?.at) endInstant();
        instant.push(factOf(row));
      }
      facts += page.length;
      from = [last.stakeholder, last.at, last.fact_id];
    }
    if (page.length < pageMax) break;
    onProgress?.({ facts, stakeholders });
    // Others have their turn, also where nothing is rested.
    await sleep(restShare * (performance.now() - began));
  }
  endSubject();
  return { ...tally.tallied(existing), ...beside.told(), facts, stakeholders };
}

type Keyset = readonly [stakeholder: number, at: number, factId: string];
type FactOnPage = Omit<StandingFactRow, 'known_until'>;

function factsAfter(rows: RowReader, from: Keyset, past: Past, limit: number): Promise<readonly FactOnPage[]> {
  const sql = `select stakeholder, at, fact_id, known_from, kind, tone, act, channel, stance, assessed_by from standing_fact
    where (stakeholder, at, fact_id) > (?, ?, ?) and at <= ? and known_from <= ? and known_until > ?
    order by stakeholder, at, fact_id limit ?`;
  return rows.all<FactOnPage>(sql, [...from, past.validAt, ...thenOf(past), limit]);
}

type LiveConversion = Pick<ConversionRow, 'stakeholder' | 'at' | 'kind' | 'because' | 'since_at'>;

/** What the live rule counted in the period, of the stakeholders of a page; of the first, where they began on it. */
async function liveConversions(
  rows: RowReader,
  after: number,
  upTo: number,
  { validAt, known }: Past,
  { from, until }: Period,
): Promise<ReadonlyMap<number, readonly CountedPassage[]>> {
  const sql = `select stakeholder, at, kind, because, since_at from conversion
    where stakeholder > ? and stakeholder <= ? and at <= ? and at >= ? and at < ? and known_from <= ? and known_until > ?`;
  const period = [from ?? Number.MIN_SAFE_INTEGER, until ?? Number.MAX_SAFE_INTEGER];
  const found = await rows.all<LiveConversion>(sql, [after, upTo, validAt, ...period, ...thenOf({ known })]);
  return Map.groupBy(
    found.map(({ stakeholder, at, kind, because, since_at: sinceAt }) => ({ stakeholder, at, kind, because, sinceAt })),
    ({ stakeholder }) => stakeholder,
  );
}

/** Holds what the asked rules count against what the live ones do, one stakeholder after another. */
class BesideLive {
  subject: number | null = null;
  #live = new Map<string, CountedPassage>();
  readonly #conversions = new NewestOnly<CountedHere>(conversionsToldMax);
  readonly #missing = new NewestOnly<CountedPassage>(conversionsToldMax);
  #counts = { both: 0, gained: 0, missing: 0 };

  begin(subject: number, live: readonly CountedPassage[]): void {
    this.subject = subject;
    this.#live = new Map(live.map((passage) => [keyOf(passage), passage]));
  }

  count({ kind, at, because, sinceAt }: Counted): void {
    const liveToo = this.#live.delete(keyOf({ kind, because }));
    this.#counts[liveToo ? 'both' : 'gained'] += 1;
    this.#conversions.add({ stakeholder: this.subject ?? -1, kind, at, because, sinceAt, liveToo });
  }

  end(): void {
    this.#counts.missing += this.#live.size;
    for (const passage of this.#live.values()) this.#missing.add(passage);
    this.subject = null;
  }

  told(): Pick<WhatIfAnswer, 'conversions' | 'missing' | 'counts'> {
    return { conversions: this.#conversions.all(), missing: this.#missing.all(), counts: this.#counts };
  }
}

const keyOf = ({ kind, because }: Pick<CountedPassage, 'kind' | 'because'>): string => `${kind} ${because}`;
