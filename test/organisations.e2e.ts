import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Input, type Rapport, rapportAt, readingItsWrites } from './client.js';
import { type TestService, startTestService } from './service.js';

let service: TestService;
let rapport: Rapport;
beforeAll(async () => {
  service = await startTestService();
  rapport = readingItsWrites(rapportAt({ url: service.url, token: service.adminToken }));
});
afterAll(() => service.stop());

const dateOf = (day: number): string => new Date(Date.UTC(2024, 0, day)).toISOString();
const somebody = async (name: string, kind = 'PERSON'): Promise<string> =>
  (await rapport.identify(name, { kind })).stakeholder.id;
const belong = (personId: string, organisationId: string, input: Input = {}) =>
  rapport.mutate('startAffiliation', {
    personId,
    organisationId,
    source: { name: 'crm', id: randomUUID() },
    ...input,
  });
const record = (subject: string, day: number, who: readonly string[], input: Input = {}) =>
  rapport.record({ subject, occurredAt: dateOf(day), with: who.map((stakeholderId) => ({ stakeholderId })), ...input });

interface Page {
  readonly totalCount: number;
  readonly nodes: readonly {
    readonly __typename: string;
    readonly subject?: string;
    readonly kind?: string;
    readonly stakeholder?: { readonly name: string };
  }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}
const document = (args: string): string =>
  `query ($id: ID!, $asOf: AsOf, $where: TimelineFilter) { stakeholder(id: $id, asOf: $asOf) { timeline(where: $where, ${args}) {
    totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    nodes { __typename ... on Interaction { subject } ... on StepTaken { stakeholder { name } } ... on OwnerAssigned { stakeholder { name } }
      ... on StanceAssessed { stakeholder { name } } ... on Conversion { kind stakeholder { name } } } } } }`;
const timeline = async (id: string, args: string, variables: Input = {}): Promise<Page> =>
  (await rapport.query<{ stakeholder: { timeline: Page } }>(document(args), { id, ...variables })).stakeholder.timeline;
const told = ({ nodes }: Page): readonly string[] =>
  nodes.map(
    ({ __typename, subject, kind, stakeholder }) => subject ?? [kind ?? __typename, stakeholder?.name].join(' of '),
  );
const withPeople = 'includingPeople: true, orderBy: OLDEST_FIRST';

describe("an organisation's timeline with its people's", () => {
  let acme: string;
  let [mia, bo] = ['', ''];
  let beforeTheEnd = '';
  beforeAll(async () => {
    acme = await somebody('Acme', 'ORGANISATION');
    [mia, bo] = [await somebody('Mia'), await somebody('Bo')];
    const kim = (await rapport.mutate('addColleague', { name: 'Kim' })).colleague.id;
    await belong(mia, acme, { from: dateOf(3) });
    // Two posts, one after the other; and away in between the second and the third.
    await belong(bo, acme, { from: dateOf(2), until: dateOf(5) });
    await belong(bo, acme, { from: dateOf(5), until: dateOf(7) });
    await belong(bo, acme, { from: dateOf(10), until: dateOf(90) });
    await record('before Mia came', 2, [mia]);
    await record('with both', 4, [mia, bo, acme]);
    await record('of the organisation', 1, [acme]);
    await record('while Bo was away', 8, [bo]);
    await record('when Bo came back', 10, [bo], { tone: -1 });
    await record('at the end of a post', 5, [bo]);
    await rapport.mutate('takeStep', { stakeholderId: mia, step: 'LISTEN', occurredAt: dateOf(6) });
    await rapport.mutate('takeStep', { stakeholderId: bo, step: 'LISTEN', occurredAt: dateOf(9) });
    await rapport.mutate('assignOwner', { stakeholderId: mia, ownerId: kim, occurredAt: dateOf(4) });
    beforeTheEnd = (await record('praise', 80, [bo], { tone: 1, act: 'PRAISE' })).position;
    const { id: affiliationId } = (await belong(mia, acme, { from: dateOf(20), until: dateOf(21), role: 'twice' }))
      .affiliation;
    await rapport.mutate('retractAffiliation', { affiliationId, reason: 'x' });
    await record('retracted', 15, [mia]).then(({ interaction }) =>
      rapport.mutate('retractInteraction', { interactionId: interaction.id, reason: 'x' }),
    );
  });
  const all = [
    'of the organisation',
    'with both',
    'OwnerAssigned of Mia',
    'at the end of a post',
    'StepTaken of Mia',
    'when Bo came back',
    'retracted',
    'praise',
    'WON_OVER of Bo',
  ];

  it('tells what passed while they belonged to it, each entry once, and whose it is', async () => {
    const page = await timeline(acme, withPeople);
    expect(told(page)).toEqual(all);
    expect(page.totalCount).toBe(all.length);
    expect(told(await timeline(acme, 'includingPeople: true'))).toEqual(all.toReversed());
    expect(told(await timeline(acme, 'orderBy: OLDEST_FIRST'))).toEqual(['of the organisation', 'with both']);
    // A person has nobody's but their own.
    const own = await timeline(bo, 'orderBy: OLDEST_FIRST');
    expect(told(await timeline(bo, withPeople))).toEqual(told(own));
  });

  it.each([
    [{ kinds: ['INTERACTION'] }, all.filter((each) => !each.includes(' of ') || each === 'at the end of a post')],
    [{ kinds: ['STEP_TAKEN', 'CONVERSION'] }, ['StepTaken of Mia', 'WON_OVER of Bo']],
    [{ kinds: ['OWNER_ASSIGNED'] }, ['OwnerAssigned of Mia']],
    [{ acts: ['PRAISE'] }, ['praise']],
    [{ during: { from: dateOf(4), until: dateOf(6) } }, ['with both', 'OwnerAssigned of Mia', 'at the end of a post']],
    [{ kinds: [] }, []],
  ])('is filtered: %j', async (where, expected) => {
    const page = await timeline(acme, withPeople, { where });
    expect(told(page)).toEqual(expected);
    expect(page.totalCount).toBe(expected.length);
  });

  it.each(['OLDEST_FIRST', 'NEWEST_FIRST'])('is read in pages both ways: %s', async (order) => {
    const whole = order === 'OLDEST_FIRST' ? all : all.toReversed();
    for (const size of [1, 2, 4]) {
      const forwards: string[] = [];
      for (let after = ''; ;) {
        const page = await timeline(acme, `includingPeople: true, orderBy: ${order}, first: ${size}${after}`);
        forwards.push(...told(page));
        if (!page.pageInfo.hasNextPage) break;
        after = `, after: "${page.pageInfo.endCursor ?? ''}"`;
      }
      expect(forwards).toEqual(whole);
      const backwards: string[] = [];
      for (let before = ''; ;) {
        const page = await timeline(acme, `includingPeople: true, orderBy: ${order}, last: ${size}${before}`);
        backwards.unshift(...told(page));
        if (!page.pageInfo.hasPreviousPage) break;
        before = `, before: "${page.pageInfo.startCursor ?? ''}"`;
      }
      expect(backwards).toEqual(whole);
    }
  });

  it('is read as of any past', async () => {
    const at = async (asOf: Input) => told(await timeline(acme, withPeople, { asOf }));
    expect(await at({ validAt: dateOf(5) })).toEqual(all.slice(0, 4));
    expect(await at({ knownAtPosition: beforeTheEnd, validAt: dateOf(30) })).toEqual(all.slice(0, 6));
    expect(await at({ validAt: dateOf(0) }).catch(() => 'not there yet')).toBe('not there yet');
  });

  it('refuses a cursor of the timeline without them', async () => {
    const { pageInfo } = await timeline(acme, 'first: 1');
    const after = `includingPeople: true, first: 1, after: "${pageInfo.endCursor ?? ''}"`;
    expect(await rapport.refusal(document(after), { id: acme })).toMatchObject({
      code: 'BAD_USER_INPUT',
      faultyPaths: ['after'],
    });
  });

  it('goes on where it was, whatever comes meanwhile', async () => {
    const first = await timeline(acme, 'includingPeople: true, first: 3');
    await record('newer', 85, [bo]);
    await belong(await somebody('Cy'), acme, { from: dateOf(82) });
    const rest = `includingPeople: true, first: 20, after: "${first.pageInfo.endCursor ?? ''}"`;
    expect([...told(first), ...told(await timeline(acme, rest))]).toEqual(all.toReversed());
    expect(told(await timeline(acme, 'includingPeople: true, first: 1'))).toEqual(['newer']);
  });

  it('says where more belonged to it than are looked at, and is read in a shorter period', async () => {
    const crowd = await somebody('Crowd', 'ORGANISATION');
    const one = await somebody('One');
    const [writing, count] = [rapportAt({ url: service.url, token: service.adminToken }), 251];
    let last = '';
    for (let index = 0; index < count; index += 1)
      last = (
        await writing.mutate('startAffiliation', {
          personId: one,
          organisationId: crowd,
          source: { name: 'crm', id: String(index) },
          from: dateOf(index),
          ...(index === 0 ? {} : { until: dateOf(index + 1) }),
        })
      ).position;
    await rapport.query('query ($at: Position) { stakeholders(first: 1, atLeast: $at) { totalCount } }', { at: last });
    expect(await rapport.refusal(document(withPeople), { id: crowd })).toMatchObject({ code: 'LIMIT_EXCEEDED' });
    const where = { during: { from: dateOf(100), until: dateOf(200) } };
    expect(told(await timeline(crowd, withPeople, { where }))).toEqual([]);
  }, 120_000);
});
