import { describe, it } from '@jest/globals';
import { open } from '../event-sourcing/position.js';
import { specifyProjection } from '../event-sourcing/specification.js';
import type { ColleagueFact } from './colleague.js';
import { ourOwnRows } from './our-own-rows.js';
import { colleagueAddressTable, colleagueTable, teamTable, tierTable } from './our-own-tables.js';

const { given } = specifyProjection(ourOwnRows);
const colleagueId = 'c';
const of = [colleagueId];
const added: ColleagueFact = {
  type: 'ColleagueAdded',
  data: { colleagueId, teamId: 't', personal: { of, name: 'Kim', addresses: ['Kim@Ours.example'] } },
};
const first = { key: 1, id: 'c', name: 'Kim', sort_name: 'kim', team: 't', addresses: '["Kim@Ours.example"]', gone: 0 };
const versions = [
  { ...first, known_from: 1, known_until: 2 },
  { ...first, known_from: 2, known_until: open },
];
const after = (fact: ColleagueFact, changed: object): Promise<void> =>
  given(added, fact).thenColumns(colleagueTable, [{ ...versions[0] }, { ...versions[1], ...changed }]);

describe('the rows of our own', () => {
  it('hold who was added, and by which address they are found', async () => {
    await given(added).thenColumns(colleagueTable, [{ ...first, known_from: 1, known_until: open, revision: 0 }]);
    await given(added).thenRows(colleagueAddressTable, [
      { address: 'kim@ours.example', colleague: 1, known_from: 1, known_until: open },
    ]);
  });
  it('hold another name', () =>
    after(
      { type: 'ColleagueRenamed', data: { colleagueId, personal: { of, name: 'Lee', was: 'Kim' } } },
      { name: 'Lee', sort_name: 'lee' },
    ));
  it('hold another team', () =>
    after({ type: 'ColleagueMoved', data: { colleagueId, teamId: null, was: { teamId: 't' } } }, { team: null }));
  it('hold that somebody left', () => after({ type: 'ColleagueLeft', data: { colleagueId } }, { gone: 1 }));
  it('hold other addresses', async () => {
    const addresses = ['a@b.example'];
    const fact: ColleagueFact = {
      type: 'ColleagueAddressesChanged',
      data: { colleagueId, personal: { of, addresses, was: ['Kim@Ours.example'] } },
    };
    await after(fact, { addresses: JSON.stringify(addresses) });
    await given(added, fact).thenRows(colleagueAddressTable, [
      { address: 'a@b.example', colleague: 1, known_from: 2, known_until: open },
      { address: 'kim@ours.example', colleague: 1, known_from: 1, known_until: 2 },
    ]);
  });
  it('hold teams and tiers in their versions', async () => {
    const named = (department: string) => ({ type: 'TeamNamed', data: { teamId: 't', name: 'Desk', department } });
    await given(named('a'), named('b')).thenColumns(teamTable, [
      { id: 't', known_from: 1, known_until: 2, name: 'Desk', department: 'a' },
      { id: 't', known_from: 2, known_until: open, name: 'Desk', department: 'b' },
    ]);
    const defined = (capacity: number) => ({ type: 'TierDefined', data: { tier: 'x', capacity, cadenceDays: null } });
    await given(defined(1), defined(2)).thenRows(tierTable, [
      { name: 'x', known_from: 1, known_until: 2, capacity: 1, cadence_days: null },
      { name: 'x', known_from: 2, known_until: open, capacity: 2, cadence_days: null },
    ]);
  });
});
