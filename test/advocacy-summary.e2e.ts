import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Input, type Rapport, rapportAt } from './client.js';
import { type TestService, startTestService } from './service.js';

const dayMs = 86_400_000;
const dateOf = (day: number): string => new Date(Date.UTC(2020, 0, 1) + day * dayMs).toISOString();

let service: TestService;
let rapport: Rapport;
let position: string;

beforeAll(async () => {
  service = await startTestService();
  rapport = rapportAt({ url: service.url, token: service.adminToken });
  const ids: string[] = [];
  for (const name of ['won over', 'critic', 'unknown', 'advocate', 'retracted'])
    ids.push((await rapport.identify(name)).stakeholder.id);
  const [wonOver = '', critic = '', , advocate = '', retracted = ''] = ids;
  const say = (id: string, tone: number, day: number, act = 'COMMENT') =>
    rapport.record({ tone, act, occurredAt: dateOf(day), with: [{ stakeholderId: id }] });
  await say(wonOver, -1, 0);
  await say(wonOver, 1, 60);
  await say(critic, -0.4, 30);
  await say(advocate, 0.9, 70, 'RECOMMENDATION');
  const { interaction } = await say(retracted, -1, 5);
  ({ position } = await rapport.mutate('retractInteraction', { interactionId: interaction.id, reason: 'mistaken' }));
});
afterAll(() => service.stop());

interface Summary {
  readonly rule: string;
  readonly stanceRule: string;
  readonly stakeholdersByStance: readonly { readonly stance: string; readonly count: number }[];
  readonly passages: readonly { readonly from: string; readonly to: string; readonly count: number }[];
  readonly conversions: readonly { readonly kind: string; readonly count: number }[];
  readonly episodes: readonly { readonly highest: string | null; readonly count: number }[];
}

const summary = async (variables: Input = {}): Promise<Summary> =>
  (
    await rapport.query<{ advocacySummary: Summary }>(
      `query ($during: Period, $asOf: AsOf, $atLeast: Position) {
        advocacySummary(during: $during, asOf: $asOf, atLeast: $atLeast) { rule stanceRule stakeholdersByStance { stance count }
          passages { from to count } conversions { kind count } episodes { highest count } } }`,
      { atLeast: position, ...variables },
    )
  ).advocacySummary;

const stances = ['UNKNOWN', 'DETRACTOR', 'CRITIC', 'NEUTRAL', 'SUPPORTER', 'ADVOCATE'];
const counts = async (variables: Input): Promise<readonly number[]> => {
  const { stakeholdersByStance } = await summary(variables);
  expect(stakeholdersByStance.map(({ stance }) => stance)).toEqual(stances);
  return stakeholdersByStance.map(({ count }) => count);
};
/** The kinds that were counted at all, of the seven that are told. */
const counted = ({ conversions }: Summary): Readonly<Record<string, number>> => {
  expect(conversions).toHaveLength(7);
  return Object.fromEntries(conversions.flatMap(({ kind, count }) => (count > 0 ? [[kind, count]] : [])));
};
const passages = ({ passages: matrix }: Summary): readonly string[] =>
  matrix.map(({ from, to, count }) => `${from} to ${to}: ${count}`).sort();

it('counts everybody where they stand today, and all that happened', async () => {
  const all = await summary();
  expect(all).toMatchObject({ rule: 'advocacy-v1', stanceRule: 'tone-v1' });
  // By now the advocate has lapsed.
  expect(await counts({})).toEqual([2, 0, 1, 0, 2, 0]);
  expect(counted(all)).toEqual({ WON_OVER: 1, ACTIVATED: 1 });
  expect(passages(all)).toEqual([
    'ADVOCATE to SUPPORTER: 1',
    'DETRACTOR to SUPPORTER: 1',
    'UNKNOWN to ADVOCATE: 1',
    'UNKNOWN to CRITIC: 1',
    'UNKNOWN to DETRACTOR: 1',
  ]);
  expect(all.episodes).toHaveLength(2);
  expect(all.episodes).toEqual(
    expect.arrayContaining([
      { highest: 'WON_OVER', count: 1 },
      { highest: null, count: 1 },
    ]),
  );
});

it('counts those who existed at a date where they stood then', async () => {
  // Who has said nothing exists from their identification on, which is today; what was retracted makes nobody exist.
  expect(await counts({ asOf: { validAt: dateOf(71) } })).toEqual([0, 0, 1, 0, 1, 1]);
  expect(await counts({ asOf: { validAt: dateOf(40) } })).toEqual([0, 1, 1, 0, 0, 0]);
  expect(await counts({ asOf: { validAt: dateOf(-1) } })).toEqual([0, 0, 0, 0, 0, 0]);
});

it('counts what happened in a period, its end left out, and the episodes that began in it', async () => {
  const during = { from: dateOf(20), until: dateOf(60) };
  const before = await summary({ during });
  expect([counted(before), passages(before), before.episodes]).toEqual([
    {},
    ['UNKNOWN to CRITIC: 1'],
    [{ highest: null, count: 1 }],
  ]);
  const within = await summary({ during: { from: dateOf(60), until: dateOf(61) } });
  expect([counted(within), passages(within), within.episodes]).toEqual([
    { WON_OVER: 1 },
    ['DETRACTOR to SUPPORTER: 1'],
    [],
  ]);
});

it('knows of a date nothing that came later', async () => {
  const early = await summary({ asOf: { validAt: dateOf(40) } });
  expect([counted(early), early.episodes]).toEqual([{}, [{ highest: null, count: 2 }]]);
  expect(passages(early)).toEqual(['UNKNOWN to CRITIC: 1', 'UNKNOWN to DETRACTOR: 1']);
});
