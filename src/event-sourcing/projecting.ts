import type { Projected, Progress, Stall } from './read-store.js';
import type { Waited, Whereabouts } from './waiting.js';

/** How one projection is. */
export interface ProjectionStatus {
  readonly name: string;
  readonly version: number;
  /** The ordinal up to which its rows go; while it is building, those of the build. */
  readonly checkpoint: number;
  /** How far that is behind the head of the log. */
  readonly lag: number;
  readonly state: 'live' | 'building' | 'stalled';
  readonly stalledAt?: Stall;
  /** This process projects it. */
  readonly here: boolean;
}

export interface ProjectorStatus {
  /** This process projects all of them; else another does, or none. */
  readonly projecting: boolean;
  /** Ordinal of the newest event. */
  readonly head: number;
  readonly projections: readonly ProjectionStatus[];
}

/** What keeps the rows in step with the log, wherever it runs. */
export interface Projecting {
  /** Begins to project, or to stand by. */
  start(): void;

  /** Finishes the running batch, gives the leases up, and ends all waits. */
  stop(): Promise<void>;

  /**
   * Waits until readers here see what these projections (all, by default) make of the events up to an ordinal: 0 waits
   * until they are built. Also in a process that stands by. 'stalled' as soon as one of them stands still before it.
   * @param limitMs after which it is 'timeout'.
   */
  waitFor(ordinal: number, names: readonly string[] | undefined, limitMs: number): Promise<Waited>;

  /** How far everything is, whichever process projects it. */
  status(): Promise<ProjectorStatus>;
}

/** @param whereIs what this process itself knows, which is newer than the progress where it projects. */
export const statusOf = (
  projections: readonly Projected[],
  progress: readonly Progress[],
  head: number,
  whereIs: (name: string) => Whereabouts,
): ProjectorStatus => {
  const statuses = projections.map(({ name, version }): ProjectionStatus => {
    const known = progress.find((each) => each.name === name);
    const { here, checkpoint: own, stall } = whereIs(name);
    const stalledAt = here ? stall : known?.stall;
    const live = known?.live === true;
    const checkpoint = here ? own : live ? known.checkpoint : (known?.building?.ordinal ?? 0);
    return {
      name,
      version,
      checkpoint,
      lag: Math.max(0, head - checkpoint),
      state: stalledAt !== undefined ? 'stalled' : live ? 'live' : 'building',
      ...(stalledAt && { stalledAt }),
      here,
    };
  });
  return { projecting: statuses.every(({ here }) => here), head, projections: statuses };
};

/** Where a projection is that another process projects, as the read store tells. */
export const elsewhere = (progress: Progress | undefined): Whereabouts => ({
  checkpoint: progress?.checkpoint ?? 0,
  live: progress?.live ?? false,
  stall: progress?.stall,
  here: false,
});
