import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Input, type Rapport, rapportAt, readingItsWrites, ready } from './client.js';
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
const somebody = async (name = 'Mia'): Promise<string> => (await rapport.identify(name)).stakeholder.id;
const reached = (stakeholderId: string, lifecycle: string, day: number, input: Input = {}) =>
  rapport.mutate('recordLifecycle', {
    stakeholderId,
    lifecycle,
    occurredAt: dateOf(day),
    reason: 'a word',
    ...input,
  });

interface Answer {
  readonly stakeholder: { readonly lifecycle: Input | null; readonly timeline: { readonly nodes: readonly Input[] } };
  readonly lifecycleCounts: readonly { readonly lifecycle: string; readonly count: number }[];
  readonly customers: { readonly totalCount: number; readonly nodes: readonly { readonly name: string }[] };
}
const ask = (id: string, asOf: Input | null = null): Promise<Answer> =>
  rapport.query<Answer>(
    `query ($id: ID!, $asOf: AsOf) {
      stakeholder(id: $id, asOf: $asOf) { lifecycle { lifecycle occurredAt knownFrom by reason }
        timeline(where: { kinds: [LIFECYCLE_REACHED] }, orderBy: OLDEST_FIRST) { nodes { ... on LifecycleReached { lifecycle retraction { reason } } } } }
      lifecycleCounts(asOf: $asOf) { lifecycle count definition }
      customers: stakeholders(asOf: $asOf, where: { lifecycles: [CUSTOMER, REPEAT_CUSTOMER] }) { totalCount nodes { name } }
    }`,
    { id, asOf },
  );
const countOf = ({ lifecycleCounts }: Answer, lifecycle: string): number | undefined =>
  lifecycleCounts.find((each) => each.lifecycle === lifecycle)?.count;

describe('the lifecycle', () => {
  it('is the last word by its date, whatever the order in which it was recorded', async () => {
    const mia = await somebody();
    expect((await ask(mia)).stakeholder.lifecycle).toBeNull();
    const customer = await reached(mia, 'CUSTOMER', 10, { knownFrom: 'shop', expectedRevision: -1 });
    expect(customer).toMatchObject({ __typename: 'LifecycleWasRecorded', already: false });
    const late = await reached(mia, 'AWARE', 5);
    expect((await ask(mia)).stakeholder.lifecycle).toEqual({
      lifecycle: 'CUSTOMER',
      occurredAt: dateOf(10),
      knownFrom: 'shop',
      by: 'admin',
      reason: 'a word',
    });
    expect((await ask(mia, { validAt: dateOf(7) })).stakeholder.lifecycle).toMatchObject({ lifecycle: 'AWARE' });
    expect((await ask(mia, { validAt: dateOf(12), knownAtPosition: customer.position })).stakeholder).toMatchObject({
      lifecycle: { lifecycle: 'CUSTOMER' },
      timeline: { nodes: [{ lifecycle: 'CUSTOMER' }] },
    });
    expect((await ask(mia)).stakeholder.timeline.nodes).toMatchObject([
      { lifecycle: 'AWARE' },
      { lifecycle: 'CUSTOMER' },
    ]);
    await rapport.mutate('retractRelationshipFact', {
      stakeholderId: mia,
      factId: customer.factId,
      reason: 'somebody else',
    });
    expect((await ask(mia)).stakeholder).toMatchObject({
      lifecycle: { lifecycle: 'AWARE' },
      timeline: { nodes: [{ retraction: null }, { retraction: { reason: 'somebody else' } }] },
    });
    expect(late.position > customer.position).toBe(true);
  });

  it('is counted, and finds people, at any date', async () => {
    const before = await ask(await somebody('Nobody'), { validAt: dateOf(20) });
    const [bo, cy] = [await somebody('Bo'), await somebody('Cy')];
    await reached(bo, 'CUSTOMER', 10);
    await reached(bo, 'FORMER_CUSTOMER', 15);
    await reached(cy, 'REPEAT_CUSTOMER', 12);
    const after = await ask(bo, { validAt: dateOf(20) });
    const definition = 'lifecycle-v1';
    expect(after.lifecycleCounts).toMatchObject([
      { lifecycle: 'UNAWARE', definition },
      { lifecycle: 'AWARE', definition },
      { lifecycle: 'CONSIDERING', definition },
      { lifecycle: 'CUSTOMER', definition },
      { lifecycle: 'REPEAT_CUSTOMER', definition },
      { lifecycle: 'FORMER_CUSTOMER', definition },
    ]);
    for (const lifecycle of ['FORMER_CUSTOMER', 'REPEAT_CUSTOMER'])
      expect(countOf(after, lifecycle)).toBe((countOf(before, lifecycle) ?? 0) + 1);
    expect(countOf(after, 'CUSTOMER')).toBe(countOf(before, 'CUSTOMER'));
    expect(after.customers.nodes.map(({ name }) => name)).toEqual(['Cy']);
    expect((await ask(bo, { validAt: dateOf(11) })).customers.nodes.map(({ name }) => name)).toEqual(['Bo']);
    expect((await ask(bo, { validAt: dateOf(13) })).customers).toMatchObject({ totalCount: 2 });
  });

  it('says why, and of whom', async () => {
    const mia = await somebody();
    expect(
      await rapport.mutationRefusal('recordLifecycle', { stakeholderId: mia, lifecycle: 'CUSTOMER', reason: ' ' }),
    ).toMatchObject({ code: 'BAD_USER_INPUT', faultyPaths: ['input.reason'] });
    const nobody = Buffer.from('Stakeholder:none').toString('base64url');
    expect(await reached(nobody, 'AWARE', 1)).toMatchObject({ __typename: 'StakeholderNotFound' });
  });
});
