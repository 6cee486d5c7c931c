import { Inject } from '@nestjs/common';
import { Args, Query, Resolver, Subscription } from '@nestjs/graphql';
import type { EventStore, RecordedEvent } from '../event-sourcing/event-store.js';
import { positionOf } from '../event-sourcing/position.js';
import { type Connection, pageDefault } from '../graphql/connections.js';
import { badUserInput } from '../graphql/errors.js';
import { readGlobalId, toGlobalId } from '../graphql/ids.js';
import { ordinalFrom } from '../graphql/moments.js';
import type { Identity } from '../stakeholders/identity.js';
import type { StakeholderFact } from '../stakeholders/stakeholder.js';
import { IDENTITY } from '../stakeholders/stakeholders.handler.js';
import { EVENT_STORE } from '../tokens.js';
import { EventConnection, type EventFilter, EventType, EventsArgs, FollowedEventsArgs, Log } from './events.types.js';
import { type EventWhere, followEvents, readEvents } from './log-reader.js';
import { type PresentedEvent, presented } from './presented-event.js';

/** The log itself, for auditors and for whoever follows it. */
@Resolver()
export class EventsResolver {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(IDENTITY) private readonly identity: Identity,
  ) {}

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
    const where = await this.#where(args.where);
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
    const changing =
      subjectOf(args.where) === null ? undefined : { types: merges, where: () => this.#where(args.where) };
    return payloads(followEvents(this.store, after, await this.#where(args.where), changing));
  }

  /** The filter in the terms of the log: a stakeholder means all who are one with them, unless it says otherwise. */
  async #where(filter: EventFilter | null | undefined): Promise<EventWhere> {
    const { subject, includingMerged: _, ...where } = filter ?? {};
    const stakeholderId = subjectOf(filter);
    const group = stakeholderId === null ? null : await this.identity.groupOf(stakeholderId);
    if (group !== null) return { ...where, subjects: group.map((id) => toGlobalId('Stakeholder', id)) };
    return subject == null ? where : { ...where, subjects: [subject] };
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

/** What makes those one who were two, or two again. */
const merges: ReadonlySet<string> = new Set<StakeholderFact['type']>(['StakeholdersMerged', 'StakeholderUnmerged']);

/** The stakeholder whom a filter means with all who are one with them; null where it means none so. */
const subjectOf = (filter: EventFilter | null | undefined): string | null => {
  if (filter?.subject == null || !filter.includingMerged) return null;
  const global = readGlobalId(filter.subject);
  return global?.type === 'Stakeholder' ? global.id : null;
};

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
