import { messageOf } from './batch.js';
import type { EventStore } from './event-store.js';
import type { Filler } from './fill.js';
import { beginFilling, fillToHead } from './fill.js';
import { keepLeases } from './keep-leases.js';
import type { ProjectorLog } from './lane.js';
import type { Projection } from './projection.js';
import type { ReadStore } from './read-store.js';
import { AlreadyBuilding, buildLease } from './read-store.js';

export interface FirstBuildsOptions {
  readonly store: EventStore;
  readonly readStore: ReadStore;
  readonly log: ProjectorLog;
  readonly holder: string;
  readonly leaseMs: number;
  /** Called when builds are settled, and can be gone on with. */
  readonly ended: () => void;
}

// A server answers others between two pages.
const pageMax = 500;
const troubleMs = 5_000;
const refusedMs = 1_000;

/**
 * Fills builds for projections that have none at their version, beside the projecting of the others. They come out
 * settled, at the head of the log or before an event that fails; the projector takes them from there.
 */
export class FirstBuilds {
  readonly #options: FirstBuildsOptions;
  readonly #abort = new AbortController();
  #building = new Set<Projection>();
  #running: Promise<void> | undefined;
  #notBefore = 0;

  constructor(options: FirstBuildsOptions) {
    this.#options = options;
  }

  has(projection: Projection): boolean {
    return this.#building.has(projection);
  }

  /** Begins to build them all, unless it is building already: then they are asked for again. */
  begin(projections: readonly Projection[]): void {
    if (
      projections.length === 0 ||
      this.#running !== undefined ||
      this.#abort.signal.aborted ||
      Date.now() < this.#notBefore
    )
      return;
    this.#building = new Set(projections);
    this.#running = this.#build(projections).finally(() => {
      this.#building = new Set();
      this.#running = undefined;
      this.#options.ended();
    });
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#running;
  }

  async #build(projections: readonly Projection[]): Promise<void> {
    const { readStore, holder, leaseMs, log } = this.#options;
    const names = projections.map(({ name }) => name);
    const fillers: Filler[] = [];
    try {
      const leases = await keepLeases(
        readStore,
        holder,
        projections.map(buildLease),
        leaseMs,
        () => new AlreadyBuilding(names.join(', ')),
      );
      try {
        log.info({ projections: names }, 'building new rows');
        fillers.push(...(await beginFilling(readStore, projections, holder)));
        await fillToHead(fillers, { ...this.#options, pageMax, signal: this.#abort.signal });
        for (const filler of fillers) await this.#settle(filler);
      } finally {
        await leases.release();
      }
    } catch (error) {
      // What is left is thrown away by the next who begins.
      for (const { build } of fillers) await build.close().catch(() => undefined);
      if (this.#abort.signal.aborted) return;
      this.#notBefore = Date.now() + (error instanceof AlreadyBuilding ? refusedMs : troubleMs);
      log.warn({ projections: names, error: messageOf(error) }, 'building was interrupted');
    }
  }

  async #settle({ projection, build, failure }: Filler): Promise<void> {
    const { readStore, holder, log } = this.#options;
    if (failure !== undefined)
      log.warn({ projection: projection.name, error: messageOf(failure) }, 'building met an event that fails');
    let usable = build;
    if (build.broken) {
      // Half a batch is in it. Another is gone on with from the beginning, batch by batch in transactions.
      await readStore.discard(build);
      usable = await readStore.begin(projection, holder);
    }
    await usable.settle();
    await usable.close();
  }
}
