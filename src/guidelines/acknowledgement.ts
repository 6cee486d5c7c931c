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
  /** By version, the earliest date on which it was acknowledged. */
  readonly acknowledged: ReadonlyMap<number, string>;
  readonly retracted: ReadonlySet<number>;
}

/** The versions of each guideline that a person of ours has acknowledged, and those of which that was mistaken, by the guideline's id. */
export type Acknowledgements = ReadonlyMap<string, Versions>;

const none: Versions = { acknowledged: new Map(), retracted: new Set() };

/** The newest version of a guideline that they have acknowledged; 0 for none. */
export const newestAcknowledged = (state: Acknowledgements, guidelineId: string): number =>
  Math.max(0, ...(state.get(guidelineId) ?? none).acknowledged.keys());

/**
 * What one person of ours has read and keeps to. Who has acknowledged a version has those before it, from that date on: so an
 * older version, or the same one, says something new where its date is earlier. An acknowledgement that was mistaken is retracted,
 * all that was said of that version: then they have what they had acknowledged besides, and may acknowledge that version again.
 */
export const acknowledgements: Decider<
  Acknowledgements,
  AcknowledgementRequest,
  AcknowledgementFact,
  AcknowledgementRefusal
> = {
  category: 'acknowledgement',
  initialState: new Map(),

  evolve: (state, { type, data }) => {
    const { guidelineId, version } = data;
    const versions = state.get(guidelineId) ?? none;
    const acknowledged = new Map(versions.acknowledged);
    const retracted = new Set(versions.retracted);
    if (type === 'GuidelineAcknowledged') {
      acknowledged.set(version, data.occurredAt);
      retracted.delete(version);
    } else {
      acknowledged.delete(version);
      retracted.add(version);
    }
    return new Map(state).set(guidelineId, { acknowledged, retracted });
  },

  decide: ({ type, data }, state) => {
    const { guidelineId, version } = data;
    const { acknowledged, retracted } = state.get(guidelineId) ?? none;
    switch (type) {
      case 'AcknowledgeGuideline': {
        // Dates of one form and length: their order is that of time.
        const known = [...acknowledged].some(([its, at]) => its >= version && at <= data.occurredAt);
        return known ? [] : [{ type: 'GuidelineAcknowledged', data }];
      }
      case 'RetractAcknowledgement':
        if (acknowledged.has(version)) return [{ type: 'AcknowledgementRetracted', data }];
        // Asked twice: nothing happened.
        return retracted.has(version) ? [] : { refused: 'AcknowledgementNotFound' };
    }
  },
};
