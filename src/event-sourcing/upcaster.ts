import type { JsonObject } from './fact.js';

/** A pure step from one version of an event's shape to the next. */
export interface Lift {
  readonly type: string;
  /** The version it lifts; it gives the next one. */
  readonly from: number;
  readonly lift: (data: JsonObject) => JsonObject;
}

interface Shaped {
  readonly type: string;
  /** Version of the shape of `data`, from 1. */
  readonly version: number;
  readonly data: JsonObject;
}

/** Gives an event of whatever version in its newest shape; the event itself where it has that already. */
export type Upcast = <E extends Shaped>(event: E) => E;

/** The event was written by a newer program than this one. */
export class UnknownEventVersion extends Error {
  override readonly name = 'UnknownEventVersion';
  constructor(
    readonly type: string,
    readonly version: number,
    readonly newest: number,
  ) {
    super(`${type} has version ${version}, but this program knows ${newest} at most. Use a newer one.`);
  }
}

const byType = (lifts: readonly Lift[]): ReadonlyMap<string, readonly Lift[]> => {
  const sorted = Map.groupBy(
    lifts.toSorted((a, b) => a.from - b.from),
    ({ type }) => type,
  );
  for (const [type, steps] of sorted)
    steps.forEach(({ from }, index) => {
      if (from !== index + 1)
        throw new Error(`Lifts of ${type} must go from 1, 2, 3, ... once each: not from ${from}.`);
    });
  return sorted;
};

/**
 * Composes lifts. The newest version of a type is one more than the last that is lifted; 1 for a type without lifts.
 * @throws Error (here) where a step is missing or doubled; UnknownEventVersion (on use) for a version above the newest.
 */
export const upcaster = (lifts: readonly Lift[]): Upcast => {
  const steps = byType(lifts);
  return (event) => {
    const known = steps.get(event.type) ?? [];
    const newest = known.length + 1;
    if (event.version === newest) return event;
    if (event.version > newest) throw new UnknownEventVersion(event.type, event.version, newest);
    const data = known.slice(event.version - 1).reduce((lifted, { lift }) => lift(lifted), event.data);
    return { ...event, version: newest, data };
  };
};

/** Leaves every event as it is stored, for exports and copies. */
export const asStored: Upcast = (event) => event;
