import { setImmediate as turn } from 'node:timers/promises';
import type { EventStore, RecordedEvent } from '../event-sourcing/event-store.js';
import { readGlobalId } from '../graphql/ids.js';
import { categoriesOfType } from './presented-event.js';

/** Which events are meant; what is left out, any. */
export interface EventWhere {
  readonly types?: readonly string[] | null;
  readonly stream?: string | null;
  /** Global ids of what they are about: any of these. */
  readonly subjects?: readonly string[] | null;
  readonly actor?: string | null;
  /** Milliseconds since 1970: recorded at or after, and before. */
  readonly recordedFrom?: number | null;
  readonly recordedUntil?: number | null;
}

export interface EventPage {
  readonly events: readonly RecordedEvent[];
  /** The ordinal up to which the log was looked at: where the next page goes on. */
  readonly readUpTo: number;
  readonly more: boolean;
}

/** How many events one page looks at: a filter that few events pass answers with a short page, from which the next goes on. */
const lookedAtMax = 50_000;
const chunk = 1_000;

/** The streams that a filter is confined to; undefined where it is not. */
const streamsOf = ({ stream, subjects }: EventWhere): readonly string[] | undefined => {
  if (stream != null) return [stream];
  return subjects?.flatMap((subject) => {
    const global = readGlobalId(subject);
    if (global === undefined) return [];
    return global.type === 'Stream'
      ? [global.id]
      : categoriesOfType(global.type).map((category) => `${category}-${global.id}`);
  });
};

/** Tells whether an event passes the filter. */
export const passes = (where: EventWhere): ((event: RecordedEvent) => boolean) => {
  const types = where.types == null ? undefined : new Set(where.types);
  const streams = streamsOf(where);
  const subjectStreams =
    where.stream != null && where.subjects != null ? streamsOf({ subjects: where.subjects }) : undefined;
  return ({ type, stream, provenance, recordedAt }) =>
    (types === undefined || types.has(type)) &&
    (streams === undefined || streams.includes(stream)) &&
    (subjectStreams === undefined || subjectStreams.includes(stream)) &&
    (where.actor == null || provenance.actor === where.actor) &&
    (where.recordedFrom == null || recordedAt >= where.recordedFrom) &&
    (where.recordedUntil == null || recordedAt < where.recordedUntil);
};

/** A page of the log in its order, after an ordinal. */
export const readEvents = async (
  store: EventStore,
  after: number,
  first: number,
  where: EventWhere,
): Promise<EventPage> => {
  const streams = streamsOf(where);
  return streams === undefined ? readLog(store, after, first, where) : readStreams(store, streams, after, first, where);
};

const isEmpty = (where: EventWhere): boolean => Object.values(where).every((value: unknown) => value == null);

const readLog = async (store: EventStore, after: number, first: number, where: EventWhere): Promise<EventPage> => {
  const wanted = passes(where);
  const found: RecordedEvent[] = [];
  // What was recorded before a time is a prefix of the log.
  let last = where.recordedFrom == null ? after : Math.max(after, await store.prefixAt(where.recordedFrom - 1));
  const until = last + lookedAtMax;
  const limit = isEmpty(where) ? first + 1 : chunk;
  for (;;) {
    const page = await store.readAll(last, limit);
    for (const event of page) {
      if (wanted(event)) {
        if (found.length === first) return { events: found, readUpTo: last, more: true };
        found.push(event);
      }
      last = event.ordinal;
    }
    if (page.length < limit) return { events: found, readUpTo: last, more: false };
    if (last >= until) return { events: found, readUpTo: last, more: true };
    await turn();
  }
};

const readStreams = async (
  store: EventStore,
  streams: readonly string[],
  after: number,
  first: number,
  where: EventWhere,
): Promise<EventPage> => {
  const wanted = passes(where);
  const all = await Promise.all(
    streams.map(async (stream) => {
      const found: RecordedEvent[] = [];
      for (let revision = -1; found.length <= first;) {
        const page = await store.readStream(stream, revision, chunk);
        found.push(...page.filter((event) => event.ordinal > after && wanted(event)));
        revision = page.at(-1)?.revision ?? revision;
        if (page.length < chunk) break;
      }
      return found;
    }),
  );
  const found = all.flat().sort((a, b) => a.ordinal - b.ordinal);
  const events = found.slice(0, first);
  return { events, readUpTo: events.at(-1)?.ordinal ?? after, more: found.length > first };
};

/**
 * Events after an ordinal that pass the filter: those recorded already, then those to come, one at a time and only as
 * fast as they are taken. Ended by `return`, also while it waits.
 * @param changing what changes the filter itself: events of these types, after which it is asked for again. Such an event
 *   passes where either filter lets it.
 */
export const followEvents = (
  store: EventStore,
  after: number,
  where: EventWhere,
  changing?: { readonly types: ReadonlySet<string>; where(): Promise<EventWhere> },
): AsyncIterableIterator<RecordedEvent> => {
  let wanted = passes(where);
  const ended = new AbortController();
  const events = async function* (): AsyncGenerator<RecordedEvent> {
    for await (const page of store.follow(after, ended.signal, chunk)) {
      for (const event of page) {
        const before = wanted;
        if (changing?.types.has(event.type) === true) wanted = passes(await changing.where());
        if (wanted(event) || before(event)) yield event;
      }
      // A long log that a filter lets little of through must not keep others from their turn.
      await turn();
    }
  };
  const source = events();
  return {
    next: () => source.next(),
    return: async () => {
      // A generator that waits for news would only end with the news.
      ended.abort();
      await source.return(undefined);
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
};
