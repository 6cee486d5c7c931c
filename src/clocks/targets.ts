import type { Decider, Refusal } from '../event-sourcing/decider.js';
import type { Fact } from '../event-sourcing/fact.js';

/** The clocks of a conversation. Sent names: add to them. */
export const clockKinds = ['acknowledge', 'first-response', 'next-response', 'resolution'] as const;
export type ClockKind = (typeof clockKinds)[number];

/** How much working time each clock may take, in minutes; null: as much as it likes. */
export type Targets = Readonly<Record<ClockKind, number | null>>;

// Stored names and shapes: add to them, never change them. A tier that is null is that of relationships in none.
export type TargetsFact = Fact<
  'TargetsSet',
  {
    readonly tier: string | null;
    /** For clocks that open from then on: RFC 3339, UTC, milliseconds; null: all. */
    readonly from: string | null;
    readonly targets: Targets;
  }
>;

export type TargetsRequest = Fact<'SetTargets', TargetsFact['data']>;

export type TargetsRefusal = Refusal<'TooManyVersions'>;

/** How many versions the targets of a tier have at most. */
export const targetVersionsMax = 200;

/** What is said last of each time from which targets hold. */
export type SaidOfTargets = ReadonlyMap<string, string>;

/** How soon those in one tier are to be answered. */
export const targetsOfTier: Decider<SaidOfTargets, TargetsRequest, TargetsFact, TargetsRefusal> = {
  category: 'targets',
  initialState: new Map(),
  evolve: (state, { data }) => new Map(state).set(data.from ?? '', saidOf(data.targets)),
  decide: ({ data }, state) => {
    const said = state.get(data.from ?? '');
    if (said === saidOf(data.targets)) return [];
    if (said === undefined && state.size >= targetVersionsMax) return { refused: 'TooManyVersions' };
    return [{ type: 'TargetsSet', data }];
  },
};

const saidOf = (targets: Targets): string => JSON.stringify(clockKinds.map((kind) => targets[kind]));

/** Which stream holds the targets of a tier, or (null) of relationships in none. */
export const targetsId = (tier: string | null): string => (tier === null ? 'everybody' : `tier-${tier}`);
