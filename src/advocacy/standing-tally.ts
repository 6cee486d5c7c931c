import { type ConversionKind, type Counted, rungs, type Rung } from './advocacy-v1.js';
import type { AdvocacySummary } from './advocacy-summary.js';
import { isAgainst, type StandingFact } from './facts-of-standing.js';
import { stances, type Stance } from '../relationships/relationship.js';
import type { ObservedSpells } from './spells.js';
import type { Period } from './standing-pages.js';
import { initialReading, openSpans, readInstant, type Reading, type Rules, type Span } from './standing.js';

/** What is added up over everybody: as `summaryOf` and `spellsOf` answer it from rows. */
export interface Tallied {
  readonly summary: AdvocacySummary;
  readonly spells: readonly ObservedSpells[];
}

interface Episode {
  readonly from: number;
  /** 0 none, 1 defused, 2 won over, 3 converted. */
  rung: number;
}

interface Spell {
  readonly from: number;
  wonAt: number | null;
}

const dayMs = 86_400_000;
const wins: ReadonlySet<ConversionKind> = new Set<ConversionKind>(['won-over', 'converted']);

/**
 * Adds up stakeholders one after another, each from their facts in order, by any rules: what is held is of constant size,
 * but for the lengths of spells, which are whole days. The facts are those that had happened by `validAt`.
 */
export class StandingTally {
  readonly #rules: Rules;
  readonly #validAt: number;
  readonly #during: Period;
  readonly #onCounted: (counted: Counted) => void;
  readonly #byStance = new Map<Stance, number>();
  readonly #passages = new Map<string, number>();
  readonly #conversions = new Map<ConversionKind, number>();
  readonly #episodes = new Map<number, number>();
  /** By four times the days, and 2 where they were won, and 1 where they turned again. */
  readonly #spells = new Map<number, number>();
  #reading: Reading = initialReading;
  #last: Span | null = null;
  #episode: Episode | null = null;
  #spell: Spell | null = null;

  /** @param onCounted told what counts in the period, of one stakeholder oldest first. */
  constructor(rules: Rules, validAt: number, during: Period, onCounted: (counted: Counted) => void) {
    this.#rules = rules;
    this.#validAt = validAt;
    this.#during = during;
    this.#onCounted = onCounted;
  }

  /** The next instant of the stakeholder: all its facts, in the order of `compareFacts`. */
  take(facts: readonly StandingFact[]): void {
    const { reading, closed, conversions } = readInstant(this.#reading, facts, this.#rules);
    this.#reading = reading;
    const counted = conversions[0];
    for (const span of closed) this.#begin(span, counted);
    if (reading.span !== null) this.#begin(reading.span, counted);
    if (counted !== undefined) this.#count(counted);
  }

  /** The stakeholder has no more facts; the next instant is of another. */
  end(): void {
    for (const span of openSpans(this.#reading)) this.#begin(span, undefined);
    add(this.#byStance, this.#last?.stance ?? 'unknown');
    this.#endEpisode();
    this.#endSpell(null);
    this.#reading = initialReading;
    this.#last = null;
  }

  /** @param stakeholders how many existed; of whom nothing was heard stands at unknown. */
  tallied(stakeholders: number): Tallied {
    const { tone, conversion } = this.#rules;
    const heard = [...this.#byStance].reduce((sum, [stance, count]) => (stance === 'unknown' ? sum : sum + count), 0);
    const known = (stance: Stance) => (stance === 'unknown' ? stakeholders - heard : (this.#byStance.get(stance) ?? 0));
    return {
      summary: {
        // All six are there.
        stakeholdersByStance: Object.fromEntries(stances.map((stance) => [stance, known(stance)])) as Record<
          Stance,
          number
        >,
        passages: [...this.#passages].sort(byKey).map(([key, count]) => {
          const [from = 'unknown', to = 'unknown'] = key.split(' ') as Stance[];
          return { from, to, count };
        }),
        conversions: [...this.#conversions].sort(byKey).map(([kind, count]) => ({ kind, count })),
        episodes: [...this.#episodes]
          .sort(([a], [b]) => a - b)
          .map(([rung, count]) => ({ highest: rungs[rung - 1] ?? null, count })),
        toneRule: tone.name,
        conversionRule: conversion.name,
      },
      spells: [...this.#spells]
        .sort(([a], [b]) => a - b)
        .map(([length, count]) => {
          const [won, turned] = [(length & 2) !== 0, (length & 1) !== 0];
          return { days: length >> 2, count, converted: won, relapsed: won && turned };
        }),
    };
  }

  /** A span is begun once: one that is closed now was mostly told before. */
  #begin(span: Span, counted: Counted | undefined): void {
    const { from, stance, previous } = span;
    if (from > this.#validAt || (this.#last !== null && from <= this.#last.from)) return;
    this.#last = span;
    if (this.#isInside(from)) add(this.#passages, `${previous} ${stance}`);
    if (!isAgainst(stance) || isAgainst(previous)) return;
    this.#endEpisode();
    this.#episode = { from, rung: 0 };
    // A resurgence goes on counting.
    if (counted?.at === from && counted.kind === 'resurfaced') return;
    this.#endSpell(from);
    this.#spell = { from, wonAt: null };
  }

  #count(counted: Counted): void {
    const { kind, at } = counted;
    const rung = rungs.indexOf(kind as Rung) + 1;
    if (this.#episode !== null) this.#episode.rung = Math.max(this.#episode.rung, rung);
    if (this.#spell !== null && wins.has(kind)) this.#spell.wonAt ??= at;
    if (!this.#isInside(at)) return;
    add(this.#conversions, kind);
    this.#onCounted(counted);
  }

  #endEpisode(): void {
    if (this.#episode !== null && this.#isInside(this.#episode.from)) add(this.#episodes, this.#episode.rung);
    this.#episode = null;
  }

  #endSpell(turnedAt: number | null): void {
    if (this.#spell !== null) {
      const { from, wonAt } = this.#spell;
      const days = Math.trunc(((wonAt ?? turnedAt ?? this.#validAt) - from) / dayMs);
      add(this.#spells, days * 4 + (wonAt === null ? 0 : 2) + (turnedAt === null ? 0 : 1));
    }
    this.#spell = null;
  }

  #isInside(at: number): boolean {
    const { from, until } = this.#during;
    return (from === null || at >= from) && (until === null || at < until);
  }
}

const byKey = ([a]: readonly [string, number], [b]: readonly [string, number]): number => (a < b ? -1 : a > b ? 1 : 0);

function add<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
