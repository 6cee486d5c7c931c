import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EventStore, type NewEvent, StoreUnavailable } from '../event-sourcing/event-store.js';
import { keyedHash } from '../event-sourcing/keyed-hash.js';
import { openSqliteEventStore } from '../event-sourcing/stores/sqlite.event-store.js';
import { type CommandContext, transactions } from '../event-sourcing/transact.js';
import type { Handle } from './handle.js';
import { type Identity, type IdentityOutcome, identity } from './identity.js';

const hash = keyedHash(Buffer.alloc(32, 7));
const context = (commandId: string, extra: Partial<CommandContext> = {}): CommandContext => ({
  actor: 'tester',
  actorKind: 'key',
  credential: 'k1',
  correlationId: 'c1',
  commandId,
  inputDigest: 'd',
  ...extra,
});
const email = (address: string): Handle => ({ channel: 'email', address });

let folder: string;
let store: EventStore;
let people: Identity;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rapport-'));
  store = openSqliteEventStore({ path: join(folder, 'events.db') });
  people = identity(transactions(store), hash);
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

const identify = (by: Identity, commandId: string, ...addresses: readonly string[]): Promise<IdentityOutcome> =>
  by.ask(
    { type: 'Identify', kind: 'person', name: addresses[0] ?? 'Ann', handles: addresses.map(email), externalIds: [] },
    context(commandId),
  );
const idOf = (outcome: IdentityOutcome): string => {
  if ('refused' in outcome) throw new Error(outcome.refused);
  return outcome.stakeholderId;
};
const holder = (address: string): Promise<string | null> => people.holder({ handle: email(address) });
const identifiedEvents = async (): Promise<number> => (await store.countsByType()).get('StakeholderIdentified') ?? 0;

/** The store as a process has it that is killed at its nth append: what it wrote stands, the rest never comes. */
const dyingAt = (appends: number): EventStore => {
  let left = appends;
  return new Proxy(store, {
    get: (target, name) => {
      if (name !== 'append') {
        const member: unknown = Reflect.get(target, name);
        return typeof member === 'function' ? (member.bind(target) as unknown) : member;
      }
      return (stream: string, expected: number, events: readonly NewEvent[]) => {
        left -= 1;
        return left < 0 ? Promise.reject(new StoreUnavailable('killed')) : target.append(stream, expected, events);
      };
    },
  });
};

describe('a handle', () => {
  it('has one holder, in whatever way it is written', async () => {
    const ann = idOf(await identify(people, '1', 'Ann@Example.org'));
    expect(await holder('ann@example.org')).toBe(ann);
    expect(await identify(people, '2', 'ANN@example.org')).toEqual({ refused: 'HandleTaken', holder: ann });
  });

  it('is added, removed, and then free for somebody else', async () => {
    const ann = idOf(await identify(people, '1', 'ann@example.org'));
    const bob = idOf(await identify(people, '2', 'bob@example.org'));
    const add = (stakeholderId: string, commandId: string): Promise<IdentityOutcome> =>
      people.ask({ type: 'AddHandle', stakeholderId, handle: email('box@example.org') }, context(commandId));
    await add(ann, '3');
    expect(await add(bob, '4')).toEqual({ refused: 'HandleTaken', holder: ann });
    await people.ask({ type: 'RemoveHandle', stakeholderId: ann, handle: email('box@example.org') }, context('5'));
    expect(await holder('box@example.org')).toBeNull();
    expect(await add(bob, '6')).toMatchObject({ already: false });
    expect(await holder('box@example.org')).toBe(bob);
    // A command accepted before is answered from its own stream, whoever holds the handle by now.
    expect(await add(ann, '3')).toMatchObject({ already: true });
    expect(await holder('box@example.org')).toBe(bob);
  });

  it('can be given up and taken again by the same', async () => {
    const ann = idOf(await identify(people, '1', 'ann@example.org'));
    for (const round of ['a', 'b']) {
      await people.ask(
        { type: 'RemoveHandle', stakeholderId: ann, handle: email('ann@example.org') },
        context(`remove ${round}`),
      );
      expect(await holder('ann@example.org')).toBeNull();
      await people.ask(
        { type: 'AddHandle', stakeholderId: ann, handle: email('ann@example.org') },
        context(`add ${round}`),
      );
      expect(await holder('ann@example.org')).toBe(ann);
    }
  });

  it('is not claimed where the stakeholder is at another revision than expected', async () => {
    const ann = idOf(await identify(people, '1', 'ann@example.org'));
    const add = people.ask(
      { type: 'AddHandle', stakeholderId: ann, handle: email('b@example.org') },
      context('2', { expectedRevision: 5 }),
    );
    await expect(add).rejects.toMatchObject({ currentRevision: 0 });
    expect(await holder('b@example.org')).toBeNull();
  });

  it('stands in no stream name and no provenance', async () => {
    await identify(people, '1', 'ann@example.org');
    for (const { stream, provenance } of await store.readAll(0))
      expect(JSON.stringify([stream, provenance])).not.toContain('ann@example');
  });
});

describe('a handle that is given to somebody else', () => {
  const day = (number: number): string => new Date(Date.UTC(2024, 0, number)).toISOString();
  const heldAt = (number: number): Promise<string | null> =>
    people.holder({ handle: email('desk@example.org') }, day(number));
  const remove = (stakeholderId: string, commandId: string, until?: string): Promise<IdentityOutcome> =>
    people.ask({ type: 'RemoveHandle', stakeholderId, handle: email('desk@example.org'), until }, context(commandId));
  const add = (stakeholderId: string, commandId: string, from?: string): Promise<IdentityOutcome> =>
    people.ask({ type: 'AddHandle', stakeholderId, handle: email('desk@example.org'), from }, context(commandId));

  it('was at any date whose it was then', async () => {
    const ann = idOf(await identify(people, '1', 'desk@example.org'));
    const [bob, cy] = [idOf(await identify(people, '2', 'bob@x.org')), idOf(await identify(people, '3', 'cy@x.org'))];
    await remove(ann, '4', day(10));
    expect([await heldAt(9), await heldAt(10)]).toEqual([ann, null]);
    await add(bob, '5', day(12));
    expect([await heldAt(1), await heldAt(9), await heldAt(12), await heldAt(99)]).toEqual([ann, ann, bob, bob]);
    // Nobody is known to have held it in between: then it is taken for the one's who has it.
    expect(await heldAt(11)).toBe(bob);
    await remove(bob, '6', day(20));
    await add(cy, '7');
    expect([await heldAt(5), await heldAt(15), await heldAt(25)]).toEqual([ann, bob, cy]);
    expect(await holder('desk@example.org')).toBe(cy);
  });

  it('never was theirs where no date is said', async () => {
    const ann = idOf(await identify(people, '1', 'desk@example.org'));
    await remove(ann, '2');
    expect(await heldAt(5)).toBeNull();
  });

  it('is told of a period by the claim, whoever finishes what a crash cut short', async () => {
    const ann = idOf(await identify(people, '1', 'desk@example.org'));
    const dying = identity(transactions(dyingAt(1)), hash);
    const removing = {
      type: 'RemoveHandle',
      stakeholderId: ann,
      handle: email('desk@example.org'),
      until: day(10),
    } as const;
    await expect(dying.ask(removing, context('2'))).rejects.toThrow('killed');
    expect([await heldAt(9), await heldAt(10)]).toEqual([ann, null]);
  });

  it('does not end before it began', async () => {
    const bob = idOf(await identify(people, '1', 'bob@x.org'));
    await add(bob, '2', day(12));
    expect(await remove(bob, '3', day(12))).toEqual({ refused: 'EndsBeforeItBegan' });
  });
});

describe('an external id', () => {
  it('has one holder in its system', async () => {
    const ask = (system: string, commandId: string): Promise<IdentityOutcome> =>
      people.ask(
        { type: 'Identify', kind: 'person', name: 'Ann', handles: [], externalIds: [{ system, id: '17' }] },
        context(commandId),
      );
    const ann = idOf(await ask('crm', '1'));
    expect(await ask('CRM', '2')).toEqual({ refused: 'ExternalIdTaken', holder: ann });
    expect(idOf(await ask('shop', '3'))).not.toBe(ann);
  });
});

describe('many at the same time', () => {
  it('who name one new handle make one stakeholder', async () => {
    const other = identity(transactions(store), hash);
    const outcomes = await Promise.all(
      Array.from({ length: 500 }, (_, index) =>
        (index % 2 ? people : other).meet({ handle: email('new@example.org') }, context(String(index))),
      ),
    );
    expect(new Set(outcomes).size).toBe(1);
    expect(await identifiedEvents()).toBe(1);
  });

  it('who name overlapping handles: each handle has one holder, and who was refused holds nothing', async () => {
    const other = identity(transactions(store), hash);
    const pairs = [
      ['a', 'b'],
      ['b', 'c'],
      ['c', 'a'],
      ['a', 'c'],
      ['b', 'a'],
      ['c', 'd'],
    ];
    const outcomes = await Promise.all(
      pairs.map((pair, index) =>
        identify(index % 2 ? people : other, String(index), ...pair.map((name) => `${name}@example.org`)),
      ),
    );
    for (const [index, pair] of pairs.entries()) {
      const outcome = outcomes[index];
      for (const name of pair) {
        const holds = await holder(`${name}@example.org`);
        if (outcome && !('refused' in outcome)) expect(holds).toBe(outcome.stakeholderId);
      }
    }
    expect(outcomes.some((outcome) => !('refused' in outcome))).toBe(true);
    expect(await identifiedEvents()).toBe(outcomes.filter((outcome) => !('refused' in outcome)).length);
  });
});

describe('a process killed in the middle', () => {
  it.each([0, 1, 2, 3])(
    'after %d appends leaves nothing that a reader of the claim does not finish',
    async (appends) => {
      const dying = identity(transactions(dyingAt(appends)), hash);
      const answer = await identify(dying, '1', 'a@example.org', 'b@example.org').catch((error: unknown) => error);
      expect(answer instanceof StoreUnavailable).toBe(appends < 3);
      // Whoever meets the claim that stands finishes it, and with it the one that does not stand yet.
      await holder('a@example.org');
      await holder('b@example.org');
      const [a, b] = [await holder('a@example.org'), await holder('b@example.org')];
      expect(a).toBe(b);
      expect(await identifiedEvents()).toBe(a === null ? 0 : 1);
      // Sent again, it is answered with what happened, or happens now.
      const again = idOf(await identify(people, '1', 'a@example.org', 'b@example.org'));
      expect(await holder('a@example.org')).toBe(again);
      expect(await holder('b@example.org')).toBe(again);
      expect(await identifiedEvents()).toBe(1);
    },
  );

  it.each([0, 1])(
    'while giving up a handle, after %d appends: the handle is held or free, never in between',
    async (appends) => {
      const ann = idOf(await identify(people, '1', 'ann@example.org'));
      const dying = identity(transactions(dyingAt(appends)), hash);
      await expect(
        dying.ask({ type: 'RemoveHandle', stakeholderId: ann, handle: email('ann@example.org') }, context('2')),
      ).rejects.toThrow('killed');
      expect(await holder('ann@example.org')).toBe(appends === 0 ? ann : null);
    },
  );
});
