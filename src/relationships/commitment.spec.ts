import { describe, it } from '@jest/globals';
import { specifyDecider } from '../event-sourcing/specification.js';
import { type RelationshipFact, type RelationshipRequest, relationship } from './relationship.js';

const { given } = specifyDecider(relationship);
const stakeholderId = 's1';
const day = (n: number): string => `2024-01-${String(n).padStart(2, '0')}T00:00:00.000Z`;
const dated = (factId: string, on: number) => ({ stakeholderId, factId, occurredAt: day(on) });

const make: RelationshipRequest = {
  type: 'MakeCommitment',
  data: { ...dated('c', 2), dueAt: day(9), text: 'A fix' },
};
const made: RelationshipFact = {
  type: 'CommitmentMade',
  data: { ...dated('c', 2), dueAt: day(9), personal: { of: [stakeholderId], text: 'A fix' } },
};
const keep = (factId: string, on: number, commitmentId = 'c'): RelationshipRequest => ({
  type: 'KeepCommitment',
  data: { ...dated(factId, on), commitmentId },
});
const kept = (factId: string, on: number): RelationshipFact => ({
  type: 'CommitmentKept',
  data: { ...dated(factId, on), commitmentId: 'c' },
});
const breaking = (factId: string, on: number): RelationshipRequest => ({
  type: 'BreakCommitment',
  data: { ...dated(factId, on), commitmentId: 'c' },
});
const broken = (factId: string, on: number): RelationshipFact => ({
  type: 'CommitmentBroken',
  data: { ...dated(factId, on), commitmentId: 'c' },
});
const move = (factId: string, on: number, due: number, commitmentId = 'c'): RelationshipRequest => ({
  type: 'MoveCommitment',
  data: { ...dated(factId, on), commitmentId, dueAt: day(due) },
});
const moved = (factId: string, on: number, due: number): RelationshipFact => ({
  type: 'CommitmentMoved',
  data: { ...dated(factId, on), commitmentId: 'c', dueAt: day(due) },
});
const retracted = (
  factId: string,
  type: 'CommitmentMade' | 'CommitmentKept' | 'CommitmentMoved',
  on: number,
): RelationshipFact => ({
  type: 'RelationshipFactRetracted',
  data: { stakeholderId, factId, was: { type, occurredAt: day(on) } },
});

describe('making a commitment', () => {
  it('is recorded', () => given().when(make).then([made]));
  it('stays quiet for the same fact', () => given(made).when(make).thenNothingHappens());
  it('changes nothing about stances', () =>
    given(made)
      .when({ type: 'WithdrawStance', data: dated('w', 5) })
      .then({ refused: 'NoStanceToWithdraw' }));
});

describe('moving the date by which a commitment is due', () => {
  it('puts it off, also after it was due, or brings it forward', () => {
    given(made)
      .when(move('m', 5, 20))
      .then([moved('m', 5, 20)]);
    given(made)
      .when(move('m', 12, 20))
      .then([moved('m', 12, 20)]);
    given(made, moved('m', 5, 20))
      .when(move('n', 6, 7))
      .then([moved('n', 6, 7)]);
  });
  it('stays quiet for the same fact', () =>
    given(made, moved('m', 5, 20))
      .when(move('m', 5, 20))
      .thenNothingHappens());
  it('leaves it to be kept or broken', () =>
    given(made, moved('m', 5, 20))
      .when(keep('k', 18))
      .then([kept('k', 18)]));
  it('is refused where none was made, or it was taken back', () => {
    given(made)
      .when(move('m', 5, 20, 'another'))
      .then({ refused: 'CommitmentNotFound' });
    given(made, moved('m', 5, 20))
      .when(move('n', 6, 21, 'm'))
      .then({ refused: 'CommitmentNotFound' });
    given(made, retracted('c', 'CommitmentMade', 2))
      .when(move('m', 5, 20))
      .then({ refused: 'CommitmentNotFound' });
  });
  it('is refused before it was made', () =>
    given(made)
      .when(move('m', 1, 20))
      .then({ refused: 'BeforeItWasMade', madeAt: day(2) }));
  it('is refused once it was settled, and recorded where that was done before', () => {
    given(made, kept('k', 5))
      .when(move('m', 6, 20))
      .then({ refused: 'CommitmentIsSettled', kept: true, settledAt: day(5) });
    given(made, broken('b', 5))
      .when(move('m', 5, 20))
      .then([moved('m', 5, 20)]);
  });
  it('is possible again once a mistaken settlement is retracted', () =>
    given(made, kept('k', 5), retracted('k', 'CommitmentKept', 5))
      .when(move('m', 6, 20))
      .then([moved('m', 6, 20)]));
});

describe('settling a commitment', () => {
  it('keeps it', () =>
    given(made)
      .when(keep('k', 5))
      .then([kept('k', 5)]));
  it('breaks it', () =>
    given(made)
      .when(breaking('b', 5))
      .then([broken('b', 5)]));
  it('may come late', () =>
    given(made)
      .when(keep('k', 30))
      .then([kept('k', 30)]));
  it('stays quiet for the same fact', () => given(made, kept('k', 5)).when(keep('k', 5)).thenNothingHappens());
  it('is refused where none was made', () =>
    given(made)
      .when(keep('k', 5, 'another'))
      .then({ refused: 'CommitmentNotFound' }));
  it('is refused where it was taken back', () =>
    given(made, retracted('c', 'CommitmentMade', 2))
      .when(keep('k', 5))
      .then({ refused: 'CommitmentNotFound' }));
  it('is refused before it was made', () =>
    given(made)
      .when(keep('k', 1))
      .then({ refused: 'BeforeItWasMade', madeAt: day(2) }));
  it('is refused where it was kept, and tells when', () =>
    given(made, kept('k', 5))
      .when(breaking('b', 6))
      .then({ refused: 'CommitmentIsSettled', kept: true, settledAt: day(5) }));
  it('is refused where it was broken', () =>
    given(made, broken('b', 5))
      .when(keep('k', 6))
      .then({ refused: 'CommitmentIsSettled', kept: false, settledAt: day(5) }));
  it('is open again once a mistaken settlement is retracted', () =>
    given(made, kept('k', 5), retracted('k', 'CommitmentKept', 5))
      .when(breaking('b', 6))
      .then([broken('b', 6)]));
});

describe('retracting what concerns a commitment', () => {
  it('takes back the settlement alone', () =>
    given(made, kept('k', 5))
      .when({ type: 'RetractRelationshipFact', data: { stakeholderId, factId: 'k' } })
      .then([retracted('k', 'CommitmentKept', 5)]));
  it('takes back that it was moved', () =>
    given(made, moved('m', 5, 20))
      .when({ type: 'RetractRelationshipFact', data: { stakeholderId, factId: 'm' } })
      .then([retracted('m', 'CommitmentMoved', 5)]));
  it('takes back the commitment', () =>
    given(made)
      .when({ type: 'RetractRelationshipFact', data: { stakeholderId, factId: 'c' } })
      .then([retracted('c', 'CommitmentMade', 2)]));
});
