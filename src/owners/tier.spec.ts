import { describe, it } from '@jest/globals';
import { specifyDecider } from '../event-sourcing/specification.js';
import { type TierFact, type TierRequest, tierNamed } from './tier.js';

const intent = { request: {}, context: {} };
const defined = (capacity: number | null, cadenceDays: number | null = null): TierFact => ({
  type: 'TierDefined',
  data: { tier: 'near', capacity, cadenceDays },
});
const define = (capacity: number | null, cadenceDays: number | null = null, tier = 'near'): TierRequest => ({
  type: 'DefineTier',
  data: { tier, capacity, cadenceDays },
});
const take = (token: string, uncounted: readonly string[] = []): TierRequest => ({
  type: 'TakePlace',
  data: { tier: 'near', stakeholderId: `s ${token}`, token, intent, uncounted },
});
const taken = (token: string): TierFact => ({
  type: 'PlaceTaken',
  data: { tier: 'near', stakeholderId: `s ${token}`, token, personal: { of: [`s ${token}`], intent } },
});
const giveUp = (token: string): TierRequest => ({ type: 'GiveUpPlace', data: { tier: 'near', token } });
const givenUp = (token: string): TierFact => ({
  type: 'PlaceGivenUp',
  data: { tier: 'near', stakeholderId: `s ${token}`, token },
});
const place = (token: string) => ({ stakeholderId: `s ${token}`, token, intent });

const { given } = specifyDecider(tierNamed('near'));

describe('a tier', () => {
  it('is defined', () =>
    given()
      .when(define(2, 30))
      .then([defined(2, 30)]));
  it('is defined anew, and not where nothing is new', () => {
    given(defined(2))
      .when(define(3))
      .then([defined(3)]);
    given(defined(2)).when(define(2)).thenNothingHappens();
    given(defined(null))
      .when(define(null, 7))
      .then([defined(null, 7)]);
  });
  it('keeps places from the first on or never', () => {
    given(defined(null)).when(define(2)).then({ refused: 'CapacityIsFixed' });
    given(defined(2)).when(define(null)).then({ refused: 'CapacityIsFixed' });
  });
  it('of executives has five places without being defined', () => {
    const executive = specifyDecider(tierNamed('executive'));
    executive
      .given()
      .when(define(5, null, 'executive'))
      .thenNothingHappens();
    executive
      .given()
      .when(define(null, null, 'executive'))
      .then({ refused: 'CapacityIsFixed' });
  });
});

describe('a place', () => {
  it('is taken', () =>
    given(defined(1))
      .when(take('a'))
      .then([taken('a')]));
  it('is taken once', () => given(defined(1), taken('a')).when(take('a')).thenNothingHappens());
  it('is not taken where all are, and these are named', () =>
    given(defined(2), taken('a'), taken('b'))
      .when(take('c'))
      .then({ refused: 'TierFull', capacity: 2, places: [place('a'), place('b')] }));
  it('is taken beside those that count no more, and not beside as many others as there are places', () => {
    given(defined(2), taken('a'), taken('b'))
      .when(take('c', ['b']))
      .then([taken('c')]);
    given(defined(2), taken('a'), taken('b'), taken('c'))
      .when(take('d', ['b', 'x']))
      .then({ refused: 'TierFull', capacity: 2, places: [place('a'), place('b'), place('c')] });
  });
  it('is free again when it was given up', () =>
    given(defined(1), taken('a'), givenUp('a'))
      .when(take('b'))
      .then([taken('b')]));
  it('is nobody’s loss where the capacity is lowered, and nobody’s gain', () =>
    given(defined(2), taken('a'), taken('b'), defined(1))
      .when(take('c'))
      .then({ refused: 'TierFull', capacity: 1, places: [place('a'), place('b')] }));
  it('is not kept where there is no capacity', () => given(defined(null)).when(take('a')).thenNothingHappens());
  it('is not taken in a tier that is none', () => given().when(take('a')).then({ refused: 'TierNotFound' }));
  it('is given up, once', () => {
    given(defined(1), taken('a'))
      .when(giveUp('a'))
      .then([givenUp('a')]);
    given(defined(1), taken('a'), givenUp('a')).when(giveUp('a')).thenNothingHappens();
  });
});
