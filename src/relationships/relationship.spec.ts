import { describe, it } from '@jest/globals';
import { specifyDecider } from '../event-sourcing/specification.js';
import { type RelationshipFact, type RelationshipRequest, type Step, relationship } from './relationship.js';

const { given } = specifyDecider(relationship);
const stakeholderId = 's1';
const day = (n: number): string => `2024-01-${String(n).padStart(2, '0')}T00:00:00.000Z`;

const assess = (factId: string, on: number): RelationshipRequest => ({
  type: 'AssessStance',
  data: { stakeholderId, factId, occurredAt: day(on), stance: 'critic' },
});
const assessed = (factId: string, on: number): RelationshipFact => ({
  type: 'StanceAssessed',
  data: { stakeholderId, factId, occurredAt: day(on), stance: 'critic' },
});
const withdraw = (factId: string, on: number): RelationshipRequest => ({
  type: 'WithdrawStance',
  data: { stakeholderId, factId, occurredAt: day(on) },
});
const withdrawn = (factId: string, on: number): RelationshipFact => ({
  type: 'StanceWithdrawn',
  data: { stakeholderId, factId, occurredAt: day(on) },
});
const take = (factId: string, step: Step, on: number): RelationshipRequest => ({
  type: 'TakeStep',
  data: { stakeholderId, factId, occurredAt: day(on), step },
});
const taken = (factId: string, step: Step, on: number, ...skipped: readonly Step[]): RelationshipFact => ({
  type: 'StepTaken',
  data: { stakeholderId, factId, occurredAt: day(on), step, skipped },
});
const retract = (factId: string): RelationshipRequest => ({
  type: 'RetractRelationshipFact',
  data: { stakeholderId, factId },
});
const retracted = (
  factId: string,
  type: 'StanceAssessed' | 'StanceWithdrawn' | 'StepTaken',
  on: number,
): RelationshipFact => ({
  type: 'RelationshipFactRetracted',
  data: { stakeholderId, factId, was: { type, occurredAt: day(on) } },
});

describe('assessing a stance', () => {
  it('is recorded', () =>
    given()
      .when(assess('f1', 1))
      .then([assessed('f1', 1)]));
  it('is a new fact when somebody looked again', () =>
    given(assessed('f1', 1))
      .when(assess('f2', 2))
      .then([assessed('f2', 2)]));
  it('stays quiet for the same fact', () => given(assessed('f1', 1)).when(assess('f1', 1)).thenNothingHappens());
});

describe('withdrawing a stance', () => {
  it('ends what holds at its date', () =>
    given(assessed('f1', 1))
      .when(withdraw('f2', 2))
      .then([withdrawn('f2', 2)]));
  it('is refused where nothing was assessed', () =>
    given().when(withdraw('f1', 1)).then({ refused: 'NoStanceToWithdraw' }));
  it('is refused before the assessment', () =>
    given(assessed('f1', 5)).when(withdraw('f2', 4)).then({ refused: 'NoStanceToWithdraw' }));
  it('is refused where it was withdrawn already', () =>
    given(assessed('f1', 1), withdrawn('f2', 2)).when(withdraw('f3', 3)).then({ refused: 'NoStanceToWithdraw' }));
  it('is refused where the assessment was retracted', () =>
    given(assessed('f1', 1), retracted('f1', 'StanceAssessed', 1))
      .when(withdraw('f2', 2))
      .then({ refused: 'NoStanceToWithdraw' }));
  it('reads facts by their date, not by when they were recorded', () =>
    given(withdrawn('f2', 2), assessed('f1', 3))
      .when(withdraw('f3', 4))
      .then([withdrawn('f3', 4)]));
});

describe('taking a step', () => {
  it('is recorded with the steps that were skipped', () =>
    given()
      .when(take('f1', 'engage', 1))
      .then([taken('f1', 'engage', 1, 'listen', 'acknowledge')]));
  it('skips nothing that was taken by then', () =>
    given(taken('f1', 'listen', 1))
      .when(take('f2', 'acknowledge', 2))
      .then([taken('f2', 'acknowledge', 2)]));
  it('counts a step taken only later as skipped', () =>
    given(taken('f1', 'listen', 3))
      .when(take('f2', 'acknowledge', 2))
      .then([taken('f2', 'acknowledge', 2, 'listen')]));
  it('names an interaction of the conversation in which it was taken', () => {
    const data = { stakeholderId, factId: 'f1', occurredAt: day(1), step: 'listen', interactionId: 'i' } as const;
    given()
      .when({ type: 'TakeStep', data })
      .then([{ type: 'StepTaken', data: { ...data, skipped: [] } }]);
  });
  it('stays quiet for the same fact', () =>
    given(taken('f1', 'listen', 1))
      .when(take('f1', 'listen', 1))
      .thenNothingHappens());
});

describe('retracting a fact', () => {
  it.each([
    [assessed('f1', 1), 'StanceAssessed'],
    [taken('f1', 'listen', 1), 'StepTaken'],
  ] as const)('takes back %j', (fact, type) =>
    given(fact)
      .when(retract('f1'))
      .then([retracted('f1', type, 1)]),
  );
  it('takes back a withdrawal', () =>
    given(assessed('f1', 1), withdrawn('f2', 2))
      .when(retract('f2'))
      .then([retracted('f2', 'StanceWithdrawn', 2)]));
  it('stays quiet when asked twice', () =>
    given(taken('f1', 'listen', 1), retracted('f1', 'StepTaken', 1))
      .when(retract('f1'))
      .thenNothingHappens());
  it('refuses a fact that was never recorded', () =>
    given().when(retract('f1')).then({ refused: 'RelationshipFactNotFound' }));
});
