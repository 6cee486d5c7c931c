import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Input, type Mutation, type Rapport, aMail, mailHandle, mutations, rapportAt } from './client.js';
import { type TestService, startTestService } from './service.js';

let service: TestService;
let rapport: Rapport;
beforeAll(async () => {
  service = await startTestService();
  rapport = rapportAt({ url: service.url, token: service.adminToken });
});
afterAll(() => service.stop());

const faultsOf = async (mutation: Mutation, input: Input): Promise<readonly string[]> => {
  const { code, status, faultyPaths } = await rapport.mutationRefusal(mutation, input);
  expect([code, status < 500]).toEqual(['BAD_USER_INPUT', true]);
  return [...faultyPaths].sort();
};
const soon = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toISOString();

describe('malformed input', () => {
  it('is refused with all its faults at once, each with its path', async () => {
    const input = {
      ...aMail(),
      commandId: '',
      occurredAt: soon(48),
      with: [
        { stakeholderId: 'nonsense' },
        { handle: { channel: 'EMAIL', address: '' } },
        { ...mailHandle('a@b.example'), externalId: { system: 'crm', id: '1' } },
        { role: 'AUTHOR' },
        { externalId: { system: '', id: '1' }, name: '' },
      ],
      reach: -1,
      tone: 1.5,
      language: 'English!',
      topics: ['a|b', ''],
      inReplyTo: {},
      source: { name: '', id: '' },
      url: 'line\nbreak',
    };
    const paths = await faultsOf('recordInteraction', input);
    for (const path of [
      'input.commandId',
      'input.occurredAt',
      'input.with.0.stakeholderId',
      'input.with.1.handle.address',
      'input.with.2',
      'input.with.3',
      'input.with.4.externalId.system',
      'input.with.4.name',
      'input.reach',
      'input.tone',
      'input.language',
      'input.topics',
      'input.inReplyTo',
      'input.source.name',
      'input.source.id',
      'input.url',
    ])
      expect({ path, told: paths.some((each) => each === path || each.startsWith(`${path}.`)) }).toEqual({
        path,
        told: true,
      });
  });

  it.each([
    ['nobody', []],
    ['more than fifty', Array.from({ length: 51 }, (_, index) => mailHandle(`p${index}@example.org`))],
  ])('is refused: %s took part', async (_what, people) => {
    expect(await faultsOf('recordInteraction', { ...aMail(), with: people })).toEqual(['input.with']);
  });

  it.each([
    ['an offset is missing', '2024-01-01T00:00:00'],
    ['no calendar has it', '2023-02-29T00:00:00Z'],
    ['a number', 1_700_000_000_000],
    ['words', 'yesterday'],
  ])('is refused: a time that is none, where %s', async (_why, occurredAt) => {
    expect(await rapport.mutationRefusal('recordInteraction', { ...aMail(), occurredAt })).toMatchObject({
      code: 'BAD_USER_INPUT',
    });
  });

  it('is refused: a time more than a day ahead', async () => {
    expect(await faultsOf('recordInteraction', { ...aMail(), occurredAt: soon(24.1) })).toEqual(['input.occurredAt']);
    const { __typename } = await rapport.record({ occurredAt: soon(23.9) });
    expect(__typename).toBe('InteractionRecorded');
    const { stakeholder } = await rapport.identify('Mia');
    const asked = { stakeholderId: stakeholder.id, occurredAt: soon(25), reason: 'x' };
    expect(await faultsOf('assessStance', { ...asked, stance: 'CRITIC' })).toEqual(['input.occurredAt']);
    expect(await faultsOf('withdrawStance', asked)).toEqual(['input.occurredAt']);
    expect(await faultsOf('takeStep', { ...asked, step: 'LISTEN' })).toEqual(['input.occurredAt']);
  });

  it('is refused: what is due before it was said, with all other faults', async () => {
    const { stakeholder } = await rapport.identify('Mia');
    const past = { stakeholderId: stakeholder.id, occurredAt: soon(-2) };
    const made = { ...past, promise: ' ', dueAt: soon(-3) };
    const moved = { ...past, commitmentId: 'x', reason: 'x', dueAt: soon(-3) };
    const planned = { ...past, plan: ' ', plannedFor: soon(-3) };
    expect(await faultsOf('makeCommitment', made)).toEqual(['input.dueAt', 'input.promise']);
    expect(await faultsOf('moveCommitment', moved)).toEqual(['input.commitmentId', 'input.dueAt']);
    expect(await faultsOf('planOutreach', planned)).toEqual(['input.plan', 'input.plannedFor']);
    // Where nobody says when it was said, it is now.
    const left = { occurredAt: null };
    expect(await faultsOf('makeCommitment', { ...made, ...left })).toEqual(['input.dueAt', 'input.promise']);
    expect(await faultsOf('moveCommitment', { ...moved, ...left })).toEqual(['input.commitmentId', 'input.dueAt']);
    expect(await faultsOf('planOutreach', { ...planned, ...left })).toEqual(['input.plan', 'input.plannedFor']);
  });

  it('is refused: a text of more than 64 KiB, in bytes and not in characters', async () => {
    expect((await rapport.record({ text: 'é'.repeat(32_768) })).__typename).toBe('InteractionRecorded');
    expect(await faultsOf('recordInteraction', { ...aMail(), text: `${'é'.repeat(32_768)}x` })).toEqual(['input.text']);
    const { interaction } = await rapport.record();
    expect(
      await faultsOf('correctInteraction', { interactionId: interaction.id, reason: 'x', text: 'x'.repeat(65_537) }),
    ).toEqual(['input.text']);
  });

  it('takes a text of any characters, and gives it back as it was', async () => {
    const text = 'a\u0000b\u202Ec\u{1F600}\r\n\t‮"\\${x}\u2028';
    expect((await rapport.record({ text })).interaction.text).toBe(text);
  });

  it.each(mutations.map((mutation) => [mutation]))(
    'is refused where %s is asked about a thing of another type',
    async (mutation) => {
      const wrong = Buffer.from('Key:1').toString('base64url');
      const input: Input = {
        identifyStakeholder: { kind: 'PERSON', name: '' },
        renameStakeholder: { stakeholderId: wrong, name: 'x' },
        addHandle: { stakeholderId: wrong, handle: { channel: 'EMAIL', address: 'a@b.example' } },
        removeHandle: { stakeholderId: wrong, handle: { channel: 'EMAIL', address: 'a@b.example' } },
        addExternalId: { stakeholderId: wrong, externalId: { system: 'crm', id: '1' } },
        removeExternalId: { stakeholderId: wrong, externalId: { system: 'crm', id: '1' } },
        retireStakeholder: { stakeholderId: wrong, reason: 'x' },
        mergeStakeholders: { survivorId: wrong, mergedId: wrong, reason: 'x' },
        tellApart: { stakeholderId: wrong, otherId: wrong, reason: 'x' },
        unmergeStakeholder: { survivorId: wrong, mergedId: wrong, reason: 'x' },
        recordInteraction: { ...aMail(), with: [{ stakeholderId: wrong }] },
        correctInteraction: { interactionId: wrong, reason: 'x' },
        retractInteraction: { interactionId: wrong, reason: 'x' },
        assessTone: { interactionId: wrong, tone: 0 },
        assessStance: { stakeholderId: wrong, stance: 'CRITIC', reason: 'x' },
        withdrawStance: { stakeholderId: wrong, reason: 'x' },
        takeStep: { stakeholderId: wrong, step: 'LISTEN' },
        recordSurveyAnswer: { stakeholderId: wrong, survey: 'x', score: 0 },
        retractRelationshipFact: { stakeholderId: wrong, factId: wrong, reason: 'x' },
        makeCommitment: { stakeholderId: wrong, promise: 'x', dueAt: '2030-01-01T00:00:00Z' },
        moveCommitment: { stakeholderId: wrong, commitmentId: wrong, dueAt: '2030-01-01T00:00:00Z', reason: 'x' },
        keepCommitment: { stakeholderId: wrong, commitmentId: wrong },
        breakCommitment: { stakeholderId: wrong, commitmentId: wrong },
        recordConnection: { stakeholderId: wrong, kind: 'PAID' },
        endConnection: { stakeholderId: wrong, connectionId: wrong },
        recordLifecycle: { stakeholderId: wrong, lifecycle: 'CUSTOMER', reason: 'x' },
        verifyRelationship: { stakeholderId: wrong },
        setVerificationInterval: { tier: 'Not a name' },
        publishGuideline: { guidelineId: wrong, name: 'x', text: 'y' },
        withdrawGuideline: { guidelineId: wrong, reason: 'x' },
        retractAcknowledgement: { guidelineId: wrong, colleagueId: wrong, version: 1, reason: 'x' },
        acknowledgeGuideline: { guidelineId: wrong, colleagueId: wrong },
        assessAttribute: { stakeholderId: wrong, attribute: 'POWER', present: true, reason: 'x' },
        withdrawAttribute: { stakeholderId: wrong, attribute: 'POWER', reason: 'x' },
        forbidContact: { stakeholderId: wrong, saidBy: 'x', reason: 'y' },
        permitContact: { stakeholderId: wrong, saidBy: 'x', reason: 'y' },
        planOutreach: { stakeholderId: wrong, plan: 'x', plannedFor: '2030-01-01T00:00:00Z' },
        completeOutreach: { stakeholderId: wrong, outreachId: wrong },
        cancelOutreach: { stakeholderId: wrong, outreachId: wrong },
        assessDisclosure: { interactionId: wrong, status: 'UNKNOWN' },
        retractSurveyAnswer: { stakeholderId: wrong, factId: wrong, reason: 'x' },
        nameTeam: { teamId: wrong, name: 'x', department: 'y' },
        addColleague: { name: 'x', teamId: wrong },
        changeColleague: { colleagueId: wrong, name: 'x' },
        letColleagueGo: { colleagueId: wrong },
        defineTier: { name: 'Not a name' },
        assignOwner: { stakeholderId: wrong, ownerId: wrong },
        handOver: { stakeholderId: wrong, toId: wrong, reason: 'x' },
        releaseOwner: { stakeholderId: wrong, reason: 'x' },
        setGoal: {
          ...{ measure: 'CONVERSIONS', target: 1, ownerId: wrong, reason: 'x' },
          ...{ from: '2090-01-01T00:00:00Z', until: '2091-01-01T00:00:00Z' },
        },
        reviseGoal: { goalId: wrong, reason: 'x' },
        dropGoal: { goalId: wrong, reason: 'x' },
        startAffiliation: { personId: wrong, organisationId: wrong, saidById: wrong },
        endAffiliation: { affiliationId: wrong },
        correctAffiliation: { affiliationId: wrong, reason: 'x' },
        recordTie: { kind: 'KNOWS', stakeholderId: wrong, otherId: wrong, saidById: wrong },
        correctTie: { tieId: wrong, reason: 'x' },
        endTie: { tieId: wrong },
        retractTie: { tieId: wrong, reason: 'x' },
        retractAffiliation: { affiliationId: wrong, reason: 'x' },
        setWorkingHours: { teamId: wrong, zone: 'UTC', hours: [{ days: ['MONDAY'], from: '09:00', until: '17:00' }] },
        setHolidays: { teamId: wrong, year: 2026, days: [] },
        setTargets: { tier: 'Not a name' },
      }[mutation];
      expect((await faultsOf(mutation, input)).length).toBeGreaterThan(0);
    },
  );

  it('writes nothing', async () => {
    const { log } = await rapport.query<{ log: { head: string } }>('{ log { head } }');
    await rapport.mutationRefusal('recordInteraction', { ...aMail(), tone: 2 });
    await rapport.mutationRefusal('recordInteraction', { ...aMail(), occurredAt: soon(48) });
    expect(await rapport.query('{ log { head } }')).toEqual({ log });
  });

  it.each([
    ['neither an id nor a handle', '{ stakeholder { id } }'],
    ['both', '{ stakeholder(id: "U3Rha2Vob2xkZXI6MQ", handle: { channel: EMAIL, address: "a@b.example" }) { id } }'],
    ['an id that is none', '{ node(id: "!") { id } }'],
    [
      'a past that is known in two ways',
      '{ stakeholders(asOf: { knownAt: "2024-01-01T00:00:00Z", knownAtPosition: "0000000000000000-00000000000001" }) { totalCount } }',
    ],
    ['a position of another log', '{ stakeholders(atLeast: "0000000000000000-00000000000001") { totalCount } }'],
    ['a page of more than a hundred', '{ stakeholders(first: 101) { totalCount } }'],
    [
      'more than a hundred handles',
      `{ stakeholdersByHandle(handles: [${'{ channel: EMAIL, address: "a" }'.repeat(101)}]) { id } }`,
    ],
  ])('is refused in questions, too: %s', async (_what, document) => {
    expect(await rapport.refusal(document)).toMatchObject({ code: 'BAD_USER_INPUT' });
  });
});
