import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EventStore, StoreUnavailable } from '../event-sourcing/event-store.js';
import { openSqliteEventStore } from '../event-sourcing/stores/sqlite.event-store.js';
import { type CommandContext, transactions } from '../event-sourcing/transact.js';
import { type OurOwn, ourOwn } from './our-own.js';
import { type Owning, type OwningOutcome, owning } from './owning.js';
import { tierNamed } from './tier.js';

const context = (commandId: string): CommandContext => ({
  actor: 'tester',
  actorKind: 'key',
  credential: 'k1',
  correlationId: 'c1',
  commandId,
  inputDigest: 'd',
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

/** Who is one with whom, first who remains; whoever is in none of them is one alone. */
let oneGroups: readonly (readonly string[])[] = [];
beforeEach(() => {
  oneGroups = [];
});
const groupOf = (id: string) => Promise.resolve(oneGroups.find((group) => group.includes(id)) ?? [id]);
const everybody = { groupOf, everOneWith: groupOf };
const aProcess = (over = store): { readonly owners: Owning; readonly own: OurOwn } => {
  const streams = transactions(over);
  return { owners: owning(streams, everybody), own: ourOwn(streams) };
};

/** A process that dies before its append of this number, counted from 0. */
const dyingAt = (at: number): Owning => {
  let appends = 0;
  const dying = new Proxy(store, {
    get: (own, property) => {
      const value: unknown = Reflect.get(own, property, own);
      if (typeof value !== 'function') return value;
      if (property !== 'append') return value.bind(own) as unknown;
      return (...asked: Parameters<EventStore['append']>) => {
        appends += 1;
        return appends > at ? Promise.reject(new StoreUnavailable('dead')) : own.append(...asked);
      };
    },
  });
  return aProcess(dying).owners;
};

const kimIn = async (own: OurOwn): Promise<string> => {
  const added = await own.ask({ type: 'AddColleague', name: 'Kim', teamId: null, addresses: [] }, context('add kim'));
  if ('refused' in added) throw new Error(added.refused);
  await own.ask({ type: 'DefineTier', tier: 'near', capacity: 1, cadenceDays: null }, context('define'));
  return added.id;
};
const assign = (by: Owning, stakeholderId: string, owner: string, commandId: string): Promise<OwningOutcome> =>
  by.ask(
    { type: 'Assign', stakeholderId, owner, tier: 'near', rank: null, occurredAt: '2024-01-01T00:00:00.000Z' },
    context(commandId),
  );
const release = (by: Owning, stakeholderId: string, commandId: string): Promise<OwningOutcome> =>
  by.ask({ type: 'Release', stakeholderId, occurredAt: '2024-01-02T00:00:00.000Z' }, context(commandId));
const placesTaken = async (): Promise<readonly string[]> =>
  (await transactions(store).read(tierNamed('near'), 'near')).state.places.map(({ stakeholderId }) => stakeholderId);

describe('the last place of a tier, where a process dies', () => {
  it('after taking it: whoever comes next finds it held by whom it was taken for', async () => {
    const { owners, own } = aProcess();
    const kim = await kimIn(own);
    await expect(assign(dyingAt(1), 'mia', kim, '1')).rejects.toThrow(StoreUnavailable);
    expect(await placesTaken()).toEqual(['mia']);
    expect(await assign(owners, 'bo', kim, '2')).toMatchObject({
      refused: 'TierFull',
      holders: [{ stakeholderId: 'mia', owner: kim }],
    });
    // The client that got no answer asks again, and is told what happened.
    expect(await assign(owners, 'mia', kim, '1')).toMatchObject({ already: true });
  });

  it('after taking it: the same command sent again finishes it', async () => {
    const { owners, own } = aProcess();
    const kim = await kimIn(own);
    await expect(assign(dyingAt(1), 'mia', kim, '1')).rejects.toThrow(StoreUnavailable);
    expect(await assign(owners, 'mia', kim, '1')).toMatchObject({ already: false });
    expect(await placesTaken()).toEqual(['mia']);
  });

  it('before freeing it: whoever comes next frees it', async () => {
    const { owners, own } = aProcess();
    const kim = await kimIn(own);
    await assign(owners, 'mia', kim, '1');
    await expect(release(dyingAt(1), 'mia', '2')).rejects.toThrow(StoreUnavailable);
    expect(await placesTaken()).toEqual(['mia']);
    expect(await assign(owners, 'bo', kim, '3')).toMatchObject({ already: false });
    expect(await placesTaken()).toEqual(['bo']);
  });

  it('after taking it for somebody who got another owner meanwhile: it is freed', async () => {
    const { owners, own } = aProcess();
    const kim = await kimIn(own);
    const other = await own.ask({ type: 'AddColleague', name: 'Lee', teamId: null, addresses: [] }, context('add lee'));
    await expect(assign(dyingAt(1), 'mia', kim, '1')).rejects.toThrow(StoreUnavailable);
    const free = { type: 'Assign', stakeholderId: 'mia', tier: null, rank: null } as const;
    const lee = 'id' in other ? other.id : '';
    await owners.ask({ ...free, owner: lee, occurredAt: '2024-01-01T00:00:00.000Z' }, context('2'));
    expect(await assign(owners, 'bo', kim, '3')).toMatchObject({ already: false });
    expect(await placesTaken()).toEqual(['bo']);
  });
});

describe('the places of those who are one', () => {
  const full = (...holders: readonly string[]) => ({
    refused: 'TierFull',
    holders: holders.map((stakeholderId) => ({ stakeholderId })),
  });
  const twoPlaces = async () => {
    const { owners, own } = aProcess();
    const kim = await kimIn(own);
    await own.ask({ type: 'DefineTier', tier: 'near', capacity: 2, cadenceDays: null }, context('wider'));
    await assign(owners, 'mia', kim, '1');
    await assign(owners, 'bo', kim, '2');
    return { owners, kim };
  };

  it('are one: what was the other’s is given to somebody else, and is theirs again once they are two', async () => {
    const { owners, kim } = await twoPlaces();
    expect(await assign(owners, 'cy', kim, '3')).toMatchObject(full('mia', 'bo'));
    oneGroups = [['mia', 'bo']];
    expect(await assign(owners, 'cy', kim, '4')).toMatchObject({ already: false });
    expect(await assign(owners, 'di', kim, '5')).toMatchObject(full('mia', 'cy'));
    oneGroups = [];
    // More than there are places: nobody loses theirs, and nobody else gets one until two are free.
    expect(await assign(owners, 'di', kim, '6')).toMatchObject(full('mia', 'bo', 'cy'));
    await release(owners, 'mia', '7');
    expect(await assign(owners, 'di', kim, '8')).toMatchObject(full('bo', 'cy'));
    await release(owners, 'bo', '9');
    expect(await assign(owners, 'di', kim, '10')).toMatchObject({ already: false });
    expect(await placesTaken()).toEqual(['cy', 'di']);
  });

  it('are those of whoever has the word: another’s, where nobody answers for who remains', async () => {
    const { owners, kim } = await twoPlaces();
    oneGroups = [['ann', 'bo', 'mia']];
    expect(await assign(owners, 'cy', kim, '3')).toMatchObject({ already: false });
    expect(await assign(owners, 'di', kim, '4')).toMatchObject(full('bo', 'cy'));
  });

  it('are none in a tier where who remains does not stand', async () => {
    const { owners, kim } = await twoPlaces();
    const free = { type: 'Assign', stakeholderId: 'ann', tier: null, rank: null, owner: kim } as const;
    await owners.ask({ ...free, occurredAt: '2024-01-01T00:00:00.000Z' }, context('3'));
    oneGroups = [['ann', 'bo', 'mia']];
    expect(await assign(owners, 'cy', kim, '4')).toMatchObject({ already: false });
    expect(await assign(owners, 'di', kim, '5')).toMatchObject({ already: false });
    expect(await assign(owners, 'ed', kim, '6')).toMatchObject(full('cy', 'di'));
  });
});

describe('the last place of a tier', () => {
  it('is given to one, whichever processes ask at once', async () => {
    const kim = await kimIn(aProcess().own);
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) => assign(aProcess().owners, `s${index}`, kim, `${index}`)),
    );
    expect(answers.filter((answer) => 'already' in answer)).toHaveLength(1);
    expect(await placesTaken()).toHaveLength(1);
  });

  it('is not taken twice for one stakeholder whom two assign at once', async () => {
    const { own } = aProcess();
    const kim = await kimIn(own);
    await own.ask({ type: 'DefineTier', tier: 'near', capacity: 5, cadenceDays: null }, context('wider'));
    await Promise.all(['1', '2', '3'].map((commandId) => assign(aProcess().owners, 'mia', kim, commandId)));
    expect(await placesTaken()).toEqual(['mia']);
  });
});
