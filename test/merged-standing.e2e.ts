import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Input, type Rapport, rapportAt, readingItsWrites } from './client.js';
import { byHandle, dateOf, peopleToMerge } from './people-to-merge.js';
import { type TestService, startTestService } from './service.js';

let service: TestService;
let rapport: Rapport;
let people: ReturnType<typeof peopleToMerge>;
beforeAll(async () => {
  service = await startTestService();
  rapport = readingItsWrites(rapportAt({ url: service.url, token: service.adminToken }));
  people = peopleToMerge(rapport);
});
afterAll(() => service.stop());

describe('where they stand who are merged', () => {
  interface Stood {
    readonly standing: { readonly stance: string; readonly tone: number };
    readonly standings: { readonly nodes: readonly { readonly stance: string }[] };
    readonly conversions: {
      readonly nodes: readonly {
        readonly id: string;
        readonly kind: string;
        readonly stakeholder: { readonly id: string };
        readonly journey: readonly { readonly occurredAt: string }[];
      }[];
    };
  }
  const stands = async (id: string, asOf?: Input): Promise<Stood> =>
    (
      await rapport.query<{ stakeholder: Stood }>(
        `query ($id: ID!, $asOf: AsOf) { stakeholder(id: $id, asOf: $asOf) { standing { stance tone }
          standings(first: 100) { nodes { stance from until } }
          conversions { nodes { id kind occurredAt stakeholder { id } journey { occurredAt } } } } }`,
        { id, ...(asOf === undefined ? {} : { asOf }) },
      )
    ).stakeholder;

  it('is read over what both said, and as it was of each when they are two again', async () => {
    const [ann, bob] = [await people.somebody('Ann'), await people.somebody('Bob')];
    // Of one alone: -1 sixty days before +1. T = (-0.5 + 1) / (1 + 1.5) = 0.2 (docs: tone-v1, worked).
    await people.say(byHandle(ann), 1, { tone: -1 });
    await rapport.record({ with: [byHandle(bob)], direction: 'OUTBOUND', occurredAt: dateOf(20) });
    await people.say(byHandle(bob), 61, { tone: 1 });
    const before = [await stands(ann.id), await stands(bob.id)];
    expect(before.map(({ standing }) => standing.stance)).toEqual(['DETRACTOR', 'SUPPORTER']);
    const { position } = await people.merge(ann, bob);
    const together = await stands(bob.id);
    expect(together.standing).toEqual({ stance: 'SUPPORTER', tone: 0.2 });
    expect(together.standings.nodes.map(({ stance }) => stance)).toEqual(['DETRACTOR', 'SUPPORTER']);
    expect(together.conversions.nodes).toMatchObject([
      { kind: 'WON_OVER', stakeholder: { id: ann.id }, journey: [{ occurredAt: dateOf(20) }] },
    ]);
    // What comes late, of either, is read in its place: at the same tone a day later they are won over by then.
    await people.say(byHandle(bob), 2, { tone: 1 });
    expect((await stands(ann.id)).standings.nodes).toMatchObject([{ stance: 'DETRACTOR' }, { until: dateOf(61) }, {}]);
    const mail = await rapport.query<{ stakeholder: { timeline: { nodes: readonly { id: string }[] } } }>(
      'query ($id: ID!) { stakeholder(id: $id) { timeline(first: 100, where: { directions: [INBOUND] }, orderBy: OLDEST_FIRST) { nodes { ... on Interaction { id } } } } }',
      { id: ann.id },
    );
    const interactionId = mail.stakeholder.timeline.nodes[1]?.id;
    await rapport.mutate('retractInteraction', { interactionId, reason: 'never happened' });
    expect(await stands(ann.id)).toEqual(together);
    // As of the merge, it is what it was then.
    const known = await stands(ann.id, { knownAtPosition: position });
    expect(known.standing).toEqual(together.standing);
    await people.unmerge(ann, bob);
    expect([await stands(ann.id), await stands(bob.id)]).toEqual(before);
  });

  it('is one in what is counted over all', async () => {
    const [ann, bob] = [await people.somebody('Ann'), await people.somebody('Bob')];
    const topic = randomUUID();
    for (const [who, day] of [
      [ann, 3],
      [bob, 4],
    ] as const)
      await people.say(byHandle(who), day, { tone: -1, topics: [topic], channel: 'FORUM', act: 'POST' });
    const survey = randomUUID();
    for (const [who, score] of [
      [ann, 10],
      [bob, 0],
    ] as const)
      await rapport.mutate('recordSurveyAnswer', { stakeholderId: who.id, survey, score });
    const counted = async () => {
      interface Counted {
        readonly advocacySummary: { readonly stakeholdersByStance: readonly { stance: string; count: number }[] };
        readonly stakeholders: { readonly totalCount: number };
        readonly conversationPrism: {
          readonly channels: readonly { readonly heard: number; readonly people: number }[];
        };
        readonly conversionCurve: { readonly spells: number };
        readonly netPromoter: { readonly promoters: number; readonly detractors: number };
      }
      const { advocacySummary, stakeholders, conversationPrism, conversionCurve, netPromoter } =
        await rapport.query<Counted>(
          `query ($topic: String!, $survey: String!) {
            advocacySummary { stakeholdersByStance { stance count } } stakeholders { totalCount }
            conversationPrism(where: { topics: [$topic] }) { channels { channel heard people } }
            conversionCurve(cohort: { topics: [$topic] }) { spells }
            netPromoter(survey: $survey) { promoters detractors } }`,
          { topic, survey },
        );
      const detractors = advocacySummary.stakeholdersByStance.find(({ stance }) => stance === 'DETRACTOR')?.count ?? 0;
      const [onForum] = conversationPrism.channels;
      return {
        detractors,
        all: stakeholders.totalCount,
        heard: onForum?.heard,
        people: onForum?.people,
        spells: conversionCurve.spells,
        answers: netPromoter.promoters + netPromoter.detractors,
      };
    };
    const before = await counted();
    expect(before).toMatchObject({ heard: 2, people: 2, spells: 2, answers: 2 });
    await people.merge(ann, bob);
    expect(await counted()).toEqual({
      ...before,
      detractors: before.detractors - 1,
      all: before.all - 1,
      people: 1,
      spells: 1,
      answers: 1,
    });
    await people.unmerge(ann, bob);
    expect(await counted()).toEqual(before);
  });
});
