import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Rapport, newAddress, rapportAt } from './client.js';
import { type TestService, startTestService } from './service.js';

interface GoldenFact {
  readonly day: number;
  readonly tone?: number;
  readonly act?: boolean;
  readonly assess?: string | null;
  readonly T: number | null;
  readonly stance: string;
  readonly disputed?: boolean;
}
interface Golden {
  readonly name: string;
  readonly facts: readonly GoldenFact[];
  readonly spans: readonly { readonly fromDay: number; readonly stance: string }[];
  readonly conversions: readonly { readonly day: number; readonly kind: string }[];
}
const { standing } = JSON.parse(readFileSync(new URL('golden/measures.json', import.meta.url), 'utf8')) as {
  readonly standing: { readonly sequences: readonly Golden[] };
};

let service: TestService;
let rapport: Rapport;
beforeAll(async () => {
  service = await startTestService();
  rapport = rapportAt({ url: service.url, token: service.adminToken });
});
afterAll(() => service.stop());

const dayMs = 86_400_000;
const beginning = Date.UTC(2020, 0, 1);
const dateOf = (day: number): string => new Date(beginning + day * dayMs).toISOString();
const enumOf = (text: string): string => text.toUpperCase().replaceAll('-', '_');

/** Records one fact of a sequence, and answers with where the log stands. */
const recordFact = async (stakeholderId: string, { day, tone, act, assess }: GoldenFact): Promise<string> => {
  const occurredAt = dateOf(day);
  if (assess === undefined) {
    const said = {
      occurredAt,
      act: act === true ? 'RECOMMENDATION' : 'COMMENT',
      ...(tone === undefined ? {} : { tone }),
    };
    return (await rapport.record({ ...said, with: [{ stakeholderId }] })).position;
  }
  const reason = 'as we see it';
  const asked = { stakeholderId, occurredAt, reason };
  const answer =
    assess === null
      ? await rapport.mutate('withdrawStance', asked)
      : await rapport.mutate('assessStance', { ...asked, stance: enumOf(assess) });
  return answer.position;
};

interface Shown {
  readonly stakeholder: {
    readonly standing: { readonly stance: string; readonly tone: number | null; readonly disputed: boolean };
    readonly standings: {
      readonly nodes: readonly { readonly stance: string; readonly from: string; readonly until: string | null }[];
    };
    readonly conversions: {
      readonly nodes: readonly { readonly kind: string; readonly occurredAt: string; readonly id: string }[];
    };
  };
}
const show = (id: string, atLeast: string, validAt?: string): Promise<Shown> =>
  rapport.query(
    `query ($id: ID!, $atLeast: Position, $asOf: AsOf) { stakeholder(id: $id, atLeast: $atLeast, asOf: $asOf) {
      standing { stance tone disputed } standings { nodes { stance from until } } conversions { nodes { kind occurredAt id } } } }`,
    { id, atLeast, ...(validAt === undefined ? {} : { asOf: { validAt } }) },
  );

const expectSequence = async (id: string, position: string, { facts, spans, conversions }: Golden): Promise<void> => {
  const { stakeholder } = await show(id, position);
  expect(stakeholder.standings.nodes).toEqual(
    spans.map(({ fromDay, stance }, index) => {
      const next = spans[index + 1];
      return { stance: enumOf(stance), from: dateOf(fromDay), until: next ? dateOf(next.fromDay) : null };
    }),
  );
  expect(stakeholder.conversions.nodes.map(({ kind, occurredAt }) => ({ kind, occurredAt })).reverse()).toEqual(
    conversions.map(({ day, kind }) => ({ kind: enumOf(kind), occurredAt: dateOf(day) })),
  );
  for (const { day, T, stance, disputed = false } of facts) {
    const then = await show(id, position, dateOf(day));
    expect(then.stakeholder.standing).toMatchObject({ stance: enumOf(stance), disputed });
    if (T !== null) expect(then.stakeholder.standing.tone).toBeCloseTo(T, 9);
  }
};

describe('golden sequences, recorded over HTTP', () => {
  it('are thirteen', () => expect(standing.sequences).toHaveLength(13));

  it.each(standing.sequences.map((golden) => [golden.name, golden] as const))('%s', async (name, golden) => {
    const { stakeholder } = await rapport.identify(name);
    let position = '';
    for (const fact of golden.facts) position = await recordFact(stakeholder.id, fact);
    await expectSequence(stakeholder.id, position, golden);
  });

  it.each(standing.sequences.map((golden) => [golden.name, golden] as const))(
    'recorded newest first: %s',
    async (name, golden) => {
      const { stakeholder } = await rapport.identify(name);
      // A withdrawal is refused where nothing holds yet, so persons' words come in their order, after what was said.
      const said = golden.facts.filter(({ assess }) => assess === undefined).reverse();
      const decided = golden.facts.filter(({ assess }) => assess !== undefined);
      let position = '';
      for (const fact of [...said, ...decided]) position = await recordFact(stakeholder.id, fact);
      await expectSequence(stakeholder.id, position, golden);
    },
  );
});

describe('a journey', () => {
  it('holds what we did between the fact that opened the episode and what counted, oldest first', async () => {
    const { stakeholder } = await rapport.identify('Mia');
    const [us, them] = [{ direction: 'OUTBOUND' }, { direction: 'INBOUND' }].map((way) => ({
      ...way,
      with: [{ stakeholderId: stakeholder.id }],
    }));
    await rapport.record({ ...us, occurredAt: dateOf(-1), subject: 'before' });
    const opening = await rapport.record({ ...them, tone: -1, occurredAt: dateOf(0) });
    await rapport.record({ ...us, occurredAt: dateOf(40), subject: 'second' });
    await rapport.record({ ...us, occurredAt: dateOf(10), subject: 'first' });
    const mistaken = await rapport.record({ ...us, occurredAt: dateOf(20), subject: 'mistaken' });
    await rapport.mutate('retractInteraction', { interactionId: mistaken.interaction.id, reason: 'never sent' });
    const winning = await rapport.record({ ...them, tone: 1, occurredAt: dateOf(60) });
    const last = await rapport.record({ ...us, occurredAt: dateOf(61), subject: 'after' });
    const { conversions } = await rapport.query<{
      conversions: { totalCount: number; nodes: readonly { id: string }[] };
    }>(
      `query ($atLeast: Position, $of: ID) { conversions(atLeast: $atLeast, where: { stakeholderId: $of }) { totalCount nodes {
        id kind rule occurredAt since stakeholder { id } because { __typename ... on Interaction { id } }
        journey { occurredAt interaction { subject direction } } } } }`,
      { atLeast: last.position, of: stakeholder.id },
    );
    expect(conversions).toMatchObject({
      totalCount: 1,
      nodes: [
        {
          kind: 'WON_OVER',
          rule: 'advocacy-v1',
          occurredAt: dateOf(60),
          since: dateOf(0),
          stakeholder: { id: stakeholder.id },
          because: { __typename: 'Interaction', id: winning.interaction.id },
          journey: [
            { occurredAt: dateOf(10), interaction: { subject: 'first', direction: 'OUTBOUND' } },
            { occurredAt: dateOf(40), interaction: { subject: 'second', direction: 'OUTBOUND' } },
          ],
        },
      ],
    });
    // Another reading of an earlier fact leaves the conversion itself.
    const { position } = await rapport.mutate('assessTone', { interactionId: opening.interaction.id, tone: -0.9 });
    const again = await show(stakeholder.id, position);
    expect(again.stakeholder.conversions.nodes.map(({ id }) => id)).toEqual(conversions.nodes.map(({ id }) => id));
  });
});

describe('what a person decides', () => {
  it('is shown as theirs, and as disputed where the rule stands two rungs away or more', async () => {
    const { stakeholder } = await rapport.identify('Mia');
    const stakeholderId = stakeholder.id;
    await rapport.record({ tone: -0.9, occurredAt: dateOf(0), with: [{ stakeholderId }] });
    const assess = (stance: string, day: number) =>
      rapport.mutate('assessStance', { stakeholderId, stance, occurredAt: dateOf(day), reason: 'we talked' });
    const near = await assess('NEUTRAL', 1);
    expect(near).toMatchObject({
      __typename: 'StanceWasAssessed',
      stakeholder: {
        relationshipRevision: 0,
        standing: {
          stance: 'NEUTRAL',
          ruleStance: 'CRITIC',
          assessedBy: 'admin',
          rule: null,
          disputed: false,
          since: dateOf(1),
          tone: -0.45,
        },
      },
    });
    const far = await assess('SUPPORTER', 2);
    expect(far.stakeholder.standing).toMatchObject({ stance: 'SUPPORTER', ruleStance: 'CRITIC', disputed: true });
    const withdrawn = await rapport.mutate('withdrawStance', {
      stakeholderId,
      occurredAt: dateOf(3),
      reason: 'no longer',
    });
    expect(withdrawn).toMatchObject({
      __typename: 'StanceWasWithdrawn',
      stakeholder: {
        relationshipRevision: 2,
        standing: { stance: 'CRITIC', assessedBy: null, rule: 'tone-v1', disputed: false },
      },
    });
  });

  it('can be taken back: the row stays, marked, and counts nowhere', async () => {
    const { stakeholder } = await rapport.identify('Mia');
    const stakeholderId = stakeholder.id;
    const step = await rapport.mutate('takeStep', { stakeholderId, step: 'ENGAGE', occurredAt: dateOf(1) });
    expect(step.stakeholder.step).toBe('ENGAGE');
    const word = await rapport.mutate('assessStance', {
      stakeholderId,
      stance: 'ADVOCATE',
      occurredAt: dateOf(2),
      reason: 'we talked',
    });
    const taken = { stakeholderId, reason: 'mistaken' };
    expect(await rapport.mutate('retractRelationshipFact', { ...taken, factId: step.factId })).toMatchObject({
      __typename: 'RelationshipFactRetracted',
      factId: step.factId,
      stakeholder: { step: null },
    });
    const { position, ...answer } = await rapport.mutate('retractRelationshipFact', { ...taken, factId: word.factId });
    expect(answer.stakeholder.standing).toMatchObject({ stance: 'UNKNOWN', assessedBy: null });
    expect(await rapport.mutate('retractRelationshipFact', { ...taken, factId: word.factId })).toMatchObject({
      already: true,
      position,
    });
    const { stakeholder: found } = await rapport.query<{ stakeholder: unknown }>(
      `query ($id: ID!, $atLeast: Position) { stakeholder(id: $id, atLeast: $atLeast) { timeline(orderBy: OLDEST_FIRST) { nodes {
        __typename ... on StepTaken { id step skipped by retraction { by reason } } ... on StanceAssessed { id stance reason retraction { by reason } } } } } }`,
      { id: stakeholderId, atLeast: position },
    );
    const retraction = { by: 'admin', reason: 'mistaken' };
    expect(found).toEqual({
      timeline: {
        nodes: [
          {
            __typename: 'StepTaken',
            id: step.factId,
            step: 'ENGAGE',
            skipped: ['LISTEN', 'ACKNOWLEDGE'],
            by: 'admin',
            retraction,
          },
          { __typename: 'StanceAssessed', id: word.factId, stance: 'ADVOCATE', reason: 'we talked', retraction },
        ],
      },
    });
  });

  it('is refused for each reason it has', async () => {
    const stranger = Buffer.from(`Stakeholder:${randomUUID()}`).toString('base64url');
    const noFact = Buffer.from(`StepTaken:${randomUUID()}`).toString('base64url');
    const { stakeholder } = await rapport.identify('Mia', { handles: [{ channel: 'EMAIL', address: newAddress() }] });
    const reason = 'we talked';
    const asked = {
      assessStance: { stance: 'CRITIC', reason },
      withdrawStance: { reason },
      takeStep: { step: 'LISTEN' },
      retractRelationshipFact: { factId: noFact, reason },
    } as const;
    for (const mutation of ['assessStance', 'withdrawStance', 'takeStep', 'retractRelationshipFact'] as const)
      expect(await rapport.mutate(mutation, { stakeholderId: stranger, ...asked[mutation] })).toMatchObject({
        __typename: 'StakeholderNotFound',
        stakeholderId: stranger,
      });
    const own = { stakeholderId: stakeholder.id };
    expect(await rapport.mutate('withdrawStance', { ...own, reason })).toMatchObject({
      __typename: 'NoStanceToWithdraw',
    });
    expect(await rapport.mutate('retractRelationshipFact', { ...own, factId: noFact, reason })).toMatchObject({
      __typename: 'RelationshipFactNotFound',
    });
    const occurredAt = dateOf(1);
    const commandIds = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
    const word = await rapport.mutate('assessStance', {
      ...own,
      stance: 'CRITIC',
      occurredAt,
      reason,
      commandId: commandIds[0],
    });
    await rapport.mutate('takeStep', { ...own, step: 'LISTEN', occurredAt, commandId: commandIds[1] });
    await rapport.mutate('withdrawStance', { ...own, occurredAt: dateOf(2), reason, commandId: commandIds[2] });
    await rapport.mutate('retractRelationshipFact', { ...own, factId: word.factId, reason, commandId: commandIds[3] });
    const others = [
      await rapport.mutate('assessStance', { ...own, stance: 'NEUTRAL', occurredAt, reason, commandId: commandIds[0] }),
      await rapport.mutate('takeStep', { ...own, step: 'INVOLVE', occurredAt, commandId: commandIds[1] }),
      await rapport.mutate('withdrawStance', { ...own, occurredAt: dateOf(3), reason, commandId: commandIds[2] }),
      await rapport.mutate('retractRelationshipFact', { ...own, factId: noFact, reason, commandId: commandIds[3] }),
    ];
    expect(others.map(({ __typename }) => __typename)).toEqual(Array.from({ length: 4 }, () => 'CommandIdReused'));
    expect(
      await rapport.mutate('assessStance', { ...own, stance: 'CRITIC', occurredAt, reason, commandId: commandIds[0] }),
    ).toMatchObject({
      already: true,
      position: word.position,
      factId: word.factId,
    });
    const late = await rapport.mutationRefusal('assessStance', {
      ...own,
      stance: 'CRITIC',
      reason,
      expectedRevision: 0,
    });
    expect(late).toMatchObject({ code: 'CONFLICT', extensions: { currentRevision: 3 } });
    const unknown = await rapport.mutationRefusal('assessStance', { ...own, stance: 'UNKNOWN', reason });
    expect(unknown).toMatchObject({ code: 'BAD_USER_INPUT', faultyPaths: ['input.stance'] });
  });
});
