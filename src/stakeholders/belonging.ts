import type { Decider, Refusal } from '../event-sourcing/decider.js';
import { type AffiliationRefusal, type AffiliationRequest, decideAffiliation } from './affiliation.js';
import { type Stakeholder, type StakeholderFact, stakeholder } from './stakeholder.js';

/** The stream of a stakeholder, asked where a person belongs: only a person is affiliated. */
export const belonging: Decider<
  Stakeholder,
  AffiliationRequest,
  StakeholderFact,
  AffiliationRefusal | Refusal<'StakeholderNotFound' | 'NotAPerson' | 'ClaimsSettled'>
> = {
  ...stakeholder,
  decide: (request, { identified, kind, affiliations, claims }) => {
    if (!identified) return { refused: 'StakeholderNotFound' };
    if (kind !== 'person') return { refused: 'NotAPerson' };
    const token = request.type === 'StartAffiliation' ? request.data.token : undefined;
    const abandoned = token !== undefined && claims[token] === 'given-up';
    return abandoned ? { refused: 'ClaimsSettled' } : decideAffiliation(request, affiliations);
  },
};
