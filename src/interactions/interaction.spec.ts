import { describe, it } from '@jest/globals';
import { specifyDecider } from '../event-sourcing/specification.js';
import {
  type Content,
  type InteractionFact,
  type InteractionRequest,
  type PersonalContent,
  type Tone,
  interaction,
} from './interaction.js';

const { given } = specifyDecider(interaction);
const interactionId = 'i1';
const content: Content = {
  direction: 'inbound',
  channel: 'email',
  act: 'complaint',
  occurredAt: '2024-01-02T03:04:05.000Z',
  participants: [{ stakeholderId: 's1', role: 'author' }],
  topics: ['roads'],
  reach: null,
  language: 'en',
  tone: { value: -0.5, model: 'vader-sentences', modelVersion: '1' },
  inReplyTo: null,
};
const personal: PersonalContent = {
  subject: 'Roads',
  text: 'They are bad.',
  url: null,
  ourPeople: [],
  handles: [null],
};
const source = { name: 'mail', id: '<1@example.org>' };
const record = (sent = 'digest'): InteractionRequest => ({
  type: 'RecordInteraction',
  data: { interactionId, source, sent, marks: [], content, personal },
});
const recorded: InteractionFact = {
  type: 'InteractionRecorded',
  data: { ...content, interactionId, source, sent: 'digest', marks: [], personal: { of: ['s1'], ...personal } },
};
const was = {
  interactionId,
  direction: content.direction,
  channel: content.channel,
  act: content.act,
  tone: content.tone,
  occurredAt: content.occurredAt,
  participants: content.participants,
};
const person: Tone = { value: 0.2, person: 'ann' };
const assessTone: InteractionRequest = { type: 'AssessTone', data: { tone: person } };
const toneAssessed: InteractionFact = { type: 'ToneAssessed', data: { was, from: content.tone, tone: person } };
const retract: InteractionRequest = { type: 'RetractInteraction', data: {} };
const retracted: InteractionFact = { type: 'InteractionRetracted', data: { was } };
const correctText = (text: string, toneRead: Tone | null): InteractionRequest => ({
  type: 'CorrectInteraction',
  data: { changes: {}, personal: { text }, toneRead },
});
const milder: Tone = { value: -0.1, model: 'vader-sentences', modelVersion: '1' };

describe('recording', () => {
  it('records what passed', () => given().when(record()).then([recorded]));
  it('stays quiet when the same is sent twice', () => given(recorded).when(record()).thenNothingHappens());
  it('refuses another content under the same source id', () =>
    given(recorded).when(record('other')).then({ refused: 'SourceIdTaken' }));
});

describe('correcting', () => {
  it('says what was wrong and what is right', () =>
    given(recorded)
      .when({
        type: 'CorrectInteraction',
        data: { changes: { act: 'question', channel: 'email' }, personal: { subject: null } },
      })
      .then([
        {
          type: 'InteractionCorrected',
          data: {
            was,
            from: { act: 'complaint' },
            to: { act: 'question' },
            personal: { of: ['s1'], from: { subject: 'Roads' }, to: { subject: null } },
          },
        },
      ]));
  it('takes the tone that a model reads in the corrected text', () =>
    given(recorded)
      .when(correctText('They are worn.', milder))
      .then([
        {
          type: 'InteractionCorrected',
          data: {
            was,
            from: { tone: content.tone },
            to: { tone: milder },
            personal: { of: ['s1'], from: { text: 'They are bad.' }, to: { text: 'They are worn.' } },
          },
        },
      ]));
  it('leaves the tone alone where a person assessed it', () =>
    given(recorded, toneAssessed)
      .when(correctText('They are worn.', milder))
      .then([
        {
          type: 'InteractionCorrected',
          data: {
            was: { ...was, tone: person },
            from: {},
            to: {},
            personal: { of: ['s1'], from: { text: 'They are bad.' }, to: { text: 'They are worn.' } },
          },
        },
      ]));
  it('concerns those who were and those who are meant', () => {
    const participants = [{ stakeholderId: 's2', role: 'author' }] as const;
    given(recorded)
      .when({ type: 'CorrectInteraction', data: { changes: { participants }, personal: {} } })
      .then([
        {
          type: 'InteractionCorrected',
          data: {
            was,
            from: { participants: content.participants },
            to: { participants },
            personal: { of: ['s1', 's2'], from: {}, to: {} },
          },
        },
      ]);
  });
  it('stays quiet where all is so already', () =>
    given(recorded)
      .when({ type: 'CorrectInteraction', data: { changes: { act: 'complaint' }, personal: { subject: 'Roads' } } })
      .thenNothingHappens());
  it('refuses where nothing was recorded', () =>
    given()
      .when({ type: 'CorrectInteraction', data: { changes: {}, personal: {} } })
      .then({ refused: 'InteractionNotFound' }));
  it('refuses where it was retracted', () =>
    given(recorded, retracted)
      .when({ type: 'CorrectInteraction', data: { changes: { act: 'question' }, personal: {} } })
      .then({ refused: 'InteractionIsRetracted' }));
});

describe('retracting', () => {
  it('retracts what was recorded', () => given(recorded).when(retract).then([retracted]));
  it('stays quiet when asked twice', () => given(recorded, retracted).when(retract).thenNothingHappens());
  it('refuses where nothing was recorded', () => given().when(retract).then({ refused: 'InteractionNotFound' }));
});

describe('assessing the tone', () => {
  it('replaces what the model read', () => given(recorded).when(assessTone).then([toneAssessed]));
  it('stays quiet when asked twice', () => given(recorded, toneAssessed).when(assessTone).thenNothingHappens());
  it('refuses where it was retracted', () =>
    given(recorded, retracted).when(assessTone).then({ refused: 'InteractionIsRetracted' }));
  it('refuses where nothing was recorded', () => given().when(assessTone).then({ refused: 'InteractionNotFound' }));
});
