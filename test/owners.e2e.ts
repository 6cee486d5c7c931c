import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Input, type Outcome, type Rapport, rapportAt, readingItsWrites } from './client.js';
import { type TestService, startTestService } from './service.js';

let service: TestService;
let rapport: Rapport;
beforeAll(async () => {
  service = await startTestService();
  rapport = readingItsWrites(rapportAt({ url: service.url, token: service.adminToken }));
});
afterAll(() => service.stop());

const nobody = (type: string): string => Buffer.from(`${type}:${randomUUID()}`).toString('base64url');
const dateOf = (day: number): string => new Date(Date.UTC(2024, 0, day)).toISOString();
const somebody = async (name = 'Mia'): Promise<string> => (await rapport.identify(name)).stakeholder.id;
const oneOfUs = async (name: string, department?: string): Promise<string> => {
  const team =
    department === undefined
      ? {}
      : { teamId: (await rapport.mutate('nameTeam', { name: `${department} team`, department })).team.id };
  return (await rapport.mutate('addColleague', { name, ...team })).colleague.id;
};
const aTier = async (input: Input = {}): Promise<string> => {
  const name = `t-${randomUUID().slice(0, 8)}`;
  expect((await rapport.mutate('defineTier', { name, ...input })).__typename).toBe('TierDefined');
  return name;
};
const assign = (stakeholderId: string, ownerId: string, input: Input = {}): Promise<Outcome> =>
  rapport.mutate('assignOwner', { stakeholderId, ownerId, occurredAt: dateOf(1), ...input });

describe('a tier', () => {
  it('is executive with five places from the first, and others as they are defined', async () => {
    const name = await aTier({ capacity: 2, cadenceDays: 30 });
    const { tiers } = await rapport.query<{ tiers: readonly { name: string }[] }>(
      '{ tiers { name capacity cadenceDays taken } }',
    );
    expect(tiers).toContainEqual({ name: 'executive', capacity: 5, cadenceDays: null, taken: 0 });
    expect(tiers).toContainEqual({ name, capacity: 2, cadenceDays: 30, taken: 0 });
    expect(await rapport.mutate('defineTier', { name, capacity: 2, cadenceDays: 30 })).toMatchObject({ already: true });
    expect(await rapport.mutate('defineTier', { name, capacity: 3 })).toMatchObject({ tier: { capacity: 3 } });
  });

  it('keeps places from the first on, or never', async () => {
    expect(await rapport.mutate('defineTier', { name: 'executive' })).toMatchObject({ __typename: 'CapacityIsFixed' });
    const name = await aTier();
    expect(await rapport.mutate('defineTier', { name, capacity: 9 })).toMatchObject({ __typename: 'CapacityIsFixed' });
  });

  it('takes as many as it has places, then says who holds them; a place that is freed is free', async () => {
    const tier = await aTier({ capacity: 2 });
    const [kim, mia, bo, cy] = [await oneOfUs('Kim'), await somebody(), await somebody('Bo'), await somebody('Cy')];
    await assign(mia, kim, { tier });
    await assign(bo, kim, { tier });
    const full = await assign(cy, kim, { tier });
    expect(full).toMatchObject({ __typename: 'TierFull', capacity: 2 });
    expect(full.holders.map(({ stakeholder, owner }) => [stakeholder.id, owner.id])).toEqual([
      [mia, kim],
      [bo, kim],
    ]);
    expect(full.message).toContain('Mia (Kim)');
    // Moved to no tier, or released: either frees the place.
    expect(await assign(mia, kim)).toMatchObject({ __typename: 'OwnerWasAssigned', stakeholder: { tier: null } });
    expect(await assign(cy, kim, { tier })).toMatchObject({ __typename: 'OwnerWasAssigned', stakeholder: { tier } });
    await rapport.mutate('releaseOwner', { stakeholderId: bo, reason: 'gone quiet' });
    expect(await assign(mia, kim, { tier })).toMatchObject({ __typename: 'OwnerWasAssigned' });
    const { tiers } = await rapport.query<{ tiers: readonly { name: string; taken: number }[] }>(
      '{ tiers { name taken } }',
    );
    expect(tiers.find(({ name }) => name === tier)?.taken).toBe(2);
  });

  it('gives the last place to one of many who ask at once', async () => {
    const tier = await aTier({ capacity: 3 });
    const kim = await oneOfUs('Kim');
    const people = await Promise.all(Array.from({ length: 12 }, (_, index) => somebody(`Number ${index}`)));
    const answers = await Promise.all(people.map((id) => assign(id, kim, { tier })));
    const kinds = answers.map(({ __typename }) => __typename);
    expect(kinds.filter((kind) => kind === 'OwnerWasAssigned')).toHaveLength(3);
    expect(kinds.filter((kind) => kind === 'TierFull')).toHaveLength(9);
    for (const { __typename, holders } of answers) if (__typename === 'TierFull') expect(holders).toHaveLength(3);
  });

  it('is refused where nobody defined it', async () => {
    expect(await assign(await somebody(), await oneOfUs('Kim'), { tier: 'no-such-tier' })).toMatchObject({
      __typename: 'TierNotFound',
    });
  });
});

interface Owned {
  readonly stakeholder: {
    readonly owner: { readonly name: string } | null;
    readonly tier: string | null;
    readonly ownership: { readonly by: string; readonly reason: string | null } | null;
    readonly ownerships: readonly { readonly owner: { readonly name: string } }[];
  };
}
const owned = (id: string, asOf?: Input): Promise<Owned> =>
  rapport.query<Owned>(
    `query ($id: ID!, $asOf: AsOf) { stakeholder(id: $id, asOf: $asOf) { owner { name } tier
      ownership { owner { name } previousOwner { name } tier from until by reason rank { place topic } }
      ownerships { owner { name } from until reason } } }`,
    { id, ...(asOf === undefined ? {} : { asOf }) },
  );

describe('an owner', () => {
  it('is assigned, handed over and released, and any past says who it was and why', async () => {
    const [kim, lee] = [await oneOfUs('Kim', 'press'), await oneOfUs('Lee', 'product')];
    const mia = await somebody();
    const assigned = await assign(mia, kim, {
      tier: 'executive',
      rank: { place: 3, topic: 'doors' },
      reason: 'heard on doors',
      expectedRevision: -1,
    });
    expect(assigned).toMatchObject({
      __typename: 'OwnerWasAssigned',
      already: false,
      stakeholder: { id: mia, tier: 'executive', owner: { id: kim }, ownershipRevision: 0 },
    });
    const handed = await rapport.mutate('handOver', {
      stakeholderId: mia,
      toId: lee,
      reason: 'wants to help build',
      occurredAt: dateOf(5),
    });
    expect(handed).toMatchObject({
      __typename: 'OwnerWasChanged',
      stakeholder: { owner: { id: lee }, tier: 'executive' },
    });
    await rapport.mutate('releaseOwner', { stakeholderId: mia, reason: 'moved away', occurredAt: dateOf(9) });

    expect((await owned(mia)).stakeholder).toMatchObject({ owner: null, tier: null, ownership: null });
    expect((await owned(mia)).stakeholder.ownerships).toEqual([
      { owner: { name: 'Lee' }, from: dateOf(5), until: dateOf(9), reason: 'wants to help build' },
      { owner: { name: 'Kim' }, from: dateOf(1), until: dateOf(5), reason: 'heard on doors' },
    ]);
    expect((await owned(mia, { validAt: dateOf(6) })).stakeholder.ownership).toEqual({
      owner: { name: 'Lee' },
      previousOwner: { name: 'Kim' },
      tier: 'executive',
      from: dateOf(5),
      // The release lies ahead.
      until: null,
      by: 'admin',
      reason: 'wants to help build',
      rank: null,
    });
    const early = (await owned(mia, { validAt: dateOf(4) })).stakeholder;
    expect(early.ownership).toMatchObject({ owner: { name: 'Kim' }, until: null, rank: { place: 3, topic: 'doors' } });
    expect(early.ownerships).toEqual([
      { owner: { name: 'Kim' }, from: dateOf(1), until: null, reason: 'heard on doors' },
    ]);
    // What was known before the hand-over was recorded: of the same day, Kim.
    const then = await owned(mia, { knownAtPosition: assigned.position, validAt: dateOf(6) });
    expect(then.stakeholder.ownership).toMatchObject({ owner: { name: 'Kim' }, until: null });
    await rapport.mutate('releaseOwner', { stakeholderId: mia, reason: 'again' });
  });

  it('is refused where another answers for them, nobody does, or the date lies before the last change', async () => {
    const [kim, lee, mia] = [await oneOfUs('Kim'), await oneOfUs('Lee'), await somebody()];
    const reason = 'as it is';
    for (const [mutation, input] of [
      ['handOver', { toId: lee }],
      ['releaseOwner', {}],
    ] as const)
      expect(await rapport.mutate(mutation, { stakeholderId: mia, reason, ...input })).toMatchObject({
        __typename: 'NotOwned',
      });
    await assign(mia, kim, { occurredAt: dateOf(4) });
    expect(await assign(mia, lee)).toMatchObject({ __typename: 'OwnedAlready', owner: { id: kim, name: 'Kim' } });
    const early = { stakeholderId: mia, reason, occurredAt: dateOf(3) };
    const dated = { __typename: 'DatedBeforeTheLast', lastAt: dateOf(4) };
    expect(await rapport.mutate('handOver', { ...early, toId: lee })).toMatchObject(dated);
    expect(await rapport.mutate('releaseOwner', early)).toMatchObject(dated);
    expect(await assign(mia, kim, { tier: await aTier(), occurredAt: dateOf(3) })).toMatchObject(dated);
  });

  it('is refused where nobody has the id, of theirs or of ours, or they have left', async () => {
    const [kim, gone, mia] = [await oneOfUs('Kim'), await oneOfUs('Gus'), await somebody()];
    await rapport.mutate('letColleagueGo', { colleagueId: gone, reason: 'retired' });
    const stakeholderId = nobody('Stakeholder');
    expect(await assign(stakeholderId, kim)).toMatchObject({ __typename: 'StakeholderNotFound', stakeholderId });
    const nobodyOfOurs = { __typename: 'ColleagueNotFound', colleagueId: gone };
    expect(await assign(mia, gone)).toMatchObject(nobodyOfOurs);
    await assign(mia, kim);
    expect(await rapport.mutate('handOver', { stakeholderId: mia, toId: gone, reason: 'x' })).toMatchObject(
      nobodyOfOurs,
    );
  });

  it.each(['assignOwner', 'handOver', 'releaseOwner'] as const)(
    'is changed once by %s, however often it is sent',
    async (mutation) => {
      const [kim, lee, mia, tier] = [
        await oneOfUs('Kim'),
        await oneOfUs('Lee'),
        await somebody(),
        await aTier({ capacity: 1 }),
      ];
      if (mutation !== 'assignOwner') await assign(mia, kim, { tier });
      const input = {
        stakeholderId: mia,
        commandId: randomUUID(),
        reason: 'once',
        ...(mutation === 'assignOwner' ? { ownerId: kim, tier } : {}),
        ...(mutation === 'handOver' ? { toId: lee } : {}),
      };
      const [first, second] = await Promise.all([rapport.mutate(mutation, input), rapport.mutate(mutation, input)]);
      expect([first.already, second.already].sort()).toEqual([false, true]);
      expect(await rapport.mutate(mutation, { ...input, reason: 'twice' })).toMatchObject({
        __typename: 'CommandIdReused',
      });
      // Whatever came of it, the tier's one place is taken as often as somebody holds it.
      const bo = await assign(await somebody('Bo'), kim, { tier });
      expect(bo.__typename).toBe(mutation === 'releaseOwner' ? 'OwnerWasAssigned' : 'TierFull');
    },
  );

  it('is not changed where the revision is another, and no place is lost by it', async () => {
    const [kim, mia, tier] = [await oneOfUs('Kim'), await somebody(), await aTier({ capacity: 1 })];
    const input = { stakeholderId: mia, ownerId: kim, tier, expectedRevision: 7 };
    expect(await rapport.mutationRefusal('assignOwner', input)).toMatchObject({
      code: 'CONFLICT',
      extensions: { currentRevision: -1 },
    });
    expect(await assign(mia, kim, { tier })).toMatchObject({ __typename: 'OwnerWasAssigned' });
    expect(await assign(mia, kim, { tier })).toMatchObject({ already: true });
  });

  it('is what stakeholders are found by, and what a workload counts', async () => {
    const [kim, mia, bo, tier] = [await oneOfUs('Kim'), await somebody(), await somebody('Bo'), await aTier()];
    await assign(mia, kim, { tier, occurredAt: dateOf(3) });
    await assign(bo, kim, { occurredAt: dateOf(3) });
    const found = async (where: Input, asOf?: Input): Promise<readonly string[]> =>
      (
        await rapport.query<{ stakeholders: { nodes: readonly { id: string; name: string }[] } }>(
          'query ($where: StakeholderFilter, $asOf: AsOf) { stakeholders(first: 100, where: $where, asOf: $asOf) { nodes { id name } } }',
          { where, ...(asOf === undefined ? {} : { asOf }) },
        )
      ).stakeholders.nodes.map(({ name }) => name);
    expect(await found({ ownerId: kim })).toEqual(['Bo', 'Mia']);
    expect(await found({ ownerId: kim, tier })).toEqual(['Mia']);
    expect(await found({ ownerId: kim, owned: true })).toEqual(['Bo', 'Mia']);
    expect(await found({ ownerId: kim, owned: false })).toEqual([]);
    expect(await found({ ownerId: kim }, { validAt: dateOf(2) })).toEqual([]);
    // They exist from what is first dated, though nobody had recorded them by then.
    expect(await found({ ownerId: kim }, { validAt: dateOf(3) })).toEqual(['Bo', 'Mia']);
    await rapport.mutate('releaseOwner', { stakeholderId: bo, reason: 'x' });
    const workload = async (asOf?: Input) =>
      (
        await rapport.query<{ node: { workload: readonly { tier: string | null; count: number }[] } }>(
          'query ($id: ID!) { node(id: $id) { ... on Colleague { workload { tier count definition } } } }',
          { id: kim, ...(asOf === undefined ? {} : { asOf }) },
        )
      ).node.workload;
    expect(await workload()).toEqual([{ tier, count: 1, definition: 'workload-v1' }]);
    expect(await found({ ownerId: kim })).toEqual(['Mia']);
  });
});

describe('hand-overs', () => {
  it('are counted between departments, as they were at the time', async () => {
    const [press, product] = [`press ${randomUUID()}`, `product ${randomUUID()}`];
    const [kim, lee] = [await oneOfUs('Kim', press), await oneOfUs('Lee', product)];
    for (const day of [3, 4]) {
      const mia = await somebody();
      await assign(mia, kim);
      await rapport.mutate('handOver', { stakeholderId: mia, toId: lee, reason: 'theirs', occurredAt: dateOf(day) });
    }
    // Whoever changes the team later changes nothing that was.
    await rapport.mutate('changeColleague', { colleagueId: kim, teamId: null });
    const matrix = async (during: Input) =>
      (
        await rapport.query<{ handOverMatrix: readonly { from: string | null; to: string; count: number }[] }>(
          'query ($during: Period) { handOverMatrix(during: $during) { from to count definition } }',
          { during },
        )
      ).handOverMatrix.filter(({ to }) => to === product);
    const definition = 'hand-over-matrix-v1';
    expect(await matrix({})).toEqual([{ from: press, to: product, count: 2, definition }]);
    expect(await matrix({ from: dateOf(4) })).toEqual([{ from: press, to: product, count: 1, definition }]);
    expect(await matrix({ until: dateOf(3) })).toEqual([]);
  });

  it('stand in the timeline, and in the journey of a conversion', async () => {
    const [kim, lee, mia] = [await oneOfUs('Kim'), await oneOfUs('Lee'), await somebody()];
    const told = (tone: number, day: number) =>
      rapport.record({ with: [{ stakeholderId: mia }], tone, occurredAt: dateOf(day) });
    await assign(mia, kim);
    await told(-1, 2);
    await rapport.record({
      with: [{ stakeholderId: mia }],
      direction: 'OUTBOUND',
      occurredAt: dateOf(4),
      subject: 'ours',
    });
    await rapport.mutate('handOver', { stakeholderId: mia, toId: lee, reason: 'theirs', occurredAt: dateOf(3) });
    await told(1, 70);
    await rapport.mutate('releaseOwner', { stakeholderId: mia, reason: 'done', occurredAt: dateOf(80) });
    interface Answer {
      readonly stakeholder: {
        readonly timeline: {
          readonly totalCount: number;
          readonly nodes: readonly { readonly __typename: string; readonly id: string }[];
        };
        readonly conversions: { readonly nodes: readonly { readonly journey: readonly unknown[] }[] };
      };
    }
    const { stakeholder } = await rapport.query<Answer>(
      `query ($id: ID!) { stakeholder(id: $id) {
        timeline(orderBy: OLDEST_FIRST, where: { kinds: [OWNER_ASSIGNED, OWNER_HANDED_OVER, OWNER_RELEASED] }) { totalCount nodes { __typename
          ... on OwnerAssigned { id by owner { name } rank { place } } ... on OwnerHandedOver { id reason owner { name } previousOwner { name } } ... on OwnerReleased { id owner { name } } } }
        conversions { nodes { journey { occurredAt interaction { subject } handOver { owner { name } previousOwner { name } } } } } } }`,
      { id: mia },
    );
    expect(stakeholder.timeline).toMatchObject({
      totalCount: 3,
      nodes: [
        { __typename: 'OwnerAssigned', by: 'admin', owner: { name: 'Kim' }, rank: null },
        { __typename: 'OwnerHandedOver', reason: 'theirs', owner: { name: 'Lee' }, previousOwner: { name: 'Kim' } },
        { __typename: 'OwnerReleased', owner: { name: 'Lee' } },
      ],
    });
    expect(stakeholder.conversions.nodes[0]?.journey).toEqual([
      {
        occurredAt: dateOf(3),
        interaction: null,
        handOver: { owner: { name: 'Lee' }, previousOwner: { name: 'Kim' } },
      },
      { occurredAt: dateOf(4), interaction: { subject: 'ours' }, handOver: null },
    ]);
    const { node } = await rapport.query<{ node: unknown }>(
      'query ($id: ID!) { node(id: $id) { id ... on OwnerHandedOver { occurredAt recordedAt tier } } }',
      { id: stakeholder.timeline.nodes[1]?.id ?? '' },
    );
    expect(node).toMatchObject({ occurredAt: dateOf(3), tier: null });
  });
});
