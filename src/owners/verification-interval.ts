import type { Decider, Refusal } from '../event-sourcing/decider.js';
import type { Fact } from '../event-sourcing/fact.js';

// Stored names and shapes: add to them, never change them.
export type VerificationIntervalFact = Fact<
  'VerificationIntervalSet',
  {
    /** For the relationships of one tier; null: for those of every tier that has none of its own, and of no tier. */
    readonly tier: string | null;
    /** A relationship is to be verified again after so many days; null: none is set. */
    readonly days: number | null;
  }
>;

export type VerificationIntervalRequest = Fact<'SetVerificationInterval', VerificationIntervalFact['data']>;

/** At which interval relationships are verified: one setting a tier, and one for all others. */
export const verificationInterval: Decider<
  number | null,
  VerificationIntervalRequest,
  VerificationIntervalFact,
  Refusal<never>
> = {
  category: 'verificationinterval',
  initialState: null,
  evolve: (_, { data }) => data.days,
  decide: ({ data }, days) => (data.days === days ? [] : [{ type: 'VerificationIntervalSet', data }]),
};

/** Names the setting among its like: that of a tier is told from the one for all others, whatever the tier is called. */
export const verificationIntervalId = (tier: string | null): string => (tier === null ? 'default' : `tier.${tier}`);
