import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mailsIn, PathMissing } from './mailbox.js';
import { mailsOfMbox } from './mbox.js';

const postmark = 'From ann@example.org  Mon Sep  2 12:34:24 2024\n';
const mail = 'From: ann@example.org\n\nHello.\n';

describe('mails in files and folders', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rapport-mailbox-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const put = async (name: string, text: string) => {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), text);
  };
  const found = async (...paths: string[]) => {
    const all: Record<string, string> = {};
    for await (const one of mailsIn(paths)) {
      all[relative(folder, one.origin)] =
        'skipped' in one ? `skipped: ${one.skipped}` : Buffer.from(one.bytes).toString();
    }
    return all;
  };

  it('are those ending in .eml, .txt or nothing, below folders too, in the order of their names', async () => {
    for (const name of [
      'b.eml',
      'a.txt',
      'deep/er/c',
      'd.TXT',
      '00001.7c53336b37003a9286aba55d2945844c',
      'cur/17.M1P2.host',
    ]) {
      await put(name, mail);
    }
    const all = await found(folder);
    expect(Object.keys(all)).toEqual([
      '00001.7c53336b37003a9286aba55d2945844c',
      'a.txt',
      'b.eml',
      'cur/17.M1P2.host',
      'd.TXT',
      'deep/er/c',
    ]);
    expect(new Set(Object.values(all))).toEqual(new Set([mail]));
  });

  it('are those of an mbox one by one, whatever it is called', async () => {
    await put('archive.2024', `${postmark}${mail}\n${postmark}${mail}`);
    expect(await found(join(folder, 'archive.2024'))).toEqual({
      'archive.2024#1': `${mail}\n`,
      'archive.2024#2': mail,
    });
  });

  it('are not what is hidden, empty, ends otherwise or leads elsewhere: each is told with its reason', async () => {
    await put('.hidden', mail);
    await put('.git/config', mail);
    await put('list.json', '{}');
    await put('empty.eml', '');
    await put('deep/a.eml', mail);
    await symlink(join(folder, 'deep'), join(folder, 'loop'));
    await symlink(join(folder, 'nowhere'), join(folder, 'dangling.eml'));
    await symlink(join(folder, 'deep/a.eml'), join(folder, 'linked.eml'));
    expect(await found(folder)).toEqual({
      '.git': 'skipped: hidden',
      '.hidden': 'skipped: hidden',
      'dangling.eml': 'skipped: a link to no file',
      'deep/a.eml': mail,
      'empty.eml': 'skipped: empty',
      'linked.eml': mail,
      'list.json': 'skipped: ends in .json',
      loop: 'skipped: a link to no file',
    });
  });

  it('are not begun where a path does not exist', async () => {
    await put('a.eml', mail);
    const missing = join(folder, 'b.eml');
    await expect(found(join(folder, 'a.eml'), missing)).rejects.toThrow(new PathMissing(missing));
    await expect(found(missing)).rejects.toThrow(missing);
  });
});

describe('an mbox', () => {
  const split = async (text: string, chunkSize = 7) => {
    const bytes = Buffer.from(text);
    function* chunks() {
      for (let at = 0; at < bytes.length; at += chunkSize) yield bytes.subarray(at, at + chunkSize);
    }
    const mails: (string | undefined)[] = [];
    for await (const one of mailsOfMbox(chunks())) mails.push(one.bytes && Buffer.from(one.bytes).toString());
    return mails;
  };

  it.each([1, 2, 7, 10_000])('comes apart the same in chunks of %d bytes', async (chunkSize) =>
    expect(await split(`${postmark}A: 1\n\nx\n\n${postmark}B: 2\n\ny`, chunkSize)).toEqual([
      'A: 1\n\nx\n\n',
      'B: 2\n\ny',
    ]),
  );

  it('loses one level of quoting before "From "', async () =>
    expect(await split(`${postmark}\n>From here\n>>From there\n> From afar\n>Fromage\n`)).toEqual([
      '\nFrom here\n>From there\n> From afar\n>Fromage\n',
    ]));

  it('does not break at a sentence that starts with "From ", nor inside a paragraph', async () => {
    const text = `A: 1\n\nFrom home I write at length.\n\nFrom 2024 on we meet.\nand\n${postmark}`;
    expect(await split(`${postmark}${text}`)).toEqual([text]);
  });

  it.each([
    'From - Tue Oct 02 11:12:13 2024',
    'From 1789@xxx Mon Jan 01 00:00:00 +0000 2024',
    'From MAILER-DAEMON Fri Jul  8 12:08:34 2011',
  ])('breaks at "%s", with Windows line ends too', async (line) =>
    expect(await split(`${line}\r\nA: 1\r\n\r\n${line}\r\nB: 2\r\n`)).toEqual(['A: 1\r\n\r\n', 'B: 2\r\n']),
  );

  it('is read no further than to the mail that is asked for', async () => {
    let read = 0;
    function* chunks() {
      for (; read < 100; read += 1) yield Buffer.from(`${postmark}A: ${read}\n\n`);
    }
    for await (const { number } of mailsOfMbox(chunks())) if (number === 3) break;
    expect(read).toBe(3);
  });

  it('gives a mail of more than 64 MiB as one without bytes, and goes on', async () => {
    function* chunks() {
      yield Buffer.from(`${postmark}A: 1\n\n`);
      for (let n = 0; n < 65; n += 1) yield Buffer.alloc(2 ** 20, `${'x'.repeat(99)}\n`);
      yield Buffer.from(`\n\n${postmark}B: 2\n`);
    }
    const sizes: (number | undefined)[] = [];
    for await (const { bytes } of mailsOfMbox(chunks())) sizes.push(bytes?.length);
    expect(sizes).toEqual([undefined, 5]);
  });
});
