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
  it('is taken back where it was recorded by mistake: the one before it counts again, and any past tells which did', async () => {
    const score = async (past: Input) =>
      (
        await rapport.query<{ netPromoter: { score: number | null } }>(
          `query ($asOf: AsOf, $atLeast: Position) { netPromoter(survey: "mistaken", asOf: $asOf, atLeast: $atLeast) { score } }`,
          past,
        )
      ).netPromoter.score;
    await answers(0, 'mistaken', 10, 0);
    const mistake = await answers(0, 'mistaken', 1, 5);
    expect(await score({ atLeast: mistake.position })).toBe(-100);
    const given = { stakeholderId: people[0], factId: mistake.factId, reason: "somebody else's" };
    const back = await rapport.mutate('retractSurveyAnswer', { ...given, commandId: 'back' });
    expect(back).toMatchObject({
      ...{ __typename: 'SurveyAnswerWasRetracted', already: false, factId: mistake.factId },
      stakeholder: { id: people[0] },
    });
    expect(await score({ atLeast: back.position })).toBe(100);
    expect(await score({ asOf: { knownAtPosition: mistake.position } })).toBe(-100);
    expect(await rapport.mutate('retractSurveyAnswer', { ...given, commandId: 'back' })).toMatchObject({
      ...{ already: true, position: back.position },
    });
    expect(await rapport.mutate('retractSurveyAnswer', given)).toMatchObject({ already: true });
    expect(await rapport.mutate('retractSurveyAnswer', { ...given, stakeholderId: people[1] })).toMatchObject({
      __typename: 'SurveyAnswerNotFound',
    });
  });

  it('is listed with the stakeholder, newest first, what was taken back left out', async () => {
    const [first, second, third] = [
      await answers(3, 'listed', 3, 20),
      await answers(3, 'listed', 4, 21),
      await answers(3, 'listed', 5, 22),
    ];
    const given = { stakeholderId: people[3], factId: second.factId, reason: 'mistaken' };
    const { position: after } = await rapport.mutate('retractSurveyAnswer', given);
    const listed = async (past: Input) =>
      (
        await rapport.query<{ stakeholder: { surveyAnswers: readonly { factId: string; score: number }[] } }>(
          `query ($id: ID!, $asOf: AsOf, $atLeast: Position) { stakeholder(id: $id, asOf: $asOf, atLeast: $atLeast) {
            surveyAnswers { factId survey score occurredAt } } }`,
          { id: people[3], ...past },
        )
      ).stakeholder.surveyAnswers;
    expect((await listed({ atLeast: after })).slice(0, 2)).toEqual([
      { factId: third.factId, survey: 'listed', score: 5, occurredAt: dateOf(22) },
      { factId: first.factId, survey: 'listed', score: 3, occurredAt: dateOf(20) },
    ]);
    expect((await listed({ asOf: { knownAtPosition: third.position } })).map(({ score }) => score)).toEqual([
      5, 4, 3, 10,
    ]);
    expect((await listed({ asOf: { validAt: dateOf(10) } })).map(({ score }) => score)).toEqual([10]);
  });

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
