import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SentimentIntensityAnalyzer } from 'vader-sentiment';
import { readTone } from './tone-reading.js';

const toneOf = (text: string, language?: string) => readTone(text, language).tone?.value;

describe('the language of a text', () => {
  it.each([
    'Great work, thanks!',
    'Thanks!',
    'Thank you so much.',
    'I hate it.',
    'Love it!',
    'Nice job.',
    'Excellent.',
    'Awful support, never again.',
    'It broke again.',
    'Not happy.',
  ])('is English in "%s"', (text) => expect(readTone(text).language).toBe('en'));

  it.each([
    ['de', 'Ich bin sehr enttäuscht.'],
    ['de', 'Leider funktioniert es nicht.'],
    ['fr', 'Je ne recommande pas ce produit.'],
    ['es', 'Estoy muy decepcionado.'],
    ['it', 'Sono molto deluso.'],
    ['nl', 'Heel erg bedankt voor de hulp.'],
    ['pl', 'Jestem bardzo rozczarowany.'],
  ])('is %s in "%s", and nobody reads a tone in it', (language, text) =>
    expect(readTone(text)).toEqual({ language, tone: null }),
  );

  it.each(['', '   ', '+1', '12:30', '???', ':-)'])('is open in "%s", and so is the tone', (text) =>
    expect(readTone(text)).toEqual({ language: null, tone: null }),
  );

  it('is what the caller says, where the caller says it', () => {
    expect(readTone('Great work, thanks!', 'de')).toEqual({ language: 'de', tone: null });
    expect(readTone('Super!', 'en-GB')).toEqual({
      language: 'en-GB',
      tone: { value: 0.636, model: 'vader-sentences', version: '1' },
    });
    expect(toneOf('Super!', 'EN')).toBe(0.636);
    // Middle English and Engenni are no English of today.
    expect(toneOf('Super!', 'enm')).toBeUndefined();
  });
});

describe('the tone of a text', () => {
  it('is above zero for praise and below zero for a complaint', () => {
    expect(toneOf('Great work, thanks!')).toBeGreaterThan(0.5);
    expect(toneOf('This is a terrible, broken release.')).toBeLessThan(-0.5);
  });

  it('is the mean over the sentences that carry any: facts do not dilute it', () => {
    const praise = toneOf('I love this release.');
    expect(toneOf('I love this release. It has three parts. The second was built on Tuesday.')).toBe(praise);
    const both = toneOf('I love this release. I hate the installer.');
    expect(both).toBeCloseTo(((praise ?? 0) + (toneOf('I hate the installer.') ?? 0)) / 2, 3);
  });

  it('is open where no sentence carries any', () =>
    expect(readTone('The package was built on Tuesday. It has three parts.')).toEqual({ language: 'en', tone: null }));

  it('is zero, and not open, where praise and blame weigh the same', () =>
    expect(readTone('It is good. It is a worry.').tone?.value).toBe(0));

  it('lies in -1 to 1, with four decimals, for any text', () =>
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('great!', 'awful', 'not', 'VERY', 'but', '.', '?', 'the'), { maxLength: 60 }),
        (words) => {
          const value = toneOf(words.join(' '), 'en');
          if (value === undefined) return;
          expect(Math.abs(value)).toBeLessThanOrEqual(1);
          expect(Math.round(value * 10_000) / 10_000).toBe(value);
        },
      ),
    ));
});

describe("VADER's own answer for a sentence", () => {
  const piece = fc.oneof(
    fc.constantFrom(
      ...[
        'good',
        'GOOD',
        'bad',
        'kind',
        'of',
        'KIND',
        'very',
        'not',
        "isn't",
        'never',
        'so',
        'this',
        'least',
        'at',
        'but',
        'BUT',
      ],
      ...[
        'but,',
        '!',
        '!!!',
        '???',
        '?!?',
        ':)',
        ':-D',
        '(good)',
        '"great"',
        'great!!',
        ',fine',
        "'tis",
        'the',
        'bomb',
        'yeah',
        'right',
      ],
      ...['sort', 'really', 'AND', 'I', 'x', '--', '...', 'don’t', 'café', 'well-made', '$', '%)', 'naïve,', '\u00a0'],
    ),
    fc.string({ maxLength: 6 }),
    fc.string({ unit: 'grapheme', maxLength: 4 }),
  );

  it('is the tone of that sentence', () =>
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
        // One sentence for the segmenter too: nothing in it may end one.
        const text = pieces.join(' ');
        const segments = [...new Intl.Segmenter('en', { granularity: 'sentence' }).segment(text)];
        fc.pre(segments.length === 1);
        const { compound } = SentimentIntensityAnalyzer.polarity_scores(text);
        expect(toneOf(text, 'en') ?? 0).toBe(compound + 0);
      }),
      { numRuns: 3000 },
    ));
});

describe('a hostile text', () => {
  it('of one endless word in capitals is read in no time', () => {
    const before = process.cpuUsage();
    readTone(`${'A'.repeat(60_000)}a is bad`, 'en');
    readTone('A'.repeat(60_000) + 'a');
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(500);
  });

  it('of 64 KiB without a full stop is read in no time', () => {
    const text = 'good but bad '.repeat(5_000);
    const before = process.cpuUsage();
    readTone(text, 'en');
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(1_500);
  });
});
