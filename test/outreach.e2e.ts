import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Input, type Outcome, type Rapport, rapportAt, readingItsWrites, ready } from './client.js';
import { type TestService, startTestService } from './service.js';

let service: TestService;
let rapport: Rapport;
beforeAll(async () => {
  service = await startTestService();
  rapport = readingItsWrites(rapportAt({ url: service.url, token: service.adminToken }));
  await ready(rapport);
});
afterAll(() => service.stop());

const dateOf = (day: number): string => new Date(Date.UTC(2024, 0, day)).toISOString();
const somebody = async (name = 'Mia'): Promise<string> => (await rapport.identify(name)).stakeholder.id;
const forbid = (stakeholderId: string, day: number): Promise<Outcome> =>
  rapport.mutate('forbidContact', {
    stakeholderId,
    saidBy: 'she herself',
    reason: 'asked us to stop',
    occurredAt: dateOf(day),
  });
const plan = (stakeholderId: string, day: number, plannedFor: number, input: Input = {}): Promise<Outcome> =>
  rapport.mutate('planOutreach', {
    stakeholderId,
    plan: 'A call',
    occurredAt: dateOf(day),
    plannedFor: dateOf(plannedFor),
    ...input,
  });
const wrote = async (stakeholderId: string, day: number, input: Input = {}): Promise<string> =>
  (
    await rapport.record({
      direction: 'OUTBOUND',
      occurredAt: dateOf(day),
      with: [{ stakeholderId }],
      ...input,
    })
  ).interaction.id;

describe('contact that is not permitted', () => {
  it('is said of somebody, from a date on, until it is permitted again; any past says whether it was', async () => {
    const mia = await somebody();
    const said = await forbid(mia, 5);
    expect(said).toMatchObject({ __typename: 'ContactWasForbidden', already: false });
    const permitted = await rapport.mutate('permitContact', {
      stakeholderId: mia,
      saidBy: 'she herself',
      reason: 'wrote to us again',
      occurredAt: dateOf(9),
    });
    expect(permitted).toMatchObject({ __typename: 'ContactWasPermitted' });
    const read = async (asOf: Input) =>
      (
        await rapport.query<{ stakeholder: Input }>(
          `query ($id: ID!, $asOf: AsOf) { stakeholder(id: $id, asOf: $asOf) { contactPermitted
            contactForbidden { occurredAt saidBy reason by } } }`,
          { id: mia, asOf },
        )
      ).stakeholder;
    const no = { occurredAt: dateOf(5), saidBy: 'she herself', reason: 'asked us to stop', by: 'admin' };
    expect(await read({ validAt: dateOf(6) })).toEqual({ contactPermitted: false, contactForbidden: no });
    expect(await read({ validAt: dateOf(9) })).toEqual({ contactPermitted: true, contactForbidden: null });
    expect(await read({ validAt: dateOf(9), knownAtPosition: said.position })).toEqual({
      contactPermitted: false,
      contactForbidden: no,
    });
    expect(
      await rapport.mutate('permitContact', { stakeholderId: mia, saidBy: 'x', reason: 'y', occurredAt: dateOf(10) }),
    ).toMatchObject({ __typename: 'ContactIsPermitted' });
  });

  it('finds people in the directory, those who are one together, beside every other filter, as of any past', async () => {
    const [mia, maria, bo] = [await somebody('Ida'), await somebody('Ida Two'), await somebody('Ida Three')];
    const found = async (permitted: boolean, asOf: Input | null = null, more = '') => {
      const { stakeholders } = await rapport.query<{ stakeholders: { totalCount: number; nodes: readonly Input[] } }>(
        `query ($asOf: AsOf) { stakeholders(asOf: $asOf, where: { text: "ida", contactPermitted: ${permitted}${more} }) {
          totalCount nodes { liveId } } }`,
        { asOf },
      );
      expect(stakeholders.totalCount).toBe(stakeholders.nodes.length);
      return stakeholders.nodes.map(({ liveId }) => liveId);
    };
    expect(await found(false)).toEqual([]);
    const said = await forbid(maria, 5);
    expect(await found(false)).toEqual([maria]);
    expect((await found(true)).toSorted()).toEqual([mia, bo].toSorted());
    await rapport.mutate('mergeStakeholders', { survivorId: mia, mergedId: maria, reason: 'the same' });
    expect(await found(false)).toEqual([mia]);
    expect(await found(true)).toEqual([bo]);
    expect(await found(false, { knownAtPosition: said.position })).toEqual([maria]);
    // As many projections as the directory ever asks in one query.
    const every = `, stances: [UNKNOWN], lifecycles: [CUSTOMER], salience: [UNKNOWN], channel: EMAIL, tier: "close", owned: true,
      organisationId: "${bo}", interactionSince: "2024-01-01T00:00:00Z", retired: false, kind: PERSON`;
    expect(await found(false, null, every)).toEqual([]);
    await rapport.mutate('permitContact', { stakeholderId: mia, saidBy: 'x', reason: 'y', occurredAt: dateOf(9) });
    expect(await found(false)).toEqual([]);
    expect(await found(true)).toHaveLength(2);
  });

  it('blocks what is planned, and marks what is recorded all the same, also where it was said later', async () => {
    const [mia, bo] = [await somebody(), await somebody('Bo')];
    const letter = await wrote(mia, 6, { with: [{ stakeholderId: mia }, { stakeholderId: bo }] });
    const { interaction: inbound, position: unmarked } = await rapport.record({
      occurredAt: dateOf(6),
      with: [{ stakeholderId: mia }],
    });
    const { factId } = await forbid(mia, 5);
    expect(await plan(mia, 6, 8)).toMatchObject({
      __typename: 'ContactNotPermitted',
      since: dateOf(5),
      saidBy: 'she herself',
      factId,
    });
    expect(await plan(bo, 6, 8)).toMatchObject({ __typename: 'OutreachWasPlanned' });

    const marksOf = async (id: string, asOf: Input | null = null) =>
      (
        await rapport.query<{ interaction: { contactForbidden: readonly Input[] } }>(
          'query ($id: ID!, $asOf: AsOf) { interaction(id: $id, asOf: $asOf) { contactForbidden { id saidBy reason } } }',
          { id, asOf },
        )
      ).interaction.contactForbidden;
    const later = await wrote(mia, 7);
    for (const id of [letter, later])
      expect(await marksOf(id)).toEqual([{ id: factId, saidBy: 'she herself', reason: 'asked us to stop' }]);
    expect(await marksOf(inbound.id)).toEqual([]);
    expect(await marksOf(await wrote(mia, 4))).toEqual([]);
    expect(await marksOf(await wrote(bo, 7))).toEqual([]);
    // As it was known before anybody had said so.
    expect(await marksOf(letter, { knownAtPosition: unmarked, validAt: dateOf(30) })).toEqual([]);

    // Taken back, it never was.
    await rapport.mutate('retractRelationshipFact', { stakeholderId: mia, factId, reason: 'another Mia' });
    expect(await marksOf(letter)).toEqual([]);
    expect(await plan(mia, 6, 8)).toMatchObject({ __typename: 'OutreachWasPlanned' });
  });
});

describe('an outreach', () => {
  interface Listed {
    readonly outreaches: { readonly totalCount: number; readonly nodes: readonly Input[] };
    readonly stakeholder: {
      readonly outreaches: { readonly nodes: readonly Input[] };
      readonly timeline: { readonly nodes: readonly Input[] };
    };
  }
  const read = (id: string, validDay: number, where: Input = {}): Promise<Listed> =>
    rapport.query<Listed>(
      `query ($id: ID!, $asOf: AsOf, $where: OutreachFilter) {
        outreaches(where: $where, asOf: $asOf) { totalCount nodes { plan state plannedFor } }
        stakeholder(id: $id, asOf: $asOf) { outreaches { nodes { plan channel plannedAt plannedFor state settledAt by reason
            stakeholder { name } interaction { occurredAt } } }
          timeline(orderBy: OLDEST_FIRST, where: { kinds: [OUTREACH_PLANNED, OUTREACH_DONE, OUTREACH_CANCELLED, CONTACT_FORBIDDEN] }) { nodes { __typename
            ... on OutreachPlanned { plan plannedChannel } ... on OutreachDone { outreach { plan } } ... on ContactForbidden { saidBy } } } } }`,
      { id, asOf: { validAt: dateOf(validDay) }, where: { stakeholderId: id, ...where } },
    );

  it('is planned for a date, done by an interaction or cancelled, and overdue in between', async () => {
    const mia = await somebody();
    const call = await plan(mia, 1, 5, { channel: 'PHONE', reason: 'she helped' });
    const thanks = await plan(mia, 1, 8, { plan: 'Say thanks' });
    const talk = await wrote(mia, 6, { channel: 'PHONE', act: 'CALL' });
    const complete = (input: Input) =>
      rapport.mutate('completeOutreach', { stakeholderId: mia, outreachId: call.factId, ...input });
    expect(await complete({ occurredAt: '2023-12-30T00:00:00Z' })).toMatchObject({
      __typename: 'BeforeItWasPlanned',
      plannedAt: dateOf(1),
    });
    const nothing = Buffer.from('Interaction:none').toString('base64url');
    expect(await complete({ interactionId: nothing })).toMatchObject({
      __typename: 'InteractionNotFound',
      interactionId: nothing,
    });
    expect(await complete({ interactionId: talk, occurredAt: dateOf(6) })).toMatchObject({
      __typename: 'OutreachWasDone',
    });
    const cancelled = await rapport.mutate('cancelOutreach', {
      stakeholderId: mia,
      outreachId: thanks.factId,
      occurredAt: dateOf(7),
    });
    expect(cancelled).toMatchObject({ __typename: 'OutreachWasCancelled' });
    expect(await complete({ outreachId: thanks.factId })).toMatchObject({
      __typename: 'OutreachIsSettled',
      done: false,
      settledAt: dateOf(7),
    });
    expect((await read(mia, 4)).outreaches.nodes).toMatchObject([{ state: 'OPEN' }, { state: 'OPEN' }]);
    expect((await read(mia, 4, { states: ['OVERDUE'] })).outreaches.totalCount).toBe(0);
    expect((await read(mia, 6)).stakeholder.outreaches.nodes).toEqual([
      {
        plan: 'Say thanks',
        channel: null,
        plannedAt: dateOf(1),
        plannedFor: dateOf(8),
        state: 'OPEN',
        settledAt: null,
        by: 'admin',
        reason: null,
        stakeholder: { name: 'Mia' },
        interaction: null,
      },
      {
        plan: 'A call',
        channel: 'PHONE',
        plannedAt: dateOf(1),
        plannedFor: dateOf(5),
        state: 'DONE',
        settledAt: dateOf(6),
        by: 'admin',
        reason: 'she helped',
        stakeholder: { name: 'Mia' },
        interaction: { occurredAt: dateOf(6) },
      },
    ]);
    expect((await read(mia, 9)).outreaches.nodes).toMatchObject([{ state: 'DONE' }, { state: 'CANCELLED' }]);
    expect((await read(mia, 9)).stakeholder.timeline.nodes).toEqual([
      { __typename: 'OutreachPlanned', plan: 'A call', plannedChannel: 'PHONE' },
      { __typename: 'OutreachPlanned', plan: 'Say thanks', plannedChannel: null },
      { __typename: 'OutreachDone', outreach: { plan: 'A call' } },
      { __typename: 'OutreachCancelled' },
    ]);
  });

  it('is marked while they are not to be contacted, though it was planned before, and where it was done all the same', async () => {
    const mia = await somebody();
    const call = await plan(mia, 1, 8);
    const mail = await plan(mia, 2, 9, { plan: 'A mail' });
    const gift = await plan(mia, 2, 10, { plan: 'A gift' });
    const said = await forbid(mia, 5);
    await rapport.mutate('completeOutreach', {
      ...{ stakeholderId: mia, outreachId: call.factId, occurredAt: dateOf(6) },
      interactionId: await wrote(mia, 6),
    });
    await rapport.mutate('cancelOutreach', { stakeholderId: mia, outreachId: gift.factId, occurredAt: dateOf(6) });
    await rapport.mutate('permitContact', { stakeholderId: mia, saidBy: 'she', reason: 'x', occurredAt: dateOf(7) });
    await rapport.mutate('completeOutreach', { stakeholderId: mia, outreachId: mail.factId, occurredAt: dateOf(8) });
    const marked = async (validDay: number, past: Input = {}): Promise<readonly string[]> => {
      const { outreaches } = await rapport.query<{
        outreaches: {
          nodes: readonly {
            readonly plan: string;
            readonly state: string;
            readonly contactForbidden: { readonly saidBy: string; readonly occurredAt: string } | null;
            readonly interaction: { readonly contactForbidden: readonly unknown[] } | null;
          }[];
        };
      }>(
        `query ($id: ID!, $asOf: AsOf) { outreaches(where: { stakeholderId: $id }, asOf: $asOf) { nodes {
          plan state contactForbidden { saidBy occurredAt } interaction { contactForbidden { saidBy } } } } }`,
        { id: mia, asOf: { validAt: dateOf(validDay), ...past } },
      );
      return outreaches.nodes
        .filter(({ contactForbidden: no }) => no?.saidBy === 'she herself' && no.occurredAt === dateOf(5))
        .map(({ plan: text, state, interaction }) => `${text} ${state} ${interaction?.contactForbidden.length ?? 0}`);
    };
    expect(await marked(4)).toEqual([]);
    expect(await marked(5)).toEqual(['A call OPEN 0', 'A mail OPEN 0', 'A gift OPEN 0']);
    expect(await marked(6)).toEqual(['A mail OPEN 0', 'A call DONE 1']);
    expect(await marked(9)).toEqual(['A call DONE 1']);
    // Nobody knew yet of any end of it, nor that anything was done.
    expect(await marked(9, { knownAtPosition: said.position })).toEqual([
      ...['A call OVERDUE 0', 'A mail OPEN 0', 'A gift OPEN 0'],
    ]);
  });

  it('is overdue once its date has passed', async () => {
    const mia = await somebody();
    await plan(mia, 1, 5);
    expect((await read(mia, 6, { states: ['OVERDUE'] })).outreaches.nodes).toEqual([
      { plan: 'A call', state: 'OVERDUE', plannedFor: dateOf(5) },
    ]);
    const input = { stakeholderId: mia, plan: 'x', occurredAt: dateOf(5), plannedFor: dateOf(4) };
    expect(await rapport.mutationRefusal('planOutreach', input)).toMatchObject({ faultyPaths: ['input.plannedFor'] });
  });
});
