import type pg from 'pg';
import type { Row, Value } from '../read-store.js';
import { schemaOfBuild } from './postgres.migrations.js';
import type { PostgresPool } from './postgres.pool.js';
import { Statements } from './postgres.rows.js';

const nowhere = 'pg_catalog';

/** Asks builds for their rows over a pool's connections: bare table names are looked for in the schemas of these builds. */
export class LiveReader {
  readonly #pool: PostgresPool;
  readonly #statements = new Statements();
  /** Where each connection looks for tables. */
  readonly #paths = new WeakMap<pg.ClientBase, string>();

  /** Short names of the paths. */
  readonly #places = new Map<string, string>();

  constructor(pool: PostgresPool) {
    this.#pool = pool;
  }

  /** One statement, and so one state of all the rows. */
  async all(builds: readonly number[], sql: string, parameters: readonly Value[]): Promise<readonly Row[]> {
    const path = builds.map(schemaOfBuild).join(', ') || nowhere;
    // Which columns a prepared statement answers is settled when it is prepared, also for another build's tables.
    const statement = this.#statements.of(sql, parameters, this.#placeOf(path));
    return this.#pool.with(async (client) => {
      if (this.#paths.get(client) !== path) {
        await client.query(`SET search_path TO ${path}`);
        this.#paths.set(client, path);
      }
      return (await client.query<Row>(statement)).rows;
    });
  }

  #placeOf(path: string): string {
    const place = this.#places.get(path) ?? `p${this.#places.size}`;
    this.#places.set(path, place);
    return place;
  }
}
