import { randomInt, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Input, type Rapport, mailHandle, ready, until } from './client.js';
import { everyEvent, hangingClaims, integrityOf, liveRows, replayedRows, withLog } from './inspecting.js';
import { startRapport } from './rapport.js';
import { type ServerProcess, startServer } from './server-process.js';

const rounds = Number(process.env['CRASH_ROUNDS'] ?? 6);
const workers = 32;
/**
 * How long a round lasts, in milliseconds: now while the one before still counts as the one that projects (for about a
 * second), now while this one does.
 */
const roundMs = (round: number): number => (round % 2 === 0 ? randomInt(50, 800) : randomInt(1_400, 2_600));

/** One request of the load, sent until it is answered. */
interface Sent {
  readonly mutation: 'recordInteraction' | 'identifyStakeholder' | 'addHandle';
  readonly input: Input;
  /** What it was answered with; several times where it was sent again after it had been acknowledged. */
  readonly answers: Answer[];
}

interface Answer {
  readonly __typename: string;
  readonly position?: string;
  readonly already?: boolean;
  readonly interaction?: { readonly id: string };
  readonly stakeholder?: { readonly id: string };
}

const documents = {
  recordInteraction: `mutation ($input: RecordInteractionInput!) { outcome: recordInteraction(input: $input) { __typename ... on InteractionRecorded { position already interaction { id } } } }`,
  identifyStakeholder: `mutation ($input: IdentifyStakeholderInput!) { outcome: identifyStakeholder(input: $input) { __typename ... on StakeholderIdentified { position already stakeholder { id } } } }`,
  addHandle: `mutation ($input: AddHandleInput!) { outcome: addHandle(input: $input) { __typename ... on HandleAdded { position already stakeholder { id } } } }`,
};

const send = async (rapport: Rapport, sent: Sent): Promise<void> => {
  const { outcome } = await rapport.query<{ outcome: Answer }>(documents[sent.mutation], { input: sent.input });
  sent.answers.push(outcome);
};

/** Sends what is given to it, and keeps going until the server is gone. */
const untilGone = async (rapport: Rapport, next: () => Sent): Promise<void> => {
  for (;;) {
    try {
      await send(rapport, next());
    } catch (error) {
      if (isGone(error)) return;
      throw error;
    }
  }
};

/** Fetch says so in several ways. What the server itself refuses comes as an answer, and is none of them. */
const isGone = (error: unknown): boolean =>
  typeof error === 'object' &&
  error !== null &&
  !('response' in error) &&
  'message' in error &&
  /fetch failed|terminated|socket|other side closed/i.test(String(error.message));

const passed = (): Input => ({
  direction: 'INBOUND',
  channel: 'EMAIL',
  act: 'COMMENT',
  occurredAt: new Date(Date.UTC(2024, 0, 1 + randomInt(90))).toISOString(),
  tone: randomInt(-10, 11) / 10,
});
const record = (input: Input): Sent => ({
  mutation: 'recordInteraction',
  input: { ...passed(), ...input },
  answers: [],
});

const met = async (rapport: Rapport, handle: Input): Promise<Sent> => {
  const sent = record({ commandId: randomUUID(), with: [{ handle }] });
  await send(rapport, sent);
  return sent;
};

const email = (address: string): Input => ({ channel: 'EMAIL', address });

/** A mix of what claims handles and what does not. Some handles are one request's alone, some many want. */
const anyRequest = (round: number, somebody: readonly string[]): Sent => {
  const commandId = randomUUID();
  const own = (): string => `${randomUUID()}@own.example`;
  const shared = (): string => `r${round}-${randomInt(6)}@shared.example`;
  const source = { name: 'load', id: commandId };
  switch (randomInt(6)) {
    case 0:
      return record({ source, with: [mailHandle(own())] });
    case 1:
      return record({ source, with: [mailHandle(shared())] });
    case 2:
      return record({ commandId, with: [mailHandle(own()), mailHandle(shared()), mailHandle(own())] });
    case 3:
      return record({ commandId, source, with: [mailHandle(shared()), mailHandle(shared())] });
    case 4:
      return {
        mutation: 'identifyStakeholder',
        input: {
          commandId,
          kind: 'PERSON',
          name: 'Twice',
          handles: [email(own()), email(randomInt(2) === 0 ? own() : shared())],
        },
        answers: [],
      };
    default: {
      const stakeholderId = somebody[randomInt(Math.max(somebody.length, 1))];
      if (stakeholderId === undefined) return record({ source, with: [mailHandle(own())] });
      return {
        mutation: 'addHandle',
        input: { commandId, stakeholderId, handle: email(randomInt(2) === 0 ? own() : shared()) },
        answers: [],
      };
    }
  }
};

describe('a server that is killed under load, again and again', () => {
  let folder: string;
  const sent: Sent[] = [];
  let server: ServerProcess;

  beforeAll(
    async () => {
      folder = await mkdtemp(join(tmpdir(), 'rapport-crash-'));
      // Also while it starts for the very first time.
      for (const afterMs of [250, 320, 400, 480, 560]) {
        const child = await startRapport(['serve'], { data: folder });
        await sleep(afterMs);
        child.kill('SIGKILL');
      }
      for (let round = 0; round < rounds; round += 1) {
        server = await startServer(folder);
        const { rapport } = server;
        const somebody = sent.flatMap(({ answers }) => answers[0]?.stakeholder?.id ?? []).slice(-20);
        // Some of what was not answered is sent again at once, beside what is new; the rest at the end.
        const again = sent.filter(({ answers }) => answers.length === 0).filter(() => randomInt(2) === 0);
        const next = (): Sent => {
          const unanswered = again.pop();
          if (unanswered !== undefined) return unanswered;
          const fresh = anyRequest(round, somebody);
          sent.push(fresh);
          return fresh;
        };
        const load = Array.from({ length: workers }, () => untilGone(rapport, next));
        await sleep(roundMs(round));
        await server.kill();
        await Promise.all(load);
      }
      server = await startServer(folder);
      await ready(server.rapport);
      const unanswered = sent.filter(({ answers }) => answers.length === 0);
      const left: Sent[] = [];
      for (const [index, each] of unanswered.entries()) {
        const { handles } = each.input;
        // What was begun is finished by whoever asks again, by whoever meets it (naming a handle of it), or unasked.
        if (index % 3 === 0) await send(server.rapport, each);
        else if (index % 3 === 1 && Array.isArray(handles)) sent.push(await met(server.rapport, handles[0] as Input));
        else left.push(each);
      }
      const hanging = async (): Promise<boolean> => hangingClaims(await withLog(folder, everyEvent)).length > 0;
      await until('every claim is finished, though nobody asks for it', async () => !(await hanging()), 60_000);
      for (const each of left) await send(server.rapport, each);
    },
    120_000 + rounds * 20_000,
  );
  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const accepted = (): readonly Sent[] =>
    sent.filter(({ answers }) => answers.some(({ position }) => position !== undefined));

  it('has been under load', () => expect(accepted().length).toBeGreaterThan(rounds * 10));

  it('has every acknowledged fact where it said that it stands', async () => {
    const events = await withLog(folder, everyEvent);
    const at = new Map(events.map((event) => [event.position as string, event]));
    for (const { mutation, answers } of accepted())
      for (const { position, interaction } of answers) {
        const event = at.get(position ?? '');
        if (mutation === 'recordInteraction') {
          const id = Buffer.from(interaction?.id ?? '', 'base64url')
            .toString()
            .replace('Interaction:', 'interaction-');
          expect(event).toMatchObject({ type: 'InteractionRecorded', stream: id });
        } else expect(event?.stream).toMatch(/^stakeholder-/);
      }
  });

  it('has recorded nothing twice, and nothing that was not sent', async () => {
    const events = await withLog(folder, everyEvent);
    const recorded = events.filter(({ type }) => type === 'InteractionRecorded');
    const asked = sent.filter(({ mutation }) => mutation === 'recordInteraction');
    expect(recorded).toHaveLength(asked.length);
    const idsOf = (of: 'source' | 'commandId') =>
      asked.flatMap(({ input }) => (of in input ? [JSON.stringify(input[of])] : []));
    const sources = recorded.flatMap(({ data }) => (data['source'] === null ? [] : [JSON.stringify(data['source'])]));
    expect([...sources].sort()).toEqual([...idsOf('source')].sort());
    const commands = new Set(recorded.map(({ provenance }) => JSON.stringify(provenance.commandId)));
    for (const commandId of idsOf('commandId')) expect(commands).toContain(commandId);
    expect(commands.size).toBe(recorded.length);
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
  });

  it('has one holder of every handle, who knows of it, and no claim without one', async () => {
    const events = await withLog(folder, everyEvent);
    expect(hangingClaims(events)).toEqual([]);
    const holders = new Map<string, Set<string>>();
    for (const { type, data } of events) {
      if (type !== 'InteractionRecorded') continue;
      const { participants, personal } = data as unknown as {
        readonly participants: readonly { readonly stakeholderId: string }[];
        readonly personal: { readonly handles: readonly ({ readonly address: string } | null)[] };
      };
      for (const [index, { stakeholderId }] of participants.entries()) {
        const { address = '' } = personal.handles[index] ?? {};
        holders.set(address, (holders.get(address) ?? new Set()).add(stakeholderId));
      }
    }
    for (const [address, ids] of holders) expect({ address, holders: ids.size }).toEqual({ address, holders: 1 });
  });

  it('answers what was acknowledged with what it was answered the first time', async () => {
    for (const each of accepted().slice(-40)) {
      await send(server.rapport, each);
      const [first, last] = [each.answers[0], each.answers.at(-1)];
      expect(last).toEqual({ ...first, already: true });
    }
  });

  it('has rows that are those of a replay', async () => {
    const head = (await server.rapport.query<{ log: { head: string } }>('{ log { head } }')).log.head;
    await server.rapport.query(
      'query ($atLeast: Position) { stakeholders(atLeast: $atLeast, first: 1) { totalCount } }',
      { atLeast: head },
    );
    const events = await withLog(folder, everyEvent);
    const [live, replayed] = await Promise.all([liveRows(folder, events), replayedRows(events)]);
    for (const [table, rows] of live) expect({ table, rows }).toEqual({ table, rows: replayed.get(table) });
  });

  it('has a whole log', () => expect(integrityOf(join(folder, 'events.db'))).toEqual(['ok']));
});
