import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import {
  type Heard,
  evidenceMin,
  inProportion,
  joinedOf,
  love,
  reachOf,
  relevanceOf,
  resonanceOf,
  weightsV1,
} from './influence.js';

const golden = JSON.parse(readFileSync(new URL('../../test/golden/measures.json', import.meta.url), 'utf8')) as {
  readonly orbit: {
    readonly love: readonly {
      readonly weights: readonly { readonly weight: number; readonly monthsAgo: number }[];
      readonly love: number;
    }[];
  };
};

describe('love', () => {
  it.each(golden.orbit.love)('is as worked by hand: %j', ({ weights, love: expected }) => {
    expect(love(weights)).toBeCloseTo(expected, 4);
  });
});

const heard: Heard = { utterances: 4, reported: 3, audience: 6_000, reactions: 3, love: 2.5 };

describe('the parts of an influence', () => {
  it('are numbers where there is enough evidence', () => {
    expect(reachOf(heard)).toBe(2_000);
    expect(resonanceOf(heard)).toBe(0.5);
    expect(relevanceOf(heard)).toBe(2.5);
    expect(joinedOf({ utterances: 4, joined: 1 })).toBe(0.25);
  });

  it('are none below the minimum, each by its own evidence', () => {
    expect(evidenceMin).toBe(3);
    expect(reachOf({ ...heard, reported: 2 })).toBeNull();
    expect(resonanceOf({ ...heard, reported: 2 })).toBeNull();
    expect(relevanceOf({ ...heard, reported: 0 })).toBe(2.5);
    expect(relevanceOf({ ...heard, utterances: 2 })).toBeNull();
    expect(joinedOf({ utterances: 2, joined: 2 })).toBeNull();
  });

  it('tell no resonance among nobody, and no reach of nothing', () => {
    expect(resonanceOf({ ...heard, audience: 0 })).toBeNull();
    expect(reachOf({ ...heard, audience: 0 })).toBe(0);
    expect(reachOf({ ...heard, reported: 0, audience: 0 }, 0)).toBeNull();
  });
});

describe('weights', () => {
  it('count by their proportions', () =>
    expect(inProportion({ reach: 1, resonance: 0, relevance: 1 })).toEqual({
      reach: 0.5,
      resonance: 0,
      relevance: 0.5,
    }));
  it('of the definition sum to 1', () => expect(inProportion(weightsV1)).toEqual(weightsV1));
});
