import type { ClaimedValue } from '../event-sourcing/claims.js';
import type { Policy } from '../event-sourcing/policy.js';

/** Finish what a claim began, or give it up: `Identity.holderOf` of its value does either, and nothing where it is done. */
export interface SettleClaim {
  readonly type: 'SettleClaim';
  readonly value: ClaimedValue;
  /** When the claim was made, in milliseconds since 1970. */
  readonly madeAt: number;
}

/** A claim that a crash cut short is completed though nobody comes back to it. */
export const whenClaimMade: Policy<SettleClaim> = {
  name: 'When a claim was made, what its maker did not finish is finished',
  reads: new Set(['Claimed']),
  // Claims cut short before the policy first ran are as much in want of it.
  from: 'start',
  react: ({ stream, recordedAt }) => {
    // Categories hold no dash.
    const dash = stream.indexOf('-');
    const value = { category: stream.slice(0, dash), claim: stream.slice(dash + 1) };
    return [{ type: 'SettleClaim', value, madeAt: recordedAt }];
  },
};
