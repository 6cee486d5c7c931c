import { type Act, advocacyActs } from '../interactions/interaction.js';
import type { Stance } from '../relationships/relationship.js';
import type { Channel } from '../stakeholders/handle.js';
import type { Expression } from './facts-of-standing.js';

const dayMs = 86_400_000;

/** A stance rule of the family of `tone-v1`: its name and its numbers. Another value is another rule (a what-if). */
export interface ToneRule {
  readonly name: string;
  /** After how long an expression weighs half, in milliseconds; above 0. */
  readonly halfLifeMs: number;
  /** T, -1 to 1: a detractor is at or below. */
  readonly detractorMax: number;
  /** T: a critic is at or below, and above `detractorMax`. */
  readonly criticMax: number;
  /** T: a supporter is at or above; between `criticMax` and this is neutral. */
  readonly supporterMin: number;
  /** How far beyond a threshold T has to be to pass it; above 0. The first expression is exempt. */
  readonly hysteresis: number;
  /** The weight of the neutral evidence that everybody begins with; above 0. The more, the more it takes to move T. */
  readonly priorWeight: number;
  /** The advocacy acts: some of `possibleAdvocacyActs`. */
  readonly acts: readonly Act[];
  /** The tone, -1 to 1, that an advocacy act without a tone counts as. */
  readonly actTone: number;
  /** For how long an advocacy act makes an advocate of a supporter, in milliseconds. */
  readonly actSpanMs: number;
  /** What an expression weighs when it is heard, by its channel and by its act, at least 0; what is left out weighs 1. */
  readonly channelWeights: Weights<Channel>;
  readonly actWeights: Weights<Act>;
}

export type Weights<Word extends string> = Readonly<Partial<Record<Word, number>>>;

/** What a rule may count as an advocacy act: these are facts of standing without a tone, too. */
export const possibleAdvocacyActs = [...advocacyActs, 'praise', 'share', 'link', 'contribution'] as const;

/** The stance rule `tone-v1` (product.md, 'The stance rule tone-v1'). */
export const toneV1: ToneRule = {
  name: 'tone-v1',
  halfLifeMs: 60 * dayMs,
  detractorMax: -0.5,
  criticMax: -0.15,
  supporterMin: 0.15,
  hysteresis: 0.02,
  priorWeight: 1,
  acts: advocacyActs,
  actTone: 0.5,
  actSpanMs: 180 * dayMs,
  channelWeights: {},
  actWeights: {},
};

/** The stances that T alone decides. Advocate is supporter, with an act. */
export type Band = 'detractor' | 'critic' | 'neutral' | 'supporter';

/** What the stance rule remembers of all expressions so far: plain JSON, of constant size. */
export interface ToneReading {
  /** sum(w s) at the last expression. */
  readonly weighed: number;
  /** sum(w) at the last expression. */
  readonly weight: number;
  /** The instant of the last expression, in milliseconds; null before the first. */
  readonly expressedAt: number | null;
  readonly band: Band | null;
  /** The instant from which the last act makes no advocate any more, in milliseconds; null without an act. */
  readonly advocateUntil: number | null;
}

export const unheard: ToneReading = { weighed: 0, weight: 0, expressedAt: null, band: null, advocateUntil: null };

/**
 * The reading after one more expression, which must not lie before the last one. Between two expressions both sums shrink
 * by 2^(-time / half-life); then the new one is added with its weight, 1 unless the rule says otherwise. What has neither a
 * tone nor an act of the rule's says nothing, and what weighs nothing is not heard.
 */
export function express(reading: ToneReading, expression: Expression, rule: ToneRule): ToneReading {
  const { at, tone } = expression;
  const act = rule.acts.includes(expression.act);
  if (tone === null && !act) return reading;
  const own = weightOf(expression, rule);
  if (own === 0) return reading;
  const elapsed = reading.expressedAt === null ? 0 : at - reading.expressedAt;
  const decay = Math.pow(2, -elapsed / rule.halfLifeMs);
  // JSON knows no -0, and a reading that was stored must go on as one that was not: adding 0 makes it 0.
  const weighed = reading.weighed * decay + own * (tone ?? rule.actTone) + 0;
  const weight = reading.weight * decay + own;
  return {
    weighed,
    weight,
    expressedAt: at,
    band: bandAfter(reading.band, tOf(weighed, weight, rule), rule),
    advocateUntil: act ? at + rule.actSpanMs : reading.advocateUntil,
  };
}

/** T = sum(w s) / (prior + sum(w)) as of the last expression, -1 to 1, rounded to 9 decimals; null before the first. */
export function toneOf({ weighed, weight, expressedAt }: ToneReading, rule: ToneRule = toneV1): number | null {
  return expressedAt === null ? null : tOf(weighed, weight, rule);
}

function tOf(weighed: number, weight: number, { priorWeight }: ToneRule): number {
  return round9(weighed / (priorWeight + weight));
}

/** Of what came on a channel that is not known (see `Expression`), the act alone tells. */
function weightOf({ channel, act }: Expression, { channelWeights, actWeights }: ToneRule): number {
  return (channel === null ? 1 : (channelWeights[channel] ?? 1)) * (actWeights[act] ?? 1);
}

/** Where the rule puts the stakeholder at a moment, in milliseconds, at or after the last expression. */
export function stanceByTone({ band, advocateUntil }: ToneReading, at: number): Stance {
  if (band === 'supporter' && advocateUntil !== null && at < advocateUntil) return 'advocate';
  return band ?? 'unknown';
}

/** To 9 decimals, so that T meets a threshold on every machine, whatever order the last bits were lost in. Never -0. */
export function round9(value: number): number {
  return Math.round(value * 1e9) / 1e9 + 0;
}

function bandAfter(before: Band | null, tone: number, rule: ToneRule): Band {
  return before === null ? firstBand(tone, rule) : nextBand(before, tone, rule);
}

function firstBand(tone: number, { detractorMax, criticMax, supporterMin }: ToneRule): Band {
  if (tone <= detractorMax) return 'detractor';
  if (tone <= criticMax) return 'critic';
  return tone < supporterMin ? 'neutral' : 'supporter';
}

/** Each line passes one threshold, so that a band is left only over its neighbour. */
function nextBand(before: Band, tone: number, { detractorMax, criticMax, supporterMin, hysteresis }: ToneRule): Band {
  let band = before;
  if (band === 'detractor' && tone >= round9(detractorMax + hysteresis)) band = 'critic';
  if (band === 'critic' && tone >= round9(criticMax + hysteresis)) band = 'neutral';
  if (band === 'neutral' && tone >= round9(supporterMin + hysteresis)) band = 'supporter';
  if (band === 'supporter' && tone <= round9(supporterMin - hysteresis)) band = 'neutral';
  if (band === 'neutral' && tone <= round9(criticMax - hysteresis)) band = 'critic';
  if (band === 'critic' && tone <= round9(detractorMax - hysteresis)) band = 'detractor';
  return band;
}
