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
  /** The keys of all who were one in that past, first who remains: what they said is read as one history. None by default. */
  readonly groups?: readonly (readonly number[])[];
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
  asked: WhatIfAsked,
  { signal, onProgress, restShare = 0, pageMax = pageMaxByDefault }: WhatIfSurroundings = {},
): Promise<WhatIfAnswer> {
  const fold = new EverybodyFold(asked);
  const { past, during, groups = [] } = asked;
  const ofSeveral = new Set(groups.flat());
  for (const members of [null, ...groups]) {
    for (let from: Keyset = [-1, 0, '']; ;) {
      signal?.throwIfAborted();
      const began = performance.now();
      const page =
        members === null
          ? await factsAfter(rows, from, past, pageMax)
          : await factsOfAll(rows, members, from, past, pageMax);
      const last = page.at(-1);
      if (last !== undefined) {
        const upTo = members === null ? last.stakeholder : (members[0] ?? -1);
        const live = await liveConversions(rows, members === null ? from[0] : upTo - 1, upTo, past, during);
        for (const row of page) {
          const subject = members === null ? row.stakeholder : upTo;
          if (members !== null || !ofSeveral.has(subject)) fold.take(subject, factOf(row, members !== null), live);
        }
        from = [last.stakeholder, last.at, last.fact_id];
      }
      if (page.length < pageMax) break;
      onProgress?.(fold.progress);
      // Others have their turn, also where nothing is rested.
      await sleep(restShare * (performance.now() - began));
    }
    fold.endSubject();
  }
  return fold.answer();
}

type LivePassages = ReadonlyMap<number, readonly CountedPassage[]>;

/** Takes the facts of one stakeholder after another, each one's in the order of time. */
class EverybodyFold {
  readonly #asked: WhatIfAsked;
  readonly #beside = new BesideLive();
  readonly #tally: StandingTally;
  #facts = 0;
  #stakeholders = 0;
  #instant: StandingFact[] = [];

  constructor(asked: WhatIfAsked) {
    this.#asked = asked;
    const { rules, past, during } = asked;
    this.#tally = new StandingTally(rules, past.validAt, during, (counted) => this.#beside.count(counted));
  }

  /** @param live what the live rules count of the stakeholders who begin with this page. */
  take(subject: number, fact: StandingFact, live: LivePassages): void {
    if (subject !== this.#beside.subject) {
      this.endSubject();
      this.#beside.begin(subject, live.get(subject) ?? []);
    } else if (fact.at !== this.#instant[0]?.at) this.#endInstant();
    this.#instant.push(fact);
    this.#facts += 1;
  }

  endSubject(): void {
    if (this.#beside.subject === null) return;
    this.#endInstant();
    this.#tally.end();
    this.#beside.end();
    this.#stakeholders += 1;
  }

  get progress(): WhatIfProgress {
    return { facts: this.#facts, stakeholders: this.#stakeholders };
  }

  answer(): WhatIfAnswer {
    return { ...this.#tally.tallied(this.#asked.stakeholders), ...this.#beside.told(), ...this.progress };
  }

  #endInstant(): void {
    // Stores may order texts in other ways than the rules do.
    const facts = this.#instant.length > 1 ? onceEach(this.#instant.sort(compareFacts)) : this.#instant;
    if (facts.length > 0) this.#tally.take(facts);
    this.#instant = [];
  }
}

/** What several who are one said together is one fact. */
function onceEach(ordered: readonly StandingFact[]): readonly StandingFact[] {
  return ordered.filter(({ factId }, index) => factId !== ordered[index - 1]?.factId);
}

type Keyset = readonly [stakeholder: number, at: number, factId: string];
type FactOnPage = Omit<StandingFactRow, 'known_until'>;

function factsAfter(rows: RowReader, from: Keyset, past: Past, limit: number): Promise<readonly FactOnPage[]> {
  const sql = `select stakeholder, at, fact_id, known_from, kind, tone, act, channel, stance, assessed_by from standing_fact
    where (stakeholder, at, fact_id) > (?, ?, ?) and at <= ? and known_from <= ? and known_until > ?
    order by stakeholder, at, fact_id limit ?`;
  return rows.all<FactOnPage>(sql, [...from, past.validAt, ...thenOf(past), limit]);
}

/** Of all who are one, in the order of time. */
function factsOfAll(
  rows: RowReader,
  members: readonly number[],
  [stakeholder, at, factId]: Keyset,
  past: Past,
  limit: number,
): Promise<readonly FactOnPage[]> {
  // At the beginning no stakeholder is named, and no time is too early.
  const after = stakeholder === -1 ? Number.MIN_SAFE_INTEGER : at;
  const sql = `select stakeholder, at, fact_id, known_from, kind, tone, act, channel, stance, assessed_by from standing_fact
    where stakeholder in (${members.map(() => '?').join(', ')}) and (at, fact_id, stakeholder) > (?, ?, ?)
      and at <= ? and known_from <= ? and known_until > ?
    order by at, fact_id, stakeholder limit ?`;
  return rows.all<FactOnPage>(sql, [...members, after, factId, stakeholder, past.validAt, ...thenOf(past), limit]);
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
