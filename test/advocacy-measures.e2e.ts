import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Input, type Rapport, rapportAt } from './client.js';
import { type TestService, startTestService } from './service.js';

const dateOf = (day: number): string => new Date(Date.UTC(2020, 0, 1) + day * 86_400_000).toISOString();

let service: TestService;
let rapport: Rapport;
let position: string;
let mia: string;

beforeAll(async () => {
  service = await startTestService();
  rapport = rapportAt({ url: service.url, token: service.adminToken });
  const ids: string[] = [];
  for (const name of ['mia', 'leo', 'max']) ids.push((await rapport.identify(name)).stakeholder.id);
  const [first = '', leo = '', max = ''] = ids;
  mia = first;
  const says = (id: string, tone: number, day: number, input: Input = {}) =>
    rapport.record({ tone, occurredAt: dateOf(day), with: [{ stakeholderId: id }], ...input });
  const touches = (id: string, day: number, act: string, channel: string) =>
    rapport.record({ direction: 'OUTBOUND', act, channel, occurredAt: dateOf(day), with: [{ stakeholderId: id }] });
  await says(mia, -1, 0, { channel: 'FORUM', topics: ['price'] });
  await touches(mia, 10, 'REPLY', 'FORUM');
  await touches(mia, 20, 'CALL', 'PHONE');
  await says(mia, 1, 60, { channel: 'FORUM' });
  await says(leo, -1, 0, { channel: 'BLOG' });
  await touches(leo, 5, 'REPLY', 'FORUM');
  await says(max, -1, 10, { channel: 'FORUM' });
  ({ position } = await says(max, 1, 100));
});
afterAll(() => service.stop());

const asked = <Data>(field: string, variables: Input = {}): Promise<Data> =>
  rapport
    .query<{ answer: Data }>(`query ($asOf: AsOf, $atLeast: Position) { answer: ${field} }`, {
      atLeast: position,
      ...variables,
    })
    .then(({ answer }) => answer);

interface Attribution {
  readonly conversions: number;
  readonly touches: number;
  readonly rule: string;
  readonly byModel: readonly {
    readonly model: string;
    readonly definition: string;
    readonly unattributed: number;
    readonly credits: readonly {
      readonly act: string | null;
      readonly channel: string | null;
      readonly credit: number;
    }[];
  }[];
}

describe('attribution', () => {
  const attribution = (args = '', variables: Input = {}) =>
    asked<Attribution>(
      `attribution(asOf: $asOf, atLeast: $atLeast ${args}) { conversions touches rule byModel {
        model definition unattributed credits { act channel credit } } }`,
      variables,
    );
  const creditsOf = ({ byModel }: Attribution) =>
    Object.fromEntries(
      byModel.map(({ model, credits, unattributed }) => [
        model,
        [
          ...credits.map(({ act, channel, credit }) => `${act ?? channel ?? ''} ${credit.toFixed(2)}`),
          `none ${unattributed}`,
        ].join(', '),
      ]),
    );

  it('shows all models side by side, and says which rule and definitions gave it', async () => {
    const all = await attribution();
    expect(all).toMatchObject({ conversions: 2, touches: 2, rule: 'advocacy-v1' });
    expect(all.byModel.map(({ definition }) => definition)).toEqual([
      ...['first-v1', 'last-v1', 'linear-v1', 'time-decay-v1', 'position-v1', 'markov-v1'],
    ]);
    expect(creditsOf(all)).toEqual({
      FIRST: 'FORUM 1.00, PHONE 0.00, none 1',
      LAST: 'PHONE 1.00, FORUM 0.00, none 1',
      LINEAR: 'FORUM 0.50, PHONE 0.50, none 1',
      TIME_DECAY: 'PHONE 0.73, FORUM 0.27, none 1',
      POSITION: 'FORUM 0.50, PHONE 0.50, none 1',
      // All ways begin in the forum, so that without either of them nobody comes through.
      MARKOV: 'FORUM 0.50, PHONE 0.50, none 1',
    });
  });

  it('credits acts, of the models, the half-life, the people and the period that were asked for', async () => {
    expect(creditsOf(await attribution(', by: ACT, models: [LAST, TIME_DECAY], halfLifeDays: 10'))).toEqual({
      LAST: 'CALL 1.00, REPLY 0.00, none 1',
      TIME_DECAY: 'CALL 0.67, REPLY 0.33, none 1',
    });
    const ofMia = `, models: [FIRST], where: { stakeholderId: "${mia}" }`;
    expect(creditsOf(await attribution(ofMia))).toEqual({ FIRST: 'FORUM 1.00, PHONE 0.00, none 0' });
    const late = `, models: [FIRST], during: { from: "${dateOf(61)}" }`;
    expect(creditsOf(await attribution(late))).toEqual({ FIRST: 'none 1' });
    expect(creditsOf(await attribution(', models: [FIRST], where: { kinds: [CONVERTED] }'))).toEqual({
      FIRST: 'none 0',
    });
  });

  it('knows of a date nothing that came later', async () => {
    expect(await attribution('', { asOf: { validAt: dateOf(59) } })).toMatchObject({ conversions: 0, touches: 0 });
  });

  it('names what is wrong with the question', async () => {
    const faults = async (args: string) =>
      (await rapport.refusal(`query { attribution(${args}) { conversions } }`)).faultyPaths;
    expect(await faults('where: { kinds: [LOST] }')).toEqual(['where.kinds']);
    expect(await faults('halfLifeDays: 0, models: [FIRST, FIRST]')).toEqual(['models', 'halfLifeDays']);
    expect(await faults('where: { stakeholderId: "x" }')).toEqual(['where.stakeholderId']);
    expect(await faults('during: { from: "2020-01-02T00:00:00Z", until: "2020-01-01T00:00:00Z" }')).toEqual([
      'during.until',
    ]);
  });
});

describe('the curve of time to conversion', () => {
  interface Curve {
    readonly spells: number;
    readonly converted: number;
    readonly medianDays: number | null;
    readonly points: readonly { readonly days: number; readonly atRisk: number; readonly survival: number }[];
  }
  const past = { asOf: { validAt: dateOf(200) } };
  const curve = (args = '', variables: Input = past) =>
    asked<Curve>(
      `conversionCurve(asOf: $asOf, atLeast: $atLeast ${args}) { spells converted censored relapsed medianDays
        points { days atRisk converted censored survival standardError lower upper }
        definition spellDefinition rule stanceRule }`,
      variables,
    );

  it('answers for all spells, and says which definitions and rules gave it', async () => {
    const all = await curve();
    expect(all).toMatchObject({
      ...{ spells: 3, converted: 2, censored: 1, relapsed: 0, medianDays: 90 },
      ...{ definition: 'kaplan-meier-v1', spellDefinition: 'time-to-conversion-v1' },
      ...{ rule: 'advocacy-v1', stanceRule: 'tone-v1' },
    });
    expect(all.points.map(({ days, atRisk, survival }) => [days, atRisk, survival.toFixed(4)])).toEqual([
      [60, 3, '0.6667'],
      [90, 2, '0.3333'],
      [200, 1, '0.3333'],
    ]);
    expect((await curve(', horizonDays: 60')).points).toHaveLength(1);
  });

  it('is told by cohort, as of a date, with the median where it was reached', async () => {
    expect(await curve(', cohort: { channels: [BLOG] }')).toMatchObject({ spells: 1, medianDays: null });
    expect(await curve(', cohort: { topics: ["price"] }')).toMatchObject({ spells: 1, medianDays: 60 });
    const before = { asOf: { validAt: dateOf(59) } };
    expect(await curve('', before)).toMatchObject({ spells: 3, converted: 0, medianDays: null });
  });

  it('is compared with that of another cohort', async () => {
    const { logRank } = await asked<{ logRank: Readonly<Record<string, unknown>> }>(
      `conversionCurve(asOf: $asOf, atLeast: $atLeast, cohort: { channels: [FORUM] }) {
        logRank(against: { channels: [BLOG] }) { observed expected chiSquare pValue definition } }`,
      past,
    );
    // At 60 days d n1/n = 2/3 and at 90 days 1/2; variances 2/9 and 1/4.
    expect(logRank).toMatchObject({ observed: 2, definition: 'log-rank-v1' });
    expect(logRank['expected']).toBeCloseTo(7 / 6, 9);
    expect(logRank['chiSquare']).toBeCloseTo((5 / 6) ** 2 / (17 / 36), 9);
    expect(logRank['pValue']).toBeCloseTo(0.2253, 3);
  });

  it('has the rates of a period beside it', async () => {
    const rates = await asked(
      `conversionRates(asOf: $asOf, atLeast: $atLeast, during: { until: "${dateOf(61)}" }) {
        atRisk converted conversionRate wonOver relapsed relapseRate definition rule stanceRule }`,
    );
    expect(rates).toEqual({
      ...{ atRisk: 3, converted: 1, conversionRate: 1 / 3, wonOver: 1, relapsed: 0, relapseRate: 0 },
      ...{ definition: 'time-to-conversion-v1', rule: 'advocacy-v1', stanceRule: 'tone-v1' },
    });
  });

  it('names what is wrong with the question', async () => {
    const faults = async (args: string) =>
      (await rapport.refusal(`query { conversionCurve(${args}) { spells } }`)).faultyPaths;
    expect(await faults('horizonDays: 0')).toEqual(['horizonDays']);
    expect(await faults('cohort: { topics: [""] }')).toEqual(['cohort.topics']);
  });
});
