import { randomUUID } from 'node:crypto';
import type {
  AllStreamRecordedEvent,
  EventData,
  JSONEventData,
  RecordedEvent as ServerEvent,
} from '@eventstore/db-client';
import type { RecordedEvent } from '../event-store.js';
import type { JsonObject } from '../fact.js';
import { positionOf } from '../position.js';
import type { Provenance } from '../provenance.js';
import type { Upcast } from '../upcaster.js';
import type { SerialisedEvent } from './serialised-event.js';
import { StoreRefused } from './store-refused.js';

/**
 * What stands in the metadata of every event. The id stands here and not in the server's own field: the server answers an
 * append of ids that it holds as if it had written it just now, and would so tell one caller what another one had sent.
 */
interface Envelope {
  readonly id: string;
  readonly version: number;
  /** Milliseconds since 1970. Ours, so that an append is answered without reading it back. */
  readonly recordedAt: number;
  readonly provenance: Provenance;
}

/** What is read, as far as it may be ours. */
type Read = ServerEvent | AllStreamRecordedEvent;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !ArrayBuffer.isView(value);

const isEnvelope = (metadata: unknown): metadata is Envelope =>
  isObject(metadata) &&
  typeof metadata['id'] === 'string' &&
  typeof metadata['version'] === 'number' &&
  isObject(metadata['provenance']);

/** The names of a log's streams on its server, and what of the server's events is the log's. */
export class KurrentNames {
  readonly #prefix: string;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  get prefix(): string {
    return this.#prefix;
  }

  /** The server's name of a stream of the log. */
  of(stream: string): string {
    return `${this.#prefix}${stream}`;
  }

  /** Where the log says what it is. It stands there before everything else of the log. */
  get log(): string {
    return `${this.#prefix}rapport-log`;
  }

  /** Where those are named who have a checkpoint. */
  get followers(): string {
    return `${this.#prefix}rapport-followers`;
  }

  checkpoint(follower: string): string {
    return `${this.#prefix}rapport-checkpoint-${follower}`;
  }

  /** A stream of the log by the server's name; undefined for what is not the log's, or no part of its history. */
  streamOf(name: string): string | undefined {
    if (!name.startsWith(this.#prefix) || name.startsWith('$')) return undefined;
    const stream = name.slice(this.#prefix.length);
    return stream.startsWith('rapport-') ? undefined : stream;
  }
}

/** The server's position as an ordinal. @throws StoreRefused beyond 2^53 - 1, nine petabytes of log. */
export const ordinalAt = (position: bigint): number => {
  if (position > BigInt(Number.MAX_SAFE_INTEGER))
    throw new StoreRefused('The log of KurrentDB is longer than this program can count.');
  return Number(position);
};

/** The server's position of an ordinal: the place of its event in bytes, the same twice. */
export const positionAt = (ordinal: number) => ({ commit: BigInt(ordinal), prepare: BigInt(ordinal) });

/** Where a read event stands. */
export const ordinalOfRead = (event: Read): number => ordinalAt(event.position?.commit ?? -1n);

/** Tells whether a read event is part of the log's history. */
export const isOfLog =
  (names: KurrentNames) =>
  ({ streamId, metadata, data }: Read): boolean =>
    names.streamOf(streamId) !== undefined && isEnvelope(metadata) && isObject(data);

/** What it takes from a read event to an event of the log in its newest shape; undefined where it is none of the log's. */
export const recordedIn =
  (names: KurrentNames, logId: string, upcast: Upcast) =>
  (event: Read): RecordedEvent | undefined => {
    const stream = names.streamOf(event.streamId);
    const { metadata, data } = event as { metadata: unknown; data: unknown };
    if (stream === undefined || !isEnvelope(metadata) || !isObject(data)) return undefined;
    const ordinal = ordinalOfRead(event);
    return upcast({
      id: metadata.id,
      type: event.type,
      version: metadata.version,
      data: data as JsonObject,
      provenance: metadata.provenance,
      recordedAt: typeof metadata.recordedAt === 'number' ? metadata.recordedAt : event.created.getTime(),
      stream,
      revision: Number(event.revision),
      position: positionOf(logId, ordinal),
      ordinal,
    });
  };

/** An event on its way: made once for all tries of an append, so that the server knows them for one. */
export interface Proposed {
  readonly serialised: SerialisedEvent;
  readonly recordedAt: number;
  readonly wire: EventData;
}

const utf8 = new TextEncoder();

/** @param now milliseconds since 1970: the stamp of what carries no time. */
export const proposedOf = (serialised: SerialisedEvent, now: number): Proposed => {
  const { event, data, provenance, version } = serialised;
  const recordedAt = event.recordedAt ?? now;
  // As bytes: the client would write an object as JSON again.
  const metadata = utf8.encode(
    `{"id":"${event.id}","version":${version},"recordedAt":${recordedAt},"provenance":${provenance}}`,
  );
  const stored = version === event.version ? event.data : (JSON.parse(data) as JsonObject);
  // The client writes the data as JSON itself; it comes from JSON, so that cannot fail.
  const wire: JSONEventData = {
    contentType: 'application/json',
    id: randomUUID(),
    type: event.type,
    data: stored,
    metadata,
  };
  return { serialised, recordedAt, wire };
};

/** What a reader will read of it, once it stands at this revision and ordinal. */
export const recordedFrom = (
  { serialised, recordedAt }: Proposed,
  logId: string,
  stream: string,
  revision: number,
  ordinal: number,
): RecordedEvent => {
  const { id, type, version, data, provenance } = serialised.event;
  return {
    id,
    type,
    version,
    data,
    provenance,
    recordedAt,
    stream,
    revision,
    position: positionOf(logId, ordinal),
    ordinal,
  };
};
