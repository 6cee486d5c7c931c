import { describe, it } from '@jest/globals';
import { specifyDecider } from '../event-sourcing/specification.js';
import { type OwnershipFact, type OwnershipRequest, ownership } from './ownership.js';

const { given } = specifyDecider(ownership);
const stakeholderId = 's';
const day = (on: number): string => `2024-01-0${on}T00:00:00.000Z`;
const dated = (factId: string, on: number) => ({ stakeholderId, factId, occurredAt: day(on) });
const kim = { owner: 'kim', tier: 'near', place: 'p' };
const own = { rank: null, department: 'press' };
const assign = (factId: string, on: number, owned: object = {}): OwnershipRequest => ({
  type: 'AssignOwner',
  data: { ...dated(factId, on), ...kim, ...own, ...owned },
});
const assigned = (factId: string, on: number, was: typeof kim | null = null, owned: object = {}): OwnershipFact => ({
  type: 'OwnerAssigned',
  data: { ...dated(factId, on), ...kim, ...own, was, ...owned },
});
const handing = { fromOwner: 'kim', toOwner: 'lee', fromDepartment: 'press', toDepartment: null };
const handOver = (factId: string, on: number, people: object = {}): OwnershipRequest => ({
  type: 'HandOver',
  data: { ...dated(factId, on), ...handing, ...people },
});
const handed = (factId: string, on: number): OwnershipFact => ({
  type: 'OwnerHandedOver',
  data: { ...dated(factId, on), ...handing, tier: 'near', place: 'p' },
});
const release = (factId: string, on: number): OwnershipRequest => ({ type: 'ReleaseOwner', data: dated(factId, on) });
const released = (factId: string, on: number, owned: typeof kim = kim): OwnershipFact => ({
  type: 'OwnerReleased',
  data: { ...dated(factId, on), ...owned },
});
const forgo = (token: string): OwnershipRequest => ({ type: 'ForgoPlace', data: { stakeholderId, token } });
const forgone = (token: string): OwnershipFact => ({ type: 'PlaceForgone', data: { stakeholderId, token } });

describe('assigning an owner', () => {
  it('is recorded, with the rank as it is', () =>
    given()
      .when(assign('f', 1, { rank: { place: 3, topic: 'doors' } }))
      .then([assigned('f', 1, null, { rank: { place: 3, topic: 'doors' } })]));
  it('stays quiet for the same fact, and for what is so already', () => {
    given(assigned('f', 1)).when(assign('f', 1)).thenNothingHappens();
    given(assigned('f', 1))
      .when(assign('g', 2, { place: 'q' }))
      .thenNothingHappens();
  });
  it('moves whom they own to another tier, and says what was', () =>
    given(assigned('f', 1))
      .when(assign('g', 2, { tier: null, place: null }))
      .then([assigned('g', 2, kim, { tier: null, place: null })]));
  it('is refused where another answers for them', () =>
    given(assigned('f', 1))
      .when(assign('g', 2, { owner: 'lee' }))
      .then({ refused: 'OwnedAlready', owner: 'kim' }));
  it('is refused before the last change', () =>
    given(assigned('f', 2), released('g', 3))
      .when(assign('h', 2, { place: 'q' }))
      .then({ refused: 'DatedBeforeTheLast', lastAt: day(3) }));
  it('is refused for a place that was forgone, or held before', () => {
    given(forgone('p')).when(assign('f', 1)).then({ refused: 'PlaceLost' });
    given(assigned('f', 1), released('g', 2)).when(assign('h', 3)).then({ refused: 'PlaceLost' });
  });
});

describe('handing over', () => {
  it('is recorded, with tier and place as they were', () =>
    given(assigned('f', 1))
      .when(handOver('g', 2))
      .then([handed('g', 2)]));
  it('stays quiet for the same fact, and where it is theirs already', () => {
    given(assigned('f', 1), handed('g', 2)).when(handOver('g', 2)).thenNothingHappens();
    given(assigned('f', 1))
      .when(handOver('g', 2, { toOwner: 'kim' }))
      .thenNothingHappens();
  });
  it('is refused where nobody answers for them', () => given().when(handOver('f', 1)).then({ refused: 'NotOwned' }));
  it('is read again where it is another by now', () =>
    given(assigned('f', 1))
      .when(handOver('g', 2, { fromOwner: 'bo' }))
      .then({ refused: 'OwnerChanged' }));
  it('is refused before the last change', () =>
    given(assigned('f', 2))
      .when(handOver('g', 1))
      .then({ refused: 'DatedBeforeTheLast', lastAt: day(2) }));
});

describe('releasing an owner', () => {
  it('is recorded with what was', () =>
    given(assigned('f', 1), handed('g', 2))
      .when(release('h', 3))
      .then([released('h', 3, { ...kim, owner: 'lee' })]));
  it('stays quiet for the same fact', () =>
    given(assigned('f', 1), released('g', 2)).when(release('g', 2)).thenNothingHappens());
  it('is refused where nobody answers for them', () =>
    given(assigned('f', 1), released('g', 2)).when(release('h', 3)).then({ refused: 'NotOwned' }));
  it('is refused before the last change', () =>
    given(assigned('f', 2))
      .when(release('g', 1))
      .then({ refused: 'DatedBeforeTheLast', lastAt: day(2) }));
});

describe('forgoing a place', () => {
  it('is recorded, once', () => {
    given()
      .when(forgo('p'))
      .then([forgone('p')]);
    given(forgone('p')).when(forgo('p')).thenNothingHappens();
  });
  it('is refused where the place is held', () =>
    given(assigned('f', 1)).when(forgo('p')).then({ refused: 'PlaceHeld' }));
  it('is needless where it was held before', () =>
    given(assigned('f', 1), released('g', 2)).when(forgo('p')).thenNothingHappens());
});
