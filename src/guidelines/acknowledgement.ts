import type { Decider, Refusal } from '../event-sourcing/decider.js';
import type { Fact } from '../event-sourcing/fact.js';

/** Whose acknowledgement, and of what. */
interface Acknowledged {
  readonly colleagueId: string;
  readonly guidelineId: string;
  readonly version: number;
}

// Stored names and shapes: add to them, never change them. The reason of a retraction stands in its provenance.
export type AcknowledgementFact =
  | Fact<
      'GuidelineAcknowledged',
      Acknowledged & {
        /** RFC 3339, UTC, milliseconds. */
        readonly occurredAt: string;
      }
    >
  | Fact<'AcknowledgementRetracted', Acknowledged>;

export type AcknowledgementRequest =
  | Fact<'AcknowledgeGuideline', Acknowledged & { readonly occurredAt: string }>
  | Fact<'RetractAcknowledgement', Acknowledged>;

export type AcknowledgementRefusal = Refusal<'AcknowledgementNotFound'>;

interface Versions {
  readonly acknowledged: readonly number[];
  readonly retracted: readonly number[];
}

/** The versions of each guideline that a person of ours has acknowledged, and those of which that was mistaken, by the guideline's id. */
export type Acknowledgements = ReadonlyMap<string, Versions>;

const none: Versions = { acknowledged: [], retracted: [] };

const without = (versions: readonly number[], version: number): readonly number[] =>
  versions.filter((each) => each !== version);

/** The newest version of a guideline that they have acknowledged; 0 for none. */
export const newestAcknowledged = (state: Acknowledgements, guidelineId: string): number =>
  Math.max(0, ...(state.get(guidelineId) ?? none).acknowledged);

/**
 * What one person of ours has read and keeps to. Who has acknowledged a version has those before it. An acknowledgement that was
 * mistaken is retracted: then they have what they had acknowledged besides, and may acknowledge that version again.
 */
export const acknowledgements: Decider<
  Acknowledgements,
  AcknowledgementRequest,
  AcknowledgementFact,
  AcknowledgementRefusal
> = {
  category: 'acknowledgement',
  initialState: new Map(),

  evolve: (state, { type, data: { guidelineId, version } }) => {
    const { acknowledged, retracted } = state.get(guidelineId) ?? none;
    return new Map(state).set(
      guidelineId,
      type === 'GuidelineAcknowledged'
        ? { acknowledged: [...acknowledged, version], retracted: without(retracted, version) }
        : { acknowledged: without(acknowledged, version), retracted: [...retracted, version] },
    );
  },

  decide: ({ type, data }, state) => {
    const { guidelineId, version } = data;
    switch (type) {
      case 'AcknowledgeGuideline':
        return newestAcknowledged(state, guidelineId) >= version ? [] : [{ type: 'GuidelineAcknowledged', data }];
      case 'RetractAcknowledgement': {
        const { acknowledged, retracted } = state.get(guidelineId) ?? none;
        if (acknowledged.includes(version)) return [{ type: 'AcknowledgementRetracted', data }];
        // Asked twice: nothing happened.
        return retracted.includes(version) ? [] : { refused: 'AcknowledgementNotFound' };
      }
    }
  },
};
