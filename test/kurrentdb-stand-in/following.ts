import { randomUUID } from 'node:crypto';
import { pageSize, type EventFilter } from './event-filter.js';
import { caughtUpMessage, checkpointMessage, confirmationMessage, eventMessage } from './messages.js';
import type { Node } from './node.js';
import type { Outlet } from './outlet.js';
import { allForwards, indexFrom, lastRevision, readStream, resolve, type AllPosition } from './reading.js';
import { streamDeleted, thrownByHandler } from './refusals.js';
import type { StoredEvent } from './stored-event.js';

/** Resolves when the log has grown, or when the subscriber has gone. */
const more = (node: Node, gone: AbortSignal): Promise<void> =>
  new Promise((resolveMore) => {
    const done = () => {
      off();
      gone.removeEventListener('abort', done);
      resolveMore();
    };
    const off = node.onMore(done);
    gone.addEventListener('abort', done);
  });

const hasGone = ({ gone }: Outlet): boolean => gone.aborted;

export interface StreamSubscription {
  readonly stream: string;
  /** The revision after which it begins; none for the stream's start. */
  readonly after: bigint | 'start' | 'end';
  readonly resolveLinks: boolean;
}

/** Sends a stream's events and then what is appended, until the subscriber goes. */
export const followStream = async (
  node: Node,
  { stream, after, resolveLinks }: StreamSubscription,
  outlet: Outlet,
): Promise<void> => {
  const { view } = node;
  let next = after === 'start' ? 0n : (after === 'end' ? lastRevision(view, stream) : after) + 1n;
  let caughtUp = false;
  await outlet.send(confirmationMessage(randomUUID()));
  while (!outlet.gone.aborted) {
    const horizon = view.horizon();
    const reading = readStream(view, stream, 'forwards', next);
    if (reading.kind === 'deleted') {
      outlet.fail(streamDeleted(stream));
      return;
    }
    for (const event of reading.kind === 'events' ? reading.events : []) {
      if (hasGone(outlet)) return;
      next = event.revision + 1n;
      await outlet.send(eventMessage(resolve(view, event, resolveLinks)));
    }
    if (!caughtUp && reading.kind === 'events') {
      caughtUp = true;
      await outlet.send(caughtUpMessage());
    }
    if (view.horizon() === horizon) await more(node, outlet.gone);
  }
};

export interface AllSubscription {
  /** The position after which it begins. */
  readonly after: AllPosition | 'start' | 'end';
  readonly resolveLinks: boolean;
  readonly filter: EventFilter | undefined;
  /** Whether to claim, before the first event, to be at the end of the log. */
  readonly checkpointAhead: boolean;
}

/** What one page of a filtered catch-up found. */
interface Page {
  readonly found: readonly StoredEvent[];
  readonly considered: number;
  readonly atEnd: boolean;
}

const readPage = ({ view }: Node, from: number, { matches, window }: EventFilter): Page => {
  const found: StoredEvent[] = [];
  let considered = 0;
  while (found.length < pageSize && considered < window) {
    const event = from + considered < view.horizon() ? view.log.events[from + considered] : undefined;
    if (!event) return { found, considered, atEnd: true };
    considered++;
    if (matches(event)) found.push(event);
  }
  return { found, considered, atEnd: false };
};

const startOf = ({ view }: Node, after: AllSubscription['after']): number | undefined => {
  if (after === 'end') return view.horizon();
  // The very beginning is a start, not a position after which to begin.
  if (after === 'start' || (after.commit === 0n && after.prepare === 0n)) return 0;
  const at = indexFrom(view, after, 'forwards');
  return at === undefined ? undefined : Math.min(at + 1, view.horizon());
};

/** Sends everything that the filter lets through and then what is appended, until the subscriber goes. */
export const followAll = async (node: Node, subscription: AllSubscription, outlet: Outlet): Promise<void> => {
  const { view } = node;
  const { filter, resolveLinks, checkpointAhead } = subscription;
  const start = startOf(node, subscription.after);
  if (start === undefined) {
    outlet.fail(thrownByHandler());
    return;
  }
  let at = start;
  // How many events it has looked at since its last checkpoint.
  let counted = 0;
  const sendEvent = (event: StoredEvent) => outlet.send(eventMessage(resolve(view, event, resolveLinks)));

  await outlet.send(confirmationMessage(randomUUID()));
  if (checkpointAhead) await outlet.send(checkpointMessage(view.log.events[view.horizon() - 1]?.position ?? 0n));

  const catchUpFiltered = async (by: EventFilter) => {
    while (!outlet.gone.aborted) {
      const { found, considered, atEnd } = readPage(node, at, by);
      const pageStart = view.log.events[at - 1]?.end ?? 0n;
      for (const event of found) await sendEvent(event);
      at += considered;
      counted += considered;
      if (atEnd) return;
      if (counted < by.checkpointInterval) continue;
      counted %= by.checkpointInterval;
      const last = found.at(-1);
      await outlet.send(last ? checkpointMessage(last.position) : checkpointMessage(pageStart, 0n));
    }
  };

  const catchUp = async () => {
    for (const event of allForwards(view, at)) {
      if (outlet.gone.aborted) return;
      at = event.index + 1;
      await sendEvent(event);
    }
  };

  const goOn = async (by: EventFilter) => {
    for (; at < view.horizon() && !outlet.gone.aborted; at++) {
      const event = view.log.events[at];
      if (!event) return;
      if (by.matches(event)) await sendEvent(event);
      if (++counted < by.checkpointInterval) continue;
      counted = 0;
      await outlet.send(checkpointMessage(event.position));
    }
  };

  await (filter ? catchUpFiltered(filter) : catchUp());
  await outlet.send(caughtUpMessage());
  while (!outlet.gone.aborted) {
    const horizon = view.horizon();
    await (filter ? goOn(filter) : catchUp());
    if (view.horizon() === horizon) await more(node, outlet.gone);
  }
};
