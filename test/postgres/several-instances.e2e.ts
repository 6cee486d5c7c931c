import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newToken, tokenText } from '../../src/access/token.js';
import type { EventStore, RecordedEvent } from '../../src/event-sourcing/event-store.js';
import { projections } from '../../src/projections.js';
import { settingsFrom } from '../../src/settings.js';
import { openEventStore, openReadStore } from '../../src/stores.js';
import { type Outcome, type Rapport, mailHandle, newAddress, ready, until } from '../client.js';
import { everyEvent, hangingClaims, replayedRows, rowsOf } from '../inspecting.js';
import { serverUnderTest, startServerUnderTest } from '../kurrentdb/server-under-test.js';
import { ended, startRapport } from '../rapport.js';
import { type ServerProcess, startServer } from '../server-process.js';
import { type TestDatabase, newDatabase } from './database.js';

process.stderr.write(`The log of several instances: ${serverUnderTest}\n`);

// Two instances of the service, each with a data folder of its own: what they share is one log and one PostgreSQL.
let folder: string;
let log: Awaited<ReturnType<typeof startServerUnderTest>>;
let database: TestDatabase;
let env: Readonly<Record<string, string>>;
let instances: [ServerProcess, ServerProcess];
const place = (name: string): string => join(folder, name);
const start = (which: 0 | 1): Promise<ServerProcess> => startServer(place(which === 0 ? 'one' : 'other'), { env });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rapport-instances-'));
  [log, database] = await Promise.all([startServerUnderTest(), newDatabase()]);
  env = {
    EVENT_STORE_URL: log.newUrl(),
    READ_STORE_URL: database.url,
    RAPPORT_CLAIMS_KEY: 'c1'.repeat(32),
    RAPPORT_ADMIN_KEY: tokenText(newToken()),
  };
  instances = await Promise.all([start(0), start(1)]);
  await Promise.all(instances.map(({ rapport }) => ready(rapport, 60_000)));
}, 120_000);
afterAll(async () => {
  await Promise.all(instances.map((instance) => instance.kill()));
  await Promise.all([log.stop(), database.drop()]);
  await rm(folder, { recursive: true, force: true });
});

const quiet = { warn: () => undefined };
const withLog = async <T>(look: (store: EventStore) => Promise<T>): Promise<T> => {
  const store = await openEventStore(settingsFrom({ ...env, RAPPORT_DATA: place('look') }), quiet);
  return look(store).finally(() => store.close());
};

const authorOf = ({ interaction }: Outcome): string => interaction.participants[0]?.stakeholder.id ?? '';
const countOf = async (rapport: Rapport, id: string, atLeast: string): Promise<number | undefined> =>
  (await rapport.stakeholder(id, { atLeast }))?.interactionCount;

/** What `/readyz` says; null where nobody answers. */
const readiness = async ({ url }: Rapport): Promise<{ ready: boolean; behind: number } | null> => {
  try {
    const said = (await (await fetch(`${url}/readyz`)).json()) as {
      ready: boolean;
      projections: { bytesBehind: number }[];
    };
    return { ready: said.ready, behind: Math.max(0, ...said.projections.map(({ bytesBehind }) => bytesBehind)) };
  } catch {
    return null;
  }
};

/** Follows what an instance tells its subscribers. */
const following = (rapport: Rapport, after: string): { readonly seen: string[]; stop(): Promise<void> } => {
  const client = rapport.subscriber();
  const seen: string[] = [];
  const events = client.iterate<{ events: { position: string } }>({
    query: 'subscription ($after: Position) { events(after: $after) { position } }',
    variables: { after },
  });
  const reading = (async () => {
    for await (const { data } of events) if (data) seen.push(data.events.position);
  })().catch(() => undefined);
  return {
    seen,
    stop: async () => {
      await client.dispose();
      await reading;
    },
  };
};

const expectRowsOfReplay = async (events: readonly RecordedEvent[]): Promise<void> => {
  const settings = settingsFrom({ ...env, RAPPORT_DATA: place('look') });
  const readStore = await openReadStore(settings, projections, events[0]?.position.split('-')[0] ?? '');
  const [live, replayed] = await Promise.all([
    rowsOf(readStore).finally(() => readStore.close()),
    replayedRows(events),
  ]);
  for (const [table, rows] of live) expect({ table, rows }).toEqual({ table, rows: replayed.get(table) });
};

/**
 * Asks again and again whether an instance is behind: where it says that it is not, all that was acknowledged before has its
 * row. `stop` answers how often it said that it is.
 */
const watching = (rapport: Rapport, person: string, acknowledged: () => number) => {
  let [over, behind] = [false, 0];
  const running = (async () => {
    while (!over) {
      const before = acknowledged();
      const said = await readiness(rapport);
      if (said === null) throw new Error('It does not say whether it is ready.');
      if (said.behind > 0) behind += 1;
      else expect((await rapport.stakeholder(person))?.interactionCount).toBeGreaterThanOrEqual(before);
      await sleep(50);
    }
  })();
  return {
    stop: async () => {
      over = true;
      await running;
      return behind;
    },
  };
};

describe('two instances on one log and one PostgreSQL', () => {
  it('both take commands, and each reads what the other recorded', async () => {
    const [one, other] = [instances[0].rapport, instances[1].rapport];
    const address = newAddress();
    const here = await one.record({ with: [mailHandle(address)] });
    expect(await countOf(other, authorOf(here), here.position)).toBe(1);
    const there = await other.record({ with: [mailHandle(address)] });
    expect(authorOf(there)).toBe(authorOf(here));
    expect(await countOf(one, authorOf(here), there.position)).toBe(2);
  });

  it('make one stakeholder of a new handle, and one interaction of a source id, that come to both at once', async () => {
    const all = instances.map(({ rapport }) => rapport);
    for (let round = 0; round < 4; round += 1) {
      const input = { source: { name: 'crm', id: newAddress() }, with: [mailHandle(newAddress())] };
      const answers = await Promise.all([...all, ...all].map((rapport) => rapport.record(input)));
      expect(answers.filter(({ already }) => !already)).toHaveLength(1);
      expect(new Set(answers.map(({ interaction }) => interaction.id)).size).toBe(1);
      expect(new Set(answers.map(authorOf)).size).toBe(1);
    }
  });

  it('lose, double and reorder nothing when whoever projects is killed under load, and are one again within seconds', async () => {
    const address = newAddress();
    const first = await instances[0].rapport.record({ with: [mailHandle(address)] });
    const person = authorOf(first);
    const sources = new Map<string, string>();
    let recorded = 1;
    for (const victim of [0, 1] as const) {
      const survivor = instances[victim === 0 ? 1 : 0].rapport;
      const told = following(survivor, first.position);
      let loading = true;
      const load = Array.from({ length: 8 }, async (_, worker) => {
        while (loading) {
          const id = newAddress();
          const input = { source: { name: 'load', id }, with: [mailHandle(address)] };
          // Of whom the client hears nothing, he asks the other: as a load balancer has it.
          const target = worker % 2 === 0 ? survivor : instances[victim].rapport;
          const answer = await target.record(input).catch(() => survivor.record(input));
          sources.set(id, answer.interaction.id);
          recorded += 1;
        }
      });
      await sleep(1_000);
      const watched = watching(survivor, person, () => recorded);
      await instances[victim].kill();
      const killedAt = performance.now();
      await sleep(1_500);
      expect(await watched.stop()).toBeGreaterThan(0);
      loading = false;
      await Promise.all(load);
      await until(
        'the survivor has projected all',
        async () => (await survivor.stakeholder(person).catch(() => null))?.interactionCount === recorded,
        60_000,
      );
      const tookMs = performance.now() - killedAt;
      expect(tookMs).toBeLessThan(30_000);
      await until('it says so', async () => {
        const said = await readiness(survivor);
        return said?.ready === true && said.behind === 0;
      });
      const after = (await withLog(everyEvent)).map(({ position }) => position).filter((each) => each > first.position);
      await until('its subscriber has heard all', () => told.seen.length >= after.length);
      expect(told.seen).toEqual(after);
      await told.stop();
      instances[victim] = await start(victim);
      await ready(instances[victim].rapport, 60_000);
    }
    const events = await withLog(everyEvent);
    const loaded = events.filter(isLoad);
    expect(new Set(loaded.map(({ stream }) => stream)).size).toBe(loaded.length);
    expect(loaded).toHaveLength(sources.size);
    expect(hangingClaims(events)).toEqual([]);

    await expectRowsOfReplay(events);
  }, 300_000);

  it('go on where one hangs, and what it does when it wakes is nothing', async () => {
    const address = newAddress();
    for (const sleeper of [0, 1] as const) {
      const [awake, asleep] = [instances[sleeper === 0 ? 1 : 0].rapport, instances[sleeper]];
      asleep.child.kill('SIGSTOP');
      const recorded = await awake.record({ with: [mailHandle(address)] });
      await until(
        'the other reads what was recorded',
        async () =>
          (await awake.stakeholder(authorOf(recorded)).catch(() => null))?.interactionCount === 2 * sleeper + 1,
        60_000,
      );
      asleep.child.kill('SIGCONT');
      const woken = await asleep.rapport.record({ with: [mailHandle(address)] });
      expect(await countOf(asleep.rapport, authorOf(woken), woken.position)).toBe(2 * sleeper + 2);
    }
    const events = await withLog(everyEvent);
    await Promise.all(
      instances.map(async ({ rapport }) => {
        await until('all is projected', async () => (await readiness(rapport))?.behind === 0);
      }),
    );
    await expectRowsOfReplay(events);
  });

  it('refuse a third with another key of the claims', async () => {
    const { status, err } = await ended(
      await startRapport(['serve'], { data: place('third'), env: { ...env, RAPPORT_CLAIMS_KEY: 'd2'.repeat(32) } }),
    );
    expect(status).toBe(1);
    expect(err).toContain('key');
    expect(err).not.toContain('    at ');
  });

  it('stop in order, one after the other, and the last is still ready', async () => {
    await instances[0].stop();
    await until('the other projects', async () => (await readiness(instances[1].rapport))?.ready === true);
    const made = await instances[1].rapport.record();
    expect(await countOf(instances[1].rapport, authorOf(made), made.position)).toBe(1);
    expect(await instances[1].stop()).toBe(0);
  });
});

const isLoad = ({ type, data }: RecordedEvent): boolean =>
  type === 'InteractionRecorded' && (data['source'] as { name?: string } | null)?.name === 'load';
