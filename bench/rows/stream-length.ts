import { mkdir } from 'node:fs/promises';
import { streamOf } from '../../src/event-sourcing/decider.js';
import { deterministicId } from '../../src/event-sourcing/event-id.js';
import type { EventStore, NewEvent } from '../../src/event-sourcing/event-store.js';
import { noStream } from '../../src/event-sourcing/event-store.js';
import type { Transactions } from '../../src/event-sourcing/transact.js';
import { isAccepted, transactions } from '../../src/event-sourcing/transact.js';
import { relationship } from '../../src/relationships/relationship.js';
import type { Family } from '../family.js';
import { inTurn, secondsOf } from '../measuring.js';
import { openLogAt } from '../place.js';
import { compared } from '../table.js';

const provenance = {
  actor: 'bench',
  actorKind: 'person',
  credential: 'bench',
  correlationId: 'bench',
  inputDigest: 'b',
} as const;
const dateOf = (index: number): string => new Date(Date.UTC(2020, 0, 1) + index * 3_600_000).toISOString();

/** A relationship in which somebody's stance was assessed so often. */
const makeStream = async (store: EventStore, id: string, events: number): Promise<void> => {
  const stream = streamOf(relationship, id);
  const all = Array.from({ length: events }, (_, index): NewEvent => {
    const data = { stakeholderId: id, factId: `${id} ${index}`, occurredAt: dateOf(index), stance: 'neutral' };
    const commandId = `made ${index}`;
    const eventId = deterministicId(stream, 'bench', commandId, 0);
    return { id: eventId, type: 'StanceAssessed', version: 1, data, provenance: { ...provenance, commandId } };
  });
  for (let start = 0; start < events; start += 500)
    await store.append(stream, start === 0 ? noStream : start - 1, all.slice(start, start + 500));
};

let commands = 0;

const assess = async ({ transact }: Transactions, id: string): Promise<void> => {
  commands += 1;
  const commandId = `asked ${commands}`;
  const data = {
    stakeholderId: id,
    factId: commandId,
    occurredAt: dateOf(50_000 + commands),
    stance: 'supporter',
  } as const;
  const outcome = await transact(relationship, id, { type: 'AssessStance', data }, { ...provenance, commandId });
  if (!isAccepted(outcome) || outcome.already) throw new Error('An assessment was not recorded.');
};

export const streamLength: Family = {
  name: 'stream',
  run: async (bench) => {
    const place = await bench.newPlace();
    await mkdir(place.folder, { recursive: true });
    const store = await openLogAt(place);
    const short = Array.from({ length: 20 }, (_, index) => `short${index}`);
    for (const id of short) await makeStream(store, id, 10);
    await makeStream(store, 'long', bench.scaled(10_000, 100));
    // Each in turn, so that short streams stay short.
    const shortOf = (round: number): string => short[round % short.length] ?? '';
    const ms = async (work: () => Promise<void>): Promise<number> => (await secondsOf(work)) * 1000;
    try {
      const cached = transactions(store);
      for (const id of [...short, 'long']) await assess(cached, id);
      const times = await inTurn(bench.rounds(200), {
        long: () => ms(() => assess(cached, 'long')),
        short: (round) => ms(() => assess(cached, shortOf(round))),
      });
      const cold = await inTurn(bench.rounds(15), {
        long: () => ms(() => assess(transactions(store), 'long')),
        short: (round) => ms(() => assess(transactions(store), shortOf(round))),
      });
      const name = 'a command on a stream of 10^4 events, against one of 10';
      return [
        compared(`${name}, state in cache`, times.long, 'ms', times.short, '<= 1.2'),
        compared(`${name}, both cold`, cold.long, 'ms', cold.short, null),
      ];
    } finally {
      await store.close();
    }
  },
};
