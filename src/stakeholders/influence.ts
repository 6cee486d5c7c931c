/**
 * Influence by topic, as `influence-v1` has it. Each part is told apart, with its evidence, and never folded into one score;
 * below `evidenceMin` there is no number. *Theirs* are utterances of theirs on the topic: interactions, inbound or observed,
 * of which they are an author. What is retracted counts nowhere.
 *
 * - *reach*: the mean audience of theirs, as it was reported.
 * - *resonance*: reactions to theirs, over the audience of theirs, per thousand; of those whose audience was reported. A
 *   reaction is an interaction, inbound or observed, in reply to theirs, of which they are no author.
 * - *conversations*: the part of theirs that others joined, 0 to 1: that somebody reacted to.
 * - *relevance*: how much and how recently they speak on the topic: the sum of 0.9^(whole months ago) over theirs.
 *
 * Relevance is what the Orbit model calls love, with the weight 1 for each utterance: the value of a month is the sum of the
 * weights of what happened in it, times 0.9 for each month since ('The Orbit Model', orbit.love, 2019). A month is a twelfth
 * of 365.25 days.
 */
export const influenceDefinition = 'influence-v1';

/** How many pieces of evidence a number takes. */
export const evidenceMin = 3;

/** A twelfth of 365.25 days. */
export const monthMs = 2_629_800_000;

/** What is left of a value a month later. */
export const keptAMonth = 0.9;

/** Something done, with its weight, so many whole months ago. */
export interface Activity {
  readonly weight: number;
  readonly monthsAgo: number;
}

/** The Orbit model's love: the sum of weights, each times 0.9 for every month since. */
export const love = (activities: readonly Activity[]): number =>
  activities.reduce((sum, { weight, monthsAgo }) => sum + weight * keptAMonth ** monthsAgo, 0);

/** What is counted of somebody's utterances on one topic. */
export interface Heard {
  /** Utterances of theirs. */
  readonly utterances: number;
  /** Of these, those whose audience was reported. */
  readonly reported: number;
  /** The sum of the reported audiences. */
  readonly audience: number;
  /** Reactions to those whose audience was reported. */
  readonly reactions: number;
  /** The sum that relevance is. */
  readonly love: number;
}

/** A number, or null where there is too little evidence for one. */
export const reachOf = ({ reported, audience }: Heard, least = evidenceMin): number | null =>
  reported < Math.max(least, 1) ? null : audience / reported;

/** Reactions per thousand whom it reached; null also where it reached nobody. */
export const resonanceOf = ({ reported, audience, reactions }: Heard, least = evidenceMin): number | null =>
  reported < least || audience === 0 ? null : (1_000 * reactions) / audience;

export const relevanceOf = ({ utterances, love: value }: Heard, least = evidenceMin): number | null =>
  utterances < least ? null : value;

/** The part of their utterances that others joined. */
export const joinedOf = (
  { utterances, joined }: { readonly utterances: number; readonly joined: number },
  least = evidenceMin,
): number | null => (utterances < least ? null : joined / utterances);

/** How much each part weighs in a ranking: 0 or more, not all 0. Only their proportions matter. */
export interface InfluenceWeights {
  readonly reach: number;
  readonly resonance: number;
  readonly relevance: number;
}

/**
 * The weights of `influence-v1`: who speaks on the topic counts before who is answered, and who is answered before who is
 * famous. By fame alone: `{ reach: 1, resonance: 0, relevance: 0 }`.
 */
export const weightsV1: InfluenceWeights = { reach: 0.2, resonance: 0.3, relevance: 0.5 };

/** The same proportions with the sum 1. */
export const inProportion = ({ reach, resonance, relevance }: InfluenceWeights): InfluenceWeights => {
  const sum = reach + resonance + relevance;
  return { reach: reach / sum, resonance: resonance / sum, relevance: relevance / sum };
};
