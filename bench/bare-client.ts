import { readFileSync } from 'node:fs';
import { EventStoreDBClient, NO_STREAM, jsonEvent, streamNameFilter } from '@eventstore/db-client';
import type { NewEvent } from '../src/event-sourcing/event-store.js';
import type { KurrentLocation } from '../src/event-sourcing/stores/kurrentdb.connection-string.js';
import { positionAt } from '../src/event-sourcing/stores/kurrentdb.event.js';

// KurrentDB's client as it is, with none of our code around it.

export const bareClient = ({ hosts, discover, tls, tlsCaFile }: KurrentLocation): EventStoreDBClient => {
  const [first] = hosts;
  if (first === undefined) throw new Error('The event store has no host.');
  const certificates = { insecure: !tls, ...(tlsCaFile !== undefined && { rootCertificate: readFileSync(tlsCaFile) }) };
  if (hosts.length > 1)
    return new EventStoreDBClient({ endpoints: [...hosts], nodePreference: 'leader' }, certificates);
  if (discover) return new EventStoreDBClient({ discover: first, nodePreference: 'leader' }, certificates);
  return new EventStoreDBClient({ endpoint: first }, certificates);
};

const credentialsOf = ({ credentials }: KurrentLocation) => ({
  username: credentials?.username ?? '',
  password: credentials?.password ?? '',
});

/** Appends on the single path, which a call with credentials of its own takes. */
export const bareAppends = (client: EventStoreDBClient, location: KurrentLocation) => {
  const credentials = credentialsOf(location);
  return async ({ stream, event }: { readonly stream: string; readonly event: NewEvent }): Promise<void> => {
    const { id, type, version, data, provenance } = event;
    const metadata = { id, version, recordedAt: Date.now(), provenance };
    const wire = jsonEvent({ id, type, data, metadata });
    const options = { expectedRevision: NO_STREAM, credentials, deadline: 30_000 } as const;
    await client.appendToStream(`${location.streamPrefix}${stream}`, [wire], options);
  };
};

/**
 * Seconds of a catch-up subscription from an event on, until it has brought so many others of the same log.
 * @param brought told how many have come, at every one.
 */
export const bareCatchUp = async (
  location: KurrentLocation,
  after: number,
  events: number,
  brought: (count: number) => void = () => undefined,
): Promise<number> => {
  const client = bareClient(location);
  const start = performance.now();
  const subscription = client.subscribeToAll({
    fromPosition: positionAt(after),
    filter: streamNameFilter({ prefixes: [location.streamPrefix] }),
    credentials: credentialsOf(location),
  });
  let count = 0;
  try {
    await new Promise<void>((resolve, reject) => {
      subscription.on('error', reject);
      subscription.on('data', ({ event }) => {
        // The log's own records of itself are none of its events.
        if (event === undefined || event.streamId.startsWith(`${location.streamPrefix}rapport-`)) return;
        count += 1;
        brought(count);
        if (count === events) resolve();
      });
    });
    return (performance.now() - start) / 1000;
  } finally {
    await subscription.unsubscribe();
    await client.dispose();
  }
};
