import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { importMail, type MailImport, type RecordOutcome } from './import-mail.js';
import type { MailInteraction } from './mail-interaction.js';

describe('an import of mail', () => {
  let folder: string;
  let batches: MailInteraction[][];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rapport-import-mail-'));
    batches = [];
  });
  afterEach(() => rm(folder, { recursive: true }));

  const put = (name: string, its: { id: string; from?: string; to?: string; text?: string; headers?: string[] }) =>
    writeFile(
      join(folder, name),
      [
        `Message-ID: <${its.id}>`,
        `From: ${its.from ?? 'ann@example.org'}`,
        `To: ${its.to ?? 'kim@ours.net'}`,
        'Date: Mon, 2 Sep 2024 10:00:00 +0000',
        ...(its.headers ?? []),
        '',
        its.text ?? 'Hello.',
      ].join('\n'),
    );
  const options: MailImport = { us: ['@ours.net'], ourLists: ['users@ours.org'], about: [], now: Date.UTC(2024, 9, 1) };
  const record =
    (outcome: (one: MailInteraction) => RecordOutcome = () => ({ kind: 'recorded' })) =>
    (batch: MailInteraction[]) => {
      batches.push(batch);
      return Promise.resolve(batch.map(outcome));
    };
  const recordedIds = () => batches.flat().map(({ source }) => source.id);
  const empty = { read: 0, recorded: 0, known: 0, skipped: {}, conflicts: [], failed: [], stopped: false };

  it('records what is ours to record and tells the rest with its reason', async () => {
    await put('a.eml', { id: 'a' });
    await put('b.eml', { id: 'b', to: 'bob@example.com' });
    await writeFile(join(folder, 'c.json'), '{}');
    await writeFile(join(folder, 'd'), 'no header');
    expect(await importMail([folder], options, record())).toEqual({
      ...empty,
      read: 4,
      recorded: 1,
      skipped: { 'not about us': 1, 'ends in .json': 1, 'no mail: it does not start with a header': 1 },
    });
    expect(recordedIds()).toEqual(['<a>']);
  });

  it('finds the author of what we answered though that mail comes later', async () => {
    await put('1.eml', { id: 'answer', from: 'kim@ours.net', to: 'users@ours.org', headers: ['In-Reply-To: <asked>'] });
    await put('2.eml', { id: 'asked', from: 'Bob <bob@example.com>', to: 'users@ours.org' });
    await importMail([folder], options, record());
    expect(batches.flat()[0]).toMatchObject({
      direction: 'outbound',
      with: [{ handle: { address: 'bob@example.com' }, name: 'Bob', role: 'addressee' }],
    });
  });

  it('takes a copy that came by another list for known', async () => {
    await put('1.eml', { id: 'a', text: 'Hello.' });
    await put('2.eml', {
      id: 'a',
      text: 'Hello.\n\n______________\nusers@ours.org',
      headers: ['X-BeenThere: users@ours.org'],
    });
    expect(await importMail([folder], options, record())).toMatchObject({
      read: 2,
      recorded: 1,
      known: 1,
      conflicts: [],
    });
  });

  it('tells of two mails with one id that say different things, and records the first', async () => {
    await put('1.eml', { id: 'a', text: 'Hello.' });
    await put('2.eml', { id: 'a', text: 'Goodbye.' });
    const { conflicts, recorded } = await importMail([folder], options, record());
    expect(recorded).toBe(1);
    expect(batches.flat()[0]?.text).toBe('Hello.');
    expect(
      conflicts.map((one) => ({ ...one, origin: basename(one.origin), firstOrigin: basename(one.firstOrigin ?? '') })),
    ).toEqual([{ messageId: '<a>', origin: '2.eml', firstOrigin: '1.eml', message: 'same Message-ID, other content' }]);
  });

  it('records the second of one id where the first was not to be recorded', async () => {
    await put('1.eml', { id: 'a', to: 'bob@example.com' });
    await put('2.eml', { id: 'a' });
    expect(await importMail([folder], options, record())).toMatchObject({ recorded: 1, conflicts: [] });
  });

  it('tells what became of each', async () => {
    for (const id of ['new', 'known', 'taken', 'refused']) await put(`${id}.eml`, { id });
    const outcomes: Record<string, RecordOutcome> = {
      '<known>': { kind: 'known' },
      '<taken>': { kind: 'taken' },
      '<refused>': { kind: 'refused', message: 'The handle is no address' },
    };
    const report = await importMail(
      [folder],
      options,
      record(({ source }) => outcomes[source.id] ?? { kind: 'recorded' }),
    );
    expect(report).toMatchObject({
      recorded: 1,
      known: 1,
      conflicts: [{ messageId: '<taken>', message: 'on record with other content' }],
      failed: [{ messageId: '<refused>', message: 'The handle is no address' }],
    });
  });

  const putMbox = (mails: number) =>
    writeFile(
      join(folder, 'mbox'),
      Array.from(
        { length: mails },
        (_, n) =>
          `From ann@example.org Mon Sep  2 10:00:00 2024\nMessage-ID: <${n}>\nFrom: ann@example.org\nTo: kim@ours.net\nDate: Mon, 2 Sep 2024 10:00:00 +0000\n\n${'Hello. '.repeat(400)}\n\n`,
      ).join(''),
    );

  it('hands over at most 200 at once, in the order of the files, from an mbox read as a stream', async () => {
    await putMbox(450);
    expect(await importMail([folder], options, record())).toMatchObject({ read: 450, recorded: 450 });
    expect(batches.map((batch) => batch.length)).toEqual([200, 200, 50]);
    expect(recordedIds()).toEqual(Array.from({ length: 450 }, (_, n) => `<${n}>`));
  });

  it('tells how far it is, up to the end', async () => {
    await putMbox(50);
    const told: [number, number | undefined][] = [];
    await importMail([folder], options, record(), (done, total) => told.push([done, total]));
    expect(told).toEqual([
      [0, 20],
      [0, 40],
      [20, 50],
      [40, 50],
      [50, 50],
    ]);
  });

  it('stops at a signal, having recorded what it read, and says so', async () => {
    await putMbox(450);
    const stop = new AbortController();
    const report = await importMail([folder], options, record(), (done) => done >= 240 && stop.abort(), stop.signal);
    expect(report).toMatchObject({ read: 240, recorded: 240, stopped: true });
    expect(recordedIds()).toHaveLength(240);
  });

  it('records nothing when run dry, and counts the same', async () => {
    await put('a.eml', { id: 'a' });
    expect(await importMail([folder], { ...options, dryRun: true }, record())).toEqual({
      ...empty,
      read: 1,
      recorded: 1,
    });
    expect(batches).toEqual([]);
  });

  it('ends where recording breaks, and where answers are missing', async () => {
    await put('a.eml', { id: 'a' });
    await expect(importMail([folder], options, () => Promise.reject(new Error('disk full')))).rejects.toThrow(
      'disk full',
    );
    await expect(importMail([folder], options, () => Promise.resolve([]))).rejects.toThrow('0 outcomes');
    await expect(importMail([join(folder, 'missing')], options, record())).rejects.toThrow('missing');
  });
});
