import { describe, it } from '@jest/globals';
import { specifyDecider } from '../event-sourcing/specification.js';
import { type Correctable, type PersonalEvidence, type TieFact, type TieRequest, tie } from './tie.js';

const { given } = specifyDecider(tie);
const day = (on: number): string => `2024-01-0${on}T00:00:00.000Z`;
const told = {
  kind: 'amplifies' as const,
  stakeholderId: 'mia',
  otherId: 'bo',
  occurredAt: day(2) as string | null,
  until: null as string | null,
  source: null,
  saidBy: 'kim',
  sent: 'digest',
  evidence: ['i'],
};
const personal = { note: 'shares all of it', url: null };
const record = (otherwise: Partial<typeof told> = {}): TieRequest => ({
  type: 'RecordTie',
  data: { tieId: 't', ...told, ...personal, ...otherwise },
});
const recorded = (otherwise: Partial<typeof told> = {}): TieFact => ({
  type: 'TieRecorded',
  data: { tieId: 't', ...told, ...otherwise, personal: { of: ['mia', 'bo'], ...personal } },
});
const was = (until: string | null = null) => ({
  kind: 'amplifies' as const,
  stakeholderId: 'mia',
  otherId: 'bo',
  occurredAt: day(2),
  until,
});
const end = (on: number): TieRequest => ({ type: 'EndTie', data: { tieId: 't', occurredAt: day(on) } });
const ended = (on: number, before: string | null = null): TieFact => ({
  type: 'TieEnded',
  data: { tieId: 't', was: was(before), occurredAt: day(on) },
});
const correct = (changes: Partial<Correctable>, shown: Partial<PersonalEvidence> = {}): TieRequest => ({
  type: 'CorrectTie',
  data: { tieId: 't', changes, shown },
});
const corrected = (
  from: Partial<Correctable>,
  to: Partial<Correctable>,
  shown: { readonly from: Partial<PersonalEvidence>; readonly to: Partial<PersonalEvidence> } = { from: {}, to: {} },
): TieFact => ({
  type: 'TieCorrected',
  data: { tieId: 't', was: was(), from, to, personal: { of: ['mia', 'bo'], ...shown } },
});
const retract: TieRequest = { type: 'RetractTie', data: { tieId: 't' } };
const noChange = { tieId: 't', personal: { of: ['mia', 'bo'], from: {}, to: {} } };
const retracted: TieFact = { type: 'TieRetracted', data: { tieId: 't', was: was() } };

describe('recording a tie', () => {
  it('says who says so, and what shows it', () => given().when(record()).then([recorded()]));
  it('stays quiet for the same telling, and is refused for another under its id', () => {
    given(recorded()).when(record()).thenNothingHappens();
    given(recorded())
      .when(record({ sent: 'another' }))
      .then({ refused: 'TieSourceIdTaken' });
  });
  it('is refused with themselves', () =>
    given()
      .when(record({ otherId: 'mia' }))
      .then({ refused: 'TieWithThemselves' }));
  it('is refused where it would end before it begins, or at once', () => {
    for (const until of [day(1), day(2)]) given().when(record({ until })).then({ refused: 'EndsBeforeItBegins' });
    given()
      .when(record({ occurredAt: null, until: day(1) }))
      .then([recorded({ occurredAt: null, until: day(1) })]);
  });
});

describe('ending a tie', () => {
  it('is recorded with what was, also before the end that was foreseen', () => {
    given(recorded())
      .when(end(4))
      .then([ended(4)]);
    given(recorded({ until: day(9) }))
      .when(end(4))
      .then([ended(4, day(9))]);
  });
  it('stays quiet where it ended then', () => given(recorded(), ended(4)).when(end(4)).thenNothingHappens());
  it('is refused where it had ended before, before it began, of what was taken back, and of what never was', () => {
    given(recorded(), ended(4))
      .when(end(5))
      .then({ refused: 'TieHasEnded', until: day(4) });
    given(recorded()).when(end(2)).then({ refused: 'EndsBeforeItBegins' });
    given(recorded(), retracted).when(end(4)).then({ refused: 'TieIsRetracted' });
    given().when(end(4)).then({ refused: 'TieNotFound' });
  });
});

describe('correcting a tie', () => {
  it('tells what changes, from what to what, and nothing else', () => {
    given(recorded())
      .when(correct({ kind: 'knows', occurredAt: day(3), until: null, evidence: ['i', 'j'] }))
      .then([
        corrected(
          { kind: 'amplifies', occurredAt: day(2), evidence: ['i'] },
          { kind: 'knows', occurredAt: day(3), evidence: ['i', 'j'] },
        ),
      ]);
    given(recorded())
      .when(correct({}, { note: null, url: 'https://example.org' }))
      .then([
        corrected(
          {},
          {},
          { from: { note: 'shares all of it', url: null }, to: { note: null, url: 'https://example.org' } },
        ),
      ]);
  });
  it('goes on from what was corrected, and opens an end that was mistaken', () => {
    given(recorded(), corrected({ occurredAt: day(2) }, { occurredAt: day(5) }))
      .when(end(4))
      .then({ refused: 'EndsBeforeItBegins' });
    given(recorded(), ended(4))
      .when(correct({ until: null }))
      .then([
        { type: 'TieCorrected', data: { ...noChange, was: was(day(4)), from: { until: day(4) }, to: { until: null } } },
      ]);
  });
  it('stays quiet where nothing changes', () => {
    given(recorded())
      .when(correct({ kind: 'amplifies', evidence: ['i'] }, { note: 'shares all of it' }))
      .thenNothingHappens();
    given(recorded()).when(correct({})).thenNothingHappens();
  });
  it('keeps what was first sent under its id: the same telling is on record still', () =>
    given(recorded(), corrected({ kind: 'amplifies' }, { kind: 'knows' }))
      .when(record())
      .thenNothingHappens());
  it('is refused where it would end before it begins, of what was taken back, and of what never was', () => {
    given(recorded())
      .when(correct({ until: day(2) }))
      .then({ refused: 'EndsBeforeItBegins' });
    given(recorded(), retracted)
      .when(correct({ kind: 'knows' }))
      .then({ refused: 'TieIsRetracted' });
    given()
      .when(correct({ kind: 'knows' }))
      .then({ refused: 'TieNotFound' });
  });
});

describe('retracting a tie', () => {
  it('is recorded, once', () => {
    given(recorded()).when(retract).then([retracted]);
    given(recorded(), retracted).when(retract).thenNothingHappens();
  });
  it('is refused of what never was', () => given().when(retract).then({ refused: 'TieNotFound' }));
});
