import { parse, v5 as uuidV5 } from 'uuid';
import { type Act, advocacyActs } from '../interactions/interaction.js';
import type { Stance } from '../relationships/relationship.js';
import { isAgainst, isFor, type StandingFact } from './facts-of-standing.js';

/** Stored and sent names, and part of a conversion's id: never change them. */
export const conversionKinds = [
  'defused',
  'won-over',
  'converted',
  'activated',
  'relapsed',
  'resurfaced',
  'lost',
] as const;
export type ConversionKind = (typeof conversionKinds)[number];

/** A conversion rule of the family of `advocacy-v1`. Another value is another rule (a what-if). */
export interface ConversionRule {
  readonly name: string;
  /** An expression is positive when its tone, -1 to 1, is above this. */
  readonly positiveAbove: number;
  /** Expressions that are one of these acts are always positive, and so are assessments. */
  readonly acts: readonly Act[];
  /** Which rungs of an episode are counted; a rung that is not is as if it were jumped over. */
  readonly rungs: readonly Rung[];
}

/** The rungs of an episode, lowest first. */
export const rungs = ['defused', 'won-over', 'converted'] as const satisfies readonly ConversionKind[];
export type Rung = (typeof rungs)[number];

/** The conversion rule `advocacy-v1` (product.md, 'The conversion rule advocacy-v1'). */
export const advocacyV1: ConversionRule = { name: 'advocacy-v1', positiveAbove: 0, acts: advocacyActs, rungs };

/** A passage that the rule counts. */
export interface Counted {
  readonly kind: ConversionKind;
  /** The instant at which it counts, in milliseconds. */
  readonly at: number;
  /** The fact that made it count. */
  readonly because: string;
  /** Under whom that fact was recorded, where several are one. */
  readonly whose?: number;
  /**
   * The fact that opened the episode in which it counts; for a relapse and a resurgence, the episode that ended. Null for
   * an activation and a loss: neither ends nor lies in an episode.
   */
  readonly since: string | null;
  /** When that fact happened, in milliseconds. */
  readonly sinceAt: number | null;
  /** From when the span holds which opened that episode. An episode opens at an instant's end, so it is always `sinceAt`. */
  readonly episodeFrom: number | null;
}

/** The time since a stakeholder turned against us. */
interface Episode {
  readonly openedBy: string;
  readonly from: number;
  /** The highest rung counted so far: 0 none, 1 defused, 2 won over, 3 converted. */
  readonly counted: number;
  /** Whether it reached supporter or advocate, counted or not. */
  readonly reachedFor: boolean;
}

/** What the conversion rule remembers: plain JSON, of constant size. */
export interface EpisodesReading {
  /** The open episode; from the first turning against us on there always is one. */
  readonly episode: Episode | null;
  /** Whether the stakeholder was ever for us. */
  readonly everFor: boolean;
  readonly activated: boolean;
}

export const noEpisodes: EpisodesReading = { episode: null, everFor: false, activated: false };

/** One instant: the standing just before it, its facts in order, and the standing after each of them. Neither is empty. */
export interface InstantOfStanding {
  readonly at: number;
  readonly before: Stance;
  readonly facts: readonly StandingFact[];
  readonly after: readonly Stance[];
}

/** What an instant made of the reading, and what it made count: one passage at most. */
export interface EpisodesAfter {
  readonly reading: EpisodesReading;
  readonly counted: Counted | null;
}

/** Reads the standing at an instant's end against the one before it: what came and went within the instant is no passage. */
export function readEpisodes(
  reading: EpisodesReading,
  instant: InstantOfStanding,
  rule: ConversionRule,
): EpisodesAfter {
  const stance = instant.after.at(-1) ?? instant.before;
  if (isAgainst(stance)) {
    return isAgainst(instant.before) ? { reading, counted: null } : turnAgainst(reading, instant);
  }
  const standing = isFor(stance) ? rememberFor(reading) : reading;
  return standing.episode === null
    ? activate(standing, stance, instant, rule)
    : climb(standing, standing.episode, stance, instant, rule);
}

function rememberFor(reading: EpisodesReading): EpisodesReading {
  const { episode, everFor } = reading;
  if (everFor && (episode === null || episode.reachedFor)) return reading;
  return { ...reading, everFor: true, episode: episode && { ...episode, reachedFor: true } };
}

function turnAgainst(reading: EpisodesReading, instant: InstantOfStanding): EpisodesAfter {
  const { at } = instant;
  const because = firstToStayAgainst(instant);
  const opened = { ...reading, episode: { openedBy: because.factId, from: at, counted: 0, reachedFor: false } };
  const ended = reading.episode;
  if (ended !== null) {
    return { reading: opened, counted: inEpisode(ended.reachedFor ? 'relapsed' : 'resurfaced', at, because, ended) };
  }
  return { reading: opened, counted: reading.everFor ? outsideEpisodes('lost', at, because) : null };
}

function activate(
  reading: EpisodesReading,
  stance: Stance,
  instant: InstantOfStanding,
  rule: ConversionRule,
): EpisodesAfter {
  if (stance !== 'advocate' || reading.activated) return { reading, counted: null };
  const because = firstPositiveAt(stance, instant, rule);
  if (because === null) return { reading, counted: null };
  return { reading: { ...reading, activated: true }, counted: outsideEpisodes('activated', instant.at, because) };
}

const rungOf: Record<Stance, number> = { unknown: 0, detractor: 0, critic: 0, neutral: 1, supporter: 2, advocate: 3 };

function climb(
  reading: EpisodesReading,
  episode: Episode,
  stance: Stance,
  instant: InstantOfStanding,
  rule: ConversionRule,
): EpisodesAfter {
  const rung = rungOf[stance];
  if (rung <= episode.counted) return { reading, counted: null };
  const kind = stance === 'neutral' ? 'defused' : stance === 'supporter' ? 'won-over' : 'converted';
  if (!rule.rungs.includes(kind)) return { reading, counted: null };
  const because = firstPositiveAt(stance, instant, rule);
  if (because === null) return { reading, counted: null };
  return {
    reading: { ...reading, episode: { ...episode, counted: rung } },
    counted: inEpisode(kind, instant.at, because, episode),
  };
}

function inEpisode(kind: ConversionKind, at: number, because: StandingFact, { openedBy, from }: Episode): Counted {
  return { kind, at, ...causeOf(because), since: openedBy, sinceAt: from, episodeFrom: from };
}

function outsideEpisodes(kind: ConversionKind, at: number, because: StandingFact): Counted {
  return { kind, at, ...causeOf(because), since: null, sinceAt: null, episodeFrom: null };
}

function causeOf({ factId: because, whose }: StandingFact): Pick<Counted, 'because' | 'whose'> {
  return whose === undefined ? { because } : { because, whose };
}

/** The fact of an instant from which the standing stays against us until the instant's end. */
function firstToStayAgainst({ at, facts, after }: InstantOfStanding): StandingFact {
  const fact = facts[after.findLastIndex((stance) => !isAgainst(stance)) + 1];
  if (fact === undefined) throw new RangeError(`nothing at ${at} turned against us`);
  return fact;
}

/** The first positive fact of an instant after which the standing is the given one; null where none is. */
function firstPositiveAt(
  stance: Stance,
  { facts, after }: InstantOfStanding,
  rule: ConversionRule,
): StandingFact | null {
  const index = facts.findIndex((fact, i) => after[i] === stance && isPositive(fact, rule));
  return facts[index] ?? null;
}

function isPositive(fact: StandingFact, { positiveAbove, acts }: ConversionRule): boolean {
  switch (fact.kind) {
    case 'expression':
      return acts.includes(fact.act) || (fact.tone !== null && fact.tone > positiveAbove);
    case 'assessment':
      return true;
    case 'withdrawal':
      return false;
  }
}

/** The namespace of conversion ids (RFC 9562, section 5.5). Never change it: ids that clients keep are made with it. */
const conversions = parse('5d0c6f1e-6a0b-4f0e-9c7b-3e5d0f6b8a21');

/**
 * A conversion's id: UUID v5 of who, under which rule, what and because of which fact. It stays itself when others are
 * re-read, and the same under every replay.
 */
export function conversionId(of: {
  stakeholderId: string;
  rule: string;
  kind: ConversionKind;
  because: string;
}): string {
  return uuidV5(JSON.stringify([of.stakeholderId, of.rule, of.kind, of.because]), conversions);
}
