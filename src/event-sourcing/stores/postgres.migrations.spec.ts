import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type TestDatabase, newDatabase } from '../../../test/postgres/database.js';
import type { ReadStore } from '../read-store.js';
import { logIdOfTests } from '../specification.js';
import { openPostgresReadStore } from './postgres.read-store.js';
import { postgresAddress } from './postgres-address.js';
import { places } from './read-store.specimens.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await newDatabase();
});
afterAll(() => database.drop());

describe('The read store in PostgreSQL, at its start', () => {
  const opening = (url: string): Promise<ReadStore> =>
    openPostgresReadStore({
      address: postgresAddress(url),
      projections: [places],
      logId: logIdOfTests,
      startMs: 1_000,
    });

  it('makes its tables once, however many start at a time', async () => {
    const fresh = await newDatabase();
    try {
      const stores = await Promise.all(Array.from({ length: 6 }, () => opening(fresh.url)));
      for (const each of stores) await each.close();
      expect(await fresh.query('SELECT number FROM rapport.migration')).toEqual([{ number: '1' }]);
    } finally {
      await fresh.drop();
    }
  });

  it('refuses what a newer program keeps there', async () => {
    const fresh = await newDatabase();
    try {
      await (await opening(fresh.url)).close();
      await fresh.query('INSERT INTO rapport.migration (number) VALUES (99)');
      await expect(opening(fresh.url)).rejects.toThrow(/newer version of the program/);
    } finally {
      await fresh.drop();
    }
  });

  const changed = (change: (url: URL) => void): string => {
    const url = new URL(database.url);
    change(url);
    return url.href;
  };

  it.each([
    [
      'a password that is wrong',
      (url: URL) => (url.password = 'topsecret'),
      /StoreRefused: .*the password was refused/,
    ],
    ['a password that is missing', (url: URL) => (url.password = ''), /StoreRefused: .*none was given/],
    ['a user who is not known', (url: URL) => (url.username = 'nobody'), /StoreRefused: .*refused/],
    ['a database that is missing', (url: URL) => (url.pathname = '/nothing'), /StoreRefused: .*no such database/],
    [
      'a port where nothing listens',
      (url: URL) => (url.port = '1'),
      /ConnectionLost|StoreUnavailable: .*nothing listens there/,
    ],
    ['a host that is not known', (url: URL) => (url.hostname = 'nowhere.invalid'), /name of the host/],
    [
      'encryption that the server has not',
      (url: URL) => (url.search = '?sslmode=require'),
      /takes no encrypted connections/,
    ],
    [
      'a certificate that is not there',
      (url: URL) => (url.search = '?sslmode=verify-full&sslrootcert=/nowhere.pem'),
      /sslrootcert cannot be read/,
    ],
  ])('tells %s, and no password', async (_, change, said) => {
    const url = changed(change);
    const error = await opening(url).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(String(error)).toMatch(said);
    for (const secret of [new URL(database.url).password, 'topsecret']) {
      expect(String(error)).not.toContain(secret);
      expect((error as Error).stack).not.toContain(secret);
    }
  });

  it('tells a user who may not make schemas how he may', async () => {
    const name = new URL(database.url).pathname.slice(1);
    const user = `reader_of_${name}`;
    await database.query(`CREATE ROLE ${user} LOGIN PASSWORD 'reader'`);
    try {
      const url = changed((each) => {
        each.username = user;
        each.password = 'reader';
      });
      await expect(opening(url)).rejects.toThrow(`GRANT CREATE ON DATABASE "${name}" TO "${user}"`);
    } finally {
      await database.query(`DROP ROLE ${user}`);
    }
  });

  it('refuses a database that keeps texts in another way', async () => {
    const name = `${new URL(database.url).pathname.slice(1)}_ascii`;
    await database.query(
      `CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE_PROVIDER libc LOCALE 'C'`,
    );
    try {
      await expect(opening(changed((url) => (url.pathname = `/${name}`)))).rejects.toThrow(/SQL_ASCII/);
    } finally {
      await database.query(`DROP DATABASE ${name}`);
    }
  });
});
