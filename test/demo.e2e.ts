import { createServer } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { rapport } from './rapport.js';
import { rowsBuiltAnew, rowsIn } from './rows.js';

describe('rapport demo', () => {
  let data: string;
  beforeAll(async () => {
    data = join(await mkdtemp(join(tmpdir(), 'rapport-demo-')), 'demo');
  });
  afterAll(() => rm(join(data, '..'), { recursive: true, force: true }));

  it('imports the mails once, and shows critics, a conversion with its journey, and a timeline of a past day', async () => {
    const first = await rapport(['demo', '--once'], { data });
    expect(first.err).toContain('384 recorded, 0 known already, 3,748 not about us.');
    expect(first.out).toMatch(/The loudest critics, of 4 who .*:\n {2}-0\.368 {2}critic .* Dale Kosan/);
    expect(first.out).toMatch(
      /Mark Derricutt was won over on 2002-10-01, .* on 2002-02-01:\n {2}2002-02-02 {2}outbound /,
    );
    expect(first.out).toMatch(/as it stood at 2002-02-01T23:59:59.999Z: critic .*, supporter today/);
    expect(first.status).toBe(0);

    const again = await rapport(['demo', '--once'], { data });
    expect(again.err).toBe('');
    const withoutPort = (out: string): string => out.replace(/127\.0\.0\.1:\d+/, '');
    expect(withoutPort(again.out)).toBe(withoutPort(first.out));
  }, 120_000);

  it('has the rows, projected while the mails came in by date out of order, that the log gives when it is read anew', async () => {
    const anew = await mkdtemp(join(data, '..', 'anew-'));
    expect(await rowsIn(data)).toEqual(await rowsBuiltAnew(data, anew));
  }, 30_000);

  it('says that a port is taken', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    expect(await rapport(['demo', '--once'], { data, env: { PORT: String(port) } })).toMatchObject({
      status: 1,
      out: '',
      err: `Port ${port} is taken. Name another: PORT=${port + 1} npm run demo\n`,
    });
    server.close();
  }, 30_000);

  it('leaves a folder alone that holds another log, or the other demo', async () => {
    const other = join(data, '..', 'other');
    await rapport(['keys', 'make', 'desk', '--role', 'reader'], { data: other });
    expect(await rapport(['demo', '--once'], { data: other })).toMatchObject({ status: 2, out: '' });
    expect(await rapport(['demo', '--once', '--about-all'], { data })).toMatchObject({
      status: 2,
      err: `${data} holds the demo without --about-all. Name another folder with --data.\n`,
    });
  }, 30_000);
});
