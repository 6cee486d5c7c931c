import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Input, type Rapport, rapportAt, readingItsWrites, ready } from './client.js';
import { type TestService, startTestService } from './service.js';

let service: TestService;
let rapport: Rapport;

// January 2026: the 5th is a Monday, the 6th a holiday here. Berlin is at +01:00.
const at = (day: number, time: string): string => `2026-01-${String(day).padStart(2, '0')}T${time}:00+01:00`;
const utc = (day: number, time: string): string => new Date(at(day, time)).toISOString();
const nobody = (type: string): string => Buffer.from(`${type}:${randomUUID()}`).toString('base64url');

const clockFields = `kind state openedAt stoppedAt early workedMinutes targetMinutes dueAt overdue channel tier definition
  openedBy { id } stoppedBy { id } stakeholder { name } owner { name } team { name }`;
interface ShownClock {
  readonly kind: string;
  readonly state: string;
  readonly workedMinutes: number;
  readonly dueAt: string | null;
  readonly overdue: boolean;
  readonly early: boolean;
  readonly [field: string]: unknown;
}

const clocksOf = async (interactionId: string, asOf?: Input): Promise<readonly ShownClock[]> => {
  const { conversation } = await rapport.query<{ conversation: { clocks: readonly ShownClock[] } | null }>(
    `query ($id: ID!, $asOf: AsOf) { conversation(id: $id, asOf: $asOf) { clocks { ${clockFields} } } }`,
    { id: interactionId, ...(asOf === undefined ? {} : { asOf }) },
  );
  return conversation?.clocks ?? [];
};
const briefly = (clocks: readonly ShownClock[]) =>
  clocks.map(({ kind, state, workedMinutes, overdue }) => `${kind} ${overdue ? 'OVERDUE' : state} ${workedMinutes}`);

interface Said {
  readonly id: string;
  readonly position: string;
}
const passed = async (input: Input): Promise<Said> => {
  const { interaction, position } = await rapport.record(input);
  return { id: interaction.id, position };
};

/** Somebody of the tier, whose owner works by the calendar of the desk. */
const somebody = async (
  tier: string,
): Promise<{ readonly stakeholderId: string; readonly ownerId: string; readonly teamId: string }> => {
  const { stakeholder } = await rapport.identify(`Mia ${tier}`);
  const teamId = (await rapport.mutate('nameTeam', { name: `Desk ${tier}`, department: 'press' })).team.id;
  const ownerId = (await rapport.mutate('addColleague', { name: `Kim ${tier}`, teamId })).colleague.id;
  await rapport.mutate('defineTier', { name: tier });
  const stakeholderId = stakeholder.id;
  await rapport.mutate('assignOwner', { stakeholderId, ownerId, tier, occurredAt: '2025-01-01T00:00:00Z' });
  await rapport.mutate('setWorkingHours', {
    ...{ teamId, zone: 'Europe/Berlin' },
    hours: [{ days: ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY'], from: '09:00', until: '17:00' }],
  });
  await rapport.mutate('setHolidays', { teamId, year: 2026, days: [{ date: '2026-01-06', name: 'Epiphany' }] });
  await rapport.mutate('setTargets', {
    ...{ tier, acknowledgeMinutes: 60, firstResponseMinutes: 240, nextResponseMinutes: 120, resolutionMinutes: 960 },
  });
  return { stakeholderId, ownerId, teamId };
};
const mail = (stakeholderId: string, occurredAt: string, more: Input = {}): Input => ({
  ...{ direction: 'INBOUND', act: 'COMPLAINT', occurredAt, with: [{ stakeholderId }], ...more },
});
const answer = (stakeholderId: string, occurredAt: string, interactionId: string): Input =>
  mail(stakeholderId, occurredAt, { direction: 'OUTBOUND', act: 'REPLY', inReplyTo: { interactionId } });

beforeAll(async () => {
  service = await startTestService();
  rapport = readingItsWrites(rapportAt({ url: service.url, token: service.adminToken }));
  await ready(rapport);
});
afterAll(() => service.stop());

describe('the clocks of a conversation', () => {
  it('run in the working time of the team that answers, towards the targets of the tier', async () => {
    const { stakeholderId } = await somebody('near');
    const asked = await passed(mail(stakeholderId, at(5, '16:00'), { channel: 'FORUM' }));
    const open = await clocksOf(asked.id, { validAt: at(7, '10:30') });
    expect(open).toEqual([
      {
        ...{ kind: 'ACKNOWLEDGE', state: 'OPEN', openedAt: utc(5, '16:00'), stoppedAt: null, early: false },
        ...{ workedMinutes: 150, targetMinutes: 60, dueAt: utc(5, '17:00'), overdue: true, channel: 'FORUM' },
        ...{ tier: 'near', definition: 'clocks-v1', openedBy: { id: expect.any(String) as unknown }, stoppedBy: null },
        ...{ stakeholder: { name: 'Mia near' }, owner: { name: 'Kim near' }, team: { name: 'Desk near' } },
      },
      expect.objectContaining({ kind: 'FIRST_RESPONSE', state: 'OPEN', dueAt: utc(7, '12:00'), overdue: false }),
      expect.objectContaining({ kind: 'RESOLUTION', state: 'OPEN', dueAt: utc(8, '16:00'), overdue: false }),
    ]);

    const taken = await rapport.mutate('takeStep', {
      ...{ stakeholderId, step: 'ACKNOWLEDGE', interactionId: asked.id, occurredAt: at(5, '16:20') },
    });
    expect(taken.__typename).toBe('StepWasTaken');
    const answered = await passed(answer(stakeholderId, at(7, '13:30'), asked.id));
    const back = await passed(mail(stakeholderId, at(7, '16:00'), { inReplyTo: { interactionId: answered.id } }));
    const then = { validAt: at(9, '12:00') };
    expect(briefly(await clocksOf(back.id, then))).toEqual([
      'ACKNOWLEDGE MET 20',
      'FIRST_RESPONSE MISSED 330',
      'NEXT_RESPONSE OVERDUE 720',
      'RESOLUTION OVERDUE 1050',
    ]);
    // Each as it was known: before the answer, and before the step.
    expect(briefly(await clocksOf(asked.id, { ...then, knownAtPosition: taken.position }))).toEqual([
      'ACKNOWLEDGE MET 20',
      'FIRST_RESPONSE OVERDUE 1200',
      'RESOLUTION OVERDUE 1200',
    ]);
    expect(briefly(await clocksOf(asked.id, { ...then, knownAtPosition: asked.position }))[0]).toBe(
      'ACKNOWLEDGE OVERDUE 1200',
    );
  });

  it('are told anew where something is corrected, retracted, or comes late', async () => {
    const { stakeholderId } = await somebody('late');
    const source = { name: 'mailbox', id: randomUUID() };
    const reply = await passed({
      ...mail(stakeholderId, at(7, '11:00'), { direction: 'OUTBOUND', act: 'REPLY', inReplyTo: { source } }),
    });
    expect(await clocksOf(reply.id)).toEqual([]);
    const asked = await passed(mail(stakeholderId, at(7, '10:00'), { source }));
    expect(briefly(await clocksOf(asked.id))).toEqual([
      'ACKNOWLEDGE MET 60',
      'FIRST_RESPONSE MET 60',
      'RESOLUTION MET 60',
    ]);
    await rapport.mutate('correctInteraction', { interactionId: reply.id, occurredAt: at(7, '15:00'), reason: 'x' });
    expect(briefly(await clocksOf(asked.id))).toContain('FIRST_RESPONSE MISSED 300');
    // Dated before what it answers, it took no time, and is marked.
    await rapport.mutate('correctInteraction', { interactionId: reply.id, occurredAt: at(7, '09:00'), reason: 'x' });
    const early = await clocksOf(asked.id);
    expect([briefly(early)[1], early[1]?.early]).toEqual(['FIRST_RESPONSE MET 0', true]);
    await rapport.mutate('retractInteraction', { interactionId: reply.id, reason: 'x' });
    expect((await clocksOf(asked.id)).map(({ state }) => state)).toEqual(['OPEN', 'OPEN', 'OPEN']);
    await rapport.mutate('retractInteraction', { interactionId: asked.id, reason: 'x' });
    expect(await clocksOf(asked.id)).toEqual([]);
  });
});

describe('the report of clocks', () => {
  it('tells met, missed and still open apart, by tier, team, owner, channel and month', async () => {
    const { stakeholderId, ownerId, teamId } = await somebody('report');
    for (const [day, until] of [
      [12, '10:00'],
      [13, '12:00'],
      [14, '15:30'],
    ] as const) {
      const { id } = await passed(mail(stakeholderId, at(day, '09:00')));
      await passed(answer(stakeholderId, at(day, until), id));
    }
    await passed(mail(stakeholderId, at(15, '09:00')));
    const report = async (by: string, where: Input, asOf: Input = { validAt: at(16, '09:00') }) =>
      (
        await rapport.query<{
          responseClocks: { groups: readonly { clocks: readonly Input[] }[]; definition: string };
        }>(
          `query ($where: ClockFilter, $asOf: AsOf, $by: ClockGrouping) {
            responseClocks(by: $by, where: $where, asOf: $asOf, during: { from: "2026-01-12T00:00:00Z", until: "2026-01-20T00:00:00Z" }) {
              definition quantileDefinition
              groups { tier month channel team { name } owner { name }
                clocks { clock count met missed withoutTarget open overdue early p50Minutes p90Minutes } } } }`,
          { by, where, asOf },
        )
      ).responseClocks;
    const first = {
      ...{ clock: 'FIRST_RESPONSE', count: 4, met: 2, missed: 1, withoutTarget: 0, open: 1, overdue: 1, early: 0 },
      ...{ p50Minutes: 180, p90Minutes: 390 },
    };
    const where = { clocks: ['FIRST_RESPONSE'], ownerIds: [ownerId] };
    const none = { tier: null, month: null, channel: null, team: null, owner: null };
    expect(await report('TIER', where)).toEqual({
      ...{ definition: 'clocks-v1', quantileDefinition: 'nearest-rank-v1' },
      groups: [{ ...none, tier: 'report', clocks: [first] }],
    });
    expect((await report('TEAM', where)).groups).toEqual([{ ...none, team: { name: 'Desk report' }, clocks: [first] }]);
    expect((await report('OWNER', where)).groups).toEqual([
      { ...none, owner: { name: 'Kim report' }, clocks: [first] },
    ]);
    expect((await report('CHANNEL', { ...where, teamIds: [teamId], tiers: ['report'] })).groups).toEqual([
      { ...none, channel: 'EMAIL', clocks: [first] },
    ]);
    const months = (await report('MONTH', where, { validAt: at(13, '10:00') })).groups;
    expect(months).toMatchObject([{ month: '2026-01', clocks: [{ count: 2, met: 1, open: 1, overdue: 0 }] }]);
    expect((await report('TIER', { ...where, channels: ['FORUM'] })).groups).toEqual([]);
  });
});

describe('the clocks that run', () => {
  it('are listed, the most urgent first, in pages', async () => {
    const { stakeholderId, ownerId } = await somebody('urgent');
    for (const day of [21, 19, 20]) await passed(mail(stakeholderId, at(day, '09:00')));
    const page = async (args: string) =>
      (
        await rapport.query<{
          openClocks: {
            totalCount: number;
            nodes: readonly ShownClock[];
            pageInfo: { endCursor: string; startCursor: string; hasNextPage: boolean };
          };
        }>(
          `query ($where: ClockFilter, $asOf: AsOf) { openClocks(where: $where, asOf: $asOf, ${args}) {
            totalCount nodes { kind openedAt dueAt overdue state workedMinutes early } pageInfo { startCursor endCursor hasNextPage } } }`,
          {
            where: { ownerIds: [ownerId], clocks: ['FIRST_RESPONSE', 'ACKNOWLEDGE'] },
            asOf: { validAt: at(21, '10:30') },
          },
        )
      ).openClocks;
    const first = await page('first: 4');
    expect([first.totalCount, first.nodes.map(({ kind, dueAt }) => [kind, dueAt]), first.pageInfo.hasNextPage]).toEqual(
      [
        6,
        [
          ['ACKNOWLEDGE', utc(19, '10:00')],
          ['FIRST_RESPONSE', utc(19, '13:00')],
          ['ACKNOWLEDGE', utc(20, '10:00')],
          ['FIRST_RESPONSE', utc(20, '13:00')],
        ],
        true,
      ],
    );
    const rest = await page(`first: 4, after: "${first.pageInfo.endCursor}"`);
    expect(rest.nodes.map(({ kind, dueAt }) => [kind, dueAt])).toEqual([
      ['ACKNOWLEDGE', utc(21, '10:00')],
      ['FIRST_RESPONSE', utc(21, '13:00')],
    ]);
    const before = await page(`last: 1, before: "${rest.pageInfo.startCursor}"`);
    expect(before.nodes.map(({ dueAt }) => dueAt)).toEqual([utc(20, '13:00')]);
    expect((await page('overdue: true')).totalCount).toBe(5);
    expect((await page('overdue: false')).nodes).toMatchObject([{ kind: 'FIRST_RESPONSE', workedMinutes: 90 }]);
    expect((await page(`during: { from: "${utc(20, '00:00')}" }`)).totalCount).toBe(4);
  });
});

describe('when we work, and how soon we are to answer', () => {
  it('is said, told as of any past, and said again', async () => {
    const { teamId } = await somebody('said');
    const hours = [{ days: ['FRIDAY', 'MONDAY'], from: '10:00', until: '24:00' }];
    const set = await rapport.mutate('setWorkingHours', { teamId, from: '2026-06-01', zone: 'UTC', hours });
    expect(set).toMatchObject({
      ...{ __typename: 'WorkingHoursSet', already: false },
      hours: {
        ...{ from: '2026-06-01', zone: 'UTC' },
        stretches: ['MONDAY', 'FRIDAY'].map((day) => ({ day, from: '10:00', until: '24:00' })),
      },
    });
    expect(await rapport.mutate('setWorkingHours', { teamId, from: '2026-06-01', zone: 'UTC', hours })).toMatchObject({
      already: true,
    });
    const holidays = await rapport.mutate('setHolidays', { teamId, year: 2026, days: [{ date: '2026-01-01' }] });
    expect(holidays.days).toEqual([{ date: '2026-01-01', name: null }]);
    const calendar = async (asOf: Input) =>
      (
        await rapport.query<{ workingCalendars: readonly { team: { id: string } | null }[] }>(
          'query ($asOf: AsOf) { workingCalendars(asOf: $asOf) { team { id } hours { from zone } holidays { date name } } }',
          { asOf },
        )
      ).workingCalendars.find(
        ({ team }) =>
          team !== null &&
          Buffer.from(team.id, 'base64url').toString().startsWith(Buffer.from(teamId, 'base64url').toString()),
      );
    expect(await calendar({ knownAtPosition: holidays.position })).toMatchObject({
      hours: [
        { from: null, zone: 'Europe/Berlin' },
        { from: '2026-06-01', zone: 'UTC' },
      ],
      holidays: [{ date: '2026-01-01', name: null }],
    });
    expect(await calendar({ knownAtPosition: set.position })).toMatchObject({
      holidays: [{ date: '2026-01-06', name: 'Epiphany' }],
    });

    await rapport.mutate('setTargets', { tier: 'said', from: '2026-06-01T00:00:00Z', resolutionMinutes: 5 });
    const { responseTargets } = await rapport.query<{ responseTargets: readonly { tier: string | null }[] }>(
      '{ responseTargets { tier from acknowledgeMinutes resolutionMinutes } }',
    );
    expect(responseTargets.filter(({ tier }) => tier === 'said')).toEqual([
      { tier: 'said', from: null, acknowledgeMinutes: 60, resolutionMinutes: 960 },
      { tier: 'said', from: '2026-06-01T00:00:00.000Z', acknowledgeMinutes: null, resolutionMinutes: 5 },
    ]);
  });

  it('is refused where a team, a tier or an interaction is not there', async () => {
    const hours = [{ days: ['MONDAY'], from: '09:00', until: '17:00' }];
    expect(await rapport.mutate('setWorkingHours', { teamId: nobody('Team'), zone: 'UTC', hours })).toMatchObject({
      __typename: 'TeamNotFound',
    });
    expect(await rapport.mutate('setHolidays', { teamId: nobody('Team'), year: 2026, days: [] })).toMatchObject({
      __typename: 'TeamNotFound',
    });
    expect(await rapport.mutate('setTargets', { tier: 'nowhere-to-be-seen' })).toMatchObject({
      __typename: 'TierNotFound',
    });
    const { stakeholder } = await rapport.identify('Leo');
    const interactionId = nobody('Interaction');
    expect(
      await rapport.mutate('takeStep', { stakeholderId: stakeholder.id, step: 'LISTEN', interactionId }),
    ).toMatchObject({ __typename: 'InteractionNotFound', interactionId });
  });

  it('is told again by the same commandId, and refused with another input', async () => {
    const commandId = randomUUID();
    const input = { commandId, tier: 'executive', resolutionMinutes: 7 };
    const set = await rapport.mutate('setTargets', input);
    expect(await rapport.mutate('setTargets', input)).toEqual({ ...set, already: true });
    expect(await rapport.mutate('setTargets', { ...input, resolutionMinutes: 8 })).toMatchObject({
      __typename: 'CommandIdReused',
    });
  });

  it.each([
    ['a zone that nobody has', { zone: 'Berlin' }, 'input.zone'],
    ['an offset', { zone: '+01:00' }, 'input.zone'],
    ['a date that no calendar has', { from: '2026-02-30' }, 'input.from'],
    ['no hours', { hours: [] }, 'input.hours'],
    ['hours past midnight', { hours: [{ days: ['MONDAY'], from: '22:00', until: '06:00' }] }, 'input.hours.0.until'],
    ['a time that no clock has', { hours: [{ days: ['MONDAY'], from: '9:00', until: '24:01' }] }, 'input.hours.0.from'],
    [
      'stretches that overlap',
      { hours: ['10:00', '11:00'].map((from) => ({ days: ['MONDAY'], from, until: '12:00' })) },
      'input.hours',
    ],
  ])('is refused: %s', async (_, wrong, path) => {
    const right = { zone: 'UTC', hours: [{ days: ['MONDAY'], from: '09:00', until: '17:00' }] };
    const { code, faultyPaths } = await rapport.mutationRefusal('setWorkingHours', { ...right, ...wrong });
    expect([code, faultyPaths]).toEqual(['BAD_USER_INPUT', expect.arrayContaining([path])]);
  });

  it('is refused: holidays of another year or twice, and targets of no time', async () => {
    const of = async (mutation: 'setHolidays' | 'setTargets', input: Input) =>
      (await rapport.mutationRefusal(mutation, input)).faultyPaths;
    expect(await of('setHolidays', { year: 2026, days: [{ date: '2025-01-01' }] })).toEqual(['input.days']);
    const twice = [{ date: '2026-01-01' }, { date: '2026-01-01' }];
    expect(await of('setHolidays', { year: 2026, days: twice })).toEqual(['input.days']);
    expect(await of('setTargets', { tier: 'x', acknowledgeMinutes: 0, resolutionMinutes: 525_601 })).toEqual([
      'input.acknowledgeMinutes',
      'input.resolutionMinutes',
    ]);
  });
});
