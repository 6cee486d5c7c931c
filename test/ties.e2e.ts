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
const somebody = async (name = 'Mia', kind = 'PERSON'): Promise<string> =>
  (await rapport.identify(name, { kind })).stakeholder.id;
const fromCrm = (id: string = randomUUID()): Input => ({ source: { name: 'crm', id } });
const tie = (stakeholderId: string, otherId: string, input: Input = {}): Promise<Outcome> =>
  rapport.mutate('recordTie', {
    kind: 'KNOWS',
    stakeholderId,
    otherId,
    ...('saidById' in input ? {} : fromCrm()),
    ...input,
  });
const belong = (personId: string, organisationId: string, input: Input = {}): Promise<Outcome> =>
  rapport.mutate('startAffiliation', { personId, organisationId, ...fromCrm(), ...input });

interface Told {
  readonly totalCount: number;
  readonly nodes: readonly {
    readonly kind: string;
    readonly state: string;
    readonly stakeholder: { readonly name: string };
    readonly other: { readonly name: string };
  }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}
const ties = async (id: string, args = '', asOf?: Input): Promise<Told> =>
  (
    await rapport.query<{ stakeholder: { ties: Told } }>(
      `query ($id: ID!, $asOf: AsOf) { stakeholder(id: $id, asOf: $asOf) { ties${args} { totalCount
        nodes { kind state stakeholder { name } other { name } } pageInfo { hasNextPage endCursor } } } }`,
      { id, ...(asOf === undefined ? {} : { asOf }) },
    )
  ).stakeholder.ties;
const said = ({ nodes }: Told): readonly string[] =>
  nodes.map(({ kind, stakeholder, other }) => `${stakeholder.name} ${kind} ${other.name}`);

describe('a tie', () => {
  it('is recorded with who says so and what shows it, ended and retracted', async () => {
    const [mia, bo] = [await somebody(), await somebody('Bo')];
    const kim = (await rapport.mutate('addColleague', { name: 'Kim' })).colleague.id;
    const { interaction } = await rapport.record({ act: 'SHARE', with: [{ stakeholderId: mia }] });
    const evidence = { evidence: [interaction.id], note: 'shares all of it', url: 'https://example.org/mia' };
    const recorded = await tie(mia, bo, { kind: 'AMPLIFIES', from: dateOf(2), saidById: kim, ...evidence });
    expect(recorded).toMatchObject({
      __typename: 'TieRecorded',
      already: false,
      tie: {
        kind: 'AMPLIFIES',
        stakeholder: { id: mia },
        other: { id: bo },
        from: dateOf(2),
        until: null,
        state: 'HOLDING',
        revision: 0,
        saidBy: { id: kim, name: 'Kim' },
        source: null,
        evidence: [{ id: interaction.id }],
        note: 'shares all of it',
        url: 'https://example.org/mia',
      },
    });
    const { id: tieId } = recorded.tie;
    const ended = { tieId, occurredAt: dateOf(9), reason: 'they fell out', expectedRevision: 0 };
    expect(await rapport.mutate('endTie', ended)).toMatchObject({
      __typename: 'TieEnded',
      tie: { until: dateOf(9), state: 'ENDED', revision: 1, ending: { by: 'admin', reason: 'they fell out' } },
    });
    expect(await rapport.mutate('retractTie', { tieId, reason: 'another Bo' })).toMatchObject({
      __typename: 'TieRetracted',
      tie: { state: 'RETRACTED', retraction: { by: 'admin', reason: 'another Bo' } },
    });
    expect((await ties(mia)).nodes).toEqual([]);
    expect(said(await ties(bo, '(where: { states: [RETRACTED] })'))).toEqual(['Mia AMPLIFIES Bo']);
    const { node } = await rapport.query<{ node: unknown }>(
      'query ($id: ID!) { node(id: $id) { id ... on Tie { kind } } }',
      { id: tieId },
    );
    expect(node).toEqual({ id: tieId, kind: 'AMPLIFIES' });
    const { events } = await rapport.query<{ events: { nodes: readonly Input[] } }>(
      'query ($of: ID!) { events(first: 10, where: { subject: $of }) { nodes { type subject occurredAt data } } }',
      { of: tieId },
    );
    expect(events.nodes).toMatchObject([
      {
        type: 'TieRecorded',
        subject: tieId,
        occurredAt: dateOf(2),
        data: { tieId, stakeholderId: mia, otherId: bo, saidBy: kim, evidence: [interaction.id] },
      },
      { type: 'TieEnded', data: { was: { stakeholderId: mia, otherId: bo, until: null } } },
      { type: 'TieRetracted', data: { was: { until: dateOf(9) } } },
    ]);
  });

  it('is corrected, with what was wrong on show, and any past as it was known', async () => {
    const [mia, bo] = [await somebody(), await somebody('Bo')];
    const { interaction } = await rapport.record({ act: 'SHARE', with: [{ stakeholderId: mia }] });
    await rapport.record({ occurredAt: dateOf(1), with: [{ stakeholderId: bo }] });
    const recorded = await tie(mia, bo, { kind: 'AMPLIFIES', from: dateOf(2), until: dateOf(9), note: 'so they say' });
    const { id: tieId } = recorded.tie;
    const correction = {
      ...{ tieId, kind: 'WORKS_WITH', from: dateOf(4), until: null, evidence: [interaction.id], note: null },
      ...{ reason: 'misread', expectedRevision: 0, commandId: `correct ${tieId}` },
    };
    const corrected = await rapport.mutate('correctTie', correction);
    expect(corrected).toMatchObject({
      __typename: 'TieCorrected',
      already: false,
      tie: {
        ...{ kind: 'WORKS_WITH', from: dateOf(4), until: null, state: 'HOLDING', note: null, revision: 1 },
        evidence: [{ id: interaction.id }],
        corrections: [
          {
            ...{ by: 'admin', reason: 'misread' },
            changes: [
              { field: 'kind', from: 'amplifies', to: 'works-with' },
              { field: 'from', from: dateOf(2), to: dateOf(4) },
              { field: 'until', from: dateOf(9), to: null },
              { field: 'evidence', from: [], to: [interaction.id] },
              { field: 'note', from: 'so they say', to: null },
            ],
          },
        ],
      },
    });
    expect(await rapport.mutate('correctTie', correction)).toMatchObject({
      already: true,
      position: corrected.position,
    });
    expect(said(await ties(bo))).toEqual(['Mia WORKS_WITH Bo']);
    expect(said(await ties(bo, '', { validAt: dateOf(3) }))).toEqual([]);
    expect(said(await ties(bo, '', { knownAtPosition: recorded.position, validAt: dateOf(3) }))).toEqual([
      'Mia AMPLIFIES Bo',
    ]);

    const correct = (input: Input) => rapport.mutate('correctTie', { tieId, reason: 'x', ...input });
    expect(await correct({ until: dateOf(4) })).toMatchObject({ __typename: 'EndsBeforeItBegins' });
    const unknown = nobody('Interaction');
    expect(await correct({ evidence: [unknown] })).toMatchObject({
      __typename: 'InteractionNotFound',
      interactionId: unknown,
    });
    expect(await correct({ tieId: nobody('Tie'), kind: 'KNOWS' })).toMatchObject({ __typename: 'TieNotFound' });
    await rapport.mutate('retractTie', { tieId, reason: 'another Bo' });
    expect(await correct({ kind: 'KNOWS' })).toMatchObject({ __typename: 'TieIsRetracted', tie: { id: tieId } });
  });

  it('is read as of any past, from both its ends', async () => {
    const [mia, bo, cy] = [await somebody(), await somebody('Bo'), await somebody('Cy')];
    const first = await tie(mia, bo, { from: dateOf(2) });
    await rapport.mutate('endTie', { tieId: first.tie.id, occurredAt: dateOf(9) });
    await tie(cy, mia, { kind: 'WORKS_WITH', from: dateOf(5), until: dateOf(20) });
    expect(said(await ties(mia, '', { validAt: dateOf(8) }))).toEqual(['Cy WORKS_WITH Mia', 'Mia KNOWS Bo']);
    expect(said(await ties(bo, '', { validAt: dateOf(8) }))).toEqual(['Mia KNOWS Bo']);
    expect(said(await ties(mia, '', { validAt: dateOf(9) }))).toEqual(['Cy WORKS_WITH Mia']);
    expect(said(await ties(mia, '', { knownAtPosition: first.position, validAt: dateOf(30) }))).toEqual([
      'Mia KNOWS Bo',
    ]);
    // All exist from what is first dated.
    expect(await rapport.stakeholder(bo, { asOf: { validAt: dateOf(1) } })).toBeNull();
    expect(await rapport.stakeholder(bo, { asOf: { validAt: dateOf(2) } })).toMatchObject({ name: 'Bo' });
    const page = await ties(mia, '(first: 1, where: { states: [HOLDING, ENDED], kinds: [KNOWS, WORKS_WITH] })');
    expect([said(page), page.totalCount, page.pageInfo.hasNextPage]).toEqual([['Cy WORKS_WITH Mia'], 2, true]);
    const rest = `(after: "${page.pageInfo.endCursor ?? ''}", where: { states: [HOLDING, ENDED] })`;
    expect(said(await ties(mia, rest))).toEqual(['Mia KNOWS Bo']);
  });

  it('shows as evidence what had happened by then', async () => {
    const [mia, bo] = [await somebody(), await somebody('Bo')];
    const { interaction } = await rapport.record({ occurredAt: dateOf(5), with: [{ stakeholderId: mia }] });
    const { tie: its } = await tie(mia, bo, { evidence: [interaction.id] });
    const evidence = async (asOf?: Input) =>
      (
        await rapport.query<{ stakeholder: { ties: { nodes: readonly { evidence: readonly unknown[] }[] } } }>(
          'query ($id: ID!, $asOf: AsOf) { stakeholder(id: $id, asOf: $asOf) { ties { nodes { evidence { liveId } } } } }',
          { id: mia, ...(asOf === undefined ? {} : { asOf }) },
        )
      ).stakeholder.ties.nodes.map(({ evidence: shown }) => shown);
    expect(await evidence()).toEqual([[{ liveId: interaction.id }]]);
    expect(its.from).toBeNull();
    await rapport.record({ occurredAt: dateOf(1), with: [{ stakeholderId: mia }] });
    expect(await evidence({ validAt: dateOf(4) })).toEqual([[]]);
  });

  it('is recorded once for each id of its source', async () => {
    const [mia, bo] = [await somebody(), await somebody('Bo')];
    const input = { ...fromCrm(), note: 'so it says' };
    const first = await tie(mia, bo, input);
    expect(await tie(mia, bo, input)).toMatchObject({ already: true, tie: { id: first.tie.id } });
    expect(await tie(mia, bo, { ...input, kind: 'AMPLIFIES' })).toMatchObject({
      __typename: 'TieSourceIdTaken',
      tie: { id: first.tie.id, kind: 'KNOWS' },
    });
  });

  it.each(['recordTie', 'endTie', 'retractTie'] as const)(
    'is changed once by %s, however often it is sent',
    async (mutation) => {
      const [mia, bo] = [await somebody(), await somebody('Bo')];
      const { tie: its } = await tie(mia, bo, { from: dateOf(1) });
      const input = {
        commandId: randomUUID(),
        reason: 'once',
        ...(mutation === 'recordTie'
          ? { kind: 'KNOWS', stakeholderId: mia, otherId: bo, ...fromCrm() }
          : { tieId: its.id }),
      };
      const both = await Promise.all([rapport.mutate(mutation, input), rapport.mutate(mutation, input)]);
      expect(both.map(({ already }) => already).sort()).toEqual([false, true]);
      expect(both[0].tie.id).toBe(both[1].tie.id);
      expect(await rapport.mutate(mutation, { ...input, reason: 'twice' })).toMatchObject({
        __typename: 'CommandIdReused',
      });
    },
  );

  it('is refused, and says why', async () => {
    const [mia, bo] = [await somebody(), await somebody('Bo')];
    const noOne = nobody('Stakeholder');
    expect(await tie(mia, mia)).toMatchObject({ __typename: 'TieWithThemselves' });
    expect(await tie(noOne, bo)).toMatchObject({ __typename: 'StakeholderNotFound', stakeholderId: noOne });
    expect(await tie(mia, noOne)).toMatchObject({ __typename: 'StakeholderNotFound', stakeholderId: noOne });
    const nothing = nobody('Interaction');
    expect(await tie(mia, bo, { evidence: [nothing] })).toMatchObject({
      __typename: 'InteractionNotFound',
      interactionId: nothing,
    });
    const stranger = nobody('Colleague');
    expect(await tie(mia, bo, { saidById: stranger })).toMatchObject({
      __typename: 'ColleagueNotFound',
      colleagueId: stranger,
    });
    expect(await tie(mia, bo, { from: dateOf(3), until: dateOf(2) })).toMatchObject({
      __typename: 'EndsBeforeItBegins',
    });
    const { id: tieId } = (await tie(mia, bo, { from: dateOf(3), until: dateOf(5) })).tie;
    expect(await rapport.mutate('endTie', { tieId, occurredAt: dateOf(6) })).toMatchObject({
      __typename: 'TieHasEnded',
      tie: { until: dateOf(5) },
    });
    await rapport.mutate('retractTie', { tieId, reason: 'x' });
    expect(await rapport.mutate('endTie', { tieId })).toMatchObject({
      __typename: 'TieIsRetracted',
      tie: { id: tieId },
    });
    const unknown = nobody('Tie');
    expect(await rapport.mutate('endTie', { tieId: unknown })).toMatchObject({
      __typename: 'TieNotFound',
      tieId: unknown,
    });
    expect(
      await rapport.mutationRefusal('recordTie', { kind: 'KNOWS', stakeholderId: mia, otherId: bo }),
    ).toMatchObject({ code: 'BAD_USER_INPUT', faultyPaths: ['input.saidById'] });
  });
});

interface Nearby {
  readonly distance: number;
  readonly definition: string;
  readonly stakeholder: { readonly name: string };
  readonly path: readonly {
    readonly kind: string;
    readonly from: { readonly name: string };
    readonly to: { readonly name: string };
    readonly tie: { readonly kind: string } | null;
    readonly affiliations: readonly { readonly organisation: { readonly name: string } }[];
  }[];
}
interface Near {
  readonly totalCount: number | null;
  readonly nodes: readonly Nearby[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}
const near = async (id: string, args = '', asOf?: Input): Promise<Near> =>
  (
    await rapport.query<{ stakeholder: { near: Near } }>(
      `query ($id: ID!, $asOf: AsOf) { stakeholder(id: $id, asOf: $asOf) { near${args} { totalCount pageInfo { hasNextPage endCursor }
        nodes { distance definition stakeholder { name } path { kind from { name } to { name } tie { kind } affiliations { organisation { name } } } } } } }`,
      { id, ...(asOf === undefined ? {} : { asOf }) },
    )
  ).stakeholder.near;
const names = ({ nodes }: Near): readonly string[] => nodes.map(({ stakeholder }) => stakeholder.name);

describe('who is near a detractor or an advocate', () => {
  it('is found over ties and shared affiliations, with the path that says why, as of any past', async () => {
    const [mia, bo, cy, acme] = [
      await somebody(),
      await somebody('Bo'),
      await somebody('Cy'),
      await somebody('Acme', 'ORGANISATION'),
    ];
    // Mia is against us. Bo, who is for us, works where she does; Cy knows Bo.
    await belong(mia, acme, { from: dateOf(1) });
    const joined = await belong(bo, acme, { from: dateOf(5) });
    await tie(cy, bo, { from: dateOf(2) });
    const asked = { reason: 'we talked', occurredAt: dateOf(3) };
    await rapport.mutate('assessStance', { stakeholderId: mia, stance: 'DETRACTOR', ...asked });
    await rapport.mutate('assessStance', { stakeholderId: bo, stance: 'ADVOCATE', ...asked });

    const advocates = await near(mia, '(stances: [ADVOCATE])');
    expect(advocates).toEqual({
      totalCount: 1,
      pageInfo: { hasNextPage: false, endCursor: expect.any(String) },
      nodes: [
        {
          distance: 1,
          definition: 'near-v1',
          stakeholder: { name: 'Bo' },
          path: [
            {
              kind: 'SAME_ORGANISATION',
              from: { name: 'Mia' },
              to: { name: 'Bo' },
              tie: null,
              affiliations: [{ organisation: { name: 'Acme' } }, { organisation: { name: 'Acme' } }],
            },
          ],
        },
      ],
    });
    const detractors = await near(cy, '(stances: [DETRACTOR, CRITIC], depth: 2)');
    expect(detractors.nodes).toMatchObject([
      {
        distance: 2,
        stakeholder: { name: 'Mia' },
        path: [
          { kind: 'KNOWS', from: { name: 'Cy' }, to: { name: 'Bo' }, tie: { kind: 'KNOWS' }, affiliations: [] },
          { kind: 'SAME_ORGANISATION', from: { name: 'Bo' }, to: { name: 'Mia' }, tie: null },
        ],
      },
    ]);
    expect(names(await near(cy, '(stances: [DETRACTOR])'))).toEqual([]);
    expect(names(await near(cy, '(stances: [DETRACTOR], depth: 2)', { validAt: dateOf(4) }))).toEqual([]);
    const before = { knownAtPosition: joined.position };
    expect(names(await near(mia, '', before))).toEqual(['Bo', 'Acme']);
    // Nobody had said by then where Bo stands.
    expect(names(await near(mia, '(stances: [ADVOCATE])', before))).toEqual([]);
    expect(names(await near(acme, '(stances: [DETRACTOR])'))).toEqual(['Mia']);

    const page = await near(mia, '(depth: 2, first: 2)');
    expect([names(page), page.totalCount, page.pageInfo.hasNextPage]).toEqual([['Bo', 'Acme'], 3, true]);
    const rest = await near(mia, `(depth: 2, first: 2, after: "${page.pageInfo.endCursor ?? ''}")`);
    expect([names(rest), rest.pageInfo.hasNextPage]).toEqual([['Cy'], false]);
    expect(names(await near(mia, '(depth: 2, last: 1)'))).toEqual(['Cy']);
  });

  it('is refused farther than two steps away', async () => {
    const query = 'query ($id: ID!) { stakeholder(id: $id) { near(depth: 3) { totalCount } } }';
    expect(await rapport.refusal(query, { id: await somebody() })).toMatchObject({
      code: 'BAD_USER_INPUT',
      faultyPaths: ['depth'],
    });
  });
});
