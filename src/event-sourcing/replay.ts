import { projectBatch } from './batch.js';
import type { RecordedEvent } from './event-store.js';
import { BoundedKept } from './kept.js';
import type { Projection } from './projection.js';
import type { ReadStore } from './read-store.js';
import { buildLease, projectLease } from './read-store.js';

const holder = 'replay';
const ttlMs = 60_000;
const keptMax = 50_000;

/**
 * Folds pages of events, in log order, into a read store that nobody else uses: a replay to a past date, a what-if, a
 * test. Its rows can be read when it resolves.
 */
export const replayInto = async (
  readStore: ReadStore,
  projections: readonly Projection[],
  pages: Iterable<readonly RecordedEvent[]> | AsyncIterable<readonly RecordedEvent[]>,
): Promise<void> => {
  const leases = projections.flatMap((projection) => [buildLease(projection), projectLease(projection)]);
  await readStore.hold(holder, leases, ttlMs);
  const builds = [];
  for (const projection of projections)
    builds.push({ projection, build: await readStore.begin(projection, holder), kept: new BoundedKept(keptMax) });
  for await (const page of pages) {
    const upTo = page.at(-1)?.ordinal;
    if (upTo === undefined) continue;
    for (const { projection, build, kept } of builds) await projectBatch(projection, build, kept, page, upTo);
    // The replay may take longer than any lease lasts.
    await readStore.hold(holder, leases, ttlMs);
  }
  for (const { build } of builds) {
    await build.settle();
    await readStore.makeLive(build, holder);
    await build.close();
  }
  await readStore.release(holder, leases);
};
