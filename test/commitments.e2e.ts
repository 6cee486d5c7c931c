import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Input, type Outcome, type Rapport, rapportAt, readingItsWrites, ready } from './client.js';
import { type TestService, startTestService } from './service.js';

let service: TestService;
let rapport: Rapport;
beforeAll(async () => {
  service = await startTestService();
  rapport = readingItsWrites(rapportAt({ url: service.url, token: service.adminToken }));
  await ready(rapport);
});
afterAll(() => service.stop());

const dateOf = (day: number): string => new Date(Date.UTC(2024, 0, day)).toISOString();
const somebody = async (name = 'Mia'): Promise<string> => (await rapport.identify(name)).stakeholder.id;
const promise = (stakeholderId: string, made: number, due: number, input: Input = {}): Promise<Outcome> =>
  rapport.mutate('makeCommitment', {
    stakeholderId,
    promise: 'A fix',
    occurredAt: dateOf(made),
    dueAt: dateOf(due),
    ...input,
  });

interface Promised {
  readonly id: string;
  readonly promise: string;
  readonly state: string;
  readonly settledAt: string | null;
  readonly late: boolean;
}
interface Answer {
  readonly commitments: { readonly totalCount: number; readonly nodes: readonly Promised[] };
  readonly stakeholder: {
    readonly commitments: { readonly totalCount: number; readonly nodes: readonly Promised[] };
    readonly timeline: { readonly totalCount: number; readonly nodes: readonly Input[] };
  };
}
const ask = (id: string, variables: Input = {}): Promise<Answer> =>
  rapport.query<Answer>(
    `query ($id: ID!, $asOf: AsOf, $where: CommitmentFilter, $kinds: [TimelineKind!]) {
      commitments(asOf: $asOf, where: $where) { totalCount nodes { ...promised } }
      stakeholder(id: $id, asOf: $asOf) {
        commitments { totalCount nodes { ...promised } }
        timeline(orderBy: OLDEST_FIRST, where: { kinds: $kinds }) { totalCount nodes { __typename
          ... on CommitmentMade { promise dueAt by reason retraction { reason } }
          ... on CommitmentKept { commitment { promise state } }
          ... on CommitmentBroken { commitment { promise } retraction { reason } } } } } }
    fragment promised on Commitment { id promise madeAt dueAt state settledAt late by reason settledReason stakeholder { name } }`,
    { id, ...variables },
  );

describe('a commitment', () => {
  it('is made and kept, and any past says where it stood', async () => {
    const mia = await somebody();
    const made = await promise(mia, 2, 10, { reason: 'she asked', expectedRevision: -1 });
    expect(made).toMatchObject({
      __typename: 'CommitmentWasMade',
      already: false,
      stakeholder: { relationshipRevision: 0 },
    });
    const kept = await rapport.mutate('keepCommitment', {
      stakeholderId: mia,
      commitmentId: made.factId,
      occurredAt: dateOf(12),
      reason: 'shipped',
    });
    expect(kept).toMatchObject({ __typename: 'CommitmentWasKept' });

    const { stakeholder } = await ask(mia);
    expect(stakeholder.commitments).toMatchObject({
      totalCount: 1,
      nodes: [
        {
          promise: 'A fix',
          madeAt: dateOf(2),
          dueAt: dateOf(10),
          state: 'KEPT',
          settledAt: dateOf(12),
          late: true,
          by: 'admin',
          reason: 'she asked',
          settledReason: 'shipped',
          stakeholder: { name: 'Mia' },
        },
      ],
    });
    expect(stakeholder.timeline).toMatchObject({
      totalCount: 2,
      nodes: [
        { __typename: 'CommitmentMade', promise: 'A fix', dueAt: dateOf(10), by: 'admin', reason: 'she asked' },
        { __typename: 'CommitmentKept', commitment: { promise: 'A fix', state: 'KEPT' } },
      ],
    });
    const stateOn = async (asOf: Input) => (await ask(mia, { asOf })).stakeholder.commitments.nodes;
    expect(await stateOn({ validAt: dateOf(9) })).toMatchObject([{ state: 'OPEN', late: false, settledAt: null }]);
    expect(await stateOn({ validAt: dateOf(11) })).toMatchObject([{ state: 'OVERDUE', late: true, settledAt: null }]);
    expect(await stateOn({ knownAtPosition: made.position, validAt: dateOf(30) })).toMatchObject([
      { state: 'OVERDUE' },
    ]);
  });

  it('can be moved: late is what was done after the date in force then, and the dates before stay visible', async () => {
    const mia = await somebody();
    const made = await promise(mia, 2, 10);
    const about = { stakeholderId: mia, commitmentId: made.factId };
    const moved = await rapport.mutate('moveCommitment', {
      ...{
        ...about,
        dueAt: dateOf(20),
        occurredAt: dateOf(11),
        reason: 'the supplier is late',
        commandId: 'move once',
      },
    });
    expect(moved).toMatchObject({ __typename: 'CommitmentWasMoved', already: false });
    expect(
      await rapport.mutate('moveCommitment', {
        ...{
          ...about,
          dueAt: dateOf(20),
          occurredAt: dateOf(11),
          reason: 'the supplier is late',
          commandId: 'move once',
        },
      }),
    ).toMatchObject({ already: true, position: moved.position });

    interface Dates {
      readonly dueAt: string;
      readonly state: string;
      readonly late: boolean;
      readonly dueDates: readonly { readonly dueAt: string; readonly reason: string | null; readonly factId: string }[];
    }
    const told = async (asOf?: Input): Promise<Dates | undefined> => {
      const { stakeholder } = await rapport.query<{ stakeholder: { commitments: { nodes: readonly Dates[] } } }>(
        `query ($mia: ID!, $asOf: AsOf) { stakeholder(id: $mia, asOf: $asOf) { commitments { nodes {
          dueAt state late dueDates { dueAt since by reason factId } } } } }`,
        { mia, asOf },
      );
      return stakeholder.commitments.nodes[0];
    };
    const first = { dueAt: dateOf(10), since: dateOf(2), by: 'admin', reason: null, factId: made.factId };
    const second = {
      ...{ dueAt: dateOf(20), since: dateOf(11), by: 'admin', reason: 'the supplier is late', factId: moved.factId },
    };
    expect(await told({ validAt: dateOf(15) })).toEqual({
      ...{ dueAt: dateOf(20), state: 'OPEN', late: false, dueDates: [first, second] },
    });
    // On that day it was overdue, whatever was agreed on the next.
    expect(await told({ validAt: new Date(Date.UTC(2024, 0, 10, 12)).toISOString() })).toEqual({
      ...{ dueAt: dateOf(10), state: 'OVERDUE', late: true, dueDates: [first] },
    });
    expect(await told({ knownAtPosition: made.position, validAt: dateOf(15) })).toMatchObject({ state: 'OVERDUE' });

    const kept = await rapport.mutate('keepCommitment', { ...about, occurredAt: dateOf(18) });
    expect(await told()).toMatchObject({ state: 'KEPT', dueAt: dateOf(20), late: false });
    expect(
      await rapport.mutate('moveCommitment', { ...about, dueAt: dateOf(30), occurredAt: dateOf(19), reason: 'x' }),
    ).toMatchObject({ __typename: 'CommitmentIsSettled', kept: true, settledAt: dateOf(18) });
    await rapport.mutate('retractRelationshipFact', { stakeholderId: mia, factId: moved.factId, reason: 'not agreed' });
    expect(await told()).toMatchObject({ state: 'KEPT', dueAt: dateOf(10), late: true, dueDates: [first] });
    expect(await told({ knownAtPosition: kept.position })).toMatchObject({ late: false, dueDates: [first, second] });

    const { stakeholder } = await rapport.query<{ stakeholder: { timeline: { nodes: readonly Input[] } } }>(
      `query ($mia: ID!) { stakeholder(id: $mia) { timeline(where: { kinds: [COMMITMENT_MOVED] }) { nodes {
        ... on CommitmentMoved { dueAt reason commitment { promise } retraction { reason } } } } } }`,
      { mia },
    );
    expect(stakeholder.timeline.nodes).toEqual([
      {
        ...{ dueAt: dateOf(20), reason: 'the supplier is late', commitment: { promise: 'A fix' } },
        retraction: { reason: 'not agreed' },
      },
    ]);
  });

  it('is moved with a reason, to a date that is not before', async () => {
    const mia = await somebody();
    const made = await promise(mia, 5, 10);
    const input = {
      stakeholderId: mia,
      commitmentId: made.factId,
      dueAt: dateOf(12),
      occurredAt: dateOf(8),
      reason: 'x',
    };
    expect(await rapport.mutationRefusal('moveCommitment', { ...input, dueAt: dateOf(7) })).toMatchObject({
      code: 'BAD_USER_INPUT',
      faultyPaths: ['input.dueAt'],
    });
    expect(await rapport.mutationRefusal('moveCommitment', { ...input, reason: ' ' })).toMatchObject({
      faultyPaths: ['input.reason'],
    });
    expect(await rapport.mutate('moveCommitment', { ...input, occurredAt: dateOf(4) })).toMatchObject({
      __typename: 'BeforeItWasMade',
      madeAt: dateOf(5),
    });
    const another = Buffer.from('Commitment:none').toString('base64url');
    expect(await rapport.mutate('moveCommitment', { ...input, commitmentId: another })).toMatchObject({
      __typename: 'CommitmentNotFound',
    });
  });

  it('is listed over all, what is overdue first, by owner', async () => {
    const kim = (await rapport.mutate('addColleague', { name: 'Kim' })).colleague.id;
    const [mia, bo, cy] = [await somebody(), await somebody('Bo'), await somebody('Cy')];
    for (const stakeholderId of [mia, bo])
      await rapport.mutate('assignOwner', { stakeholderId, ownerId: kim, occurredAt: dateOf(1) });
    await promise(mia, 2, 20, { promise: 'later' });
    await promise(bo, 2, 8, { promise: 'overdue' });
    await promise(cy, 2, 5, { promise: "nobody's" });
    const gone = await promise(mia, 2, 6, { promise: 'kept' });
    await rapport.mutate('keepCommitment', {
      stakeholderId: mia,
      commitmentId: gone.factId,
      occurredAt: dateOf(5),
    });
    const asOf = { validAt: dateOf(10) };
    const textsOf = async (where: Input) =>
      (await ask(mia, { asOf, where })).commitments.nodes.map(({ promise: text, state }) => [text, state]);
    expect(await textsOf({ ownerId: kim })).toEqual([
      ['overdue', 'OVERDUE'],
      ['later', 'OPEN'],
      ['kept', 'KEPT'],
    ]);
    expect(await textsOf({ ownerId: kim, states: ['OPEN', 'OVERDUE'] })).toEqual([
      ['overdue', 'OVERDUE'],
      ['later', 'OPEN'],
    ]);
    expect(await textsOf({ stakeholderId: cy })).toEqual([["nobody's", 'OVERDUE']]);
    expect(
      (await ask(mia, { asOf, where: { states: ['OVERDUE'] } })).commitments.nodes.map(({ promise: text }) => text),
    ).toEqual(expect.arrayContaining(["nobody's", 'overdue']));
  });

  it('is broken or kept once; a mistaken settlement is retracted first', async () => {
    const mia = await somebody();
    const made = await promise(mia, 2, 10);
    const settle = (mutation: 'keepCommitment' | 'breakCommitment', day: number, input: Input = {}) =>
      rapport.mutate(mutation, {
        stakeholderId: mia,
        commitmentId: made.factId,
        occurredAt: dateOf(day),
        ...input,
      });
    expect(await settle('breakCommitment', 1)).toMatchObject({ __typename: 'BeforeItWasMade', madeAt: dateOf(2) });
    const broken = await settle('breakCommitment', 6, { commandId: 'break once' });
    expect(broken).toMatchObject({ __typename: 'CommitmentWasBroken', already: false });
    expect(await settle('breakCommitment', 6, { commandId: 'break once' })).toMatchObject({
      __typename: 'CommitmentWasBroken',
      already: true,
      position: broken.position,
    });
    expect(await settle('keepCommitment', 7)).toMatchObject({
      __typename: 'CommitmentIsSettled',
      kept: false,
      settledAt: dateOf(6),
    });
    const retracted = await rapport.mutate('retractRelationshipFact', {
      stakeholderId: mia,
      factId: broken.factId,
      reason: 'mistaken',
    });
    expect(retracted).toMatchObject({ __typename: 'RelationshipFactRetracted', factId: broken.factId });
    expect(await settle('keepCommitment', 7)).toMatchObject({ __typename: 'CommitmentWasKept' });
    expect((await ask(mia, { kinds: ['COMMITMENT_BROKEN'] })).stakeholder.timeline).toMatchObject({
      totalCount: 1,
      nodes: [{ __typename: 'CommitmentBroken', retraction: { reason: 'mistaken' }, commitment: { promise: 'A fix' } }],
    });
  });

  it('that was taken back is shown in the timeline, marked, and counted nowhere', async () => {
    const mia = await somebody();
    const { factId } = await promise(mia, 2, 10);
    await rapport.mutate('retractRelationshipFact', { stakeholderId: mia, factId, reason: 'never said' });
    const { stakeholder } = await ask(mia);
    expect(stakeholder.commitments).toEqual({ totalCount: 0, nodes: [] });
    expect(stakeholder.timeline.nodes).toMatchObject([
      { __typename: 'CommitmentMade', retraction: { reason: 'never said' } },
    ]);
    expect(
      await rapport.mutate('keepCommitment', { stakeholderId: mia, commitmentId: factId, occurredAt: dateOf(5) }),
    ).toMatchObject({ __typename: 'CommitmentNotFound' });
  });

  it('is found by its id, of today and of a past', async () => {
    const mia = await somebody();
    await promise(mia, 2, 10);
    for (const asOf of [undefined, { validAt: dateOf(5) }]) {
      const [listed] = (await ask(mia, asOf === undefined ? {} : { asOf })).stakeholder.commitments.nodes;
      const { node } = await rapport.query<{ node: Promised }>(
        'query ($id: ID!) { node(id: $id) { id ... on Commitment { state } } }',
        { id: listed?.id },
      );
      expect(node).toEqual({ id: listed?.id, state: listed?.state });
    }
  });

  it('is not due before it is made, and is made to somebody', async () => {
    const input = { stakeholderId: await somebody(), promise: 'x', occurredAt: dateOf(5), dueAt: dateOf(4) };
    expect(await rapport.mutationRefusal('makeCommitment', input)).toMatchObject({
      code: 'BAD_USER_INPUT',
      faultyPaths: ['input.dueAt'],
    });
    const nobody = Buffer.from('Stakeholder:none').toString('base64url');
    expect(await promise(nobody, 1, 2)).toMatchObject({ __typename: 'StakeholderNotFound', stakeholderId: nobody });
  });
});
