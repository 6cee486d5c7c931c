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

const dateOf = (day: number): string => new Date(Date.UTC(2024, 0, day)).toISOString();
const somebody = async (name = 'Mia'): Promise<string> => (await rapport.identify(name)).stakeholder.id;
const reason = 'a reason';
const assess = (stakeholderId: string, attribute: string, present: boolean, day: number, input: Input = {}) =>
  rapport.mutate('assessAttribute', {
    ...{ stakeholderId, attribute, present, occurredAt: dateOf(day), reason },
    ...input,
  });
const withdraw = (stakeholderId: string, attribute: string, day: number, input: Input = {}): Promise<Outcome> =>
  rapport.mutate('withdrawAttribute', { stakeholderId, attribute, occurredAt: dateOf(day), reason, ...input });

interface Salience {
  readonly class: string;
  readonly missing: readonly string[];
  readonly assessments: readonly Input[];
  readonly definition: string;
}
const salienceOf = async (id: string, asOf: Input | null = null): Promise<Salience | undefined> =>
  (
    await rapport.query<{ stakeholder: { salience: Salience } | null }>(
      `query ($id: ID!, $asOf: AsOf) { stakeholder(id: $id, asOf: $asOf) { salience { class missing definition
        assessments { attribute topic present occurredAt by reason } } } }`,
      { id, asOf },
    )
  ).stakeholder?.salience;
const classOf = async (id: string, asOf: Input | null = null) => (await salienceOf(id, asOf))?.class;

/** Of these people, those whom the directory lists in a class. */
const listed = async (classes: string, people: readonly string[], asOf: Input | null = null) => {
  const { stakeholders } = await rapport.query<{ stakeholders: { nodes: readonly { liveId: string }[] } }>(
    `query ($asOf: AsOf) { stakeholders(first: 100, asOf: $asOf, where: { salience: [${classes}] }) { nodes { liveId } } }`,
    { asOf },
  );
  const ids = new Set(stakeholders.nodes.map(({ liveId }) => liveId));
  return people.filter((id) => ids.has(id));
};

describe('salience', () => {
  it('follows from what people assessed, and says who, when and why', async () => {
    const mia = await somebody();
    expect(await salienceOf(mia)).toEqual({
      ...{ class: 'UNKNOWN', missing: ['POWER', 'LEGITIMACY', 'URGENCY'], assessments: [] },
      definition: 'salience-v1',
    });
    const first = await assess(mia, 'POWER', true, 3, { expectedRevision: -1 });
    expect(first).toMatchObject({ __typename: 'AttributeWasAssessed', already: false });
    await assess(mia, 'LEGITIMACY', false, 4);
    expect(await salienceOf(mia)).toMatchObject({ class: 'UNKNOWN', missing: ['URGENCY'] });
    // Recorded last, dated first.
    await assess(mia, 'URGENCY', true, 1);
    const word = { topic: null, by: 'admin', reason };
    expect(await salienceOf(mia)).toMatchObject({
      class: 'DANGEROUS',
      missing: [],
      assessments: [
        { attribute: 'URGENCY', present: true, occurredAt: dateOf(1), ...word },
        { attribute: 'POWER', present: true, occurredAt: dateOf(3), ...word },
        { attribute: 'LEGITIMACY', present: false, occurredAt: dateOf(4), ...word },
      ],
    });
  });

  it('is as of any past; a late word does not change what came after it', async () => {
    const mia = await somebody();
    for (const attribute of ['POWER', 'LEGITIMACY', 'URGENCY']) await assess(mia, attribute, false, 1);
    const { position } = await assess(mia, 'POWER', true, 10);
    await assess(mia, 'POWER', false, 5);
    expect(await classOf(mia)).toBe('DORMANT');
    expect(await classOf(mia, { validAt: dateOf(9) })).toBe('NON_STAKEHOLDER');
    expect(await classOf(mia, { knownAtPosition: position, validAt: dateOf(12) })).toBe('DORMANT');
    expect(await listed('DORMANT', [mia])).toEqual([mia]);
    expect(await listed('DORMANT', [mia], { validAt: dateOf(9) })).toEqual([]);
    expect(await listed('NON_STAKEHOLDER, DEFINITIVE', [mia], { validAt: dateOf(9) })).toEqual([mia]);
  });

  it('ends with a withdrawal, and not with one that is taken back', async () => {
    const mia = await somebody();
    for (const attribute of ['POWER', 'LEGITIMACY', 'URGENCY']) await assess(mia, attribute, true, 1);
    expect(await classOf(mia)).toBe('DEFINITIVE');
    const ended = await withdraw(mia, 'URGENCY', 5);
    expect(ended.__typename).toBe('AttributeWasWithdrawn');
    expect(await salienceOf(mia)).toMatchObject({ class: 'UNKNOWN', missing: ['URGENCY'] });
    expect(await classOf(mia, { validAt: dateOf(4) })).toBe('DEFINITIVE');
    expect(await listed('UNKNOWN', [mia])).toEqual([mia]);
    expect(await withdraw(mia, 'URGENCY', 6)).toMatchObject({ __typename: 'NoAttributeToWithdraw' });
    await rapport.mutate('retractRelationshipFact', { stakeholderId: mia, factId: ended.factId, reason: 'a mistake' });
    expect(await classOf(mia)).toBe('DEFINITIVE');
    expect(await listed('UNKNOWN', [mia])).toEqual([]);
    const timeline = await rapport.query<{ stakeholder: { timeline: { nodes: readonly Input[] } } }>(
      `query ($id: ID!) { stakeholder(id: $id) { timeline(where: { kinds: [ATTRIBUTE_WITHDRAWN] }) { nodes {
        ... on AttributeWithdrawn { attribute topic retraction { reason } } } } } }`,
      { id: mia },
    );
    expect(timeline.stakeholder.timeline.nodes).toEqual([
      { attribute: 'URGENCY', topic: null, retraction: { reason: 'a mistake' } },
    ]);
  });

  it('is recorded once, however often it is sent', async () => {
    const mia = await somebody();
    const commandId = `power of ${mia}`;
    const first = await assess(mia, 'POWER', true, 1, { commandId });
    expect(await assess(mia, 'POWER', true, 1, { commandId })).toMatchObject({
      ...{ already: true, factId: first.factId, position: first.position },
    });
    expect((await assess(mia, 'POWER', false, 1, { commandId })).__typename).toBe('CommandIdReused');
    const nobody = Buffer.from('Stakeholder:3d69f91b-ed54-4d2f-a8c0-cf799cbe655a').toString('base64url');
    expect((await assess(nobody, 'POWER', true, 1)).__typename).toBe('StakeholderNotFound');
  });

  it('of those who are one is the last word of all', async () => {
    const [mia, maria] = [await somebody(), await somebody('Maria')];
    for (const attribute of ['POWER', 'LEGITIMACY']) await assess(mia, attribute, true, 1);
    for (const attribute of ['LEGITIMACY', 'URGENCY']) await assess(maria, attribute, false, 2);
    await rapport.mutate('mergeStakeholders', { survivorId: mia, mergedId: maria, reason });
    expect(await classOf(mia)).toBe('DORMANT');
    expect(await listed('DORMANT', [mia])).toEqual([mia]);
    // What was said of one of them stands in their stream: it ends there.
    expect((await withdraw(mia, 'URGENCY', 5)).__typename).toBe('AttributeWasWithdrawn');
    expect(await listed('UNKNOWN', [mia])).toEqual([mia]);
    await rapport.mutate('unmergeStakeholder', { survivorId: mia, mergedId: maria, reason });
    expect(await salienceOf(mia)).toMatchObject({ class: 'UNKNOWN', missing: ['URGENCY'] });
    expect(await salienceOf(maria)).toMatchObject({ class: 'UNKNOWN', missing: ['POWER', 'URGENCY'] });
  });
});

describe('influence on a topic', () => {
  it('is assessed by a person beside what is measured, and changes no number', async () => {
    const topics = ['doors'];
    const { interaction } = await rapport.record({ topics });
    const mia = interaction.participants[0]?.stakeholder.id ?? '';
    await assess(mia, 'INFLUENCE', true, 5, { topic: 'doors' });
    await assess(mia, 'INFLUENCE', false, 6);
    const ask = async (asOf: Input | null) =>
      (
        await rapport.query<{ stakeholder: { influence: readonly Input[] } }>(
          `query ($id: ID!, $asOf: AsOf) { stakeholder(id: $id, asOf: $asOf) { influence { topic
            assessed { present topic by } relevance { __typename } } } }`,
          { id: mia, asOf },
        )
      ).stakeholder.influence;
    const measured = { topic: 'doors', relevance: { __typename: 'NotEnoughEvidence' } };
    expect(await ask(null)).toEqual([{ ...measured, assessed: { present: true, topic: 'doors', by: 'admin' } }]);
    await withdraw(mia, 'INFLUENCE', 200, { topic: 'doors' });
    expect(await ask(null)).toEqual([{ ...measured, assessed: null }]);
  });

  it.each([
    ['a topic of another attribute', { attribute: 'POWER', topic: 'doors' }, 'input.topic'],
    ['a topic with a bar', { attribute: 'INFLUENCE', topic: 'a|b' }, 'input.topic'],
    ['no reason', { attribute: 'POWER', reason: ' ' }, 'input.reason'],
    ['a date to come', { attribute: 'POWER', occurredAt: '2999-01-01T00:00:00Z' }, 'input.occurredAt'],
  ])('refuses %s', async (_, input, path) => {
    const stakeholderId = await somebody();
    const asked = { stakeholderId, present: true, reason, ...input };
    const { code, faultyPaths } = await rapport.mutationRefusal('assessAttribute', asked);
    expect([code, faultyPaths]).toEqual(['BAD_USER_INPUT', [path]]);
  });
});
