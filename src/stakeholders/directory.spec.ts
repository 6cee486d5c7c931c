import { folded } from './words.js';
import { describe, it } from '@jest/globals';
import { crmId, day, email, identified, stakeholderFact } from '../../test/small-logs.js';
import { open } from '../event-sourcing/position.js';
import { specifyProjection } from '../event-sourcing/specification.js';
import {
  stakeholderExternalIdTable,
  stakeholderHandleTable,
  stakeholderMergeTable,
  stakeholderTable,
  stakeholderWordTable,
} from './directory-tables.js';
import { directory } from './directory.js';

const { given } = specifyProjection(directory);
const of = ['ada'];
const ada = identified('ada', { name: 'Ada Löve', handles: [email('ada@ex.org')], externalIds: [crmId('7')] });
const renamed = stakeholderFact('ada', {
  type: 'StakeholderRenamed',
  data: { stakeholderId: 'ada', personal: { of, name: 'Ada Ex', was: 'Ada Löve' } },
});
const second = email('lovelace@ex.org');
const handleAdded = stakeholderFact('ada', {
  type: 'HandleAdded',
  data: { stakeholderId: 'ada', token: second.token, personal: { of, handle: second } },
});
const first = email('ada@ex.org');
const handleRemoved = stakeholderFact('ada', {
  type: 'HandleRemoved',
  data: { stakeholderId: 'ada', token: first.token, personal: { of, handle: first } },
});
const added = crmId('8');
const externalIdAdded = stakeholderFact('ada', {
  type: 'ExternalIdAdded',
  data: { stakeholderId: 'ada', token: added.token, personal: { of, externalId: added } },
});
const removed = crmId('7');
const externalIdRemoved = stakeholderFact('ada', {
  type: 'ExternalIdRemoved',
  data: { stakeholderId: 'ada', token: removed.token, personal: { of, externalId: removed } },
});
const retired = stakeholderFact('ada', { type: 'StakeholderRetired', data: { stakeholderId: 'ada' } });
const claimsAbandoned = stakeholderFact('ada', { type: 'ClaimsAbandoned', data: { tokens: ['t'] } });

const versions = (until = open) => ({ stakeholder: 1, known_from: 1, known_until: until });

describe('directory', () => {
  it('lists whoever is identified', () =>
    given(ada).thenRows(stakeholderTable, [
      {
        key: 1,
        known_from: 1,
        known_until: open,
        id: 'ada',
        kind: 'person',
        name: 'Ada Löve',
        sort_name: 'ada love',
        retired: 0,
        revision: 0,
        identified_at: Date.UTC(2026, 0, 1, 0, 0, 1),
        survivor: null,
        merged_into: null,
      },
    ]));

  it('sorts names by their beginning, however long they become when they are folded', () =>
    given(identified('long', { name: '\ufdfa'.repeat(500) })).thenColumns(stakeholderTable, [
      { sort_name: folded('\ufdfa'.repeat(500)).slice(0, 200) },
    ]));

  it('lists what they hold', async () => {
    await given(ada).thenRows(stakeholderHandleTable, [
      { ...versions(), ...first, place: 0, site: null, held_from: null, held_until: null },
    ]);
    await given(ada).thenRows(stakeholderExternalIdTable, [
      { ...versions(), ...crmId('7'), place: 0, held_from: null, held_until: null },
    ]);
  });

  it('finds them by the words of their name and handles', () =>
    given(ada).thenRows(
      stakeholderWordTable,
      ['ada', 'ex', 'love', 'org'].map((word) => ({ word, ...versions() })),
    ));

  it('takes a new name and forgets none of the old', async () => {
    await given(ada, renamed).thenColumns(stakeholderTable, [
      { name: 'Ada Löve', revision: 0, known_from: 1, known_until: 2, identified_at: Date.UTC(2026, 0, 1, 0, 0, 1) },
      { name: 'Ada Ex', revision: 1, known_from: 2, known_until: open, identified_at: Date.UTC(2026, 0, 1, 0, 0, 1) },
    ]);
    await given(ada, renamed).thenColumns(stakeholderWordTable, [
      { word: 'ada', known_until: open },
      { word: 'ex', known_until: open },
      { word: 'love', known_until: 2 },
      { word: 'org', known_until: open },
    ]);
  });

  it('counts in their revision what is said of where they belong, and shows nothing else of it', () => {
    const ids = { stakeholderId: 'ada', affiliationId: 'ada.a' };
    const period = { organisationId: 'works', occurredAt: null, until: null };
    const amended = { ...ids, was: period };
    const personal = { of: ['ada'], role: null, title: null };
    const said = { ...ids, ...period, source: null, saidBy: 'kim', sent: 'digest', personal };
    return given(
      ada,
      stakeholderFact('ada', { type: 'AffiliationStarted', data: said }),
      stakeholderFact('ada', { type: 'AffiliationEnded', data: { ...amended, occurredAt: day(2) } }),
      stakeholderFact('ada', {
        type: 'AffiliationCorrected',
        data: { ...amended, from: {}, to: {}, personal: { of: ['ada'], from: {}, to: {} } },
      }),
      stakeholderFact('ada', { type: 'AffiliationRetracted', data: amended }),
    ).thenColumns(
      stakeholderTable,
      [0, 1, 2, 3, 4].map((revision) => ({ revision, name: 'Ada Löve', known_from: revision + 1 })),
    );
  });

  it('adds a handle, and the words that come with it', async () => {
    await given(ada, handleAdded).thenColumns(stakeholderHandleTable, [
      { address: 'ada@ex.org', known_from: 1, known_until: open },
      { address: 'lovelace@ex.org', known_from: 2, known_until: open },
    ]);
    await given(ada, handleAdded).thenColumns(stakeholderWordTable, [
      { word: 'ada', known_from: 1 },
      { word: 'ex', known_from: 1 },
      { word: 'love', known_from: 1 },
      { word: 'lovelace', known_from: 2 },
      { word: 'org', known_from: 1 },
    ]);
    await given(ada, handleAdded).thenColumns(stakeholderTable, [{ revision: 0 }, { revision: 1 }]);
  });

  it('takes a handle away, but no word that something else holds', async () => {
    await given(ada, handleAdded, handleRemoved).thenColumns(stakeholderHandleTable, [
      { address: 'ada@ex.org', known_until: 3 },
      { address: 'lovelace@ex.org', known_until: open },
    ]);
    await given(ada, handleRemoved).thenColumns(stakeholderWordTable, [
      { word: 'ada', known_until: open },
      { word: 'ex', known_until: 2 },
      { word: 'love', known_until: open },
      { word: 'org', known_until: 2 },
    ]);
  });

  it('adds and takes away external ids', () =>
    given(ada, externalIdAdded, externalIdRemoved).thenColumns(stakeholderExternalIdTable, [
      { id: '7', known_from: 1, known_until: 3 },
      { id: '8', known_from: 2, known_until: open },
    ]));

  it('marks who is retired', () =>
    given(ada, retired).thenColumns(stakeholderTable, [
      { retired: 0, known_until: 2 },
      { retired: 1, known_until: open },
    ]));

  it('keeps up with the revision when claims are given up, and lists nobody for it', async () => {
    await given(ada, claimsAbandoned).thenColumns(stakeholderTable, [{ revision: 0 }, { revision: 1 }]);
    await given(claimsAbandoned).thenRows(stakeholderTable, []);
  });
});

describe('who is one', () => {
  const bob = identified('bob', { name: 'Bob Ex', handles: [email('bob@ex.org')] }, { recordedAt: 0 });
  const cy = identified('cy', { name: 'Cy' }, { recordedAt: 0 });
  const joined = (survivor: string, merged: string) =>
    stakeholderFact(
      survivor,
      {
        type: 'StakeholdersMerged',
        data: { stakeholderId: survivor, mergedId: merged, token: `t ${merged}`, guard: `g ${merged}` },
      },
      { recordedAt: 7, provenance: { reason: 'the same' } },
    );
  const parted = (survivor: string, merged: string) =>
    stakeholderFact(
      survivor,
      {
        type: 'StakeholderUnmerged',
        data: { stakeholderId: survivor, mergedId: merged, token: `t ${merged}` },
      },
      { recordedAt: 9 },
    );
  const present = (key: number, known_from: number, survivor: number | null, merged_into: number | null) => ({
    key,
    known_from,
    known_until: open,
    survivor,
    merged_into,
  });
  const past = (row: ReturnType<typeof present>, known_until: number) => ({ ...row, known_until });

  it('is told in the rows of all, over merges of the merged', () =>
    given(ada, bob, cy, joined('bob', 'cy'), joined('ada', 'bob')).thenColumns(stakeholderTable, [
      past(present(1, 1, null, null), 5),
      present(1, 5, 1, null),
      past(present(2, 2, null, null), 4),
      past(present(2, 4, 2, null), 5),
      present(2, 5, 1, 1),
      past(present(3, 3, null, null), 4),
      past(present(3, 4, 2, 2), 5),
      present(3, 5, 1, 2),
    ]));
  it('is two again, with whoever was merged into either', () =>
    given(ada, bob, cy, joined('bob', 'cy'), joined('ada', 'bob'), parted('ada', 'bob')).thenColumns(stakeholderTable, [
      past(present(1, 1, null, null), 5),
      past(present(1, 5, 1, null), 6),
      present(1, 6, null, null),
      past(present(2, 2, null, null), 4),
      past(present(2, 4, 2, null), 5),
      past(present(2, 5, 1, 1), 6),
      present(2, 6, 2, null),
      past(present(3, 3, null, null), 4),
      past(present(3, 4, 2, 2), 5),
      past(present(3, 5, 1, 2), 6),
      present(3, 6, 2, 2),
    ]));
  it('keeps the revision of each their own stream', () =>
    given(ada, bob, joined('ada', 'bob'), renamed).thenColumns(stakeholderTable, [
      { key: 1, known_from: 1, revision: 0 },
      { key: 1, known_from: 3, revision: 1 },
      { key: 1, known_from: 4, revision: 2 },
      { key: 2, known_from: 2, revision: 0 },
      { key: 2, known_from: 3, revision: 0 },
    ]));
  it('is found by the words of all as who remains, and by their own again', () =>
    given(ada, bob, joined('ada', 'bob'), handleRemoved, parted('ada', 'bob')).thenColumns(stakeholderWordTable, [
      { word: 'ada', stakeholder: 1, known_from: 1, known_until: open },
      { word: 'bob', stakeholder: 1, known_from: 3, known_until: 5 },
      { word: 'bob', stakeholder: 2, known_from: 2, known_until: 3 },
      { word: 'bob', stakeholder: 2, known_from: 5, known_until: open },
      { word: 'ex', stakeholder: 1, known_from: 1, known_until: 5 },
      { word: 'ex', stakeholder: 2, known_from: 2, known_until: 3 },
      { word: 'ex', stakeholder: 2, known_from: 5, known_until: open },
      { word: 'love', stakeholder: 1, known_from: 1, known_until: open },
      { word: 'org', stakeholder: 1, known_from: 1, known_until: 5 },
      { word: 'org', stakeholder: 2, known_from: 2, known_until: 3 },
      { word: 'org', stakeholder: 2, known_from: 5, known_until: open },
    ]));
  it('is told with when, by whom and why, and how it ended', () =>
    given(ada, bob, joined('ada', 'bob'), parted('ada', 'bob')).thenRows(stakeholderMergeTable, [
      {
        ...{ survivor: 1, merge: 3, known_from: 3, known_until: 4, merged: 2 },
        ...{ merged_at: 7, merged_by: 'tester', merged_reason: 'the same' },
        ...{ unmerge: null, unmerged_at: null, unmerged_by: null, unmerged_reason: null },
      },
      {
        ...{ survivor: 1, merge: 3, known_from: 4, known_until: open, merged: 2 },
        ...{ merged_at: 7, merged_by: 'tester', merged_reason: 'the same' },
        ...{ unmerge: 4, unmerged_at: 9, unmerged_by: 'tester', unmerged_reason: null },
      },
    ]));
});

describe('what is held for a period', () => {
  const until = '2025-06-01T00:00:00.000Z';
  const from = '2024-01-01T00:00:00.000Z';
  const theirs = { ...second, from };
  const addedFrom = stakeholderFact('ada', {
    type: 'HandleAdded',
    data: { stakeholderId: 'ada', token: second.token, personal: { of, handle: theirs } },
  });
  const endedThen = stakeholderFact('ada', {
    type: 'HandleRemoved',
    data: { stakeholderId: 'ada', token: second.token, until, personal: { of, handle: theirs } },
  });
  it('is told with its dates, and stays theirs for that time once it is over', () =>
    given(ada, addedFrom, endedThen).thenColumns(stakeholderHandleTable, [
      { token: first.token, known_from: 1, known_until: open, held_from: null, held_until: null },
      { token: second.token, known_from: 2, known_until: 3, held_from: Date.parse(from), held_until: null },
      {
        ...{ token: second.token, known_from: 3, known_until: open },
        ...{ held_from: Date.parse(from), held_until: Date.parse(until) },
      },
    ]));
  it('finds them by it no more, since somebody else may hold it', () =>
    given(ada, addedFrom, endedThen).thenColumns(stakeholderWordTable, [
      { word: 'ada', known_until: open },
      { word: 'ex', known_until: open },
      { word: 'love', known_until: open },
      { word: 'lovelace', known_until: 3 },
      { word: 'org', known_until: open },
    ]));
});
