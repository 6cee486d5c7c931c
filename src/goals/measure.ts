/**
 * What a goal may be set for: a closed list. Stored and sent names: add to them. There is none of money: an advertising value
 * equivalent says what space would have cost, and nothing of what came of it (AMEC, Barcelona Principles, 2010 and since).
 *
 * - `conversions`: how many conversions of these kinds counted in the period.
 * - `conversion-rate`: of those who stood against us at some time in the period, the share won over or converted in it, 0 to 1.
 * - `relapse-rate`: of those won over by the period's end, the share who turned against us again in it, 0 to 1.
 * - `net-promoter`: the net promoter score of what was answered in the period (in one survey, or in all), -100 to 100.
 * - `conversation-share`: of what was heard in the period, the share that was about the topic, 0 to 1.
 * - `stakeholders-at-stance`: how many stakeholders stand at one of these at the period's end. Of advocates: `advocate`.
 */
export const measures = [
  'conversions',
  'conversion-rate',
  'relapse-rate',
  'net-promoter',
  'conversation-share',
  'stakeholders-at-stance',
] as const;
export type Measure = (typeof measures)[number];

/** Definitions of measures that are told by no other query under a name of their own. */
export const conversionsDefinition = 'conversions-counted-v1';
export const stakeholdersDefinition = 'stakeholders-at-stance-v1';

/** Whether it is of one date, the end of a period, and not of all the time in it. */
export const isOfOneDate = (measure: Measure): boolean => measure === 'stakeholders-at-stance';

/** What a measure has to be told: what it is of. A field that is not named here does not belong to it. */
export const parametersOf: Readonly<
  Record<Measure, { readonly needs?: MeasureParameter; readonly takes?: MeasureParameter }>
> = {
  conversions: { needs: 'kinds' },
  'conversion-rate': {},
  'relapse-rate': {},
  'net-promoter': { takes: 'survey' },
  'conversation-share': { needs: 'topic' },
  'stakeholders-at-stance': { needs: 'stances' },
};
/** By what those may be chosen whom a measure is over. */
export const cohortParts = ['channel', 'topic', 'owner', 'tier', 'owned'] as const;
export type CohortPart = (typeof cohortParts)[number];

/**
 * Over which of them each measure can be told, as its query can: spells by where and about what that was said which turned
 * somebody against us, and by who answered for them when they began; conversions by who answered for them when they counted;
 * stakeholders by who answers for them at that date; what was heard by where.
 */
export const cohortOf: Readonly<Record<Measure, readonly CohortPart[]>> = {
  conversions: ['owner', 'tier', 'owned'],
  'conversion-rate': cohortParts,
  'relapse-rate': cohortParts,
  'net-promoter': [],
  'conversation-share': ['channel'],
  'stakeholders-at-stance': ['owner', 'tier', 'owned'],
};

export type MeasureParameter = 'kinds' | 'stances' | 'survey' | 'topic';

interface Range {
  readonly from: number;
  readonly to: number;
  /** Whether only whole numbers come of it. */
  readonly whole: boolean;
}
const share: Range = { from: 0, to: 1, whole: false };
const count: Range = { from: 0, to: 1_000_000_000, whole: true };

/** Which values a measure can have: a target lies among them. */
export const rangeOf: Readonly<Record<Measure, Range>> = {
  conversions: count,
  'conversion-rate': share,
  'relapse-rate': share,
  'net-promoter': { from: -100, to: 100, whole: false },
  'conversation-share': share,
  'stakeholders-at-stance': count,
};

/** Whether a measure can come to a value. */
export const isWithin = (measure: Measure, value: number): boolean => {
  const { from, to, whole } = rangeOf[measure];
  return value >= from && value <= to && (!whole || Number.isInteger(value));
};
