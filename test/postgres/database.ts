import { randomBytes } from 'node:crypto';
import pg from 'pg';

/** A database of a test file's own. */
export interface TestDatabase {
  readonly url: string;
  /** Asks it, beside the store. */
  query<R extends pg.QueryResultRow>(sql: string, values?: readonly unknown[]): Promise<readonly R[]>;
  drop(): Promise<void>;
}

const serverUrl = (): string => {
  const url = process.env['RAPPORT_TEST_POSTGRES'];
  if (url === undefined) throw new Error('No PostgreSQL was started: jest.config.js says which tests have one.');
  return url;
};

const asking = async <R extends pg.QueryResultRow>(
  url: string,
  sql: string,
  values: readonly unknown[] = [],
): Promise<readonly R[]> => {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query<R>(sql, [...values])).rows;
  } finally {
    await client.end();
  }
};

/** @param server the address of a server's database, of the run's server unless given. */
export const newDatabase = async (server = serverUrl()): Promise<TestDatabase> => {
  const name = `rapport_test_${randomBytes(6).toString('hex')}`;
  await asking(server, `CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    query: (sql, values) => asking(url.href, sql, values),
    drop: async () => {
      await asking(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
};
