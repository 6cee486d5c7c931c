import { describe, expect, it } from '@jest/globals';
import { interactionFact, passed } from '../../test/small-logs.js';
import { numbered, specifyDecider } from '../event-sourcing/specification.js';
import { recordedView } from './interaction-view.js';
import { type Amended, type InteractionFact, type InteractionRequest, interaction } from './interaction.js';

const { given } = specifyDecider(interaction);
const was: Amended = {
  interactionId: 'i',
  direction: 'inbound',
  channel: 'email',
  act: 'comment',
  occurredAt: '2026-01-01T12:00:00.000Z',
  participants: [{ stakeholderId: 'ada', role: 'author' }],
  tone: null,
};
const recorded = passed('i', 'ada') as unknown as InteractionFact;
const found = { status: 'unknown', person: 'ann' } as const;
const ask = (status: 'disclosed' | 'unknown', person = 'ann'): InteractionRequest => ({
  type: 'AssessDisclosure',
  data: { disclosure: { status, person } },
});
const assessed: InteractionFact = { type: 'DisclosureAssessed', data: { was, disclosure: found } };

describe('assessing a disclosure', () => {
  it('is recorded, with what the interaction was', () => given(recorded).when(ask('unknown')).then([assessed]));

  it('is replaced by another, which tells what was found before', () =>
    given(recorded, assessed)
      .when(ask('disclosed'))
      .then([
        {
          type: 'DisclosureAssessed',
          data: { was: { ...was, disclosure: found }, disclosure: { status: 'disclosed', person: 'ann' } },
        },
      ]));

  it('is news where somebody else found the same', () =>
    given(recorded, assessed)
      .when(ask('unknown', 'bob'))
      .then([
        {
          type: 'DisclosureAssessed',
          data: { was: { ...was, disclosure: found }, disclosure: { status: 'unknown', person: 'bob' } },
        },
      ]));

  it('stays quiet when asked twice', () => given(recorded, assessed).when(ask('unknown')).thenNothingHappens());

  it('is refused of what is not there, or was retracted', () => {
    given().when(ask('unknown')).then({ refused: 'InteractionNotFound' });
    given(recorded, { type: 'InteractionRetracted', data: { was } })
      .when(ask('unknown'))
      .then({ refused: 'InteractionIsRetracted' });
  });

  it('is told by whatever amends the interaction after it', () =>
    given(recorded, assessed)
      .when({ type: 'RetractInteraction', data: {} })
      .then([{ type: 'InteractionRetracted', data: { was: { ...was, disclosure: found } } }]));

  it('is shown, at the revision that it makes', () => {
    const events = numbered(passed('i', 'ada'), interactionFact('i', assessed));
    expect(recordedView(events)).toMatchObject({ revision: 1, disclosure: found, retraction: null });
    expect(recordedView(events.slice(0, 1))).not.toHaveProperty('disclosure');
  });
});
