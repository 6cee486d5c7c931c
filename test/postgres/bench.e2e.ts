import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Row } from '../../bench/table.js';
import type { ServerUnderTest } from '../kurrentdb/server-under-test.js';
import { serverUnderTest, startServerUnderTest } from '../kurrentdb/server-under-test.js';
import { type TestDatabase, newDatabase } from './database.js';

const run = promisify(execFile);
const ran = (...args: readonly string[]) => run(process.execPath, args, { env: { ...process.env, NODE_OPTIONS: '' } });

/** Apart from what test/bench.e2e.ts compiles and runs at the same time. */
const compiled = 'dist-bench/on-servers';

describe(`npm run bench on KurrentDB (${serverUnderTest}) and PostgreSQL`, () => {
  let folder: string;
  let server: ServerUnderTest;
  let database: TestDatabase;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rapport-'));
    [server, database] = await Promise.all([startServerUnderTest(), newDatabase()]);
    await ran('node_modules/typescript/bin/tsc', '-p', 'tsconfig.bench.json', '--outDir', compiled);
  }, 120_000);
  afterAll(async () => {
    await Promise.all([server.stop(), database.drop()]);
    await rm(folder, { recursive: true, force: true });
  });

  it('holds appends and following against the bare client and the bare driver', async () => {
    const json = join(folder, 'rows.json');
    const asked = ['--only', 'append', '--only', 'following', '--scale', '0.005'];
    const stores = ['--event-store', server.url, '--read-store', database.url];
    await ran(join(compiled, 'bench/bench.js'), ...asked, ...stores, '--json', json);
    const rows = JSON.parse(await readFile(json, 'utf8')) as readonly Row[];
    expect(rows.map(({ goal }) => goal)).toEqual(['>= 0.8', '>= 0.5', '>= 0.5']);
    for (const { value, baseline } of rows) expect(Math.min(value, baseline ?? 0)).toBeGreaterThan(0);
  });
});
