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
const connect = (stakeholderId: string, from: number, input: Input = {}): Promise<Outcome> =>
  rapport.mutate('recordConnection', { stakeholderId, kind: 'PAID', occurredAt: dateOf(from), ...input });
const praise = async (stakeholderId: string, day: number): Promise<string> =>
  (
    await rapport.record({
      direction: 'OBSERVED',
      channel: 'BLOG',
      act: 'RECOMMENDATION',
      occurredAt: dateOf(day),
      with: [{ stakeholderId }],
    })
  ).interaction.id;

interface Report {
  readonly disclosures: {
    readonly totalCount: number;
    readonly nodes: readonly { readonly state: string; readonly interaction: { readonly id: string } }[];
  };
  readonly disclosureCounts: readonly { readonly state: string; readonly count: number }[];
}
const report = (variables: Input = {}): Promise<Report> =>
  rapport.query<Report>(
    `query ($where: DisclosureFilter, $asOf: AsOf) {
      disclosures(where: $where, asOf: $asOf) { totalCount nodes { definition state act occurredAt stakeholder { name } interaction { id } } }
      disclosureCounts(asOf: $asOf) { state count definition }
    }`,
    variables,
  );
const idOf = (global: string): string => Buffer.from(global, 'base64url').toString().replace(/~.*$/, '');

describe('a material connection', () => {
  it('has a period, an end that can be taken back, and a place in the timeline', async () => {
    const mia = await somebody();
    const paid = await connect(mia, 3, { reason: 'gave a talk' });
    expect(paid).toMatchObject({ __typename: 'ConnectionWasRecorded', already: false });
    await connect(mia, 5, { kind: 'GIFTED', until: dateOf(6) });
    const end = (day: number) =>
      rapport.mutate('endConnection', { stakeholderId: mia, connectionId: paid.factId, occurredAt: dateOf(day) });
    expect(await end(3)).toMatchObject({ __typename: 'BeforeItBegan', beganAt: dateOf(3) });
    const ended = await end(9);
    expect(ended).toMatchObject({ __typename: 'ConnectionWasEnded' });
    expect(await end(10)).toMatchObject({ __typename: 'ConnectionHasEnded', endedAt: dateOf(9) });
    const read = (asOf: Input | null = null) =>
      rapport.query<{ stakeholder: { connections: readonly Input[]; timeline: { nodes: readonly Input[] } } }>(
        `query ($id: ID!, $asOf: AsOf) { stakeholder(id: $id, asOf: $asOf) { connections { kind from until by reason }
          timeline(orderBy: OLDEST_FIRST) { nodes { __typename ... on ConnectionRecorded { connectionKind until }
            ... on ConnectionEnded { occurredAt connection { kind } } } } } }`,
        { id: mia, asOf },
      );
    expect((await read()).stakeholder).toEqual({
      connections: [
        { kind: 'GIFTED', from: dateOf(5), until: dateOf(6), by: 'admin', reason: null },
        { kind: 'PAID', from: dateOf(3), until: dateOf(9), by: 'admin', reason: 'gave a talk' },
      ],
      timeline: {
        nodes: [
          { __typename: 'ConnectionRecorded', connectionKind: 'PAID', until: null },
          { __typename: 'ConnectionRecorded', connectionKind: 'GIFTED', until: dateOf(6) },
          { __typename: 'ConnectionEnded', occurredAt: dateOf(9), connection: { kind: 'PAID' } },
        ],
      },
    });
    // As of then, what ends by itself has its end, and what somebody ends later has none.
    expect((await read({ validAt: dateOf(5) })).stakeholder.connections).toMatchObject([
      { kind: 'GIFTED', until: dateOf(6) },
      { kind: 'PAID', until: null },
    ]);
    await rapport.mutate('retractRelationshipFact', { stakeholderId: mia, factId: ended.factId, reason: 'goes on' });
    expect((await read()).stakeholder.connections).toMatchObject([{ kind: 'GIFTED' }, { kind: 'PAID', until: null }]);
  });

  it('makes what they do for us need a disclosure, also where it is recorded after the act', async () => {
    const [mia, bo] = [await somebody(), await somebody('Bo')];
    const act = await praise(mia, 10);
    await praise(mia, 20);
    await praise(bo, 10);
    const before = (await report()).disclosures.nodes.map(({ interaction }) => interaction.id);
    expect(before).not.toContain(act);

    const { position } = await connect(mia, 9, { kind: 'EMPLOYED', until: dateOf(15) });
    const missing = await report();
    expect(missing.disclosures).toMatchObject({
      totalCount: 1,
      nodes: [
        {
          definition: 'disclosures-v1',
          state: 'MISSING',
          act: 'RECOMMENDATION',
          occurredAt: dateOf(10),
          stakeholder: { name: 'Mia' },
          interaction: { id: act },
        },
      ],
    });
    const { interaction } = await rapport.query<{ interaction: Input }>(
      'query ($id: ID!) { interaction(id: $id) { disclosure { status } connections { kind } } }',
      { id: act },
    );
    expect(interaction).toEqual({ disclosure: null, connections: [{ kind: 'EMPLOYED' }] });

    const looked = await rapport.mutate('assessDisclosure', { interactionId: act, status: 'NOT_DISCLOSED' });
    expect(looked).toMatchObject({ __typename: 'DisclosureAssessed', already: false, interaction: { revision: 1 } });
    expect((await report()).disclosures.totalCount).toBe(0);
    expect((await report({ where: { states: ['NOT_DISCLOSED'] } })).disclosures.nodes).toMatchObject([
      { state: 'NOT_DISCLOSED', interaction: { id: act } },
    ]);
    const definition = 'disclosures-v1';
    expect((await report()).disclosureCounts).toEqual([
      { state: 'MISSING', count: 0, definition },
      { state: 'DISCLOSED', count: 0, definition },
      { state: 'NOT_DISCLOSED', count: 1, definition },
      { state: 'UNKNOWN', count: 0, definition },
    ]);
    // As it was known when the connection had just been recorded; and at a date before the act.
    const then = await report({ asOf: { knownAtPosition: position } });
    expect(then.disclosures.nodes.map(({ interaction: { id } }) => idOf(id))).toEqual([idOf(act)]);
    expect((await report({ asOf: { validAt: dateOf(9) } })).disclosures.totalCount).toBe(0);
    expect((await report({ where: { states: null, during: { from: dateOf(11) } } })).disclosures.totalCount).toBe(0);
  });
});

describe('an assessment of a disclosure', () => {
  it('is replaced by the next, is no news the second time, and is shown with who looked', async () => {
    const act = await praise(await somebody(), 3);
    const look = (status: string, input: Input = {}) =>
      rapport.mutate('assessDisclosure', { interactionId: act, status, ...input });
    expect(await look('UNKNOWN', { expectedRevision: 0 })).toMatchObject({ already: false });
    expect(await look('UNKNOWN')).toMatchObject({ already: true, interaction: { revision: 1 } });
    expect(await look('DISCLOSED')).toMatchObject({ already: false, interaction: { revision: 2 } });
    const { interaction } = await rapport.query<{ interaction: Input }>(
      'query ($id: ID!) { interaction(id: $id) { revision disclosure { status assessedBy } } }',
      { id: act },
    );
    expect(interaction).toEqual({ revision: 2, disclosure: { status: 'DISCLOSED', assessedBy: 'admin' } });
  });

  it('is refused of what is not there, or was taken back', async () => {
    const nothing = Buffer.from('Interaction:none').toString('base64url');
    expect(await rapport.mutate('assessDisclosure', { interactionId: nothing, status: 'UNKNOWN' })).toMatchObject({
      __typename: 'InteractionNotFound',
      interactionId: nothing,
    });
    const act = await praise(await somebody(), 3);
    await rapport.mutate('retractInteraction', { interactionId: act, reason: 'not theirs' });
    expect(await rapport.mutate('assessDisclosure', { interactionId: act, status: 'UNKNOWN' })).toMatchObject({
      __typename: 'InteractionIsRetracted',
    });
  });
});
