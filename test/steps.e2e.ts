import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Input, type Rapport, rapportAt, readingItsWrites, ready } from './client.js';
import { type TestService, startTestService } from './service.js';

let service: TestService;
let rapport: Rapport;
beforeAll(async () => {
  service = await startTestService();
  rapport = readingItsWrites(rapportAt({ url: service.url, token: service.adminToken }));
  await ready(rapport);
});
afterAll(() => service.stop());

const on = (day: number): string => `2024-03-${String(day).padStart(2, '0')}T12:00:00.000Z`;
const step = (stakeholderId: string, taken: string, day: number, more: Input = {}) =>
  rapport.mutate('takeStep', { stakeholderId, step: taken, occurredAt: on(day), ...more });

interface Shown {
  readonly steps: {
    readonly first: readonly Input[];
    readonly findings: readonly string[];
    readonly definition: string;
  };
  readonly timeline: {
    readonly nodes: readonly {
      readonly step: string;
      readonly skipped: readonly string[];
      readonly skippedWhenRecorded: readonly string[];
      readonly interactionId: string | null;
    }[];
  };
}
const shownOf = async (id: string, asOf?: Input): Promise<Shown> =>
  (
    await rapport.query<{ stakeholder: Shown }>(
      `query ($id: ID!, $asOf: AsOf) { stakeholder(id: $id, asOf: $asOf) {
        steps { first { step at } findings definition }
        timeline(orderBy: OLDEST_FIRST, where: { kinds: [STEP_TAKEN] }) { nodes { ... on StepTaken { step skipped skippedWhenRecorded interactionId } } } } }`,
      { id, ...(asOf === undefined ? {} : { asOf }) },
    )
  ).stakeholder;

describe('the steps with somebody', () => {
  it('are told by their dates: what was recorded late was not skipped', async () => {
    const { stakeholder } = await rapport.identify('Mia');
    const engaged = await step(stakeholder.id, 'ENGAGE', 10);
    expect((await shownOf(stakeholder.id)).steps).toEqual({
      first: [{ step: 'ENGAGE', at: on(10) }],
      findings: ['ENGAGED_BEFORE_LISTENING', 'ENGAGED_BEFORE_ACKNOWLEDGING', 'NEVER_INVOLVED'],
      definition: 'steps-v1',
    });
    const listened = await step(stakeholder.id, 'LISTEN', 5);
    await step(stakeholder.id, 'INVOLVE', 20);
    const now = await shownOf(stakeholder.id);
    expect(now.steps.findings).toEqual(['ENGAGED_BEFORE_ACKNOWLEDGING', 'INVOLVED_BEFORE_ACKNOWLEDGING']);
    expect(now.timeline.nodes).toEqual([
      { step: 'LISTEN', skipped: [], skippedWhenRecorded: [], interactionId: null },
      {
        ...{ step: 'ENGAGE', skipped: ['ACKNOWLEDGE'], skippedWhenRecorded: ['LISTEN', 'ACKNOWLEDGE'] },
        interactionId: null,
      },
      { step: 'INVOLVE', skipped: ['ACKNOWLEDGE'], skippedWhenRecorded: ['ACKNOWLEDGE'], interactionId: null },
    ]);
    const before = await shownOf(stakeholder.id, { knownAtPosition: engaged.position, validAt: on(30) });
    expect(before.timeline.nodes.map(({ skipped }) => skipped)).toEqual([['LISTEN', 'ACKNOWLEDGE']]);
    expect((await shownOf(stakeholder.id, { validAt: on(6) })).steps.findings).toEqual(['NEVER_INVOLVED']);

    await rapport.mutate('retractRelationshipFact', {
      ...{ stakeholderId: stakeholder.id, factId: listened.factId, reason: 'It was another.' },
    });
    expect((await shownOf(stakeholder.id)).steps.findings).toContain('ENGAGED_BEFORE_LISTENING');
  });

  it('are those with all who are one', async () => {
    const survivorId = (await rapport.identify('Eva')).stakeholder.id;
    const mergedId = (await rapport.identify('Eva again')).stakeholder.id;
    await step(survivorId, 'LISTEN', 1);
    const engaged = await step(mergedId, 'ENGAGE', 2);
    expect((await shownOf(mergedId)).steps.findings).toContain('ENGAGED_BEFORE_LISTENING');
    await rapport.mutate('mergeStakeholders', { survivorId, mergedId, reason: 'The same.' });
    for (const id of [survivorId, mergedId]) {
      const { steps, timeline } = await shownOf(id);
      expect(steps.findings).toEqual(['ENGAGED_BEFORE_ACKNOWLEDGING', 'NEVER_INVOLVED']);
      expect(timeline.nodes.map(({ skipped }) => skipped)).toEqual([[], ['ACKNOWLEDGE']]);
    }
    const before = await shownOf(mergedId, { knownAtPosition: engaged.position, validAt: on(30) });
    expect(before.steps.findings).toContain('ENGAGED_BEFORE_LISTENING');
  });

  it('are told of a conversation, apart from those outside', async () => {
    const { stakeholder } = await rapport.identify('Leo');
    const { interaction } = await rapport.record({ with: [{ stakeholderId: stakeholder.id }], occurredAt: on(1) });
    const reply = await rapport.record({
      ...{ with: [{ stakeholderId: stakeholder.id }], direction: 'OUTBOUND', act: 'REPLY', occurredAt: on(3) },
      inReplyTo: { interactionId: interaction.id },
    });
    await step(stakeholder.id, 'LISTEN', 1);
    await step(stakeholder.id, 'ACKNOWLEDGE', 2, { interactionId: interaction.id });
    const last = await step(stakeholder.id, 'ENGAGE', 3, { interactionId: reply.interaction.id });
    const { conversation } = await rapport.query<{ conversation: unknown }>(
      'query ($id: ID!) { conversation(id: $id) { steps { first { step at } findings definition } } }',
      { id: interaction.id },
    );
    expect(conversation).toEqual({
      steps: {
        first: [
          { step: 'ACKNOWLEDGE', at: on(2) },
          { step: 'ENGAGE', at: on(3) },
        ],
        findings: ['ACKNOWLEDGED_BEFORE_LISTENING', 'ENGAGED_BEFORE_LISTENING', 'NEVER_INVOLVED'],
        definition: 'steps-v1',
      },
    });
    const { steps, timeline } = await shownOf(stakeholder.id);
    expect(steps.findings).toEqual(['NEVER_INVOLVED']);
    expect(timeline.nodes.map(({ interactionId }) => interactionId)).toEqual([
      ...[null, interaction.id, reply.interaction.id],
    ]);
    expect(last.stakeholder.step).toBe('ENGAGE');
  });
});

describe('the report of skipped steps', () => {
  it('counts what is found, and tells of whom, as of any past', async () => {
    const ids: string[] = [];
    let position = '';
    for (const name of ['Ann', 'Bo', 'Cy']) {
      const { stakeholder } = await rapport.identify(name);
      ids.push(stakeholder.id);
      ({ position } = await step(stakeholder.id, 'INVOLVE', 15));
    }
    const report = async (asOf: Input, args = 'first: 100', findings?: readonly string[]) => {
      const { skippedSteps } = await rapport.query<{
        skippedSteps: {
          relationships: number;
          definition: string;
          findings: readonly {
            finding: string;
            count: number;
            stakeholders: {
              totalCount: number;
              nodes: readonly { liveId: string }[];
              pageInfo: { endCursor: string; hasNextPage: boolean };
            };
          }[];
        };
      }>(
        `query ($asOf: AsOf, $findings: [StepFinding!]) { skippedSteps(asOf: $asOf, findings: $findings) { relationships definition findings {
          finding count stakeholders(${args}) { totalCount nodes { liveId } pageInfo { endCursor hasNextPage } } } } }`,
        { asOf, ...(findings === undefined ? {} : { findings }) },
      );
      const found = skippedSteps.findings.find(({ finding }) => finding === 'INVOLVED_BEFORE_ENGAGING');
      return { ...skippedSteps, count: found?.count, ...found?.stakeholders };
    };
    const before = { knownAtPosition: position, validAt: on(30) };
    const found = await report(before);
    expect(found.definition).toBe('steps-v1');
    expect(found.findings).toHaveLength(7);
    expect(found.nodes?.map(({ liveId }) => liveId)).toEqual(expect.arrayContaining(ids));
    expect([found.count, found.totalCount]).toEqual([found.nodes?.length, found.nodes?.length]);

    await step(ids[0] ?? '', 'ENGAGE', 14);
    const after = await report({ validAt: on(30) });
    expect(after.count).toBe((found.count ?? 0) - 1);
    expect(after.nodes?.map(({ liveId }) => liveId)).not.toContain(ids[0]);
    expect((await report(before)).count).toBe(found.count);
    expect(await report({ validAt: on(13) })).toMatchObject({ count: 0, nodes: [] });

    const one = ['INVOLVED_BEFORE_ENGAGING'];
    const first = await report({ validAt: on(30) }, 'first: 1', one);
    const second = await report({ validAt: on(30) }, `first: 1, after: "${first.pageInfo?.endCursor ?? ''}"`, one);
    expect(first.findings).toHaveLength(1);
    expect([first.nodes?.length, first.pageInfo?.hasNextPage, second.nodes?.length]).toEqual([1, true, 1]);
    expect(second.nodes).not.toEqual(first.nodes);
  });
});
