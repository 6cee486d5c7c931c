import type { NewEvent, RecordedEvent } from '../event-sourcing/event-store.js';
import type { JsonObject } from '../event-sourcing/fact.js';
import type { ActorKind, Provenance } from '../event-sourcing/provenance.js';
import { escaped, unescaped } from './cloud-event-text.js';

/**
 * An event in the envelope of CloudEvents 1.0 (JSON format), with all that an import needs to make the same log of it:
 * `sequence`, `recordedtime`, `correlationid`, `causationid`, `authtype` and `authid` as CloudEvents documents these
 * extensions, and extensions of our own. Strings that came from outside are escaped where CloudEvents forbids a character.
 */
export interface CloudEvent {
  readonly specversion: '1.0';
  readonly id: string;
  /** `rapport:log:` and the log's id. */
  readonly source: string;
  readonly type: string;
  /** The id of what it is about: its stream's name without the category. */
  readonly subject: string;
  /** When it happened in the world, else when it was recorded. */
  readonly time: string;
  readonly datacontenttype: 'application/json';
  /** The event's position, which sorts as text in the order of the log. */
  readonly sequence: string;
  readonly recordedtime: string;
  readonly stream: string;
  readonly revision: number;
  /** Version of the shape of `data`. */
  readonly shapeversion: number;
  readonly authtype: 'api_key' | 'user' | 'system';
  /** Id of the credential. */
  readonly authid: string;
  /** Its name, or that of a policy or an import. */
  readonly actor: string;
  readonly actorkind: ActorKind;
  readonly behalf?: string;
  readonly correlationid: string;
  readonly causationid?: string;
  readonly commandid: string;
  readonly inputdigest: string;
  readonly reason?: string;
  readonly data: JsonObject;
}

/** What an import makes of a cloud event: an event to append, and where it belongs. Its position is given anew. */
export interface CarriedEvent {
  readonly stream: string;
  readonly revision: number;
  readonly event: NewEvent & { readonly recordedAt: number };
}

const authTypes: Readonly<Record<ActorKind, CloudEvent['authtype']>> = {
  key: 'api_key',
  person: 'user',
  policy: 'system',
  import: 'system',
};

const timestamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;
const isTime = (text: unknown): text is string =>
  typeof text === 'string' && timestamp.test(text) && !Number.isNaN(Date.parse(text));

/** The mapping out. Its attributes come in one order, so that equal events are equal text. */
export const cloudEventOf = (event: RecordedEvent, logId: string): CloudEvent => {
  const { id, type, version, data, stream, revision, position, recordedAt, provenance } = event;
  const { actor, actorKind, credential, onBehalfOf, correlationId, causationId, commandId, inputDigest, reason } =
    provenance;
  const recordedtime = new Date(recordedAt).toISOString();
  return {
    specversion: '1.0',
    id,
    source: `rapport:log:${logId}`,
    type: escaped(type),
    subject: escaped(stream.slice(stream.indexOf('-') + 1) || stream),
    time: isTime(data['occurredAt']) ? data['occurredAt'] : recordedtime,
    datacontenttype: 'application/json',
    sequence: position,
    recordedtime,
    stream: escaped(stream),
    revision,
    shapeversion: version,
    authtype: authTypes[actorKind],
    authid: escaped(credential),
    actor: escaped(actor),
    actorkind: actorKind,
    ...(onBehalfOf === undefined ? {} : { behalf: escaped(onBehalfOf) }),
    correlationid: escaped(correlationId),
    ...(causationId === undefined ? {} : { causationid: escaped(causationId) }),
    commandid: escaped(commandId),
    inputdigest: escaped(inputDigest),
    ...(reason === undefined ? {} : { reason: escaped(reason) }),
    data,
  };
};

/** What makes a value no event of an export, in words. */
export interface Faults {
  readonly faults: readonly string[];
}

// One entry for each attribute, so that what the envelope gains is read here too.
const attributes: Readonly<Record<keyof CloudEvent, 'text' | 'optional text' | 'count' | 'data'>> = {
  specversion: 'text',
  id: 'text',
  source: 'text',
  type: 'text',
  subject: 'text',
  time: 'text',
  datacontenttype: 'text',
  sequence: 'text',
  recordedtime: 'text',
  stream: 'text',
  revision: 'count',
  shapeversion: 'count',
  authtype: 'text',
  authid: 'text',
  actor: 'text',
  actorkind: 'text',
  behalf: 'optional text',
  correlationid: 'text',
  causationid: 'optional text',
  commandid: 'text',
  inputdigest: 'text',
  reason: 'optional text',
  data: 'data',
};
const known = Object.entries(attributes);

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const textFault = (name: string, value: unknown): string | undefined => {
  if (typeof value !== 'string' || value === '') return `${name} is missing, or no text`;
  return unescaped(value) === undefined ? `${name} has a % that escapes nothing` : undefined;
};

const faultOf = (name: string, kind: (typeof attributes)[keyof CloudEvent], value: unknown): string | undefined => {
  switch (kind) {
    case 'count':
      return Number.isSafeInteger(value) && Number(value) >= 0 ? undefined : `${name} is no whole number from 0`;
    case 'data':
      return isObject(value) ? undefined : 'data is no object';
    case 'optional text':
      return value === undefined ? undefined : textFault(name, value);
    case 'text':
      return textFault(name, value);
  }
};

const isActorKind = (text: unknown): text is ActorKind => typeof text === 'string' && Object.hasOwn(authTypes, text);
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const faultsOf = (line: Readonly<Record<string, unknown>>): readonly string[] => {
  const faults = known.flatMap(([name, kind]) => faultOf(name, kind, line[name]) ?? []);
  const strange = Object.keys(line).filter((name) => !Object.hasOwn(attributes, name));
  // What is not understood is not dropped: the log would not be the same.
  if (strange.length > 0) faults.push(`it has what this version does not know: ${strange.join(', ')}`);
  if (line['specversion'] !== '1.0') faults.push('specversion is not 1.0');
  if (line['datacontenttype'] !== 'application/json') faults.push('datacontenttype is not application/json');
  if (!uuid.test(String(line['id']))) faults.push('id is no UUID in lower case');
  if (line['shapeversion'] === 0) faults.push('shapeversion counts from 1');
  if (!isTime(line['recordedtime'])) faults.push('recordedtime is no time of RFC 3339 in UTC');
  if (!isActorKind(line['actorkind'])) faults.push('actorkind is none that this version knows');
  return faults;
};

const textOf = (value: unknown): string => (typeof value === 'string' ? (unescaped(value) ?? '') : '');

const provenanceOf = (line: Readonly<Record<string, unknown>>, actorKind: ActorKind): Provenance => ({
  actor: textOf(line['actor']),
  actorKind,
  credential: textOf(line['authid']),
  ...(line['behalf'] === undefined ? {} : { onBehalfOf: textOf(line['behalf']) }),
  correlationId: textOf(line['correlationid']),
  ...(line['causationid'] === undefined ? {} : { causationId: textOf(line['causationid']) }),
  commandId: textOf(line['commandid']),
  inputDigest: textOf(line['inputdigest']),
  ...(line['reason'] === undefined ? {} : { reason: textOf(line['reason']) }),
});

/**
 * The mapping in: what is derived (source, subject, time, sequence, authtype) is passed over.
 * @param line a value that was parsed from JSON.
 */
export const carriedFrom = (line: unknown): CarriedEvent | Faults => {
  if (!isObject(line)) return { faults: ['it is no object'] };
  const faults = faultsOf(line);
  const { actorkind, data } = line;
  if (faults.length > 0 || !isActorKind(actorkind)) return { faults };
  return {
    stream: textOf(line['stream']),
    revision: Number(line['revision']),
    event: {
      id: String(line['id']),
      type: textOf(line['type']),
      version: Number(line['shapeversion']),
      // An object that was parsed from JSON holds nothing but JSON.
      data: data as JsonObject,
      provenance: provenanceOf(line, actorkind),
      recordedAt: Date.parse(String(line['recordedtime'])),
    },
  };
};
