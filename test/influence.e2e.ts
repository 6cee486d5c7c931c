import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Input, type Rapport, rapportAt, readingItsWrites } from './client.js';
import { type TestService, startTestService } from './service.js';

let service: TestService;
let rapport: Rapport;
let early: string;
const people = new Map<string, string>();
const said = new Map<string, string>();
const dateOf = (day: number): string => new Date(Date.UTC(2024, 0, 1) + day * 86_400_000).toISOString();
const asOf = { validAt: dateOf(200) };

const person = (name: string): Input => ({ externalId: { system: 'crm', id: name }, name });

/** Somebody says something on a topic; `called` is what the test calls it. */
const says = async (called: string, name: string, day: number, input: Input = {}): Promise<string> => {
  const { position, interaction } = await rapport.record({
    ...{ direction: 'OBSERVED', channel: 'BLOG', act: 'POST', occurredAt: dateOf(day), with: [person(name)] },
    ...{ topics: ['doors'], source: { name: 'test', id: called } },
    ...input,
  });
  said.set(called, interaction.id);
  people.set(name, interaction.participants[0]?.stakeholder.id ?? '');
  return position;
};

const answers = (called: string, name: string, day: number, to: string): Promise<string> =>
  says(called, name, day, { act: 'REPLY', topics: [], inReplyTo: { source: { name: 'test', id: to } } });

beforeAll(async () => {
  service = await startTestService();
  rapport = readingItsWrites(rapportAt({ url: service.url, token: service.adminToken }));
  // The star spoke three times, years ago, to very many; Mia speaks to few, and is answered; Bo spoke twice.
  for (const [index, day] of [-700, -690, -680].entries())
    await says(`star ${index}`, 'Star', day, { reach: 1_000_000 });
  // The reply arrives before what it answers.
  await answers('leo answers', 'Leo', 151, 'mia 0');
  for (const [index, day] of [150, 160, 170, 180].entries())
    await says(`mia ${index}`, 'Mia', day, {
      reach: 1_000 + index * 1_000,
      topics: index === 0 ? ['doors', 'keys'] : ['doors'],
    });
  await answers('eva answers', 'Eva', 152, 'mia 0');
  await answers('mia answers', 'Mia', 153, 'mia 0');
  early = await says('bo 0', 'Bo', 100, { reach: 50 });
  await says('bo 1', 'Bo', 110);
});
afterAll(() => service.stop());

const measured = `__typename ... on InfluenceMeasured { value evidence { ...rests } }
  ... on NotEnoughEvidence { reason minimum missing evidence { ...rests } }`;
const fragments = `
  fragment rests on InfluenceEvidence { count newestAt interactions { source { id } } }
  fragment told on Influence { topic definition people reach { ${measured} } resonance { ${measured} }
    conversations { ${measured} } relevance { ${measured} } }`;

interface Voices {
  readonly totalCount: number;
  readonly nodes: readonly (Input & { readonly stakeholder: { readonly name: string } })[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}
const rankingOf = async (args = '', page = 'first: 10', variables: Input = { asOf }) =>
  (
    await rapport.query<{ topicInfluence: { ranking: Input & { voices: Voices } } }>(
      `query ($asOf: AsOf, $topic: String = "doors") { topicInfluence(topic: $topic, asOf: $asOf) { ranking${args} { weights { reach resonance relevance } byDefinition definition
        voices(${page}) { totalCount nodes { place score placeByReach stakeholder { name } influence { topic } } pageInfo { hasNextPage endCursor } } } } }`,
      variables,
    )
  ).topicInfluence.ranking;
const namesOf = ({ nodes }: Voices) => nodes.map(({ stakeholder }) => stakeholder.name);

describe("somebody's influence", () => {
  const influenceOf = async (name: string, args = '', variables: Input = { asOf }) =>
    (
      await rapport.query<{ stakeholder: { influence: readonly Input[] } | null }>(
        `query ($id: ID!, $asOf: AsOf) { stakeholder(id: $id, asOf: $asOf) { influence${args} { ...told } } } ${fragments}`,
        { id: people.get(name), ...variables },
      )
    ).stakeholder?.influence;
  const of = (...ids: readonly string[]) => ids.map((id) => ({ source: { id } }));

  it('is told in parts, each with what it rests on', async () => {
    expect(await influenceOf('Mia', '(topics: ["doors"])')).toEqual([
      {
        ...{ topic: 'doors', definition: 'influence-v1', people: 2 },
        reach: {
          ...{ __typename: 'InfluenceMeasured', value: 2_500 },
          evidence: { count: 4, newestAt: dateOf(180), interactions: of('mia 3', 'mia 2', 'mia 1') },
        },
        resonance: {
          ...{ __typename: 'InfluenceMeasured', value: 0.2 },
          evidence: { count: 2, newestAt: dateOf(152), interactions: of('eva answers', 'leo answers') },
        },
        conversations: {
          ...{ __typename: 'InfluenceMeasured', value: 0.25 },
          evidence: { count: 1, newestAt: dateOf(152), interactions: of('mia 0') },
        },
        relevance: {
          // 50 and 40 days ago it is one month, 30 and 20 none.
          ...{ __typename: 'InfluenceMeasured', value: 0.9 + 0.9 + 1 + 1 },
          evidence: { count: 4, newestAt: dateOf(180), interactions: of('mia 3', 'mia 2', 'mia 1') },
        },
      },
    ]);
  });

  it('is no number where there is too little evidence, and says what is missing', async () => {
    const [bo, ...others] = (await influenceOf('Bo')) ?? [];
    expect(others).toEqual([]);
    expect(bo).toMatchObject({
      reach: {
        __typename: 'NotEnoughEvidence',
        minimum: 3,
        missing: 2,
        evidence: { count: 1, interactions: of('bo 0') },
      },
      resonance: {
        __typename: 'NotEnoughEvidence',
        missing: 2,
        evidence: { count: 0, newestAt: null, interactions: [] },
      },
      conversations: { __typename: 'NotEnoughEvidence', missing: 1 },
      relevance: { __typename: 'NotEnoughEvidence', missing: 1, evidence: { count: 2 } },
    });
  });

  it('is on each topic they were heard on, the most relevant first; on none where they never were', async () => {
    expect((await influenceOf('Mia'))?.map(({ topic }) => topic)).toEqual(['doors', 'keys']);
    expect(await influenceOf('Leo')).toEqual([]);
    expect(await influenceOf('Mia', '(topics: ["Doors"])')).toEqual([]);
  });

  it('is as of any past', async () => {
    const [then] = (await influenceOf('Mia', '(topics: ["doors"])', { asOf: { validAt: dateOf(171) } })) ?? [];
    expect(then).toMatchObject({ relevance: { value: 3 }, reach: { value: 2_000 }, people: 2 });
    const [known] = (await influenceOf('Bo', '', { asOf: { knownAtPosition: early, validAt: dateOf(200) } })) ?? [];
    expect(known).toMatchObject({ relevance: { missing: 2 } });
  });
});

describe('the ranking of a topic', () => {
  it('differs from the ranking by fame, and says its weights and definition', async () => {
    const byTopic = await rankingOf();
    expect(byTopic).toMatchObject({
      ...{ byDefinition: true, definition: 'influence-v1' },
      weights: { reach: 0.2, resonance: 0.3, relevance: 0.5 },
    });
    expect(byTopic.voices.nodes).toMatchObject([
      { place: 1, score: 0.9, placeByReach: 2, stakeholder: { name: 'Mia' }, influence: { topic: 'doors' } },
      { place: 2, placeByReach: 1, stakeholder: { name: 'Star' } },
    ]);
    const byFame = await rankingOf('(weights: { reach: 1, resonance: 0, relevance: 0 })');
    expect(byFame).toMatchObject({ byDefinition: false, weights: { reach: 1, resonance: 0, relevance: 0 } });
    expect(namesOf(byFame.voices)).toEqual(['Star', 'Mia']);
  });

  it('has those with enough evidence alone', async () => {
    const { voices } = await rankingOf();
    expect(voices.totalCount).toBe(2);
    const { topicInfluence } = await rapport.query<Input>(
      'query ($asOf: AsOf) { topicInfluence(topic: "doors", asOf: $asOf) { people minimum definition topic } }',
      { asOf },
    );
    expect(topicInfluence).toEqual({ people: 3, minimum: 3, definition: 'influence-v1', topic: 'doors' });
  });

  it('comes in pages', async () => {
    const first = await rankingOf('', 'first: 1');
    expect([namesOf(first.voices), first.voices.pageInfo.hasNextPage]).toEqual([['Mia'], true]);
    const next = await rankingOf('', `first: 1, after: "${first.voices.pageInfo.endCursor ?? ''}"`);
    expect([namesOf(next.voices), next.voices.pageInfo.hasNextPage]).toEqual([['Star'], false]);
    expect(namesOf((await rankingOf('', 'last: 1')).voices)).toEqual(['Star']);
  });

  it('is of nobody on a topic that nobody speaks on, and at a time when nobody had', async () => {
    expect((await rankingOf('', 'first: 10', { topic: 'windows' })).voices).toMatchObject({ totalCount: 0, nodes: [] });
    expect((await rankingOf('', 'first: 10', { asOf: { validAt: dateOf(-2_000) } })).voices.nodes).toEqual([]);
  });

  it.each([
    ['weights.reach', '(weights: { reach: 1.5, resonance: 0, relevance: 0 })'],
    ['weights.relevance', '(weights: { reach: 1, resonance: 0, relevance: -0.1 })'],
    ['weights.reach', '(weights: { reach: 0, resonance: 0, relevance: 0 })'],
  ])('refuses weights out of range, naming %s', async (path, args) => {
    const document = `{ topicInfluence(topic: "doors") { ranking${args} { definition } } }`;
    const { code, faultyPaths } = await rapport.refusal(document);
    expect([code, faultyPaths]).toEqual(['BAD_USER_INPUT', [path]]);
  });

  it('refuses a cursor of other weights', async () => {
    const { voices } = await rankingOf('', 'first: 1');
    const { faultyPaths } = await rapport.refusal(
      `{ topicInfluence(topic: "doors") { ranking(weights: { reach: 1, resonance: 1, relevance: 1 }) {
        voices(after: "${voices.pageInfo.endCursor ?? ''}") { totalCount } } } }`,
    );
    expect(faultyPaths).toEqual(['after']);
  });
});

describe('the magic middle', () => {
  const middleOf = async (args = '') =>
    (
      await rapport.query<{ topicInfluence: { magicMiddle: Input & { voices: Voices } } }>(
        `query ($asOf: AsOf) { topicInfluence(topic: "doors", asOf: $asOf) { magicMiddle${args} {
          fromPercentile toPercentile fromReach toReach medianRelevance among definition
          voices { totalCount nodes { place stakeholder { name } influence { topic } } pageInfo { hasNextPage endCursor } } } } }`,
        { asOf },
      )
    ).topicInfluence.magicMiddle;

  it('shows its band', async () => {
    const { voices, medianRelevance, ...band } = await middleOf();
    expect(band).toEqual({
      ...{ fromPercentile: 60, toPercentile: 95, fromReach: 1_000_000, toReach: 1_000_000, among: 2 },
      definition: 'influence-v1',
    });
    expect(medianRelevance).toBeGreaterThan(1.9);
    // The one who is in the band says little.
    expect(voices).toMatchObject({ totalCount: 0, nodes: [] });
  });

  it('can be another band', async () => {
    const { fromReach, toReach, voices } = await middleOf('(fromPercentile: 0, toPercentile: 50)');
    expect([fromReach, toReach]).toEqual([2_500, 2_500]);
    expect(voices.nodes).toMatchObject([{ place: 1, stakeholder: { name: 'Mia' } }]);
  });

  it.each([
    ['fromPercentile', '(fromPercentile: -1, toPercentile: 50)'],
    ['toPercentile', '(toPercentile: 101)'],
    ['toPercentile', '(fromPercentile: 60, toPercentile: 50)'],
    ['toPercentile', '(toPercentile: 50)'],
  ])('refuses a band that is none, naming %s', async (path, args) => {
    const document = `{ topicInfluence(topic: "doors") { magicMiddle${args} { among } } }`;
    expect((await rapport.refusal(document)).faultyPaths).toEqual([path]);
  });
});

describe('discovery', () => {
  const discovered = async (variables: Input = { asOf }) =>
    (
      await rapport.query<{ topicInfluence: { discoveries: Voices } }>(
        `query ($asOf: AsOf) { topicInfluence(topic: "doors", asOf: $asOf) { discoveries { totalCount pageInfo { hasNextPage endCursor }
          nodes { place stakeholder { name } influence { relevance { __typename } } because { reasons interaction { source { id } } } } } } }`,
        variables,
      )
    ).topicInfluence.discoveries;

  it('is of those heard for whom nobody of ours answers, with what speaks for them', async () => {
    const { nodes, totalCount } = await discovered();
    expect(totalCount).toBe(3);
    expect(nodes[0]).toMatchObject({
      ...{ place: 1, stakeholder: { name: 'Mia' }, influence: { relevance: { __typename: 'InfluenceMeasured' } } },
      because: [
        { reasons: ['MOST_JOINED'], interaction: { source: { id: 'mia 0' } } },
        { reasons: ['WIDEST_AUDIENCE', 'NEWEST'], interaction: { source: { id: 'mia 3' } } },
      ],
    });
    expect(nodes.find(({ stakeholder: { name } }) => name === 'Bo')).toMatchObject({
      influence: { relevance: { __typename: 'NotEnoughEvidence' } },
      because: [
        { reasons: ['WIDEST_AUDIENCE'], interaction: { source: { id: 'bo 0' } } },
        { reasons: ['NEWEST'], interaction: { source: { id: 'bo 1' } } },
      ],
    });
  });

  it('leaves out whom somebody of ours answers for from that date on, and who is retired', async () => {
    const ownerId = (await rapport.mutate('addColleague', { name: 'Kim' })).colleague.id;
    const assigned = { stakeholderId: people.get('Mia'), ownerId, occurredAt: dateOf(190) };
    expect((await rapport.mutate('assignOwner', assigned)).__typename).toBe('OwnerWasAssigned');
    const { position } = await rapport.mutate('retireStakeholder', {
      stakeholderId: people.get('Star'),
      reason: 'gone',
    });
    expect(namesOf(await discovered())).toEqual(['Bo']);
    expect(namesOf(await discovered({ asOf: { validAt: dateOf(185) } }))).toEqual(['Mia', 'Bo']);
    const released = { stakeholderId: people.get('Mia'), occurredAt: dateOf(195), reason: 'left' };
    await rapport.mutate('releaseOwner', released);
    expect(namesOf(await discovered())).toEqual(['Mia', 'Bo']);
    expect(namesOf(await discovered({ asOf: { ...asOf, knownAtPosition: position } }))).toEqual(['Bo']);
  });
});

describe('what is corrected and retracted', () => {
  it('counts as it is right, and as it was known then', async () => {
    const reason = 'a mistake';
    const before = (await rankingOf()).voices.totalCount;
    await rapport.mutate('correctInteraction', { interactionId: said.get('bo 1'), reason, topics: ['keys'] });
    await says('bo 2', 'Bo', 120);
    const { position } = await rapport.mutate('correctInteraction', {
      interactionId: said.get('bo 1'),
      ...{ reason, topics: ['doors'] },
    });
    expect((await rankingOf()).voices.totalCount).toBe(before + 1);
    await rapport.mutate('retractInteraction', { interactionId: said.get('bo 2'), reason });
    expect((await rankingOf()).voices.totalCount).toBe(before);
    const then = { asOf: { ...asOf, knownAtPosition: position } };
    expect((await rankingOf('', 'first: 10', then)).voices.totalCount).toBe(before + 1);
  });
});

describe('those who are one', () => {
  it('are one voice while they are, whatever each of them said', async () => {
    const topic = 'merging';
    for (const [index, name] of ['Bob', 'Bob', 'Rob'].entries())
      await says(`merging ${index}`, name, 100 + index, { topics: [topic], reach: 10 });
    // To each other they are no others.
    await answers('rob answers', 'Rob', 110, 'merging 0');
    await says('both', 'Bob', 111, { topics: [topic], with: [person('Bob'), { ...person('Rob'), role: 'AUTHOR' }] });
    const ranked = async (): Promise<unknown> => (await rankingOf('', 'first: 10', { asOf, topic })).voices.nodes;
    const ask = { survivorId: people.get('Rob'), mergedId: people.get('Bob'), reason: 'the same person' };
    const before = await ranked();
    expect(before).toMatchObject([{ stakeholder: { name: 'Bob' } }]);
    expect((await rapport.mutate('mergeStakeholders', ask)).__typename).toBe('StakeholdersMerged');
    expect(await ranked()).toMatchObject([{ stakeholder: { name: 'Rob' }, place: 1 }]);
    const { topicInfluence } = await rapport.query<{ topicInfluence: Input }>(
      `query ($asOf: AsOf) { topicInfluence(topic: "merging", asOf: $asOf) { people discoveries { nodes {
        stakeholder { name } influence { people relevance { ... on InfluenceMeasured { evidence { count interactions { source { id } } } } } }
        because { reasons interaction { source { id } } } } } } }`,
      { asOf },
    );
    const of = (id: string) => ({ source: { id } });
    expect(topicInfluence).toEqual({
      people: 1,
      discoveries: {
        nodes: [
          {
            stakeholder: { name: 'Rob' },
            influence: {
              people: 0,
              relevance: { evidence: { count: 4, interactions: [of('both'), of('merging 2'), of('merging 1')] } },
            },
            because: [
              { reasons: ['WIDEST_AUDIENCE'], interaction: of('merging 2') },
              { reasons: ['NEWEST'], interaction: of('both') },
            ],
          },
        ],
      },
    });
    await rapport.mutate('unmergeStakeholder', ask);
    expect(await ranked()).toEqual(before);
  });
});
