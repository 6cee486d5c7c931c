import { describe, expect, it } from '@jest/globals';
import { specifyDecider } from '../event-sourcing/specification.js';
import { type ColleagueFact, type ColleagueRequest, colleague, ourAddressForm } from './colleague.js';
import { type TeamFact, team } from './team.js';

const { given } = specifyDecider(colleague);
const colleagueId = 'c1';
const of = [colleagueId];
const added: ColleagueFact = {
  type: 'ColleagueAdded',
  data: { colleagueId, teamId: 't1', personal: { of, name: 'Kim', addresses: ['kim@ours.example'] } },
};
const add: ColleagueRequest = {
  type: 'AddColleague',
  data: { colleagueId, teamId: 't1', name: 'Kim', addresses: ['kim@ours.example'] },
};
const change = (changes: object): ColleagueRequest => ({ type: 'ChangeColleague', data: { colleagueId, ...changes } });
const left: ColleagueFact = { type: 'ColleagueLeft', data: { colleagueId } };

describe('a person of ours', () => {
  it('is added', () => given().when(add).then([added]));
  it('is added once', () => given(added).when(add).thenNothingHappens());
  it('changes in what is said, and in nothing else', () =>
    given(added)
      .when(change({ name: 'Lee', teamId: null, addresses: [] }))
      .then([
        { type: 'ColleagueRenamed', data: { colleagueId, personal: { of, name: 'Lee', was: 'Kim' } } },
        { type: 'ColleagueMoved', data: { colleagueId, teamId: null, was: { teamId: 't1' } } },
        {
          type: 'ColleagueAddressesChanged',
          data: { colleagueId, personal: { of, addresses: [], was: ['kim@ours.example'] } },
        },
      ]));
  it('stays who they are where nothing is said', () => given(added).when(change({})).thenNothingHappens());
  it('stays who they are where the same is said', () =>
    given(added)
      .when(change({ name: 'Kim', teamId: 't1', addresses: ['kim@ours.example'] }))
      .thenNothingHappens());
  it('leaves, once', () => {
    const letGo: ColleagueRequest = { type: 'LetColleagueGo', data: { colleagueId } };
    given(added).when(letGo).then([left]);
    given(added, left).when(letGo).thenNothingHappens();
    given().when(letGo).then({ refused: 'ColleagueNotFound' });
  });
  it('is not changed where nobody was added', () =>
    given()
      .when(change({ name: 'Lee' }))
      .then({ refused: 'ColleagueNotFound' }));
});

describe('an address of ours', () => {
  it('is the same in any case and width', () =>
    expect(ourAddressForm(' Ｋim@OURS.example ')).toBe(ourAddressForm('kim@ours.example')));
});

describe('a team', () => {
  const ask = specifyDecider(team);
  const named: TeamFact = { type: 'TeamNamed', data: { teamId: 't', name: 'Desk', department: 'press' } };
  const name = (department: string, isNew = false) =>
    ({ type: 'NameTeam', data: { teamId: 't', name: 'Desk', department, isNew } }) as const;
  it('is named', () => ask.given().when(name('press', true)).then([named]));
  it('is named once', () => ask.given(named).when(name('press')).thenNothingHappens());
  it('goes to another department', () =>
    ask
      .given(named)
      .when(name('service'))
      .then([{ type: 'TeamNamed', data: { teamId: 't', name: 'Desk', department: 'service' } }]));
  it('is not renamed where there is none', () => ask.given().when(name('press')).then({ refused: 'TeamNotFound' }));
});
