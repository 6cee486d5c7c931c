import type { DatabaseSync } from 'node:sqlite';
import type { Projected, Stall } from '../read-store.js';
import { AlreadyBuilding, LeaseLost, buildLease, projectLease } from '../read-store.js';
import type { WriteTransaction } from './sqlite.connection.js';
import { openSqlite, whileBusy, writeTransactions } from './sqlite.connection.js';
import { SqliteRowReader, shapeOf } from './sqlite.rows.js';

/** What the registry says of a build. */
export type BuildEntry = {
  readonly id: number;
  readonly name: string;
  readonly version: number;
  /** The log whose events are in it: ordinals of another one mean something else. */
  readonly log: string;
  readonly shape: string;
  readonly state: 'filling' | 'settled' | 'live';
  readonly ordinal: number;
  readonly target: number;
};
type LeaseEntry = {
  readonly name: string;
  readonly holder: string;
  readonly token: number;
  readonly expires_at: number;
};
type StallEntry = {
  readonly name: string;
  readonly version: number;
  readonly ordinal: number;
  readonly event_id: string;
  readonly message: string;
};

const ddl = `
  CREATE TABLE IF NOT EXISTS build (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, version INTEGER NOT NULL, log TEXT NOT NULL,
    shape TEXT NOT NULL, state TEXT NOT NULL, ordinal INTEGER NOT NULL, target INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS lease (
    name TEXT PRIMARY KEY, holder TEXT NOT NULL, token INTEGER NOT NULL, expires_at INTEGER NOT NULL) WITHOUT ROWID, STRICT;
  CREATE TABLE IF NOT EXISTS stall (
    name TEXT NOT NULL, version INTEGER NOT NULL, ordinal INTEGER NOT NULL, event_id TEXT NOT NULL, message TEXT NOT NULL,
    PRIMARY KEY (name, version)) WITHOUT ROWID, STRICT;`;

const nobody = '';
const busyLimitMs = 5_000;

/** Which builds there are, which of them are live, who holds the leases: one small file beside the builds. */
export class SqliteRegistry {
  readonly #path: string;
  readonly #log: string;
  readonly #now: () => number;
  readonly #db: DatabaseSync;
  readonly #rows: SqliteRowReader;
  readonly #transaction: WriteTransaction;

  constructor(path: string, log: string, now: () => number) {
    this.#path = path;
    this.#log = log;
    this.#now = now;
    this.#db = openSqlite({ path, durable: false, cacheKib: 256 }, (db) => {
      // One write makes the tables, so that of two processes which come first the second finds them.
      db.exec(`PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE; ${ddl} COMMIT`);
    });
    this.#rows = new SqliteRowReader(this.#db);
    this.#transaction = writeTransactions(this.#db);
  }

  /** Changes when another connection has written. */
  version(): number {
    return this.#rows.firstNow<{ data_version: number }>('PRAGMA data_version')?.data_version ?? 0;
  }

  builds(): readonly BuildEntry[] {
    return this.#rows.allNow<BuildEntry>('SELECT * FROM build ORDER BY id');
  }

  stalls(): readonly StallEntry[] {
    return this.#rows.allNow<StallEntry>('SELECT * FROM stall');
  }

  /** True of a build that this program can go on with. */
  fits(entry: BuildEntry, projection: Projected): boolean {
    const { name, version, log, shape } = entry;
    return (
      name === projection.name && version === projection.version && log === this.#log && shape === shapeOf(projection)
    );
  }

  sameLog(entry: BuildEntry): boolean {
    return entry.log === this.#log;
  }

  async hold(holder: string, leases: readonly string[], ttlMs: number): Promise<ReadonlyMap<string, number>> {
    // Renewed when a third has passed: most calls only read.
    const due = this.#now() + (ttlMs * 2) / 3;
    const known = this.#leases();
    const settled = leases.every((name) => {
      const lease = known.get(name);
      return lease !== undefined && (lease.holder === holder ? lease.expires_at > due : !this.#isFree(lease));
    });
    if (!settled) await this.#write(() => leases.forEach((name) => void this.#take(holder, name, ttlMs, false)));
    const held = settled ? known : this.#leases();
    return new Map(leases.flatMap((name) => ofHolder(held.get(name), holder)));
  }

  async seize(holder: string, lease: string, ttlMs: number): Promise<number> {
    return this.#write(() => this.#take(holder, lease, ttlMs, true));
  }

  async release(holder: string, leases: readonly string[]): Promise<void> {
    // The row stays: its token must never come again.
    await this.#write(() => {
      for (const name of leases)
        this.#rows.allNow('UPDATE lease SET holder = ?, expires_at = 0 WHERE name = ? AND holder = ?', [
          nobody,
          name,
          holder,
        ]);
    });
  }

  /** Enters a new build. Answers with its id, and with what a dead process left unfinished, which is out of the registry now. */
  async begin(projection: Projected, holder: string): Promise<{ id: number; left: readonly BuildEntry[] }> {
    return this.#write(() => {
      const lease = this.#leases().get(buildLease(projection));
      if (lease?.holder !== holder) throw new AlreadyBuilding(projection.name);
      const { name, version } = projection;
      const left = this.#rows.allNow<BuildEntry>(
        "DELETE FROM build WHERE name = ? AND version = ? AND state = 'filling' RETURNING *",
        [name, version],
      );
      const made = this.#rows.firstNow<{ id: number }>(
        "INSERT INTO build (name, version, log, shape, state, ordinal, target) VALUES (?, ?, ?, ?, 'filling', 0, 0) RETURNING id",
        [name, version, this.#log, shapeOf(projection)],
      );
      return { id: made?.id ?? 0, left };
    });
  }

  async report(id: number, ordinal: number, target: number): Promise<void> {
    await this.#write(() =>
      this.#rows.allNow('UPDATE build SET ordinal = ?, target = ? WHERE id = ?', [ordinal, target, id]),
    );
  }

  async settled({ name }: Projected, id: number, ordinal: number): Promise<void> {
    await this.#write(() => {
      const sql = "UPDATE build SET state = 'settled', ordinal = ? WHERE id = ? RETURNING id";
      if (this.#rows.firstNow(sql, [ordinal, id]) === undefined) throw new AlreadyBuilding(name);
    });
  }

  async remove(id: number): Promise<void> {
    await this.#write(() => this.#rows.allNow('DELETE FROM build WHERE id = ?', [id]));
  }

  /** Answers with the builds that it replaces, which are out of the registry now. */
  async makeLive(
    projection: Projected,
    id: number,
    checkpoint: number,
    holder: string,
  ): Promise<readonly BuildEntry[]> {
    return this.#write(() => {
      const leases = this.#leases();
      if (leases.get(projectLease(projection))?.holder !== holder)
        throw new LeaseLost(`The lease of '${projection.name}' was lost.`);
      const sql = "UPDATE build SET state = 'live' WHERE id = ? AND state <> 'filling' RETURNING id";
      if (this.#rows.firstNow(sql, [id]) === undefined)
        throw new LeaseLost(`This build of '${projection.name}' was replaced.`);
      const { name, version } = projection;
      const passed = 'DELETE FROM stall WHERE name = ? AND version = ? AND ordinal <= ?';
      this.#rows.allNow(passed, [name, version, checkpoint]);
      const replaced = this.builds().filter((entry) => this.#isReplaced(entry, projection, id, leases));
      for (const entry of replaced) this.#rows.allNow('DELETE FROM build WHERE id = ?', [entry.id]);
      return replaced;
    });
  }

  async noteStall({ name, version }: Projected, stall: Stall | null): Promise<void> {
    await this.#write(() => {
      if (stall === null) return this.#rows.allNow('DELETE FROM stall WHERE name = ? AND version = ?', [name, version]);
      const { ordinal, eventId, message } = stall;
      return this.#rows.allNow('INSERT OR REPLACE INTO stall VALUES (?, ?, ?, ?, ?)', [
        name,
        version,
        ordinal,
        eventId,
        message,
      ]);
    });
  }

  close(): void {
    this.#db.close();
  }

  // A build of an older version stays while a process of that version projects it, so that it can go on answering.
  #isReplaced(
    entry: BuildEntry,
    { name, version }: Projected,
    id: number,
    leases: ReadonlyMap<string, LeaseEntry>,
  ): boolean {
    if (entry.id === id || entry.name !== name || entry.version > version) return false;
    // One that is being filled belongs to who holds its lease: it is thrown away at the next beginning.
    if (entry.state === 'filling') return false;
    if (entry.version === version) return true;
    const lease = leases.get(projectLease({ name, version: entry.version, tables: [] }));
    return lease === undefined || this.#isFree(lease);
  }

  #leases(): ReadonlyMap<string, LeaseEntry> {
    return new Map(this.#rows.allNow<LeaseEntry>('SELECT * FROM lease').map((lease) => [lease.name, lease]));
  }

  #isFree({ holder, expires_at }: LeaseEntry): boolean {
    return holder === nobody || expires_at <= this.#now();
  }

  #take(holder: string, name: string, ttlMs: number, byForce: boolean): number {
    const lease = this.#rows.firstNow<LeaseEntry>('SELECT * FROM lease WHERE name = ?', [name]);
    const ours = lease?.holder === holder;
    if (lease !== undefined && !ours && !byForce && !this.#isFree(lease)) return lease.token;
    const token = ours ? lease.token : this.#nextToken();
    this.#rows.allNow('INSERT OR REPLACE INTO lease VALUES (?, ?, ?, ?)', [name, holder, token, this.#now() + ttlMs]);
    return token;
  }

  // Higher than every token that any lease had. The clock is a second guard: a machine that lost its power may have
  // lost the last tokens too, but not the files that they were written to.
  #nextToken(): number {
    const highest = this.#rows.firstNow<{ token: number | null }>('SELECT max(token) AS token FROM lease')?.token ?? 0;
    return Math.max(highest + 1, Date.now());
  }

  #write<T>(body: () => T): Promise<T> {
    return whileBusy(() => this.#transaction(body), this.#path, busyLimitMs);
  }
}

const ofHolder = (lease: LeaseEntry | undefined, holder: string): readonly (readonly [string, number])[] =>
  lease?.holder === holder ? [[lease.name, lease.token]] : [];
