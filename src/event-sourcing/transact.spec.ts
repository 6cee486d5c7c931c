import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Decider, Refusal } from './decider.js';
import type { EventStore } from './event-store.js';
import type { Fact } from './fact.js';
import { openSqliteEventStore } from './stores/sqlite.event-store.js';
import { type CommandContext, RevisionConflict, isAccepted, transactions } from './transact.js';

/** An account: it takes amounts once each, and never more than ten in all. */
type Paid = Fact<'Paid', { readonly amount: number }>;
const account: Decider<number, { readonly amounts: readonly number[] }, Paid, Refusal<'TooMuch'>> = {
  category: 'account',
  initialState: 0,
  evolve: (sum, { data }) => sum + data.amount,
  decide: ({ amounts }, sum) =>
    sum + amounts.reduce((a, b) => a + b, 0) > 10
      ? { refused: 'TooMuch' }
      : amounts.map((amount) => ({ type: 'Paid', data: { amount } })),
};
const pay = (...amounts: readonly number[]): { amounts: readonly number[] } => ({ amounts });

const context = (commandId: string, extra: Partial<CommandContext> = {}): CommandContext => ({
  actor: 'tester',
  actorKind: 'key',
  credential: 'k1',
  correlationId: 'c1',
  commandId,
  inputDigest: 'd',
  ...extra,
});

let folder: string;
let store: EventStore;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rapport-'));
  store = openSqliteEventStore({ path: join(folder, 'events.db') });
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

const written = async (id = 'a'): Promise<number> => (await store.readStream(`account-${id}`)).length;

describe('a command', () => {
  it('is decided, appended and stamped with who asked', async () => {
    const outcome = await transactions(store).transact(account, 'a', pay(3, 4), context('1', { reason: 'rent' }));
    expect(outcome).toMatchObject({ already: false, state: 7, revision: 1 });
    const [first, second] = await store.readStream('account-a');
    expect(first).toMatchObject({
      type: 'Paid',
      data: { amount: 3 },
      provenance: { actor: 'tester', commandId: '1', reason: 'rent' },
    });
    expect(second?.id).not.toBe(first?.id);
  });

  it('is refused by the decider, and nothing is written', async () => {
    expect(await transactions(store).transact(account, 'a', pay(11), context('1'))).toEqual({ refused: 'TooMuch' });
    expect(await written()).toBe(0);
  });

  it('sent again is answered with what happened the first time, whatever came after', async () => {
    const { transact } = transactions(store);
    const first = await transact(account, 'a', pay(3), context('1'));
    await transact(account, 'a', pay(7), context('2'));
    const again = await transact(account, 'a', pay(3), context('1'));
    if (!isAccepted(first) || !isAccepted(again)) throw new Error('refused');
    expect(again.already).toBe(true);
    expect(again.events).toEqual(first.events);
    expect(await written()).toBe(2);
  });

  it('sent again after a restart is known by its stream alone', async () => {
    await transactions(store).transact(account, 'a', pay(3), context('1'));
    expect(await transactions(store).transact(account, 'a', pay(3), context('1'))).toMatchObject({
      already: true,
      state: 3,
    });
    expect(await written()).toBe(1);
  });

  it('under an id that came before with another input is refused', async () => {
    const { transact } = transactions(store);
    await transact(account, 'a', pay(3), context('1'));
    expect(await transact(account, 'a', pay(4), context('1', { inputDigest: 'e' }))).toEqual({
      refused: 'CommandIdReused',
    });
    expect(await written()).toBe(1);
  });

  it('of another credential may have the same id', async () => {
    const { transact } = transactions(store);
    await transact(account, 'a', pay(3), context('1'));
    expect(await transact(account, 'a', pay(3), context('1', { credential: 'k2' }))).toMatchObject({
      already: false,
      state: 6,
    });
  });

  it('that has nothing to say writes nothing and is no error', async () => {
    expect(await transactions(store).transact(account, 'a', pay(), context('1'))).toMatchObject({
      events: [],
      already: true,
      revision: -1,
    });
  });
});

describe('an expected revision', () => {
  it('lets through what has seen the newest', async () => {
    const { transact } = transactions(store);
    await transact(account, 'a', pay(3), context('1'));
    expect(await transact(account, 'a', pay(3), context('2', { expectedRevision: 0 }))).toMatchObject({ revision: 1 });
  });

  it('stops what has not, and names the current one', async () => {
    const { transact } = transactions(store);
    await transact(account, 'a', pay(3), context('1'));
    const late = transact(account, 'a', pay(3), context('2', { expectedRevision: -1 }));
    await expect(late).rejects.toMatchObject({ currentRevision: 0 });
    await expect(late).rejects.toBeInstanceOf(RevisionConflict);
  });

  it('does not stop a command that was accepted before', async () => {
    const { transact } = transactions(store);
    await transact(account, 'a', pay(3), context('1', { expectedRevision: -1 }));
    expect(await transact(account, 'a', pay(3), context('1', { expectedRevision: -1 }))).toMatchObject({
      already: true,
    });
  });
});

describe('two that write the same stream', () => {
  it('are decided on what both wrote: a lost race is decided afresh', async () => {
    const here = transactions(store);
    const there = transactions(store);
    await here.transact(account, 'a', pay(1), context('1'));
    await there.transact(account, 'a', pay(1), context('2'));
    expect(await here.transact(account, 'a', pay(8), context('3'))).toMatchObject({ state: 10 });
    // What `there` remembers would allow it; what the log says does not.
    expect(await there.transact(account, 'a', pay(1), context('4'))).toEqual({ refused: 'TooMuch' });
  });

  it('never refuse from memory alone', async () => {
    const shrinking: typeof account = { ...account, evolve: (_, { data }) => data.amount };
    const here = transactions(store);
    await here.transact(shrinking, 'a', pay(10), context('1'));
    await transactions(store).transact(shrinking, 'a', pay(-9), context('2'));
    expect(await here.transact(shrinking, 'a', pay(5), context('3'))).toMatchObject({ already: false });
  });

  it('answer one command once, however many try it at the same time', async () => {
    const here = transactions(store);
    const there = transactions(store);
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, index) => (index % 2 ? here : there).transact(account, 'a', pay(1), context('1'))),
    );
    expect(await written()).toBe(1);
    expect(outcomes.filter((outcome) => isAccepted(outcome) && !outcome.already).length).toBeGreaterThanOrEqual(1);
  });

  it('keep their sum, with different commands at the same time', async () => {
    const [here, there] = [transactions(store), transactions(store)];
    await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        (index % 2 ? here : there).transact(account, 'a', pay(1), context(String(index))),
      ),
    );
    expect(await written()).toBe(10);
  });
});

describe('a command that nearly always begins its stream', () => {
  const opening: typeof account = { ...account, begins: 'Open' };
  const open = (...amounts: readonly number[]): { type: string; amounts: readonly number[] } => ({
    type: 'Open',
    amounts,
  });
  /** The same log, and the streams that are read of it. */
  const watched = (tellsRepeats: boolean): { log: EventStore; reads: string[] } => {
    const reads: string[] = [];
    const log = new Proxy(store, {
      get: (target, key: keyof EventStore) => {
        if (key === 'tellsRepeats') return tellsRepeats;
        if (key === 'readStream') reads.push('a stream');
        const value = target[key];
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    return { log, reads };
  };

  it('reads nothing, where the log tells repeats', async () => {
    const { log, reads } = watched(true);
    expect(await transactions(log).transact(opening, 'a', open(3), context('1'))).toMatchObject({
      already: false,
      state: 3,
      revision: 0,
    });
    expect(reads).toEqual([]);
  });

  it('is decided on what is there, where something is', async () => {
    await transactions(store).transact(opening, 'a', open(8), context('1'));
    expect(await transactions(store).transact(opening, 'a', open(3), context('2'))).toEqual({ refused: 'TooMuch' });
    expect(await transactions(store).transact(opening, 'a', open(2), context('3'))).toMatchObject({ state: 10 });
    expect(await written()).toBe(2);
  });

  it.each([true, false])('sent again is answered as the first time (the log tells repeats: %s)', async (tells) => {
    const first = await transactions(store).transact(opening, 'a', open(3, 4), context('1'));
    const again = () => transactions(watched(tells).log);
    expect(await again().transact(opening, 'a', open(3, 4), context('1'))).toEqual({ ...first, already: true });
    const other = context('1', { inputDigest: 'other' });
    expect(await again().transact(opening, 'a', open(5), other)).toEqual({ refused: 'CommandIdReused' });
    expect(await written()).toBe(2);
  });

  it('looks before it refuses, and before it says that nothing is new', async () => {
    await transactions(store).transact(opening, 'a', open(-5), context('1'));
    expect(await transactions(store).transact(opening, 'a', open(12), context('2'))).toMatchObject({ state: 7 });
    expect(await transactions(store).transact(opening, 'a', open(), context('3'))).toMatchObject({
      already: true,
      revision: 1,
      state: 7,
    });
  });

  it('keeps to the revision that it expects', async () => {
    await transactions(store).transact(opening, 'a', open(1), context('1'));
    const expecting = context('2', { expectedRevision: 0 });
    expect(await transactions(store).transact(opening, 'a', open(1), expecting)).toMatchObject({ revision: 1 });
  });
});

it('forgets streams beyond its bound and reads them again', async () => {
  const { transact, read } = transactions(store, 2);
  for (const id of ['a', 'b', 'c']) await transact(account, id, pay(1, 1), context('1'));
  expect(await read(account, 'a')).toMatchObject({ state: 2, revision: 1 });
  expect(await transact(account, 'a', pay(1, 1), context('1'))).toMatchObject({ already: true });
});

it('writes nothing for any command sent a second time, after any history', async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          command: fc.integer({ min: 0, max: 5 }),
          amounts: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }),
        }),
        {
          maxLength: 12,
        },
      ),
      async (commands) => {
        const id = `p${(run += 1)}`;
        const { transact } = transactions(store);
        for (const { command, amounts } of commands) {
          const asked = context(String(command), { inputDigest: JSON.stringify(amounts) });
          const first = await transact(account, id, pay(...amounts), asked);
          const before = await written(id);
          const again = await transact(account, id, pay(...amounts), asked);
          expect(await written(id)).toBe(before);
          if (isAccepted(first)) expect(isAccepted(again) && again.already).toBe(true);
        }
      },
    ),
    { numRuns: 100 },
  );
});
