import pg from 'pg';
import { assertUsable, clientConfig } from './postgres.connection.js';
import { ConnectionLost, plainly } from './postgres.errors.js';
import type { PostgresAddress } from './postgres-address.js';

const closeMs = 2_000;

/** Connections that are made when they are needed, at most so many, and used by one at a time. */
export class PostgresPool {
  readonly #address: PostgresAddress;
  readonly #max: number;
  /** Connections on which a transaction could not be ended. */
  readonly #spoilt = new WeakSet<pg.ClientBase>();
  #pool: Promise<pg.Pool> | undefined;
  #closed = false;

  constructor(address: PostgresAddress, max: number) {
    this.#address = address;
    this.#max = max;
  }

  /**
   * Runs a body with a connection of its own. One that was lost, or on which a query may still run, is not used again.
   * @throws what the body threw, in the words of `plainly`.
   */
  async with<T>(body: (client: pg.ClientBase) => Promise<T>): Promise<T> {
    let client: pg.PoolClient | undefined;
    try {
      client = await (await this.#open()).connect();
      const result = await body(client);
      client.release();
      return result;
    } catch (error) {
      const plain = plainly(error, String(this.#address));
      client?.release(plain instanceof ConnectionLost || this.#spoilt.has(client));
      throw plain;
    }
  }

  /** Runs a body as one transaction: all of it or, when it throws, nothing. */
  async transaction<T>(body: (client: pg.ClientBase) => Promise<T>): Promise<T> {
    return this.with(async (client) => {
      await client.query('BEGIN');
      try {
        const result = await body(client);
        await client.query('COMMIT');
        return result;
      } catch (error) {
        // Where the connection is gone, so is the transaction.
        await client.query('ROLLBACK').catch(() => this.#spoilt.add(client));
        throw error;
      }
    });
  }

  /** Connections in use are cut when they are not given back soon. */
  async close(): Promise<void> {
    this.#closed = true;
    const pool = await this.#pool?.catch(() => undefined);
    if (pool === undefined) return;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, closeMs)));
    await Promise.race([pool.end(), late]);
    clearTimeout(timer);
  }

  #open(): Promise<pg.Pool> {
    if (this.#closed) return Promise.reject(new ConnectionLost(`${String(this.#address)}: the store was closed.`));
    this.#pool ??= this.#made();
    return this.#pool;
  }

  async #made(): Promise<pg.Pool> {
    try {
      const config = await clientConfig(this.#address);
      const onConnect = (client: pg.ClientBase) => assertUsable(client, this.#address);
      // eslint-disable-next-line @typescript-eslint/no-misused-promises -- The pool awaits it; its types do not say so.
      const pool = new pg.Pool({ ...config, max: this.#max, idleTimeoutMillis: 60_000, onConnect });
      // An idle connection that breaks is taken out of the pool by itself.
      pool.on('error', () => undefined);
      return pool;
    } catch (error) {
      this.#pool = undefined;
      throw error;
    }
  }
}
