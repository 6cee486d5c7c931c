import type { Log } from './log.js';
import { deletedRevision, isMetadataStream, linkType, noStream, type StoredEvent } from './stored-event.js';
import { isSoftDeleted } from './stream-metadata.js';

/** What a reader sees of a log: all but what lies at the horizon or beyond. */
export interface View {
  readonly log: Log;
  /** How many of the log's events can be seen; may grow. */
  horizon(): number;
  /** Milliseconds since 1970, for `$maxAge`. */
  now(): number;
}

export type Direction = 'forwards' | 'backwards';

/** A position in `$all` as a client names it. */
export interface AllPosition {
  readonly commit: bigint;
  readonly prepare: bigint;
}

/** An event, or a link and what it points to, if that can still be read. */
export interface Resolved {
  readonly event: StoredEvent | undefined;
  readonly link?: StoredEvent;
}

export type StreamReading =
  | { readonly kind: 'events'; readonly events: Iterable<StoredEvent> }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'deleted' };

/** Where the newest visible event of a stream stands. */
export const lastRevision = ({ log, horizon }: View, stream: string): bigint => {
  const events = log.of(stream);
  for (let at = events.length - 1; at >= 0; at--) {
    const event = events[at];
    if (event && event.index < horizon()) return event.revision;
  }
  return noStream;
};

/** The lowest revision that a stream's metadata lets its readers see; of metadata itself it is the newest. */
const firstRevision = ({ log, now }: View, stream: string, last: bigint): bigint => {
  if (isMetadataStream(stream)) return last;
  const { truncateBefore = 0n, maxCount, maxAgeMs } = log.metadataOf(stream);
  const byCount = maxCount === undefined ? 0n : last - maxCount + 1n;
  const young = maxAgeMs === undefined ? 0 : log.of(stream).findIndex(({ created }) => created >= now() - maxAgeMs);
  const byAge = young < 0 ? last + 1n : BigInt(young);
  return [byCount, byAge].reduce((low, other) => (other > low ? other : low), truncateBefore);
};

function* forwards(view: View, stream: string, from: bigint): Iterable<StoredEvent> {
  const first = firstRevision(view, stream, lastRevision(view, stream));
  for (let revision = from > first ? from : first; ; revision++) {
    const event = view.log.of(stream)[Number(revision)];
    if (!event || event.index >= view.horizon()) return;
    yield event;
  }
}

function* backwards(view: View, stream: string, from: bigint): Iterable<StoredEvent> {
  const last = lastRevision(view, stream);
  const first = firstRevision(view, stream, last);
  for (let revision = from < last ? from : last; revision >= first; revision--) {
    const event = view.log.of(stream)[Number(revision)];
    if (event) yield event;
  }
}

/** Reads a stream from a revision on, which is included; a revision beyond the end is none forwards, the end backwards. */
export const readStream = (view: View, stream: string, direction: Direction, from: bigint): StreamReading => {
  const last = lastRevision(view, stream);
  if (last === deletedRevision) return { kind: 'deleted' };
  if (last === noStream || isSoftDeleted(view.log.metadataOf(stream))) return { kind: 'not-found' };
  const read = direction === 'forwards' ? forwards : backwards;
  return { kind: 'events', events: read(view, stream, from) };
};

/** How many events lie before a position, found by halving. */
const countBefore = (events: readonly StoredEvent[], position: bigint): number => {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((events[middle]?.position ?? position) < position) low = middle + 1;
    else high = middle;
  }
  return low;
};

/**
 * The index of the first event at a position or after it; undefined where the position lies inside a record, which is an
 * error. A position after the beginning of the newest event is beyond the end, which is the horizon; backwards it is so
 * only after that event's end.
 */
export const indexFrom = (
  { log, horizon }: View,
  { commit, prepare }: AllPosition,
  direction: Direction,
): number | undefined => {
  const at = countBefore(log.events, commit);
  if (at >= horizon() && direction === 'forwards') return horizon();
  const isStart = log.events[at]?.position === commit;
  const isEnd = (log.events[at - 1]?.end ?? 0n) <= commit;
  if (!isStart && !isEnd) return undefined;
  return isStart && prepare > commit ? at + 1 : at;
};

// The server keeps these to itself when no filter asks for them.
const isHidden = ({ stream }: StoredEvent) => stream === '$epoch-information';

/** Every visible event from an index on, for readers that set no filter. */
export function* allForwards({ log, horizon }: View, from: number): Iterable<StoredEvent> {
  for (let at = from; at < horizon(); at++) {
    const event = log.events[at];
    if (event && !isHidden(event)) yield event;
  }
}

/** Every visible event before an index, the newest first. */
export function* allBackwards({ log }: View, before: number): Iterable<StoredEvent> {
  for (let at = before - 1; at >= 0; at--) {
    const event = log.events[at];
    if (event && !isHidden(event)) yield event;
  }
}

/** Follows a link, where the reader asks for it; a target that is hidden or gone leaves the link without an event. */
export const resolve = (view: View, event: StoredEvent, resolveLinks: boolean): Resolved => {
  if (!resolveLinks || event.type !== linkType) return { event };
  const [, revision, stream] = /^(\d+)@(.+)$/s.exec(new TextDecoder().decode(event.data)) ?? [];
  if (revision === undefined || stream === undefined) return { event };
  const reading = readStream(view, stream, 'forwards', BigInt(revision));
  const target = reading.kind === 'events' ? [...take(reading.events, 1)].at(0) : undefined;
  return { event: target?.revision === BigInt(revision) ? target : undefined, link: event };
};

/** The first events of many; `max` may be larger than there are. */
export function* take<Item>(items: Iterable<Item>, max: number): Iterable<Item> {
  if (max <= 0) return;
  let taken = 0;
  for (const item of items) {
    yield item;
    if (++taken >= max) return;
  }
}
