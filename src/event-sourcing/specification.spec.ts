import { describe, expect, it } from '@jest/globals';
import type { Decider, Refusal } from './decider.js';
import type { Fact } from './fact.js';
import { open } from './position.js';
import { balance, balances, closed, deposit, deposited, holding, holdings, noticed } from './specimens.js';
import { numbered, recorded, specifyDecider, specifyProjection } from './specification.js';

type DoorFact = Fact<'Opened', { readonly by: string; readonly note?: string | undefined }>;
type DoorRefusal = Refusal<'Locked'> & { readonly since: string };
const door: Decider<{ open: boolean; locked: boolean }, string, DoorFact, DoorRefusal> = {
  category: 'door',
  initialState: { open: false, locked: false },
  evolve: (state) => ({ ...state, open: true }),
  decide: (by, state) => {
    if (by === 'burglar') return { refused: 'Locked', since: 'always' };
    return state.open ? [] : [{ type: 'Opened', data: { by, note: undefined } }];
  },
};

describe('specifyDecider', () => {
  const { given } = specifyDecider(door);
  const opened: DoorFact = { type: 'Opened', data: { by: 'Ada' } };

  it('compares facts as they would be stored', () => given().when('Ada').then([opened]));
  it('compares refusals with their data', () => given().when('burglar').then({ refused: 'Locked', since: 'always' }));
  it('knows when nothing happens', () => given(opened).when('Ada').thenNothingHappens());
  it('shows the state that follows', () => expect(given().when('Ada').state()).toEqual({ open: true, locked: false }));
  it('throws where the answer is another', () => {
    expect(() => given().when('Ada').thenNothingHappens()).toThrow();
    expect(() => given(opened).when('Ada').then([opened])).toThrow();
    expect(() => given().when('burglar').then({ refused: 'Locked', since: 'today' })).toThrow();
  });
});

describe('recorded and numbered', () => {
  it('numbers events, and revisions in each stream, unless asked for others', () => {
    const events = numbered(
      deposited('a', 1),
      recorded(closed('a'), { stream: 'b-1', ordinal: 7, recordedAt: 5 }),
      closed('c'),
    );
    expect(events.map(({ ordinal, revision, stream }) => [ordinal, revision, stream])).toEqual([
      [1, 0, 'test-1'],
      [7, 0, 'b-1'],
      [8, 1, 'test-1'],
    ]);
    expect(events[1]?.recordedAt).toBe(5);
    expect(new Set(events.map(({ id }) => id)).size).toBe(3);
  });

  it('fills in what a provenance leaves out', () => {
    const { provenance } = recorded(noticed('x'), { provenance: { actor: 'Ada' } });
    expect(provenance).toMatchObject({ actor: 'Ada', actorKind: 'key' });
  });
});

describe('specifyProjection', () => {
  it('shows versions with both their ends', () =>
    specifyProjection(balances())
      .given(deposited('a', 1), noticed('nothing'), deposited('a', 2), closed('a'))
      .thenRows(balance, [
        { account: 'a', known_from: 1, known_until: 3, amount: 1 },
        { account: 'a', known_from: 3, known_until: 4, amount: 3 },
      ]));

  it('shows the present as open', () =>
    specifyProjection(balances())
      .given(deposited('a', 1))
      .thenRows(balance, [{ account: 'a', known_from: 1, known_until: open, amount: 1 }]));

  it('shows rows without versions, and what was not given as null', async () => {
    const projected = specifyProjection(holdings()).given(
      deposited('a', 1),
      deposited('b', 2),
      closed('a'),
      deposited('a', 4),
    );
    await projected.thenRows(holding, [
      { account: 'a', amount: 4, note: null },
      { account: 'b', amount: 2, note: null },
    ]);
    await projected.thenColumns(deposit, [{ ordinal: 1 }, { ordinal: 2 }, { ordinal: 4 }]);
    expect(await projected.reading((rows) => rows.first('SELECT count(*) AS n FROM deposit'))).toEqual({ n: 3 });
  });

  it('throws where rows are others', async () => {
    await expect(specifyProjection(holdings()).given(deposited('a', 1)).thenRows(holding, [])).rejects.toThrow();
  });

  it('throws where rows depend on the batches', async () => {
    const forgetful = { ...balances(), load: () => Promise.resolve(new Map<string, number>()) };
    await expect(
      specifyProjection(forgetful).given(deposited('a', 1), deposited('a', 2)).thenRows(balance, []),
    ).rejects.toThrow(/Batches change|UNIQUE/);
  });
});
