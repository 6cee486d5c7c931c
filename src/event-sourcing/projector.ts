import { setImmediate as turn } from 'node:timers/promises';
import { v4 } from 'uuid';
import { messageOf } from './batch.js';
import { Bell } from './bell.js';
import type { EventStore } from './event-store.js';
import { FirstBuilds } from './first-builds.js';
import type { ProjectorLog, Retries } from './lane.js';
import { Lane } from './lane.js';
import type { Projection } from './projection.js';
import { type Projecting, type ProjectorStatus, elsewhere, statusOf } from './projecting.js';
import type { Build, Progress, ReadStore } from './read-store.js';
import { LeaseLost, projectLease } from './read-store.js';
import { Tail } from './tail.js';
import type { Waited, Whereabouts } from './waiting.js';
import { Waiting } from './waiting.js';

export type { ProjectorLog } from './lane.js';
export type { Waited } from './waiting.js';

export interface ProjectorOptions {
  readonly store: EventStore;
  readonly readStore: ReadStore;
  readonly projections: readonly Projection[];
  readonly log?: ProjectorLog;
  /** Events in a batch, 1,000 at most by default. */
  readonly pageMax?: number;
  /** How long another process waits for this one once it is dead, 3,000 by default; renewed three times as often. */
  readonly leaseMs?: number;
  readonly retries?: Partial<Retries>;
  /** Told where the projections are that are projected here, whenever one has moved, come or gone. */
  readonly onMove?: ((projected: ReadonlyMap<string, Whereabouts>) => void) | undefined;
  /** Told when rows were built from the beginning of the log: what that took is not needed again. */
  readonly onBuilt?: (() => void) | undefined;
}

const silent: ProjectorLog = { info: () => undefined, warn: () => undefined, error: () => undefined };
const retriesByDefault: Retries = { triesMax: 4, backOffMs: 100, stalledMs: 30_000 };
// How soon a lease is tried that another process has, or a build looked for that is being made.
const standbyMs = 250;
const troubleMs = 1_000;
const reportIntervalMs = 1_000;

/**
 * Follows the log and keeps the rows of all projections up to date, in the one process that holds their leases; in the
 * others it stands by. Each projection has its own checkpoint and its own failures: one that fails leaves the others going.
 */
export class Projector implements Projecting {
  readonly #store: EventStore;
  readonly #readStore: ReadStore;
  readonly #log: ProjectorLog;
  readonly #pageMax: number;
  readonly #leaseMs: number;
  readonly #holder = `projector-${v4()}`;
  readonly #projections: readonly Projection[];
  readonly #onMove: ProjectorOptions['onMove'];
  readonly #lanes: readonly Lane[];
  readonly #lanesByName: ReadonlyMap<string, Lane>;
  readonly #bell = new Bell();
  readonly #tail: Tail;
  readonly #firstBuilds: FirstBuilds;
  readonly #waiting: Waiting;
  /** What other processes were last heard to have projected. */
  #heard: ReadonlyMap<string, Progress> = new Map();
  #running: Promise<void> | undefined;
  #stopping = false;
  #tendAt = 0;
  #reportedAt = 0;

  constructor({
    store,
    readStore,
    projections,
    log = silent,
    pageMax = 1_000,
    leaseMs = 3_000,
    retries,
    onMove,
    onBuilt,
  }: ProjectorOptions) {
    this.#store = store;
    this.#readStore = readStore;
    this.#log = log;
    this.#pageMax = pageMax;
    this.#leaseMs = leaseMs;
    this.#projections = projections;
    this.#onMove = onMove;
    this.#lanes = projections.map(
      (projection) => new Lane(projection, readStore, log, pageMax, { ...retriesByDefault, ...retries }),
    );
    this.#lanesByName = new Map(this.#lanes.map((lane) => [lane.projection.name, lane]));
    const ring = (): void => this.#bell.ring();
    this.#tail = new Tail(store, pageMax, ring);
    this.#firstBuilds = new FirstBuilds({
      store,
      readStore,
      log,
      holder: this.#holder,
      leaseMs,
      ended: () => {
        onBuilt?.();
        this.#tendSoon();
      },
    });
    this.#waiting = new Waiting(
      (name) => this.#whereIs(name),
      () => this.#hear(),
    );
  }

  start(): void {
    if (this.#running !== undefined) return;
    this.#stopping = false;
    this.#tendAt = 0;
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#bell.ring();
    await this.#firstBuilds.stop();
    await this.#running;
    this.#running = undefined;
    this.#tail.stop();
    this.#waiting.stop();
    await Promise.all(this.#lanes.map((lane) => lane.leave()));
    await this.#readStore.release(
      this.#holder,
      this.#lanes.map(({ projection }) => projectLease(projection)),
    );
  }

  waitFor(ordinal: number, names: readonly string[] | undefined, limitMs: number): Promise<Waited> {
    return this.#waiting.until(ordinal, names ?? [...this.#lanesByName.keys()], limitMs);
  }

  async status(): Promise<ProjectorStatus> {
    const progress = await this.#readStore.progress();
    return statusOf(this.#projections, progress, await this.#store.head(), (name) => this.#whereIs(name));
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      try {
        if (Date.now() >= this.#tendAt) await this.#tend();
        if (await this.#round()) {
          await turn();
          continue;
        }
        await this.#switchBuilt();
        for (const lane of this.#lanes) await lane.save();
        await this.#bell.rung(this.#idleMs());
      } catch (error) {
        this.#log.warn({ error: messageOf(error) }, 'projecting was interrupted');
        await this.#bell.rung(troubleMs);
      }
    }
  }

  /**
   * Each lane takes a page. Those at the same checkpoint share it, so at the head, where all soon are, a page is read
   * once. One that is behind (it was stalled, say) is not ahead of the front afterwards, so that it comes to join it.
   */
  async #round(): Promise<boolean> {
    const now = Date.now();
    const ready = this.#lanes.filter(({ build, retryAt }) => build !== undefined && retryAt <= now);
    if (ready.length === 0) return false;
    const front = Math.max(...ready.map(({ reached }) => reached));
    const behind = Map.groupBy(
      ready.filter(({ reached }) => reached < front),
      ({ reached }) => reached,
    );
    const page = this.#tail.take(front);
    const end = page?.at(-1)?.ordinal ?? front;
    if (page !== undefined)
      await this.#give(
        ready.filter(({ reached }) => reached === front),
        page,
        end,
      );
    for (const [reached, lanes] of behind) {
      const read = await this.#store.readAll(reached, this.#pageMax);
      const within = read.filter(({ ordinal }) => ordinal <= end);
      const full = within.length === read.length && read.length === this.#pageMax;
      await this.#give(lanes, within, full ? (read.at(-1)?.ordinal ?? end) : end);
    }
    return page !== undefined || behind.size > 0;
  }

  async #give(lanes: readonly Lane[], page: Parameters<Lane['take']>[0], upTo: number): Promise<void> {
    // At once: where rows are beyond a network, one's wait is another's work.
    await Promise.all(lanes.map((lane) => lane.take(page, upTo)));
    // The next page is folded while this one is written.
    void Promise.all(lanes.map(({ written }) => written)).then(() => {
      if (lanes.some(({ build }) => build === undefined)) this.#tendAt = 0;
      this.#moved();
      // Builds that may be shown by now, and batches that have to be taken again.
      if (lanes.some(({ build, reached }) => build?.live !== true || reached < upTo)) this.#bell.ring();
    });
  }

  /** Keeps or takes the leases, and leaves or enters lanes accordingly. */
  async #tend(): Promise<void> {
    const held = await this.#readStore.hold(
      this.#holder,
      this.#lanes.map(({ projection }) => projectLease(projection)),
      this.#leaseMs,
    );
    const entering: (readonly [Lane, number])[] = [];
    for (const lane of this.#lanes) {
      const token = held.get(projectLease(lane.projection));
      if (lane.build !== undefined && lane.token !== token) await this.#leave(lane);
      if (lane.build === undefined && token !== undefined && !this.#firstBuilds.has(lane.projection))
        entering.push([lane, token]);
    }
    this.#firstBuilds.begin(await this.#enterAll(entering));
    const all = this.#lanes.every(({ build }) => build !== undefined);
    this.#tendAt = Date.now() + (all ? this.#leaseMs / 3 : Math.min(standbyMs, this.#leaseMs / 3));
  }

  /** All at once, since each may have a connection to make. Answers with the projections of which there is no build. */
  async #enterAll(entering: readonly (readonly [Lane, number])[]): Promise<readonly Projection[]> {
    if (entering.length === 0) return [];
    const progress = await this.#readStore.progress();
    const missing = entering.map(async ([lane, token]) =>
      (await this.#enter(lane, token, progress)) ? [] : [lane.projection],
    );
    // One that fails is told of when all are through: none is opened twice.
    await Promise.allSettled(missing);
    return (await Promise.all(missing)).flat();
  }

  async #leave(lane: Lane): Promise<void> {
    this.#log.info({ projection: lane.projection.name }, 'another process projects from here on');
    await lane.leave();
    this.#moved();
  }

  /** Answers false where there is no build to go on with. */
  async #enter(lane: Lane, token: number, progress: readonly Progress[]): Promise<boolean> {
    const { projection } = lane;
    const build = await this.#opened(projection, token);
    if (build === undefined) return true;
    if (build === null) return false;
    try {
      if (build.checkpoint > (await this.#store.head())) {
        // The log was restored from a copy that is older than these rows.
        this.#log.warn(
          { projection: projection.name, checkpoint: build.checkpoint },
          'rows are ahead of the log and are built anew',
        );
        await this.#readStore.discard(build);
        return false;
      }
    } catch (error) {
      await build.close();
      throw error;
    }
    lane.enter(build, token, progress.find(({ name }) => name === projection.name)?.stall);
    this.#log.info(
      { projection: projection.name, version: projection.version, checkpoint: build.checkpoint },
      'projecting from here on',
    );
    this.#moved();
    return true;
  }

  /** Answers null where there is no build, and undefined where another process holds the lease by now. */
  async #opened(projection: Projection, token: number): Promise<Build | null | undefined> {
    try {
      return await this.#readStore.open(projection, token);
    } catch (error) {
      if (!(error instanceof LeaseLost)) throw error;
      this.#log.warn({ projection: projection.name, error: error.message }, 'the lease was lost at once');
      return undefined;
    }
  }

  /** Lets readers see builds that have come to the end of the log for the first time. */
  async #switchBuilt(): Promise<void> {
    const building = this.#lanes.flatMap(({ build }) => (build === undefined || build.live ? [] : [build]));
    if (building.length === 0) return;
    const head = await this.#store.head();
    for (const build of building) {
      if (build.checkpoint < head) continue;
      await this.#readStore.makeLive(build, this.#holder);
      this.#log.info({ projection: build.projection.name, version: build.projection.version }, 'new rows are live');
      this.#moved();
    }
    if (Date.now() - this.#reportedAt < reportIntervalMs) return;
    this.#reportedAt = Date.now();
    for (const build of building) if (!build.live) await this.#readStore.report(build, head);
  }

  #whereIs(name: string): Whereabouts {
    const lane = this.#lanesByName.get(name);
    if (lane === undefined) throw new TypeError(`There is no projection '${name}'.`);
    return lane.whereabouts ?? elsewhere(this.#heard.get(name));
  }

  #moved(): void {
    this.#waiting.check();
    if (this.#onMove === undefined) return;
    const here = new Map<string, Whereabouts>();
    for (const { projection, whereabouts } of this.#lanes)
      if (whereabouts !== undefined) here.set(projection.name, whereabouts);
    this.#onMove(here);
  }

  async #hear(): Promise<void> {
    this.#heard = new Map((await this.#readStore.progress()).map((progress) => [progress.name, progress]));
  }

  #tendSoon(): void {
    this.#tendAt = 0;
    this.#bell.ring();
  }

  #idleMs(): number {
    const now = Date.now();
    const retries = this.#lanes.flatMap(({ build, retryAt }) =>
      build !== undefined && retryAt > now ? [retryAt] : [],
    );
    const saves = this.#lanes.map(({ saveAt }) => saveAt);
    return Math.max(0, Math.min(this.#tendAt, ...retries, ...saves) - now);
  }
}
