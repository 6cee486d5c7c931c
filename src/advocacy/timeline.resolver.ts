import { Inject } from '@nestjs/common';
import { Args, ArgsType, Context, Field, Int, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { IsBoolean, IsIn, IsOptional, ValidateNested } from 'class-validator';
import { type Page as Found, type Slice, pageOf as pageFound } from '../event-sourcing/page.js';
import type { ReadStore } from '../event-sourcing/read-store.js';
import { batchedOfGroups } from '../graphql/batches.js';
import { type Connection, ConnectionArgs, pageOf } from '../graphql/connections.js';
import { foundConnection, sliceOf } from '../graphql/found-pages.js';
import type { Moment } from '../graphql/moment.js';
import { DateTime } from '../graphql/scalars.js';
import type { RequestContext } from '../graphql/request-context.js';
import { InteractionNodes } from '../interactions/interactions.nodes.js';
import {
  type TimelineCursor,
  mergePages,
  sliceOfIds,
  sliceOfOrdinals,
  timelineRanks,
} from '../interactions/timeline-order.js';
import {
  type OfStakeholder,
  countEntries,
  entriesPage,
  interactionCounts,
  interactionTimes,
} from '../interactions/timeline-pages.js';
import { OwnerNodes } from '../owners/owners.nodes.js';
import { type OwnershipFactFilter, countOwnershipFacts, ownershipFactsPage } from '../owners/ownership-pages.js';
import type { OwnershipFactKind } from '../owners/ownership-rows.js';
import { countFacts, factsPage } from '../relationships/relationship-facts-pages.js';
import type { RelationshipFactKind } from '../relationships/relationship-facts.js';
import { RelationshipFactNodes } from '../relationships/relationships.nodes.js';
import { Stakeholder } from '../stakeholders/stakeholders.types.js';
import { READ_STORE } from '../tokens.js';
import { ConversionNodes } from './advocacy.nodes.js';
import { LiveRules } from './rules.live.js';
import { type ConversionsAsked, conversionsPage, countConversions } from './standing-pages.js';
import {
  type SourcesOfLines,
  TimelineLines,
  type TimelinePlace as Place,
  affiliationsMax,
} from './timeline-lines.nodes.js';
import {
  TimelineConnection,
  TimelineEntry,
  TimelineFilter,
  type TimelineKind,
  type TimelineOrder,
  TimelineOrderEnum,
  timelineKinds,
  timelineOrders,
} from './timeline.types.js';

@ArgsType()
class TimelineArgs extends ConnectionArgs {
  @Field(() => TimelineFilter, { nullable: true })
  @IsOptional()
  @ValidateNested()
  @Type(() => TimelineFilter)
  where?: TimelineFilter | null;

  @Field(() => TimelineOrderEnum, { nullable: true, defaultValue: 'newest-first' })
  @IsOptional()
  @IsIn(timelineOrders)
  orderBy?: TimelineOrder | null;

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description: `Of an organisation: also what passed and what changed between us and its people, as long as each of them belonged to it. Everything once. With more than ${affiliationsMax} affiliations in the period that is read, LIMIT_EXCEEDED.`,
  })
  @IsOptional()
  @IsBoolean()
  includingPeople?: boolean | null;
}

/** What a filter asks of each source; null where none of a source's entries fits. */
interface Sources {
  readonly interactions: Parameters<typeof countEntries>[1]['filter'] | null;
  readonly facts: {
    readonly kinds: readonly RelationshipFactKind[];
    readonly from?: number | undefined;
    readonly until?: number | undefined;
  } | null;
  readonly ownershipFacts: OwnershipFactFilter | null;
  readonly conversions: Pick<ConversionsAsked, 'during'> | null;
}

@Resolver(() => Stakeholder)
export class TimelineResolver {
  constructor(
    private readonly interactions: InteractionNodes,
    private readonly facts: RelationshipFactNodes,
    private readonly conversions: ConversionNodes,
    private readonly owners: OwnerNodes,
    private readonly lines: TimelineLines,
    private readonly live: LiveRules,
    @Inject(READ_STORE) private readonly rows: ReadStore,
  ) {}

  @ResolveField(() => TimelineConnection, {
    description: 'All that passed and all that changed between us. What was retracted is shown, marked.',
  })
  async timeline(
    @Parent() parent: Stakeholder,
    @Args() { where, orderBy, includingPeople, ...args }: TimelineArgs,
  ): Promise<Connection<typeof TimelineEntry>> {
    const { key: stakeholder, memberKeys: members, memberIds, moment } = parent;
    const order = orderBy ?? 'newest-first';
    const withPeople = includingPeople === true && parent.kind === 'organisation';
    const list = `timeline ${withPeople ? 'with people ' : ''}${order}`;
    // The tie is an ordinal of one source and an id of another: as text it is either.
    const page = pageOf(args, list, 'nns');
    const slice = sliceOf(page, order === 'newest-first' ? 'desc' : 'asc', ([at, rank, tie]) =>
      cursorOf(Number(at), Number(rank), String(tie)),
    );
    const sources = sourcesOf(where ?? {});
    const of = { stakeholder, members, memberIds, past: moment };
    const ofLines = sourcesOfLines(sources, where ?? {});
    const found = mergePages(
      withPeople
        ? [{ entries: await this.lines.entries(parent, ofLines, slice), more: false }]
        : await Promise.all([
            this.#interactions(of, sources, slice),
            this.#facts(of, sources, slice),
            this.#ownershipFacts(of, sources, slice),
            this.#conversions(of, sources, slice),
          ]),
      slice,
    );
    const shown = await this.interactions.byKey(
      found.entries.flatMap(({ rank, tie }) => (rank === timelineRanks.interaction ? [Number(tie)] : [])),
      moment,
    );
    const entries = found.entries.flatMap((place) => {
      const node = place.fact
        ? this.facts.nodeOf(place.fact, moment)
        : place.ownershipFact
          ? this.owners.factOf(place.ownershipFact, moment)
          : place.conversion
            ? this.conversions.nodeOf(place.conversion, moment)
            : shown.get(Number(place.tie));
      return node ? [{ place, node }] : [];
    });
    return foundConnection(
      page,
      list,
      { entries, more: found.more },
      ({ place: { at, rank, tie } }) => [at, rank, String(tie)],
      ({ node }) => node,
      () => (withPeople ? this.lines.count(parent, ofLines) : this.#count(of, sources)),
    );
  }

  @ResolveField(() => Int, { description: 'Not counting what was retracted.' })
  async interactionCount(
    @Parent() { memberKeys, moment }: Stakeholder,
    @Context() request: RequestContext,
  ): Promise<number> {
    const load = (groups: readonly (readonly number[])[], at: Moment) => interactionCounts(this.rows, groups, at);
    return (await batchedOfGroups(request, 'interaction count', moment, load, memberKeys)) ?? 0;
  }

  @ResolveField(() => DateTime, { nullable: true })
  async firstInteractionAt(
    @Parent() { memberKeys, moment }: Stakeholder,
    @Context() request: RequestContext,
  ): Promise<number | null> {
    return (await this.#times(memberKeys, moment, request))?.first ?? null;
  }

  @ResolveField(() => DateTime, { nullable: true })
  async lastInteractionAt(
    @Parent() { memberKeys, moment }: Stakeholder,
    @Context() request: RequestContext,
  ): Promise<number | null> {
    return (await this.#times(memberKeys, moment, request))?.last ?? null;
  }

  #times(memberKeys: readonly number[], moment: Moment, request: RequestContext) {
    const load = async (groups: readonly (readonly number[])[], past: Moment) =>
      new Map(
        await Promise.all(
          groups.map(
            async (members) => [members[0] ?? 0, await interactionTimes(this.rows, { members, past })] as const,
          ),
        ),
      );
    return batchedOfGroups(request, 'interaction times', moment, load, memberKeys);
  }

  async #interactions(
    of: OfStakeholder,
    { interactions: filter }: Sources,
    slice: Slice<TimelineCursor>,
  ): Promise<Found<Place>> {
    if (filter === null) return nothing;
    const { entries, more } = await entriesPage(this.rows, {
      ...of,
      filter: filter ?? {},
      ...sliceOfOrdinals(slice, timelineRanks.interaction),
    });
    return { entries: entries.map(({ at, tie }) => ({ at, rank: timelineRanks.interaction, tie })), more };
  }

  async #facts(of: OfStakeholder, { facts: filter }: Sources, slice: Slice<TimelineCursor>): Promise<Found<Place>> {
    if (filter === null) return nothing;
    const { entries, more } = await factsPage(this.rows, {
      ...of,
      filter,
      ...sliceOfOrdinals(slice, timelineRanks.relationshipFact),
    });
    return {
      entries: entries.map((fact) => ({ at: fact.at, rank: timelineRanks.relationshipFact, tie: fact.tie, fact })),
      more,
    };
  }

  async #ownershipFacts(
    { memberIds, past }: Of,
    { ownershipFacts: filter }: Sources,
    slice: Slice<TimelineCursor>,
  ): Promise<Found<Place>> {
    if (filter === null) return nothing;
    const { entries, more } = await ownershipFactsPage(this.rows, {
      memberIds,
      past,
      filter,
      ...sliceOfOrdinals(slice, timelineRanks.ownershipFact),
    });
    return {
      entries: entries.map((fact) => ({
        at: fact.at,
        rank: timelineRanks.ownershipFact,
        tie: fact.tie,
        ownershipFact: fact,
      })),
      more,
    };
  }

  async #conversions(
    { stakeholder, past }: Of,
    { conversions: filter }: Sources,
    slice: Slice<TimelineCursor>,
  ): Promise<Found<Place>> {
    if (filter === null) return nothing;
    const { order, limit, after, before, fromEnd = false } = sliceOfIds(slice, timelineRanks.conversion);
    const from = fromEnd ? before : after;
    const { rows } = await this.live.of(past);
    const scanned = await conversionsPage(
      rows,
      { ...filter, stakeholder },
      past,
      { limit: limit + 1, backwards: fromEnd, from: from ? [from.at, from.tie] : null },
      order === 'desc' ? 'newest-first' : 'oldest-first',
    );
    const { entries, more } = pageFound(scanned, { order, limit, fromEnd });
    return {
      entries: entries.map((conversion) => ({
        at: conversion.at,
        rank: timelineRanks.conversion,
        tie: conversion.id,
        conversion,
      })),
      more,
    };
  }

  async #count(of: Of, { interactions, facts, ownershipFacts, conversions }: Sources): Promise<number> {
    const { rows } = await this.live.of(of.past);
    const counts = await Promise.all([
      interactions === null ? 0 : countEntries(this.rows, { ...of, filter: interactions ?? {} }),
      facts === null ? 0 : countFacts(this.rows, { ...of, filter: facts }),
      ownershipFacts === null ? 0 : countOwnershipFacts(this.rows, { ...of, filter: ownershipFacts }),
      conversions === null ? 0 : countConversions(rows, { ...conversions, stakeholder: of.stakeholder }, of.past),
    ]);
    return counts.reduce((a, b) => a + b, 0);
  }
}

/** Whose timeline: what is read of each fact by all who are one, what is reckoned over all by who remains. */
type Of = OfStakeholder & { readonly stakeholder: number; readonly memberIds: readonly string[] };

const nothing: Found<Place> = { entries: [], more: false };

const cursorOf = (at: number, rank: number, tie: string): TimelineCursor => ({
  at,
  rank,
  tie: rank === timelineRanks.conversion ? tie : Number(tie),
});

/** The same, as several timelines are asked together. */
const sourcesOfLines = (
  { interactions, facts, ownershipFacts, conversions }: Sources,
  { during }: TimelineFilter,
): SourcesOfLines => ({
  during: { from: during?.from ?? undefined, until: during?.until ?? undefined },
  interactions: interactions ?? null,
  facts: facts?.kinds ?? null,
  ownershipFacts: ownershipFacts?.kinds ?? null,
  conversions: conversions !== null,
});

const isOwnershipKind = (kind: TimelineKind): kind is OwnershipFactKind => kind.startsWith('owner-');

const sourcesOf = ({ kinds, channels, directions, acts, topics, during }: TimelineFilter): Sources => {
  const asked: readonly TimelineKind[] = kinds ?? timelineKinds;
  const ofInteractionsAlone = [channels, directions, acts, topics].some((some) => some != null && some.length > 0);
  const [from, until] = [during?.from ?? undefined, during?.until ?? undefined];
  const ownershipKinds = asked.filter(isOwnershipKind);
  const factKinds = asked.filter(
    (kind): kind is RelationshipFactKind => kind !== 'interaction' && kind !== 'conversion' && !isOwnershipKind(kind),
  );
  return {
    interactions: asked.includes('interaction')
      ? {
          channels: channels ?? undefined,
          directions: directions ?? undefined,
          acts: acts ?? undefined,
          topics: topics ?? undefined,
          from,
          until,
        }
      : null,
    facts: factKinds.length === 0 || ofInteractionsAlone ? null : { kinds: factKinds, from, until },
    ownershipFacts: ownershipKinds.length === 0 || ofInteractionsAlone ? null : { kinds: ownershipKinds, from, until },
    conversions:
      asked.includes('conversion') && !ofInteractionsAlone
        ? { during: { from: from ?? null, until: until ?? null } }
        : null,
  };
};
