import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Row } from '../bench/table.js';

const run = promisify(execFile);
const ran = (...args: readonly string[]) => run(process.execPath, args, { env: { ...process.env, NODE_OPTIONS: '' } });

describe('npm run bench', () => {
  let folder = '';

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rapport-'));
    await ran('node_modules/typescript/bin/tsc', '-p', 'tsconfig.bench.json');
  }, 120_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('measures a row against its baseline, on a service and clients of its own', async () => {
    const json = join(folder, 'rows.json');
    const asked = ['--only', 'recordInteractions', '--scale', '0.002', '--json', json];
    const { stdout } = await ran('dist-bench/bench/bench.js', ...asked);
    const rows = JSON.parse(await readFile(json, 'utf8')) as readonly Row[];
    const row = rows.find(({ name }) => name.startsWith('recordInteractions, 500 a call'));
    expect(row).toMatchObject({ unit: 'a second', goal: '>= 0.5' });
    expect(row?.value).toBeGreaterThan(0);
    expect(row?.ratio).toBeCloseTo((row?.value ?? 0) / (row?.baseline ?? 0));
    expect(stdout).toContain('recordInteractions, 500 a call');
  });

  it('refuses what it cannot measure', async () => {
    const refused = ran('dist-bench/bench/bench.js', '--event-store', 'mysql://ann:topsecret@localhost');
    await expect(refused).rejects.toThrow("unknown kind 'mysql'");
  });
});
