import type { Decider, Refusal } from '../event-sourcing/decider.js';
import type { Fact } from '../event-sourcing/fact.js';
import type { Channel } from '../stakeholders/handle.js';

/** What holds on one channel or, where it has manners of its own, on one site of it. */
export interface GuidelineRule {
  readonly channel: Channel;
  /** Null: on all of the channel. */
  readonly site: string | null;
  readonly text: string;
}

interface Content {
  readonly name: string;
  readonly text: string;
  readonly rules: readonly GuidelineRule[];
}

interface Dated {
  readonly guidelineId: string;
  /** From when on: RFC 3339, UTC, milliseconds. */
  readonly occurredAt: string;
}

// Stored names and shapes: add to them, never change them. The reason of each stands in its provenance.
export type GuidelineFact =
  | Fact<'GuidelinePublished', Dated & Content & { /** 1, 2, 3 and so on. */ readonly version: number }>
  | Fact<'GuidelineWithdrawn', Dated>;

export type GuidelineRequest =
  | Fact<
      'PublishGuideline',
      Dated & Content & { /** Whether it is new; another is to be there. */ readonly isNew: boolean }
    >
  | Fact<'WithdrawGuideline', Dated>;

export type GuidelineRefusal = Refusal<'GuidelineNotFound'>;

export interface Guideline {
  /** The newest version's number; 0: never published. */
  readonly version: number;
  readonly withdrawn: boolean;
  readonly content: Content | null;
}

/** How our people engage with others: in versions, each of which holds from its date until the next, or until it is withdrawn. */
export const guideline: Decider<Guideline, GuidelineRequest, GuidelineFact, GuidelineRefusal> = {
  category: 'guideline',
  initialState: { version: 0, withdrawn: false, content: null },

  evolve: (state, { type, data }) => {
    switch (type) {
      case 'GuidelinePublished': {
        const { version, name, text, rules } = data;
        return { version, withdrawn: false, content: { name, text, rules } };
      }
      case 'GuidelineWithdrawn':
        return { ...state, withdrawn: true };
    }
  },

  decide: ({ type, data }, { version, withdrawn, content }) => {
    switch (type) {
      case 'PublishGuideline': {
        const { guidelineId, occurredAt, name, text, rules, isNew } = data;
        if (version === 0 && !isNew) return { refused: 'GuidelineNotFound' };
        if (!withdrawn && content !== null && same(content, { name, text, rules })) return [];
        const published = { guidelineId, occurredAt, version: version + 1, name, text, rules };
        return [{ type: 'GuidelinePublished', data: published }];
      }
      case 'WithdrawGuideline':
        if (version === 0) return { refused: 'GuidelineNotFound' };
        return withdrawn ? [] : [{ type: 'GuidelineWithdrawn', data }];
    }
  },
};

const same = (one: Content, other: Content): boolean =>
  one.name === other.name &&
  one.text === other.text &&
  one.rules.length === other.rules.length &&
  one.rules.every(({ channel, site, text }, index) => {
    const rule = other.rules[index];
    return rule?.channel === channel && rule.site === site && rule.text === text;
  });
