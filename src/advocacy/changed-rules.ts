import { createHash } from 'node:crypto';
import type { ConversionRule } from './advocacy-v1.js';
import type { ToneRule } from './tone-v1.js';

/** A rule's parameters: all but its name. */
export type ParametersOf<Rule extends { readonly name: string }> = Omit<Rule, 'name'>;

/**
 * The rule with some of its parameters changed. What it comes to stands in its name, so that the same parameters have the
 * same name: `tone-v1+3f0c9a52`. Where nothing changes, it is the rule itself.
 */
export function changedRule<Rule extends ToneRule | ConversionRule>(
  rule: Rule,
  changes: Partial<ParametersOf<Rule>>,
): Rule {
  const changed = { ...rule, ...changes };
  const { name: _, ...parameters } = changed;
  const { name, ...before } = rule;
  if (sameParameters(parameters, before)) return rule;
  const digest = createHash('sha256').update(textOf(parameters)).digest('hex').slice(0, 8);
  return { ...changed, name: `${name}+${digest}` };
}

/** Whether two rules of one kind are the same but for their names. */
export function sameParameters(a: object, b: object): boolean {
  return textOf(a) === textOf(b);
}

/** In whatever order lists and weights stand that have none. */
function textOf(parameters: object): string {
  const ordered = Object.entries(parameters)
    .map(([parameter, value]) => [parameter, inOrder(value)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(ordered);
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.toSorted();
  if (typeof value !== 'object' || value === null) return value;
  // A weight of 1 says what is said where none stands.
  return Object.entries(value)
    .filter(([, weight]) => weight !== 1)
    .sort(([a], [b]) => (a < b ? -1 : 1));
}
