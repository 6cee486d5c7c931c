import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { EventStore, RecordedEvent } from '../event-sourcing/event-store.js';
import { keyedHash } from '../event-sourcing/keyed-hash.js';
import { followPolicies } from '../event-sourcing/policy.js';
import { openSqliteEventStore } from '../event-sourcing/stores/sqlite.event-store.js';
import { type CommandContext, transactions } from '../event-sourcing/transact.js';
import type { Handle } from './handle.js';
import { identity } from './identity.js';
import { type SettleClaim, whenClaimMade } from './when-claim-made.js';

const hash = keyedHash(randomBytes(32));
const context: CommandContext = {
  actor: 'test',
  actorKind: 'key',
  credential: 'test',
  correlationId: 'c',
  commandId: 'identify bob',
  inputDigest: 'i',
};
const handle: Handle = { channel: 'email', address: 'bob@example.org' };
const bob = { type: 'Identify', kind: 'person', name: 'Bob', handles: [handle], externalIds: [] } as const;

describe('when a claim was made', () => {
  let folder: string;
  let store: EventStore;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rapport-policy-'));
    store = openSqliteEventStore({ path: join(folder, 'events.db') });
  });
  afterEach(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });

  /** Another process, which dies before it writes to a stakeholder's stream: the claim stands, and nothing follows it. */
  const identifyAndDie = async (): Promise<void> => {
    const dying = openSqliteEventStore({ path: join(folder, 'events.db') });
    const append = dying.append.bind(dying);
    dying.append = (stream, ...its) =>
      stream.startsWith('stakeholder-') ? Promise.reject(new Error('died')) : append(stream, ...its);
    await expect(identity(transactions(dying), hash).ask(bob, context)).rejects.toThrow('died');
    await dying.close();
  };

  const runUntil = async (seen: (command: SettleClaim) => Promise<boolean>): Promise<void> => {
    const stop = new AbortController();
    await followPolicies({
      store,
      policies: [whenClaimMade],
      dispatch: async (command) => {
        if (await seen(command)) stop.abort();
      },
      signal: stop.signal,
      onError: ({ error }) => expect(error).toBeUndefined(),
    });
  };
  const types = async (): Promise<readonly string[]> => (await store.readAll(0)).map(({ type }: RecordedEvent) => type);

  it('finishes what a crash cut short', async () => {
    await identifyAndDie();
    expect(await types()).toEqual(['Claimed']);

    const people = identity(transactions(store), hash);
    let holder: string | null = null;
    await runUntil(async ({ value }) => (holder = await people.holderOf(value)) !== null);
    expect(await types()).toEqual(['Claimed', 'StakeholderIdentified']);
    expect(await people.ask(bob, context)).toMatchObject({ already: true, stakeholderId: holder });
  });

  it('leaves alone what was finished', async () => {
    const people = identity(transactions(store), hash);
    await people.ask(bob, context);
    const before = await types();
    await runUntil(async ({ value }) => (await people.holderOf(value)) !== null);
    expect(await types()).toEqual(before);
  });
});
