import { describe, it } from '@jest/globals';
import { specifyDecider } from '../event-sourcing/specification.js';
import { type RelationshipFact, type RelationshipRequest, relationship } from './relationship.js';

const { given } = specifyDecider(relationship);
const stakeholderId = 's1';
const day = (n: number): string => `2024-01-${String(n).padStart(2, '0')}T00:00:00.000Z`;
const dated = (factId: string, on: number) => ({ stakeholderId, factId, occurredAt: day(on) });

const record = (until: number | null = null): RelationshipRequest => ({
  type: 'RecordConnection',
  data: { ...dated('c', 2), kind: 'paid', until: until === null ? null : day(until) },
});
const recorded = (until: number | null = null): RelationshipFact => ({
  type: 'ConnectionRecorded',
  data: { ...dated('c', 2), kind: 'paid', until: until === null ? null : day(until) },
});
const end = (factId: string, on: number, connectionId = 'c'): RelationshipRequest => ({
  type: 'EndConnection',
  data: { ...dated(factId, on), connectionId },
});
const ended = (factId: string, on: number): RelationshipFact => ({
  type: 'ConnectionEnded',
  data: { ...dated(factId, on), connectionId: 'c' },
});
const retracted = (factId: string, type: 'ConnectionRecorded' | 'ConnectionEnded', on: number): RelationshipFact => ({
  type: 'RelationshipFactRetracted',
  data: { stakeholderId, factId, was: { type, occurredAt: day(on) } },
});

describe('recording a connection', () => {
  it('is recorded, open', () => given().when(record()).then([recorded()]));
  it('is recorded, with its end', () =>
    given()
      .when(record(9))
      .then([recorded(9)]));
  it('stays quiet for the same fact', () => given(recorded()).when(record()).thenNothingHappens());
  it('is refused where it would end before it began, or as it did', () => {
    given()
      .when(record(1))
      .then({ refused: 'BeforeItBegan', beganAt: day(2) });
    given()
      .when(record(2))
      .then({ refused: 'BeforeItBegan', beganAt: day(2) });
  });
});

describe('ending a connection', () => {
  it('ends it', () =>
    given(recorded())
      .when(end('e', 5))
      .then([ended('e', 5)]));
  it('stays quiet for the same fact', () => given(recorded(), ended('e', 5)).when(end('e', 5)).thenNothingHappens());
  it('is refused where there is none, or it was taken back', () => {
    given(recorded())
      .when(end('e', 5, 'another'))
      .then({ refused: 'ConnectionNotFound' });
    given(recorded(), retracted('c', 'ConnectionRecorded', 2))
      .when(end('e', 5))
      .then({ refused: 'ConnectionNotFound' });
  });
  it('is refused where it has ended, or was recorded with its end', () => {
    given(recorded(), ended('e', 5))
      .when(end('f', 6))
      .then({ refused: 'ConnectionHasEnded', endedAt: day(5) });
    given(recorded(9))
      .when(end('e', 5))
      .then({ refused: 'ConnectionHasEnded', endedAt: day(9) });
  });
  it('is refused before it began, or as it did', () =>
    given(recorded())
      .when(end('e', 2))
      .then({ refused: 'BeforeItBegan', beganAt: day(2) }));
  it('can be said again once a mistaken end is retracted', () =>
    given(recorded(), ended('e', 5), retracted('e', 'ConnectionEnded', 5))
      .when(end('f', 6))
      .then([ended('f', 6)]));
});

describe('words about a relationship', () => {
  it('are recorded as often as somebody looks', () => {
    const data = { ...dated('l', 3), lifecycle: 'customer', source: 'shop' } as const;
    given()
      .when({ type: 'ReachLifecycle', data })
      .then([{ type: 'LifecycleReached', data }]);
    given({ type: 'LifecycleReached', data })
      .when({ type: 'ReachLifecycle', data: { ...data, factId: 'm' } })
      .then([{ type: 'LifecycleReached', data: { ...data, factId: 'm' } }]);
    given()
      .when({ type: 'VerifyRelationship', data: dated('v', 3) })
      .then([{ type: 'RelationshipVerified', data: dated('v', 3) }]);
  });
  it('stay quiet for the same fact', () => {
    const data = { ...dated('l', 3), lifecycle: 'customer', source: null } as const;
    given({ type: 'LifecycleReached', data }).when({ type: 'ReachLifecycle', data }).thenNothingHappens();
    given({ type: 'RelationshipVerified', data: dated('v', 3) })
      .when({ type: 'VerifyRelationship', data: dated('v', 3) })
      .thenNothingHappens();
  });
  it('are taken back', () =>
    given({ type: 'RelationshipVerified', data: dated('v', 3) })
      .when({ type: 'RetractRelationshipFact', data: { stakeholderId, factId: 'v' } })
      .then([
        {
          type: 'RelationshipFactRetracted',
          data: { stakeholderId, factId: 'v', was: { type: 'RelationshipVerified', occurredAt: day(3) } },
        },
      ]));
});
