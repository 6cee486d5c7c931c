import { removalEffects } from './markov-chain.js';

/** Stored and sent names: never change them. Each is a definition with a version, which changes when the formula does. */
export const attributionModels = ['first', 'last', 'linear', 'time-decay', 'position', 'markov'] as const;
export type AttributionModel = (typeof attributionModels)[number];

/** The definition by which a model gave its credits. */
export const attributionDefinition = (model: AttributionModel): string => `${model}-v1`;

/** One of our touches on the way to a conversion. */
export interface JourneyTouch<Group> {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** What is credited: an act, a channel, an owner. Compared as a key of a Map. */
  readonly group: Group;
}

/** The way from the fact that opened an episode to what counted. */
export interface Journey<Group> {
  /** When it counted, in milliseconds. */
  readonly at: number;
  /** Oldest first; none where nobody of ours touched them in between. */
  readonly touches: readonly JourneyTouch<Group>[];
}

export interface Attributing<Group> {
  /** Of `time-decay`: a touch so many days earlier weighs half. */
  readonly halfLifeDays: number;
  /** Of `markov`: the touches, oldest first, of ways that led to no conversion. */
  readonly unconverted: readonly (readonly Group[])[];
}

/** What a model credits. Credits and `unattributed` sum to the number of journeys, each of which is worth 1. */
export interface Attributed<Group> {
  readonly credits: ReadonlyMap<Group, number>;
  /** Journeys without a touch. */
  readonly unattributed: number;
}

export const halfLifeDaysDefault = 7;
const dayMs = 86_400_000;

/**
 * Shares the credit for conversions among our touches. It says association, not cause. The models, as the field's
 * tools and literature define them (Shao and Li, KDD 2011, for the rules; Anderl et al., IJRM 33(3), 2016, for the chain):
 *
 * - `first`, `last`: all to the first or the last touch.
 * - `linear`: the same to each.
 * - `time-decay`: in proportion to 2^(-days before the conversion / half-life).
 * - `position`: 0.4 to the first and to the last, 0.2 shared by those between; halves where there are two.
 * - `markov`: every conversion with a touch is shared, among all that touched one of those asked about, in proportion to
 *   their removal effects in the chain of these journeys and of the unconverted ones.
 */
export function attribute<Group>(
  model: AttributionModel,
  journeys: readonly Journey<Group>[],
  { halfLifeDays, unconverted }: Attributing<Group>,
): Attributed<Group> {
  const touched = journeys.filter(({ touches }) => touches.length > 0);
  const unattributed = journeys.length - touched.length;
  if (model === 'markov') return { credits: byRemoval(touched, unconverted), unattributed };
  const credits = new Map<Group, number>();
  for (const journey of touched) {
    const shares = sharesOf(model, journey, halfLifeDays);
    for (const [index, { group }] of journey.touches.entries()) credit(credits, group, shares[index] ?? 0);
  }
  return { credits, unattributed };
}

/** The shares of one journey's touches, in their order: they sum to 1 where there is a touch. */
export function sharesOf(
  model: Exclude<AttributionModel, 'markov'>,
  { at, touches }: Journey<unknown>,
  halfLifeDays: number,
): readonly number[] {
  const last = touches.length - 1;
  switch (model) {
    case 'first':
      return touches.map((_, index) => (index === 0 ? 1 : 0));
    case 'last':
      return touches.map((_, index) => (index === last ? 1 : 0));
    case 'linear':
      return touches.map(() => 1 / touches.length);
    case 'time-decay': {
      // Told from the last touch: however long ago all of them were, one weighs 1.
      const nearest = touches.at(-1)?.at ?? at;
      return proportional(touches.map((touch) => 2 ** (-(nearest - touch.at) / dayMs / halfLifeDays)));
    }
    case 'position':
      if (touches.length <= 2) return touches.map(() => 1 / touches.length);
      return touches.map((_, index) => (index === 0 || index === last ? 0.4 : 0.2 / (touches.length - 2)));
  }
}

function byRemoval<Group>(
  touched: readonly Journey<Group>[],
  unconverted: readonly (readonly Group[])[],
): ReadonlyMap<Group, number> {
  const converted = touched.map(({ touches }) => ({ touches: touches.map(({ group }) => group), converted: true }));
  const paths = [...converted, ...unconverted.map((touches) => ({ touches, converted: false }))];
  const { removalEffect } = removalEffects(paths);
  // By way of another's steps the chain comes to a conversion also from what touched none: that takes no part.
  const groups = [...new Set(converted.flatMap(({ touches }) => touches))];
  const shares = proportional(groups.map((group) => removalEffect.get(group) ?? 0));
  return new Map(groups.map((group, index) => [group, (shares[index] ?? 0) * touched.length]));
}

function proportional(weights: readonly number[]): readonly number[] {
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}

function credit<Group>(credits: Map<Group, number>, group: Group, share: number): void {
  credits.set(group, (credits.get(group) ?? 0) + share);
}
