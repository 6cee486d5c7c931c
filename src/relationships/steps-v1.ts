import { type Step, steps } from './relationship.js';

/** The definition of what was skipped, with its version. */
export const stepsDefinition = 'steps-v1';

/** What is told of the order in which steps were taken. Sent names: add to them. */
export const stepFindings = [
  'acknowledged-before-listening',
  'engaged-before-listening',
  'engaged-before-acknowledging',
  'involved-before-listening',
  'involved-before-acknowledging',
  'involved-before-engaging',
  'never-involved',
] as const;
export type StepFinding = (typeof stepFindings)[number];

/** Which step came before which that should have come first; of `never-involved` there is none. */
export const passedOver: Readonly<Record<StepFinding, { readonly step: Step; readonly skipped: Step } | null>> = {
  'acknowledged-before-listening': { step: 'acknowledge', skipped: 'listen' },
  'engaged-before-listening': { step: 'engage', skipped: 'listen' },
  'engaged-before-acknowledging': { step: 'engage', skipped: 'acknowledge' },
  'involved-before-listening': { step: 'involve', skipped: 'listen' },
  'involved-before-acknowledging': { step: 'involve', skipped: 'acknowledge' },
  'involved-before-engaging': { step: 'involve', skipped: 'engage' },
  'never-involved': null,
};

/** A step on its date, in milliseconds since 1970. */
export interface DatedStep {
  readonly step: Step;
  readonly at: number;
}

/** When each step was first taken; those that never were are left out. */
export type FirstSteps = ReadonlyMap<Step, number>;

export const firstSteps = (taken: readonly DatedStep[]): FirstSteps => {
  const first = new Map<Step, number>();
  for (const { step, at } of taken) first.set(step, Math.min(at, first.get(step) ?? at));
  return first;
};

/** Earlier steps that had not been taken by the date of this one, as far as it is known now. */
export const skippedBy = ({ step, at }: DatedStep, first: FirstSteps): readonly Step[] =>
  steps.slice(0, steps.indexOf(step)).filter((earlier) => (first.get(earlier) ?? Infinity) > at);

/**
 * What is found by `steps-v1` of the steps that were taken, by their dates and not by when they were recorded:
 * - *X before Y*: X was first taken at a time by which Y, which comes earlier, was not. What was made up for later stays found;
 * - *never involved*: steps were taken, and none of them was to involve.
 */
export const findingsOf = (first: FirstSteps): readonly StepFinding[] => {
  if (first.size === 0) return [];
  return stepFindings.filter((finding) => {
    const over = passedOver[finding];
    if (over === null) return !first.has('involve');
    const at = first.get(over.step);
    return at !== undefined && skippedBy({ step: over.step, at }, first).includes(over.skipped);
  });
};
