import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { day } from '../../test/small-logs.js';
import { type EventStore, type NewEvent, StoreUnavailable } from '../event-sourcing/event-store.js';
import { keyedHash } from '../event-sourcing/keyed-hash.js';
import { openSqliteEventStore } from '../event-sourcing/stores/sqlite.event-store.js';
import { type CommandContext, transactions } from '../event-sourcing/transact.js';
import { identity } from '../stakeholders/identity.js';
import type { StakeholderKind } from '../stakeholders/stakeholder.js';
import { type Affiliating, type AffiliatingRequest, affiliating, personOf } from './affiliating.js';

const hash = keyedHash(Buffer.alloc(32, 7));
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

const over = (log: EventStore): Affiliating => {
  const streams = transactions(log);
  return affiliating(streams, identity(streams, hash), { isOurs: () => Promise.resolve(true) }, (text) =>
    hash.of(text),
  );
};

/** The log as a process has it that is killed at its second append: what it wrote stands, the rest never comes. */
const dying = (): EventStore => {
  let left = 1;
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

const identified = async (name: string, kind: StakeholderKind = 'person'): Promise<string> => {
  const asked = { type: 'Identify', kind, name, handles: [], externalIds: [] } as const;
  const outcome = await identity(transactions(store), hash).ask(asked, context(name));
  return 'stakeholderId' in outcome ? outcome.stakeholderId : '';
};
const start = (personId: string, organisationId: string): AffiliatingRequest => ({
  ...{ type: 'Start' as const, personId, organisationId, occurredAt: day(2), until: null, role: null, title: null },
  ...{ source: { name: 'crm', id: '7' }, saidBy: null },
});
const startedOf = async (personId: string): Promise<number> =>
  (await store.readStream(`stakeholder-${personId}`)).filter(({ type }) => type === 'AffiliationStarted').length;

describe("a source's id for an affiliation", () => {
  it('is of one person, though whoever told of them was cut short by a crash: the next to meet it finishes it', async () => {
    const [mia, bo, works] = [
      await identified('Mia'),
      await identified('Bo'),
      await identified('Works', 'organisation'),
    ];
    await expect(over(dying()).ask(start(mia, works), context('1'))).rejects.toThrow('killed');
    expect(await startedOf(mia)).toBe(0);
    const told = await over(store).ask(start(bo, works), context('2'));
    expect(told).toMatchObject({ refused: 'AffiliationSourceIdTaken' });
    expect('affiliationId' in told && personOf(told.affiliationId)).toBe(mia);
    expect([await startedOf(mia), await startedOf(bo)]).toEqual([1, 0]);
    // Sent again, the first is answered with what came of it.
    expect(await over(store).ask(start(mia, works), context('1'))).toMatchObject({ already: true });
  });

  it('is recorded once, however many tell the same at once', async () => {
    const [mia, works] = [await identified('Mia'), await identified('Works', 'organisation')];
    const told = await Promise.all(['1', '2', '3'].map((id) => over(store).ask(start(mia, works), context(id))));
    expect(told.map((each) => 'already' in each && each.already).sort()).toEqual([false, true, true]);
    expect(await startedOf(mia)).toBe(1);
  });
});
