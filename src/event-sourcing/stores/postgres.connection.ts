import { readFile } from 'node:fs/promises';
import type { ConnectionOptions } from 'node:tls';
import pg from 'pg';
import { messageOf } from '../batch.js';
import { types } from './postgres.dialect.js';
import { ConnectionLost, plainly } from './postgres.errors.js';
import type { PostgresAddress } from './postgres-address.js';
import { StoreRefused } from './store-refused.js';

/** PostgreSQL 15, as the server counts its versions. */
const versionMin = 150_000;

/** How long each wait may take, in milliseconds. */
const connectMs = 5_000;
const statementMs = 30_000;
const lockMs = 5_000;
const idleInTransactionMs = 5_000;
// A server that has stopped to answer does not say so. It is given a little longer than it has by its own clock.
const silenceMs = 5_000;

export interface SessionOptions {
  /** Settings of the server for these connections. */
  readonly settings?: Readonly<Record<string, string>>;
}

const optionsOf = (settings: Readonly<Record<string, string>>): string =>
  Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value.replace(/[\\ ]/g, '\\$&')}`)
    .join(' ');

const fileOf = async (path: string, option: string): Promise<string> => {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new StoreRefused(`${option} cannot be read: ${messageOf(error)}`, { cause: error });
  }
};

const tlsOf = async ({ parts }: PostgresAddress): Promise<ConnectionOptions | false> => {
  const { tls, rootCertificate, certificate, privateKey } = parts;
  if (tls === 'disable') return false;
  return {
    rejectUnauthorized: tls !== 'require',
    ...(rootCertificate !== undefined && { ca: await fileOf(rootCertificate, 'sslrootcert') }),
    ...(certificate !== undefined && { cert: await fileOf(certificate, 'sslcert') }),
    ...(privateKey !== undefined && { key: await fileOf(privateKey, 'sslkey') }),
    // Its authority is checked all the same.
    ...(tls === 'verify-ca' && { checkServerIdentity: () => undefined }),
  };
};

/** What the driver opens a connection with: every wait has a limit. */
export const clientConfig = async (
  address: PostgresAddress,
  { settings = {} }: SessionOptions = {},
): Promise<pg.ClientConfig> => {
  const { host, port, database, user } = address.parts;
  return {
    host,
    port,
    database,
    user,
    password: address.password(),
    ssl: await tlsOf(address),
    application_name: 'rapport',
    keepAlive: true,
    connectionTimeoutMillis: connectMs,
    statement_timeout: statementMs,
    lock_timeout: lockMs,
    idle_in_transaction_session_timeout: idleInTransactionMs,
    query_timeout: statementMs + silenceMs,
    // Queries are short: compiling one takes longer than it runs.
    options: optionsOf({
      jit: 'off',
      extra_float_digits: '1',
      default_transaction_isolation: 'read committed',
      ...settings,
    }),
    types,
  };
};

/** What a server says of itself. */
export interface ServerFacts {
  readonly replica: number;
  readonly read_only: number;
  /** As the server counts: 180004 is 18.4. */
  readonly version: number;
  readonly encoding: string;
}

/**
 * A replica is behind its primary, and a checkpoint read from it would be.
 * @throws ReplicaMet where the server takes no writes; StoreRefused where it is too old or keeps texts in another encoding
 *   than UTF-8.
 */
export const assertPrimary = ({ replica, read_only, version, encoding }: ServerFacts, server: string): void => {
  if (version < versionMin)
    throw new StoreRefused(`${server}: PostgreSQL ${Math.floor(version / 10_000)} is too old; 15 or newer is needed.`);
  if (replica === 1) throw new ReplicaMet(`${server}: it is a replica, which is behind its primary; name the primary.`);
  if (read_only === 1) throw new ReplicaMet(`${server}: it is read-only.`);
  if (encoding !== 'UTF8')
    throw new StoreRefused(`${server}: it keeps texts as ${encoding}; create the database with ENCODING 'UTF8'.`);
};

/** Looks at a new connection before it is used: after a failover the same name may lead to another server. */
export const assertUsable = async (client: pg.ClientBase, address: PostgresAddress): Promise<void> => {
  // Nobody listens while the connection is idle in our hands; the next query tells that it is gone.
  client.on('error', () => undefined);
  const { rows } = await client.query<ServerFacts>(
    `SELECT pg_is_in_recovery() AS replica, current_setting('transaction_read_only') = 'on' AS read_only,
       current_setting('server_version_num')::integer AS version, current_setting('server_encoding') AS encoding`,
  );
  const [facts] = rows;
  if (facts === undefined) throw new ConnectionLost(`${String(address)}: it does not say what it is.`);
  assertPrimary(facts, String(address));
};

/** The server takes no writes now: refused at the start, waited for afterwards. */
export class ReplicaMet extends ConnectionLost {}

/**
 * One connection, ready to be used.
 * @throws ConnectionLost, StoreRefused
 */
export const connect = async (address: PostgresAddress, options?: SessionOptions): Promise<pg.Client> => {
  const client = new pg.Client(await clientConfig(address, options));
  client.on('error', () => undefined);
  try {
    await client.connect();
    await assertUsable(client, address);
    return client;
  } catch (error) {
    await ended(client);
    throw plainly(error, String(address));
  }
};

const endMs = 1_000;

/** Ends a connection in order, or cuts it where the server does not answer. Does not throw. */
export const ended = async (client: pg.Client): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, endMs)));
  await Promise.race([client.end().catch(() => undefined), late]);
  clearTimeout(timer);
  client.connection.stream.destroy();
};
