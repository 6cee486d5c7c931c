import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Rapport, mailHandle, newAddress, rapportAt, ready, until } from './client.js';
import { tokenFrom } from '../src/access/token.js';
import { type TestService, startTestService } from './service.js';

let service: TestService;
let rapport: Rapport;
beforeAll(async () => {
  service = await startTestService();
  rapport = rapportAt({ url: service.url, token: service.adminToken });
  await ready(rapport);
});
afterAll(() => service.stop());

interface Followed {
  readonly id: string;
  readonly position: string;
  readonly type: string;
}

/** Follows the log until it is cut off, as a client whose network fails. */
const follow = (args: string, take: (event: Followed) => void): (() => Promise<void>) => {
  const client = rapport.subscriber();
  const connected = new Promise((resolve) => client.on('connected', resolve));
  let cut = false;
  client.subscribe<{ events: Followed }>(
    { query: `subscription { events(${args}) { id position type } }` },
    {
      next: ({ data }) => {
        if (data && !cut) take(data.events);
      },
      error: () => undefined,
      complete: () => undefined,
    },
  );
  return async () => {
    cut = true;
    await connected;
    client.terminate();
  };
};

const wholeLog = async (): Promise<readonly Followed[]> => {
  const events: Followed[] = [];
  let after: string | null = null;
  for (;;) {
    const page: {
      events: { nodes: readonly Followed[]; pageInfo: { endCursor: string | null; hasNextPage: boolean } };
    } = await rapport.query(
      'query ($after: Position) { events(after: $after, first: 50) { nodes { id position type } pageInfo { endCursor hasNextPage } } }',
      { after },
    );
    events.push(...page.events.nodes);
    if (!page.events.pageInfo.hasNextPage) return events;
    after = page.events.pageInfo.endCursor;
  }
};

describe('a client that follows the log', () => {
  it('from its start sees every fact once and in order, though it is cut off again and again while much is recorded', async () => {
    const { log } = await rapport.query<{ log: { start: string } }>('{ log { start } }');
    const seen: Followed[] = [];
    let recording = true;
    const load = (async () => {
      for (let round = 0; round < 12; round += 1)
        await rapport.recordMany(Array.from({ length: 10 }, () => ({ with: [mailHandle(newAddress())] })));
      recording = false;
    })();
    const isOver = (): boolean => !recording;
    while (!isOver()) {
      const [before, after] = [seen.length, seen.at(-1)];
      // By the position it has seen last, or by the event's id, which also a copied log knows.
      const args =
        after === undefined
          ? `after: "${log.start}"`
          : seen.length % 2 === 0
            ? `after: "${after.position}"`
            : `afterEventId: "${after.id}"`;
      const cut = follow(args, (event) => seen.push(event));
      await until('some have come', () => seen.length >= before + 15 || isOver());
      await cut();
    }
    await load;
    const all = await wholeLog();
    const rest = follow(`after: "${seen.at(-1)?.position ?? log.start}"`, (event) => seen.push(event));
    await until('all have come', () => seen.length >= all.length);
    await rest();
    expect(seen).toEqual(all);
    expect(new Set(seen.map(({ id }) => id)).size).toBe(seen.length);
  });

  it('is told the position that a mutation answered, and who did it, for what reason and by which command', async () => {
    const { interaction } = await rapport.record();
    const { head } = (await rapport.query<{ log: { head: string } }>('{ log { head } }')).log;
    const commandId = randomUUID();
    const { position } = await rapport.mutate('retractInteraction', {
      interactionId: interaction.id,
      reason: 'mistaken',
      commandId,
    });
    const { events } = await rapport.query<{ events: unknown }>(
      `query ($head: Position) { events(after: $head) { nodes { position stream revision type version subject occurredAt actor actorKind authId onBehalfOf causationId commandId reason data } } }`,
      { head },
    );
    const own = Buffer.from(interaction.id, 'base64url').toString().replace('Interaction:', '');
    expect(events).toMatchObject({
      nodes: [
        {
          position,
          stream: `interaction-${own}`,
          revision: 1,
          type: 'InteractionRetracted',
          version: 1,
          subject: interaction.id,
          occurredAt: null,
          actor: 'admin',
          actorKind: 'KEY',
          authId: tokenFrom(service.adminToken)?.keyId,
          onBehalfOf: null,
          causationId: null,
          commandId,
          reason: 'mistaken',
          data: { was: { interactionId: interaction.id } },
        },
      ],
    });
  });

  it('sees what is about one stakeholder alone where it asks for that', async () => {
    const { stakeholder } = await rapport.identify('Ann');
    await rapport.identify('Bo');
    await rapport.mutate('renameStakeholder', { stakeholderId: stakeholder.id, name: 'Hanna' });
    await rapport.mutate('takeStep', { stakeholderId: stakeholder.id, step: 'LISTEN' });
    const { events } = await rapport.query<{ events: { nodes: readonly { type: string }[] } }>(
      'query ($subject: ID) { events(where: { subject: $subject }, first: 100) { nodes { type subject } } }',
      { subject: stakeholder.id },
    );
    expect(events.nodes).toEqual(
      ['StakeholderIdentified', 'StakeholderRenamed', 'StepTaken'].map((type) => ({ type, subject: stakeholder.id })),
    );
  });
});

describe('an object of a past', () => {
  it('has that past in its id, and is answered as of it by node, beside the live one', async () => {
    const { stakeholder, position } = await rapport.identify('Ann');
    const { interaction, position: later } = await rapport.record({
      tone: -1,
      with: [{ stakeholderId: stakeholder.id }],
    });
    await rapport.mutate('renameStakeholder', { stakeholderId: stakeholder.id, name: 'Hanna' });
    const { position: last } = await rapport.mutate('correctInteraction', {
      interactionId: interaction.id,
      subject: 'new',
      reason: 'x',
    });

    const then = await rapport.stakeholder(stakeholder.id, { asOf: { knownAtPosition: position }, atLeast: last });
    expect(then).toMatchObject({
      name: 'Ann',
      interactionCount: 0,
      liveId: stakeholder.id,
      standing: { stance: 'UNKNOWN' },
    });
    expect(then?.id).not.toBe(stakeholder.id);
    const { stakeholder: between } = await rapport.query<{
      stakeholder: { id: string; timeline: { nodes: readonly { id: string }[] } };
    }>(
      'query ($id: ID!, $asOf: AsOf) { stakeholder(id: $id, asOf: $asOf) { id timeline { nodes { ... on Interaction { id } } } } }',
      { id: stakeholder.id, asOf: { knownAtPosition: later } },
    );
    const ids = [stakeholder.id, then?.id, between.id, between.timeline.nodes[0]?.id, interaction.id];
    const { nodes } = await rapport.query<{ nodes: readonly unknown[] }>(
      `query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on Stakeholder { name interactionCount standing { stance } } ... on Interaction { subject revision participants { stakeholder { name } } } } }`,
      { ids },
    );
    expect(nodes).toEqual([
      { __typename: 'Stakeholder', id: ids[0], name: 'Hanna', interactionCount: 1, standing: { stance: 'DETRACTOR' } },
      { __typename: 'Stakeholder', id: ids[1], name: 'Ann', interactionCount: 0, standing: { stance: 'UNKNOWN' } },
      { __typename: 'Stakeholder', id: ids[2], name: 'Ann', interactionCount: 1, standing: { stance: 'DETRACTOR' } },
      {
        __typename: 'Interaction',
        id: ids[3],
        subject: null,
        revision: 0,
        participants: [{ stakeholder: { name: 'Ann' } }],
      },
      {
        __typename: 'Interaction',
        id: ids[4],
        subject: 'new',
        revision: 1,
        participants: [{ stakeholder: { name: 'Hanna' } }],
      },
    ]);
  });

  it('is not there before it was, nor under an id that nobody has', async () => {
    const { log } = await rapport.query<{ log: { head: string } }>('{ log { head } }');
    const { stakeholder, position } = await rapport.identify('Ann');
    expect(
      await rapport.stakeholder(stakeholder.id, { asOf: { knownAtPosition: log.head }, atLeast: position }),
    ).toBeNull();
    const unknown = ['Stakeholder', 'Interaction', 'Conversation', 'StepTaken', 'Conversion', 'Nothing'].map((type) =>
      Buffer.from(`${type}:${randomUUID()}`).toString('base64url'),
    );
    const { nodes } = await rapport.query<{ nodes: readonly unknown[] }>(
      'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }',
      { ids: unknown },
    );
    expect(nodes).toEqual(unknown.map(() => null));
  });

  it('of any type leads back by its id', async () => {
    const { stakeholder } = await rapport.identify('Ann');
    const stakeholderId = stakeholder.id;
    await rapport.record({ tone: -1, occurredAt: '2024-01-01T00:00:00Z', with: [{ stakeholderId }] });
    await rapport.mutate('takeStep', { stakeholderId, step: 'LISTEN', occurredAt: '2024-01-02T00:00:00Z' });
    await rapport.mutate('assessStance', {
      stakeholderId,
      stance: 'SUPPORTER',
      occurredAt: '2024-01-03T00:00:00Z',
      reason: 'x',
    });
    const { position } = await rapport.mutate('withdrawStance', {
      stakeholderId,
      occurredAt: '2024-01-04T00:00:00Z',
      reason: 'x',
    });
    for (const asOf of [null, { knownAtPosition: position, validAt: '2024-02-01T00:00:00Z' }]) {
      const { stakeholder: found } = await rapport.query<{
        stakeholder: { timeline: { nodes: readonly { id: string; __typename: string }[] } };
      }>(
        'query ($id: ID!, $asOf: AsOf, $at: Position) { stakeholder(id: $id, asOf: $asOf, atLeast: $at) { timeline { nodes { __typename ... on Node { id } } } } }',
        { id: stakeholderId, asOf, at: position },
      );
      const entries = found.timeline.nodes;
      expect(new Set(entries.map(({ __typename }) => __typename))).toEqual(
        new Set(['Interaction', 'StepTaken', 'StanceAssessed', 'StanceWithdrawn', 'Conversion']),
      );
      const { nodes } = await rapport.query<{ nodes: readonly unknown[] }>(
        'query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }',
        { ids: entries.map(({ id }) => id) },
      );
      expect(nodes).toEqual(entries);
    }
  });
});
