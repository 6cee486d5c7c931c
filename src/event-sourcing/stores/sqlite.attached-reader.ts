import { DatabaseSync } from 'node:sqlite';
import type { Projected, Row, Value } from '../read-store.js';
import { SqliteRowReader } from './sqlite.rows.js';

/** A build that readers see. */
export interface Attachable {
  readonly projection: Projected;
  readonly path: string;
  readonly inMemory: boolean;
}

// SQLite joins at most ten attached files as it is compiled in Node.
const attachedMax = 10;
// Of all files together. What leaves it is still in the operating system's cache, mostly.
const cacheKib = 32 * 1024;
const cacheKibMax = 4 * 1024;
const parsedMax = 1_000;

const word = /\w+/g;

const schemaOf = ({ name }: Projected): string => `p_${name.replaceAll('-', '_')}`;

// `rw` and not `rwc`: a file that was deleted meanwhile must not come into being again, empty.
const uriOf = ({ path, inMemory }: Attachable): string =>
  inMemory ? path : `file:${encodeURI(path).replaceAll('?', '%3f').replaceAll('#', '%23')}?mode=rw`;

/** A connection with files attached to it. */
class Joined {
  readonly rows: SqliteRowReader;
  readonly #db = new DatabaseSync(':memory:', { timeout: 5_000 });
  /** The one used longest ago first. */
  readonly #attached = new Set<Attachable>();

  constructor(private readonly cacheKib: number) {
    this.rows = new SqliteRowReader(this.#db);
  }

  has(builds: readonly Attachable[]): boolean {
    return builds.every((build) => this.#attached.has(build));
  }

  /** Attaches what is missing, in place of what was used longest ago. */
  take(builds: readonly Attachable[]): this {
    for (const build of builds) if (this.#attached.delete(build)) this.#attached.add(build);
    for (const build of builds) if (!this.#attached.has(build)) this.#attach(build);
    return this;
  }

  close(): void {
    this.#db.close();
  }

  #attach(build: Attachable): void {
    const [out] = this.#attached.size < attachedMax ? [] : this.#attached;
    if (out !== undefined) {
      this.#attached.delete(out);
      this.#db.exec(`DETACH ${schemaOf(out.projection)}`);
    }
    const schema = schemaOf(build.projection);
    this.#db.prepare(`ATTACH ? AS ${schema}`).run(uriOf(build));
    this.#db.exec(`PRAGMA ${schema}.cache_size = -${this.cacheKib}`);
    this.#attached.add(build);
  }
}

/**
 * The live builds of all projections, which a query may join by bare table names. SQLite attaches so many files to one
 * connection and no more: so there are several, and one further for queries whose files no other has together.
 */
export class AttachedReader {
  readonly #builds: ReadonlyMap<string, Attachable>;
  readonly #byTable: ReadonlyMap<string, Attachable>;
  readonly #connections: Joined[] = [];
  readonly #cacheKib: number;
  readonly #parsed = new Map<string, readonly Attachable[]>();
  #further: Joined | undefined;

  constructor(builds: readonly Attachable[]) {
    this.#builds = new Map(builds.map((build) => [build.projection.name, build]));
    this.#byTable = new Map(
      builds.flatMap((build) => build.projection.tables.map(({ name }) => [name, build] as const)),
    );
    this.#cacheKib = Math.min(cacheKibMax, Math.ceil(cacheKib / Math.max(1, builds.length)));
    try {
      for (let from = 0; from === 0 || from < builds.length; from += attachedMax) {
        const joined = new Joined(this.#cacheKib);
        this.#connections.push(joined);
        joined.take(builds.slice(from, from + attachedMax));
      }
    } catch (error) {
      this.close();
      throw error;
    }
  }

  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- As RowReader has it.
  all<R extends Row>(sql: string, parameters?: readonly Value[]): readonly R[] {
    return this.#over(this.#buildsIn(sql)).rows.allNow<R>(sql, parameters);
  }

  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- As above.
  first<R extends Row>(sql: string, parameters?: readonly Value[]): R | undefined {
    return this.#over(this.#buildsIn(sql)).rows.firstNow<R>(sql, parameters);
  }

  /** The ordinal up to which the projection's rows go here. */
  checkpoint(name: string): number {
    const build = this.#builds.get(name);
    if (build === undefined) return 0;
    const sql = `SELECT ordinal FROM ${schemaOf(build.projection)}.checkpoint`;
    return this.#over([build]).rows.firstNow<{ ordinal: number }>(sql)?.ordinal ?? 0;
  }

  close(): void {
    for (const joined of this.#connections) joined.close();
    this.#further?.close();
  }

  #over(builds: readonly Attachable[]): Joined {
    const joined = this.#connections.find((each) => each.has(builds));
    return joined ?? (this.#further ??= new Joined(this.#cacheKib)).take(builds);
  }

  /** What a query reads: every word in it that names a table. */
  #buildsIn(sql: string): readonly Attachable[] {
    const known = this.#parsed.get(sql);
    if (known !== undefined) return known;
    if (this.#parsed.size >= parsedMax) this.#parsed.clear();
    const builds = new Set<Attachable>();
    for (const [name] of sql.matchAll(word)) {
      const build = this.#byTable.get(name);
      if (build !== undefined) builds.add(build);
    }
    const found = [...builds];
    this.#parsed.set(sql, found);
    return found;
  }
}
