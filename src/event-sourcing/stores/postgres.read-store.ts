import { setTimeout as sleep } from 'node:timers/promises';
import type { Build, Progress, Projected, ReadStore, Row, Stall, Value } from '../read-store.js';
import { NotBuiltYet } from '../read-store.js';
import { PostgresBuild } from './postgres.build.js';
import { ReplicaMet, connect, ended } from './postgres.connection.js';
import { shapeOf } from './postgres.dialect.js';
import { ConnectionLost, isMissing, plainly } from './postgres.errors.js';
import { LiveReader } from './postgres.live-reader.js';
import { migrate, schemaOfBuild } from './postgres.migrations.js';
import { PostgresPool } from './postgres.pool.js';
import type { BuildEntry } from './postgres.registry.js';
import { PostgresRegistry } from './postgres.registry.js';
import { whileLost } from './postgres.retry.js';
import type { PostgresAddress } from './postgres-address.js';
import { assertProjectable } from './projectable.js';
import { StoreRefused } from './store-refused.js';

export interface PostgresReadStoreOptions {
  readonly address: PostgresAddress;
  readonly projections: readonly Projected[];
  /** The log whose events it holds. Others may keep theirs in the same database. */
  readonly logId: string;
  /** Told each time that the server is not there yet. */
  readonly onWaiting?: ((waiting: Waiting) => void) | undefined;
  /** How long it waits for the server to come up, 60,000 by default. */
  readonly startMs?: number | undefined;
  /** How long a query waits for a server that was restarted, 10,000 by default. */
  readonly outageMs?: number | undefined;
}

export interface Waiting {
  /** What it waits for, and why. */
  readonly reason: string;
  readonly waitedMs: number;
  readonly limitMs: number;
}

/**
 * Opens the read store in a PostgreSQL database, and brings its tables to this program's version.
 * @throws StoreUnavailable where the server does not come up in time; StoreRefused, which says why; TypeError for
 *   projections that cannot stand side by side.
 */
export const openPostgresReadStore = async (options: PostgresReadStoreOptions): Promise<ReadStore> => {
  const { projections } = options;
  assertProjectable(projections);
  await prepared(options);
  const store = new PostgresReadStore(options);
  await store.sweep();
  return store;
};

// How long a reader goes on with builds that another process has replaced.
const refreshMs = 20;
// A query that meets a switch asks again; it meets another one within milliseconds only where nobody looks.
const switchesMax = 5;

const sweepMs = 30_000;

const readersMax = 8;
// Leases are renewed however many queries run.
const keepersMax = 2;

const prepared = async ({ address, onWaiting, startMs = 60_000 }: PostgresReadStoreOptions): Promise<void> => {
  const begin = performance.now();
  for (let pauseMs = 200; ; pauseMs = Math.min(pauseMs * 2, 3_000)) {
    try {
      await migrated(address);
      return;
    } catch (error) {
      if (error instanceof ReplicaMet) throw new StoreRefused(error.message, { cause: error });
      const waitedMs = Math.round(performance.now() - begin);
      if (!(error instanceof ConnectionLost) || waitedMs + pauseMs >= startMs) throw error;
      onWaiting?.({ reason: error.message, waitedMs, limitMs: startMs });
    }
    await sleep(pauseMs);
  }
};

const migrated = async (address: PostgresAddress): Promise<void> => {
  const client = await connect(address);
  try {
    await client.query('BEGIN');
    await migrate(client, String(address));
    await client.query('COMMIT');
  } catch (error) {
    throw plainly(error, String(address));
  } finally {
    await ended(client);
  }
};

/** What readers see: of each projection at most one build. */
interface Seen {
  readonly builds: readonly (BuildEntry & { readonly fits: boolean })[];
  readonly entries: readonly BuildEntry[];
}

class PostgresReadStore implements ReadStore {
  #projections: readonly Projected[] = [];
  readonly #address: PostgresAddress;
  readonly #outageMs: number;
  #shapes: ReadonlyMap<string, string> = new Map();
  readonly #readers: PostgresPool;
  readonly #keepers: PostgresPool;
  readonly #reader: LiveReader;
  readonly #registry: PostgresRegistry;
  #seen: Promise<Seen> | undefined;
  #seenAt = -Infinity;
  #sweeping: NodeJS.Timeout | undefined;
  #closed = false;

  constructor({ address, projections, logId, outageMs = 10_000 }: PostgresReadStoreOptions) {
    this.#outageMs = outageMs;
    this.#address = address;
    this.readAs(projections);
    this.#readers = new PostgresPool(address, readersMax);
    this.#keepers = new PostgresPool(address, keepersMax);
    this.#reader = new LiveReader(this.#readers);
    this.#registry = new PostgresRegistry(this.#keepers, logId);
  }

  get projections(): readonly Projected[] {
    return this.#projections;
  }

  all<R extends Row = Row>(sql: string, parameters: readonly Value[] = []): Promise<readonly R[]> {
    // What a query answers is known to who wrote it: the boundary of the driver.
    return this.#ask(sql, parameters) as Promise<readonly R[]>;
  }

  async first<R extends Row = Row>(sql: string, parameters: readonly Value[] = []): Promise<R | undefined> {
    // As above.
    return (await this.#ask(sql, parameters))[0] as R | undefined;
  }

  async progress(): Promise<readonly Progress[]> {
    return this.#lasting(async () => {
      const stalls = await this.#registry.stalls();
      const { seen, checkpoints } = await this.#checkpoints();
      return this.projections.map((projection) => {
        const { name, version } = projection;
        const live = seen.builds.find((build) => build.name === name && build.fits);
        const building = seen.entries.findLast((entry) => entry.state !== 'live' && this.#fits(entry, projection));
        const stall = stalls.find((each) => each.name === name && each.version === version);
        return {
          name,
          version,
          live: live !== undefined,
          checkpoint: live === undefined ? 0 : (checkpoints.get(live.id) ?? 0),
          ...(building && { building: { ordinal: building.ordinal, target: building.target } }),
          ...(stall && { stall: { ordinal: stall.ordinal, eventId: stall.event_id, message: stall.message } }),
        };
      });
    });
  }

  hold(holder: string, leases: readonly string[], ttlMs: number): Promise<ReadonlyMap<string, number>> {
    return this.#registry.hold(holder, leases, ttlMs);
  }

  seize(holder: string, lease: string, ttlMs: number): Promise<number> {
    return this.#registry.seize(holder, lease, ttlMs);
  }

  release(holder: string, leases: readonly string[]): Promise<void> {
    return this.#registry.release(holder, leases);
  }

  async open(projection: Projected, token: number): Promise<Build | null> {
    // Whoever waits for what this writer writes must read it, and not the build that it replaced.
    this.#lookAgain();
    const fitting = (await this.#registry.builds()).filter((entry) => this.#fits(entry, projection));
    const entry =
      fitting.findLast(({ state }) => state === 'live') ?? fitting.findLast(({ state }) => state === 'settled');
    if (entry === undefined) return null;
    const { id, state } = entry;
    return PostgresBuild.open({ address: this.#address, projection, id, live: state === 'live' }, token);
  }

  async begin(projection: Projected, holder: string): Promise<Build> {
    const id = await this.#registry.begin(projection, holder);
    await this.sweep();
    return PostgresBuild.fill({ address: this.#address, projection, id });
  }

  report(build: Build, target: number): Promise<void> {
    return this.#registry.report(build.id, build.checkpoint, target);
  }

  async makeLive(build: Build, holder: string): Promise<void> {
    await this.#registry.makeLive(build.projection, build.id, build.checkpoint, holder);
    if (build instanceof PostgresBuild) build.live = true;
    this.#lookAgain();
    await this.sweep();
  }

  async discard(build: Build): Promise<void> {
    await build.close();
    await this.#registry.replace(build.id);
    this.#lookAgain();
    await this.sweep();
  }

  readAs(projections: readonly Projected[]): void {
    assertProjectable(projections);
    this.#projections = projections;
    this.#shapes = new Map(projections.map((projection) => [projection.name, shapeOf(projection)]));
    this.#lookAgain();
  }

  async deleteBuilds(ofName: (name: string) => boolean): Promise<void> {
    for (const { id, name } of await this.#registry.builds()) if (ofName(name)) await this.#registry.replace(id);
    this.#lookAgain();
    await this.sweep();
  }

  noteStall(projection: Projected, stall: Stall | null): Promise<void> {
    return this.#registry.noteStall(projection, stall);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#sweeping);
    await Promise.all([this.#readers.close(), this.#keepers.close()]);
  }

  /** Deletes what is out of use: again some time later, where somebody still reads it. */
  async sweep(): Promise<void> {
    clearTimeout(this.#sweeping);
    const left = await this.#registry.sweep();
    if (left === 0 || this.#closed) return;
    this.#sweeping = setTimeout(() => void this.sweep().catch(() => undefined), sweepMs);
    this.#sweeping.unref();
  }

  async #ask(sql: string, parameters: readonly Value[]): Promise<readonly Row[]> {
    return this.#lasting(() =>
      this.#asSeen(({ builds }) =>
        this.#reader.all(
          builds.map(({ id }) => id),
          sql,
          parameters,
        ),
      ),
    );
  }

  async #checkpoints(): Promise<{ seen: Seen; checkpoints: ReadonlyMap<number, number> }> {
    // Whoever asks how far the rows are goes on to read them: by what is live now.
    this.#lookAgain();
    return this.#asSeen(async (seen) => {
      if (seen.builds.length === 0) return { seen, checkpoints: new Map() };
      const each = seen.builds.map(
        ({ id }) => `SELECT ${id}::bigint AS id, ordinal FROM ${schemaOfBuild(id)}.checkpoint`,
      );
      const rows = await this.#reader.all([], each.join(' UNION ALL '), []);
      return { seen, checkpoints: new Map(rows.map(({ id, ordinal }) => [Number(id), Number(ordinal)])) };
    });
  }

  /** Asks what is live; where that was replaced meanwhile, asks again. */
  async #asSeen<T>(ask: (seen: Seen) => Promise<T>): Promise<T> {
    for (let switches = 0; ; switches += 1) {
      const seen = await this.#current();
      try {
        return await ask(seen);
      } catch (error) {
        if (!isMissing(error)) throw error;
        this.#lookAgain();
        const now = await this.#current();
        if (switches < switchesMax && idsOf(now) !== idsOf(seen)) continue;
        const missing = this.projections
          .map(({ name }) => name)
          .filter((name) => !now.builds.some((build) => build.name === name && build.fits));
        // A table or a column that is not there, while not all that the program knows of is built.
        throw missing.length > 0 ? new NotBuiltYet(missing, { cause: error }) : error;
      }
    }
  }

  #current(): Promise<Seen> {
    const now = performance.now();
    if (this.#seen !== undefined && now - this.#seenAt < refreshMs) return this.#seen;
    this.#seenAt = now;
    const looking = this.#look();
    this.#seen = looking;
    looking.catch(() => {
      if (this.#seen === looking) this.#lookAgain();
    });
    return looking;
  }

  #lookAgain(): void {
    this.#seenAt = -Infinity;
  }

  async #look(): Promise<Seen> {
    const entries = await this.#registry.builds();
    const live = entries.filter(({ state }) => state === 'live');
    return { entries, builds: this.projections.flatMap((projection) => this.#seenOf(projection, live)) };
  }

  /** The live build of the projection's version, else of the next older one, else of any. */
  #seenOf(projection: Projected, live: readonly BuildEntry[]): Seen['builds'] {
    const own = live.filter(({ name }) => name === projection.name);
    const byVersion = own.toSorted((a, b) => b.version - a.version);
    const entry =
      own.findLast((each) => this.#fits(each, projection)) ??
      byVersion.find(({ version }) => version <= projection.version) ??
      byVersion[0];
    return entry === undefined ? [] : [{ ...entry, fits: this.#fits(entry, projection) }];
  }

  /** True of a build that this program can go on with. */
  #fits({ name, version, shape }: BuildEntry, projection: Projected): boolean {
    return name === projection.name && version === projection.version && shape === this.#shapes.get(name);
  }

  #lasting<T>(operation: () => Promise<T>): Promise<T> {
    return whileLost(operation, this.#outageMs, () => this.#closed);
  }
}

const idsOf = ({ builds }: Seen): string => builds.map(({ id }) => id).join();
