import type pg from 'pg';
import { StoreRefused } from './store-refused.js';

/** The schema of what keeps account of the builds. Each build has a schema of its own beside it. */
export const registrySchema = 'rapport';

export const schemaOfBuild = (id: number): string => `rapport_b${id}`;

/** What changes the registry's tables, one after another. Add to them, never change them. */
const migrations: readonly string[] = [
  `CREATE TABLE rapport.build (
     id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, log text NOT NULL, name text NOT NULL, version bigint NOT NULL,
     shape text NOT NULL, state text NOT NULL, ordinal bigint NOT NULL, target bigint NOT NULL,
     begun_at timestamptz NOT NULL DEFAULT clock_timestamp());
   CREATE TABLE rapport.lease (
     log text NOT NULL, name text NOT NULL, holder text NOT NULL, token bigint NOT NULL, expires_at timestamptz NOT NULL,
     PRIMARY KEY (log, name));
   CREATE TABLE rapport.stall (
     log text NOT NULL, name text NOT NULL, version bigint NOT NULL, ordinal bigint NOT NULL, event_id text NOT NULL,
     message text NOT NULL, PRIMARY KEY (log, name, version))`,
];

// Any number that nobody else is likely to lock: "rapport" in ASCII.
const lock = '32195170355178100';
const lockMs = 30_000;

/**
 * Brings the registry's tables to this program's version, one process at a time.
 * @param client within a transaction.
 * @throws StoreRefused where a newer program has changed them, or where the user may not make schemas.
 */
export const migrate = async (client: pg.ClientBase, server: string): Promise<void> => {
  await client.query(`SET LOCAL lock_timeout = ${lockMs}; SELECT pg_advisory_xact_lock(${lock})`);
  const { rows: rights } = await client.query<{ create: number; user: string; database: string }>(
    `SELECT has_database_privilege(current_database(), 'CREATE') AS create, current_user AS user, current_database() AS database`,
  );
  const [may] = rights;
  if (may?.create !== 1)
    throw new StoreRefused(
      `${server}: the user may not make schemas, and each build of the rows has one. GRANT CREATE ON DATABASE "${may?.database ?? ''}" TO "${may?.user ?? ''}" lets it.`,
    );
  await client.query(
    `CREATE SCHEMA IF NOT EXISTS ${registrySchema};
     CREATE TABLE IF NOT EXISTS rapport.migration (
       number bigint PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT clock_timestamp())`,
  );
  const { rows } = await client.query<{ number: number }>(
    'SELECT coalesce(max(number), 0) AS number FROM rapport.migration',
  );
  const done = rows[0]?.number ?? 0;
  if (done > migrations.length)
    throw new StoreRefused(
      `${server}: a newer version of the program keeps its rows there (${done} > ${migrations.length}).`,
    );
  for (const [index, statements] of migrations.entries()) {
    if (index < done) continue;
    await client.query(statements);
    await client.query('INSERT INTO rapport.migration (number) VALUES ($1)', [index + 1]);
  }
};
