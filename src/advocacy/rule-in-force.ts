import type { Decider, Refusal } from '../event-sourcing/decider.js';
import type { Fact } from '../event-sourcing/fact.js';

/** What a rule decides: where somebody stands, or which passages count. */
export type RuleFor = 'stance' | 'conversion';

// Stored names and shapes: add to them, never change them.
export type RuleFact = Fact<
  'RulePutInForce',
  { readonly decides: RuleFor; /** Name with version, as `tone-v1`. */ readonly rule: string }
>;

/** Which rule is in force is a recorded fact: one stream for each thing that rules decide. */
export const ruleInForce: Decider<string | null, RuleFact, RuleFact, Refusal<never>> = {
  category: 'rule',
  initialState: null,
  evolve: (_, { data }) => data.rule,
  decide: (request, rule) => (rule === request.data.rule ? [] : [request]),
};
