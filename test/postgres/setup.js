import { URL } from 'node:url';
import { startPostgres } from './server.ts';

// Jest calls this once before the first test that needs a PostgreSQL, in its own process.
export default async function setup() {
  const given = process.env.READ_STORE_TEST_URL ?? process.env.POSTGRES_URL;
  if (given === undefined) globalThis.rapportPostgres = await startPostgres();
  process.env.RAPPORT_TEST_POSTGRES = given ?? globalThis.rapportPostgres.url;
  const { host } = new URL(process.env.RAPPORT_TEST_POSTGRES);
  const which = given === undefined ? "one of the test run's own" : 'the one that was given';
  process.stderr.write(`PostgreSQL: ${which}, at ${host}\n`);
}
