import type pg from 'pg';
import { StoreUnavailable } from '../event-store.js';
import type { Projected, Stall } from '../read-store.js';
import { AlreadyBuilding, LeaseLost, buildLease, projectLease } from '../read-store.js';
import { ddlOf, encodedText, shapeOf } from './postgres.dialect.js';
import { schemaOfBuild } from './postgres.migrations.js';
import type { PostgresPool } from './postgres.pool.js';

/** What the registry says of a build. `replaced` ones are out of use, and wait until nobody reads them any more. */
export interface BuildEntry {
  readonly id: number;
  readonly name: string;
  readonly version: number;
  readonly shape: string;
  readonly state: 'filling' | 'settled' | 'live' | 'replaced';
  readonly ordinal: number;
  readonly target: number;
}
interface StallEntry {
  readonly name: string;
  readonly version: number;
  readonly ordinal: number;
  readonly event_id: string;
  readonly message: string;
}

const nobody = '';

// A build whose schema somebody has dropped by hand is none.
const buildsSql = `SELECT id, name, version, shape, state, ordinal, target FROM rapport.build
  WHERE log = $1 AND state <> 'replaced' AND to_regclass('rapport_b' || id || '.checkpoint') IS NOT NULL ORDER BY id`;

const clock = 'clock_timestamp()';

// Rows are locked in the order of their names, so that two who take the same leases do not wait for each other.
const holdSql = `
  INSERT INTO rapport.lease AS l (log, name, holder, token, expires_at)
  SELECT $1, n.name, $2, floor(extract(epoch FROM ${clock}) * 1000)::bigint, ${clock} + $4 * interval '1 millisecond'
  FROM unnest($3::text[]) AS n (name) ORDER BY n.name
  ON CONFLICT (log, name) DO UPDATE SET
    holder = excluded.holder, expires_at = ${clock} + $4 * interval '1 millisecond',
    token = CASE WHEN l.holder = excluded.holder THEN l.token ELSE greatest(l.token + 1, excluded.token) END
  WHERE l.holder IN (excluded.holder, '${nobody}') OR l.expires_at <= ${clock} OR $5 = 'by force'
  RETURNING name, token`;

// Leases of one's own are renewed when a third of their time has passed: most calls only read.
const settledSql = `
  SELECT name, token, holder = $2 AS ours,
    CASE WHEN holder = $2 THEN expires_at > ${clock} + $4 * interval '1 millisecond' * 2 / 3
      ELSE holder <> '${nobody}' AND expires_at > ${clock} END AS settled
  FROM rapport.lease WHERE log = $1 AND name = ANY ($3::text[])`;

type LeaseRow = { readonly name: string; readonly token: number };

/** Which builds of a log there are, which of them are live, who holds the leases. Several logs may share the tables. */
export class PostgresRegistry {
  readonly #pool: PostgresPool;
  readonly #log: string;

  constructor(pool: PostgresPool, log: string) {
    this.#pool = pool;
    this.#log = log;
  }

  async builds(): Promise<readonly BuildEntry[]> {
    return this.#rows<BuildEntry>(buildsSql, [this.#log]);
  }

  async stalls(): Promise<readonly StallEntry[]> {
    return this.#rows<StallEntry>(
      'SELECT name, version, ordinal, event_id, message FROM rapport.stall WHERE log = $1',
      [this.#log],
    );
  }

  async hold(holder: string, leases: readonly string[], ttlMs: number): Promise<ReadonlyMap<string, number>> {
    const parameters = [this.#log, holder, leases, ttlMs];
    const known = await this.#rows<LeaseRow & { ours: number; settled: number }>(settledSql, parameters);
    const settled = known.length === new Set(leases).size && known.every((lease) => lease.settled === 1);
    const held = settled
      ? known.filter(({ ours }) => ours === 1)
      : await this.#rows<LeaseRow>(holdSql, [...parameters, '']);
    const tokens = new Map(held.map(({ name, token }) => [name, token]));
    return new Map(leases.flatMap((name) => (tokens.has(name) ? [[name, tokens.get(name) ?? 0] as const] : [])));
  }

  async seize(holder: string, lease: string, ttlMs: number): Promise<number> {
    const [seized] = await this.#rows<LeaseRow>(holdSql, [this.#log, holder, [lease], ttlMs, 'by force']);
    if (seized === undefined) throw new LeaseLost(`The lease ${lease} could not be taken.`);
    return seized.token;
  }

  async release(holder: string, leases: readonly string[]): Promise<void> {
    // The row stays: its token must never come again.
    await this.#rows(
      `UPDATE rapport.lease SET holder = '${nobody}', expires_at = '-infinity'
       WHERE log = $1 AND holder = $2 AND name = ANY ($3::text[])`,
      [this.#log, holder, leases],
    );
  }

  /** Enters a new build and makes its tables. What a dead process left unfinished is out of use from here on. */
  async begin(projection: Projected, holder: string): Promise<number> {
    const { name, version } = projection;
    return this.#pool.transaction(async (client) => {
      if ((await this.#holderOf(client, buildLease(projection))) !== holder) throw new AlreadyBuilding(name);
      await client.query(
        "UPDATE rapport.build SET state = 'replaced' WHERE log = $1 AND name = $2 AND version = $3 AND state = 'filling'",
        [this.#log, name, version],
      );
      const { rows } = await client.query<{ id: number }>(
        `INSERT INTO rapport.build (log, name, version, shape, state, ordinal, target)
         VALUES ($1, $2, $3, $4, 'filling', 0, 0) RETURNING id`,
        [this.#log, name, version, shapeOf(projection)],
      );
      const id = rows[0]?.id ?? 0;
      const schema = schemaOfBuild(id);
      await client.query(
        [
          `CREATE SCHEMA ${schema}`,
          `COMMENT ON SCHEMA ${schema} IS 'rows of ${name}, version ${version}, of the log ${this.#log.replace(/[^0-9a-z-]/g, '')}'`,
          // Token 0: whoever holds the lease of projecting may go on with it.
          `CREATE UNLOGGED TABLE ${schema}.checkpoint (ordinal bigint NOT NULL, token bigint NOT NULL) WITH (fillfactor = 10)`,
          `INSERT INTO ${schema}.checkpoint VALUES (0, 0)`,
          ...ddlOf(projection, schema),
        ].join(';\n'),
      );
      return id;
    });
  }

  async report(id: number, ordinal: number, target: number): Promise<void> {
    await this.#rows('UPDATE rapport.build SET ordinal = $2, target = $3 WHERE id = $1', [id, ordinal, target]);
  }

  /** Takes a build out of use. */
  async replace(id: number): Promise<void> {
    await this.#rows("UPDATE rapport.build SET state = 'replaced' WHERE id = $1", [id]);
  }

  /** Lets readers see a build in place of those that it replaces, in one step. */
  async makeLive(projection: Projected, id: number, checkpoint: number, holder: string): Promise<void> {
    const { name, version } = projection;
    await this.#pool.transaction(async (client) => {
      if ((await this.#holderOf(client, projectLease(projection))) !== holder)
        throw new LeaseLost(`The lease of '${name}' was lost.`);
      const live = "UPDATE rapport.build SET state = 'live' WHERE id = $1 AND state IN ('settled', 'live')";
      const { rowCount } = await client.query(live, [id]);
      if (rowCount !== 1) throw new LeaseLost(`This build of '${name}' was replaced.`);
      await client.query('DELETE FROM rapport.stall WHERE log = $1 AND name = $2 AND version = $3 AND ordinal <= $4', [
        this.#log,
        name,
        version,
        checkpoint,
      ]);
      // One that is being filled belongs to who holds its lease. A build of an older version stays while a process of that
      // version projects it, so that it can go on answering.
      await client.query(
        `UPDATE rapport.build b SET state = 'replaced'
         WHERE b.log = $1 AND b.name = $2 AND b.id <> $4 AND b.state IN ('settled', 'live') AND (b.version = $3 OR b.version < $3
           AND NOT EXISTS (SELECT FROM rapport.lease l WHERE l.log = $1 AND l.name = 'project:' || b.name || '-v' || b.version
             AND l.holder <> '${nobody}' AND l.expires_at > ${clock}))`,
        [this.#log, name, version, id],
      );
    });
  }

  /** Deletes what is out of use. Answers with how much is left, since somebody still reads it. */
  async sweep(): Promise<number> {
    const replaced = await this.#rows<{ id: number }>(
      "SELECT id FROM rapport.build WHERE log = $1 AND state = 'replaced' ORDER BY id",
      [this.#log],
    );
    let left = 0;
    for (const { id } of replaced)
      try {
        await this.#drop(id);
      } catch (error) {
        // A lock that somebody holds; anything else is told.
        if (!(error instanceof StoreUnavailable)) throw error;
        left += 1;
      }
    return left;
  }

  async #drop(id: number): Promise<void> {
    await this.#pool.transaction(async (client) => {
      // Whoever comes to read while this waits for a reader, waits too: so it does not wait long.
      await client.query(`SET LOCAL lock_timeout = 200; DROP SCHEMA IF EXISTS ${schemaOfBuild(id)} CASCADE`);
      await client.query('DELETE FROM rapport.build WHERE id = $1', [id]);
    });
  }

  async noteStall({ name, version }: Projected, stall: Stall | null): Promise<void> {
    if (stall === null) {
      const over = 'DELETE FROM rapport.stall WHERE log = $1 AND name = $2 AND version = $3';
      await this.#rows(over, [this.#log, name, version]);
      return;
    }
    await this.#rows(
      `INSERT INTO rapport.stall (log, name, version, ordinal, event_id, message) VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (log, name, version) DO UPDATE SET
         ordinal = excluded.ordinal, event_id = excluded.event_id, message = excluded.message`,
      [this.#log, name, version, stall.ordinal, encodedText(stall.eventId), encodedText(stall.message)],
    );
  }

  async #holderOf(client: pg.ClientBase, lease: string): Promise<string | undefined> {
    const sql = 'SELECT holder FROM rapport.lease WHERE log = $1 AND name = $2 FOR SHARE';
    const { rows } = await client.query<{ holder: string }>(sql, [this.#log, lease]);
    return rows[0]?.holder;
  }

  #rows<R extends object>(sql: string, values: readonly unknown[]): Promise<readonly R[]> {
    return this.#pool.with(async (client) => (await client.query<R & pg.QueryResultRow>(sql, [...values])).rows);
  }
}
