import type { Refusal } from '../event-sourcing/decider.js';
import type { Fact } from '../event-sourcing/fact.js';
import type { Dated } from './dated.js';

/**
 * What a person of ours sees in a stakeholder: that they are heard (on a topic, or at all), that they can impose what they
 * want, that their claim is proper, that it cannot wait.
 */
export const attributes = ['influence', 'power', 'legitimacy', 'urgency'] as const;
export type Attribute = (typeof attributes)[number];

/** Which attribute; only influence may be of a topic, spelt exactly. */
interface Assessed {
  readonly attribute: Attribute;
  readonly topic: string | null;
}

// Stored names and shapes: add to them, never change them. Who assessed stands in the provenance of each, and why in its reason.
export type AttributeFact =
  | Fact<'AttributeAssessed', Dated & Assessed & { readonly present: boolean }>
  | Fact<'AttributeWithdrawn', Dated & Assessed>;

export type AttributeRequest =
  | Fact<'AssessAttribute', Dated & Assessed & { readonly present: boolean }>
  | Fact<'WithdrawAttribute', Dated & Assessed>;

export type AttributeRefusal = Refusal<'NoAttributeToWithdraw'>;

/**
 * The last word by a date holds, whether they have the attribute or have it not; the same again is a new fact: somebody
 * looked again. A withdrawal ends what holds at its date. A mistaken fact is retracted.
 * @param facts of the relationship that stand, in the order in which they were recorded.
 */
export const decideAttribute = (
  { type, data }: AttributeRequest,
  facts: readonly Fact<string, object>[],
): readonly AttributeFact[] | AttributeRefusal => {
  if (type === 'AssessAttribute') return [{ type: 'AttributeAssessed', data }];
  let last: AttributeFact | undefined;
  for (const fact of facts.filter(isAttributeFact)) {
    const { attribute, topic, occurredAt } = fact.data;
    if (attribute !== data.attribute || topic !== data.topic || occurredAt > data.occurredAt) continue;
    if (last === undefined || occurredAt >= last.data.occurredAt) last = fact;
  }
  return last?.type === 'AttributeAssessed'
    ? [{ type: 'AttributeWithdrawn', data }]
    : { refused: 'NoAttributeToWithdraw' };
};

export const isAttributeFact = (fact: Fact<string, object>): fact is AttributeFact => fact.type.startsWith('Attribute');
