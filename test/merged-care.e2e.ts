import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Input, type Outcome, type Rapport, rapportAt, readingItsWrites, ready } from './client.js';
import { type TestService, startTestService } from './service.js';

let service: TestService;
let rapport: Rapport;
beforeAll(async () => {
  service = await startTestService();
  rapport = readingItsWrites(rapportAt({ url: service.url, token: service.adminToken }));
  await ready(rapport);
});
afterAll(() => service.stop());

const dateOf = (day: number): string => new Date(Date.UTC(2024, 0, day)).toISOString();
const reason = 'as they said';

/** One person on record twice, with something promised, known and forbidden under each id; the first remains. */
const mergedTwice = async (): Promise<{ readonly ada: string; readonly old: string }> => {
  const [ada, old] = [
    (await rapport.identify('Ada')).stakeholder.id,
    (await rapport.identify('Ada L.')).stakeholder.id,
  ];
  const ask = (mutation: Parameters<Rapport['mutate']>[0], stakeholderId: string, day: number, input: Input) =>
    rapport.mutate(mutation, { stakeholderId, occurredAt: dateOf(day), ...input });
  await ask('makeCommitment', ada, 1, { promise: 'a fix', dueAt: dateOf(20) });
  await ask('makeCommitment', old, 2, { promise: 'a call', dueAt: dateOf(10) });
  await ask('recordConnection', old, 3, { kind: 'PAID' });
  await ask('recordLifecycle', ada, 3, { lifecycle: 'AWARE', reason });
  await ask('recordLifecycle', old, 4, { lifecycle: 'CUSTOMER', reason });
  await ask('forbidContact', old, 5, { saidBy: 'she herself', reason });
  await rapport.mutate('mergeStakeholders', { survivorId: ada, mergedId: old, reason });
  return { ada, old };
};

const careOf = async (id: string): Promise<unknown> =>
  (
    await rapport.query<{ stakeholder: unknown }>(
      `query ($id: ID!) { stakeholder(id: $id) { commitments { totalCount nodes { promise } } connections { kind }
        lifecycle { lifecycle } contactPermitted outreaches { totalCount } } }`,
      { id },
    )
  ).stakeholder;

const plan = (stakeholderId: string): Promise<Outcome> =>
  rapport.mutate('planOutreach', { stakeholderId, plan: 'A call', occurredAt: dateOf(6), plannedFor: dateOf(9) });

it('is told over all who are one, whichever of their ids is asked', async () => {
  const { ada, old } = await mergedTwice();
  const together = {
    commitments: { totalCount: 2, nodes: [{ promise: 'a call' }, { promise: 'a fix' }] },
    connections: [{ kind: 'PAID' }],
    lifecycle: { lifecycle: 'CUSTOMER' },
    contactPermitted: false,
    outreaches: { totalCount: 0 },
  };
  expect(await careOf(ada)).toEqual(together);
  expect(await careOf(old)).toEqual(together);
  const { commitments } = await rapport.query<{ commitments: { totalCount: number } }>(
    'query ($id: ID!) { commitments(where: { stakeholderId: $id }) { totalCount } }',
    { id: ada },
  );
  expect(commitments.totalCount).toBe(2);
  const customers = await rapport.query<{ stakeholders: { nodes: readonly { id: string }[] } }>(
    '{ stakeholders(where: { lifecycles: [CUSTOMER] }) { nodes { id } } }',
  );
  expect(customers.stakeholders.nodes.map(({ id }) => id)).toContain(ada);
});

it('keeps them from being contacted, under whichever id they said so, until they permit it', async () => {
  const { ada, old } = await mergedTwice();
  expect(await plan(ada)).toMatchObject({ __typename: 'ContactNotPermitted', saidBy: 'she herself' });
  const permitted = { saidBy: 'she herself', reason, occurredAt: dateOf(6) };
  expect(await rapport.mutate('permitContact', { stakeholderId: ada, ...permitted })).toMatchObject({
    __typename: 'ContactWasPermitted',
  });
  expect(await plan(ada)).toMatchObject({ __typename: 'OutreachWasPlanned' });
  expect(await careOf(old)).toMatchObject({ contactPermitted: true, outreaches: { totalCount: 1 } });
});

it('is of each again once they are two', async () => {
  const { ada, old } = await mergedTwice();
  await rapport.mutate('unmergeStakeholder', { survivorId: ada, mergedId: old, reason });
  expect(await careOf(ada)).toMatchObject({
    commitments: { totalCount: 1 },
    connections: [],
    lifecycle: { lifecycle: 'AWARE' },
    contactPermitted: true,
  });
  expect(await careOf(old)).toMatchObject({ commitments: { totalCount: 1 }, lifecycle: { lifecycle: 'CUSTOMER' } });
});

it('is counted once of those who are one, now and as of before, and of each again once they are two', async () => {
  const tier = `t-${randomUUID().slice(0, 8)}`;
  await rapport.mutate('defineTier', { name: tier, cadenceDays: 5 });
  await rapport.mutate('setVerificationInterval', { tier, days: 10 });
  const kim = (await rapport.mutate('addColleague', { name: 'Kim' })).colleague.id;
  const lee = (await rapport.mutate('addColleague', { name: 'Lee' })).colleague.id;
  const [ada, old] = [
    (await rapport.identify('Ada')).stakeholder.id,
    (await rapport.identify('Ada L.')).stakeholder.id,
  ];
  for (const [stakeholderId, ownerId, lifecycle] of [
    [ada, kim, 'AWARE'],
    [old, lee, 'FORMER_CUSTOMER'],
  ] as const) {
    await rapport.mutate('assignOwner', { stakeholderId, ownerId, tier, occurredAt: dateOf(1) });
    await rapport.mutate('recordLifecycle', { stakeholderId, lifecycle, reason, occurredAt: dateOf(3) });
    await rapport.mutate('makeCommitment', {
      stakeholderId,
      promise: 'a fix',
      occurredAt: dateOf(1),
      dueAt: dateOf(9),
    });
  }
  await rapport.mutate('recordConnection', { stakeholderId: old, kind: 'GIFTED', occurredAt: dateOf(1) });
  const praised = { direction: 'OBSERVED', channel: 'BLOG', act: 'RECOMMENDATION' };
  for (const [stakeholderId, day] of [
    [ada, 4],
    [old, 6],
  ] as const)
    await rapport.record({ ...praised, with: [{ stakeholderId }], occurredAt: dateOf(day) });
  const { position } = await rapport.mutate('verifyRelationship', {
    ...{ stakeholderId: old, occurredAt: dateOf(2), reason },
  });

  const asked = `query ($tier: String!, $asOf: AsOf, $kim: ID!, $lee: ID!, $ada: ID!) {
    lifecycleCounts(asOf: $asOf) { lifecycle count }
    disclosures(asOf: $asOf) { nodes { occurredAt stakeholder { id } } }
    disclosureCounts(asOf: $asOf) { state count }
    dormantRelationships(asOf: $asOf, where: { tier: $tier }) { totalCount nodes { silentSince owner { name } stakeholder { id } } }
    overdueVerifications(asOf: $asOf, where: { tier: $tier }) { totalCount nodes { dueAt owner { name } stakeholder { id } } }
    kims: commitments(asOf: $asOf, where: { ownerId: $kim }) { totalCount }
    lees: commitments(asOf: $asOf, where: { ownerId: $lee }) { totalCount }
    stakeholder(id: $ada, asOf: $asOf) { verification { last { occurredAt } dueAt } }
  }`;
  type Waiting = { readonly nodes: readonly { readonly silentSince?: string; readonly dueAt?: string }[] };
  interface Counted {
    readonly dormantRelationships: Waiting;
    readonly overdueVerifications: Waiting;
    readonly lifecycleCounts: readonly { readonly lifecycle: string; readonly count: number }[];
    readonly disclosures: { readonly nodes: readonly { readonly stakeholder: { readonly id: string } }[] };
    readonly disclosureCounts: readonly { readonly count: number }[];
    readonly [other: string]: unknown;
  }
  const counted = async (asOf: Input = {}) => {
    const answer = await rapport.query<Counted>(asked, { tier, kim, lee, ada, asOf: { validAt: dateOf(40), ...asOf } });
    const { lifecycleCounts, disclosures, disclosureCounts, dormantRelationships, overdueVerifications, ...rest } =
      answer;
    const ids = new Set([ada, old].map(bare));
    const saying = (word: string): number => lifecycleCounts.find(({ lifecycle }) => lifecycle === word)?.count ?? 0;
    // In the order of their dates: it is that of the owners' ids.
    const dated = ({ nodes, ...list }: Waiting) => ({
      ...list,
      nodes: nodes.toSorted((a, b) => ((a.silentSince ?? a.dueAt ?? '') < (b.silentSince ?? b.dueAt ?? '') ? -1 : 1)),
    });
    return plain({
      ...rest,
      dormantRelationships: dated(dormantRelationships),
      overdueVerifications: dated(overdueVerifications),
      aware: saying('AWARE'),
      former: saying('FORMER_CUSTOMER'),
      disclosures: disclosures.nodes.filter(({ stakeholder }) => ids.has(bare(stakeholder.id))),
      acts: disclosureCounts.reduce((sum, { count }) => sum + count, 0),
    });
  };
  const id = (global: string) => ({ id: bare(global) });
  const before = await counted();
  expect(before).toMatchObject({
    ...{ former: 1, acts: 1 },
    disclosures: [{ occurredAt: dateOf(6), stakeholder: id(old) }],
    dormantRelationships: {
      totalCount: 2,
      nodes: [
        { silentSince: dateOf(4), stakeholder: id(ada) },
        { silentSince: dateOf(6), stakeholder: id(old) },
      ],
    },
    overdueVerifications: { totalCount: 2, nodes: [{ dueAt: dateOf(11) }, { dueAt: dateOf(12) }] },
    ...{ kims: { totalCount: 1 }, lees: { totalCount: 1 } },
    stakeholder: { verification: { last: null, dueAt: dateOf(11) } },
  });
  await rapport.mutate('mergeStakeholders', { survivorId: ada, mergedId: old, reason });
  expect(await counted()).toMatchObject({
    ...{ aware: before.aware - 1, former: 1, acts: 2 },
    disclosures: [
      { occurredAt: dateOf(6), stakeholder: id(ada) },
      { occurredAt: dateOf(4), stakeholder: id(ada) },
    ],
    dormantRelationships: {
      totalCount: 1,
      nodes: [{ silentSince: dateOf(6), owner: { name: 'Kim' }, stakeholder: id(ada) }],
    },
    overdueVerifications: {
      totalCount: 1,
      nodes: [{ dueAt: dateOf(12), owner: { name: 'Kim' }, stakeholder: id(ada) }],
    },
    ...{ kims: { totalCount: 2 }, lees: { totalCount: 0 } },
    stakeholder: { verification: { last: { occurredAt: dateOf(2) }, dueAt: dateOf(12) } },
  });
  expect(await counted({ knownAtPosition: position })).toEqual(before);
  await rapport.mutate('unmergeStakeholder', { survivorId: ada, mergedId: old, reason });
  expect(await counted()).toEqual(before);
});

/** An object read as of a past has that past in its id: what tells it from another is left. */
const bare = (globalId: string): string => Buffer.from(globalId, 'base64url').toString().replace(/~.*$/, '');
const plain = <T>(value: T): T =>
  JSON.parse(JSON.stringify(value), (key, each: unknown) => (key === 'id' ? bare(String(each)) : each)) as T;
