import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Input, type Rapport, type Shown, rapportAt, readingItsWrites } from './client.js';
import { type Somebody, byHandle, dateOf, handleOf, peopleToMerge } from './people-to-merge.js';
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

const reason = 'one person';

interface Told {
  readonly stakeholder: Shown & {
    readonly firstInteractionAt: string;
    readonly lastInteractionAt: string;
    readonly timeline: { readonly totalCount: number; readonly nodes: readonly { readonly occurredAt: string }[] };
    readonly merges: readonly {
      readonly mergedId: string;
      readonly mergedName: string;
      readonly mergedBy: string;
      readonly mergedReason: string;
      readonly unmergedReason: string | null;
      readonly staying: { readonly totalCount: number; readonly nodes: readonly { readonly subject: string }[] };
    }[];
  };
}
interface Paged {
  readonly stakeholder: {
    readonly timeline: { readonly nodes: readonly { readonly occurredAt: string }[]; readonly pageInfo: Input };
  };
}
const told = async (id: string, asOf?: Input): Promise<Told['stakeholder']> =>
  (
    await rapport.query<Told>(
      `query ($id: ID!, $asOf: AsOf) { stakeholder(id: $id, asOf: $asOf) {
        id name interactionCount firstInteractionAt lastInteractionAt step revision handles { address } externalIds { id }
        timeline(first: 100, where: { kinds: [INTERACTION, STEP_TAKEN] }) { totalCount
          nodes { ... on Interaction { occurredAt } ... on StepTaken { occurredAt } } }
        merges { mergedId mergedName mergedBy mergedReason unmergedReason staying { totalCount nodes { subject } }
          stayingFacts { ... on StepTaken { step } ... on StanceAssessed { stance } } } } }`,
      { id, ...(asOf === undefined ? {} : { asOf }) },
    )
  ).stakeholder;
const found = async (where: Input): Promise<readonly string[]> =>
  (
    await rapport.query<{ stakeholders: { nodes: readonly Somebody[] } }>(
      'query ($where: StakeholderFilter) { stakeholders(first: 100, where: $where) { totalCount nodes { id name } } }',
      { where },
    )
  ).stakeholders.nodes.map(({ id }) => id);

describe('two who are merged', () => {
  it('are one by every id, handle and external id, and one in every list', async () => {
    const crm = randomUUID();
    const [ann, bob] = [
      await people.somebody('Ann'),
      await people.somebody('Bob', { externalIds: [{ system: 'crm', id: crm }], handles: undefined }),
    ];
    await rapport.mutate('addHandle', { stakeholderId: bob.id, handle: handleOf(bob.name) });
    const outcome = await people.merge(ann, bob);
    expect(outcome).toMatchObject({ __typename: 'StakeholdersMerged', already: false, stakeholder: { id: ann.id } });
    const { node, nodes, byHandle, byExternalId } = await rapport.query<{
      node: Shown;
      nodes: readonly Shown[];
      byHandle: readonly Shown[];
      byExternalId: Shown;
    }>(
      `query ($id: ID!, $other: ID!, $handles: [HandleInput!]!, $crm: String!) {
        node(id: $id) { id } nodes(ids: [$id, $other]) { id } byHandle: stakeholdersByHandle(handles: $handles) { id }
        byExternalId: stakeholder(externalId: { system: "crm", id: $crm }) { id } }`,
      { id: bob.id, other: ann.id, handles: [handleOf(bob.name), handleOf(ann.name)], crm },
    );
    expect([node, ...nodes, ...byHandle, byExternalId].map(({ id }) => id)).toEqual(Array(6).fill(ann.id));
    for (const { name } of [ann, bob]) expect(await found({ text: name })).toEqual([ann.id]);
    // Words of one and of the other: they are one.
    expect(await found({ text: `${ann.name} ${bob.name}`, channel: 'EMAIL' })).toEqual([ann.id]);
    expect(await told(bob.id)).toMatchObject({
      name: ann.name,
      handles: [{ address: `${ann.name}@example.org` }, { address: `${bob.name}@example.org` }],
      externalIds: [{ id: crm }],
      merges: [
        { mergedId: bob.id, mergedName: bob.name, mergedBy: 'admin', mergedReason: reason, unmergedReason: null },
      ],
    });
    expect(await people.merge(bob, ann)).toMatchObject({ already: true, stakeholder: { id: ann.id } });
  });

  it('have one timeline, in which what passed with both is once', async () => {
    const [ann, bob] = [await people.somebody('Ann'), await people.somebody('Bob')];
    await people.say(byHandle(ann), 2);
    await people.say(byHandle(bob), 1);
    await people.say(byHandle(bob), 5);
    await rapport.record({
      with: [byHandle(ann), byHandle(bob)],
      direction: 'OUTBOUND',
      occurredAt: dateOf(3),
    });
    await rapport.mutate('takeStep', { stakeholderId: ann.id, step: 'LISTEN', occurredAt: dateOf(2) });
    await rapport.mutate('takeStep', { stakeholderId: bob.id, step: 'ENGAGE', occurredAt: dateOf(4) });
    const before = await told(ann.id);
    const { position } = await people.merge(ann, bob);
    const together = {
      interactionCount: 4,
      firstInteractionAt: dateOf(1),
      lastInteractionAt: dateOf(5),
      step: 'ENGAGE',
      timeline: { totalCount: 6 },
    };
    expect(await told(bob.id)).toMatchObject(together);
    const { timeline } = await told(ann.id);
    expect(timeline.nodes.map(({ occurredAt }) => occurredAt)).toEqual([5, 4, 3, 2, 2, 1].map(dateOf));
    // Page by page it is the same, from either end.
    for (const [size, edge] of [
      ['first', 'after'],
      ['last', 'before'],
    ] as const) {
      const dates: string[] = [];
      for (let cursor: string | null = null; ;) {
        const answer: Paged = await rapport.query<Paged>(
          `query ($id: ID!, $cursor: String) { stakeholder(id: $id) { timeline(${size}: 2, ${edge}: $cursor, where: { kinds: [INTERACTION, STEP_TAKEN] }) {
              nodes { ... on Interaction { occurredAt } ... on StepTaken { occurredAt } }
              pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }`,
          { id: ann.id, cursor },
        );
        const { nodes, pageInfo } = answer.stakeholder.timeline;
        const page = nodes.map(({ occurredAt }) => occurredAt);
        if (size === 'first') dates.push(...page);
        else dates.unshift(...page);
        if (!pageInfo[size === 'first' ? 'hasNextPage' : 'hasPreviousPage']) break;
        cursor = String(pageInfo[size === 'first' ? 'endCursor' : 'startCursor']);
      }
      expect(dates).toEqual([5, 4, 3, 2, 2, 1].map(dateOf));
    }
    const ordinal = Number.parseInt(position.slice(17), 16) - 1;
    const asOf = { knownAtPosition: `${position.slice(0, 17)}${ordinal.toString(16).padStart(14, '0')}` };
    expect(await told(ann.id, asOf)).toMatchObject({ interactionCount: 2, timeline: { totalCount: 3 }, merges: [] });
    expect((await told(ann.id, asOf)).timeline).toEqual(before.timeline);
    expect(await told(bob.id, asOf)).toMatchObject({ name: bob.name, interactionCount: 3 });
  });

  it('are two again as they were, each with what was recorded meanwhile through their handles', async () => {
    const [ann, bob] = [await people.somebody('Ann'), await people.somebody('Bob')];
    await people.say(byHandle(ann), 2);
    await people.say(byHandle(bob), 1);
    const before = [await told(ann.id), await told(bob.id)];
    await people.merge(ann, bob);
    await people.unmerge(ann, bob);
    const after = [await told(ann.id), await told(bob.id)];
    const plain = ({ merges: _, revision: __, ...rest }: Told['stakeholder']) => rest;
    expect(after.map(plain)).toEqual(before.map(plain));
    await people.merge(ann, bob);
    await people.say(byHandle(bob), 4, { subject: 'by handle' });
    await people.say({ stakeholderId: bob.id }, 5, { subject: 'by id' });
    await rapport.mutate('takeStep', { stakeholderId: bob.id, step: 'ENGAGE', occurredAt: dateOf(4) });
    const staying = { totalCount: 1, nodes: [{ subject: 'by id' }] };
    expect((await told(bob.id)).merges[0]).toMatchObject({ staying, stayingFacts: [{ step: 'ENGAGE' }] });
    expect(await people.unmerge(ann, bob)).toMatchObject({
      __typename: 'StakeholderUnmerged',
      stakeholder: { id: ann.id, interactionCount: 2, step: 'ENGAGE' },
      unmerged: { id: bob.id, name: bob.name, interactionCount: 2, step: null },
    });
    expect((await told(ann.id)).merges).toMatchObject([
      {
        mergedId: bob.id,
        mergedName: bob.name,
        unmergedReason: 'two after all',
        staying,
        stayingFacts: [{ step: 'ENGAGE' }],
      },
      { mergedId: bob.id, staying: { totalCount: 0 }, stayingFacts: [] },
    ]);
    expect(await people.unmerge(ann, bob)).toMatchObject({ __typename: 'NotMerged' });
  });

  it('take back and withdraw what was decided about either', async () => {
    const [ann, bob] = [await people.somebody('Ann'), await people.somebody('Bob')];
    const { factId } = await rapport.mutate('takeStep', { stakeholderId: bob.id, step: 'LISTEN' });
    await rapport.mutate('assessStance', { stakeholderId: bob.id, stance: 'CRITIC', reason, occurredAt: dateOf(1) });
    await people.merge(ann, bob);
    expect(await rapport.mutate('retractRelationshipFact', { stakeholderId: ann.id, factId, reason })).toMatchObject({
      __typename: 'RelationshipFactRetracted',
      stakeholder: { step: null },
    });
    const withdrawal = { stakeholderId: ann.id, reason, occurredAt: dateOf(2) };
    expect(await rapport.mutate('withdrawStance', withdrawal)).toMatchObject({ __typename: 'StanceWasWithdrawn' });
    expect(await rapport.mutate('withdrawStance', withdrawal)).toMatchObject({ __typename: 'NoStanceToWithdraw' });
  });

  it('have the owner of who remains, else of the other', async () => {
    const [ann, bob] = [await people.somebody('Ann'), await people.somebody('Bob')];
    const ownerId = (await rapport.mutate('addColleague', { name: 'Kim' })).colleague.id;
    const other = (await rapport.mutate('addColleague', { name: 'Lee' })).colleague.id;
    await rapport.mutate('assignOwner', { stakeholderId: bob.id, ownerId });
    await people.merge(ann, bob);
    expect(await rapport.stakeholder(ann.id)).toMatchObject({ owner: { id: ownerId }, ownershipRevision: 0 });
    expect(await found({ ownerId, owned: true })).toEqual([ann.id]);
    expect(await rapport.mutate('assignOwner', { stakeholderId: ann.id, ownerId: other })).toMatchObject({
      __typename: 'OwnedAlready',
    });
    expect(await rapport.mutate('handOver', { stakeholderId: ann.id, toId: other, reason })).toMatchObject({
      stakeholder: { id: ann.id, owner: { id: other } },
    });
    await people.unmerge(ann, bob);
    expect(await rapport.stakeholder(bob.id)).toMatchObject({ owner: { id: other } });
    expect(await rapport.stakeholder(ann.id)).toMatchObject({ owner: null });
    await rapport.mutate('assignOwner', { stakeholderId: ann.id, ownerId });
    await people.merge(ann, bob);
    expect(await rapport.stakeholder(ann.id)).toMatchObject({ owner: { id: ownerId } });
    expect(await found({ ownerId: other })).toEqual([]);
    // Released, there is the other's.
    expect(await rapport.mutate('releaseOwner', { stakeholderId: ann.id, reason })).toMatchObject({
      __typename: 'OwnerWasReleased',
      stakeholder: { owner: { id: other } },
    });
    expect(await found({ ownerId: other })).toEqual([ann.id]);
  });

  it('take one place in a tier; once they are two, each has theirs, and it may hold more than it has places', async () => {
    const tier = `t-${randomUUID().slice(0, 8)}`;
    await rapport.mutate('defineTier', { name: tier, capacity: 2 });
    const ownerId = (await rapport.mutate('addColleague', { name: 'Kim' })).colleague.id;
    const [ann, bob, cy, di] = [
      await people.somebody('Ann'),
      await people.somebody('Bob'),
      await people.somebody('Cy'),
      await people.somebody('Di'),
    ];
    const assign = ({ id }: Somebody) => rapport.mutate('assignOwner', { stakeholderId: id, ownerId, tier });
    const taken = async (asOf: Input = {}): Promise<number | undefined> =>
      (
        await rapport.query<{ tiers: readonly { name: string; taken: number }[] }>(
          'query ($asOf: AsOf) { tiers(asOf: $asOf) { name taken } }',
          { asOf },
        )
      ).tiers.find(({ name }) => name === tier)?.taken;
    await assign(ann);
    const { position } = await assign(bob);
    expect(await assign(cy)).toMatchObject({ __typename: 'TierFull' });
    await people.merge(ann, bob);
    expect([await taken(), await found({ tier })]).toEqual([1, [ann.id]]);
    expect(await taken({ knownAtPosition: position })).toBe(2);
    expect(await assign(cy)).toMatchObject({ __typename: 'OwnerWasAssigned', stakeholder: { tier } });
    const full = await assign(di);
    expect(full).toMatchObject({ __typename: 'TierFull', capacity: 2 });
    expect(full.holders.map(({ stakeholder }) => stakeholder.id)).toEqual([ann.id, cy.id]);
    expect(await taken()).toBe(2);
    await people.unmerge(ann, bob);
    expect([await taken(), (await found({ tier })).toSorted()]).toEqual([3, [ann.id, bob.id, cy.id].toSorted()]);
    expect((await assign(di)).holders).toHaveLength(3);
  });
});

describe('a merge', () => {
  it('is refused for what cannot be one, with what stands in the way', async () => {
    const [ann, acme, old] = [
      await people.somebody('Ann'),
      await people.somebody('Acme', { kind: 'ORGANISATION' }),
      await people.somebody('Old'),
    ];
    await rapport.mutate('retireStakeholder', { stakeholderId: old.id, reason });
    const nobody = { id: Buffer.from(`Stakeholder:${randomUUID()}`).toString('base64url'), name: 'Nobody' };
    expect(await people.merge(ann, ann)).toMatchObject({ __typename: 'SameStakeholder' });
    expect(await people.merge(ann, acme)).toMatchObject({ __typename: 'KindsDiffer' });
    expect(await people.merge(old, ann)).toMatchObject({
      __typename: 'SurvivorIsRetired',
      stakeholder: { id: old.id },
    });
    expect(await people.merge(ann, nobody)).toMatchObject({
      __typename: 'StakeholderNotFound',
      stakeholderId: nobody.id,
    });
    const malformed = { survivorId: ann.id, mergedId: 'x', reason: ' ' };
    expect(await rapport.mutationRefusal('mergeStakeholders', malformed)).toMatchObject({
      code: 'BAD_USER_INPUT',
      faultyPaths: ['input.reason', 'input.mergedId'],
    });
  });

  it('happens once, however often it is sent', async () => {
    const [ann, bob] = [await people.somebody('Ann'), await people.somebody('Bob')];
    const commandId = randomUUID();
    const answers = await Promise.all([people.merge(ann, bob, { commandId }), people.merge(ann, bob, { commandId })]);
    expect(answers.map(({ already }) => already).sort()).toEqual([false, true]);
    expect(await people.merge(ann, bob, { commandId, reason: 'another' })).toMatchObject({
      __typename: 'CommandIdReused',
    });
  });
});
