import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '../client.js';
import { ended, rapport, startRapport } from '../rapport.js';
import { startServer } from '../server-process.js';
import { type TestDatabase, newDatabase } from './database.js';
import { type PostgresServer, startPostgres } from './server.js';

describe('a service with its rows in PostgreSQL', () => {
  let database: TestDatabase;
  let data: string;
  beforeAll(async () => {
    database = await newDatabase();
    data = await mkdtemp(join(tmpdir(), 'rapport-'));
  });
  afterAll(async () => {
    await database.drop();
    await rm(data, { recursive: true });
  });

  it('says what is wrong when it cannot start, and no password', async () => {
    const url = new URL(database.url);
    url.password = 'topsecret';
    const { status, err, out } = await ended(
      await startRapport(['serve'], { data, env: { READ_STORE_URL: url.href, LOG_LEVEL: 'info' } }),
    );
    expect([status, err]).toEqual([1, expect.stringContaining('the password was refused')]);
    expect(err + out).not.toContain('topsecret');
    expect(err).not.toContain('    at ');
  });

  it('builds its rows anew, and keeps none in its data folder', async () => {
    const env = { READ_STORE_URL: database.url };
    const server = await startServer(data, { env });
    await until('it is ready', async () => (await fetch(`${server.rapport.url}/readyz`)).ok);
    expect(await rapport(['rebuild'], { data, env })).toMatchObject({
      status: 0,
      out: expect.stringContaining('Rebuilt'),
    });
    expect((await fetch(`${server.rapport.url}/readyz`)).ok).toBe(true);
    expect(await server.stop()).toBe(0);
  });

  describe('that is not there', () => {
    let postgres: PostgresServer;
    beforeAll(async () => {
      postgres = await startPostgres();
    });
    afterAll(() => postgres.dispose());

    it('waits for it at its start, says so in the log, and is not ready while it is away later', async () => {
      await postgres.stop();
      const starting = startRapport(['serve'], { data, env: { READ_STORE_URL: postgres.url, LOG_LEVEL: 'warn' } });
      const child = await starting;
      let [out, err] = ['', ''];
      child.stdout?.setEncoding('utf8').on('data', (text: string) => (out += text));
      child.stderr?.setEncoding('utf8').on('data', (text: string) => (err += text));
      const gone = new Promise((resolve) => child.once('exit', resolve));
      try {
        await until('it says that it waits', () => out.includes('waiting for the read store'));
        await postgres.start();
        await until('it serves', () => err.includes('serves at'));
        const [, url = ''] = /serves at (\S+)\n/.exec(err) ?? [];
        const isReady = async (): Promise<boolean> => (await fetch(`${url}/readyz`)).ok;
        await until('it is ready', isReady);
        await postgres.stop();
        expect(await isReady()).toBe(false);
        await postgres.start();
        await until('it is ready again', isReady);
        expect(out + err).not.toContain(new URL(postgres.url).password);
      } finally {
        child.kill('SIGTERM');
        await gone;
      }
    }, 120_000);
  });
});
