import { advocacyV1, noEpisodes, readEpisodes } from './advocacy-v1.js';
import type { ConversionRule, Counted, EpisodesReading } from './advocacy-v1.js';
import { compareFacts, instantsOf, rungsApart } from './facts-of-standing.js';
import type { AssessableStance, Stance } from '../relationships/relationship.js';
import type { StandingFact } from './facts-of-standing.js';
import { express, stanceByTone, toneOf, toneV1, unheard } from './tone-v1.js';
import type { ToneReading, ToneRule } from './tone-v1.js';

/** The two rules by which a standing is read. */
export interface Rules {
  readonly tone: ToneRule;
  readonly conversion: ConversionRule;
}

/** `tone-v1` and `advocacy-v1`. */
export const rulesV1: Rules = { tone: toneV1, conversion: advocacyV1 };

/** A stretch of one stance: spans are contiguous, none is empty, and neighbours differ in stance. */
export interface Span {
  /** Unknown only after a withdrawal that leaves no evidence; before the first fact there is no span. */
  readonly stance: Stance;
  /** Milliseconds, inclusive. */
  readonly from: number;
  /** Milliseconds, exclusive; null while nothing ends it. */
  readonly until: number | null;
  /** The stance of the span before; unknown at first. */
  readonly previous: Stance;
  /** The fact from which on the stance held; null where an advocate lapsed by itself. */
  readonly because: string | null;
  /**
   * The person whose word that fact was; null where the rule spoke. It tells how the span *began*: when a person (or the
   * rule, after a withdrawal) says the same as was said before, the span goes on. `standingAt` tells who says it now.
   */
  readonly assessedBy: string | null;
}

/** All that is remembered of the facts so far: plain JSON, of constant size. Stored and read again, it goes on bit for bit. */
export interface Reading {
  /** The last instant that was read, in milliseconds; null before the first. */
  readonly at: number | null;
  readonly tone: ToneReading;
  /** The person's assessment that holds. */
  readonly assessed: { readonly stance: AssessableStance; readonly by: string } | null;
  /** The span that held at `at`; its `until` is always null here, see `openSpans`. */
  readonly span: Span | null;
  readonly episodes: EpisodesReading;
}

export const initialReading: Reading = { at: null, tone: unheard, assessed: null, span: null, episodes: noEpisodes };

/** What reading one or more instants gave. */
export interface ReadOn {
  readonly reading: Reading;
  /** The spans that ended for good, oldest first. What is still open is `openSpans(reading)`. */
  readonly closed: readonly Span[];
  /** What was counted, oldest first. */
  readonly conversions: readonly Counted[];
}

const noSpans: readonly Span[] = [];
const noConversions: readonly Counted[] = [];

/**
 * Reads all facts of one instant, in the order of `compareFacts`. Stances are compared at instants' ends, so a stance that
 * came and went within one instant is no span and no passage.
 *
 * Whoever stores spans: when a fact arrives that is dated at or before `reading.at`, go back to a reading from before the
 * fact's instant, discard the spans with `from` >= that reading's `span.from` (all of them where it has none), read on, and
 * store every `closed` span and the last reading's `openSpans`.
 *
 * @throws RangeError where the instant is not after the last one that was read, or the facts are not of one instant.
 */
export function readInstant(reading: Reading, facts: readonly StandingFact[], rules: Rules): ReadOn {
  const at = facts[0]?.at;
  if (at === undefined) return { reading, closed: noSpans, conversions: noConversions };
  if (reading.at !== null && at <= reading.at) {
    throw new RangeError(`the instant ${at} is not after ${reading.at}, which has been read`);
  }
  const lapse = lapseOf(reading);
  const lapsed = lapse !== null && lapse < at;
  const shown = lapsed ? lapsedSpan(lapse) : reading.span;
  const before = shown?.stance ?? 'unknown';

  // A lapse at this very instant shows only if no fact of the instant undoes it; then it came by itself all the same.
  let stance = lapse === at ? 'supporter' : before;
  let because: string | null = null;
  let assessedBy: string | null = null;
  let { tone, assessed } = reading;
  const after: Stance[] = [];
  for (const fact of facts) {
    if (fact.at !== at) throw new RangeError(`${fact.factId} is not of the instant ${at}`);
    if (fact.kind === 'expression') tone = express(tone, fact, rules.tone);
    else assessed = fact.kind === 'assessment' ? { stance: fact.stance, by: fact.by } : null;
    const now = assessed === null ? stanceByTone(tone, at) : assessed.stance;
    if (now !== stance) {
      stance = now;
      because = fact.factId;
      assessedBy = assessed === null ? null : assessed.by;
    }
    after.push(stance);
  }

  const passed = stance !== before;
  const span = passed ? { stance, from: at, until: null, previous: before, because, assessedBy } : shown;
  const { reading: episodes, counted } = readEpisodes(reading.episodes, { at, before, facts, after }, rules.conversion);
  return {
    reading: { at, tone, assessed, span, episodes },
    closed: lapsed || passed ? closedAt(reading, at, passed) : noSpans,
    conversions: counted === null ? noConversions : [counted],
  };
}

/** Facts that are in the order of `compareFacts`, all after `reading.at`, read on from a reading. */
export function readOn(reading: Reading, ordered: readonly StandingFact[], rules: Rules): ReadOn {
  let last = reading;
  const closed: Span[] = [];
  const conversions: Counted[] = [];
  for (const facts of instantsOf(ordered)) {
    const next = readInstant(last, facts, rules);
    last = next.reading;
    closed.push(...next.closed);
    conversions.push(...next.conversions);
  }
  return { reading: last, closed, conversions };
}

/** A whole history, in any order: every span, the open ones last, and everything counted. */
export function readAll(
  facts: readonly StandingFact[],
  rules: Rules = rulesV1,
): { reading: Reading; spans: readonly Span[]; conversions: readonly Counted[] } {
  const { reading, closed, conversions } = readOn(initialReading, facts.toSorted(compareFacts), rules);
  return { reading, spans: [...closed, ...openSpans(reading)], conversions };
}

/**
 * The spans from the one that held at `reading.at` on, as they will be if nothing more is said: none before the first fact,
 * one, or two where the rule's advocate will lapse into a supporter by themselves.
 */
export function openSpans(reading: Reading): readonly Span[] {
  const { span } = reading;
  if (span === null) return noSpans;
  const lapse = lapseOf(reading);
  return lapse === null ? [span] : [{ ...span, until: lapse }, lapsedSpan(lapse)];
}

/** Where a stakeholder stands at a moment. */
export interface Standing {
  readonly stance: Stance;
  /** T of `tone-v1` as of the last expression, -1 to 1, to 9 decimals; null without one. The rule's, whoever says the stance. */
  readonly tone: number | null;
  /** Since when the stance holds, in milliseconds; null where there never was a fact. */
  readonly since: number | null;
  /** The fact from which on it holds; null where an advocate lapsed by itself, or there never was a fact. */
  readonly because: string | null;
  /** The name of the rule that says so now; null while a person's assessment holds. */
  readonly rule: string | null;
  /** The person whose assessment holds now; null where the rule says so. */
  readonly assessedBy: string | null;
  /** Where the rule, underneath, stands. Equal to `stance` while no person's assessment holds. */
  readonly ruleStance: Stance;
  /** A person's assessment holds, and the rule has evidence and stands two rungs away from it or more. */
  readonly disputed: boolean;
}

/**
 * The standing at a moment, in milliseconds, after everything that was read.
 *
 * @throws RangeError where the moment lies before the last instant that was read: an earlier reading answers that.
 */
export function standingAt(reading: Reading, at: number, rules: Rules = rulesV1): Standing {
  if (reading.at !== null && at < reading.at)
    throw new RangeError(`${at} lies before ${reading.at}, which has been read`);
  const { tone, assessed } = reading;
  const lapse = lapseOf(reading);
  const span = lapse !== null && lapse <= at ? lapsedSpan(lapse) : reading.span;
  const stance = span?.stance ?? 'unknown';
  const ruleStance = stanceByTone(tone, at);
  return {
    stance,
    tone: toneOf(tone, rules.tone),
    since: span?.from ?? null,
    because: span?.because ?? null,
    rule: assessed === null ? rules.tone.name : null,
    assessedBy: assessed?.by ?? null,
    ruleStance,
    disputed: rungsApart(stance, ruleStance) >= 2,
  };
}

/** When the span that is shown ends by itself: the rule's advocate does, a person's does not. */
function lapseOf({ span, assessed, tone }: Reading): number | null {
  return span?.stance === 'advocate' && assessed === null ? tone.advocateUntil : null;
}

function lapsedSpan(lapse: number): Span {
  return { stance: 'supporter', from: lapse, until: null, previous: 'advocate', because: null, assessedBy: null };
}

/** What of the open spans ended before an instant, or at it where the stance passed to another there. */
function closedAt(reading: Reading, at: number, passed: boolean): readonly Span[] {
  return openSpans(reading)
    .filter(({ from, until }) => from < at && ((until !== null && until < at) || passed))
    .map((span) => ({ ...span, until: span.until === null || span.until > at ? at : span.until }));
}
