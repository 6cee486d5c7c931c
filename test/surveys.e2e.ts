import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Input, type Outcome, type Rapport, rapportAt } from './client.js';
import { type TestService, startTestService } from './service.js';

const dateOf = (day: number): string => new Date(Date.UTC(2020, 0, 1) + day * 86_400_000).toISOString();

let service: TestService;
let rapport: Rapport;
const people: string[] = [];
let position: string;

const answers = (who: number, survey: string, score: number, day: number, input: Input = {}): Promise<Outcome> =>
  rapport.mutate('recordSurveyAnswer', {
    ...{ stakeholderId: people[who], survey, score, occurredAt: dateOf(day) },
    ...input,
  });

beforeAll(async () => {
  service = await startTestService();
  rapport = rapportAt({ url: service.url, token: service.adminToken });
  for (const name of ['mia', 'leo', 'max', 'eva']) people.push((await rapport.identify(name)).stakeholder.id);
  await answers(0, 'spring', 9, 0);
  await answers(1, 'spring', 7, 1);
  await answers(2, 'spring', 6, 2);
  await answers(3, 'spring', 10, 3);
  // Thought again.
  await answers(2, 'spring', 8, 10);
  ({ position } = await answers(0, 'autumn', 0, 200));
});
afterAll(() => service.stop());

describe('the net promoter score', () => {
  const netPromoter = async (args = '', variables: Input = {}): Promise<unknown> =>
    (
      await rapport.query<{ netPromoter: unknown }>(
        `query ($asOf: AsOf, $atLeast: Position) { netPromoter(asOf: $asOf, atLeast: $atLeast ${args}) {
          promoters passives detractors score standardError definition } }`,
        { atLeast: position, ...variables },
      )
    ).netPromoter;

  it('counts each person once in a survey, by their last answer, and says its definition', async () => {
    expect(await netPromoter(', survey: "spring"')).toEqual({
      // Of two promoters in four, the standard error is that of (2/4)(1 - 2/4) / 4.
      ...{ promoters: 2, passives: 2, detractors: 0, score: 50, standardError: 25 },
      definition: 'net-promoter-v1',
    });
    expect(await netPromoter()).toMatchObject({ promoters: 2, passives: 2, detractors: 1, score: 20 });
  });

  it('is of a period, as of a date, and null without an answer', async () => {
    const before = { asOf: { validAt: dateOf(5) } };
    expect(await netPromoter('', before)).toMatchObject({ promoters: 2, passives: 1, detractors: 1, score: 25 });
    const during = `, during: { from: "${dateOf(1)}", until: "${dateOf(3)}" }`;
    expect(await netPromoter(during)).toMatchObject({ promoters: 0, passives: 1, detractors: 1 });
    expect(await netPromoter(', survey: "winter"')).toMatchObject({ passives: 0, score: null, standardError: null });
  });

  it("changes nobody's stance", async () => {
    const { standing } = (await rapport.stakeholder(people[0] ?? '', { atLeast: position })) ?? {};
    expect(standing).toMatchObject({ stance: 'UNKNOWN', tone: null });
  });
});

describe('an answer to a survey', () => {
  it('is recorded once, however often it is sent, and refused with another content under its id', async () => {
    const first = await answers(1, 'once', 5, 0, { commandId: 'c' });
    expect(first).toMatchObject({
      __typename: 'SurveyAnswerWasRecorded',
      already: false,
      stakeholder: { name: 'leo' },
    });
    expect(await answers(1, 'once', 5, 0, { commandId: 'c' })).toMatchObject({ already: true, factId: first.factId });
    expect((await answers(1, 'once', 6, 0, { commandId: 'c' })).__typename).toBe('CommandIdReused');
  });

  it('of nobody is refused, and malformed input named', async () => {
    const nobody = Buffer.from('Stakeholder:nobody').toString('base64url');
    const refused = await answers(0, 'spring', 5, 0, { stakeholderId: nobody });
    expect(refused).toMatchObject({ __typename: 'StakeholderNotFound', stakeholderId: nobody });
    const wrong = { stakeholderId: 'x', survey: ' ', score: 11, occurredAt: new Date(Date.now() + 2e8).toISOString() };
    const { faultyPaths } = await rapport.mutationRefusal('recordSurveyAnswer', wrong);
    expect(faultyPaths).toEqual(expect.arrayContaining(['input.stakeholderId', 'input.survey', 'input.score']));
  });
});
