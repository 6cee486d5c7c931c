import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Input, type Mutation, type Rapport, rapportAt, readingItsWrites } from './client.js';
import { type Somebody, dateOf, handleOf, peopleToMerge } from './people-to-merge.js';
import { type TestService, startTestService } from './service.js';

let service: TestService;
let rapport: Rapport;
let people: ReturnType<typeof peopleToMerge>;
beforeAll(async () => {
  service = await startTestService();
  rapport = readingItsWrites(rapportAt({ url: service.url, token: service.adminToken }));
  people = peopleToMerge(rapport);
});
afterAll(() => service.stop());

const reason = 'as they said';
const recorded = async (): Promise<number> =>
  (await rapport.query<{ log: { count: number } }>('{ log { count } }')).log.count;

/** What is needed to ask it of somebody: made before it is asked. */
type Asking = (who: Somebody) => Promise<Input> | Input;
const ofThem: Readonly<Partial<Record<Mutation, Asking>>> = {
  takeStep: () => ({ step: 'LISTEN' }),
  assessStance: () => ({ stance: 'CRITIC', reason }),
  recordLifecycle: () => ({ lifecycle: 'CUSTOMER', reason }),
  makeCommitment: () => ({ promise: 'a fix', dueAt: dateOf(90), occurredAt: dateOf(1) }),
  recordSurveyAnswer: () => ({ survey: 'spring', score: 3 }),
  assignOwner: async () => ({ ownerId: (await rapport.mutate('addColleague', { name: 'Kim' })).colleague.id }),
  renameStakeholder: () => ({ name: 'Somebody else' }),
  addHandle: ({ name }) => ({ handle: handleOf(`other${name}`) }),
  addExternalId: ({ name }) => ({ externalId: { system: 'crm', id: name } }),
  retireStakeholder: () => ({ reason }),
};

describe('a command that is sent again after they are two again', () => {
  it.each(Object.entries(ofThem))('%s, is answered with what happened, whichever id it names', async (name, asking) => {
    const mutation = name as Mutation;
    const [ann, bob, eve] = [await people.somebody('Ann'), await people.somebody('Bob'), await people.somebody('Eve')];
    // Eve by way of Bob: it is recorded under Ann, who is Eve no more once Bob is parted from her.
    await people.merge(bob, eve);
    await people.merge(ann, bob);
    const input = { stakeholderId: eve.id, commandId: randomUUID(), ...(await asking(eve)) };
    const first = await rapport.mutate(mutation, input);
    expect(first).toMatchObject({ already: false, stakeholder: { id: ann.id } });
    const { position } = first;
    for (const [survivor, merged] of [
      [ann, bob],
      [bob, eve],
    ] as const) {
      await people.unmerge(survivor, merged);
      const before = await recorded();
      expect(await rapport.mutate(mutation, input)).toMatchObject({
        ...{ already: true, position, stakeholder: { id: ann.id } },
        ...('factId' in first ? { factId: first.factId } : {}),
      });
      expect(await recorded()).toBe(before);
    }
  });

  it('is known where it ended what stood in the stream of another', async () => {
    const [ann, bob] = [await people.somebody('Ann'), await people.somebody('Bob')];
    await rapport.mutate('assessStance', { stakeholderId: bob.id, stance: 'CRITIC', reason, occurredAt: dateOf(1) });
    await people.merge(ann, bob);
    const input = { stakeholderId: ann.id, reason, occurredAt: dateOf(3), commandId: randomUUID() };
    const first = await rapport.mutate('withdrawStance', input);
    expect(first).toMatchObject({ __typename: 'StanceWasWithdrawn', already: false });
    await people.unmerge(ann, bob);
    await rapport.mutate('assessStance', { stakeholderId: ann.id, stance: 'ADVOCATE', reason, occurredAt: dateOf(2) });
    const before = await recorded();
    expect(await rapport.mutate('withdrawStance', input)).toMatchObject({ already: true, factId: first.factId });
    expect(await recorded()).toBe(before);
  });

  it('is known where it said to which organisation they belong', async () => {
    const [ann, bob] = [await people.somebody('Ann'), await people.somebody('Bob')];
    const acme = await people.somebody('Acme', { kind: 'ORGANISATION' });
    const saidById = (await rapport.mutate('addColleague', { name: 'Kim' })).colleague.id;
    await people.merge(ann, bob);
    const input = { personId: bob.id, organisationId: acme.id, saidById, commandId: randomUUID() };
    const { affiliation } = await rapport.mutate('startAffiliation', input);
    expect(affiliation.person.id).toBe(ann.id);
    await people.unmerge(ann, bob);
    const before = await recorded();
    expect(await rapport.mutate('startAffiliation', input)).toMatchObject({
      already: true,
      affiliation: { id: affiliation.id, person: { id: ann.id } },
    });
    expect(await recorded()).toBe(before);
  });

  it('is refused where it says something else', async () => {
    const [ann, bob] = [await people.somebody('Ann'), await people.somebody('Bob')];
    await people.merge(ann, bob);
    const commandId = randomUUID();
    await rapport.mutate('takeStep', { stakeholderId: bob.id, step: 'LISTEN', commandId });
    await people.unmerge(ann, bob);
    expect(await rapport.mutate('takeStep', { stakeholderId: bob.id, step: 'ENGAGE', commandId })).toMatchObject({
      __typename: 'CommandIdReused',
    });
  });
});
