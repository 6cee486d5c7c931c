import type { NewEvent } from '../event-store.js';
import { PartialOverlap, noStream } from '../event-store.js';
import type { JsonObject } from '../fact.js';
import type { Upcast } from '../upcaster.js';

/** An event that was checked and made text: nothing about it can fail in the middle of a batch. */
export interface SerialisedEvent {
  /** The sixteen bytes of its id. */
  readonly idBytes: Uint8Array;
  /** As a later read gives it: the data through JSON, an old shape lifted. */
  readonly event: NewEvent;
  /** The version of the shape that is stored, before lifting. */
  readonly version: number;
  readonly data: string;
  readonly provenance: string;
}

/** Bytes of one event's text, at most: what every adapter can keep. */
export const eventBytesMax = 1024 * 1024;

const dash = 45;
const digitOf = Int8Array.from({ length: 128 }, (_, code) => '0123456789abcdef'.indexOf(String.fromCharCode(code)));
const dashesAt = new Set([8, 13, 18, 23]);

/**
 * The sixteen bytes of an event id; undefined for a text that is no UUID in lower case, or the nil one. By hand, since
 * it runs for every event and a regular expression with a decoder behind it takes four times as long.
 */
export const idBytes = (id: string): Uint8Array | undefined => {
  if (id.length !== 36) return undefined;
  const bytes = new Uint8Array(16);
  let any = 0;
  for (let at = 0, byte = 0; at < 36; at += 1) {
    if (dashesAt.has(at)) {
      if (id.charCodeAt(at) !== dash) return undefined;
      continue;
    }
    const high = digitOf[id.charCodeAt(at)] ?? -1;
    const low = digitOf[id.charCodeAt((at += 1))] ?? -1;
    if (high < 0 || low < 0) return undefined;
    any |= bytes[byte++] = (high << 4) | low;
  }
  return any === 0 ? undefined : bytes;
};

const isCount = (value: number, least: number): boolean => Number.isSafeInteger(value) && value >= least;

const asText = (what: string, value: unknown): string => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError(`${what} is no object.`);
  let text: string;
  try {
    text = JSON.stringify(value);
  } catch (error) {
    throw new TypeError(`${what} cannot be written as JSON.`, { cause: error });
  }
  if (!text.startsWith('{')) throw new TypeError(`${what} is no object.`);
  // A character takes at most three bytes of UTF-8, so most texts need no second look.
  if (text.length * 3 > eventBytesMax && Buffer.byteLength(text) > eventBytesMax)
    throw new TypeError(`${what} is longer than ${eventBytesMax} bytes.`);
  return text;
};

const serialise = (event: NewEvent, upcast: Upcast): SerialisedEvent => {
  const { id, type, version, recordedAt } = event;
  const bytes = idBytes(id);
  if (bytes === undefined) throw new TypeError(`'${id}' is no event id: a UUID in lower case is needed.`);
  if (type === '' || !type.isWellFormed()) throw new TypeError(`Event ${id} has no type.`);
  if (!isCount(version, 1)) throw new TypeError(`Event ${id} has version ${version}: it counts from 1.`);
  if (recordedAt !== undefined && !isCount(recordedAt, 0))
    throw new TypeError(`Event ${id} was recorded at ${recordedAt}: whole milliseconds since 1970 are needed.`);
  const data = asText(`Data of event ${id}`, event.data);
  const provenance = asText(`Provenance of event ${id}`, event.provenance);
  // What was just written as an object reads back as one. Whoever is given the event before it is read from the file
  // must see what a reader will see: without fields that were undefined, and not shared with the caller.
  const lifted = upcast({ ...event, data: JSON.parse(data) as JsonObject });
  return { idBytes: bytes, event: lifted, version, data, provenance };
};

/**
 * Checks an append before anything of it is queued or sent.
 * @throws TypeError for what no store can hold, PartialOverlap for one id twice.
 */
export const serialisedAppend = (
  stream: string,
  expectedRevision: number,
  events: readonly NewEvent[],
  upcast: Upcast,
): readonly SerialisedEvent[] => {
  if (stream === '' || !stream.isWellFormed()) throw new TypeError('A stream needs a name.');
  if (!isCount(expectedRevision, noStream)) throw new TypeError(`${expectedRevision} is no revision of a stream.`);
  if (events.length === 0) throw new TypeError(`Nothing to append to stream ${stream}.`);
  if (events.length > 1) {
    const seen = new Set<string>();
    const twice = events.filter(({ id }) => seen.size === seen.add(id).size).map(({ id }) => id);
    if (twice.length > 0) throw new PartialOverlap(stream, twice);
  }
  return events.map((event) => serialise(event, upcast));
};
