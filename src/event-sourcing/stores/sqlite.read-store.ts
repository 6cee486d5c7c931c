import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { v4 } from 'uuid';
import type { Build, Progress, Projected, ReadStore, Row, Stall, Value } from '../read-store.js';
import { NotBuiltYet } from '../read-store.js';
import { assertProjectable } from './projectable.js';
import type { Attachable } from './sqlite.attached-reader.js';
import { AttachedReader } from './sqlite.attached-reader.js';
import { SqliteBuild } from './sqlite.build.js';
import { plainly, sqliteCode } from './sqlite.connection.js';
import type { BuildEntry } from './sqlite.registry.js';
import { SqliteRegistry } from './sqlite.registry.js';

export interface SqliteReadStoreOptions {
  /** The folder of `read.db` and `read/`, made where it is not there; or ':memory:', then it lives as long as this object. */
  readonly folder: string;
  readonly projections: readonly Projected[];
  /** The log whose events it holds: builds of another log are not gone on with. */
  readonly logId: string;
  /** Milliseconds since 1970, by which leases expire. */
  readonly now?: () => number;
}

/**
 * Opens the read store in SQLite files: a small registry and a file for each build of a projection.
 * @throws StoreUnavailable, StoreRefused; TypeError for projections that cannot stand side by side.
 */
export const openSqliteReadStore = (options: SqliteReadStoreOptions): ReadStore => new SqliteReadStore(options);

// How long a reader goes on with builds that another process has replaced.
const refreshMs = 20;
// Shared by the files that are filled at the same time.
const fillCacheKib = 32 * 1024;
const fillCacheKibMax = 16 * 1024;

const leftovers = ['', '-wal', '-shm', '-journal'];

class SqliteReadStore implements ReadStore {
  #projections: readonly Projected[];
  readonly #builds: string;
  readonly #memory: string | undefined;
  readonly #registry: SqliteRegistry;
  /** What keeps builds in memory there while no writer has them open. */
  readonly #anchors = new Map<number, DatabaseSync>();
  #reader: AttachedReader | undefined;
  #readerOf = '';
  #live: ReadonlySet<string> = new Set();
  #registryVersion = -1;
  #refreshedAt = -Infinity;

  constructor({ folder, projections, logId, now = Date.now }: SqliteReadStoreOptions) {
    assertProjectable(projections);
    this.#projections = projections;
    this.#memory = folder === ':memory:' ? `file:/rapport-${v4()}` : undefined;
    this.#builds = join(folder, 'read');
    try {
      if (this.#memory === undefined) mkdirSync(this.#builds, { recursive: true });
    } catch (error) {
      throw plainly(error, folder);
    }
    this.#registry = new SqliteRegistry(
      this.#memory === undefined ? join(folder, 'read.db') : `${this.#memory}?vfs=memdb`,
      logId,
      now,
    );
    if (this.#memory === undefined) this.#sweep();
  }

  get projections(): readonly Projected[] {
    return this.#projections;
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- The driver is synchronous, the seam is not: errors must reject.
  async all<R extends Row = Row>(sql: string, parameters?: readonly Value[]): Promise<readonly R[]> {
    return this.#asking((reader) => reader.all<R>(sql, parameters));
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- As above.
  async first<R extends Row = Row>(sql: string, parameters?: readonly Value[]): Promise<R | undefined> {
    return this.#asking((reader) => reader.first<R>(sql, parameters));
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- As above.
  async progress(): Promise<readonly Progress[]> {
    const reader = this.#current();
    const entries = this.#registry.builds();
    const stalls = this.#registry.stalls();
    return this.projections.map((projection) => {
      const { name, version } = projection;
      const live = this.#live.has(name);
      const building = entries.findLast((entry) => entry.state !== 'live' && this.#registry.fits(entry, projection));
      const stall = stalls.find((each) => each.name === name && each.version === version);
      return {
        name,
        version,
        live,
        checkpoint: live ? reader.checkpoint(name) : 0,
        ...(building && { building: { ordinal: building.ordinal, target: building.target } }),
        ...(stall && { stall: { ordinal: stall.ordinal, eventId: stall.event_id, message: stall.message } }),
      };
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
    this.#refreshedAt = -Infinity;
    const fitting = this.#registry
      .builds()
      .filter((entry) => this.#registry.fits(entry, projection) && this.#isThere(entry));
    const entry =
      fitting.findLast(({ state }) => state === 'live') ?? fitting.findLast(({ state }) => state === 'settled');
    return entry === undefined ? null : SqliteBuild.open(projection, this.#fileOf(entry), token);
  }

  async begin(projection: Projected, holder: string): Promise<Build> {
    const { id, left } = await this.#registry.begin(projection, holder);
    for (const entry of left) this.#delete(entry);
    const file = this.#fileOf({ id, name: projection.name, version: projection.version, state: 'filling' });
    const cacheKib = Math.min(fillCacheKibMax, Math.ceil(fillCacheKib / this.projections.length));
    const build = SqliteBuild.fill(projection, file, cacheKib, () =>
      this.#registry.settled(projection, id, build.checkpoint),
    );
    if (file.inMemory) this.#anchors.set(id, new DatabaseSync(file.path));
    return build;
  }

  report(build: Build, target: number): Promise<void> {
    return this.#registry.report(build.id, build.checkpoint, target);
  }

  async makeLive(build: Build, holder: string): Promise<void> {
    const replaced = await this.#registry.makeLive(build.projection, build.id, build.checkpoint, holder);
    if (build instanceof SqliteBuild) build.live = true;
    this.#lookAgain();
    for (const entry of replaced) this.#delete(entry);
  }

  async discard(build: Build): Promise<void> {
    await build.close();
    await this.#registry.remove(build.id);
    this.#lookAgain();
    this.#delete({ ...build.projection, id: build.id });
  }

  readAs(projections: readonly Projected[]): void {
    assertProjectable(projections);
    this.#projections = projections;
    this.#lookAgain();
  }

  async deleteBuilds(ofName: (name: string) => boolean): Promise<void> {
    for (const entry of this.#registry.builds().filter(({ name }) => ofName(name))) {
      await this.#registry.remove(entry.id);
      this.#lookAgain();
      this.#delete(entry);
    }
  }

  noteStall(projection: Projected, stall: Stall | null): Promise<void> {
    return this.#registry.noteStall(projection, stall);
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- As above.
  async close(): Promise<void> {
    this.#reader?.close();
    this.#reader = undefined;
    for (const anchor of this.#anchors.values()) anchor.close();
    this.#anchors.clear();
    this.#registry.close();
  }

  #asking<T>(query: (reader: AttachedReader) => T): T {
    try {
      return query(this.#current());
    } catch (error) {
      const missing = this.projections.map(({ name }) => name).filter((name) => !this.#live.has(name));
      // A table or a column that is not there, while not all that the program knows of is built.
      if (sqliteCode(error) === 1 && missing.length > 0) throw new NotBuiltYet(missing, { cause: error });
      throw plainly(error, this.#builds);
    }
  }

  /** The reader over what is live now. Between two queries it may be another. */
  #current(): AttachedReader {
    const now = performance.now();
    if (this.#reader !== undefined && now - this.#refreshedAt < refreshMs) return this.#reader;
    this.#refreshedAt = now;
    const version = this.#registry.version();
    if (this.#reader !== undefined && version === this.#registryVersion) return this.#reader;
    this.#registryVersion = version;
    return this.#attachLive();
  }

  /** After a change of our own. Readers let go of what they had open first: elsewhere than on Unix deleting takes that. */
  #lookAgain(): void {
    this.#registryVersion = -1;
    this.#refreshedAt = -Infinity;
    this.#current();
  }

  #attachLive(): AttachedReader {
    for (let tries = 3; ; tries -= 1) {
      const entries = this.#registry.builds().filter((entry) => entry.state === 'live' && this.#isThere(entry));
      const seen = this.projections.flatMap((projection) => this.#seenOf(projection, entries));
      const readerOf = seen.map(({ path }) => path).join('\n');
      if (this.#reader !== undefined && readerOf === this.#readerOf) return this.#reader;
      try {
        const reader = new AttachedReader(seen);
        this.#reader?.close();
        this.#reader = reader;
        this.#readerOf = readerOf;
        this.#live = new Set(seen.filter(({ fits }) => fits).map(({ projection }) => projection.name));
        return reader;
      } catch (error) {
        // Another process may just have replaced and deleted one of them.
        if (tries === 0) throw error;
      }
    }
  }

  /** The live build of the projection's version, else of the next older one, else of any. */
  #seenOf(projection: Projected, live: readonly BuildEntry[]): readonly (Attachable & { readonly fits: boolean })[] {
    const own = live.filter(({ name }) => name === projection.name);
    const byVersion = own.filter((entry) => this.#registry.sameLog(entry)).sort((a, b) => b.version - a.version);
    const entry =
      own.findLast((each) => this.#registry.fits(each, projection)) ??
      byVersion.find(({ version }) => version <= projection.version) ??
      byVersion[0];
    return entry === undefined
      ? []
      : [{ projection, ...this.#fileOf(entry), fits: this.#registry.fits(entry, projection) }];
  }

  #fileOf({ id, name, version, state }: Pick<BuildEntry, 'id' | 'name' | 'version' | 'state'>) {
    const live = state === 'live';
    if (this.#memory !== undefined) return { id, path: `${this.#memory}-b${id}?vfs=memdb`, inMemory: true, live };
    return { id, path: join(this.#builds, `${name}-v${version}-b${id}.db`), inMemory: false, live };
  }

  #isThere(entry: BuildEntry): boolean {
    return this.#memory !== undefined || existsSync(this.#fileOf(entry).path);
  }

  #delete(entry: Pick<BuildEntry, 'id' | 'name' | 'version'>): void {
    this.#anchors.get(entry.id)?.close();
    this.#anchors.delete(entry.id);
    if (this.#memory !== undefined) return;
    const { path } = this.#fileOf({ ...entry, state: 'settled' });
    try {
      for (const ending of leftovers) rmSync(`${path}${ending}`, { force: true });
    } catch {
      // Somebody has it open where that keeps a file from being deleted: the next opening sweeps it away.
    }
  }

  /** Deletes the files of builds that are not in the registry. A build is entered before its file is made. */
  #sweep(): void {
    const files = readdirSync(this.#builds);
    const entered = new Set(this.#registry.builds().map(({ id }) => id));
    for (const file of files) {
      const [, name, version, id] = /^(.+)-v(\d+)-b(\d+)\.db/.exec(file) ?? [];
      if (name !== undefined && !entered.has(Number(id)))
        this.#delete({ id: Number(id), name, version: Number(version) });
    }
  }
}
