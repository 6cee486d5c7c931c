import { setImmediate as turn } from 'node:timers/promises';
import { messageOf, projectBatch } from './batch.js';
import type { EventStore } from './event-store.js';
import { BoundedKept } from './kept.js';
import type { Projection } from './projection.js';
import type { Build, ReadStore } from './read-store.js';

/** How far filling is. */
export interface Filling {
  readonly ordinal: number;
  /** The head of the log when it was last looked at. */
  readonly head: number;
}

/** One projection on its way through the log. */
export interface Filler {
  readonly projection: Projection;
  readonly build: Build;
  readonly kept: BoundedKept;
  /** Why it goes no further. */
  failure?: unknown;
}

export interface FillOptions {
  readonly store: EventStore;
  readonly readStore: ReadStore;
  readonly onProgress?: ((progress: Filling) => void) | undefined;
  /** Ends it between two pages, by throwing the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Events read at once, 2,000 by default: the more, the fewer rows are loaded and written twice. */
  readonly pageMax?: number | undefined;
}

const keptMax = 50_000;
const reportIntervalMs = 1_000;

/** Begins a build of each projection; the holder has their build leases. */
export const beginFilling = async (
  readStore: ReadStore,
  projections: readonly Projection[],
  holder: string,
): Promise<readonly Filler[]> => {
  const fillers: Filler[] = [];
  for (const projection of projections)
    fillers.push({ projection, build: await readStore.begin(projection, holder), kept: new BoundedKept(keptMax) });
  return fillers;
};

/**
 * Takes the builds to the end of the log, each page read and parsed once for all of them. One that fails is left where it
 * is, with its failure; the others go on.
 */
export const fillToHead = async (fillers: readonly Filler[], options: FillOptions): Promise<void> => {
  const { store, readStore, onProgress, signal, pageMax = 2_000 } = options;
  let [head, reportedAt] = [0, -Infinity];
  for (;;) {
    signal?.throwIfAborted();
    const going = fillers.filter(({ failure }) => failure === undefined);
    const [first] = going;
    if (first === undefined) return;
    const after = Math.min(...going.map(({ build }) => build.checkpoint));
    const page = await store.readAll(after, pageMax);
    const upTo = page.at(-1)?.ordinal;
    if (upTo === undefined) return;
    // A store elsewhere works on all of them at once.
    await Promise.all(going.map((filler) => fillPage(filler, page, upTo)));
    if (performance.now() - reportedAt > reportIntervalMs) {
      head = Math.max(upTo, await store.head());
      for (const { build } of going) await readStore.report(build, head);
      reportedAt = performance.now();
    }
    onProgress?.({ ordinal: upTo, head: Math.max(head, upTo) });
    if (page.length < pageMax) return;
    // A server that builds a new version goes on serving.
    await turn();
  }
};

const fillPage = async (filler: Filler, page: Parameters<typeof projectBatch>[3], upTo: number): Promise<void> => {
  const { projection, build, kept } = filler;
  try {
    const events =
      page[0] !== undefined && page[0].ordinal > build.checkpoint
        ? page
        : page.filter(({ ordinal }) => ordinal > build.checkpoint);
    await projectBatch(projection, build, kept, events, upTo);
  } catch (error) {
    filler.failure = error ?? new Error(messageOf(error));
  }
};
