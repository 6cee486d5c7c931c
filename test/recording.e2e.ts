import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Rapport, mailHandle, newAddress, rapportAt } from './client.js';
import { type TestService, startTestService } from './service.js';

let service: TestService;
let rapport: Rapport;
beforeAll(async () => {
  service = await startTestService();
  rapport = rapportAt({ url: service.url, token: service.adminToken });
});
afterAll(() => service.stop());

const countOf = async (): Promise<number> =>
  (await rapport.query<{ log: { count: number } }>('{ log { count } }')).log.count;

/** How many facts the log gains by this. */
const written = async (work: () => Promise<unknown>): Promise<number> => {
  const before = await countOf();
  await work();
  return (await countOf()) - before;
};

describe('recordInteraction', () => {
  it('records what passed, as it was told, and identifies whom nobody knew', async () => {
    const address = newAddress('ann');
    const answer = await rapport.record({
      subject: 'Your press',
      text: 'I love it. It is at the door.',
      topics: ['press', 'press', 'doors'],
      reach: 12,
      with: [{ ...mailHandle(address), name: 'Ann Wolf' }],
    });
    expect(answer).toMatchObject({
      __typename: 'InteractionRecorded',
      already: false,
      identified: [{ name: 'Ann Wolf', interactionCount: 1, handles: [{ channel: 'EMAIL', site: null, address }] }],
      interaction: {
        revision: 0,
        subject: 'Your press',
        occurredAt: '2024-03-01T12:00:00.000Z',
        language: 'en',
        tone: { assessedBy: 'vader-sentences 1', byPerson: false },
        participants: [{ role: 'AUTHOR', handle: { address }, stakeholder: { name: 'Ann Wolf' } }],
        retraction: null,
        corrections: [],
      },
    });
    expect(answer.interaction.tone?.value).toBeGreaterThan(0.5);
    const kept = await rapport.query(
      'query ($id: ID!, $at: Position) { interaction(id: $id, atLeast: $at) { topics reach recordedBy marks channel direction act ourPeople url } }',
      { id: answer.interaction.id, at: answer.position },
    );
    expect(kept).toEqual({
      interaction: {
        topics: ['press', 'doors'],
        reach: 12,
        recordedBy: 'admin',
        marks: [],
        channel: 'EMAIL',
        direction: 'INBOUND',
        act: 'COMMENT',
        ourPeople: [],
        url: null,
      },
    });
  });

  it('answers a command id that comes again with what happened the first time, and writes nothing', async () => {
    const input = { commandId: randomUUID(), text: 'I hate it.', with: [mailHandle(newAddress())] };
    const first = await rapport.record(input);
    const after = await rapport.query<{ log: { head: string } }>('{ log { head } }');
    const again = await rapport.record(input);
    expect(again).toEqual({ ...first, already: true });
    expect(await rapport.query('{ log { head } }')).toEqual(after);
  });

  it('answers so also when something happened to it in between', async () => {
    const input = { commandId: randomUUID(), with: [mailHandle(newAddress())] };
    const first = await rapport.record(input);
    await rapport.mutate('retractInteraction', { interactionId: first.interaction.id, reason: 'mistaken' });
    const again = await rapport.record(input);
    expect(again).toMatchObject({ already: true, position: first.position, interaction: { id: first.interaction.id } });
    expect(again.identified.map(({ id }) => id)).toEqual(first.identified.map(({ id }) => id));
  });

  it('refuses a command id that comes again with another input', async () => {
    const input = { commandId: randomUUID(), text: 'One.', with: [mailHandle(newAddress())] };
    await rapport.record(input);
    const facts = await written(async () => {
      expect(await rapport.record({ ...input, text: 'Two.' })).toMatchObject({ __typename: 'CommandIdReused' });
    });
    expect(facts).toBe(0);
  });

  it('lets another key use the same command id for something of its own', async () => {
    const { token } = await service.makeKey('recorder', 'another');
    const other = rapportAt({ url: service.url, token });
    const commandId = randomUUID();
    const mine = await rapport.record({ commandId, text: 'Mine.' });
    const theirs = await other.record({ commandId, text: 'Theirs.' });
    expect(theirs).toMatchObject({ __typename: 'InteractionRecorded', already: false });
    expect(theirs.interaction.id).not.toBe(mine.interaction.id);
  });

  it("records under a source's id once, however often and by whatever command it is sent", async () => {
    const input = { source: { name: 'crm', id: randomUUID() }, text: 'Hello.', with: [mailHandle(newAddress())] };
    const first = await rapport.record(input);
    expect(first).toMatchObject({ already: false, interaction: { source: input.source } });
    const facts = await written(async () => {
      expect(await rapport.record(input)).toMatchObject({
        already: true,
        interaction: { id: first.interaction.id },
        identified: [],
      });
      const commandId = randomUUID();
      expect(await rapport.record({ ...input, commandId })).toMatchObject({ already: true });
      expect(await rapport.record({ ...input, commandId })).toMatchObject({ already: true });
    });
    expect(facts).toBe(0);
  });

  it("refuses another content under a source's id, and shows what is on record", async () => {
    const source = { name: 'crm', id: randomUUID() };
    const first = await rapport.record({ source, text: 'Hello.' });
    expect(await rapport.record({ source, text: 'Hello!' })).toMatchObject({
      __typename: 'SourceIdTaken',
      interaction: { id: first.interaction.id, text: 'Hello.' },
    });
  });

  it("takes what was first sent under a source's id for the same also after it was corrected", async () => {
    const input = { source: { name: 'crm', id: randomUUID() }, text: 'Helo.', with: [mailHandle(newAddress())] };
    const { interaction } = await rapport.record(input);
    await rapport.mutate('correctInteraction', { interactionId: interaction.id, text: 'Hello.', reason: 'misspelt' });
    expect(await rapport.record(input)).toMatchObject({
      already: true,
      interaction: { id: interaction.id, text: 'Hello.' },
    });
  });

  it('refuses a participant of an id that names nobody, and identifies none of the others', async () => {
    const stranger = Buffer.from(`Stakeholder:${randomUUID()}`).toString('base64url');
    const facts = await written(async () => {
      const answer = await rapport.record({ with: [mailHandle(newAddress()), { stakeholderId: stranger }] });
      expect(answer).toMatchObject({ __typename: 'StakeholderNotFound', stakeholderId: stranger });
    });
    expect(facts).toBe(0);
  });

  it('finds participants by id, by handle however it is written, and by external id', async () => {
    const address = newAddress('Bo');
    const crm = { system: 'crm', id: randomUUID() };
    const { stakeholder: bo } = await rapport.identify('Bo', { handles: [{ channel: 'EMAIL', address }] });
    const { stakeholder: cy } = await rapport.identify('Cy', { externalIds: [crm] });
    const answer = await rapport.record({
      with: [
        mailHandle(`Bo <${address.toUpperCase()}>`),
        { externalId: { ...crm, system: 'CRM' } },
        { stakeholderId: cy.id, role: 'MENTIONED' },
      ],
    });
    expect(answer.identified).toEqual([]);
    expect(answer.interaction.participants.map(({ stakeholder }) => stakeholder.id)).toEqual([bo.id, cy.id, cy.id]);
    expect(answer.interaction.participants.map(({ handle }) => handle?.address ?? null)).toEqual([
      `Bo <${address.toUpperCase()}>`,
      null,
      null,
    ]);
  });

  it('tells one name on two forums apart, and one person named twice in a call is one', async () => {
    const name = `jsmith${randomUUID().slice(0, 6)}`;
    const at = (site: string) => ({ handle: { channel: 'FORUM', site, address: name } });
    const answer = await rapport.record({
      channel: 'FORUM',
      with: [at('a.example'), at('b.example'), at('A.example')],
    });
    expect(answer.identified).toHaveLength(2);
    expect(new Set(answer.interaction.participants.map(({ stakeholder }) => stakeholder.id)).size).toBe(2);
  });

  it.each([
    ['INBOUND', 'COMMENT', ['AUTHOR', 'ADDRESSEE']],
    ['OBSERVED', 'POST', ['AUTHOR', 'ADDRESSEE']],
    ['OUTBOUND', 'REPLY', ['ADDRESSEE', 'ADDRESSEE']],
    ['INBOUND', 'MEETING', ['AUTHOR', 'ATTENDEE']],
    ['OUTBOUND', 'MEETING', ['ATTENDEE', 'ATTENDEE']],
  ])('gives roles that are left out: %s %s', async (direction, act, roles) => {
    const answer = await rapport.record({ direction, act, with: [mailHandle(newAddress()), mailHandle(newAddress())] });
    expect(answer.interaction.participants.map(({ role }) => role)).toEqual(roles);
  });

  it('keeps roles that are given', async () => {
    const answer = await rapport.record({ with: [{ ...mailHandle(newAddress()), role: 'MENTIONED' }] });
    expect(answer.interaction.participants.map(({ role }) => role)).toEqual(['MENTIONED']);
  });

  it('shows what a mutation did in what it answers, and to whoever asks for at least that', async () => {
    const { identified, position } = await rapport.record({ tone: -0.4 });
    const id = identified[0]?.id ?? '';
    expect(identified[0]?.standing).toMatchObject({ stance: 'CRITIC', tone: -0.2, rule: 'tone-v1' });
    expect(await rapport.stakeholder(id, { atLeast: position })).toMatchObject({ interactionCount: 1 });
  });

  it('makes one stakeholder of one new handle that many record at once', async () => {
    const address = newAddress('herd');
    const answers = await Promise.all(
      Array.from({ length: 64 }, (_, index) =>
        rapport.record({ with: [mailHandle(address)], text: `Number ${index}.` }),
      ),
    );
    expect(new Set(answers.map(({ interaction }) => interaction.participants[0]?.stakeholder.id)).size).toBe(1);
    expect(answers.flatMap(({ identified }) => identified)).toHaveLength(1);
    const { stakeholders } = await rapport.query<{ stakeholders: { nodes: { interactionCount: number }[] } }>(
      'query ($text: String, $atLeast: Position) { stakeholders(where: { text: $text }, atLeast: $atLeast) { nodes { interactionCount } } }',
      {
        text: address,
        atLeast: answers
          .map(({ position }) => position)
          .sort()
          .at(-1),
      },
    );
    expect(stakeholders.nodes).toEqual([{ interactionCount: 64 }]);
  });
});

describe('recordInteractions', () => {
  it('takes 500, answers each in its place, and records those that can be whatever becomes of the others', async () => {
    const taken = { name: 'crm', id: randomUUID() };
    await rapport.record({ source: taken, text: 'First.' });
    const stranger = Buffer.from(`Stakeholder:${randomUUID()}`).toString('base64url');
    const many = Array.from({ length: 500 }, (_, index) => {
      if (index % 100 === 7) return { source: taken, text: 'Second.' };
      if (index % 100 === 8) return { with: [{ stakeholderId: stranger }] };
      return {
        source: { name: 'many', id: `${taken.id} ${index}` },
        with: [mailHandle(`p${index % 50}.${taken.id}@example.org`)],
      };
    });
    const answer = await rapport.recordMany(many);
    expect(answer).toMatchObject({ recorded: 490, already: 0, refused: 10 });
    expect(answer.results.map(({ __typename }) => __typename)).toEqual(
      many.map((_, index) =>
        index % 100 === 7 ? 'SourceIdTaken' : index % 100 === 8 ? 'StakeholderNotFound' : 'InteractionRecorded',
      ),
    );
    // Those at places 7 and 8 of a fifty still come at 57 and 58.
    expect(answer.results.flatMap((result) => ('identified' in result ? result.identified : []))).toHaveLength(50);
    const positions = answer.results.flatMap((result) => ('position' in result ? result.position : []));
    expect(answer.position).toBe(positions.sort().at(-1));

    const facts = await written(async () => {
      expect(await rapport.recordMany(many)).toMatchObject({ recorded: 0, already: 490, refused: 10 });
    });
    expect(facts).toBe(0);
  });

  it('makes one stakeholder of one new handle that comes 500 times', async () => {
    const address = newAddress('crowd');
    const answer = await rapport.recordMany(Array.from({ length: 500 }, () => ({ with: [mailHandle(address)] })));
    expect(answer).toMatchObject({ recorded: 500, already: 0, refused: 0 });
    expect(answer.results.flatMap(({ identified }) => identified)).toHaveLength(1);
    const found = await rapport.query(
      'query ($text: String, $atLeast: Position) { stakeholders(where: { text: $text }, atLeast: $atLeast) { totalCount nodes { interactionCount } } }',
      { text: address, atLeast: answer.position },
    );
    expect(found).toEqual({ stakeholders: { totalCount: 1, nodes: [{ interactionCount: 500 }] } });
  });

  it('is answered as the first time when the command id of all comes again', async () => {
    const commandId = randomUUID();
    const many = [
      { text: 'One.', with: [mailHandle(newAddress())] },
      { text: 'Two.', with: [mailHandle(newAddress())] },
    ];
    const first = await rapport.recordMany(many, commandId);
    const again = await rapport.recordMany(many, commandId);
    expect(again).toEqual({
      ...first,
      recorded: 0,
      already: 2,
      results: first.results.map((result) => ({ ...result, already: true })),
    });
  });

  it('refuses what is malformed as a whole, each fault with its path', async () => {
    const facts = await written(async () => {
      const refused = await rapport.refusal(
        'mutation ($input: RecordInteractionsInput!) { recordInteractions(input: $input) { recorded } }',
        {
          input: {
            interactions: [
              {
                direction: 'INBOUND',
                channel: 'EMAIL',
                act: 'COMMENT',
                occurredAt: '2024-03-01T12:00:00Z',
                with: [mailHandle('a@b.example')],
              },
              {
                direction: 'INBOUND',
                channel: 'EMAIL',
                act: 'COMMENT',
                occurredAt: '2024-03-01T12:00:00Z',
                with: [],
                tone: 3,
              },
            ],
          },
        },
      );
      expect(refused.code).toBe('BAD_USER_INPUT');
      expect([...refused.faultyPaths].sort()).toEqual(['input.interactions.1.tone', 'input.interactions.1.with']);
    });
    expect(facts).toBe(0);
  });

  it('takes no 501', async () => {
    const answer = rapport.recordMany(Array.from({ length: 501 }, () => ({})));
    await expect(answer).rejects.toThrow(/500/);
  });
});
