import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Input, type Rapport, mailHandle, newAddress, rapportAt } from './client.js';
import { type TestService, startTestService } from './service.js';

let service: TestService;
let rapport: Rapport;
beforeAll(async () => {
  service = await startTestService();
  rapport = rapportAt({ url: service.url, token: service.adminToken });
});
afterAll(() => service.stop());

const dateOf = (day: number): string => new Date(Date.UTC(2024, 0, day)).toISOString();

interface Page {
  readonly totalCount: number;
  readonly nodes: readonly {
    readonly __typename: string;
    readonly subject?: string;
    readonly step?: string;
    readonly stance?: string;
    readonly kind?: string;
  }[];
  readonly pageInfo: {
    readonly startCursor: string | null;
    readonly endCursor: string | null;
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
  };
}

let stakeholderId: string;
const timeline = async (args = '', variables: Input = {}): Promise<Page> => {
  const { stakeholder } = await rapport.query<{ stakeholder: { timeline: Page } }>(
    `query ($id: ID!, $where: TimelineFilter) { stakeholder(id: $id) { timeline(where: $where, ${args || 'first: 20'}) { totalCount pageInfo { startCursor endCursor hasNextPage hasPreviousPage }
      nodes { __typename ... on Interaction { subject } ... on StepTaken { step } ... on StanceAssessed { stance } ... on Conversion { kind } } } } }`,
    { id: stakeholderId, ...variables },
  );
  return stakeholder.timeline;
};
const told = ({ nodes }: Page): readonly string[] =>
  nodes.map(({ __typename, subject, step, stance, kind }) => subject ?? step ?? stance ?? kind ?? __typename);
const record = (subject: string, day: number, input: Input = {}) =>
  rapport.record({ subject, occurredAt: dateOf(day), with: [{ stakeholderId }], ...input });

describe('a timeline', () => {
  beforeAll(async () => {
    ({ id: stakeholderId } = (await rapport.identify('Mia')).stakeholder);
    // As things arrive: not in the order in which they happened.
    await record('praise', 9, {
      tone: 1,
      channel: 'FORUM',
      act: 'PRAISE',
      direction: 'OBSERVED',
      topics: ['press', 'doors'],
    });
    await record('complaint', 1, { tone: -1, act: 'COMPLAINT', topics: ['press'] });
    await record('answer', 4, { direction: 'OUTBOUND', act: 'REPLY', channel: 'PHONE' });
    const asked = { stakeholderId, reason: 'we talked' };
    await rapport.mutate('takeStep', { ...asked, step: 'ACKNOWLEDGE', occurredAt: dateOf(4) });
    await rapport.mutate('assessStance', { ...asked, stance: 'CRITIC', occurredAt: dateOf(5) });
    await rapport.mutate('withdrawStance', { ...asked, occurredAt: dateOf(6) });
    const { interaction } = await record('mistaken', 7);
    const { position } = await rapport.mutate('retractInteraction', {
      interactionId: interaction.id,
      reason: 'another person',
    });
    await rapport.stakeholder(stakeholderId, { atLeast: position });
  });
  const all = ['complaint', 'answer', 'ACKNOWLEDGE', 'CRITIC', 'StanceWithdrawn', 'mistaken', 'praise', 'DEFUSED'];

  it('tells all that passed and all that changed, newest or oldest first', async () => {
    const oldest = await timeline('orderBy: OLDEST_FIRST');
    expect(told(oldest)).toEqual(all);
    expect(oldest.totalCount).toBe(all.length);
    expect(told(await timeline())).toEqual([...all].reverse());
  });

  it.each([
    [{ kinds: ['INTERACTION'] }, ['complaint', 'answer', 'mistaken', 'praise']],
    [{ kinds: ['STEP_TAKEN', 'CONVERSION'] }, ['ACKNOWLEDGE', 'DEFUSED']],
    [{ kinds: ['STANCE_ASSESSED', 'STANCE_WITHDRAWN'] }, ['CRITIC', 'StanceWithdrawn']],
    [{ channels: ['PHONE', 'FORUM'] }, ['answer', 'praise']],
    [{ directions: ['OUTBOUND'] }, ['answer']],
    [{ acts: ['COMPLAINT', 'PRAISE'] }, ['complaint', 'praise']],
    [{ topics: ['press'] }, ['complaint', 'praise']],
    [{ topics: ['doors', 'windows'] }, ['praise']],
    [{ topics: ['pre'] }, []],
    [{ during: { from: dateOf(4), until: dateOf(7) } }, ['answer', 'ACKNOWLEDGE', 'CRITIC', 'StanceWithdrawn']],
    [{ kinds: ['INTERACTION'], topics: ['press'], during: { until: dateOf(9) } }, ['complaint']],
    [{ kinds: [] }, []],
  ])('is filtered: %j', async (where, expected) => {
    const page = await timeline('orderBy: OLDEST_FIRST', { where });
    expect(told(page)).toEqual(expected);
    expect(page.totalCount).toBe(expected.length);
  });

  it.each(['OLDEST_FIRST', 'NEWEST_FIRST'])('is read in pages both ways: %s', async (order) => {
    const whole = order === 'OLDEST_FIRST' ? all : [...all].reverse();
    for (const size of [1, 2, 3]) {
      const forwards: string[] = [];
      for (
        let page = await timeline(`orderBy: ${order}, first: ${size}`);
        ;
        page = await timeline(`orderBy: ${order}, first: ${size}, after: "${page.pageInfo.endCursor ?? ''}"`)
      ) {
        forwards.push(...told(page));
        if (!page.pageInfo.hasNextPage) break;
      }
      expect(forwards).toEqual(whole);
      const backwards: string[] = [];
      for (
        let page = await timeline(`orderBy: ${order}, last: ${size}`);
        ;
        page = await timeline(`orderBy: ${order}, last: ${size}, before: "${page.pageInfo.startCursor ?? ''}"`)
      ) {
        backwards.unshift(...told(page));
        if (!page.pageInfo.hasPreviousPage) break;
      }
      expect(backwards).toEqual(whole);
    }
  });

  it('refuses a cursor of another list or order', async () => {
    const { pageInfo } = await timeline('orderBy: OLDEST_FIRST, first: 1');
    await expect(timeline(`orderBy: NEWEST_FIRST, first: 1, after: "${pageInfo.endCursor ?? ''}"`)).rejects.toThrow(
      /not a cursor of this list/,
    );
    await expect(timeline('first: 1, after: "nonsense"')).rejects.toThrow(/not a cursor of this list/);
    await expect(timeline('first: 1, last: 1')).rejects.toThrow(/exclude each other/);
    await expect(timeline('first: 101')).rejects.toThrow(/100/);
  });
});

describe('pages of a timeline', () => {
  beforeEach(async () => {
    ({ id: stakeholderId } = (await rapport.identify('Mia')).stakeholder);
  });

  it('stay in place while entries arrive before, between and after', async () => {
    for (const day of [2, 4, 6, 8, 10]) await record(`on ${day}`, day);
    const first = await timeline('first: 2');
    expect(told(first)).toEqual(['on 10', 'on 8']);
    for (const day of [9, 12]) await record(`late, on ${day}`, day);
    await record('late, on 5', 5);
    const rest = await timeline(`first: 10, after: "${first.pageInfo.endCursor ?? ''}"`);
    expect(told(rest)).toEqual(['on 6', 'late, on 5', 'on 4', 'on 2']);
    expect(told(await timeline(`last: 10, before: "${first.pageInfo.endCursor ?? ''}"`))).toEqual([
      'late, on 12',
      'on 10',
      'late, on 9',
    ]);
  });

  it('tell what happened at one instant in the order in which it was recorded, and each once', async () => {
    const subjects = Array.from({ length: 25 }, (_, index) => `number ${String(index).padStart(2, '0')}`);
    await rapport.recordMany(
      subjects.map((subject) => ({ subject, occurredAt: dateOf(1), with: [{ stakeholderId }] })),
    );
    await rapport.stakeholder(stakeholderId, { atLeast: (await record('the last', 2)).position });
    const seen: string[] = [];
    for (
      let page = await timeline('orderBy: OLDEST_FIRST, first: 7');
      ;
      page = await timeline(`orderBy: OLDEST_FIRST, first: 7, after: "${page.pageInfo.endCursor ?? ''}"`)
    ) {
      seen.push(...told(page));
      if (!page.pageInfo.hasNextPage) break;
    }
    expect([...seen].sort()).toEqual([...subjects, 'the last']);
    expect(seen.at(-1)).toBe('the last');
  });

  it('count one who is there twice once', async () => {
    await record('twice', 1, { with: [{ stakeholderId }, { stakeholderId, role: 'MENTIONED' }] });
    const page = await timeline();
    expect([told(page), page.totalCount]).toEqual([['twice'], 1]);
    expect((await rapport.stakeholder(stakeholderId))?.interactionCount).toBe(1);
  });
});

describe('a conversation', () => {
  interface Held {
    readonly id: string;
    readonly channels: readonly string[];
    readonly interactions: {
      readonly totalCount: number;
      readonly nodes: readonly {
        readonly id: string;
        readonly subject: string;
        readonly inReplyTo: { readonly subject: string } | null;
        readonly retraction: object | null;
      }[];
    };
  }
  const conversation = async (id: string, atLeast?: string): Promise<Held> => {
    const { conversation: held } = await rapport.query<{ conversation: Held }>(
      `query ($id: ID!, $atLeast: Position) { conversation(id: $id, atLeast: $atLeast) { id channels interactions { totalCount nodes { id subject inReplyTo { subject } retraction { reason } } } } }`,
      { id, atLeast },
    );
    return held;
  };
  const say = (subject: string, day: number, input: Input = {}) =>
    rapport.record({ subject, occurredAt: dateOf(day), with: [mailHandle(newAddress())], ...input });

  it('goes on across channels, and is the same by any of its members', async () => {
    const post = await say('post', 1, { channel: 'FORUM' });
    const mail = await say('mail', 2, { inReplyTo: { interactionId: post.interaction.id } });
    const call = await say('call', 3, {
      channel: 'PHONE',
      direction: 'OUTBOUND',
      inReplyTo: { interactionId: mail.interaction.id },
    });
    const other = await say('another post', 4, { channel: 'FORUM', inReplyTo: { interactionId: post.interaction.id } });
    const held = await conversation(call.interaction.id, other.position);
    expect(held.channels).toEqual(['FORUM', 'EMAIL', 'PHONE']);
    expect(held.interactions.nodes.map(({ subject, inReplyTo }) => [subject, inReplyTo?.subject ?? null])).toEqual([
      ['post', null],
      ['mail', 'post'],
      ['call', 'mail'],
      ['another post', 'post'],
    ]);
    for (const id of [held.id, post.interaction.id, mail.interaction.id, other.interaction.id])
      expect(await conversation(id)).toEqual(held);
    const { node } = await rapport.query<{ node: unknown }>('query ($id: ID!) { node(id: $id) { __typename id } }', {
      id: held.id,
    });
    expect(node).toEqual({ __typename: 'Conversation', id: held.id });
  });

  it('is whole also where the reply arrives first', async () => {
    const source = { name: 'mail', id: newAddress() };
    const reply = await say('reply', 2, { inReplyTo: { source } });
    const further = await say('further', 3, { inReplyTo: { interactionId: reply.interaction.id } });
    const before = await conversation(further.interaction.id, further.position);
    expect(before.interactions.nodes.map(({ subject, inReplyTo }) => [subject, inReplyTo?.subject ?? null])).toEqual([
      ['reply', null],
      ['further', 'reply'],
    ]);
    const opening = await say('opening', 1, { source });
    const after = await conversation(further.interaction.id, opening.position);
    expect(after.id).toBe(before.id);
    expect(after.interactions.nodes.map(({ subject, inReplyTo }) => [subject, inReplyTo?.subject ?? null])).toEqual([
      ['opening', null],
      ['reply', 'opening'],
      ['further', 'reply'],
    ]);
  });

  it('keeps what was retracted in its place, marked, and follows a corrected reply', async () => {
    const [one, two] = [await say('one', 1), await say('two', 2)];
    const reply = await say('reply', 3, { inReplyTo: { interactionId: one.interaction.id } });
    await rapport.mutate('retractInteraction', { interactionId: one.interaction.id, reason: 'mistaken' });
    const marked = await conversation(reply.interaction.id, (await say('later', 4)).position);
    expect(marked.interactions.nodes.map(({ subject, retraction }) => [subject, retraction !== null])).toEqual([
      ['one', true],
      ['reply', false],
    ]);
    const moved = await rapport.mutate('correctInteraction', {
      interactionId: reply.interaction.id,
      reason: 'wrong thread',
      inReplyTo: { interactionId: two.interaction.id },
    });
    expect(
      (await conversation(reply.interaction.id, moved.position)).interactions.nodes.map(({ subject }) => subject),
    ).toEqual(['two', 'reply']);
    expect((await conversation(one.interaction.id)).interactions.totalCount).toBe(1);
  });

  it('of replies that go round in a circle ends', async () => {
    const [a, b] = [
      { name: 'mail', id: newAddress() },
      { name: 'mail', id: newAddress() },
    ];
    const one = await say('one', 1, { source: a, inReplyTo: { source: b } });
    const two = await say('two', 2, { source: b, inReplyTo: { source: a } });
    const held = await conversation(one.interaction.id, two.position);
    expect(held.interactions.nodes.map(({ subject }) => subject)).toEqual(['one', 'two']);
    expect((await conversation(two.interaction.id)).id).toBe(held.id);
  });
});
