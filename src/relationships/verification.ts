import type { Fact } from '../event-sourcing/fact.js';
import type { Dated } from './dated.js';

// Stored names and shapes: add to them, never change them. Who verified it stands in its provenance, and what they found in its reason.
export type VerificationFact = Fact<'RelationshipVerified', Dated>;

export type VerificationRequest = Fact<'VerifyRelationship', Dated>;

/** Somebody of ours looked at what is on record about the relationship, and it is right as of that date. */
export const decideVerification = ({ data }: VerificationRequest): readonly VerificationFact[] => [
  { type: 'RelationshipVerified', data },
];
