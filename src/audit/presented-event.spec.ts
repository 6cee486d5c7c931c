import { describe, expect, it } from '@jest/globals';
import { toGlobalId } from '../graphql/ids.js';
import { presentData, subjectOf } from './presented-event.js';

describe('data as clients see it', () => {
  it('has the ids of this API, wherever they stand', () => {
    const shown = presentData(
      {
        interactionId: 'i1',
        inReplyTo: null,
        participants: [{ stakeholderId: 's1', role: 'author' }],
        was: { interactionId: 'i1', participants: [{ stakeholderId: 's2' }] },
        personal: { of: ['s1', 's2'], text: 'said' },
        reach: 3,
      },
      'InteractionCorrected',
    );
    const [i1, s1, s2] = [
      toGlobalId('Interaction', 'i1'),
      toGlobalId('Stakeholder', 's1'),
      toGlobalId('Stakeholder', 's2'),
    ];
    expect(shown).toEqual({
      interactionId: i1,
      inReplyTo: null,
      participants: [{ stakeholderId: s1, role: 'author' }],
      was: { interactionId: i1, participants: [{ stakeholderId: s2 }] },
      personal: { of: [s1, s2], text: 'said' },
      reach: 3,
    });
  });

  it('names a fact of a relationship by its type, also where it is taken back', () => {
    expect(presentData({ factId: 'f1' }, 'StepTaken')).toEqual({ factId: toGlobalId('StepTaken', 'f1') });
    expect(presentData({ factId: 'f1', commitmentId: 'f0' }, 'CommitmentKept')).toEqual({
      factId: toGlobalId('CommitmentKept', 'f1'),
      commitmentId: toGlobalId('Commitment', 'f0'),
    });
    expect(presentData({ factId: 'f1', was: { type: 'StanceAssessed' } }, 'RelationshipFactRetracted')).toMatchObject({
      factId: toGlobalId('StanceAssessed', 'f1'),
    });
  });

  it('has the ids of our own people, whose personal fields are theirs', () => {
    const [kim, lee] = ['kim', 'lee'].map((id) => toGlobalId('Colleague', id));
    expect(
      presentData({ colleagueId: 'kim', teamId: 't', personal: { of: ['kim'], name: 'Kim' } }, 'ColleagueAdded'),
    ).toEqual({ colleagueId: kim, teamId: toGlobalId('Team', 't'), personal: { of: [kim], name: 'Kim' } });
    expect(presentData({ factId: 'f1', fromOwner: 'kim', toOwner: 'lee' }, 'OwnerHandedOver')).toEqual({
      factId: toGlobalId('OwnerHandedOver', 'f1'),
      fromOwner: kim,
      toOwner: lee,
    });
  });

  it('holds no hash of a secret', () =>
    expect(presentData({ keyId: 'k', secretHash: 'ab' }, 'KeyMade')).toEqual({ keyId: toGlobalId('Key', 'k') }));
});

describe('the subject of an event', () => {
  it.each([
    ['stakeholder-s1', toGlobalId('Stakeholder', 's1')],
    ['relationship-s1', toGlobalId('Stakeholder', 's1')],
    ['interaction-a-b-c', toGlobalId('Interaction', 'a-b-c')],
    ['ownership-s1', toGlobalId('Stakeholder', 's1')],
    ['colleague-c1', toGlobalId('Colleague', 'c1')],
    ['team-t1', toGlobalId('Team', 't1')],
    ['goal-g1', toGlobalId('Goal', 'g1')],
    ['accesskey-k1', toGlobalId('Key', 'k1')],
    ['handle-abc', toGlobalId('Stream', 'handle-abc')],
  ])('of %s is the thing that it is about', (stream, subject) => expect(subjectOf(stream)).toBe(subject));
});
