import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Keys } from '../src/access/keys.js';
import { EVENT_STORE, TRANSACTIONS } from '../src/tokens.js';
import { ProbeModule } from './probe.js';
import { type TestService, startTestService } from './service.js';

const byTest = { actor: 'test', actorKind: 'person', credential: 'test', correlationId: 'test' } as const;
const lift =
  'mutation { liftStone(input: { colour: GREEN, found: "2024-01-01T00:00:00Z", parts: [] }) { __typename } }';

let service: TestService;
beforeAll(async () => {
  service = await startTestService({ also: [ProbeModule] });
});
afterAll(() => service.stop());

const codeOf = ({
  errors,
}: {
  readonly errors: readonly { readonly extensions?: Readonly<Record<string, unknown>> }[] | undefined;
}): unknown => errors?.[0]?.extensions?.['code'];

describe('access', () => {
  it('is refused without a key, and nothing more is said', async () => {
    const answer = await service.graphql('{ __typename }', {}, null);
    expect([answer.status, codeOf(answer), answer.headers.get('www-authenticate')]).toEqual([
      401,
      'UNAUTHENTICATED',
      'Bearer realm="rapport"',
    ]);
    expect(answer.data).toBeUndefined();
  });

  it.each([
    ['of another shape', () => 'secret'],
    ['that was never made', () => 'rapport_00000000-0000-4000-8000-000000000000_' + 'A'.repeat(43)],
    ['with another secret', () => service.adminToken.replace(/.{4}$/, (end) => (end === 'AAAA' ? 'BBBB' : 'AAAA'))],
  ])('is refused with a key %s', async (_what, token) => {
    const answer = await service.graphql('{ __typename }', {}, token());
    expect([answer.status, codeOf(answer), answer.headers.get('www-authenticate')]).toEqual([
      401,
      'UNAUTHENTICATED',
      'Bearer realm="rapport", error="invalid_token"',
    ]);
  });

  it('is refused before the body is read', async () => {
    const { status } = await fetch(`${service.url}/graphql`, {
      method: 'POST',
      body: '{',
      headers: { 'content-type': 'application/json' },
    });
    expect(status).toBe(401);
  });

  it.each(['/', '/nothing', '/graphql?query={__typename}'])('to %s takes a key', async (path) =>
    expect((await fetch(`${service.url}${path}`)).status).toBe(401),
  );

  it.each(['/healthz', '/readyz', '/metrics', '/graphiql', '/graphiql/key.js'])('to %s takes none', async (path) =>
    // Just started, the service may not be ready yet.
    expect([200, 503]).toContain((await fetch(`${service.url}${path}`)).status),
  );

  it('of a reader is to queries, of a recorder to mutations too', async () => {
    const reader = await service.makeKey('reader', 'dashboard');
    const recorder = await service.makeKey('recorder', 'crm');
    expect((await service.graphql('{ whoAmI }', {}, reader.token)).data).toEqual({ whoAmI: 'dashboard, reader' });
    const refused = await service.graphql(lift, {}, reader.token);
    expect([refused.status, codeOf(refused)]).toEqual([200, 'FORBIDDEN']);
    expect((await service.graphql(lift, {}, recorder.token)).data).toEqual({ liftStone: { __typename: 'Stone' } });
  });

  it('ends within a second of the revocation, also by another process', async () => {
    const { id, token } = await service.makeKey('reader');
    expect((await service.graphql('{ __typename }', {}, token)).status).toBe(200);
    // Another register, as another process has one.
    const others = new Keys(service.app.get(EVENT_STORE), service.app.get(TRANSACTIONS));
    expect(await others.revoke(id, byTest)).toBe(true);
    await sleep(1_000);
    expect((await service.graphql('{ __typename }', {}, token)).status).toBe(401);
  });

  it('is given and taken by administrators alone', async () => {
    const make =
      'mutation ($input: MakeKeyInput!) { makeKey(input: $input) { __typename ... on KeyMade { keyId token already position } } }';
    const input = { commandId: 'k-1', name: 'feed', role: 'READER' };
    const recorder = await service.makeKey('recorder');
    expect(codeOf(await service.graphql(make, { input }, recorder.token))).toBe('FORBIDDEN');
    expect(codeOf(await service.graphql('{ keys { id } }', {}, recorder.token))).toBe('FORBIDDEN');

    const made = (await service.graphql<{ makeKey: { keyId: string; token: string } }>(make, { input })).data.makeKey;
    expect((await service.graphql('{ whoAmI }', {}, made.token)).data).toEqual({ whoAmI: 'feed, reader' });
    expect((await service.graphql(make, { input })).data).toEqual({ makeKey: { ...made, already: true, token: null } });
    expect((await service.graphql(make, { input: { ...input, role: 'ADMIN' } })).data).toEqual({
      makeKey: { __typename: 'CommandIdReused' },
    });

    const revoke = 'mutation ($input: RevokeKeyInput!) { revokeKey(input: $input) { __typename } }';
    expect((await service.graphql(revoke, { input: { keyId: made.keyId } })).data).toEqual({
      revokeKey: { __typename: 'KeyRevoked' },
    });
    expect((await service.graphql('{ whoAmI }', {}, made.token)).status).toBe(401);
    const { data } = await service.graphql<{ keys: { id: string; name: string; revokedAt: string | null }[] }>(
      '{ keys { id name role madeAt revokedAt } }',
    );
    expect(data.keys.find(({ id }) => id === made.keyId)).toMatchObject({
      name: 'feed',
      role: 'READER',
      revokedAt: expect.any(String),
    });
  });

  it('lists who has it', async () => {
    const keys = await service.app.get(Keys).list();
    expect(keys[0]).toMatchObject({ name: 'admin', role: 'admin', revokedAt: null });
    expect(keys.some(({ revokedAt }) => revokedAt !== null)).toBe(true);
    expect(JSON.stringify(keys)).not.toContain('secret');
  });

  it('is told in the log by hash alone', async () => {
    const { data } = await service.graphql<{ events: { nodes: { type: string; data: object }[] } }>(
      '{ events(first: 100, where: { types: ["KeyMade"] }) { nodes { type data } } }',
    );
    expect(data.events.nodes.length).toBeGreaterThan(1);
    expect(JSON.stringify(data)).not.toContain('ecret');
  });
});

describe('the first admin key', () => {
  it("is made once, is its owner's alone, and works after a restart", async () => {
    const first = await startTestService();
    const path = join(first.dataFolder, 'admin.key');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await first.stop(true);

    const second = await startTestService({ dataFolder: first.dataFolder });
    expect(second.adminToken).toBe(first.adminToken);
    expect((await second.graphql('{ __typename }')).status).toBe(200);
    expect(await second.app.get(Keys).list()).toHaveLength(1);
    await second.stop(true);

    // Lost, it is not made again by itself.
    await rm(path);
    await expect(startTestService({ dataFolder: first.dataFolder })).rejects.toMatchObject({ code: 'ENOENT' });
    await rm(first.dataFolder, { recursive: true, force: true });
  });

  it('that a crash left in its file before it was recorded is taken up', async () => {
    const first = await startTestService();
    const token = await readFile(join(first.dataFolder, 'admin.key'), 'utf8');
    await first.stop(true);
    for (const file of ['events.db', 'events.db-wal', 'events.db-shm'])
      await rm(join(first.dataFolder, file), { force: true });
    await rm(join(first.dataFolder, 'claims.key'), { force: true });
    const second = await startTestService({ dataFolder: first.dataFolder });
    expect(`${second.adminToken}\n`).toBe(token);
    expect((await second.graphql('{ __typename }')).status).toBe(200);
    await second.stop();
  });
});
