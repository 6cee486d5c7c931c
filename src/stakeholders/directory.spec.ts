import { folded } from './words.js';
import { describe, it } from '@jest/globals';
import { crmId, day, email, identified, stakeholderFact } from '../../test/small-logs.js';
import { open } from '../event-sourcing/position.js';
import { specifyProjection } from '../event-sourcing/specification.js';
import {
  stakeholderExternalIdTable,
  stakeholderHandleTable,
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
      },
    ]));

  it('sorts names by their beginning, however long they become when they are folded', () =>
    given(identified('long', { name: '\ufdfa'.repeat(500) })).thenColumns(stakeholderTable, [
      { sort_name: folded('\ufdfa'.repeat(500)).slice(0, 200) },
    ]));

  it('lists what they hold', async () => {
    await given(ada).thenRows(stakeholderHandleTable, [{ ...versions(), ...first, place: 0, site: null }]);
    await given(ada).thenRows(stakeholderExternalIdTable, [{ ...versions(), ...crmId('7'), place: 0 }]);
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
