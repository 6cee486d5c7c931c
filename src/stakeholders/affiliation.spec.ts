import { describe, it } from '@jest/globals';
import { specifyDecider } from '../event-sourcing/specification.js';
import type { AffiliationFact, AffiliationRequest } from './affiliation.js';
import { belonging } from './belonging.js';
import type { StakeholderFact } from './stakeholder.js';

const { given } = specifyDecider(belonging);
const ids = { stakeholderId: 'mia', affiliationId: 'mia.a' };
const day = (on: number): string => `2024-01-0${on}T00:00:00.000Z`;
const identified = (kind: 'person' | 'organisation' = 'person'): StakeholderFact => ({
  type: 'StakeholderIdentified',
  data: {
    stakeholderId: 'mia',
    kind,
    tokens: [],
    personal: { of: ['mia'], name: 'Mia', handles: [], externalIds: [] },
  },
});
const told = {
  organisationId: 'works',
  occurredAt: day(2) as string | null,
  until: null as string | null,
  source: { name: 'crm', id: '7' },
  saidBy: null,
  sent: 'digest',
};
const post = { role: 'press', title: null };
const start = (otherwise: Partial<typeof told> = {}): AffiliationRequest => ({
  type: 'StartAffiliation',
  data: { ...ids, ...told, ...post, ...otherwise },
});
const started = (otherwise: Partial<typeof told> = {}): AffiliationFact => ({
  type: 'AffiliationStarted',
  data: { ...ids, ...told, ...otherwise, personal: { of: ['mia'], ...post } },
});
const was = (otherwise: object = {}) => ({ organisationId: 'works', occurredAt: day(2), until: null, ...otherwise });
const end = (on: number): AffiliationRequest => ({ type: 'EndAffiliation', data: { ...ids, occurredAt: day(on) } });
const ended = (on: number, before: object = {}): AffiliationFact => ({
  type: 'AffiliationEnded',
  data: { ...ids, was: was(before), occurredAt: day(on) },
});
type Corrected = Extract<AffiliationRequest, { type: 'CorrectAffiliation' }>['data'];
const correct = (changes: Partial<Pick<Corrected, 'period' | 'post'>>): AffiliationRequest => ({
  type: 'CorrectAffiliation',
  data: { ...ids, period: {}, post: {}, ...changes },
});
const retract: AffiliationRequest = { type: 'RetractAffiliation', data: ids };
const retracted: AffiliationFact = { type: 'AffiliationRetracted', data: { ...ids, was: was() } };

describe('starting an affiliation', () => {
  it('is recorded, with who says so', () => given(identified()).when(start()).then([started()]));
  it('takes ends that are open', () =>
    given(identified())
      .when(start({ occurredAt: null, until: day(1) }))
      .then([started({ occurredAt: null, until: day(1) })]));
  it('stays quiet for the same telling, and is refused for another under its id', () => {
    given(identified(), started()).when(start()).thenNothingHappens();
    given(identified(), started())
      .when(start({ sent: 'another' }))
      .then({ refused: 'AffiliationSourceIdTaken' });
  });
  it('is refused where it would end before it begins, or at once', () => {
    for (const until of [day(1), day(2)])
      given(identified()).when(start({ until })).then({ refused: 'EndsBeforeItBegins' });
  });
  it('by a claim is what holds the claim, and is refused where the claim was abandoned', () => {
    const request = start();
    const claiming = { ...request, data: { ...request.data, token: 't' } } as AffiliationRequest;
    given(identified())
      .when(claiming)
      .then([{ ...started(), data: { ...started().data, token: 't' } } as AffiliationFact]);
    given(identified(), { type: 'ClaimsAbandoned', data: { tokens: ['t'] } })
      .when(claiming)
      .then({ refused: 'ClaimsSettled' });
  });
  it('is refused for nobody, and for an organisation', () => {
    given().when(start()).then({ refused: 'StakeholderNotFound' });
    given(identified('organisation')).when(start()).then({ refused: 'NotAPerson' });
  });
});

describe('ending an affiliation', () => {
  it('is recorded with what was', () =>
    given(identified(), started())
      .when(end(4))
      .then([ended(4)]));
  it('may come before the end that was foreseen', () =>
    given(identified(), started({ until: day(9) }))
      .when(end(4))
      .then([ended(4, { until: day(9) })]));
  it('stays quiet where it ended then', () =>
    given(identified(), started(), ended(4)).when(end(4)).thenNothingHappens());
  it('is refused where it had ended before', () =>
    given(identified(), started(), ended(4))
      .when(end(5))
      .then({ refused: 'AffiliationHasEnded', until: day(4) }));
  it('is refused before it began, of what was taken back, and of what never was', () => {
    given(identified(), started()).when(end(2)).then({ refused: 'EndsBeforeItBegins' });
    given(identified(), started(), retracted).when(end(4)).then({ refused: 'AffiliationIsRetracted' });
    given(identified()).when(end(4)).then({ refused: 'AffiliationNotFound' });
  });
});

describe('correcting an affiliation', () => {
  it('says what was and what is, of what changes alone', () =>
    given(identified(), started(), ended(4))
      .when(correct({ period: { occurredAt: day(1), until: day(4) }, post: { role: 'press', title: 'Head' } }))
      .then([
        {
          type: 'AffiliationCorrected',
          data: {
            ...ids,
            was: was({ until: day(4) }),
            from: { occurredAt: day(2) },
            to: { occurredAt: day(1) },
            personal: { of: ['mia'], from: { title: null }, to: { title: 'Head' } },
          },
        },
      ]));
  it('stays quiet where nothing changes', () =>
    given(identified(), started())
      .when(correct({ period: { until: null }, post: { role: 'press' } }))
      .thenNothingHappens());
  it('is refused where it would end before it begins, of what was taken back, and of what never was', () => {
    given(identified(), started(), ended(4))
      .when(correct({ period: { occurredAt: day(4) } }))
      .then({ refused: 'EndsBeforeItBegins' });
    const change = correct({ post: { title: 'Head' } });
    given(identified(), started(), retracted).when(change).then({ refused: 'AffiliationIsRetracted' });
    given(identified()).when(change).then({ refused: 'AffiliationNotFound' });
  });
});

describe('retracting an affiliation', () => {
  it('is recorded, once', () => {
    given(identified(), started()).when(retract).then([retracted]);
    given(identified(), started(), retracted).when(retract).thenNothingHappens();
  });
  it('is refused of what never was', () => given(identified()).when(retract).then({ refused: 'AffiliationNotFound' }));
});
