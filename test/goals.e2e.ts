import { copyFile, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Input, type Outcome, type Rapport, rapportAt, readingItsWrites, ready } from './client.js';
import { rapport as runRapport } from './rapport.js';
import { type TestService, startTestService } from './service.js';

// A period lies ahead, and what happens may be dated up to a day ahead: so it is an hour of this day, and asked about later.
const minuteMs = 60_000;
const startMs = Date.now();
const inMinutes = (minutes: number): string => new Date(startMs + minutes * minuteMs).toISOString();
const period = { from: inMinutes(60), until: inMinutes(120) };
const over = { asOf: { validAt: inMinutes(121) } };

let service: TestService;
let rapport: Rapport;
let kim: string;
let lee: string;
const people: string[] = [];

const says = (who: number, tone: number, minutes: number, input: Input = {}) =>
  rapport.record({ tone, occurredAt: inMinutes(minutes), with: [{ stakeholderId: people[who] }], ...input });
const stands = (who: number, stance: string, minutes: number) =>
  rapport.mutate('assessStance', {
    ...{ stakeholderId: people[who], stance, occurredAt: inMinutes(minutes), reason: 'we asked' },
  });
const set = (input: Input): Promise<Outcome> =>
  rapport.mutate('setGoal', { target: 1, ownerId: kim, reason: 'agreed on', ...period, ...input });

interface Report {
  readonly measure: string;
  readonly target: number;
  readonly owner: { readonly name: string };
  readonly outcome: Readonly<Record<string, unknown>>;
  readonly baseline: Readonly<Record<string, unknown>> & { readonly eventId: string; readonly position: string };
  readonly history: readonly { readonly target: number; readonly reason: string }[];
  readonly dropped: { readonly reason: string } | null;
}
const report = async (id: string, past: Input = {}): Promise<Report> =>
  (
    await rapport.query<{ goal: Report }>(
      `query ($id: ID!, $asOf: AsOf) { goal(id: $id, asOf: $asOf) { measure kinds stances survey topic target direction from until
        owner { name } reason by setAt revision dropped { at by reason }
        baseline { value from until eventId position definition rule stanceRule }
        outcome { value status reached final definition rule stanceRule }
        history { target direction from until owner { name } reason baseline { value } } } }`,
      { id, ...past },
    )
  ).goal;
const goalOf = ({ goal }: Outcome): string => goal.id;

beforeAll(async () => {
  service = await startTestService();
  rapport = readingItsWrites(rapportAt({ url: service.url, token: service.adminToken }));
  await ready(service, 30_000);
  kim = (await rapport.mutate('addColleague', { name: 'Kim' })).colleague.id;
  lee = (await rapport.mutate('addColleague', { name: 'Lee' })).colleague.id;
  for (const name of ['mia', 'leo', 'max']) people.push((await rapport.identify(name)).stakeholder.id);
  // Before anything was promised: one was won over, half an hour ago.
  await stands(0, 'CRITIC', -50);
  await stands(0, 'SUPPORTER', -30);
  await stands(1, 'DETRACTOR', -40);
});
afterAll(() => service.stop());

describe('a goal', () => {
  it('keeps what the log held when it was set: the value of its measure, and an event', async () => {
    const outcome = await set({ measure: 'CONVERSIONS', kinds: ['WON_OVER', 'CONVERTED'], target: 2 });
    expect(outcome).toMatchObject({ __typename: 'GoalWasSet', already: false });
    const { baseline, ...told } = await report(goalOf(outcome));
    expect(told).toMatchObject({
      ...{ measure: 'CONVERSIONS', kinds: ['WON_OVER', 'CONVERTED'], target: 2, direction: 'AT_LEAST', ...period },
      ...{ owner: { name: 'Kim' }, reason: 'agreed on', by: 'admin', revision: 0, dropped: null },
      // Its period lies ahead: nothing is told of it yet.
      outcome: { value: null, status: 'UPCOMING', reached: null, final: false },
    });
    expect(baseline).toMatchObject({
      ...{ value: 1, definition: 'conversions-counted-v1', rule: 'advocacy-v1', stanceRule: 'tone-v1' },
    });
    // Over as long a time as the period is: an hour.
    expect(Date.parse(String(baseline['until'])) - Date.parse(String(baseline['from']))).toBe(60 * minuteMs);
    // The event before it in the log: what the log held then can be asked for again.
    const { events } = await rapport.query<{ events: { nodes: readonly { readonly id: string }[] } }>(
      '{ events(first: 100, where: { types: ["StanceAssessed"] }) { nodes { id } } }',
    );
    expect(baseline.eventId).toBe(events.nodes.at(-1)?.id);
    const { conversions } = await rapport.query<{ conversions: { totalCount: number } }>(
      `query ($asOf: AsOf) { conversions(asOf: $asOf, where: { kinds: [WON_OVER, CONVERTED] }) { totalCount } }`,
      { asOf: { knownAtPosition: baseline.position } },
    );
    expect(conversions.totalCount).toBe(1);
  });

  it('counts all that was recorded before it was set, readable by then or not', async () => {
    const hasty = rapportAt({ url: service.url, token: service.adminToken });
    const goal = {
      measure: 'STAKEHOLDERS_AT_STANCE',
      stances: ['ADVOCATE'],
      target: 1,
      ownerId: kim,
      reason: 'x',
      ...period,
    };
    for (let count = 1; count <= 5; count += 1) {
      const { stakeholder } = await hasty.identify(`hasty ${count}`);
      const asked = {
        stakeholderId: stakeholder.id,
        stance: 'ADVOCATE',
        reason: 'we asked',
        occurredAt: inMinutes(-5),
      };
      await hasty.mutate('assessStance', asked);
      expect((await hasty.mutate('setGoal', goal)).goal.baseline.value).toBe(count);
    }
  });

  it('has in a copy of the log the same baseline, and tells where that stands there', async () => {
    const outcome = await set({ measure: 'RELAPSE_RATE', target: 0.1, direction: 'AT_MOST' });
    const { baseline } = await report(goalOf(outcome));
    const folder = await mkdtemp(join(tmpdir(), 'rapport-copy-'));
    const logs = ['--from', `sqlite:${service.dataFolder}/events.db`, '--to', `sqlite:${folder}/events.db`];
    expect((await runRapport(['copy-log', ...logs, '--so-far'], { data: folder })).status).toBe(0);
    // The key that the log knows.
    await copyFile(join(service.dataFolder, 'admin.key'), join(folder, 'admin.key'));
    const copy = await startTestService({ dataFolder: folder, env: { READ_STORE_URL: `sqlite:${folder}` } });
    try {
      await ready(copy, 20_000);
      const there = rapportAt({ url: copy.url, token: copy.adminToken });
      const { goal } = await there.query<{ goal: { baseline: typeof baseline } }>(
        `query ($id: ID!) { goal(id: $id) { baseline { value eventId position definition rule stanceRule from until } } }`,
        { id: goalOf(outcome) },
      );
      const { position, ...kept } = goal.baseline;
      const { position: here, ...original } = baseline;
      expect(kept).toEqual(original);
      expect(position).not.toBe(here);
      // It is a position of that log: what was known there then can be asked for.
      const rates = await there.query<{ conversionRates: { relapsed: number } }>(
        `query ($asOf: AsOf) { conversionRates(asOf: $asOf) { relapsed } }`,
        { asOf: { knownAtPosition: position } },
      );
      expect(rates.conversionRates.relapsed).toBe(0);
    } finally {
      await copy.stop();
    }
  });

  it('is told against its outcome: open while its period is not over, then met or missed, as of any past', async () => {
    const two = goalOf(await set({ measure: 'CONVERSIONS', kinds: ['WON_OVER'], target: 1 }));
    const three = goalOf(await set({ measure: 'CONVERSIONS', kinds: ['WON_OVER'], target: 3 }));
    const few = goalOf(
      await set({ measure: 'STAKEHOLDERS_AT_STANCE', stances: ['DETRACTOR'], target: 0, direction: 'AT_MOST' }),
    );
    // Of a date, and of no time before it.
    expect((await report(few)).baseline).toMatchObject({ value: 1, from: null });
    const known = (await stands(2, 'NEUTRAL', 10)).position;
    await stands(1, 'SUPPORTER', 90);
    const told = async (id: string, minutes: number, input: Input = {}) => {
      const { value, status, reached, final } = (await report(id, { asOf: { validAt: inMinutes(minutes), ...input } }))
        .outcome;
      return [value, status, reached, final];
    };
    expect(await told(two, 59)).toEqual([null, 'UPCOMING', null, false]);
    expect(await told(two, 61)).toEqual([0, 'OPEN', false, false]);
    expect(await told(two, 95)).toEqual([1, 'OPEN', true, false]);
    expect(await told(two, 120)).toEqual([1, 'MET', true, true]);
    expect(await told(three, 120)).toEqual([1, 'MISSED', false, true]);
    // Nobody is a detractor any more; before it was recorded that they were won over, one was.
    expect(await told(few, 121)).toEqual([0, 'MET', true, true]);
    expect(await told(few, 89)).toEqual([1, 'OPEN', false, false]);
    expect(await told(few, 121, { knownAtPosition: known })).toEqual([1, 'MISSED', false, true]);
    // What happens after its period is no part of it.
    await stands(1, 'DETRACTOR', 125);
    expect(await told(few, 200)).toEqual([0, 'MET', true, true]);
  });

  it('is measured by the definitions of the queries that tell the measure', async () => {
    await says(0, 0.5, 100, { topics: ['doors'] });
    await says(2, 0.5, 101, { topics: ['price'] });
    const answered = { stakeholderId: people[0], survey: 'spring', occurredAt: inMinutes(100) };
    await rapport.mutate('recordSurveyAnswer', { ...answered, score: 10 });
    const outcomeOf = async (input: Input) => (await report(goalOf(await set(input)), over)).outcome;
    expect(await outcomeOf({ measure: 'CONVERSION_RATE', target: 1 })).toMatchObject({
      ...{ value: 1, definition: 'time-to-conversion-v1', rule: 'advocacy-v1', stanceRule: 'tone-v1', status: 'MET' },
    });
    expect(await outcomeOf({ measure: 'RELAPSE_RATE', target: 0, direction: 'AT_MOST' })).toMatchObject({
      ...{ value: 0, definition: 'time-to-conversion-v1', status: 'MET' },
    });
    expect(await outcomeOf({ measure: 'CONVERSATION_SHARE', topic: 'doors', target: 0.6 })).toMatchObject({
      ...{ value: 0.5, definition: 'share-of-conversation-v1', rule: null, stanceRule: null, status: 'MISSED' },
    });
    expect(await outcomeOf({ measure: 'NET_PROMOTER', survey: 'spring', target: 50 })).toMatchObject({
      ...{ value: 100, definition: 'net-promoter-v1', rule: null, status: 'MET' },
    });
    expect(await outcomeOf({ measure: 'NET_PROMOTER', survey: 'autumn', target: 50 })).toMatchObject({
      ...{ value: null, status: 'UNMEASURED', reached: null, final: true },
    });
    expect(await outcomeOf({ measure: 'STAKEHOLDERS_AT_STANCE', stances: ['SUPPORTER', 'NEUTRAL'] })).toMatchObject({
      ...{ value: 3, definition: 'stakeholders-at-stance-v1', rule: null, stanceRule: 'tone-v1' },
    });
  });

  it('is refused where its period has begun, and where nobody of ours is to answer for it', async () => {
    const begun = { from: inMinutes(-1), until: inMinutes(120) };
    expect(await set({ measure: 'RELAPSE_RATE', ...begun })).toMatchObject({
      ...{ __typename: 'PeriodHasBegun', from: begun.from },
    });
    const ownerId = Buffer.from('Colleague:nobody').toString('base64url');
    expect(await set({ measure: 'RELAPSE_RATE', ownerId })).toMatchObject({ __typename: 'ColleagueNotFound' });
  });

  it('is revised and dropped, and tells what it promised before', async () => {
    const outcome = await set({ measure: 'CONVERSIONS', kinds: ['WON_OVER'], target: 3 });
    const goalId = goalOf(outcome);
    const reason = 'the market is smaller';
    const revised = await rapport.mutate('reviseGoal', { goalId, target: 2, reason, expectedRevision: 0 });
    expect(revised).toMatchObject({ __typename: 'GoalWasRevised', already: false, goal: { target: 2, revision: 1 } });
    await rapport.mutate('reviseGoal', { goalId, ownerId: lee, reason: 'Kim left' });
    const dropped = { __typename: 'GoalWasDropped', already: false };
    expect(await rapport.mutate('dropGoal', { goalId, reason: 'no more' })).toMatchObject(dropped);
    expect(await rapport.mutate('dropGoal', { goalId, reason: 'again' })).toMatchObject({ ...dropped, already: true });
    expect(await rapport.mutate('reviseGoal', { goalId, target: 1, reason })).toMatchObject({
      __typename: 'GoalIsDropped',
    });
    expect(await report(goalId, over)).toMatchObject({
      ...{ target: 2, owner: { name: 'Lee' }, dropped: { reason: 'no more' }, outcome: { status: 'DROPPED' } },
      history: [
        { target: 2, owner: { name: 'Lee' }, reason: 'Kim left' },
        { target: 2, owner: { name: 'Kim' }, reason },
        { target: 3, owner: { name: 'Kim' }, reason: 'agreed on' },
      ],
    });
    const before = await report(goalId, { asOf: { knownAtPosition: outcome.position } });
    expect(before).toMatchObject({ target: 3, dropped: null, history: [{ target: 3 }] });
    expect(
      await rapport.mutationRefusal('reviseGoal', { goalId, target: 1, reason, expectedRevision: 0 }),
    ).toMatchObject({ code: 'CONFLICT' });
    const nobodys = Buffer.from('Goal:nobodys').toString('base64url');
    for (const mutation of ['reviseGoal', 'dropGoal'] as const)
      expect(await rapport.mutate(mutation, { goalId: nobodys, reason })).toMatchObject({
        ...{ __typename: 'GoalNotFound', goalId: nobodys },
      });
    expect(
      (
        await rapport.mutate('reviseGoal', {
          goalId: goalOf(await set({ measure: 'RELAPSE_RATE' })),
          target: 2,
          reason,
        })
      ).__typename,
    ).toBe('TargetOutOfRange');
  });

  it.each(['setGoal', 'reviseGoal', 'dropGoal'] as const)(
    'is changed once by %s, however often it is sent',
    async (mutation) => {
      const goalId = goalOf(await set({ measure: 'CONVERSION_RATE' }));
      const input = {
        setGoal: { measure: 'CONVERSION_RATE', target: 0.5, ownerId: kim, reason: 'x', ...period },
        reviseGoal: { goalId, target: 0.25, reason: 'x' },
        dropGoal: { goalId, reason: 'x' },
      }[mutation];
      const commandId = `${mutation} once`;
      const first = await rapport.mutate(mutation, { ...input, commandId });
      expect(first.already).toBe(false);
      expect(await rapport.mutate(mutation, { ...input, commandId })).toMatchObject({
        ...{ __typename: first.__typename, already: true, position: first.position, goal: { id: first.goal.id } },
      });
      expect((await rapport.mutate(mutation, { ...input, reason: 'y', commandId })).__typename).toBe('CommandIdReused');
    },
  );

  it('is listed by owner, measure and phase, in pages', async () => {
    const ownerId = (await rapport.mutate('addColleague', { name: 'Roe' })).colleague.id;
    const later = { from: inMinutes(180), until: inMinutes(240) };
    const ids = [
      goalOf(await set({ measure: 'CONVERSION_RATE', ownerId })),
      goalOf(await set({ measure: 'RELAPSE_RATE', ownerId, ...later })),
      goalOf(await set({ measure: 'NET_PROMOTER', ownerId })),
    ];
    const listed = async (where: Input, args = '', asOf: Input = {}) => {
      const { goals } = await rapport.query<{
        goals: { totalCount: number; nodes: readonly { measure: string }[]; pageInfo: { endCursor: string } };
      }>(
        `query ($where: GoalFilter, $asOf: AsOf) { goals(where: $where, asOf: $asOf ${args}) { totalCount nodes { measure }
          pageInfo { endCursor } } }`,
        { where: { ownerId, ...where }, asOf },
      );
      return { ...goals, told: goals.nodes.map(({ measure }) => measure) };
    };
    expect((await listed({})).told).toEqual(['RELAPSE_RATE', 'NET_PROMOTER', 'CONVERSION_RATE']);
    const first = await listed({}, ', first: 1');
    expect(first).toMatchObject({ totalCount: 3, told: ['RELAPSE_RATE'] });
    expect((await listed({}, `, first: 5, after: "${first.pageInfo.endCursor}"`)).told).toHaveLength(2);
    expect((await listed({ measures: ['RELAPSE_RATE'] })).told).toEqual(['RELAPSE_RATE']);
    expect((await listed({ phases: ['OVER'] }, '', over.asOf)).told).toEqual(['NET_PROMOTER', 'CONVERSION_RATE']);
    await rapport.mutate('dropGoal', { goalId: ids[2], reason: 'x' });
    expect((await listed({ dropped: false })).totalCount).toBe(2);
    const node = await rapport.query<{ node: unknown }>('query ($id: ID!) { node(id: $id) { __typename id } }', {
      id: ids[0],
    });
    expect(node.node).toEqual({ __typename: 'Goal', id: ids[0] });
  });

  it('has its faults named, all of them', async () => {
    const faults = async (input: Input) =>
      (await rapport.mutationRefusal('setGoal', { target: 1, ownerId: kim, reason: 'x', ...period, ...input }))
        .faultyPaths;
    expect(await faults({ measure: 'CONVERSIONS', target: 1.5, ownerId: 'x', reason: ' ' })).toEqual([
      ...['input.kinds', 'input.target', 'input.ownerId', 'input.reason'],
    ]);
    expect(await faults({ measure: 'CONVERSION_RATE', target: 2, topic: 'x', survey: 'y' })).toEqual([
      ...['input.survey', 'input.topic', 'input.target'],
    ]);
    expect(await faults({ measure: 'STAKEHOLDERS_AT_STANCE', stances: [] })).toEqual(['input.stances']);
    expect(await faults({ measure: 'CONVERSATION_SHARE', topic: ' ' })).toEqual(['input.topic']);
    expect(await faults({ measure: 'RELAPSE_RATE', until: period.from })).toEqual(['input.until']);
    const goalId = goalOf(await set({ measure: 'RELAPSE_RATE' }));
    const half = await rapport.mutationRefusal('reviseGoal', { goalId, reason: 'x', from: period.from });
    expect(half.faultyPaths).toEqual(['input.until']);
  });
});
