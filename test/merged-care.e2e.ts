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

it('can have its due date moved, under whichever id it was promised, and stays so once they are two', async () => {
  const { ada, old } = await mergedTwice();
  const dates = async (id: string) =>
    (
      await rapport.query<{ stakeholder: { commitments: { nodes: readonly Input[] } } }>(
        `query ($id: ID!, $asOf: AsOf) { stakeholder(id: $id, asOf: $asOf) { commitments { nodes { id promise dueAt state } } } }`,
        { id, asOf: { validAt: dateOf(15) } },
      )
    ).stakeholder.commitments.nodes;
  // An id of a past names that past, and the same commitment.
  const call = (await dates(ada)).find(({ promise }) => promise === 'a call');
  expect(call).toMatchObject({ dueAt: dateOf(10), state: 'OVERDUE' });
  const moved = { commitmentId: call?.['id'], dueAt: dateOf(30), occurredAt: dateOf(8), reason };
  expect(await rapport.mutate('moveCommitment', { stakeholderId: ada, ...moved })).toMatchObject({
    __typename: 'CommitmentWasMoved',
  });
  const [fix, later] = [
    { promise: 'a fix', dueAt: dateOf(20), state: 'OPEN' },
    { promise: 'a call', dueAt: dateOf(30), state: 'OPEN' },
  ];
  expect(await dates(ada)).toMatchObject([fix, later]);
  await rapport.mutate('unmergeStakeholder', { survivorId: ada, mergedId: old, reason });
  expect(await dates(ada)).toMatchObject([fix]);
  expect(await dates(old)).toMatchObject([later]);
});
