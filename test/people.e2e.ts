import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type Input,
  type Mutation,
  type Outcome,
  type Rapport,
  mailHandle,
  newAddress,
  rapportAt,
  readingItsWrites,
} from './client.js';
import { type TestService, startTestService } from './service.js';

let service: TestService;
let rapport: Rapport;
beforeAll(async () => {
  service = await startTestService();
  rapport = readingItsWrites(rapportAt({ url: service.url, token: service.adminToken }));
});
afterAll(() => service.stop());

const stranger = Buffer.from(`Stakeholder:${randomUUID()}`).toString('base64url');
const email = (address: string): Input => ({ channel: 'EMAIL', address });

describe('identifyStakeholder', () => {
  it('identifies a person or an organisation with what is theirs', async () => {
    const [address, id] = [newAddress(), randomUUID()];
    const answer = await rapport.identify('Acme', {
      kind: 'ORGANISATION',
      handles: [email(address), { channel: 'FORUM', site: 'forum.example', address: 'acme' + id }],
      externalIds: [{ system: 'crm', id }],
    });
    expect(answer).toMatchObject({
      __typename: 'StakeholderIdentified',
      already: false,
      stakeholder: {
        name: 'Acme',
        revision: 0,
        relationshipRevision: -1,
        ownershipRevision: -1,
        tier: null,
        owner: null,
        interactionCount: 0,
        step: null,
        retired: false,
        handles: [
          { channel: 'EMAIL', site: null, address },
          { channel: 'FORUM', site: 'forum.example', address: 'acme' + id },
        ],
        externalIds: [{ system: 'crm', id }],
        standing: { stance: 'UNKNOWN', tone: null, since: null, assessedBy: null, disputed: false },
      },
    });
    expect(answer.stakeholder.liveId).toBe(answer.stakeholder.id);
  });

  it('refuses a handle or external id of somebody else, naming the holder, and keeps no part of it', async () => {
    const [address, free, id] = [newAddress(), newAddress(), randomUUID()];
    const { stakeholder: holder } = await rapport.identify('Ann', {
      handles: [email(address)],
      externalIds: [{ system: 'crm', id }],
    });
    expect(await rapport.identify('Bo', { handles: [email(free), email(address.toUpperCase())] })).toMatchObject({
      __typename: 'HandleTaken',
      message: 'This handle belongs to Ann.',
      holder: { id: holder.id, name: 'Ann' },
    });
    expect(
      await rapport.identify('Bo', { handles: [email(free)], externalIds: [{ system: 'CRM', id }] }),
    ).toMatchObject({
      __typename: 'ExternalIdTaken',
      holder: { id: holder.id },
    });
    expect(await rapport.identify('Cy', { handles: [email(free)] })).toMatchObject({
      __typename: 'StakeholderIdentified',
    });
  });

  it('lets one have a set of handles that many ask for at once', async () => {
    const [a, b] = [newAddress('a'), newAddress('b')];
    const answers = await Promise.all(
      Array.from({ length: 24 }, (_, index) =>
        rapport.identify(`Number ${index}`, { handles: index % 2 === 0 ? [email(a), email(b)] : [email(b), email(a)] }),
      ),
    );
    const winners = answers.filter(({ __typename }) => __typename === 'StakeholderIdentified');
    expect(winners).toHaveLength(1);
    for (const { __typename, holder } of answers)
      if (__typename !== 'StakeholderIdentified') expect(holder.id).toBe(winners[0]?.stakeholder.id);
  });
});

describe('who somebody is', () => {
  const cases: readonly [Mutation, Input, Input, string][] = [
    ['renameStakeholder', { name: 'Anna' }, { name: 'Hanna' }, 'StakeholderRenamed'],
    ['addHandle', { handle: email('new@a.example') }, { handle: email('newer@a.example') }, 'HandleAdded'],
    ['removeHandle', { handle: email('old@a.example') }, { handle: email('older@a.example') }, 'HandleRemoved'],
    [
      'addExternalId',
      { externalId: { system: 'crm', id: 'new' } },
      { externalId: { system: 'crm', id: 'newer' } },
      'ExternalIdAdded',
    ],
    [
      'removeExternalId',
      { externalId: { system: 'crm', id: 'old' } },
      { externalId: { system: 'crm', id: 'older' } },
      'ExternalIdRemoved',
    ],
    ['retireStakeholder', { reason: 'moved away' }, { reason: 'died' }, 'StakeholderRetired'],
  ];
  // Each case somebody else's: values are unique.
  const own = (input: Input, salt: string): Input =>
    JSON.parse(
      JSON.stringify(input).replaceAll('@a.example', `@${salt}.example`).replaceAll('"id":"', `"id":"${salt}`),
    ) as Input;

  it.each(cases)('changes by %s, once', async (mutation, one, other, happened) => {
    const salt = randomUUID().slice(0, 8);
    const [input, another] = [own(one, salt), own(other, salt)];
    const old = own(
      {
        handles: [email('old@a.example'), email('older@a.example')],
        externalIds: [
          { system: 'crm', id: 'old' },
          { system: 'crm', id: 'older' },
        ],
      },
      salt,
    );
    const { stakeholder } = await rapport.identify('Ann', old);
    const stakeholderId = stakeholder.id;
    const commandId = randomUUID();

    const first = await rapport.mutate(mutation, { stakeholderId, commandId, expectedRevision: 0, ...input });
    expect(first).toMatchObject({
      __typename: happened,
      already: false,
      stakeholder: { id: stakeholderId, revision: 1 },
    });
    const again = await rapport.mutate(mutation, { stakeholderId, commandId, expectedRevision: 0, ...input });
    expect(again).toEqual({ ...first, already: true });
    expect(await rapport.mutate(mutation, { stakeholderId, commandId, ...another })).toMatchObject({
      __typename: 'CommandIdReused',
    });
    const refused = await rapport.mutationRefusal(mutation, { stakeholderId, expectedRevision: 0, ...another });
    expect(refused).toMatchObject({ code: 'CONFLICT', extensions: { currentRevision: 1 } });
    expect(await rapport.mutate(mutation, { stakeholderId: stranger, ...another })).toMatchObject({
      __typename: 'StakeholderNotFound',
      stakeholderId: stranger,
    });
    expect(await rapport.stakeholder(stakeholderId)).toEqual(first.stakeholder);
  });

  it.each(['renameStakeholder', 'addHandle', 'addExternalId', 'retireStakeholder'] as const)(
    'is left as it is where %s says nothing new',
    async (mutation) => {
      const salt = randomUUID().slice(0, 8);
      const [, input] = cases.find(([name]) => name === mutation) ?? [];
      const { stakeholder } = await rapport.identify('Ann');
      const asked = { stakeholderId: stakeholder.id, ...own(input ?? {}, salt) };
      await rapport.mutate(mutation, asked);
      expect(await rapport.mutate(mutation, asked)).toMatchObject({ already: true, stakeholder: { revision: 1 } });
    },
  );

  it('refuses what is held by another, or not held', async () => {
    const [address, id] = [newAddress(), randomUUID()];
    const { stakeholder: ann } = await rapport.identify('Ann', {
      handles: [email(address)],
      externalIds: [{ system: 'crm', id }],
    });
    const { stakeholder: bo } = await rapport.identify('Bo');
    const asked = { stakeholderId: bo.id, handle: email(address), externalId: { system: 'crm', id } };
    const { handle, externalId, ...bare } = asked;
    expect(await rapport.mutate('addHandle', { ...bare, handle })).toMatchObject({
      __typename: 'HandleTaken',
      holder: { id: ann.id },
    });
    expect(await rapport.mutate('removeHandle', { ...bare, handle })).toMatchObject({ __typename: 'HandleNotHeld' });
    expect(await rapport.mutate('addExternalId', { ...bare, externalId })).toMatchObject({
      __typename: 'ExternalIdTaken',
      holder: { id: ann.id },
    });
    expect(await rapport.mutate('removeExternalId', { ...bare, externalId })).toMatchObject({
      __typename: 'ExternalIdNotHeld',
    });
  });

  it('lets go of a handle that another then takes, and takes back', async () => {
    const address = newAddress();
    const { stakeholder: ann } = await rapport.identify('Ann', { handles: [email(address)] });
    const { stakeholder: bo } = await rapport.identify('Bo');
    for (const [from, to] of [
      [ann, bo],
      [bo, ann],
      [ann, bo],
    ] as const) {
      expect(
        (await rapport.mutate('removeHandle', { stakeholderId: from.id, handle: email(address) })).__typename,
      ).toBe('HandleRemoved');
      expect((await rapport.mutate('addHandle', { stakeholderId: to.id, handle: email(address) })).__typename).toBe(
        'HandleAdded',
      );
      const { interaction } = await rapport.record({ with: [mailHandle(address)] });
      expect(interaction.participants[0]?.stakeholder.id).toBe(to.id);
    }
  });

  it('keeps what is recorded about the retired', async () => {
    const address = newAddress();
    const { stakeholder } = await rapport.identify('Ann', { handles: [email(address)] });
    await rapport.mutate('retireStakeholder', { stakeholderId: stakeholder.id, reason: 'moved away' });
    const later = await rapport.record({ tone: 0.9, with: [mailHandle(address)] });
    expect(later.interaction.participants[0]?.stakeholder.id).toBe(stakeholder.id);
    expect(await rapport.stakeholder(stakeholder.id, { atLeast: later.position })).toMatchObject({
      retired: true,
      interactionCount: 1,
    });
  });
});

describe('stakeholders', () => {
  let salt: string;
  const people: Outcome[] = [];
  beforeAll(async () => {
    salt = `q${randomUUID().slice(0, 8)}`;
    const named = ['Zoë Ångström', 'Émile Zola', 'ada Lovelace', 'Bob O’Neil', 'Straße AG'];
    for (const [index, name] of named.entries()) {
      people.push(
        await rapport.identify(`${name} ${salt}`, {
          kind: name.endsWith('AG') ? 'ORGANISATION' : 'PERSON',
          handles:
            index === 0
              ? [email(`zoe@${salt}.example`)]
              : index === 1
                ? [{ channel: 'MICROBLOG', address: `@emile_${salt}` }]
                : [],
        }),
      );
    }
    await rapport.mutate('retireStakeholder', { stakeholderId: people[3]?.stakeholder.id, reason: 'left' });
    await rapport.record({
      tone: -1,
      occurredAt: '2024-05-01T00:00:00Z',
      with: [{ stakeholderId: people[0]?.stakeholder.id }],
    });
    await rapport.record({
      tone: 0.9,
      occurredAt: '2023-05-01T00:00:00Z',
      with: [{ stakeholderId: people[1]?.stakeholder.id }],
    });
  });

  const namesBy = async (where: Input, orderBy = 'NAME'): Promise<readonly string[]> => {
    const { stakeholders } = await rapport.query<{ stakeholders: { totalCount: number; nodes: { name: string }[] } }>(
      'query ($where: StakeholderFilter, $orderBy: StakeholderOrder) { stakeholders(where: $where, orderBy: $orderBy, first: 100) { totalCount nodes { name } } }',
      { where: { ...where, text: `${typeof where['text'] === 'string' ? where['text'] : ''} ${salt}` }, orderBy },
    );
    expect(stakeholders.totalCount).toBe(stakeholders.nodes.length);
    return stakeholders.nodes.map(({ name }) => name.replace(` ${salt}`, ''));
  };

  it.each([
    ['zoe', ['Zoë Ångström']],
    ['ANGSTROM', ['Zoë Ångström']],
    ['ångs zo', ['Zoë Ångström']],
    ['emi', ['Émile Zola']],
    ['zo', ['Émile Zola', 'Zoë Ångström']],
    ['neil', ['Bob O’Neil']],
    ['ngstrom', []],
    ['zoe example', ['Zoë Ångström']],
    ['" OR 1=1 --', []],
    ['%', ['ada Lovelace', 'Bob O’Neil', 'Émile Zola', 'Straße AG', 'Zoë Ångström']],
  ])('are found by words: %s', async (text, names) => {
    expect(await namesBy({ text })).toEqual(names);
  });

  it('are filtered', async () => {
    expect(await namesBy({ kind: 'ORGANISATION' })).toEqual(['Straße AG']);
    expect(await namesBy({ retired: true })).toEqual(['Bob O’Neil']);
    expect(await namesBy({ retired: false, kind: 'PERSON' })).toEqual(['ada Lovelace', 'Émile Zola', 'Zoë Ångström']);
    expect(await namesBy({ channel: 'MICROBLOG' })).toEqual(['Émile Zola']);
    expect(await namesBy({ stances: ['DETRACTOR', 'CRITIC'] })).toEqual(['Zoë Ångström']);
    expect(await namesBy({ stances: ['UNKNOWN'] })).toEqual(['ada Lovelace', 'Bob O’Neil', 'Straße AG']);
    expect(await namesBy({ interactionSince: '2024-01-01T00:00:00Z' })).toEqual(['Zoë Ångström']);
    expect(await namesBy({ interactionSince: '2023-05-01T00:00:00Z', stances: ['SUPPORTER'] })).toEqual(['Émile Zola']);
  });

  it('come in each order', async () => {
    const byName = ['ada Lovelace', 'Bob O’Neil', 'Émile Zola', 'Straße AG', 'Zoë Ångström'];
    const byTime = ['Zoë Ångström', 'Émile Zola', 'ada Lovelace', 'Bob O’Neil', 'Straße AG'];
    expect(await namesBy({})).toEqual(byName);
    expect(await namesBy({}, 'NAME_DESCENDING')).toEqual([...byName].reverse());
    expect(await namesBy({}, 'IDENTIFIED_AT')).toEqual(byTime);
    expect(await namesBy({}, 'IDENTIFIED_AT_DESCENDING')).toEqual([...byTime].reverse());
  });

  it('come in pages both ways, and stay in place while others arrive', async () => {
    interface Paged {
      readonly stakeholders: {
        readonly nodes: readonly { readonly name: string }[];
        readonly pageInfo: {
          readonly endCursor: string;
          readonly startCursor: string;
          readonly hasNextPage: boolean;
          readonly hasPreviousPage: boolean;
        };
      };
    }
    const page = (args: string): Promise<Paged> =>
      rapport.query(
        `{ stakeholders(where: { text: "${salt}" }, ${args}) { nodes { name } pageInfo { startCursor endCursor hasNextPage hasPreviousPage } } }`,
      );
    const first = await page('first: 2');
    expect(first.stakeholders.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
    const latecomer = await rapport.identify(`Aaron ${salt}`);
    const second = await page(`first: 2, after: "${first.stakeholders.pageInfo.endCursor}"`);
    const third = await page(`first: 2, after: "${second.stakeholders.pageInfo.endCursor}"`);
    expect(
      [...first.stakeholders.nodes, ...second.stakeholders.nodes, ...third.stakeholders.nodes].map(({ name }) =>
        name.replace(` ${salt}`, ''),
      ),
    ).toEqual(['ada Lovelace', 'Bob O’Neil', 'Émile Zola', 'Straße AG', 'Zoë Ångström']);
    expect(third.stakeholders.pageInfo.hasNextPage).toBe(false);
    const back = await page(`last: 2, before: "${third.stakeholders.pageInfo.startCursor}"`);
    expect(back.stakeholders.nodes).toEqual(second.stakeholders.nodes);
    expect(back.stakeholders.pageInfo.hasPreviousPage).toBe(true);
    expect(latecomer.already).toBe(false);
  });

  it('are asked for by handle and by external id, in the order asked', async () => {
    const { stakeholdersByHandle } = await rapport.query<{
      stakeholdersByHandle: readonly ({ name: string } | null)[];
    }>('query ($handles: [HandleInput!]!) { stakeholdersByHandle(handles: $handles) { name } }', {
      handles: [
        { channel: 'MICROBLOG', address: `EMILE_${salt}` },
        email('nobody@nowhere.example'),
        email(`ZOE@${salt}.example`),
      ],
    });
    expect(stakeholdersByHandle).toEqual([{ name: `Émile Zola ${salt}` }, null, { name: `Zoë Ångström ${salt}` }]);
  });
});
