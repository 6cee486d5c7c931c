import type { Fact } from '../event-sourcing/fact.js';
import type { Amended } from './interaction.js';

/** Whether somebody who is connected with us says so where they speak for us (16 CFR 255.5). */
export const disclosureStatuses = ['disclosed', 'not-disclosed', 'unknown'] as const;
export type DisclosureStatus = (typeof disclosureStatuses)[number];

/** What a person found who looked. */
export interface Disclosure {
  readonly status: DisclosureStatus;
  /** Name of the credential that says so. */
  readonly person: string;
}

// Stored names and shapes: add to them, never change them.
export type DisclosureFact = Fact<
  'DisclosureAssessed',
  {
    /** With what was found before, if anything was. */
    readonly was: Amended;
    readonly disclosure: Disclosure;
  }
>;

export type DisclosureRequest = Fact<'AssessDisclosure', { readonly disclosure: Disclosure }>;

/** The last assessment counts; the same person's same finding again is no news. */
export const decideDisclosure = (
  { data: { disclosure } }: DisclosureRequest,
  was: Amended,
): readonly DisclosureFact[] => {
  const before = was.disclosure;
  if (before?.status === disclosure.status && before.person === disclosure.person) return [];
  return [{ type: 'DisclosureAssessed', data: { was, disclosure } }];
};
