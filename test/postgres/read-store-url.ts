import { afterAll, beforeAll } from '@jest/globals';
import { type TestDatabase, newDatabase } from './database.js';

// The tests of the file that follows serve from PostgreSQL: their services and child processes read this variable.
let database: TestDatabase;
beforeAll(async () => {
  database = await newDatabase();
  process.env['READ_STORE_URL'] = database.url;
});
afterAll(() => database.drop());
