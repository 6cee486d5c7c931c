import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Rapport, newAddress, rapportAt } from '../client.js';
import { type TestService, startTestService } from '../service.js';
import type { ServerUnderTest } from './server-under-test.js';
import { serverUnderTest, startServerUnderTest } from './server-under-test.js';

let server: ServerUnderTest;
let service: TestService;
let rapport: Rapport;
let env: Readonly<Record<string, string>>;

const start = async (dataFolder?: string): Promise<void> => {
  service = await startTestService({ env, ...(dataFolder !== undefined && { dataFolder }) });
  rapport = rapportAt({ url: service.url, token: service.adminToken });
};

beforeAll(async () => {
  server = await startServerUnderTest();
  env = { EVENT_STORE_URL: server.newUrl() };
  await start();
}, 120_000);
afterAll(async () => {
  await service.stop();
  await server.stop();
});

const identified = (name: string) => rapport.identify(name, { handles: [{ channel: 'EMAIL', address: newAddress() }] });

interface Ready {
  readonly ready: boolean;
  readonly eventStore: string;
  readonly projections: readonly {
    readonly projection: string;
    readonly bytesBehind: number;
    readonly secondsBehind: number | null;
  }[];
}

const readyz = async (): Promise<Ready> => (await (await fetch(`${service.url}/readyz`)).json()) as Ready;

/** What `/readyz` says once it says what is waited for; what it said last, if it does not within ten seconds. */
const untilItSays = async (awaited: (ready: Ready) => boolean): Promise<Ready> => {
  let ready = await readyz();
  for (let tries = 0; !awaited(ready) && tries < 200; tries += 1) {
    await sleep(50);
    ready = await readyz();
  }
  return ready;
};

const untilReady = (): Promise<Ready> => untilItSays(({ ready }) => ready);

/** A service is ready while its rows are a little behind. */
const untilNothingIsBehind = (): Promise<Ready> =>
  untilItSays(
    ({ ready, projections }) =>
      ready && projections.every(({ bytesBehind, secondsBehind }) => bytesBehind === 0 && secondsBehind === 0),
  );

const events = async (fields: string, args = '') => {
  const { data, errors } = await service.graphql(`{ events(first: 100${args}) { edges { node { ${fields} } } } }`);
  expect(errors).toBeUndefined();
  return (data as { events: { edges: { node: Record<string, string> }[] } }).events.edges.map(({ node }) => node);
};

describe(`the service with its log in KurrentDB (${serverUnderTest})`, () => {
  it('records, projects, tells its history and is ready', async () => {
    expect(await identified('Ada')).toMatchObject({
      __typename: 'StakeholderIdentified',
      stakeholder: { name: 'Ada' },
    });
    expect(await untilReady()).toMatchObject({ ready: true, eventStore: 'answers', headIn: 'bytes' });
    const told = await events('id type recordedAt position');
    const one = told.find(({ type }) => type === 'StakeholderIdentified');
    expect(one).toBeDefined();
    const after = await events('id', `, afterEventId: "${one?.['id'] ?? ''}"`);
    expect(after.map(({ id }) => id)).toEqual(
      told.slice(told.findIndex(({ id }) => id === one?.['id']) + 1).map(({ id }) => id),
    );
  });

  it('holds the same after a restart', async () => {
    const before = await events('id position recordedAt');
    await service.stop(true);
    await start(service.dataFolder);
    expect(await events('id position recordedAt')).toEqual(before);
    expect(await untilReady()).toMatchObject({ ready: true });
  });

  it('says what it counts: bytes of the log, and the seconds that rows are behind', async () => {
    const { projections } = await untilNothingIsBehind();
    expect(projections.map(({ projection }) => projection)).toContain('directory');
    for (const projection of projections) {
      expect(projection).toMatchObject({ bytesBehind: 0, secondsBehind: 0 });
      expect(projection).not.toHaveProperty('eventsBehind');
    }
    const text = await (await fetch(`${service.url}/metrics`)).text();
    expect(text).toMatch(/rapport_log_bytes [1-9]/);
    expect(text).toContain('rapport_projection_seconds_behind{projection="directory"} 0');
    expect(text).not.toContain('rapport_log_events');
  });

  const onStandIn = serverUnderTest === 'a stand-in' ? it : it.skip;

  onStandIn(
    'says that it is not ready while the log is away, and takes up again by itself',
    async () => {
      await untilReady();
      server.standIn?.pause();
      expect(await readyz()).toMatchObject({ ready: false, eventStore: 'does not answer' });
      // Under way while the log is away: late, and not lost.
      const recording = identified('Bo');
      await sleep(500);
      server.standIn?.resume();
      expect(await recording).toMatchObject({ __typename: 'StakeholderIdentified', stakeholder: { name: 'Bo' } });
      expect(await untilReady()).toMatchObject({ ready: true, eventStore: 'answers' });
      const named = await events('type');
      expect(named.filter(({ type }) => type === 'StakeholderIdentified')).toHaveLength(2);
    },
    60_000,
  );
});
