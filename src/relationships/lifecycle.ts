import type { Fact } from '../event-sourcing/fact.js';
import type { Dated } from './dated.js';

/** How far somebody is from awareness to purchase and on. It is not the stance: a customer can be a detractor. */
export const lifecycles = [
  'unaware',
  'aware',
  'considering',
  'customer',
  'repeat-customer',
  'former-customer',
] as const;
export type Lifecycle = (typeof lifecycles)[number];

/** The definition of how far somebody is: the last word by its date that was not taken back, at one instant the one recorded last. */
export const lifecycleDefinition = 'lifecycle-v1';

// Stored names and shapes: add to them, never change them. The reason of each stands in its provenance.
export type LifecycleFact = Fact<
  'LifecycleReached',
  Dated & {
    readonly lifecycle: Lifecycle;
    /** Where it is known from: a system, a list; null where a person says so. */
    readonly source: string | null;
  }
>;

export type LifecycleRequest = Fact<'ReachLifecycle', LifecycleFact['data']>;

/** The last word by a date holds; the same again is a new fact: somebody looked again. */
export const decideLifecycle = ({ data }: LifecycleRequest): readonly LifecycleFact[] => [
  { type: 'LifecycleReached', data },
];
