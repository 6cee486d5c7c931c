import { v4 } from 'uuid';
import { messageOf } from './batch.js';
import type { FillOptions, Filler } from './fill.js';
import { beginFilling, fillToHead } from './fill.js';
import { keepLeases } from './keep-leases.js';
import type { Projection } from './projection.js';
import { AlreadyBuilding, buildLease, projectLease } from './read-store.js';

export interface RebuildOptions extends FillOptions {
  readonly projections: readonly Projection[];
  /** Of the projections to rebuild, all by default. */
  readonly names?: readonly string[] | undefined;
  /** How long another process waits for this one once it is dead, 5,000 by default. */
  readonly leaseMs?: number | undefined;
}

/** Some projections could not be rebuilt; their old rows stay. The others were. */
export class RebuildFailed extends AggregateError {
  override readonly name = 'RebuildFailed';
  constructor(readonly failures: ReadonlyMap<string, unknown>) {
    const each = [...failures].map(([name, failure]) => `${name}: ${messageOf(failure)}`);
    super([...failures.values()], `Not rebuilt, and left as it was: ${each.join('; ')}`);
  }
}

/** @throws TypeError for a name that no projection has. */
export const chosenOf = (
  projections: readonly Projection[],
  names: readonly string[] | undefined,
): readonly Projection[] => {
  const chosen = projections.filter(({ name }) => names?.includes(name) ?? true);
  const unknown = names?.find((name) => !chosen.some((projection) => projection.name === name));
  if (unknown !== undefined)
    throw new TypeError(`There is no projection '${unknown}': ${projections.map(({ name }) => name).join(', ')}.`);
  return chosen;
};

/**
 * Builds the rows of projections anew from the log, beside the live ones, and switches to them, while other processes
 * serve and project. Readers see the old rows until they see the new ones, which are at least as new.
 * @throws AlreadyBuilding where one of them is being built; RebuildFailed; TypeError for a name that no projection has.
 */
export const rebuild = async (options: RebuildOptions): Promise<void> => {
  const { readStore, projections, names, leaseMs = 5_000 } = options;
  const chosen = chosenOf(projections, names);
  const holder = `rebuild-${v4()}`;
  const byLease = new Map(chosen.map((projection) => [buildLease(projection), projection.name]));
  const leases = await keepLeases(
    readStore,
    holder,
    [...byLease.keys()],
    leaseMs,
    (lease) => new AlreadyBuilding(byLease.get(lease) ?? lease),
  );
  const fillers: Filler[] = [];
  try {
    fillers.push(...(await beginFilling(readStore, chosen, holder)));
    await fillToHead(fillers, options);
    for (const filler of fillers) if (filler.failure === undefined) await filler.build.settle();
    // Settling waits for the disk, and the log went on.
    await fillToHead(fillers, options);
    for (const filler of fillers) if (filler.failure === undefined) await takeOver(filler, options, holder, leaseMs);
    const failures = fillers.flatMap(({ projection, failure }) =>
      failure === undefined ? [] : [[projection.name, failure] as const],
    );
    if (failures.length > 0) throw new RebuildFailed(new Map(failures));
  } finally {
    for (const { build } of fillers) await (build.live ? build.close() : readStore.discard(build));
    await leases.release();
  }
};

/**
 * Stops whoever projects the live build, brings the new one at least as far, and switches. The other finds its lease free
 * again a moment later and goes on with the new build.
 */
const takeOver = async (filler: Filler, options: RebuildOptions, holder: string, leaseMs: number): Promise<void> => {
  const { readStore } = options;
  const { projection, build } = filler;
  const lease = projectLease(projection);
  const token = await readStore.seize(holder, lease, leaseMs);
  try {
    const old = await readStore.open(projection, token);
    await old?.close();
    await fillToHead([filler], { ...options, onProgress: undefined });
    if (filler.failure === undefined) await readStore.makeLive(build, holder);
  } finally {
    await readStore.release(holder, [lease]);
  }
};
