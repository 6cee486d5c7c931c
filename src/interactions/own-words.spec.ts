import { describe, expect, it } from '@jest/globals';
import { ownWordsOf } from './own-words.js';

describe("a person's own words", () => {
  it('are the whole of a mail that quotes nobody', () =>
    expect(ownWordsOf('Hello.\n\nAll fine here.')).toBe('Hello.\n\nAll fine here.'));

  it('are what stands between the quotes', () =>
    expect(
      ownWordsOf(
        'On Monday, Ann <ann@example.org> wrote:\n\n> Does it work?\n\nIt does.\n\n> And now?\n>> Yes\n\nStill.',
      ),
    ).toBe('It does.\n\nStill.'));

  it.each([
    'On Mon, 2 Sep 2024 at 10:00, Ann Lee <ann@example.org> wrote:',
    'On Mon, 2 Sep 2024 at 10:00, Ann Lee\n<ann@example.org> wrote:',
    'Ann wrote :',
    'Once upon a time, Ann said:',
    'Ann Lee writes...',
    'Quoting Ann Lee:',
    'ann@example.org (2 Sep):',
    'Am 02.09.2024 um 10:00 schrieb Ann Lee:',
  ])('do not say who is quoted: "%s"', (attribution) =>
    expect(ownWordsOf(`Mine.\n\n${attribution}\n> Hers.`)).toBe('Mine.'),
  );

  it('keep a sentence that ends with a colon above a quote', () =>
    expect(ownWordsOf('This is the part that I like:\n> Hers.\n')).toBe('This is the part that I like:'));

  it.each(['> x', '>> x', '| x', 'AL> x', '  > x'])('know "%s" as a quote', (line) =>
    expect(ownWordsOf(`Mine.\n${line}`)).toBe('Mine.'),
  );

  it.each([
    '-- \nAnn Lee\nExample Ltd',
    '--\nAnn Lee',
    '_______________________________________________\nSome mailing list\nhttps://lists.example.org/',
    '----- Original Message -----\nFrom: Ann\nHers.',
    '-----Original Message-----\nHers.',
    '---------- Forwarded message ----------\nHers.',
    '------- Forwarded Message\n\nHers.',
    'From: Ann Lee\nSent: Monday\nTo: Bob\nSubject: x\n\nHers.',
    'On Monday, 2 Sep 2024, Ann Lee wrote:\n\nHers, without marks.',
    '----------------------------\nTo unsubscribe, write to list-off@example.org',
    'Sent from my phone',
    'Best regards,\nAnn Lee\nHead of everything',
    'Cheers!\n\nAnn',
  ])('end where something else begins: %j', (below) => expect(ownWordsOf(`Mine.\n\n${below}\n`)).toBe('Mine.'));

  it('keep what only looks like a closing', () => {
    expect(ownWordsOf('Best regards to your team.')).toBe('Best regards to your team.');
    const long = 'a line that is too long to be a name or a title, and says something more';
    expect(ownWordsOf(`Cheers,\n${long}`)).toBe(`Cheers,\n${long}`);
  });

  it('are whole sentences again where a line was broken to fit', () =>
    expect(
      ownWordsOf('This sentence was broken by the program that sent it\nand goes on here.\nShort.\n- a\n- b'),
    ).toBe('This sentence was broken by the program that sent it and goes on here.\nShort.\n- a\n- b'));

  it('are without the frame of a signed mail', () =>
    expect(
      ownWordsOf('-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nMine.\n-----BEGIN PGP SIGNATURE-----\nabc'),
    ).toBe('Mine.'));

  it('are empty where nothing is theirs', () => {
    expect(ownWordsOf('')).toBe('');
    expect(ownWordsOf('Ann wrote:\n> Hers.\n> More.')).toBe('');
  });

  it.each([
    ['dashes', '-'.repeat(200_000)],
    ['forwards', `${'-- forwarded by '.repeat(20_000)}x`],
    ['attributions', 'On 1 wrote:\n>\n'.repeat(20_000)],
    ['quotes', 'Ann wrote:\n> x\n'.repeat(20_000)],
    ['spaces', `${' '.repeat(200_000)}x`],
    ['question marks', '?'.repeat(200_000)],
  ])('of a hostile mail of %s are found in no time', (_, text) => {
    const before = process.cpuUsage();
    ownWordsOf(text);
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(2_000);
  });
});
