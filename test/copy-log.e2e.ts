import { copyFile, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mailHandle, newAddress } from './client.js';
import { ended, rapport, startRapport } from './rapport.js';
import { logIn, rowsBuiltAnew, rowsIn } from './rows.js';
import { startServer } from './server-process.js';

let folder: string;
let events: number;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rapport-copy-'));
  await writeFile(place('some.mbox'), Array.from({ length: 600 }, (_, n) => mail(n)).join(''));
  const imported = await rapport(['import', 'mail', place('some.mbox'), '--us', '@ours.net'], { data: origin() });
  expect(imported.status).toBe(0);
  expect((await rapport(['keys', 'make', 'desk', '--role', 'admin'], { data: origin() })).status).toBe(0);
  events = await logIn(origin(), async (store) => {
    await store.saveCheckpoint('policy: one that ran', (await store.head()) - 2);
    return store.head();
  });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const place = (name: string): string => join(folder, name);
const origin = (): string => place('origin');
const logAt = (name: string): string => `sqlite:${place(name)}/events.db`;
const copyTo = (name: string, ...more: readonly string[]): string[] => [
  'copy-log',
  '--from',
  logAt('origin'),
  '--to',
  logAt(name),
  ...more,
];

const mail = (n: number): string =>
  [
    `From someone@example.org Mon Sep  2 10:00:00 2024`,
    `Message-ID: <${n}@example.org>`,
    ...(n % 3 === 0 ? [] : [`In-Reply-To: <${Math.floor(n / 3) * 3}@example.org>`]),
    `From: Person ${n % 97} <p${n % 97}@example.org>`,
    `To: Kim <kim@ours.net>, p${n % 13}@example.com`,
    `Date: Mon, 2 Sep 2024 10:${String(n % 60).padStart(2, '0')}:00 +0000`,
    `Subject: Matter ${n % 7}`,
    '',
    `${n % 2 === 0 ? 'I love it, this is great work.' : 'This is broken and I hate it.'} It is number ${n}.`,
    '',
    '',
  ].join('\n');

/** The log as an export tells it, but for its name and its positions. */
const linesOf = async (name: string): Promise<string> => {
  const { status, out } = await rapport(['export', 'events'], { data: place(name) });
  expect(status).toBe(0);
  return out.replace(/"(?:source|sequence)":"[^"]*"/g, '');
};

const expectWhole = async (name: string): Promise<void> => {
  expect(await linesOf(name)).toBe(await linesOf('origin'));
  await logIn(place(name), async (store) =>
    expect(await store.checkpoint('policy: one that ran')).toBe((await store.head()) - 2),
  );
};

describe('rapport copy-log', () => {
  it('makes the same log, but for its name and positions, from which the same rows are built', async () => {
    const { status, out } = await rapport(copyTo('copy'));
    expect({ status, out }).toEqual({ status: 0, out: expect.stringContaining('events copied.') });
    expect(out).toMatch(/every stream the same\.\nDigest of the log: [0-9a-f]{64}\n/);
    expect(out).toContain('Positions carried over: policy: one that ran.');
    await expectWhole('copy');
    const rows = await rowsBuiltAnew(origin(), place('rows of the origin'));
    expect(Object.values(rows).flat().length).toBeGreaterThan(1_000);
    expect(await rowsBuiltAnew(place('copy'), place('rows of the copy'))).toEqual(rows);
    // The key of its claims came along, and is the one that it says.
    const [, fingerprint = '?'] = /key of fingerprint (\w{16})\./.exec(out) ?? [];
    expect(await readFile(join(origin(), 'claims.key'), 'utf8')).toBe(
      await readFile(join(place('copy'), 'claims.key'), 'utf8'),
    );
    expect((await stat(join(place('copy'), 'claims.key'))).mode & 0o777).toBe(0o600);
    expect(await linesOf('copy')).toContain(fingerprint);
  });

  it('is completed by another run when it is killed', async () => {
    for (let round = 0; round < 5; round += 1) {
      const name = `killed-${round}`;
      const killAt = 1 + Math.floor(Math.random() * (events - 1));
      const child = await startRapport(copyTo(name));
      const end = ended(child);
      const isRunning = (): boolean => child.exitCode === null;
      while (isRunning() && !(await isThere(join(place(name), 'events.db')))) await sleep(1);
      await logIn(place(name), async (store) => {
        while (isRunning() && (await store.head()) < killAt) await sleep(1);
      });
      child.kill('SIGKILL');
      await end;
      const { status, err, out } = await rapport(copyTo(name));
      expect({ status, err, out }).toMatchObject({ status: 0, out: expect.stringContaining('every stream the same') });
      await expectWhole(name);
    }
  }, 120_000);

  it('ends at SIGTERM with what it has, and says so', async () => {
    const child = await startRapport(copyTo('stopped'));
    const end = ended(child);
    while (!(await isThere(join(place('stopped'), 'events.db')))) await sleep(1);
    child.kill('SIGTERM');
    const { status, err } = await end;
    // Unless it was done before the signal came.
    if (status !== 0) expect({ status, err }).toEqual({ status: 1, err: expect.stringContaining('run it again') });
    expect((await rapport(copyTo('stopped'))).status).toBe(0);
    await expectWhole('stopped');
  });

  it('is not served, nor added to, before it is whole', async () => {
    await mkdir(place('half'));
    // As a copy that was killed leaves it.
    await logIn(place('half'), (store) => store.saveCheckpoint('copy-log', 0));
    for (const args of [['serve'], ['keys', 'make', 'desk', '--role', 'admin']])
      expect(await rapport(args, { data: place('half') })).toMatchObject({
        status: 1,
        err: 'The log is a copy that was cut short. Run rapport copy-log again: it completes it.\n',
      });
    expect((await rapport(copyTo('half'))).status).toBe(0);
    expect((await rapport(['keys', 'make', 'desk', '--role', 'admin'], { data: place('half') })).status).toBe(0);
  });

  it('is a back-up of a log that is served, made and brought up to date meanwhile', async () => {
    const data = place('served');
    const server = await startServer(data);
    const copy = (...more: readonly string[]) =>
      rapport(['copy-log', '--from', logAt('served'), '--to', logAt('back-up'), ...more]);
    const record = () => server.rapport.record({ with: [mailHandle(newAddress())] });
    await record();
    expect((await copy('--so-far')).status).toBe(0);
    let running = true;
    const isRunning = (): boolean => running;
    const writing = Promise.all(
      Array.from({ length: 4 }, async () => {
        while (isRunning()) await record();
      }),
    );
    try {
      for (let run = 0; run < 2; run += 1) expect((await copy('--so-far')).status).toBe(0);
      // It may meet a moment at which nothing is written.
      let last = await copy();
      for (let tries = 0; tries < 10 && last.status === 0; tries += 1) last = await copy();
      expect(last).toMatchObject({
        status: 1,
        err: expect.stringContaining('Stop what writes to it and run this again'),
      });
    } finally {
      running = false;
      await writing;
      await server.stop();
    }
    expect((await copy()).status).toBe(0);

    // Restored: the log and the key of its claims, and nothing else.
    await mkdir(place('restored'));
    for (const file of ['events.db', 'claims.key'])
      await copyFile(join(place('back-up'), file), join(place('restored'), file));
    await copyFile(join(data, 'admin.key'), join(place('restored'), 'admin.key'));
    expect(await linesOf('restored')).toBe(await linesOf('served'));
    const restored = await startServer(place('restored'));
    expect((await restored.rapport.record({ with: [mailHandle(newAddress())] })).__typename).toBe(
      'InteractionRecorded',
    );
    await restored.stop();
    const rows = await rowsBuiltAnew(place('restored'), place('rows of the restored'));
    expect(await rowsIn(place('restored'))).toEqual(rows);
  }, 120_000);

  it('refuses a target that holds something else, and one that has another key, before it writes', async () => {
    await rapport(['keys', 'make', 'first', '--role', 'reader'], { data: place('another') });
    const before = await logIn(place('another'), (store) => store.readAll(0));
    expect(await rapport(copyTo('another'))).toMatchObject({
      status: 1,
      err: expect.stringContaining('The target holds something else than the source: KeyMade'),
    });
    expect(await logIn(place('another'), (store) => store.readAll(0))).toEqual(before);

    await writeFile(place('other.key'), `${'ab'.repeat(32)}\n`);
    expect(await rapport(copyTo('rekeyed', '--claims-key', place('other.key')))).toMatchObject({
      status: 2,
      err: expect.stringContaining('The log names its claims with'),
    });
    await expect(stat(place('rekeyed'))).rejects.toThrow('ENOENT');
  });

  it.each([
    [['copy-log', '--from', 'sqlite:/nowhere/events.db'], "required option '--to"],
    [['copy-log', '--from', 'ftp://x', '--to', 'sqlite:/tmp/x.db'], '--from names a store of the unknown kind'],
    [['copy-log', '--from', 'sqlite:/nowhere/events.db', '--to', 'nowhere'], '--to is not a store'],
    [['copy-log', '--from', 'sqlite:/nowhere/events.db', '--to', 'sqlite:/tmp/x.db'], 'There is no log at /nowhere'],
  ])('ends with status 2 on %j', async (args, told) => {
    expect(await rapport(args)).toMatchObject({ status: 2, out: '', err: expect.stringContaining(told) });
  });
});

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
