import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { type EventStore, type NewEvent, StoreUnavailable } from '../event-sourcing/event-store.js';
import { keyedHash } from '../event-sourcing/keyed-hash.js';
import { openSqliteEventStore } from '../event-sourcing/stores/sqlite.event-store.js';
import { type CommandContext, RevisionConflict, transactions } from '../event-sourcing/transact.js';
import { groupMax, membershipOf } from './groups.js';
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
const email = (name: string): Handle => ({ channel: 'email', address: `${name}@example.org` });

let folder: string;
let store: EventStore;
let people: Identity;
let asked = 0;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rapport-'));
  store = openSqliteEventStore({ path: join(folder, 'events.db') });
  people = identity(transactions(store), hash);
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

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

const somebody = async (name: string, kind: 'person' | 'organisation' = 'person'): Promise<string> => {
  const outcome = await people.ask(
    { type: 'Identify', kind, name, handles: [email(name)], externalIds: [] },
    context(`identify ${name}`),
  );
  if ('refused' in outcome) throw new Error(outcome.refused);
  return outcome.stakeholderId;
};
const ask = (
  type: 'Merge' | 'Unmerge',
  survivorId: string,
  mergedId: string,
  by: Identity = people,
  commandId = `${type} ${(asked += 1)}`,
  extra: Partial<CommandContext> = {},
): Promise<IdentityOutcome> => by.ask({ type, survivorId, mergedId }, context(commandId, extra));
const writtenBy = async (doing: () => Promise<unknown>): Promise<number> => {
  const before = await store.head();
  await doing();
  return (await store.head()) - before;
};

describe('a merge', () => {
  it('lets every old id answer with who remains, over merges of the merged', async () => {
    const [ann, bob, cy] = [await somebody('ann'), await somebody('bob'), await somebody('cy')];
    expect(await ask('Merge', ann, bob)).toMatchObject({ stakeholderId: ann, already: false });
    expect(await people.survivorOf(bob)).toBe(ann);
    await ask('Merge', cy, ann);
    expect(await people.survivorOf(bob)).toBe(cy);
    expect(await people.groupOf(ann)).toEqual([cy, ...[ann, bob].sort()]);
    expect(await people.survivorOf('nobody')).toBeNull();
  });

  it('joins whoever remains under the two ids, once', async () => {
    const [ann, bob, cy, dee] = [
      await somebody('ann'),
      await somebody('bob'),
      await somebody('cy'),
      await somebody('dee'),
    ];
    await ask('Merge', ann, bob);
    await ask('Merge', cy, dee);
    // By old ids.
    expect(await ask('Merge', bob, dee)).toMatchObject({ stakeholderId: ann, already: false });
    for (const [one, other] of [
      [ann, cy],
      [cy, ann],
      [dee, bob],
    ] as const)
      expect(await ask('Merge', one, other)).toMatchObject({ stakeholderId: ann, already: true });
    expect(await people.groupOf(dee)).toEqual([ann, ...[bob, cy, dee].sort()]);
  });

  it('is remembered after its end: all are known who ever were one, whoever was merged into whom', async () => {
    const [ann, bob, cy, dee] = [
      await somebody('ann'),
      await somebody('bob'),
      await somebody('cy'),
      await somebody('dee'),
    ];
    const ever = async (id: string) => (await people.everOneWith(id)).toSorted();
    expect(await ever(ann)).toEqual([ann]);
    expect(await ever('nobody')).toEqual(['nobody']);
    await ask('Merge', bob, cy);
    await ask('Merge', ann, bob);
    await ask('Unmerge', ann, bob);
    await ask('Unmerge', bob, cy);
    await ask('Merge', cy, dee);
    const all = [ann, bob, cy, dee].toSorted();
    for (const id of all) expect(await ever(id)).toEqual(all);
    // As a process knows it that has just been started.
    expect((await identity(transactions(store), hash).everOneWith(dee)).toSorted()).toEqual(all);
  });

  it('is answered with what happened, where it is sent again after whoever asked was parted from who remained', async () => {
    const [ann, bob, cy] = [await somebody('ann'), await somebody('bob'), await somebody('cy')];
    await ask('Merge', ann, bob);
    await ask('Merge', bob, cy, people, 'first');
    await ask('Unmerge', ann, bob);
    expect(await ask('Merge', bob, cy, people, 'first')).toMatchObject({ stakeholderId: ann, already: true });
    await ask('Unmerge', ann, cy, people, 'second');
    expect(await ask('Unmerge', bob, cy, people, 'second')).toMatchObject({ stakeholderId: ann, already: true });
    expect(await writtenBy(() => ask('Merge', bob, cy, people, 'first'))).toBe(0);
  });

  it('is refused, and writes nothing', async () => {
    const [ann, acme, old] = [await somebody('ann'), await somebody('acme', 'organisation'), await somebody('old')];
    await people.ask({ type: 'Retire', stakeholderId: old }, context('retire'));
    const refusals = async () => [
      await ask('Merge', ann, ann),
      await ask('Merge', ann, acme),
      await ask('Merge', old, ann),
      await ask('Merge', ann, 'nobody'),
      await ask('Merge', 'nobody', ann),
      await ask('Unmerge', ann, old),
      await ask('Unmerge', ann, 'nobody'),
    ];
    let refused: readonly IdentityOutcome[] = [];
    expect(await writtenBy(async () => (refused = await refusals()))).toBe(0);
    expect(refused).toEqual([
      { refused: 'SameStakeholder' },
      { refused: 'KindsDiffer' },
      { refused: 'SurvivorIsRetired' },
      { refused: 'StakeholderNotFound', stakeholderId: 'nobody' },
      { refused: 'StakeholderNotFound', stakeholderId: 'nobody' },
      { refused: 'NotMerged' },
      { refused: 'StakeholderNotFound', stakeholderId: 'nobody' },
    ]);
    // Who was retired may be merged into who was not.
    expect(await ask('Merge', ann, old)).toMatchObject({ stakeholderId: ann });
  });

  it('is refused beyond so many', async () => {
    const ann = await somebody('ann');
    for (let number = 1; number < groupMax; number += 1) await ask('Merge', ann, await somebody(`p${number}`));
    expect(await ask('Merge', ann, await somebody('one more'))).toEqual({
      refused: 'GroupTooLarge',
      size: groupMax + 1,
    });
  });

  it('is answered with what happened when it is sent again, whatever was merged since', async () => {
    const [ann, bob, cy] = [await somebody('ann'), await somebody('bob'), await somebody('cy')];
    await ask('Merge', ann, bob, people, 'm');
    await ask('Merge', cy, ann);
    expect(await ask('Merge', ann, bob, people, 'm')).toMatchObject({ stakeholderId: ann, already: true });
    await ask('Unmerge', ann, bob, people, 'u');
    expect(await ask('Unmerge', ann, bob, people, 'u')).toMatchObject({ stakeholderId: ann, already: true });
    expect(await people.survivorOf(bob)).toBe(bob);
  });

  it('writes as much whoever it is, and nothing at another revision than expected', async () => {
    const [ann, bob] = [await somebody('ann'), await somebody('bob')];
    const unexpected = ask('Merge', ann, bob, people, 'x', { expectedRevision: 5 });
    await expect(unexpected).rejects.toMatchObject({ currentRevision: 0 });
    expect(await people.survivorOf(bob)).toBe(bob);
    // Two claims, the fact, and the release of the claim that is needed no longer.
    expect(await writtenBy(() => ask('Merge', ann, bob, people, 'y', { expectedRevision: 0 }))).toBe(4);
    expect(await writtenBy(() => ask('Unmerge', ann, bob))).toBe(2);
  });
});

describe('who is one', () => {
  it('is renamed and retired by any id of theirs, and a retry from before the merge is known', async () => {
    const [ann, bob] = [await somebody('ann'), await somebody('bob')];
    const rename = (stakeholderId: string, name: string, commandId: string): Promise<IdentityOutcome> =>
      people.ask({ type: 'Rename', stakeholderId, name }, context(commandId));
    await rename(bob, 'Bob B.', 'r');
    await ask('Merge', ann, bob);
    expect(await rename(bob, 'Bob B.', 'r')).toMatchObject({ stakeholderId: bob, already: true });
    expect(await rename(bob, 'Ann Bob', 's')).toMatchObject({ stakeholderId: ann, state: { name: 'Ann Bob' } });
  });

  it('keeps each handle with the id that claimed it, gives it up there, and claims new ones for who remains', async () => {
    const [ann, bob] = [await somebody('ann'), await somebody('bob')];
    await ask('Merge', ann, bob);
    expect(await people.holder({ handle: email('bob') })).toBe(bob);
    const handles = (type: 'AddHandle' | 'RemoveHandle', name: string) =>
      people.ask({ type, stakeholderId: bob, handle: email(name) }, context(`${type} ${name}`));
    expect(await handles('AddHandle', 'new')).toMatchObject({ stakeholderId: ann, already: false });
    // Theirs already: no matter whose of them.
    expect(await writtenBy(() => handles('AddHandle', 'bob'))).toBe(0);
    await handles('RemoveHandle', 'bob');
    expect(await people.holder({ handle: email('bob') })).toBeNull();
    await ask('Unmerge', ann, bob);
    expect(await people.holder({ handle: email('new') })).toBe(ann);
  });
});

describe('an unmerge', () => {
  it('parts what was joined, with whoever was merged into it before', async () => {
    const [ann, bob, cy] = [await somebody('ann'), await somebody('bob'), await somebody('cy')];
    await ask('Merge', bob, cy);
    await ask('Merge', ann, bob);
    expect(await ask('Unmerge', ann, bob)).toMatchObject({ stakeholderId: ann, already: false });
    expect(await people.groupOf(cy)).toEqual([bob, cy]);
    expect(await people.groupOf(ann)).toEqual([ann]);
    expect(await ask('Unmerge', ann, bob)).toEqual({ refused: 'NotMerged' });
    expect(await ask('Merge', bob, ann)).toMatchObject({ stakeholderId: bob, already: false });
  });

  it('takes out of the middle whom another was merged into', async () => {
    const [ann, bob, cy] = [await somebody('ann'), await somebody('bob'), await somebody('cy')];
    await ask('Merge', bob, cy);
    await ask('Merge', ann, bob);
    // Asked of who remains, decided by whom they belong to.
    expect(await ask('Unmerge', ann, cy)).toMatchObject({ stakeholderId: bob });
    expect(await people.groupOf(ann)).toEqual([ann, bob]);
  });
});

describe('a process killed in the middle of a merge', () => {
  it.each([0, 1, 2, 3, 4])('after %d appends leaves nothing that a reader does not finish', async (appends) => {
    const [ann, bob] = [await somebody('ann'), await somebody('bob')];
    const dying = identity(transactions(dyingAt(appends)), hash);
    const answer = await ask('Merge', ann, bob, dying, 'm').catch((error: unknown) => error);
    expect(answer instanceof StoreUnavailable).toBe(appends < 4);
    const [one, other] = [await people.survivorOf(ann), await people.survivorOf(bob)];
    expect(one).toBe(ann);
    expect(other).toBe(appends === 0 ? bob : ann);
    expect(await ask('Merge', ann, bob, people, 'm')).toMatchObject({ stakeholderId: ann, already: appends > 0 });
    expect(await people.survivorOf(bob)).toBe(ann);
    // Nothing keeps who remains from being merged further.
    const cy = await somebody('cy');
    expect(await ask('Merge', cy, ann)).toMatchObject({ stakeholderId: cy, already: false });
  });

  it.each([0, 1])('or of an unmerge, after %d appends', async (appends) => {
    const [ann, bob] = [await somebody('ann'), await somebody('bob')];
    await ask('Merge', ann, bob);
    const dying = identity(transactions(dyingAt(appends)), hash);
    await expect(ask('Unmerge', ann, bob, dying, 'u')).rejects.toThrow(StoreUnavailable);
    expect(await people.survivorOf(bob)).toBe(appends === 0 ? ann : bob);
  });
});

describe('merges asked at once, by several processes', () => {
  it('never go round in a circle: one of two opposite ones holds, the other finds it so already', async () => {
    const [ann, bob] = [await somebody('ann'), await somebody('bob')];
    const other = identity(transactions(store), hash);
    const outcomes = await Promise.allSettled([ask('Merge', ann, bob), ask('Merge', bob, ann, other)]);
    const survivor = await people.survivorOf(ann);
    expect(await people.survivorOf(bob)).toBe(survivor);
    expect((await people.groupOf(ann))?.length).toBe(2);
    for (const outcome of outcomes)
      if (outcome.status === 'fulfilled') expect(outcome.value).toMatchObject({ stakeholderId: survivor });
      else expect(outcome.reason).toBeInstanceOf(RevisionConflict);
  });

  it('leave trees: every id has one who remains, and who was answered to be merged is', async () => {
    const who = fc.integer({ min: 0, max: 4 });
    const asks = fc.array(fc.tuple(fc.constantFrom('Merge', 'Merge', 'Unmerge'), who, who), {
      minLength: 4,
      maxLength: 12,
    });
    let round = 0;
    await fc.assert(
      fc.asyncProperty(asks, async (all) => {
        round += 1;
        const ids = await Promise.all([0, 1, 2, 3, 4].map((number) => somebody(`r${round} n${number}`)));
        const processes = [people, identity(transactions(store), hash), identity(transactions(store), hash)];
        const settled = await Promise.allSettled(
          all.map(([type, one, other], index) =>
            ask(type as 'Merge', ids[one] ?? '', ids[other] ?? '', processes[index % processes.length]),
          ),
        );
        for (const each of settled)
          if (each.status === 'rejected') expect(each.reason).toBeInstanceOf(RevisionConflict);
        const fresh = identity(transactions(store), hash);
        const groups = await Promise.all(ids.map(async (id) => (await fresh.groupOf(id)) ?? []));
        for (const [index, id] of ids.entries()) {
          const group = groups[index] ?? [];
          expect(new Set(group).size).toBe(group.length);
          expect(group).toContain(id);
          for (const member of group) expect(await fresh.groupOf(member)).toEqual(group);
          // Who remains belongs to nobody, and nothing hangs.
          expect(await fresh.holderOf(membershipOf(group[0] ?? ''))).toBeNull();
        }
      }),
      { numRuns: 40 },
    );
  });
});
