import { Inject } from '@nestjs/common';
import { Args, Query, Resolver, Subscription } from '@nestjs/graphql';
import type { EventStore, RecordedEvent } from '../event-sourcing/event-store.js';
import { positionOf } from '../event-sourcing/position.js';
import { type Connection, pageDefault } from '../graphql/connections.js';
import { badUserInput } from '../graphql/errors.js';
import { ordinalFrom } from '../graphql/moments.js';
import { EVENT_STORE } from '../tokens.js';
import { EventConnection, EventType, EventsArgs, FollowedEventsArgs, Log } from './events.types.js';
import { type EventWhere, followEvents, readEvents } from './log-reader.js';
import { type PresentedEvent, presented } from './presented-event.js';

/** The log itself, for auditors and for whoever follows it. */
@Resolver()
export class EventsResolver {
  constructor(@Inject(EVENT_STORE) private readonly store: EventStore) {}

  @Query(() => Log)
  async log(): Promise<Log> {
    const [head, counts] = await Promise.all([this.store.head(), this.store.countsByType()]);
    const countsByType = [...counts]
      .map(([type, count]) => ({ type, count }))
      .sort((a, b) => (a.type < b.type ? -1 : 1));
    return {
      start: positionOf(this.store.logId, 0),
      head: positionOf(this.store.logId, head),
      count: countsByType.reduce((sum, { count }) => sum + count, 0),
      countsByType,
    };
  }

  @Query(() => EventConnection, {
    description:
      'Facts as they were recorded, in log order, from a position or from an event (which a copied log still knows).',
  })
  async events(@Args() args: EventsArgs): Promise<Connection<PresentedEvent>> {
    const after = (await this.#after(args)) ?? 0;
    const where = args.where ?? {};
    const { events, readUpTo, more } = await readEvents(this.store, after, args.first ?? pageDefault, where);
    const edges = events.map((event) => ({ cursor: event.position, node: presented(event) }));
    return {
      edges,
      nodes: edges.map(({ node }) => node),
      pageInfo: {
        hasNextPage: more,
        hasPreviousPage: after > 0,
        startCursor: edges[0]?.cursor ?? null,
        // Also where nothing passed the filter, the next page goes on behind what was looked at.
        endCursor: readUpTo > after ? positionOf(this.store.logId, readUpTo) : null,
      },
      totalCount: () => this.#count(where),
    };
  }

  @Subscription(() => EventType, {
    name: 'events',
    description:
      'From a past position (log.start: from the very first), or left out from now: what is recorded already, then what comes, without a gap and without a double.',
  })
  async followedEvents(
    @Args() args: FollowedEventsArgs,
  ): Promise<AsyncIterableIterator<{ readonly events: PresentedEvent }>> {
    const after = (await this.#after(args)) ?? (await this.store.head());
    return payloads(followEvents(this.store, after, args.where ?? {}));
  }

  /** Counted only where it costs no reading: without a filter, or by types alone. */
  async #count({ types, ...others }: EventWhere): Promise<number | null> {
    if (Object.values(others).some((value: unknown) => value != null)) return null;
    const counts = await this.store.countsByType();
    return [...counts].reduce((sum, [type, count]) => (types == null || types.includes(type) ? sum + count : sum), 0);
  }

  async #after({ after, afterEventId }: FollowedEventsArgs): Promise<number | undefined> {
    if (after != null) return ordinalFrom(after, this.store, 'after');
    if (afterEventId == null) return undefined;
    const ordinal = await this.store.ordinalOfEvent(afterEventId);
    if (ordinal === null)
      throw badUserInput([{ path: ['afterEventId'], message: 'This log holds no event of this id.' }]);
    return ordinal;
  }
}

const payloads = (
  source: AsyncIterableIterator<RecordedEvent>,
): AsyncIterableIterator<{ readonly events: PresentedEvent }> => ({
  next: async () => {
    const next = await source.next();
    return next.done === true
      ? { done: true, value: undefined }
      : { done: false, value: { events: presented(next.value) } };
  },
  return: async () => {
    await source.return?.();
    return { done: true, value: undefined };
  },
  [Symbol.asyncIterator]() {
    return this;
  },
});
