import type { Act } from '../interactions/interaction.js';
import type { Channel } from '../stakeholders/handle.js';
import type { TouchOnJourney } from './journeys.js';

/** What touches are credited by. Sent names: add to them. */
export const touchGroupings = ['act', 'channel', 'owner', 'department'] as const;
export type TouchGrouping = (typeof touchGroupings)[number];

/** Who or what is credited: of act, channel, owner and department the one that touches are grouped by, or none. */
export interface TouchGroup {
  readonly act: Act | null;
  readonly channel: Channel | null;
  /** Id of the person of ours. */
  readonly owner: string | null;
  readonly department: string | null;
  /** By act or channel: a hand-over of their owner, which has neither. */
  readonly handOver: boolean;
  /** By owner or department: touched while nobody of ours answered for them. */
  readonly nobodys: boolean;
}

/** In which department one of ours was at a date (milliseconds); null: in none. */
export type DepartmentAt = (owner: string, at: number) => string | null;

/** The one group that a touch belongs to. */
export function groupOf(touch: TouchOnJourney, by: TouchGrouping, departmentAt: DepartmentAt): TouchGroup {
  const { at, act, channel, owner } = touch;
  switch (by) {
    case 'act':
      return { ...nothing, act, handOver: act === null };
    case 'channel':
      return { ...nothing, channel, handOver: channel === null };
    case 'owner':
      return { ...nothing, owner, nobodys: owner === null };
    case 'department':
      return { ...nothing, department: owner === null ? null : departmentAt(owner, at), nobodys: owner === null };
  }
}

const nothing: TouchGroup = {
  act: null,
  channel: null,
  owner: null,
  department: null,
  handOver: false,
  nobodys: false,
};

/** Tells groups apart, as a text. */
export const keyOf = (group: TouchGroup): string => JSON.stringify(Object.values(group));

/** Touches as they are credited, by the keys of their groups; and the groups by their keys. */
export class TouchGroups {
  readonly #groups = new Map<string, TouchGroup>();

  constructor(
    private readonly by: TouchGrouping,
    private readonly departmentAt: DepartmentAt,
  ) {}

  /** The key of a touch's group. */
  of(touch: TouchOnJourney): string {
    const group = groupOf(touch, this.by, this.departmentAt);
    const key = keyOf(group);
    this.#groups.set(key, group);
    return key;
  }

  /** The group of a key that was given out. */
  withKey(key: string): TouchGroup {
    const group = this.#groups.get(key);
    if (group === undefined) throw new Error(`No touch belongs to ${key}.`);
    return group;
  }
}
