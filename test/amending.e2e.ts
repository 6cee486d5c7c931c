import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Outcome, type Rapport, mailHandle, newAddress, rapportAt } from './client.js';
import { type TestService, startTestService } from './service.js';

let service: TestService;
let rapport: Rapport;
beforeAll(async () => {
  service = await startTestService();
  rapport = rapportAt({ url: service.url, token: service.adminToken });
});
afterAll(() => service.stop());

const nothing = Buffer.from(`Interaction:${randomUUID()}`).toString('base64url');
const angry = 'I hate this. It is a terrible product.';
const pleased = 'I love this. It is a wonderful product.';

const correct = (interactionId: string, changes: Readonly<Record<string, unknown>>): Promise<Outcome> =>
  rapport.mutate('correctInteraction', { interactionId, reason: 'It was wrong.', ...changes });
const authorOf = ({ interaction }: Outcome): string => interaction.participants[0]?.stakeholder.id ?? '';

describe('the tone', () => {
  it('is read from an English text, by a model that is named', async () => {
    const { interaction } = await rapport.record({ text: angry });
    expect(interaction).toMatchObject({ language: 'en', tone: { assessedBy: 'vader-sentences 1', byPerson: false } });
    expect(interaction.tone?.value).toBeLessThan(-0.4);
  });

  it.each([
    ['where no sentence carries any', { text: 'The parcel came on Monday. It has four corners.' }, 'en'],
    [
      'where the text is of another language',
      { text: 'Ich hasse dieses Produkt. Es ist furchtbar und geht immer kaputt.' },
      'de',
    ],
    ['where the caller says it is another language', { text: angry, language: 'pt-BR' }, 'pt-BR'],
    ['where the caller wants it left open', { text: angry, readTone: false }, 'en'],
    ['where there is no text', {}, null],
  ])('is open %s', async (_where, input, language) => {
    const { interaction } = await rapport.record(input);
    expect(interaction).toMatchObject({ tone: null, language });
  });

  it('is what the caller says where the caller says it', async () => {
    const { interaction } = await rapport.record({ text: angry, tone: 0.25 });
    expect(interaction.tone).toEqual({ value: 0.25, assessedBy: 'admin', byPerson: true });
  });

  it("reads the person's own words of a mail, and not what they quote", async () => {
    const text = `I love it.\n\nOn Friday, Bo wrote:\n> I hate this terrible, awful thing.\n> It is horrible.\n-- \nWorst regards`;
    const { interaction } = await rapport.record({ text });
    expect(interaction.tone?.value).toBeGreaterThan(0.5);
    expect(interaction.text).toBe(text);
  });
});

describe('assessTone', () => {
  it("replaces the model's reading by a person's word, and moves where they stand", async () => {
    const recorded = await rapport.record({ text: angry });
    const answer = await rapport.mutate('assessTone', {
      interactionId: recorded.interaction.id,
      tone: 0.8,
      reason: 'irony',
    });
    expect(answer).toMatchObject({
      __typename: 'ToneAssessed',
      already: false,
      interaction: { revision: 1, tone: { value: 0.8, assessedBy: 'admin', byPerson: true } },
    });
    const stakeholder = await rapport.stakeholder(authorOf(recorded), { atLeast: answer.position });
    expect(stakeholder?.standing).toMatchObject({ stance: 'SUPPORTER', tone: 0.4 });
  });

  it('writes nothing where the person says the same again', async () => {
    const { interaction } = await rapport.record();
    const input = { interactionId: interaction.id, tone: -0.5 };
    const first = await rapport.mutate('assessTone', input);
    expect(await rapport.mutate('assessTone', input)).toMatchObject({
      already: true,
      interaction: { revision: 1 },
      position: first.position,
    });
  });

  it('is refused where there is no such interaction, or it was retracted, or the command id was another', async () => {
    expect(await rapport.mutate('assessTone', { interactionId: nothing, tone: 0 })).toMatchObject({
      __typename: 'InteractionNotFound',
      interactionId: nothing,
    });
    const { interaction } = await rapport.record();
    const commandId = randomUUID();
    await rapport.mutate('assessTone', { interactionId: interaction.id, tone: 0.1, commandId });
    expect(await rapport.mutate('assessTone', { interactionId: interaction.id, tone: 0.2, commandId })).toMatchObject({
      __typename: 'CommandIdReused',
    });
    await rapport.mutate('retractInteraction', { interactionId: interaction.id, reason: 'mistaken' });
    expect(await rapport.mutate('assessTone', { interactionId: interaction.id, tone: 0.3 })).toMatchObject({
      __typename: 'InteractionIsRetracted',
      interaction: { id: interaction.id, retraction: { reason: 'mistaken' } },
    });
  });
});

describe('correctInteraction', () => {
  it('identifies nobody where it is refused, or another revision was expected', async () => {
    const { interaction } = await rapport.record({ text: pleased });
    const count = async (): Promise<number> =>
      (await rapport.query<{ log: { count: number } }>('{ log { count } }')).log.count;
    const withSomebodyNew = { with: [mailHandle(newAddress())] };
    const before = await count();
    await expect(correct(interaction.id, { ...withSomebodyNew, expectedRevision: 9 })).rejects.toThrow('revision is 0');
    expect(await count()).toBe(before);
    await rapport.mutate('retractInteraction', { interactionId: interaction.id, reason: 'It never was.' });
    expect((await correct(interaction.id, withSomebodyNew)).__typename).toBe('InteractionIsRetracted');
    expect(await count()).toBe(before + 1);
  });

  it('finds the language again where it is cleared, and nothing answers itself', async () => {
    const { interaction } = await rapport.record({ text: pleased, language: 'pt' });
    const changes = { language: null, inReplyTo: { interactionId: interaction.id } };
    const corrected = await correct(interaction.id, changes);
    expect(corrected.interaction).toMatchObject({ language: 'en', tone: { byPerson: false } });
    expect((await correct(interaction.id, changes)).already).toBe(true);
  });

  it('changes what was wrong, and shows from what to what, by whom and why', async () => {
    const { interaction } = await rapport.record({ subject: 'Helo', text: 'The parcel came.' });
    const answer = await correct(interaction.id, { subject: 'Hello', occurredAt: '2024-02-28T12:00:00+02:00' });
    expect(answer).toMatchObject({
      __typename: 'InteractionCorrected',
      already: false,
      interaction: { revision: 1, subject: 'Hello', text: 'The parcel came.', occurredAt: '2024-02-28T10:00:00.000Z' },
    });
    expect(answer.interaction.corrections).toHaveLength(1);
    expect(answer.interaction.corrections[0]).toMatchObject({ by: 'admin', reason: 'It was wrong.' });
    expect(answer.interaction.corrections[0]?.changes).toEqual(
      expect.arrayContaining([
        { field: 'subject', from: 'Helo', to: 'Hello' },
        { field: 'occurredAt', from: '2024-03-01T12:00:00.000Z', to: '2024-02-28T10:00:00.000Z' },
      ]),
    );
  });

  it('reads a corrected text for its tone again', async () => {
    const recorded = await rapport.record({ text: angry });
    const { interaction, position } = await correct(recorded.interaction.id, { text: pleased });
    expect(interaction.tone).toMatchObject({ byPerson: false });
    expect(interaction.tone?.value).toBeGreaterThan(0.4);
    expect((await rapport.stakeholder(authorOf(recorded), { atLeast: position }))?.standing.stance).toBe('SUPPORTER');
    expect((await correct(interaction.id, { text: 'The parcel came.' })).interaction.tone).toBeNull();
  });

  it('leaves the tone alone that a person assessed, at the recording or later', async () => {
    const told = await rapport.record({ text: angry, tone: -0.3 });
    expect((await correct(told.interaction.id, { text: pleased })).interaction.tone).toMatchObject({
      value: -0.3,
      byPerson: true,
    });
    const read = await rapport.record({ text: angry });
    await rapport.mutate('assessTone', { interactionId: read.interaction.id, tone: -0.2 });
    expect((await correct(read.interaction.id, { text: pleased })).interaction.tone).toMatchObject({
      value: -0.2,
      byPerson: true,
    });
  });

  it('finds the language of a corrected text, unless it is told', async () => {
    const { interaction } = await rapport.record({ text: angry });
    const german = 'Ich liebe dieses Produkt. Es ist wunderbar und hält sehr lange.';
    expect((await correct(interaction.id, { text: german })).interaction).toMatchObject({ language: 'de', tone: null });
    expect((await correct(interaction.id, { language: 'nl' })).interaction).toMatchObject({
      language: 'nl',
      tone: null,
    });
  });

  it('changes who took part: the one is rid of it, the other has it', async () => {
    const recorded = await rapport.record({ tone: -1 });
    const address = newAddress('the-right-one');
    const { interaction, position } = await correct(recorded.interaction.id, { with: [mailHandle(address)] });
    expect(interaction.participants).toMatchObject([{ role: 'AUTHOR', handle: { address } }]);
    const wrong = await rapport.stakeholder(authorOf(recorded), { atLeast: position });
    const right = await rapport.stakeholder(interaction.participants[0]?.stakeholder.id ?? '');
    expect(wrong).toMatchObject({ interactionCount: 0, standing: { stance: 'UNKNOWN', tone: null } });
    expect(right).toMatchObject({ interactionCount: 1, standing: { stance: 'DETRACTOR', tone: -0.5 } });
    const [first] = interaction.corrections;
    expect(first?.changes.find(({ field }) => field === 'participants')).toMatchObject({
      from: [{ stakeholderId: authorOf(recorded), role: 'author' }],
      to: [{ stakeholderId: right?.id, role: 'author' }],
    });
  });

  it('clears what can be empty, and refuses to clear what cannot, all at once', async () => {
    const { interaction } = await rapport.record({ subject: 'Hello', text: angry, reach: 5 });
    const cleared = await correct(interaction.id, { subject: null, text: null });
    expect(cleared.interaction).toMatchObject({ subject: null, text: null, tone: null, language: null });
    const refused = await rapport.mutationRefusal('correctInteraction', {
      interactionId: interaction.id,
      reason: 'It was wrong.',
      direction: null,
      topics: null,
      with: null,
    });
    expect(refused.code).toBe('BAD_USER_INPUT');
    expect([...refused.faultyPaths].sort()).toEqual(['input.direction', 'input.topics', 'input.with']);
  });

  it('writes nothing where nothing changes', async () => {
    const { interaction } = await rapport.record({ subject: 'Hello' });
    expect(await correct(interaction.id, { subject: 'Hello' })).toMatchObject({
      already: true,
      interaction: { revision: 0, corrections: [] },
    });
  });

  it('is refused for each reason it has', async () => {
    expect(await correct(nothing, { subject: 'x' })).toMatchObject({
      __typename: 'InteractionNotFound',
      interactionId: nothing,
    });
    const { interaction } = await rapport.record();
    const stranger = Buffer.from(`Stakeholder:${randomUUID()}`).toString('base64url');
    expect(await correct(interaction.id, { with: [{ stakeholderId: stranger }] })).toMatchObject({
      __typename: 'StakeholderNotFound',
      stakeholderId: stranger,
    });
    const commandId = randomUUID();
    await correct(interaction.id, { subject: 'one', commandId });
    expect(await correct(interaction.id, { subject: 'two', commandId })).toMatchObject({
      __typename: 'CommandIdReused',
    });
    await rapport.mutate('retractInteraction', { interactionId: interaction.id, reason: 'mistaken' });
    expect(await correct(interaction.id, { subject: 'three' })).toMatchObject({
      __typename: 'InteractionIsRetracted',
      interaction: { id: interaction.id, subject: 'one' },
    });
  });

  it('conflicts where the revision is another than expected, says which, and writes nothing', async () => {
    const { interaction } = await rapport.record();
    await correct(interaction.id, { subject: 'one', expectedRevision: 0 });
    const refused = await rapport.mutationRefusal('correctInteraction', {
      interactionId: interaction.id,
      subject: 'two',
      reason: 'late',
      expectedRevision: 0,
    });
    expect(refused).toMatchObject({ code: 'CONFLICT', extensions: { currentRevision: 1 } });
    expect((await correct(interaction.id, { subject: 'two', expectedRevision: 1 })).interaction.revision).toBe(2);
  });

  it('is answered as the first time when its command id comes again, though the revision has moved', async () => {
    const { interaction } = await rapport.record();
    const input = { subject: 'one', commandId: randomUUID(), expectedRevision: 0 };
    const first = await correct(interaction.id, input);
    await correct(interaction.id, { subject: 'two' });
    expect(await correct(interaction.id, input)).toMatchObject({ already: true, position: first.position });
  });
});

describe('retractInteraction', () => {
  it('leaves the row, marked, and counts it nowhere', async () => {
    const recorded = await rapport.record({ tone: -1 });
    const { interaction, position, ...answer } = await rapport.mutate('retractInteraction', {
      interactionId: recorded.interaction.id,
      reason: 'It was somebody else.',
    });
    expect({ ...answer, interaction }).toMatchObject({
      __typename: 'InteractionRetracted',
      already: false,
      interaction: { retraction: { by: 'admin', reason: 'It was somebody else.' } },
    });
    const found = await rapport.query(
      `query ($id: ID!, $atLeast: Position) { stakeholder(id: $id, atLeast: $atLeast) {
        interactionCount firstInteractionAt lastInteractionAt standing { stance tone since }
        standings { totalCount } timeline { totalCount nodes { ... on Interaction { id retraction { reason } } } } } }`,
      { id: authorOf(recorded), atLeast: position },
    );
    expect(found).toEqual({
      stakeholder: {
        interactionCount: 0,
        firstInteractionAt: null,
        lastInteractionAt: null,
        standing: { stance: 'UNKNOWN', tone: null, since: null },
        standings: { totalCount: 0 },
        timeline: { totalCount: 1, nodes: [{ id: interaction.id, retraction: { reason: 'It was somebody else.' } }] },
      },
    });
  });

  it('is quiet when asked twice, and refused for each reason it has', async () => {
    const { interaction } = await rapport.record();
    const input = { interactionId: interaction.id, reason: 'mistaken', commandId: randomUUID() };
    await rapport.mutate('retractInteraction', input);
    expect(await rapport.mutate('retractInteraction', { ...input, commandId: randomUUID() })).toMatchObject({
      already: true,
    });
    expect(await rapport.mutate('retractInteraction', { ...input, reason: 'other' })).toMatchObject({
      __typename: 'CommandIdReused',
    });
    expect(await rapport.mutate('retractInteraction', { ...input, interactionId: nothing })).toMatchObject({
      __typename: 'InteractionNotFound',
    });
    const refused = await rapport.mutationRefusal('retractInteraction', { interactionId: interaction.id, reason: '' });
    expect(refused.faultyPaths).toEqual(['input.reason']);
  });
});
