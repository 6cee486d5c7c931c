import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Input, type Rapport, rapportAt, readingItsWrites, ready } from './client.js';
import { type TestService, startTestService } from './service.js';

let service: TestService;
let rapport: Rapport;
let mia: string;

const at = (hour: number): string => `2026-02-03T${String(hour).padStart(2, '0')}:00:00.000Z`;

interface Said {
  readonly id: string;
  readonly position: string;
}
const said = async (hour: number, more: Input = {}): Promise<Said> => {
  const input = { direction: 'INBOUND', act: 'REPLY', occurredAt: at(hour), with: [{ stakeholderId: mia }], ...more };
  const { interaction, position } = await rapport.record(input);
  return { id: interaction.id, position };
};
const answering = (interactionId: string): Input => ({ inReplyTo: { interactionId } });

interface Early {
  readonly totalCount: number;
  readonly nodes: readonly { readonly id: string; readonly early: boolean; readonly occurredAt: string }[];
  readonly pageInfo: { readonly endCursor: string | null; readonly hasNextPage: boolean };
}
const early = async (asked: Input = {}): Promise<Early> =>
  (
    await rapport.query<{ earlyReplies: Early }>(
      `query ($first: Int, $after: String, $during: Period, $where: EarlyReplyFilter, $asOf: AsOf) {
        earlyReplies(first: $first, after: $after, during: $during, where: $where, asOf: $asOf) {
          totalCount nodes { id early occurredAt } pageInfo { endCursor hasNextPage } } }`,
      asked,
    )
  ).earlyReplies;
const hours = ({ nodes }: Early): readonly number[] =>
  nodes.map(({ occurredAt }) => new Date(occurredAt).getUTCHours());

/** Which of a conversation are marked, and which in the timeline, by their hours. */
const marked = async (id: string, asOf?: Input): Promise<readonly (readonly number[])[]> => {
  type Marks = readonly { readonly early: boolean; readonly occurredAt: string }[];
  const { conversation, stakeholder } = await rapport.query<{
    conversation: { interactions: { nodes: Marks } } | null;
    stakeholder: { timeline: { nodes: Marks } } | null;
  }>(
    `query ($id: ID!, $mia: ID!, $asOf: AsOf) {
      conversation(id: $id, asOf: $asOf) { interactions(first: 100) { nodes { early occurredAt } } }
      stakeholder(id: $mia, asOf: $asOf) { timeline(first: 100, orderBy: OLDEST_FIRST) { nodes { ... on Interaction { early occurredAt } } } } }`,
    { id, mia, asOf },
  );
  const hoursOf = (marks: Marks = []) =>
    marks.filter((each) => each.early).map(({ occurredAt }) => new Date(occurredAt).getUTCHours());
  return [hoursOf(conversation?.interactions.nodes), hoursOf(stakeholder?.timeline.nodes)];
};

beforeAll(async () => {
  service = await startTestService();
  rapport = readingItsWrites(rapportAt({ url: service.url, token: service.adminToken }));
  await ready(rapport);
});
afterAll(() => service.stop());

describe('replies dated before what they answer', () => {
  it('are marked whoever sent them, and when what they answer comes late, in whatever past', async () => {
    mia = (await rapport.identify('Mia early')).stakeholder.id;
    const source = { name: 'mailbox', id: randomUUID() };
    const theirs = await said(9, { inReplyTo: { source } });
    await said(8, { direction: 'OUTBOUND', inReplyTo: { source } });
    await said(11, { inReplyTo: { source } });
    expect(await marked(theirs.id)).toEqual([[], []]);

    const asked = await said(10, { source, act: 'QUESTION' });
    const both = [
      [8, 9],
      [8, 9],
    ];
    expect(await marked(theirs.id)).toEqual(both);
    expect(await marked(theirs.id, { knownAtPosition: theirs.position })).toEqual([[], []]);
    // Until it was said what they answer, nothing was wrong.
    expect(await marked(theirs.id, { validAt: at(9) })).toEqual([[], []]);
    expect(await marked(theirs.id, { validAt: at(10) })).toEqual(both);

    const corrected = await rapport.mutate('correctInteraction', {
      ...{ interactionId: asked.id, occurredAt: '2026-02-03T08:30:00Z', reason: 'The clock was wrong.' },
    });
    expect(await marked(theirs.id)).toEqual([[8], [8]]);
    await rapport.mutate('retractInteraction', { interactionId: asked.id, reason: 'Not ours.' });
    expect(await marked(theirs.id)).toEqual([[], []]);
    expect(await marked(theirs.id, { knownAtPosition: corrected.position })).toEqual([[8], [8]]);
  });

  it('are listed by period and channel, newest first, in pages', async () => {
    mia = (await rapport.identify('Mia listed')).stakeholder.id;
    const asked = await said(20, { channel: 'FORUM' });
    await said(12, { ...answering(asked.id), channel: 'FORUM' });
    await said(14, answering(asked.id));
    await said(13, { ...answering(asked.id), direction: 'OUTBOUND' });
    const newest = await said(21, answering(asked.id));

    const during = { from: at(12), until: at(20) };
    const first = await early({ during, first: 2 });
    expect([first.totalCount, hours(first), first.nodes.every((each) => each.early)]).toEqual([3, [14, 13], true]);
    expect(first.pageInfo.hasNextPage).toBe(true);
    const rest = await early({ during, first: 2, after: first.pageInfo.endCursor });
    expect([hours(rest), rest.pageInfo.hasNextPage]).toEqual([[12], false]);
    expect(hours(await early({ during, where: { channels: ['FORUM'] } }))).toEqual([12]);
    expect(hours(await early({ during: { from: at(13), until: at(14) } }))).toEqual([13]);
    expect((await early({ during, asOf: { knownAtPosition: asked.position } })).totalCount).toBe(0);
    expect((await early({ during, asOf: { knownAtPosition: newest.position } })).totalCount).toBe(3);
  });

  it('are told by a mutation, too, of what it has just recorded', async () => {
    mia = (await rapport.identify('Mia told')).stakeholder.id;
    const asked = await said(5);
    const { recordInteraction } = await rapport.query<{
      recordInteraction: { interaction: { early: boolean } };
    }>(
      `mutation ($input: RecordInteractionInput!) {
        recordInteraction(input: $input) { ... on InteractionRecorded { interaction { early } } } }`,
      {
        input: {
          ...{ direction: 'INBOUND', channel: 'EMAIL', act: 'REPLY', occurredAt: at(4), ...answering(asked.id) },
          with: [{ stakeholderId: mia }],
        },
      },
    );
    expect(recordInteraction.interaction.early).toBe(true);
  });
});
