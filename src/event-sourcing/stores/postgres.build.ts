import type pg from 'pg';
import type { Build, Projected, Row, RowReader, TableWrites, Value } from '../read-store.js';
import { AlreadyBuilding, LeaseLost } from '../read-store.js';
import { connect, ended } from './postgres.connection.js';
import { quoted } from './postgres.dialect.js';
import { ConnectionLost, isMissing, plainly } from './postgres.errors.js';
import { Growth } from './postgres.growth.js';
import { schemaOfBuild } from './postgres.migrations.js';
import { whileLost } from './postgres.retry.js';
import { PostgresRowWriter } from './postgres.row-writer.js';
import { Statements, rowReader } from './postgres.rows.js';
import type { PostgresAddress } from './postgres-address.js';
import type { WriteSet } from './write-steps.js';
import { writeSteps } from './write-steps.js';

// How long a batch waits for a server that was restarted, before the projector is told.
const outageMs = 5_000;
// A build that is filled has nobody else who would go on with it.
const fillingOutageMs = 60_000;
const settleMs = 3_600_000;

/**
 * What a writer asks of the server. The rows can be built again, so a commit does not wait for the disk; and what a batch
 * loads is found by its key, by a plan that is made once (and again as the tables grow).
 */
const settingsOf = (schema: string): Readonly<Record<string, string>> => ({
  search_path: schema,
  synchronous_commit: 'off',
  plan_cache_mode: 'force_generic_plan',
  enable_seqscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
});

interface Standing {
  readonly ordinal: number;
  readonly token: number;
}

interface Committing {
  readonly ordinal: number;
  readonly done: Promise<void>;
}

export interface BuildOptions {
  readonly address: PostgresAddress;
  readonly projection: Projected;
  readonly id: number;
  readonly live: boolean;
}

/** A build in a schema of its own, written over a connection of its own. */
export class PostgresBuild implements Build {
  readonly id: number;
  readonly projection: Projected;
  readonly rows: RowReader;
  live: boolean;
  broken = false;
  readonly #address: PostgresAddress;
  readonly #schema: string;
  readonly #writer: PostgresRowWriter;
  readonly #statements = new Statements();
  readonly #growth = new Growth();
  #client: Promise<pg.Client> | undefined;
  #filling: boolean;
  #token: number;
  #checkpoint: number;
  /** The commit whose answer has not come yet. */
  #committing: Committing | undefined;
  #closed = false;

  private constructor({ address, projection, id, live }: BuildOptions, { ordinal, token }: Standing, filling: boolean) {
    this.id = id;
    this.projection = projection;
    this.live = live;
    this.#address = address;
    this.#schema = schemaOfBuild(id);
    this.#writer = new PostgresRowWriter(this.#schema);
    this.#filling = filling;
    this.#token = token;
    this.#checkpoint = ordinal;
    this.rows = rowReader((sql, parameters) => this.#ask(sql, parameters));
  }

  /** A build that was just begun. */
  static fill(options: Omit<BuildOptions, 'live'>): PostgresBuild {
    return new PostgresBuild({ ...options, live: false }, { ordinal: 0, token: 0 }, true);
  }

  /** @throws LeaseLost where a higher token has opened it. */
  static async open(options: BuildOptions, token: number): Promise<PostgresBuild> {
    const schema = schemaOfBuild(options.id);
    const client = await connect(options.address, { settings: settingsOf(schema) });
    try {
      const sql = `UPDATE ${schema}.checkpoint SET token = $1 WHERE token <= $1 RETURNING ordinal, token`;
      const { rows } = await client.query<Standing>(sql, [token]);
      const [standing] = rows;
      if (standing === undefined) throw fenced(options.projection);
      const build = new PostgresBuild(options, standing, false);
      build.#client = Promise.resolve(client);
      return build;
    } catch (error) {
      await ended(client);
      throw isMissing(error) ? replaced(options.projection) : plainly(error, String(options.address));
    }
  }

  get checkpoint(): number {
    return this.#checkpoint;
  }

  async commit(writes: readonly TableWrites[], ordinal: number): Promise<void> {
    const steps = writeSteps(writes.filter(({ writes: some }) => some.length > 0));
    let over: () => void = () => undefined;
    this.#committing = { ordinal, done: new Promise<void>((resolve) => (over = resolve)) };
    const from = this.#checkpoint;
    try {
      await this.#lasting(async (client) => {
        // Of the last try the answer was lost, and not the commit.
        if (this.#checkpoint !== from) return;
        await this.#write(client, steps, ordinal);
        if (this.#growth.hasDoubled(steps)) await client.query('DISCARD PLANS');
      });
      this.#checkpoint = ordinal;
    } finally {
      this.#committing = undefined;
      over();
    }
  }

  async settle(): Promise<void> {
    if (!this.#filling) return;
    const tables = ['checkpoint', ...this.projection.tables.map(({ name }) => name)];
    await this.#lasting(async (client) => {
      const slow = (text: string) => client.query({ text, ...{ query_timeout: settleMs } });
      try {
        await slow(
          `BEGIN; SET LOCAL statement_timeout = ${settleMs}; SET LOCAL synchronous_commit = on;
           ${tables.map((table) => `ALTER TABLE ${this.#schema}.${quoted(table)} SET LOGGED`).join('; ')}`,
        );
        const entered = await client.query(
          "UPDATE rapport.build SET state = 'settled', ordinal = $2 WHERE id = $1 AND state IN ('filling', 'settled')",
          [this.id, this.#checkpoint],
        );
        if (entered.rowCount !== 1) throw new AlreadyBuilding(this.projection.name);
        await client.query('COMMIT');
        // Readers' queries are planned by what is in the tables.
        await slow(
          `SET statement_timeout = ${settleMs}; ANALYZE ${tables.map((table) => `${this.#schema}.${quoted(table)}`).join(', ')}; RESET statement_timeout`,
        );
      } catch (error) {
        await client.query('ROLLBACK').catch(() => undefined);
        throw error;
      }
    });
    this.#filling = false;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const client = await this.#client?.catch(() => undefined);
    this.#client = undefined;
    if (client !== undefined) await ended(client);
  }

  async #ask(sql: string, parameters: readonly Value[]): Promise<readonly Row[]> {
    const statement = this.#statements.of(sql, parameters);
    // What is asked while a batch is written is answered with it.
    await this.#committing?.done;
    return this.#lasting(async (client) => (await client.query<Row>(statement)).rows);
  }

  async #write(client: pg.ClientBase, steps: readonly (readonly WriteSet[])[], ordinal: number): Promise<void> {
    const move = { from: this.#checkpoint, to: ordinal, token: this.#token };
    const [only = [], ...more] = steps;
    if (more.length === 0) {
      await this.#fenced(client, this.#writer.statement(only, move, true));
      return;
    }
    try {
      await client.query('BEGIN');
      for (const [index, step] of steps.entries())
        await this.#fenced(client, this.#writer.statement(step, move, index === 0));
      await client.query('COMMIT');
    } catch (error) {
      await client.query('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }

  async #fenced(client: pg.ClientBase, statement: pg.QueryConfig): Promise<void> {
    const { rows } = await client.query(statement);
    if (rows.length === 0) throw fenced(this.projection);
  }

  /** Runs an operation over this build's connection, and again over a new one when it was lost. */
  async #lasting<T>(operation: (client: pg.Client) => Promise<T>): Promise<T> {
    try {
      return await whileLost(
        () => this.#over(operation),
        this.#filling ? fillingOutageMs : outageMs,
        () => this.#closed,
      );
    } catch (error) {
      // A schema that is gone was replaced, and its writer with it; any other missing table is a bug.
      throw isMissing(error) && (await this.#isGone()) ? replaced(this.projection) : error;
    }
  }

  async #over<T>(operation: (client: pg.Client) => Promise<T>): Promise<T> {
    this.#client ??= this.#connected();
    const connecting = this.#client;
    let client: pg.Client | undefined;
    try {
      client = await connecting;
      return await operation(client);
    } catch (error) {
      const plain = plainly(error, String(this.#address));
      if (client === undefined || plain instanceof ConnectionLost) {
        if (this.#client === connecting) this.#client = undefined;
        if (client !== undefined) void ended(client);
      }
      throw plain;
    }
  }

  /** A new connection goes on only where the rows are as they were left. */
  async #connected(): Promise<pg.Client> {
    if (this.#closed) throw new ConnectionLost(`${String(this.#address)}: the build was closed.`);
    const client = await connect(this.#address, { settings: settingsOf(this.#schema) });
    try {
      const { rows } = await client.query<Standing>(`SELECT ordinal, token FROM ${this.#schema}.checkpoint`);
      const [standing] = rows;
      // Of a commit the answer may have been lost, and not the commit.
      const bound = this.#committing?.ordinal;
      if (standing?.token === this.#token && standing.ordinal === bound) this.#checkpoint = bound;
      if (standing?.token === this.#token && standing.ordinal === this.#checkpoint) return client;
      // A server that crashed has emptied what was not settled yet.
      if (this.#filling) this.broken = true;
      throw standing === undefined
        ? new Error(`The server crashed and lost what was written of '${this.projection.name}'.`)
        : fenced(this.projection);
    } catch (error) {
      await ended(client);
      throw error;
    }
  }

  async #isGone(): Promise<boolean> {
    const sql = `SELECT to_regclass('${this.#schema}.checkpoint') IS NULL AS gone`;
    return this.#over(async (client) => (await client.query<{ gone: number }>(sql)).rows[0]?.gone === 1).catch(
      isMissing,
    );
  }
}

const fenced = ({ name }: Projected): LeaseLost => new LeaseLost(`Another process projects '${name}' by now.`);
const replaced = ({ name }: Projected): LeaseLost => new LeaseLost(`This build of '${name}' was replaced.`);
