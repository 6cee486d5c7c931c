import type { Decider, Refusal } from '../event-sourcing/decider.js';
import type { Fact } from '../event-sourcing/fact.js';

// Stored names and shapes: add to them, never change them.
export type AcknowledgementFact = Fact<
  'GuidelineAcknowledged',
  {
    readonly colleagueId: string;
    readonly guidelineId: string;
    readonly version: number;
    /** RFC 3339, UTC, milliseconds. */
    readonly occurredAt: string;
  }
>;

export type AcknowledgementRequest = Fact<'AcknowledgeGuideline', AcknowledgementFact['data']>;

/** The newest version of each guideline that a person of ours has acknowledged, by the guideline's id. */
export type Acknowledgements = ReadonlyMap<string, number>;

/** What one person of ours has read and keeps to. Who has acknowledged a version has those before it. */
export const acknowledgements: Decider<
  Acknowledgements,
  AcknowledgementRequest,
  AcknowledgementFact,
  Refusal<never>
> = {
  category: 'acknowledgement',
  initialState: new Map(),
  evolve: (state, { data: { guidelineId, version } }) => new Map(state).set(guidelineId, version),
  decide: ({ data }, state) =>
    (state.get(data.guidelineId) ?? 0) >= data.version ? [] : [{ type: 'GuidelineAcknowledged', data }],
};
