import { describe, it } from '@jest/globals';
import { specifyDecider } from '../event-sourcing/specification.js';
import { type RelationshipFact, type RelationshipRequest, relationship } from './relationship.js';

const { given } = specifyDecider(relationship);
const stakeholderId = 's1';
const day = (n: number): string => `2024-01-${String(n).padStart(2, '0')}T00:00:00.000Z`;
const dated = (factId: string, on: number) => ({ stakeholderId, factId, occurredAt: day(on) });
const personal = { of: [stakeholderId], saidBy: 'she herself' };

const forbid = (factId: string, on: number): RelationshipRequest => ({
  type: 'ForbidContact',
  data: { ...dated(factId, on), saidBy: 'she herself' },
});
const forbidden = (factId: string, on: number): RelationshipFact => ({
  type: 'ContactForbidden',
  data: { ...dated(factId, on), personal },
});
const permit = (factId: string, on: number): RelationshipRequest => ({
  type: 'PermitContact',
  data: { ...dated(factId, on), saidBy: 'she herself' },
});
const permitted = (factId: string, on: number): RelationshipFact => ({
  type: 'ContactPermitted',
  data: { ...dated(factId, on), personal },
});
const plan = (factId: string, on: number, plannedFor: number): RelationshipRequest => ({
  type: 'PlanOutreach',
  data: { ...dated(factId, on), plannedFor: day(plannedFor), channel: 'phone', text: 'A call' },
});
const planned = (factId: string, on: number, plannedFor: number): RelationshipFact => ({
  type: 'OutreachPlanned',
  data: {
    ...dated(factId, on),
    plannedFor: day(plannedFor),
    channel: 'phone',
    personal: { of: [stakeholderId], text: 'A call' },
  },
});
const complete = (factId: string, on: number, outreachId = 'o'): RelationshipRequest => ({
  type: 'CompleteOutreach',
  data: { ...dated(factId, on), outreachId, interactionId: 'i' },
});
const done = (factId: string, on: number): RelationshipFact => ({
  type: 'OutreachDone',
  data: { ...dated(factId, on), outreachId: 'o', interactionId: 'i' },
});
const cancel = (factId: string, on: number): RelationshipRequest => ({
  type: 'CancelOutreach',
  data: { ...dated(factId, on), outreachId: 'o' },
});
const cancelled = (factId: string, on: number): RelationshipFact => ({
  type: 'OutreachCancelled',
  data: { ...dated(factId, on), outreachId: 'o' },
});
const retracted = (
  factId: string,
  type: 'ContactForbidden' | 'OutreachPlanned' | 'OutreachDone',
): RelationshipFact => ({
  type: 'RelationshipFactRetracted',
  data: { stakeholderId, factId, was: { type, occurredAt: day(1) } },
});

describe('whether contact is permitted', () => {
  it('is said, and said again', () => {
    given()
      .when(forbid('f', 3))
      .then([forbidden('f', 3)]);
    given(forbidden('f', 3))
      .when(forbid('g', 5))
      .then([forbidden('g', 5)]);
  });
  it('stays quiet for the same fact', () => given(forbidden('f', 3)).when(forbid('f', 3)).thenNothingHappens());
  it('is permitted again where it was not', () =>
    given(forbidden('f', 3))
      .when(permit('p', 5))
      .then([permitted('p', 5)]));
  it('is not permitted anew where it is', () => {
    given().when(permit('p', 5)).then({ refused: 'ContactIsPermitted' });
    given(forbidden('f', 3)).when(permit('p', 2)).then({ refused: 'ContactIsPermitted' });
    given(forbidden('f', 3), permitted('p', 4)).when(permit('q', 5)).then({ refused: 'ContactIsPermitted' });
    given(forbidden('f', 3), retracted('f', 'ContactForbidden'))
      .when(permit('p', 5))
      .then({ refused: 'ContactIsPermitted' });
  });
});

describe('planning an outreach', () => {
  const no = { refused: 'ContactNotPermitted', factId: 'f', since: day(3), saidBy: 'she herself' } as const;
  it('is recorded', () =>
    given()
      .when(plan('o', 1, 9))
      .then([planned('o', 1, 9)]));
  it('stays quiet for the same fact, whatever was said since', () =>
    given(planned('o', 1, 9), forbidden('f', 3))
      .when(plan('o', 1, 9))
      .thenNothingHappens());
  it('is refused where contact is not permitted then, whoever recorded it first', () => {
    given(forbidden('f', 3))
      .when(plan('o', 4, 9))
      .then(no);
    given(forbidden('f', 3))
      .when(plan('o', 1, 3))
      .then(no);
    given(forbidden('f', 3), permitted('p', 12))
      .when(plan('o', 4, 9))
      .then(no);
    given(permitted('p', 2), forbidden('f', 3))
      .when(plan('o', 4, 9))
      .then(no);
  });
  it('is not where it is permitted at the date that is planned for', () => {
    given(forbidden('f', 3))
      .when(plan('o', 1, 2))
      .then([planned('o', 1, 2)]);
    given(forbidden('f', 3), permitted('p', 5))
      .when(plan('o', 4, 9))
      .then([planned('o', 4, 9)]);
    given(forbidden('f', 3), retracted('f', 'ContactForbidden'))
      .when(plan('o', 4, 9))
      .then([planned('o', 4, 9)]);
  });
});

describe('an outreach', () => {
  it('is done, permitted or not', () => {
    given(planned('o', 1, 9))
      .when(complete('d', 8))
      .then([done('d', 8)]);
    given(planned('o', 1, 9), forbidden('f', 3))
      .when(complete('d', 8))
      .then([done('d', 8)]);
  });
  it('is cancelled', () =>
    given(planned('o', 1, 9))
      .when(cancel('c', 8))
      .then([cancelled('c', 8)]));
  it('stays quiet for the same fact', () => {
    given(planned('o', 1, 9), done('d', 8))
      .when(complete('d', 8))
      .thenNothingHappens();
    given(planned('o', 1, 9), cancelled('c', 8))
      .when(cancel('c', 8))
      .thenNothingHappens();
  });
  it('is done or cancelled once; what was mistaken is retracted first', () => {
    given(planned('o', 1, 9), done('d', 8))
      .when(cancel('c', 9))
      .then({ refused: 'OutreachIsSettled', done: true, settledAt: day(8) });
    given(planned('o', 1, 9), cancelled('c', 8))
      .when(complete('d', 9))
      .then({ refused: 'OutreachIsSettled', done: false, settledAt: day(8) });
    given(planned('o', 1, 9), done('d', 8), retracted('d', 'OutreachDone'))
      .when(cancel('c', 9))
      .then([cancelled('c', 9)]);
  });
  it('is refused where nothing was planned, or before it was', () => {
    given(planned('o', 5, 9))
      .when(complete('d', 6, 'another'))
      .then({ refused: 'OutreachNotFound' });
    given(planned('o', 5, 9), retracted('o', 'OutreachPlanned'))
      .when(complete('d', 6))
      .then({ refused: 'OutreachNotFound' });
    given(planned('o', 5, 9))
      .when(cancel('c', 4))
      .then({ refused: 'BeforeItWasPlanned', plannedAt: day(5) });
  });
});
