import { describe, expect, it } from '@jest/globals';
import { specifyDecider } from '../event-sourcing/specification.js';
import { normalForm } from './handle.js';
import { type HeldHandle, type StakeholderFact, type StakeholderRequest, stakeholder } from './stakeholder.js';

const { given } = specifyDecider(stakeholder);
const stakeholderId = 's1';
const of = [stakeholderId];
const handle: HeldHandle = { claim: 'c1', token: 't1', rule: 1, channel: 'email', address: 'Ann@example.org' };
const other: HeldHandle = { ...handle, claim: 'c2', token: 't2', address: 'ann@example.com' };
const externalId = { claim: 'x1', token: 'tx', system: 'crm', id: '17' };

const identify: StakeholderRequest = {
  type: 'IdentifyStakeholder',
  data: { stakeholderId, kind: 'person', name: 'Ann', handles: [handle], externalIds: [] },
};
const identified: StakeholderFact = {
  type: 'StakeholderIdentified',
  data: {
    stakeholderId,
    kind: 'person',
    tokens: ['t1'],
    personal: { of, name: 'Ann', handles: [handle], externalIds: [] },
  },
};
const rename = (name: string): StakeholderRequest => ({ type: 'RenameStakeholder', data: { stakeholderId, name } });
const addHandle: StakeholderRequest = { type: 'AddHandle', data: { stakeholderId, handle: other } };
const handleAdded: StakeholderFact = {
  type: 'HandleAdded',
  data: { stakeholderId, token: 't2', personal: { of, handle: other } },
};
const removeHandle: StakeholderRequest = { type: 'RemoveHandle', data: { stakeholderId, claim: 'c2' } };
const handleRemoved: StakeholderFact = {
  type: 'HandleRemoved',
  data: { stakeholderId, token: 't2', personal: { of, handle: other } },
};
const addExternalId: StakeholderRequest = { type: 'AddExternalId', data: { stakeholderId, externalId } };
const externalIdAdded: StakeholderFact = {
  type: 'ExternalIdAdded',
  data: { stakeholderId, token: 'tx', personal: { of, externalId } },
};
const abandon = (...tokens: readonly string[]): StakeholderRequest => ({ type: 'AbandonClaims', data: { tokens } });
const abandoned = (...tokens: readonly string[]): StakeholderFact => ({ type: 'ClaimsAbandoned', data: { tokens } });

describe('identifying', () => {
  it('identifies somebody with their handles', () => given().when(identify).then([identified]));
  it('stays quiet when asked twice', () => given(identified).when(identify).thenNothingHappens());
  it('refuses where the claims were abandoned meanwhile', () =>
    given(abandoned('t1')).when(identify).then({ refused: 'ClaimsSettled' }));
});

describe('renaming', () => {
  it('keeps what the name was', () =>
    given(identified)
      .when(rename('Anna'))
      .then([{ type: 'StakeholderRenamed', data: { stakeholderId, personal: { of, name: 'Anna', was: 'Ann' } } }]));
  it('stays quiet where that is the name', () => given(identified).when(rename('Ann')).thenNothingHappens());
  it('refuses where nobody was identified', () =>
    given().when(rename('Anna')).then({ refused: 'StakeholderNotFound' }));
});

describe('handles', () => {
  it('adds one', () => given(identified).when(addHandle).then([handleAdded]));
  it('stays quiet where it is theirs', () => given(identified, handleAdded).when(addHandle).thenNothingHappens());
  it('refuses to add one whose claim was abandoned', () =>
    given(identified, abandoned('t2')).when(addHandle).then({ refused: 'ClaimsSettled' }));
  it('removes one', () => given(identified, handleAdded).when(removeHandle).then([handleRemoved]));
  it('refuses to remove one that is not theirs', () =>
    given(identified).when(removeHandle).then({ refused: 'HandleNotHeld' }));
  it('refuses to remove one twice', () =>
    given(identified, handleAdded, handleRemoved).when(removeHandle).then({ refused: 'HandleNotHeld' }));
});

describe('external ids', () => {
  it('adds one', () => given(identified).when(addExternalId).then([externalIdAdded]));
  it('stays quiet where it is theirs', () =>
    given(identified, externalIdAdded).when(addExternalId).thenNothingHappens());
  it('removes one', () =>
    given(identified, externalIdAdded)
      .when({ type: 'RemoveExternalId', data: { stakeholderId, claim: 'x1' } })
      .then([{ type: 'ExternalIdRemoved', data: { stakeholderId, token: 'tx', personal: { of, externalId } } }]));
  it('refuses to remove one that is not theirs', () =>
    given(identified)
      .when({ type: 'RemoveExternalId', data: { stakeholderId, claim: 'x1' } })
      .then({ refused: 'ExternalIdNotHeld' }));
});

describe('retiring', () => {
  const retire: StakeholderRequest = { type: 'RetireStakeholder', data: { stakeholderId } };
  it('retires', () =>
    given(identified)
      .when(retire)
      .then([{ type: 'StakeholderRetired', data: { stakeholderId } }]));
  it('stays quiet when asked twice', () =>
    given(identified, { type: 'StakeholderRetired', data: { stakeholderId } }).when(retire).thenNothingHappens());
});

describe('abandoning claims', () => {
  it('abandons what has not come to hold', () =>
    given()
      .when(abandon('t1'))
      .then([abandoned('t1')]));
  it('refuses where one came to hold', () => given(identified).when(abandon('t1')).then({ refused: 'ClaimsSettled' }));
  it('stays quiet when asked twice', () => given(abandoned('t1')).when(abandon('t1')).thenNothingHappens());
});

describe('the normal form of a handle', () => {
  it.each([
    ['email', ' Ann.Lee@Example.ORG ', 'ann.lee@example.org'],
    ['email', 'Ann Lee <Ann@example.org>', 'mailto:ann@example.org'],
    ['phone', '+49 (0)30 / 12 34-5', '+49 30 12345'],
    ['phone', '0049 30 12345', '+493012345'],
    ['microblog', '@Ann', 'ann'],
    ['blog', 'https://www.Example.org/Ann/', 'example.org/Ann'],
  ] as const)('on %s takes %s and %s for one', (channel, one, another) => {
    expect(normalForm({ channel, address: one })).toBe(normalForm({ channel, address: another }));
  });

  it.each([
    [
      { channel: 'forum', site: 'a.example', address: 'jsmith' },
      { channel: 'forum', site: 'b.example', address: 'jsmith' },
    ],
    [
      { channel: 'microblog', address: 'ann' },
      { channel: 'messaging', address: 'ann' },
    ],
    [
      { channel: 'blog', address: 'example.org/Ann' },
      { channel: 'blog', address: 'example.org/ann' },
    ],
  ] as const)('tells %j from %j', (one, another) => {
    expect(normalForm(one)).not.toBe(normalForm(another));
  });
});

describe('merging', () => {
  const merge = (data: object = {}): StakeholderRequest => ({
    type: 'MergeStakeholder',
    data: { stakeholderId, mergedId: 's2', kind: 'person', token: 'tm', guard: 'tg', ...data },
  });
  const merged: StakeholderFact = {
    type: 'StakeholdersMerged',
    data: { stakeholderId, mergedId: 's2', token: 'tm', guard: 'tg' },
  };
  const unmerge: StakeholderRequest = { type: 'UnmergeStakeholder', data: { stakeholderId, mergedId: 's2' } };
  const unmerged: StakeholderFact = {
    type: 'StakeholderUnmerged',
    data: { stakeholderId, mergedId: 's2', token: 'tm' },
  };
  const retired: StakeholderFact = { type: 'StakeholderRetired', data: { stakeholderId } };

  it('is recorded by who remains', () => given(identified).when(merge()).then([merged]));
  it('stays quiet where they are one', () =>
    given(identified, merged)
      .when(merge({ token: 'other' }))
      .thenNothingHappens());
  it('is refused with themselves', () =>
    given(identified)
      .when(merge({ mergedId: stakeholderId }))
      .then({ refused: 'SameStakeholder' }));
  it('is refused of a person and an organisation', () =>
    given(identified)
      .when(merge({ kind: 'organisation' }))
      .then({ refused: 'KindsDiffer' }));
  it('is refused where who is to remain was retired', () =>
    given(identified, retired).when(merge()).then({ refused: 'SurvivorIsRetired' }));
  it('is refused where nobody was identified', () => given().when(merge()).then({ refused: 'StakeholderNotFound' }));
  it('is refused where either claim was abandoned', () => {
    given(identified, abandoned('tm')).when(merge()).then({ refused: 'ClaimsSettled' });
    given(identified, abandoned('tg')).when(merge()).then({ refused: 'ClaimsSettled' });
  });
  it('holds the one claim, and gives up the other', () =>
    expect(given(identified).when(merge()).state().claims).toMatchObject({ tm: 'held', tg: 'given-up' }));
  it('is ended, once', () => {
    given(identified, merged).when(unmerge).then([unmerged]);
    given(identified, merged, unmerged).when(unmerge).then({ refused: 'NotMerged' });
    expect(given(identified, merged).when(unmerge).state().claims).toMatchObject({ tm: 'given-up' });
  });
  it('may come again', () =>
    given(identified, merged, unmerged)
      .when(merge({ token: 'tn', guard: 'th' }))
      .then([{ type: 'StakeholdersMerged', data: { stakeholderId, mergedId: 's2', token: 'tn', guard: 'th' } }]));
});

describe('telling apart', () => {
  const tell = (otherId: string): StakeholderRequest => ({ type: 'TellApart', data: { stakeholderId, otherId } });
  const told: StakeholderFact = { type: 'StakeholdersToldApart', data: { stakeholderId, otherId: 's2' } };
  it('is recorded, once', () => {
    given(identified).when(tell('s2')).then([told]);
    given(identified, told).when(tell('s2')).thenNothingHappens();
  });
  it('is refused from themselves', () =>
    given(identified).when(tell(stakeholderId)).then({ refused: 'SameStakeholder' }));
  it('is refused where nobody was identified', () => given().when(tell('s2')).then({ refused: 'StakeholderNotFound' }));
});

describe('a handle that is theirs for a period', () => {
  const from = '2024-01-01T00:00:00.000Z';
  const since: HeldHandle = { ...other, from };
  const added: StakeholderFact = {
    type: 'HandleAdded',
    data: { stakeholderId, token: 't2', personal: { of, handle: since } },
  };
  const remove = (until: string): StakeholderRequest => ({
    type: 'RemoveHandle',
    data: { stakeholderId, claim: 'c2', until },
  });
  const later = '2025-01-01T00:00:00.000Z';
  const removed: StakeholderFact = {
    type: 'HandleRemoved',
    data: { stakeholderId, token: 't2', until: later, personal: { of, handle: since } },
  };
  it('is added with its beginning', () =>
    given(identified)
      .when({ type: 'AddHandle', data: { stakeholderId, handle: since } })
      .then([added]));
  it('ends at a date, and what was is known', () => {
    given(identified, added).when(remove(later)).then([removed]);
    expect(given(identified, added).when(remove(later)).state()).toMatchObject({
      handles: [handle],
      claims: { t2: 'given-up' },
      ended: { t2: { from, until: later } },
    });
  });
  it('does not end before it began', () =>
    given(identified, added).when(remove(from)).then({ refused: 'EndsBeforeItBegan' }));
});
