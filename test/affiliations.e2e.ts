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
const somebody = async (name = 'Mia'): Promise<string> => (await rapport.identify(name)).stakeholder.id;
const works = async (name = 'Works'): Promise<string> =>
  (await rapport.identify(name, { kind: 'ORGANISATION' })).stakeholder.id;
const fromCrm = (id: string = randomUUID()): Input => ({ source: { name: 'crm', id } });
const start = (personId: string, organisationId: string, input: Input = {}): Promise<Outcome> =>
  rapport.mutate('startAffiliation', { personId, organisationId, ...('saidById' in input ? {} : fromCrm()), ...input });

interface Told {
  readonly totalCount: number;
  readonly nodes: readonly {
    readonly id: string;
    readonly role: string | null;
    readonly person: { readonly name: string };
    readonly organisation: { readonly name: string };
    readonly from: string | null;
    readonly until: string | null;
    readonly state: string;
  }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}
const told = async (field: string, id: string, asOf?: Input): Promise<Told> =>
  (
    await rapport.query<{ stakeholder: { told: Told } }>(
      `query ($id: ID!, $asOf: AsOf) { stakeholder(id: $id, asOf: $asOf) { told: ${field} { totalCount
        nodes { id role from until state person { name } organisation { name } } pageInfo { hasNextPage endCursor } } } }`,
      { id, ...(asOf === undefined ? {} : { asOf }) },
    )
  ).stakeholder.told;

describe('an affiliation', () => {
  it('is started, ended, corrected and retracted, and says who says so', async () => {
    const [mia, acme] = [await somebody(), await works('Acme')];
    const kim = (await rapport.mutate('addColleague', { name: 'Kim' })).colleague.id;
    const input = { role: 'press', title: 'Head of press', from: dateOf(2), saidById: kim, reason: 'met her there' };
    const { affiliation, ...started } = await start(mia, acme, { ...input, expectedRevision: 0 });
    expect(started).toMatchObject({ __typename: 'AffiliationStarted', already: false });
    expect(affiliation).toMatchObject({
      person: { id: mia, revision: 1 },
      organisation: { id: acme, name: 'Acme' },
      role: 'press',
      title: 'Head of press',
      from: dateOf(2),
      until: null,
      state: 'HOLDING',
      source: null,
      saidBy: { id: kim, name: 'Kim' },
      by: 'admin',
      reason: 'met her there',
      ending: null,
    });
    const { id: affiliationId } = affiliation;
    const left = await rapport.mutate('endAffiliation', { affiliationId, occurredAt: dateOf(9), reason: 'retired' });
    expect(left).toMatchObject({
      __typename: 'AffiliationEnded',
      affiliation: { until: dateOf(9), state: 'ENDED', ending: { by: 'admin', reason: 'retired' } },
    });
    const corrected = await rapport.mutate('correctAffiliation', {
      affiliationId,
      from: null,
      title: 'Chief of press',
      reason: 'she told us',
    });
    expect(corrected).toMatchObject({
      __typename: 'AffiliationCorrected',
      affiliation: {
        from: null,
        title: 'Chief of press',
        role: 'press',
        corrections: [
          {
            by: 'admin',
            reason: 'she told us',
            changes: [
              { field: 'from', from: dateOf(2), to: null },
              { field: 'title', from: 'Head of press', to: 'Chief of press' },
            ],
          },
        ],
      },
    });
    const retracted = await rapport.mutate('retractAffiliation', { affiliationId, reason: 'another Mia' });
    expect(retracted).toMatchObject({
      __typename: 'AffiliationRetracted',
      affiliation: { state: 'RETRACTED', retraction: { by: 'admin', reason: 'another Mia' } },
    });
    expect((await told('affiliations', mia)).nodes).toEqual([]);
    expect((await told('affiliations(where: { states: [RETRACTED] })', mia)).nodes).toMatchObject([
      { id: affiliationId, state: 'RETRACTED' },
    ]);
    const { node } = await rapport.query<{ node: unknown }>(
      'query ($id: ID!) { node(id: $id) { id ... on Affiliation { title } } }',
      { id: affiliationId },
    );
    expect(node).toEqual({ id: affiliationId, title: 'Chief of press' });
  });

  it('is read as of any past, of what was known and of what had happened', async () => {
    const [mia, acme] = [await somebody(), await works('Acme')];
    const first = await start(mia, acme, { from: dateOf(2) });
    await rapport.mutate('endAffiliation', { affiliationId: first.affiliation.id, occurredAt: dateOf(9) });
    await start(mia, await works('Bolt'), { from: dateOf(9), until: dateOf(20) });
    const at = async (asOf: Input): Promise<readonly string[]> =>
      (await told('affiliations', mia, asOf)).nodes.map(({ organisation }) => organisation.name);
    expect(await at({ validAt: dateOf(8) })).toEqual(['Acme']);
    expect(await at({ validAt: dateOf(9) })).toEqual(['Bolt']);
    expect(await at({ validAt: dateOf(21) })).toEqual([]);
    // Before the end was recorded, she was thought to be there still.
    expect(await at({ knownAtPosition: first.position, validAt: dateOf(21) })).toEqual(['Acme']);
    expect((await told('people', acme, { validAt: dateOf(8) })).nodes).toMatchObject([{ person: { name: 'Mia' } }]);
    // Both exist from what is first dated, though nobody had recorded them by then.
    for (const id of [mia, acme])
      expect([await rapport.stakeholder(id, { asOf: { validAt: dateOf(1) } }), id]).toEqual([null, id]);
  });

  it('has people in pages, and stakeholders are found by it', async () => {
    const acme = await works('Acme');
    for (const [index, name] of ['Ann', 'Bo', 'Cy'].entries())
      await start(await somebody(name), acme, { from: dateOf(index + 1), until: dateOf(index + 10) });
    const page = await told('people(first: 2)', acme, { validAt: dateOf(5) });
    expect([page.totalCount, page.pageInfo.hasNextPage]).toEqual([3, true]);
    expect(page.nodes.map(({ person }) => person.name)).toEqual(['Cy', 'Bo']);
    const rest = await told(`people(first: 2, after: "${page.pageInfo.endCursor ?? ''}")`, acme, {
      validAt: dateOf(5),
    });
    expect(rest.nodes.map(({ person }) => person.name)).toEqual(['Ann']);
    const found = async (validAt: string): Promise<readonly string[]> =>
      (
        await rapport.query<{ stakeholders: { nodes: readonly { name: string }[] } }>(
          'query ($id: ID!, $asOf: AsOf) { stakeholders(where: { organisationId: $id }, asOf: $asOf) { nodes { name } } }',
          { id: acme, asOf: { validAt } },
        )
      ).stakeholders.nodes.map(({ name }) => name);
    expect(await found(dateOf(5))).toEqual(['Ann', 'Bo', 'Cy']);
    expect(await found(dateOf(11))).toEqual(['Cy']);
    expect(await found(dateOf(12))).toEqual([]);
  });

  it('is recorded once for each id of its source', async () => {
    const [mia, acme] = [await somebody(), await works()];
    const input = { ...fromCrm(), role: 'press' };
    const first = await start(mia, acme, input);
    const again = await start(mia, acme, input);
    expect(again).toMatchObject({ already: true, affiliation: { id: first.affiliation.id } });
    expect(await start(mia, acme, { ...input, role: 'sales' })).toMatchObject({
      __typename: 'AffiliationSourceIdTaken',
      affiliation: { id: first.affiliation.id, role: 'press' },
    });
    // It is this person's, whoever is named under it.
    const bo = await somebody('Bo');
    expect(await start(bo, acme, input)).toMatchObject({
      __typename: 'AffiliationSourceIdTaken',
      affiliation: { id: first.affiliation.id, person: { name: 'Mia' } },
    });
    expect((await told('people', acme)).totalCount).toBe(1);
    // What was refused claims nothing.
    const refused = { ...fromCrm(), from: dateOf(3), until: dateOf(3) };
    expect(await start(mia, acme, refused)).toMatchObject({ __typename: 'EndsBeforeItBegins' });
    expect(await start(bo, acme, { ...refused, until: dateOf(4) })).toMatchObject({ already: false });
  });

  it('is one, where one id of a source is told of two at once', async () => {
    const [mia, bo, acme] = [await somebody(), await somebody('Bo'), await works()];
    for (const _ of Array.from({ length: 5 })) {
      const input = fromCrm();
      const both = await Promise.all([start(mia, acme, input), start(bo, acme, input)]);
      expect(both.map(({ __typename }) => __typename).sort()).toEqual([
        'AffiliationSourceIdTaken',
        'AffiliationStarted',
      ]);
    }
    const same = fromCrm();
    const again = await Promise.all([start(mia, acme, same), start(mia, acme, same)]);
    expect(again.map(({ already }) => already).sort()).toEqual([false, true]);
  });

  it.each(['startAffiliation', 'endAffiliation', 'correctAffiliation', 'retractAffiliation'] as const)(
    'is changed once by %s, however often it is sent',
    async (mutation) => {
      const [mia, acme] = [await somebody(), await works()];
      const { affiliation } = await start(mia, acme, { from: dateOf(1) });
      const input = {
        commandId: randomUUID(),
        reason: 'once',
        ...(mutation === 'startAffiliation'
          ? { personId: mia, organisationId: acme, ...fromCrm() }
          : { affiliationId: affiliation.id }),
        ...(mutation === 'correctAffiliation' ? { role: 'press' } : {}),
      };
      const both = await Promise.all([rapport.mutate(mutation, input), rapport.mutate(mutation, input)]);
      expect(both.map(({ already }) => already).sort()).toEqual([false, true]);
      expect(both[0].affiliation.id).toBe(both[1].affiliation.id);
      expect(await rapport.mutate(mutation, { ...input, reason: 'twice' })).toMatchObject({
        __typename: 'CommandIdReused',
      });
    },
  );

  it('is refused, and says why', async () => {
    const [mia, acme] = [await somebody(), await works()];
    expect(await start(acme, acme)).toMatchObject({ __typename: 'NotAPerson', stakeholder: { id: acme } });
    expect(await start(mia, mia)).toMatchObject({ __typename: 'NotAnOrganisation', stakeholder: { id: mia } });
    const noOne = nobody('Stakeholder');
    for (const [person, organisation] of [
      [noOne, acme],
      [mia, noOne],
    ] as const)
      expect(await start(person, organisation)).toMatchObject({
        __typename: 'StakeholderNotFound',
        stakeholderId: noOne,
      });
    const stranger = nobody('Colleague');
    expect(await start(mia, acme, { saidById: stranger })).toMatchObject({
      __typename: 'ColleagueNotFound',
      colleagueId: stranger,
    });
    expect(await start(mia, acme, { from: dateOf(3), until: dateOf(3) })).toMatchObject({
      __typename: 'EndsBeforeItBegins',
    });
    const { affiliation } = await start(mia, acme, { from: dateOf(3), until: dateOf(5) });
    const { id: affiliationId } = affiliation;
    expect(await rapport.mutate('endAffiliation', { affiliationId, occurredAt: dateOf(6) })).toMatchObject({
      __typename: 'AffiliationHasEnded',
      affiliation: { until: dateOf(5) },
    });
    await rapport.mutate('retractAffiliation', { affiliationId, reason: 'x' });
    const isRetracted = { __typename: 'AffiliationIsRetracted', affiliation: { id: affiliationId } };
    expect(await rapport.mutate('endAffiliation', { affiliationId })).toMatchObject(isRetracted);
    expect(await rapport.mutate('correctAffiliation', { affiliationId, role: 'x', reason: 'x' })).toMatchObject(
      isRetracted,
    );
    for (const unknown of [nobody('Affiliation'), Buffer.from('Affiliation:x').toString('base64url')])
      expect(await rapport.mutate('retractAffiliation', { affiliationId: unknown, reason: 'x' })).toMatchObject({
        __typename: 'AffiliationNotFound',
        affiliationId: unknown,
      });
    expect(await rapport.mutationRefusal('startAffiliation', { personId: mia, organisationId: acme })).toMatchObject({
      code: 'BAD_USER_INPUT',
      faultyPaths: ['input.saidById'],
    });
    expect(
      await rapport.mutationRefusal('startAffiliation', {
        personId: mia,
        organisationId: acme,
        ...fromCrm(),
        saidById: stranger,
        from: new Date(Date.now() + 172_800_000).toISOString(),
        role: '',
        expectedRevision: -2,
      }),
    ).toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(
      await rapport.mutationRefusal('startAffiliation', {
        personId: mia,
        organisationId: acme,
        ...fromCrm(),
        expectedRevision: 0,
      }),
    ).toMatchObject({
      code: 'CONFLICT',
      extensions: { currentRevision: 2 },
    });
  });

  it('is told as a fact, with the ids that clients know', async () => {
    const [mia, acme] = [await somebody(), await works()];
    const { affiliation, position } = await start(mia, acme, { from: dateOf(3) });
    const { events } = await rapport.query<{ events: { nodes: readonly { position: string; data: Input }[] } }>(
      'query ($of: ID!) { events(first: 100, where: { subject: $of }) { nodes { position type subject occurredAt data } } }',
      { of: mia },
    );
    expect(events.nodes.find((event) => event.position === position)).toMatchObject({
      type: 'AffiliationStarted',
      subject: mia,
      occurredAt: dateOf(3),
      data: { stakeholderId: mia, organisationId: acme, affiliationId: affiliation.id },
    });
  });
});
