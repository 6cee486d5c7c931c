import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Input, type Rapport, rapportAt } from './client.js';
import { type TestService, startTestService } from './service.js';

const dateOf = (day: number): string => new Date(Date.UTC(2020, 0, 1) + day * 86_400_000).toISOString();

let service: TestService;
let rapport: Rapport;
let position: string;

beforeAll(async () => {
  service = await startTestService();
  rapport = rapportAt({ url: service.url, token: service.adminToken });
  const mia = (await rapport.identify('mia')).stakeholder.id;
  const says = (day: number, input: Input) =>
    rapport.record({ occurredAt: dateOf(day), with: [{ stakeholderId: mia }], ...input });
  await says(0, { channel: 'BLOG', act: 'POST', topics: ['price'], tone: -0.5 });
  await says(10, { channel: 'FORUM', act: 'POST', topics: ['price'], tone: -1, reach: 300 });
  await says(11, { channel: 'FORUM', act: 'COMMENT', topics: ['price', 'taste'], tone: 0.5 });
  await says(12, { channel: 'FORUM', act: 'REPLY', direction: 'OUTBOUND' });
  ({ position } = await says(18, { channel: 'BLOG', act: 'LINK', direction: 'OBSERVED' }));
});
afterAll(() => service.stop());

const during = { from: dateOf(10), until: dateOf(20) };
const asked = <Data>(field: string, variables: Input = {}): Promise<Data> =>
  rapport
    .query<{ answer: Data }>(`query ($during: Period, $asOf: AsOf, $atLeast: Position) { answer: ${field} }`, {
      ...{ atLeast: position, during },
      ...variables,
    })
    .then(({ answer }) => answer);
const args = 'during: $during, asOf: $asOf, atLeast: $atLeast';

describe('the conversation prism', () => {
  const prism = (more = '', variables: Input = {}) =>
    asked<Input>(
      `conversationPrism(${args} ${more}) { definition channels { channel heard ours people tone }
        stretches { from until channels { channel heard } } }`,
      variables,
    );

  it('shows interactions, people and tone by channel, and over time', async () => {
    expect(await prism(', everyDays: 7')).toEqual({
      definition: 'conversation-prism-v1',
      channels: [
        { channel: 'FORUM', heard: 2, ours: 1, people: 1, tone: -0.25 },
        { channel: 'BLOG', heard: 1, ours: 0, people: 1, tone: null },
      ],
      stretches: [
        { from: dateOf(10), until: dateOf(17), channels: [{ channel: 'FORUM', heard: 2 }] },
        { from: dateOf(17), until: dateOf(20), channels: [{ channel: 'BLOG', heard: 1 }] },
      ],
    });
  });

  it('is of the topics and channels that were asked for, as of a date', async () => {
    const about = await prism(', where: { topics: ["taste"], channels: [FORUM, EMAIL] }', { during: null });
    expect(about['channels']).toMatchObject([{ channel: 'FORUM', heard: 1 }]);
    const early = await prism(', everyDays: 1', { asOf: { validAt: dateOf(10) } });
    expect(early).toMatchObject({ channels: [{ heard: 1, tone: -1 }], stretches: [{ from: dateOf(10) }] });
  });

  it('names what is wrong with the question', async () => {
    const faults = async (given: string) =>
      (await rapport.refusal(`query { conversationPrism(${given}) { definition } }`)).faultyPaths;
    expect(await faults('everyDays: 0')).toEqual(['everyDays']);
    expect(await faults('everyDays: 7')).toEqual(['during.from']);
    expect(await faults('everyDays: 1, during: { from: "2000-01-01T00:00:00Z" }')).toEqual(['everyDays']);
    expect(await faults('where: { topics: [""] }')).toEqual(['where.topics']);
  });
});

it('shares the conversation among topics, each with its index', async () => {
  expect(
    await asked(`conversationShare(${args}) { heard aboutNone definition boydDefinition
      topics { topic heard share posts commentsAndTrackbacks boydIndex } }`),
  ).toEqual({
    ...{ heard: 3, aboutNone: 1, definition: 'share-of-conversation-v1', boydDefinition: 'boyd-conversation-index-v1' },
    topics: [
      { topic: 'price', heard: 2, share: 2 / 3, posts: 1, commentsAndTrackbacks: 1, boydIndex: 1 },
      { topic: 'taste', heard: 1, share: 1 / 3, posts: 0, commentsAndTrackbacks: 1, boydIndex: 0 },
    ],
  });
});

describe('the conversation index', () => {
  interface Index {
    readonly parts: readonly { readonly part: string; readonly value: number | null; readonly definition: string }[];
    readonly boydIndex: number | null;
  }
  const index = (variables: Input = {}) =>
    asked<Index>(
      `conversationIndex(${args}) { parts { part value meaning definition } posts commentsAndTrackbacks boydIndex }`,
      variables,
    );
  const values = ({ parts }: Index) => parts.map(({ part, value }) => [part, value]);

  it('is five numbers, each with its definition, and Boyd beside them', async () => {
    const all = await index();
    expect(values(all)).toEqual([
      ['PLACEMENT', 2],
      // Three, after one in the ten days before.
      ['STATUS', 3],
      ['RANK', 300],
      ['PERCEPTION', -0.25],
      ['PARTICIPATION', 0.25],
    ]);
    expect(all.parts[0]?.definition).toBe('conversation-index-placement-v1');
    expect(all).toMatchObject({ posts: 1, commentsAndTrackbacks: 3, boydIndex: 1 / 3 });
  });

  it('leaves out what nothing tells, and knows of a date nothing that came later', async () => {
    const early = await index({ during: null, asOf: { validAt: dateOf(1) } });
    expect(values(early).map(([, value]) => value)).toEqual([1, null, null, -0.5, 0]);
    expect(early.boydIndex).toBeNull();
    const nothing = await index({ during: { from: dateOf(30) } });
    expect(values(nothing).map(([, value]) => value)).toEqual([0, 0, null, null, null]);
  });
});
