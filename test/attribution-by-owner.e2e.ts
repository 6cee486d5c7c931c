import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Input, type Rapport, rapportAt, readingItsWrites, ready } from './client.js';
import { type TestService, startTestService } from './service.js';

const dateOf = (day: number): string => new Date(Date.UTC(2020, 0, 1) + day * 86_400_000).toISOString();

let service: TestService;
let rapport: Rapport;
let kim: string;
let lee: string;
let beforeHandOver: string;

beforeAll(async () => {
  service = await startTestService();
  rapport = readingItsWrites(rapportAt({ url: service.url, token: service.adminToken }));
  await ready(service, 30_000);
  const somebody = async (name: string) => (await rapport.identify(name)).stakeholder.id;
  const oneOfUs = async (name: string, department?: string) => {
    const team = department && (await rapport.mutate('nameTeam', { name: 'Desk', department })).team.id;
    return (await rapport.mutate('addColleague', { name, ...(team ? { teamId: team } : {}) })).colleague.id;
  };
  const says = (id: string, tone: number, day: number) =>
    rapport.record({ tone, occurredAt: dateOf(day), with: [{ stakeholderId: id }] });
  const touches = (id: string, day: number) =>
    rapport.record({ direction: 'OUTBOUND', act: 'REPLY', occurredAt: dateOf(day), with: [{ stakeholderId: id }] });
  const assign = (stakeholderId: string, ownerId: string, day: number, input: Input = {}) =>
    rapport.mutate('assignOwner', { stakeholderId, ownerId, occurredAt: dateOf(day), ...input });
  await rapport.mutate('defineTier', { name: 'close', capacity: 3 });
  [kim, lee] = [await oneOfUs('Kim', 'press'), await oneOfUs('Lee')];
  const [mia, leo, max] = [await somebody('mia'), await somebody('leo'), await somebody('max')];
  // Touched while nobody answered for them; then by Kim, who handed over to Lee, who touched them last.
  await says(mia, -1, 0);
  await touches(mia, 5);
  await assign(mia, kim, 8);
  await touches(mia, 10);
  ({ position: beforeHandOver } = await says(mia, 1, 60));
  await rapport.mutate('handOver', { stakeholderId: mia, toId: lee, reason: 'away', occurredAt: dateOf(20) });
  await touches(mia, 30);
  // Kim's from the first, and won over without a touch.
  await assign(leo, kim, 0, { tier: 'close' });
  await says(leo, -1, 1);
  await says(leo, 1, 100);
  // Lee's, and not won over.
  await assign(max, lee, 0);
  await says(max, -1, 2);
});
afterAll(() => service.stop());

describe('attribution by owner and department', () => {
  interface Attribution {
    readonly conversions: number;
    readonly touches: number;
    readonly touchDefinition: string;
    readonly byModel: readonly {
      readonly model: string;
      readonly unattributed: number;
      readonly credits: readonly {
        readonly owner: { readonly name: string } | null;
        readonly department: string | null;
        readonly handOver: boolean;
        readonly nobodys: boolean;
        readonly act: string | null;
        readonly channel: string | null;
        readonly credit: number;
      }[];
    }[];
  }
  const attribution = async (by: string, asOf: Input = {}): Promise<Attribution> =>
    (
      await rapport.query<{ attribution: Attribution }>(
        `query ($by: TouchGrouping, $asOf: AsOf) { attribution(by: $by, asOf: $asOf) { conversions touches touchDefinition
          byModel { model unattributed credits { act channel owner { name } department handOver nobodys credit } } } }`,
        { by, asOf },
      )
    ).attribution;
  const told = ({ byModel }: Attribution) =>
    Object.fromEntries(
      byModel.map(({ model, credits, unattributed }) => [
        model,
        [
          ...credits
            .map(({ owner, department, handOver, nobodys, act, channel, credit }) => {
              const whose = handOver ? 'hand-over' : nobodys ? "nobody's" : 'in no team';
              return `${owner?.name ?? department ?? act ?? channel ?? whose} ${credit.toFixed(3)}`;
            })
            .sort(),
          `none ${unattributed}`,
        ].join(', '),
      ]),
    );

  it('credits who answered for them at the time, and a hand-over to who took over, in all models side by side', async () => {
    const all = await attribution('OWNER');
    // Nobody's on 5, Kim's on 10, the hand-over to Lee on 20, Lee's on 30.
    expect(all).toMatchObject({ conversions: 2, touches: 4, touchDefinition: 'journey-touches-v1' });
    expect(told(all)).toEqual({
      FIRST: "Kim 0.000, Lee 0.000, nobody's 1.000, none 1",
      LAST: "Kim 0.000, Lee 1.000, nobody's 0.000, none 1",
      LINEAR: "Kim 0.250, Lee 0.500, nobody's 0.250, none 1",
      TIME_DECAY: expect.stringMatching(/^Kim 0\.08\d, Lee 0\.8\d\d, nobody's 0\.0\d\d, none 1$/),
      POSITION: "Kim 0.100, Lee 0.500, nobody's 0.400, none 1",
      // The only way goes through all of them.
      MARKOV: "Kim 0.333, Lee 0.333, nobody's 0.333, none 1",
    });
  });

  it('credits the department in which that owner was then', async () =>
    expect(told(await attribution('DEPARTMENT'))).toMatchObject({
      FIRST: "in no team 0.000, nobody's 1.000, press 0.000, none 1",
      LINEAR: "in no team 0.500, nobody's 0.250, press 0.250, none 1",
    }));

  it('has hand-overs apart where acts and channels are credited', async () => {
    expect(told(await attribution('ACT'))).toMatchObject({ LINEAR: 'REPLY 0.750, hand-over 0.250, none 1' });
    expect(told(await attribution('CHANNEL'))).toMatchObject({ LINEAR: 'EMAIL 0.750, hand-over 0.250, none 1' });
  });

  it('knows of a past no hand-over that was recorded later', async () =>
    expect(told(await attribution('OWNER', { knownAtPosition: beforeHandOver }))).toMatchObject({
      LAST: "Kim 1.000, nobody's 0.000, none 0",
    }));
});

describe('a journey', () => {
  it('has every touch, in pages', async () => {
    interface Touches {
      readonly totalCount: number;
      readonly nodes: readonly {
        readonly occurredAt: string;
        readonly handOver: { readonly owner: { name: string } } | null;
      }[];
      readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
    }
    const touches = async (after: string): Promise<Touches | undefined> => {
      const { conversions } = await rapport.query<{
        conversions: {
          nodes: readonly { readonly stakeholder: { readonly name: string }; readonly touches: Touches }[];
        };
      }>(`{ conversions { nodes { stakeholder { name } touches(first: 3 ${after}) { totalCount
        nodes { occurredAt interaction { id } handOver { owner { name } } } pageInfo { hasNextPage endCursor } } } } }`);
      return conversions.nodes.find(({ stakeholder }) => stakeholder.name === 'mia')?.touches;
    };
    const told = (page: Touches | undefined) =>
      page?.nodes.map(({ occurredAt, handOver }) => [occurredAt, handOver?.owner.name ?? null]);
    const first = await touches('');
    expect(first?.totalCount).toBe(4);
    expect(told(first)).toEqual([
      [dateOf(5), null],
      [dateOf(10), null],
      [dateOf(20), 'Lee'],
    ]);
    const rest = await touches(`, after: "${first?.pageInfo.endCursor ?? ''}"`);
    expect([told(rest), rest?.pageInfo.hasNextPage]).toEqual([[[dateOf(30), null]], false]);
  });
});

describe('the curve of a cohort by owner and tier', () => {
  const curve = async (cohort: Input, against: Input = {}) =>
    (
      await rapport.query<{ conversionCurve: Readonly<Record<string, unknown>> }>(
        `query ($cohort: SpellCohort, $against: SpellCohort!, $asOf: AsOf) { conversionCurve(cohort: $cohort, asOf: $asOf) {
          spells converted censored medianDays logRank(against: $against) { observed expected pValue definition } } }`,
        { cohort, against, asOf: { validAt: dateOf(200) } },
      )
    ).conversionCurve;

  it('is of who owned them when the spell began, and of the tier then', async () => {
    expect(await curve({ ownerIds: [kim] })).toMatchObject({ spells: 1, converted: 1, medianDays: 99 });
    expect(await curve({ ownerIds: [lee] })).toMatchObject({ spells: 1, converted: 0, medianDays: null });
    expect(await curve({ tiers: ['close'] })).toMatchObject({ spells: 1, medianDays: 99 });
    expect(await curve({ owned: false })).toMatchObject({ spells: 1, medianDays: 60 });
    expect(await curve({ ownerIds: [kim, lee] })).toMatchObject({ spells: 2 });
  });

  it('is compared with any other', async () =>
    // At 99 days both are watched: one conversion where half of one was to be expected.
    expect(await curve({ ownerIds: [kim] }, { ownerIds: [lee] })).toMatchObject({
      logRank: { observed: 1, expected: 0.5, definition: 'log-rank-v1' },
    }));

  it('names what is wrong with the question', async () => {
    const { faultyPaths } = await rapport.refusal(
      '{ conversionCurve(cohort: { ownerIds: ["x"], tiers: [""] }) { spells } }',
    );
    expect(faultyPaths).toEqual(['cohort.ownerIds', 'cohort.tiers']);
  });
});
