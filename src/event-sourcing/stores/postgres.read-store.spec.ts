import { afterAll, beforeAll } from '@jest/globals';
import type { TestDatabase } from '../../../test/postgres/database.js';
import { newDatabase } from '../../../test/postgres/database.js';
import { openPostgresReadStore } from './postgres.read-store.js';
import { postgresAddress } from './postgres-address.js';
import { readStoreContract } from './read-store.contract.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await newDatabase();
});
afterAll(() => database.drop());

let logs = 0;
/** Of each test its own log: the rows of several share a database. */
const newLogId = (): string => (logs += 1).toString(16).padStart(16, '0');

readStoreContract('PostgreSQL', async () => {
  const own = newLogId();
  return {
    open: (projections, logId = own) =>
      openPostgresReadStore({ address: postgresAddress(database.url), projections, logId }),
    dispose: () => Promise.resolve(),
  };
});
