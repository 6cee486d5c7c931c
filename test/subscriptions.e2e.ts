import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Client, type FormattedExecutionResult, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { Keys } from '../src/access/keys.js';
import { until } from './client.js';
import { type TestService, startTestService } from './service.js';

const byTest = { actor: 'test', actorKind: 'person', credential: 'test', correlationId: 'test' } as const;

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.stop());

interface Seen {
  readonly events: { readonly position: string; readonly type: string; readonly data: { readonly name?: string } };
}

const clients: Client[] = [];
const clientOf = (
  connectionParams: Record<string, unknown> = { authorization: `Bearer ${service.adminToken}` },
): Client => {
  const client = createClient({
    url: service.wsUrl,
    webSocketImpl: WebSocket,
    connectionParams,
    retryAttempts: 0,
    lazy: true,
  });
  clients.push(client);
  return client;
};
afterAll(async () => {
  for (const client of clients) await client.dispose();
});

const follow = (args: string, client = clientOf()): AsyncIterableIterator<FormattedExecutionResult<Seen, unknown>> =>
  client.iterate<Seen>({ query: `subscription { events${args} { position type data } }` });

const take = async (
  events: AsyncIterator<FormattedExecutionResult<Seen, unknown>>,
  count: number,
): Promise<Seen['events'][]> => {
  const taken: Seen['events'][] = [];
  while (taken.length < count) {
    const next = await events.next();
    if (next.done === true) break;
    if (next.value.data == null) throw new Error(JSON.stringify(next.value));
    taken.push(next.value.data.events);
  }
  return taken;
};

const make = (name: string) => service.app.get(Keys).make(name, 'reader', byTest);
const log = async () =>
  (await service.graphql<{ log: { start: string; head: string } }>('{ log { start head } }')).data.log;

describe('the subscription to events', () => {
  it('tells what is recorded already and goes on with what comes, without a gap or a double', async () => {
    const { start } = await log();
    for (let index = 0; index < 20; index += 1) await make(`before ${index}`);
    const events = follow(`(after: "${start}", where: { types: ["KeyMade"] })`);
    const writing = (async () => {
      for (let index = 0; index < 30; index += 1) await make(`during ${index}`);
    })();
    const seen = await take(events, 51);
    await writing;
    const names = seen.map(({ data }) => data.name);
    expect(names).toEqual([
      'admin',
      ...Array.from({ length: 20 }, (_, index) => `before ${index}`),
      ...Array.from({ length: 30 }, (_, index) => `during ${index}`),
    ]);
    expect(seen.map(({ position }) => position)).toEqual(seen.map(({ position }) => position).sort());
    await events.return?.();
  });

  it('begins with what comes where no position is given', async () => {
    const events = follow('');
    const first = take(events, 1);
    // The subscription stands soon after its first answer is asked for; what is recorded then is told.
    let told = false;
    void first.finally(() => (told = true));
    await until('it is told', async () => {
      if (!told) await make('after');
      return told;
    });
    expect((await first)[0]?.data.name).toBe('after');
    await events.return?.();
  });

  it('goes on after an event by its id', async () => {
    const { data } = await service.graphql<{ events: { nodes: { id: string }[] } }>(
      '{ events(first: 3) { nodes { id } } }',
    );
    const events = follow(`(afterEventId: "${data.events.nodes[1]?.id ?? ''}")`);
    const all = await service.graphql<{ events: { nodes: { position: string }[] } }>(
      '{ events(first: 3) { nodes { position } } }',
    );
    expect((await take(events, 1))[0]?.position).toBe(all.data.events.nodes[2]?.position);
    await events.return?.();
  });

  it.each([
    ['a position of another log', '(after: "0000000000000000-00000000000001")', 'BAD_USER_INPUT'],
    ['an event that is not there', '(afterEventId: "00000000-0000-4000-8000-000000000000")', 'BAD_USER_INPUT'],
    ['a field that is not there', ' { nothing }', 'GRAPHQL_VALIDATION_FAILED'],
  ])('refuses %s', async (_what, args, code) => {
    const query = args.includes('{') ? `subscription { events${args} }` : `subscription { events${args} { id } }`;
    const failed = await clientOf()
      .iterate({ query })
      .next()
      .then(
        ({ value }) => (value as FormattedExecutionResult | undefined)?.errors ?? [],
        (errors: unknown) => errors,
      );
    expect(JSON.stringify(failed)).toContain(code);
  });

  it('answers queries over the socket, too', async () => {
    const { value } = (await clientOf().iterate({ query: '{ __typename }' }).next()) as { readonly value: unknown };
    expect(value).toEqual({ data: { __typename: 'Query' } });
  });

  it.each([
    ['none', {}],
    ['a wrong one', { authorization: 'Bearer rapport_x' }],
  ])('is closed with 4401 for a key that is %s', async (_what, parameters) => {
    const closed = new Promise((resolve) => clientOf(parameters).on('closed', resolve));
    const client = clients.at(-1);
    await expect(client?.iterate({ query: '{ __typename }' }).next()).rejects.toMatchObject({ code: 4401 });
    expect(await closed).toMatchObject({ code: 4401 });
  });

  it('takes the key from the header as well', async () => {
    const socket = new WebSocket(service.wsUrl, 'graphql-transport-ws', {
      headers: { authorization: `Bearer ${service.adminToken}` },
    });
    const said = new Promise<string>((resolve) => socket.once('message', (data: Buffer) => resolve(data.toString())));
    await new Promise((resolve) => socket.once('open', resolve));
    socket.send('{"type":"connection_init"}');
    expect(JSON.parse(await said)).toEqual({ type: 'connection_ack' });
    socket.close();
  });

  it('ends when the key is revoked', async () => {
    const { id, token } = await service.makeKey('reader');
    const client = clientOf({ authorization: `Bearer ${token}` });
    const closed = new Promise<{ readonly code: number }>((resolve) =>
      client.on('closed', (event) => resolve(event as { readonly code: number })),
    );
    const events = follow('', client);
    const next = events.next().then(
      () => 'more',
      () => 'ended',
    );
    await new Promise((resolve) => setTimeout(resolve, 200));
    await service.app.get(Keys).revoke(id, byTest);
    expect((await closed).code).toBe(4401);
    // The revocation itself may have been told before.
    expect(['more', 'ended']).toContain(await next);
  });

  it('leaves nothing behind when it is given up while nothing happens', async () => {
    const events = follow('');
    void events.next().catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 200));
    await events.return?.();
  });
});

describe('the events query', () => {
  const events = async (args: string) =>
    await service.graphql<{
      events: {
        totalCount: number | null;
        nodes: { position: string; type: string; subject: string }[];
        pageInfo: { hasNextPage: boolean; endCursor: string | null };
      };
    }>(`{ events${args} { totalCount nodes { position type subject } pageInfo { hasNextPage endCursor } } }`);

  it('pages through the log', async () => {
    const seen: string[] = [];
    let after = '';
    for (;;) {
      const { nodes, pageInfo, totalCount } = (await events(`(first: 7${after})`)).data.events;
      seen.push(...nodes.map(({ position }) => position));
      if (!pageInfo.hasNextPage) {
        expect(seen).toHaveLength(totalCount ?? -1);
        break;
      }
      after = `, after: "${pageInfo.endCursor ?? ''}"`;
    }
    expect(seen).toEqual([...new Set(seen)].sort());
  });

  it('finds what is about one thing', async () => {
    const { nodes } = (await events('(first: 1, where: { types: ["KeyRevoked"] })')).data.events;
    const subject = nodes[0]?.subject ?? '';
    const about = (await events(`(where: { subject: "${subject}" })`)).data.events;
    expect(about.nodes.map(({ type }) => type)).toEqual(['KeyMade', 'KeyRevoked']);
    expect(about.totalCount).toBeNull();
  });

  it.each([
    '(where: { actor: "nobody" })',
    '(where: { recordedUntil: "2001-01-01T00:00:00Z" })',
    '(where: { recordedFrom: "2999-01-01T00:00:00Z" })',
  ])('finds nothing for %s', async (args) => {
    expect((await events(args)).data.events.nodes).toEqual([]);
  });

  it('refuses pages without end, and two places at once', async () => {
    const { head } = await log();
    const { errors } = await events(
      `(first: 101, after: "${head}", afterEventId: "00000000-0000-4000-8000-000000000000")`,
    );
    expect(errors?.[0]?.extensions?.['faults']).toEqual([
      { path: ['first'], message: expect.stringContaining('100') },
      { path: ['afterEventId'], message: expect.stringContaining('exclude') },
    ]);
  });
});
