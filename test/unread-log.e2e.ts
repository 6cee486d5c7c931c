import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { until } from './client.js';
import { freePort } from './postgres/server.js';
import { startRapport } from './rapport.js';
import { type ServerProcess, startServer } from './server-process.js';

it('A service starts and serves though nobody reads what it says', async () => {
  const data = await mkdtemp(join(tmpdir(), 'rapport-unread-'));
  const port = await freePort();
  const child = await startRapport(['serve'], { data, env: { PORT: String(port) } });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  child.stdout?.destroy();
  child.stderr?.destroy();
  try {
    const answers = () =>
      fetch(`http://127.0.0.1:${port}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      );
    await until('it is ready', answers);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
  } finally {
    child.kill('SIGKILL');
    await rm(data, { recursive: true });
  }
});

describe('A service whose log nobody reads any more', () => {
  let data: string;
  let server: ServerProcess;
  beforeEach(async () => {
    data = await mkdtemp(join(tmpdir(), 'rapport-unread-'));
    server = await startServer(data, { env: { LOG_LEVEL: 'info' } });
    server.child.stdout?.destroy();
    server.child.stderr?.destroy();
  });
  afterEach(async () => {
    await server.kill();
    await rm(data, { recursive: true });
  });

  it('serves on', async () => {
    for (let asked = 0; asked < 50; asked += 1)
      expect(await server.rapport.query<{ log: { head: string } }>('{ log { head } }')).toHaveProperty('log.head');
    expect(await server.stop()).toBe(0);
  });

  it('ends when it is told to, though lines are waiting to be written', async () => {
    expect(await server.stop()).toBe(0);
  });
});
