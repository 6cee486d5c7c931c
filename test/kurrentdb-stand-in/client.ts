import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import {
  EventStoreDBClient,
  jsonEvent,
  type AllStreamRecordedEvent,
  type AppendExpectedRevision,
  type AppendResult,
  type AppendToStreamOptions,
  type EventData,
  type Position,
} from '@eventstore/db-client';

/** Makes the client take the single path; a server without users ignores them. */
export const credentials = { username: 'anybody', password: 'anything' };

export const connect = (url: string): EventStoreDBClient => EventStoreDBClient.connectionString(url);

export const event = (id: string = randomUUID(), over: { type?: string; data?: string; metadata?: string } = {}) =>
  jsonEvent({
    id,
    type: over.type ?? 'Happened',
    data: { said: over.data ?? 'so' },
    ...(over.metadata !== undefined && { metadata: { of: over.metadata } }),
  });

export const events = (count: number): EventData[] => Array.from({ length: count }, () => event());

/** A name that no other test has. */
export const newStream = (category = 'standin'): string => `${category}-${randomUUID()}`;

export const append = (
  client: EventStoreDBClient,
  stream: string,
  sent: EventData | EventData[],
  expectedRevision: AppendExpectedRevision = 'any',
  options: Partial<AppendToStreamOptions> = {},
): Promise<AppendResult> => client.appendToStream(stream, sent, { credentials, expectedRevision, ...options });

export const collect = async <Item>(items: AsyncIterable<Item>): Promise<Item[]> => {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
};

/** The ids that stand in a stream, in order. */
export const idsOf = async (client: EventStoreDBClient, stream: string): Promise<(string | undefined)[]> =>
  (await collect(client.readStream(stream))).map((resolved) => resolved.event?.id);

/** The whole of an event as `$all` shows it, by its stream, in order. */
export const inAll = async (
  client: EventStoreDBClient,
  stream: string,
  fromPosition: Position,
): Promise<AllStreamRecordedEvent[]> =>
  (await collect(client.readAll({ fromPosition }))).flatMap(({ event: recorded }) =>
    recorded?.streamId === stream ? [recorded] : [],
  );

/** Where the last of what was appended stands. Throws where the server did not say. */
export const positionOf = ({ position }: AppendResult): Position => {
  if (!position) throw new Error('The append was answered without a position.');
  return position;
};

/** Waits until `holds`, at most 30 s; throws what was waited for if it never does. */
export const until = async (what: string, holds: () => boolean | Promise<boolean>): Promise<void> => {
  for (const begin = Date.now(); Date.now() - begin < 30_000;) {
    if (await holds()) return;
    await delay(5);
  }
  throw new Error(`Waited 30 s in vain until ${what}.`);
};

/** What became of a promise within `ms`. */
export const within = async <Value>(ms: number, promise: Promise<Value>): Promise<Value | 'nothing yet'> => {
  const waited = new AbortController();
  try {
    return await Promise.race([promise, delay(ms, 'nothing yet' as const, { signal: waited.signal })]);
  } finally {
    waited.abort();
  }
};
