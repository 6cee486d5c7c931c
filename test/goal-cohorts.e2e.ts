import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Input, type Outcome, type Rapport, rapportAt, readingItsWrites, ready } from './client.js';
import { type TestService, startTestService } from './service.js';

// A period lies ahead, and what happens may be dated up to a day ahead: so it is an hour of this day, and asked about later.
const startMs = Date.now();
const inMinutes = (minutes: number): string => new Date(startMs + minutes * 60_000).toISOString();
const period = { from: inMinutes(60), until: inMinutes(120) };
const over = { asOf: { validAt: inMinutes(121) } };

let service: TestService;
let rapport: Rapport;
let kim: string;
let lee: string;

const somebody = async (name: string): Promise<string> => (await rapport.identify(name)).stakeholder.id;
const says = (who: string, tone: number, minutes: number, input: Input) =>
  rapport.record({ tone, occurredAt: inMinutes(minutes), with: [{ stakeholderId: who }], ...input });
const stands = (stakeholderId: string, stance: string, minutes: number) =>
  rapport.mutate('assessStance', { stakeholderId, stance, occurredAt: inMinutes(minutes), reason: 'we asked' });
const owns = (ownerId: string, stakeholderId: string, tier: string | null) =>
  rapport.mutate('assignOwner', { ownerId, stakeholderId, tier, occurredAt: inMinutes(-60) });
const set = (input: Input): Promise<Outcome> =>
  rapport.mutate('setGoal', { target: 1, ownerId: kim, reason: 'agreed on', ...period, ...input });

/** What it came to, and what it had come to before, over the measure's cohort. */
const toldOf = async (input: Input): Promise<readonly (number | null)[]> => {
  const { goal } = await set(input);
  const found = await rapport.query<{
    goal: { baseline: { value: number | null }; outcome: { value: number | null } };
  }>('query ($id: ID!, $asOf: AsOf) { goal(id: $id, asOf: $asOf) { baseline { value } outcome { value } } }', {
    id: goal.id,
    ...over,
  });
  return [found.goal.baseline.value, found.goal.outcome.value];
};

beforeAll(async () => {
  service = await startTestService();
  rapport = readingItsWrites(rapportAt({ url: service.url, token: service.adminToken }));
  await ready(service, 30_000);
  await rapport.mutate('defineTier', { name: 'close' });
  kim = (await rapport.mutate('addColleague', { name: 'Kim' })).colleague.id;
  lee = (await rapport.mutate('addColleague', { name: 'Lee' })).colleague.id;
  const [ada, mia, leo, max] = await Promise.all(['ada', 'mia', 'leo', 'max'].map(somebody));
  if (ada === undefined || mia === undefined || leo === undefined || max === undefined) throw new Error('Nobody.');
  await owns(kim, ada, null);
  await owns(kim, mia, 'close');
  await owns(lee, leo, null);
  // Won over before anything was promised.
  await stands(ada, 'CRITIC', -50);
  await stands(ada, 'SUPPORTER', -30);
  // In the period three turn against us and two are won over, one of them after her owner changed.
  await says(mia, -1, 70, { channel: 'FORUM', topics: ['doors'] });
  await says(leo, -1, 70, { channel: 'EMAIL', topics: ['price'] });
  await stands(max, 'CRITIC', 70);
  await rapport.mutate('handOver', { stakeholderId: mia, toId: lee, occurredAt: inMinutes(80), reason: 'leave' });
  await stands(mia, 'SUPPORTER', 90);
  await stands(max, 'SUPPORTER', 95);
});
afterAll(() => service.stop());

describe('a goal for a cohort', () => {
  it('counts the conversions of those for whom somebody answered when they counted', async () => {
    const conversions = { measure: 'CONVERSIONS', kinds: ['WON_OVER'] };
    expect(await toldOf(conversions)).toEqual([1, 2]);
    expect(await toldOf({ ...conversions, cohort: { ownerId: kim } })).toEqual([1, 0]);
    expect(await toldOf({ ...conversions, cohort: { ownerId: lee } })).toEqual([0, 1]);
    expect(await toldOf({ ...conversions, cohort: { tier: 'close' } })).toEqual([0, 1]);
    expect(await toldOf({ ...conversions, cohort: { ownerId: lee, tier: 'another' } })).toEqual([0, 0]);
    expect(await toldOf({ ...conversions, cohort: { owned: false } })).toEqual([0, 1]);
    // What says nothing restricts nothing.
    expect(await toldOf({ ...conversions, cohort: { ownerId: null } })).toEqual([1, 2]);
  });

  it('is told rates over the same spells as the query that tells them', async () => {
    const rate = { measure: 'CONVERSION_RATE' };
    expect(await toldOf(rate)).toEqual([1, 2 / 3]);
    for (const [cohort, asked, told] of [
      [{ ownerId: kim }, { ownerIds: [kim] }, [1, 1]],
      [{ ownerId: lee }, { ownerIds: [lee] }, [null, 0]],
      [{ channel: 'FORUM' }, { channels: ['FORUM'] }, [null, 1]],
      [{ topic: 'price' }, { topics: ['price'] }, [null, 0]],
      [{ tier: 'close', owned: true }, { tiers: ['close'], owned: true }, [null, 1]],
    ] as const) {
      expect(await toldOf({ ...rate, cohort })).toEqual(told);
      const { conversionRates } = await rapport.query<{ conversionRates: { conversionRate: number | null } }>(
        'query ($cohort: SpellCohort, $during: Period, $asOf: AsOf) { conversionRates(cohort: $cohort, during: $during, asOf: $asOf) { conversionRate } }',
        { cohort: asked, during: period, ...over },
      );
      expect(conversionRates.conversionRate).toBe(told[1]);
    }
    expect(await toldOf({ measure: 'RELAPSE_RATE', cohort: { ownerId: lee } })).toEqual([null, null]);
    expect(await toldOf({ measure: 'RELAPSE_RATE', cohort: { ownerId: kim } })).toEqual([0, 0]);
  });

  it("counts those at a stance whom somebody answers for at the period's end, and what is heard on a channel", async () => {
    const supporters = { measure: 'STAKEHOLDERS_AT_STANCE', stances: ['SUPPORTER'] };
    expect(await toldOf(supporters)).toEqual([1, 3]);
    expect(await toldOf({ ...supporters, cohort: { ownerId: kim } })).toEqual([1, 1]);
    expect(await toldOf({ ...supporters, cohort: { ownerId: lee, tier: 'close' } })).toEqual([0, 1]);
    expect(await toldOf({ ...supporters, cohort: { owned: false } })).toEqual([0, 1]);
    const share = { measure: 'CONVERSATION_SHARE', topic: 'doors' };
    expect(await toldOf(share)).toEqual([null, 0.5]);
    expect(await toldOf({ ...share, cohort: { channel: 'FORUM' } })).toEqual([null, 1]);
    expect(await toldOf({ ...share, cohort: { channel: 'EMAIL' } })).toEqual([null, 0]);
  });

  it('shows whom it is for, in lists and in what happened, and keeps it when it is revised', async () => {
    const cohort = { channel: 'FORUM', topic: 'doors', ownerId: kim, tier: 'close', owned: true };
    const { goal } = await set({ measure: 'RELAPSE_RATE', cohort });
    await rapport.mutate('reviseGoal', { goalId: goal.id, target: 0.5, reason: 'too high' });
    const shown = { channel: 'FORUM', topic: 'doors', owner: { name: 'Kim' }, tier: 'close', owned: true };
    const { goals, everybody } = await rapport.query<{
      goals: { nodes: readonly Input[] };
      everybody: { nodes: readonly Input[] };
    }>(
      `query { goals(first: 100, where: { measures: [RELAPSE_RATE] }) { nodes { id target cohort { channel topic owner { name } tier owned } } }
        everybody: goals(first: 1, where: { measures: [CONVERSATION_SHARE] }) { nodes { cohort { channel owner { id } owned } } } }`,
    );
    expect(goals.nodes).toContainEqual({ id: goal.id, target: 0.5, cohort: shown });
    expect(everybody.nodes).toEqual([{ cohort: { channel: 'EMAIL', owner: null, owned: null } }]);
    const { events } = await rapport.query<{ events: { nodes: readonly Input[] } }>(
      'query ($of: ID!) { events(first: 1, where: { subject: $of }) { nodes { data } } }',
      { of: goal.id },
    );
    expect(events.nodes).toMatchObject([{ data: { measure: { cohort: { owner: kim, tier: 'close' } } } }]);
  });

  it('is refused for people of nobody of ours, and for what its measure cannot be told over', async () => {
    const nobody = Buffer.from('Colleague:nobody').toString('base64url');
    expect(await set({ measure: 'RELAPSE_RATE', cohort: { ownerId: nobody } })).toMatchObject({
      __typename: 'ColleagueNotFound',
      colleagueId: nobody,
    });
    const faults = async (input: Input) =>
      (await rapport.mutationRefusal('setGoal', { target: 1, ownerId: kim, reason: 'x', ...period, ...input }))
        .faultyPaths;
    expect(await faults({ measure: 'NET_PROMOTER', cohort: { owned: true } })).toEqual(['input.cohort']);
    expect(await faults({ measure: 'CONVERSATION_SHARE', topic: 'x', cohort: { tier: 'close' } })).toEqual([
      'input.cohort',
    ]);
    expect(await faults({ measure: 'CONVERSIONS', kinds: ['WON_OVER'], cohort: { channel: 'FORUM' } })).toEqual([
      'input.cohort',
    ]);
    expect(await faults({ measure: 'RELAPSE_RATE', target: 2, cohort: { ownerId: 'x', tier: 'A B' } })).toEqual(
      expect.arrayContaining(['input.target', 'input.cohort.ownerId', 'input.cohort.tier']),
    );
  });
});
