import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { deterministicId } from './event-id.js';
import type { EventStore, NewEvent } from './event-store.js';
import { noStream } from './event-store.js';
import type { Cause, Policy, PolicyFailure } from './policy.js';
import { followPolicies } from './policy.js';
import type { ActorKind } from './provenance.js';
import { openSqliteEventStore } from './stores/sqlite.event-store.js';

interface Ask {
  readonly ask: string;
}

const called = (n: number, actorKind: ActorKind = 'key', type = 'Called'): NewEvent => ({
  id: deterministicId('test', n),
  type,
  version: 1,
  data: { n },
  provenance: {
    actor: 'ada',
    actorKind,
    credential: 'key-1',
    correlationId: `correlation-${n}`,
    commandId: `command-${n}`,
    inputDigest: 'digest',
  },
});

const askAfterCall: Policy<Ask> = {
  name: 'When called, ask how it was',
  reads: new Set(['Called']),
  from: 'start',
  react: ({ data }) => ['who', 'how'].map((word) => ({ ask: `${word} ${Number(data['n'])}` })),
};

let folder: string;
let store: EventStore;
let stop: AbortController;
let asked: { readonly ask: string; readonly cause: Cause }[];
let failures: PolicyFailure[];

const open = () => openSqliteEventStore({ path: join(folder, 'events.db') });
const record = (...events: readonly NewEvent[]) =>
  Promise.all(events.map((event) => store.append(`call-${event.id}`, noStream, [event])));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rapport-policy-'));
  store = open();
  [stop, asked, failures] = [new AbortController(), [], []];
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

/** Runs policies until as many commands were dispatched; `dispatch` may fail first. */
const run = async (
  policies: readonly Policy<Ask>[],
  until: number,
  dispatch: (command: Ask) => void = () => undefined,
): Promise<void> => {
  stop = new AbortController();
  await followPolicies({
    store,
    policies,
    signal: stop.signal,
    retryMs: 2,
    onError: (failure) => failures.push(failure),
    dispatch: (command, cause) => {
      dispatch(command);
      asked.push({ ...command, cause });
      if (asked.length >= until) stop.abort();
      return Promise.resolve();
    },
  });
};

const asks = () => asked.map(({ ask }) => ask);

describe('followPolicies', () => {
  it('dispatches what a policy answers, with the event as cause and an id that is the same at every try', async () => {
    await record(called(1));
    await run([askAfterCall], 2);
    const causationId = called(1).id;
    const cause = { policy: askAfterCall.name, causationId, correlationId: 'correlation-1' };
    expect(asked).toEqual([
      { ask: 'who 1', cause: { ...cause, commandId: deterministicId(causationId, askAfterCall.name, 0) } },
      { ask: 'how 1', cause: { ...cause, commandId: deterministicId(causationId, askAfterCall.name, 1) } },
    ]);
  });

  it('goes on after a restart where it was', async () => {
    await record(called(1));
    await run([askAfterCall], 2);
    await store.close();
    store = open();
    await record(called(2));
    await run([askAfterCall], 4);
    expect(asks()).toEqual(['who 1', 'how 1', 'who 2', 'how 2']);
  });

  it('passes over events of other types, and what an import or a copy carried over', async () => {
    await record(called(1, 'import'), called(2, 'key', 'Met'), called(3, 'policy'));
    await run([askAfterCall], 2);
    expect(asks()).toEqual(['who 3', 'how 3']);
  });

  it('starts a new policy with what happens from now on, where it says so, also over a restart before that', async () => {
    const fromNow: Policy<Ask> = { ...askAfterCall, name: 'When called from now on, ask', from: 'now' };
    await record(called(1));
    const running = run([fromNow], 2);
    while ((await store.checkpoint(`policy: ${fromNow.name}`)) === null) await new Promise(setImmediate);
    stop.abort();
    await running;
    await record(called(2));
    await run([fromNow], 2);
    expect(asks()).toEqual(['who 2', 'how 2']);
  });

  it('tries an event that fails again, visibly, before it goes on', async () => {
    let broken = 3;
    await record(called(1), called(2));
    await run([askAfterCall], 5, ({ ask }) => {
      if (ask === 'how 1' && broken-- > 0) throw new Error('not now');
    });
    expect(asks().slice(0, 5)).toEqual(['who 1', 'who 1', 'who 1', 'who 1', 'how 1']);
    expect(new Set(asked.slice(0, 4).map(({ cause }) => cause.commandId)).size).toBe(1);
    expect(failures.map(({ attempt, retryInMs, event }) => [attempt, retryInMs, event?.id])).toEqual([
      [1, 2, called(1).id],
      [2, 4, called(1).id],
      [3, 8, called(1).id],
    ]);
  });

  it('does not count an event as handled that it was stopped at', async () => {
    await record(called(1));
    const failing = run([askAfterCall], 1, () => {
      throw new Error('not now');
    });
    while (failures.length < 2) await new Promise(setImmediate);
    stop.abort();
    await failing;
    await run([askAfterCall], 2);
    expect(asks()).toEqual(['who 1', 'how 1']);
  });

  it('lets a policy that fails hold up no other', async () => {
    const broken: Policy<Ask> = {
      ...askAfterCall,
      name: 'When called, break',
      react: () => {
        throw new Error('broken');
      },
    };
    await record(called(1), called(2));
    await run([broken, askAfterCall], 4);
    expect(asks()).toEqual(['who 1', 'how 1', 'who 2', 'how 2']);
    expect(failures.every(({ policy }) => policy === broken.name)).toBe(true);
  });

  it('ends where the log is closed under it only when it is aborted, and tells it', async () => {
    const running = run([askAfterCall], 1);
    await store.close();
    while (failures.length === 0) await new Promise(setImmediate);
    stop.abort();
    await running;
    expect(failures[0]).toMatchObject({ policy: askAfterCall.name, attempt: 1 });
    store = open();
  });
});
