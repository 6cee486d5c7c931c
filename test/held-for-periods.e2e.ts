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

const dateOf = (day: number): string => new Date(Date.UTC(2024, 0, day)).toISOString();
const held = (id: string, asOf?: Input) =>
  rapport
    .query<{ stakeholder: { handles: readonly Input[]; externalIds: readonly Input[] } }>(
      `query ($id: ID!, $asOf: AsOf) { stakeholder(id: $id, asOf: $asOf) {
        handles { address from until } externalIds { id from until } } }`,
      { id, ...(asOf && { asOf }) },
    )
    .then(({ stakeholder }) => stakeholder);

describe('a mailbox that is given to somebody else', () => {
  const handle = { channel: 'EMAIL', address: `desk.${randomUUID().slice(0, 8)}@example.org` };
  let [ann, bob] = ['', ''];
  let ended: Outcome;
  beforeAll(async () => {
    ann = (await rapport.identify('Ann', { handles: [handle] })).stakeholder.id;
    bob = (await rapport.identify('Bob')).stakeholder.id;
    // Whoever did not exist at a date holds nothing then: both exist from what passed first.
    for (const stakeholderId of [ann, bob]) await rapport.record({ with: [{ stakeholderId }], occurredAt: dateOf(1) });
    ended = await rapport.mutate('removeHandle', { stakeholderId: ann, handle, until: dateOf(10) });
    await rapport.mutate('addHandle', { stakeholderId: bob, handle, from: dateOf(10) });
  });

  it('is whose it was at the date that is asked about', async () => {
    const holder = async (asOf?: Input) =>
      (
        await rapport.query<{ stakeholder: { id: string } | null }>(
          'query ($handle: HandleInput!, $asOf: AsOf) { stakeholder(handle: $handle, asOf: $asOf) { id: liveId } }',
          { handle, ...(asOf && { asOf }) },
        )
      ).stakeholder?.id;
    expect(await holder()).toBe(bob);
    expect(await holder({ validAt: dateOf(9) })).toBe(ann);
    expect(await holder({ validAt: dateOf(10) })).toBe(bob);
    // What was known before either was told: it was ended, and nobody's since.
    expect(await holder({ knownAtPosition: ended.position, validAt: dateOf(9) })).toBe(ann);
    expect(await holder({ knownAtPosition: ended.position, validAt: dateOf(11) })).toBeUndefined();
  });

  it('is told with its dates', async () => {
    const { address } = handle;
    expect((await held(ann)).handles).toEqual([]);
    expect((await held(ann, { validAt: dateOf(5) })).handles).toEqual([{ address, from: null, until: dateOf(10) }]);
    expect((await held(bob)).handles).toEqual([{ address, from: dateOf(10), until: null }]);
    expect((await held(bob, { validAt: dateOf(5) })).handles).toEqual([]);
  });

  it('takes what comes late to whose it was when it happened', async () => {
    const saidOn = async (day: number) =>
      (await rapport.record({ with: [{ handle }], occurredAt: dateOf(day) })).interaction;
    const who = async (day: number) => (await saidOn(day)).participants[0]?.stakeholder.id;
    expect(await who(5)).toBe(ann);
    expect(await who(10)).toBe(bob);
    const corrected = await saidOn(12);
    expect(
      await rapport.mutate('correctInteraction', {
        interactionId: corrected.id,
        reason: 'a wrong date',
        occurredAt: dateOf(6),
        with: [{ handle }],
      }),
    ).toMatchObject({ interaction: { participants: [{ stakeholder: { id: ann } }] } });
  });
});

describe('what is held', () => {
  it('is, of external ids too, for a period', async () => {
    const externalId = { system: 'crm', id: randomUUID() };
    const mia = (await rapport.identify('Mia')).stakeholder.id;
    await rapport.mutate('addExternalId', { stakeholderId: mia, externalId, from: dateOf(2) });
    await rapport.mutate('removeExternalId', { stakeholderId: mia, externalId, until: dateOf(4) });
    await rapport.record({ with: [{ stakeholderId: mia }], occurredAt: dateOf(1) });
    expect((await held(mia, { validAt: dateOf(3) })).externalIds).toEqual([
      { id: externalId.id, from: dateOf(2), until: dateOf(4) },
    ]);
    expect((await held(mia)).externalIds).toEqual([]);
    const { interaction } = await rapport.record({ with: [{ externalId }], occurredAt: dateOf(3) });
    expect(interaction.participants[0]?.stakeholder.id).toBe(mia);
  });

  it('does not end before it began, and no date lies far ahead', async () => {
    const handle = { channel: 'EMAIL', address: `${randomUUID()}@example.org` };
    const mia = (await rapport.identify('Mia')).stakeholder.id;
    await rapport.mutate('addHandle', { stakeholderId: mia, handle, from: dateOf(5) });
    expect(await rapport.mutate('removeHandle', { stakeholderId: mia, handle, until: dateOf(5) })).toMatchObject({
      __typename: 'EndsBeforeItBegan',
    });
    const far = new Date(Date.now() + 3 * 86_400_000).toISOString();
    expect(await rapport.mutationRefusal('removeHandle', { stakeholderId: mia, handle, until: far })).toMatchObject({
      faultyPaths: ['input.until'],
    });
  });
});
