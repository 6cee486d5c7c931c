import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Voice, type VoiceCursor, listOf, magicMiddleOf, rankingOf } from './influence-ranking.js';
import { weightsV1 } from './influence.js';

/** Somebody with a reach, who is answered so often, and speaks so much. */
const voice = (number: number, reach: number, reactions: number, love: number): Voice => ({
  ...{ voice: number, utterances: 5, reported: 4, audience: reach * 4, reactions, love },
});
const byFame = { reach: 1, resonance: 0, relevance: 0 };
const firstOf = (list: ReturnType<typeof listOf>, limit = 10) => list.page({ limit }).entries.map((each) => each.voice);

describe('a ranking', () => {
  // The star said little, the regular much to few.
  const star = voice(1, 1_000_000, 4, 0.1);
  const regular = voice(2, 500, 40, 9);
  const other = voice(3, 2_000, 1, 1);

  it('by topic is another than by fame', () => {
    expect(firstOf(rankingOf([star, regular, other], byFame))).toEqual([1, 3, 2]);
    expect(firstOf(rankingOf([star, regular, other], weightsV1))).toEqual([2, 3, 1]);
  });

  it('weighs for each part the share of voices whom one is not below', () => {
    // Of three: the least reach, the most resonance, the most relevance.
    const { entries } = rankingOf([star, regular, other], weightsV1).page({ limit: 1 });
    expect(entries).toEqual([{ voice: 2, place: 1, value: Math.round((0.2 / 3 + 0.3 + 0.5) * 1e9) / 1e9 }]);
  });

  it('tells the place by reach alone, and none without enough evidence', () => {
    const unknown = { ...other, voice: 4, reported: 2 };
    const ranking = rankingOf([star, regular, other, unknown], weightsV1);
    expect([star, regular, other, unknown].map(ranking.placeByReach)).toEqual([1, 3, 2, null]);
  });

  it('counts a part without enough evidence as nothing', () => {
    const unreported = { ...regular, voice: 4, reported: 0, audience: 0, reactions: 0 };
    const [first, second] = rankingOf([regular, unreported], weightsV1).page({ limit: 2 }).entries;
    expect([first?.voice, first?.value, second?.voice, second?.value]).toEqual([2, 1, 4, 0.5]);
  });

  it('is of nobody where nobody is heard', () => {
    expect(rankingOf([], weightsV1).page({ limit: 5 })).toEqual({ entries: [], more: false });
  });
});

describe('a list of voices', () => {
  const values = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 30 });
  const listed = (all: readonly number[]) =>
    listOf(
      all.map((_, index) => voice(index * 7, 1, 1, 1)),
      Float64Array.from(all),
    );
  const expected = (all: readonly number[]): readonly VoiceCursor[] =>
    all.map((value, index) => ({ value, voice: index * 7 })).sort((a, b) => b.value - a.value || a.voice - b.voice);

  it('comes whole in pages, either way, each voice once and in its place', () =>
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 7 }), fc.boolean(), (all, limit, fromEnd) => {
        const list = listed(all);
        let found: readonly (VoiceCursor & { readonly place: number })[] = [];
        for (let more = all.length > 0; more;) {
          const cursor = fromEnd ? { before: found[0] } : { after: found.at(-1) };
          const page = list.page({ limit, fromEnd, ...cursor });
          expect(page.entries.length).toBeGreaterThan(0);
          found = fromEnd ? [...page.entries, ...found] : [...found, ...page.entries];
          ({ more } = page);
        }
        expect(found).toEqual(expected(all).map((each, index) => ({ ...each, place: index + 1 })));
      }),
    ));

  it('goes on behind a place that nobody has any more', () => {
    const { entries, more } = listed([3, 2, 1]).page({ limit: 5, after: { value: 2.5, voice: 0 } });
    expect([entries.map(({ value }) => value), more]).toEqual([[2, 1], false]);
  });
});

describe('the magic middle', () => {
  // A hundred voices with reaches of 1 to 100; every other one speaks much.
  const voices = Array.from({ length: 100 }, (_, index) => voice(index, index + 1, 0, index % 2 === 0 ? 5 + index : 1));

  it('is a band of reach, both ends inclusive, with relevance above the median', () => {
    const { voices: list, ...band } = magicMiddleOf(voices, 60, 95);
    expect(band).toEqual({ among: 100, fromReach: 60, toReach: 95, medianRelevance: 3 });
    // Of the reaches 60 to 95, the odd ones speak much: 61, 63, ... 95.
    expect(list.size).toBe(18);
    expect(firstOf(list, 2)).toEqual([94, 92]);
  });

  it('is everybody above the median from 0 to 100', () => {
    const { fromReach, toReach, voices: list } = magicMiddleOf(voices, 0, 100);
    expect([fromReach, toReach, list.size]).toEqual([1, 100, 50]);
  });

  it('is among those with enough evidence alone', () => {
    const thin = [
      { ...voice(200, 70, 0, 50), utterances: 2 },
      { ...voice(201, 70, 0, 50), reported: 2 },
    ];
    const { among, voices: list } = magicMiddleOf([...thin, ...voices], 60, 95);
    expect([among, list.size]).toEqual([100, 18]);
  });

  it('is nobody among nobody', () => {
    const { voices: list, ...band } = magicMiddleOf([], 60, 95);
    expect(band).toEqual({ among: 0, fromReach: null, toReach: null, medianRelevance: null });
    expect(list.size).toBe(0);
  });

  it('has the median between two in the middle', () => {
    expect(magicMiddleOf([voice(1, 1, 0, 1), voice(2, 2, 0, 4)], 0, 100).medianRelevance).toBe(2.5);
    expect(magicMiddleOf([voice(1, 1, 0, 1), voice(2, 2, 0, 4), voice(3, 1, 0, 9)], 0, 100).medianRelevance).toBe(4);
  });
});
