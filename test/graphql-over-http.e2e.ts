import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { serverAudits } from 'graphql-http';
import { type TestService, startTestService } from './service.js';

let service: TestService;
const asked = (init: RequestInit = {}): RequestInit => {
  const headers = new Headers(init.headers);
  headers.set('authorization', `Bearer ${service.adminToken}`);
  return { ...init, headers };
};
const post = (body: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(
    `${service.url}/graphql`,
    asked({ method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } }),
  );

beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.stop());

describe('GraphQL over HTTP, by the audits of its specification', () => {
  const audits = serverAudits({
    url: () => `${service.url}/graphql`,
    fetchFn: (url: string, init?: RequestInit) => fetch(url, asked(init)),
  });

  it.each(audits.map((audit) => [audit.id, audit.name, audit] as const))('%s %s', async (_id, _name, audit) => {
    const result = await audit.fn();
    expect({ status: result.status, reason: 'reason' in result ? result.reason : null }).toEqual({
      status: 'ok',
      reason: null,
    });
  });
});

describe('GraphQL over HTTP, beyond the audits', () => {
  const response = 'application/graphql-response+json';

  it.each([
    [`${response}, application/json;q=0.9`, response],
    [`application/json;q=0.5, ${response};q=0.4`, 'application/json'],
    ['text/html, application/*;q=0.8', 'application/json'],
    [`${response}; charset=utf-8, application/json; charset=utf-8`, response],
  ])('answers %s with %s', async (accept, type) => {
    const { headers, status } = await post('{"query":"{__typename}"}', { accept });
    expect([status, headers.get('content-type')]).toEqual([200, `${type}; charset=utf-8`]);
  });

  it.each(['text/html', `${response};q=0`, 'application/json; charset=utf-16'])(
    'refuses to answer %s',
    async (accept) => {
      expect((await post('{"query":"{__typename}"}', { accept })).status).toBe(406);
    },
  );

  it('runs the operation that is named, also once it is compiled', async () => {
    const query = 'query A { __typename } query B { log { start } }';
    for (let times = 0; times < 4; times += 1) {
      for (const [operationName, fields] of [
        ['A', ['__typename']],
        ['B', ['log']],
      ] as const) {
        const { data } = (await (await post(JSON.stringify({ query, operationName }))).json()) as {
          readonly data: object;
        };
        expect(Object.keys(data)).toEqual(fields);
      }
    }
  });

  it.each([
    ['a name that no operation has', { query: 'query A { __typename } query B { __typename }', operationName: 'C' }],
    ['no name among several', { query: 'query A { __typename } query B { __typename }' }],
    ['no operation', { query: 'fragment F on Query { __typename }' }],
    ['an unknown field', { query: '{ nothing }' }],
    ['a subscription', { query: 'subscription { events { id } }' }],
  ])('refuses %s: 400, and 200 for application/json', async (_what, body) => {
    for (const [accept, status] of [
      [response, 400],
      ['application/json', 200],
    ] as const) {
      const answer = await post(JSON.stringify(body), { accept });
      const result = (await answer.json()) as Record<string, unknown>;
      expect([answer.status, 'data' in result, Array.isArray(result['errors'])]).toEqual([status, false, true]);
    }
  });

  it('tells what is wrong with a variable as a fault of the input, each time', async () => {
    for (let times = 0; times < 4; times += 1) {
      const { status, errors } = await service.graphql(
        'query ($first: Int) { events(first: $first) { nodes { id } } }',
        { first: 'many' },
      );
      expect([status, errors?.[0]?.extensions?.['code']]).toEqual([400, 'BAD_USER_INPUT']);
    }
  });

  it.each([
    ['POST', '[{"query":"{__typename}"}]', 400, 'Batches'],
    ['POST', '{"query":', 400, 'not JSON'],
    ['POST', '{"query":"{__typename}","variables":[7]}', 400, 'variables'],
    ['PUT', '{"query":"{__typename}"}', 405, 'POST'],
  ])('refuses %s of %s with %i', async (method, body, status, said) => {
    const answer = await fetch(
      `${service.url}/graphql`,
      asked({ method, body, headers: { 'content-type': 'application/json' } }),
    );
    expect([answer.status, await answer.text()]).toEqual([status, expect.stringContaining(said)]);
  });

  it('does not quote a body that it cannot read', async () => {
    expect(await (await post('{"query": Jane Doe}')).text()).not.toContain('Jane');
  });

  it('reads by GET and does not write by it', async () => {
    const get = (query: string): Promise<Response> =>
      fetch(`${service.url}/graphql?query=${encodeURIComponent(query)}`, asked());
    expect((await get('{ __typename }')).status).toBe(200);
    const refused = await get('mutation { revokeKey(input: { keyId: "x" }) { __typename } }');
    expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'POST']);
  });
});
