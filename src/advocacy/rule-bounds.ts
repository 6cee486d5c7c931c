import { type Act, acts } from '../interactions/interaction.js';
import { channels } from '../stakeholders/handle.js';
import { type ConversionRule, rungs } from './advocacy-v1.js';
import { possibleAdvocacyActs, type ToneRule } from './tone-v1.js';

/** What is wrong with a parameter of a rule. */
export interface RuleFault {
  readonly parameter: string;
  readonly message: string;
}

const dayMs = 86_400_000;

/** The bounds of a stance rule's numbers, both inclusive; times in milliseconds. */
export const toneBounds = {
  halfLifeMs: [dayMs, 3_650 * dayMs],
  detractorMax: [-1, 1],
  criticMax: [-1, 1],
  supporterMin: [-1, 1],
  hysteresis: [0.001, 0.5],
  priorWeight: [0.01, 100],
  actTone: [-1, 1],
  actSpanMs: [dayMs, 3_650 * dayMs],
} as const satisfies Partial<Record<keyof ToneRule, readonly [number, number]>>;

/** The bounds of what an expression weighs by its channel, and by its act. */
export const weightBounds = [0, 10] as const;

/**
 * Everything that keeps numbers from being a stance rule: out of bounds; thresholds out of order, or so near each other
 * that a T between two of them would have passed both; acts and channels that there are not. Empty for a rule.
 */
export function toneFaults(rule: ToneRule): readonly RuleFault[] {
  return [
    ...Object.entries(toneBounds).flatMap(([parameter, bounds]) =>
      outOf(bounds, parameter, rule[parameter as keyof typeof toneBounds]),
    ),
    ...thresholdFaults(rule),
    ...amongFaults('acts', rule.acts, possibleAdvocacyActs),
    ...weightFaults('channelWeights', rule.channelWeights, channels),
    ...weightFaults('actWeights', rule.actWeights, acts),
  ];
}

/** Everything that keeps values from being a conversion rule. Empty for a rule. */
export function conversionFaults({
  positiveAbove,
  acts: positive,
  rungs: counted,
}: ConversionRule): readonly RuleFault[] {
  return [
    ...outOf([-1, 1], 'positiveAbove', positiveAbove),
    ...amongFaults('acts', positive, acts),
    ...amongFaults('rungs', counted, rungs),
    ...(counted.length === 0 ? [{ parameter: 'rungs', message: 'At least one rung is counted.' }] : []),
  ];
}

function thresholdFaults({ detractorMax, criticMax, supporterMin, hysteresis }: ToneRule): readonly RuleFault[] {
  const faults: RuleFault[] = [];
  if (!(detractorMax < criticMax)) faults.push({ parameter: 'criticMax', message: 'This lies above detractorMax.' });
  if (!(criticMax < supporterMin)) faults.push({ parameter: 'supporterMin', message: 'This lies above criticMax.' });
  const gap = Math.min(criticMax - detractorMax, supporterMin - criticMax);
  // A threshold is passed upwards at the one plus this, the next downwards at the other less this.
  if (faults.length === 0 && !(2 * hysteresis <= gap + 1e-9))
    faults.push({ parameter: 'hysteresis', message: 'This is at most half of what lies between two thresholds.' });
  return faults;
}

function outOf([least, most]: readonly [number, number], parameter: string, value: number): readonly RuleFault[] {
  return value >= least && value <= most
    ? []
    : [{ parameter, message: `This lies from ${told(parameter, least, most)}.` }];
}

/** Bounds as whoever gives the parameter knows them: times in days. */
function told(parameter: string, least: number, most: number): string {
  return parameter.endsWith('Ms') ? `${least / dayMs} to ${most / dayMs} days` : `${least} to ${most}`;
}

function amongFaults(parameter: string, given: readonly string[], possible: readonly string[]): readonly RuleFault[] {
  const faults = given
    .filter((word) => !possible.includes(word))
    .map((word) => ({ parameter, message: `${spelt(word)} is not possible here: ${possible.map(spelt).join(', ')}.` }));
  return new Set(given).size === given.length ? faults : [...faults, { parameter, message: 'Each stands here once.' }];
}

/** A word as whoever gives it spells it: `won-over` is `WON_OVER`. */
const spelt = (word: string): string => word.toUpperCase().replaceAll('-', '_');

function weightFaults(
  parameter: string,
  weights: Readonly<Partial<Record<Act | (typeof channels)[number], number>>>,
  possible: readonly string[],
): readonly RuleFault[] {
  const given = Object.entries(weights);
  return [
    ...amongFaults(
      parameter,
      given.map(([word]) => word),
      possible,
    ),
    ...given.flatMap(([, weight]) => outOf(weightBounds, parameter, weight)),
  ];
}
