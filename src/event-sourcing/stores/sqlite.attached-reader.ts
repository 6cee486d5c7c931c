import { DatabaseSync } from 'node:sqlite';
import { messageOf } from '../batch.js';
import type { Projected, Row, Value } from '../read-store.js';
import { sqliteCode } from './sqlite.connection.js';
import { SqliteRowReader } from './sqlite.rows.js';

/** A build that readers see. */
export interface Attachable {
  readonly projection: Projected;
  readonly path: string;
  readonly inMemory: boolean;
}

// SQLite joins at most ten attached files as it is compiled in Node.
const attachedMax = 10;
const cacheKib = 4 * 1024;

const missingTable = /^no such table: (?:\w+\.)?(\w+)$/;

const schemaOf = ({ name }: Projected): string => `p_${name.replaceAll('-', '_')}`;

// `rw` and not `rwc`: a file that was deleted meanwhile must not come into being again, empty.
const uriOf = ({ path, inMemory }: Attachable): string =>
  inMemory ? path : `file:${encodeURI(path).replaceAll('?', '%3f').replaceAll('#', '%23')}?mode=rw`;

/**
 * One connection over the live builds of all projections, which its queries may join by bare table names. It attaches as
 * many as SQLite allows, and more on demand, in place of those attached first.
 */
export class AttachedReader {
  readonly #builds: ReadonlyMap<string, Attachable>;
  readonly #attached: string[] = [];
  readonly #db: DatabaseSync;
  readonly #rows: SqliteRowReader;

  constructor(builds: readonly Attachable[]) {
    this.#builds = new Map(builds.map((build) => [build.projection.name, build]));
    this.#db = new DatabaseSync(':memory:', { timeout: 5_000 });
    this.#rows = new SqliteRowReader(this.#db);
    try {
      for (const build of builds.slice(0, attachedMax)) this.#attach(build);
    } catch (error) {
      this.#db.close();
      throw error;
    }
  }

  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- As RowReader has it.
  all<R extends Row>(sql: string, parameters?: readonly Value[]): readonly R[] {
    return this.#attaching(() => this.#rows.allNow<R>(sql, parameters));
  }

  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- As above.
  first<R extends Row>(sql: string, parameters?: readonly Value[]): R | undefined {
    return this.#attaching(() => this.#rows.firstNow<R>(sql, parameters));
  }

  /** The ordinal up to which the projection's rows go here. */
  checkpoint(name: string): number {
    const build = this.#builds.get(name);
    if (build === undefined) return 0;
    if (!this.#attached.includes(name)) this.#attach(build);
    return (
      this.#rows.firstNow<{ ordinal: number }>(`SELECT ordinal FROM ${schemaOf(build.projection)}.checkpoint`)
        ?.ordinal ?? 0
    );
  }

  close(): void {
    this.#db.close();
  }

  #attach(build: Attachable): void {
    const first = this.#attached.length < attachedMax ? undefined : this.#attached.shift();
    const out = first === undefined ? undefined : this.#builds.get(first);
    if (out !== undefined) this.#db.exec(`DETACH ${schemaOf(out.projection)}`);
    const schema = schemaOf(build.projection);
    this.#db.prepare(`ATTACH ? AS ${schema}`).run(uriOf(build));
    this.#db.exec(`PRAGMA ${schema}.cache_size = -${cacheKib}`);
    this.#attached.push(build.projection.name);
  }

  #attaching<T>(query: () => T): T {
    // At most one try for each projection: a query over more than can be attached fails with the last answer.
    for (let tries = this.#builds.size; ; tries -= 1) {
      try {
        return query();
      } catch (error) {
        const build = tries > 0 ? this.#missing(error) : undefined;
        if (build === undefined) throw error;
        this.#attach(build);
      }
    }
  }

  #missing(error: unknown): Attachable | undefined {
    if (sqliteCode(error) !== 1) return undefined;
    const [, table] = missingTable.exec(messageOf(error)) ?? [];
    return [...this.#builds.values()].find(
      ({ projection }) =>
        !this.#attached.includes(projection.name) && projection.tables.some(({ name }) => name === table),
    );
  }
}
