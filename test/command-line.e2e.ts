import { copyFile, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Keys } from '../src/access/keys.js';
import { transactions } from '../src/event-sourcing/transact.js';
import { ended, rapport, startRapport } from './rapport.js';
import { logIn, rowsIn } from './rows.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rapport-cli-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
const place = (name: string): string => join(folder, name);

/** Ids of the events of each stream, in order. */
const idsByStream = (data: string): Promise<Readonly<Record<string, readonly string[]>>> =>
  logIn(data, async (store) => {
    const all = await store.readAll(0, 100_000);
    const streams = Object.entries(Object.groupBy(all, ({ stream }) => stream)).sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(streams.map(([stream, events = []]) => [stream, events.map(({ id }) => id)]));
  });

const tones = ['I love it, this is great work.', 'This is broken and I hate it.', 'Where is the file?'];
const mail = (n: number): string =>
  [
    `From someone@example.org Mon Sep  2 10:00:00 2024`,
    `Message-ID: <${n}@example.org>`,
    ...(n % 3 === 0 ? [] : [`In-Reply-To: <${Math.floor(n / 3) * 3}@example.org>`]),
    `From: Person ${n % 97} <p${n % 97}@example.org>`,
    `To: Kim <kim@ours.net>, Other ${n % 41} <p${n % 41}@example.org>, p${n % 13}@example.com`,
    `Date: Mon, 2 Sep 2024 10:${String(n % 60).padStart(2, '0')}:00 +0000`,
    `Subject: Matter ${n % 7}`,
    '',
    `${tones[n % 3] ?? ''} It is number ${n}.`,
    '',
    '',
  ].join('\n');
const writeMbox = (path: string, mails: number): Promise<void> =>
  writeFile(path, Array.from({ length: mails }, (_, n) => mail(n)).join(''));
const ours = ['--us', '@ours.net'];

describe('rapport', () => {
  it('tells every fault of options and settings at once, and does nothing', async () => {
    const { status, err } = await rapport(['import', 'mail', place('nowhere'), '--us', 'ours'], {
      data: place('untouched'),
      env: { PORT: 'x', LOG_LEVEL: 'loud' },
    });
    expect(status).toBe(2);
    expect(err).toContain(`There is no file or folder ${place('nowhere')}.`);
    expect(err).toContain("--us takes an address or @domain, not 'ours'.");
    expect(err).toContain("PORT must be a whole number from 0 to 65535, not 'x'.");
    expect(err).toContain('LOG_LEVEL must be one of');
    await expect(stat(place('untouched'))).rejects.toThrow('ENOENT');
  });

  it.each([
    [['frobnicate'], 'unknown command'],
    [['import', 'mail'], "missing required argument 'path'"],
    [['keys', 'make', 'bob', '--role', 'king'], "--role is reader or recorder or admin, not 'king'."],
    [['rebuild', 'nothing'], "There is no projection 'nothing': timeline,"],
    [['export', 'events'], 'There is no log at'],
    [['keys', 'list'], 'There is no log at'],
  ])('ends with status 2 on %j', async (args, told) => {
    const { status, out, err } = await rapport(args, { data: place('untouched') });
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).toContain(told);
  });

  it('helps, with status 0', async () => {
    const { status, out } = await rapport(['import', 'mail', '--help']);
    expect(status).toBe(0);
    expect(out).toContain('--our-list');
  });
});

describe('rapport keys', () => {
  it('makes a key whose token stands alone on standard output, lists it, and revokes it', async () => {
    const data = place('keys');
    const made = await rapport(['keys', 'make', 'The desk', '--role', 'recorder'], { data });
    expect(made.status).toBe(0);
    expect(made.out).toMatch(/^rapport_\S+\n$/);
    const credential = () => logIn(data, (store) => new Keys(store, transactions(store)).credentialOf(made.out.trim()));
    const { id = '' } = (await credential()) ?? {};
    expect(await credential()).toEqual({ id, name: 'The desk', role: 'recorder' });

    const list = await rapport(['keys', 'list'], { data });
    expect(list.out).toMatch(new RegExp(`^${id}  recorder  made \\S+  The desk\\n$`));
    expect((await rapport(['keys', 'revoke', id], { data })).status).toBe(0);
    expect(await credential()).toBeUndefined();
    expect((await rapport(['keys', 'list'], { data })).out).toContain(', revoked ');
    expect(await rapport(['keys', 'revoke', 'nobody'], { data })).toMatchObject({
      status: 1,
      err: 'There is no key nobody.\n',
    });
  });
});

describe('rapport import mail', () => {
  it('reports what it read, and records nothing when run dry', async () => {
    await writeMbox(place('three.mbox'), 3);
    const { status, out } = await rapport(['import', 'mail', place('three.mbox'), ...ours, '--dry-run'], {
      data: place('dry'),
    });
    expect(status).toBe(0);
    expect(out).toMatch(/Read: +3\nTo be recorded: 3\n/);
    await expect(stat(place('dry'))).rejects.toThrow('ENOENT');
  });

  it('killed anywhere and run again, it leaves the log of a run that nothing disturbed; once more, it records nothing', async () => {
    const mails = 450;
    await writeMbox(place('many.mbox'), mails);
    const args = ['import', 'mail', place('many.mbox'), ...ours];
    const calm = place('calm');
    expect((await rapport(args, { data: calm })).out).toContain(`Recorded:      ${mails}`);
    const expected = await idsByStream(calm);
    const events = Object.values(expected).flat().length;

    for (let round = 0; round < 3; round += 1) {
      const data = place(`killed-${round}`);
      await mkdir(data);
      // The same key gives claims the same names.
      await copyFile(join(calm, 'claims.key'), join(data, 'claims.key'));
      const killAt = 1 + Math.floor(Math.random() * (events - 1));
      const child = await startRapport(args, { data });
      const end = ended(child);
      let running = true;
      void end.then(() => (running = false));
      await logIn(data, async (store) => {
        while (running && (await store.head()) < killAt) await sleep(1);
      });
      child.kill('SIGKILL');
      await end;

      expect((await rapport(args, { data })).status).toBe(0);
      expect(await idsByStream(data)).toEqual(expected);
    }

    const again = await rapport(args, { data: calm });
    expect(again.out).toMatch(new RegExp(`Recorded: +0\nKnown already: ${mails}\n`));
    expect(await idsByStream(calm)).toEqual(expected);
  }, 120_000);

  it('stops at SIGTERM with what it has, says so, and is completed by another run', async () => {
    const data = place('stopped');
    await writeMbox(place('stop.mbox'), 1_500);
    const args = ['import', 'mail', place('stop.mbox'), ...ours];
    const child = await startRapport(args, { data });
    const end = ended(child);
    await logInWhenThere(data, async (store) => {
      while ((await store.head()) < 100) await sleep(1);
    });
    child.kill('SIGTERM');
    const { status, err } = await end;
    expect(status).toBe(1);
    expect(err).toContain('run it again, and it does the rest');
    expect(await rapport(args, { data })).toMatchObject({
      status: 0,
      out: expect.stringMatching(/Known already: [1-9]/),
    });
  });
});

const logInWhenThere: typeof logIn = async (data, look) => {
  while (
    !(await stat(join(data, 'events.db')).then(
      () => true,
      () => false,
    ))
  )
    await sleep(5);
  return logIn(data, look);
};

describe('rapport export events, import events', () => {
  const [origin, copy] = ['origin', 'copy'];
  const exported = (name: string): string => place(`${name}.jsonl`);
  const importing = (file: string, key = join(place(origin), 'claims.key')): string[] => [
    'import',
    'events',
    file,
    '--claims-key',
    key,
  ];

  beforeAll(async () => {
    await writeMbox(place('export.mbox'), 300);
    await rapport(['import', 'mail', place('export.mbox'), ...ours], { data: place(origin) });
    await rapport(['keys', 'make', 'desk', '--role', 'admin'], { data: place(origin) });
    expect(await rapport(['export', 'events', exported(origin)], { data: place(origin) })).toMatchObject({ status: 0 });
  });

  it('makes the same log, but for its name and positions, and the same rows', async () => {
    expect(await rapport(importing(exported(origin)), { data: place(copy) })).toMatchObject({ status: 0 });
    await rapport(['export', 'events', exported(copy)], { data: place(copy) });
    const lines = async (name: string): Promise<readonly string[]> =>
      (await readFile(exported(name), 'utf8'))
        .split('\n')
        .map((line) => line.replace(/"(?:source|sequence)":"[^"]*"/g, ''));
    expect(await lines(copy)).toEqual(await lines(origin));

    for (const data of [place(origin), place(copy)]) expect((await rapport(['rebuild'], { data })).status).toBe(0);
    const rows = await rowsIn(place(origin));
    expect(Object.values(rows).flat().length).toBeGreaterThan(1_000);
    expect(await rowsIn(place(copy))).toEqual(rows);
    expect((await stat(join(place(copy), 'claims.key'))).mode & 0o777).toBe(0o600);
    expect((await stat(exported(origin))).mode & 0o777).toBe(0o600);
  });

  it('writes the same to standard output', async () => {
    const { status, out } = await rapport(['export', 'events'], { data: place(origin) });
    expect(status).toBe(0);
    expect(out).toBe(await readFile(exported(origin), 'utf8'));
  });

  it('asks for the key of the claims, and takes no other', async () => {
    const data = place('keyless');
    const fingerprint = /"fingerprint":"(\w+)"/.exec(await readFile(exported(origin), 'utf8'))?.[1] ?? '?';
    const without = await rapport(['import', 'events', exported(origin)], { data });
    expect(without.status).toBe(2);
    expect(without.err).toContain(`fingerprint ${fingerprint}. Give that key with --claims-key FILE`);
    await writeFile(place('other.key'), `${'ab'.repeat(32)}\n`);
    const other = await rapport(importing(exported(origin), place('other.key')), { data });
    expect(other).toMatchObject({ status: 2, err: expect.stringContaining(`names its claims with ${fingerprint}`) });
    await expect(stat(join(data, 'events.db'))).rejects.toThrow('ENOENT');
  });

  it('refuses a log that holds something else', async () => {
    const data = place('another');
    await rapport(['keys', 'make', 'first', '--role', 'reader'], { data });
    const { status, err } = await rapport(importing(exported(origin)), { data });
    expect(status).toBe(1);
    expect(err).toContain('this one is not empty: it holds KeyMade');
  });

  it.each([
    ['a line that was cut', (line: string) => line.slice(0, -20), 'it is no JSON'],
    ['a line that says too little', (line: string) => line.replace(/"authid":"[^"]*",/, ''), 'authid is missing'],
    [
      'a stream with a gap',
      (line: string) => line.replace(/"revision":0/, '"revision":1'),
      'revision 1 does not come next',
    ],
  ])(
    'names %s by its number, keeps what stands before it, and goes on there once it is mended',
    async (name, spoil, told) => {
      const data = place(name.replaceAll(' ', '-'));
      const lines = (await readFile(exported(origin), 'utf8')).split('\n');
      const at = lines.findIndex((line, index) => index > 400 && line.includes('"type":"InteractionRecorded"'));
      const spoilt = lines.with(at, spoil(lines[at] ?? ''));
      await writeFile(place('spoilt.jsonl'), spoilt.join('\n'));
      const { status, err } = await rapport(importing(place('spoilt.jsonl')), { data });
      expect(status).toBe(1);
      expect(err).toContain(`Line ${at + 1}: `);
      expect(err).toContain(told);
      const before = await logIn(data, (store) => store.head());
      expect(before).toBeLessThanOrEqual(at);

      const mended = await rapport(importing(exported(origin)), { data });
      expect(mended).toMatchObject({ status: 0 });
      expect(await idsByStream(data)).toEqual(await idsByStream(place(origin)));
      expect((await rapport(importing(exported(origin)), { data })).out).toContain('0 events imported');
    },
    30_000,
  );
});
