import { Inject, type Type } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Args, Context, Extensions, Int, Mutation, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { EventStore } from '../event-sourcing/event-store.js';
import type { KeyedHash } from '../event-sourcing/keyed-hash.js';
import { positionOf } from '../event-sourcing/position.js';
import type { ReadStore } from '../event-sourcing/read-store.js';
import { batched, batchedOfGroups } from '../graphql/batches.js';
import { commandContext, digestOf, happened } from '../graphql/commands.js';
import { fromGlobalId, toGlobalId } from '../graphql/ids.js';
import type { Moment } from '../graphql/moment.js';
import { commandIdReused } from '../graphql/refusal.js';
import type { RequestContext } from '../graphql/request-context.js';
import { StakeholderNodes } from '../stakeholders/stakeholders.nodes.js';
import { Stakeholder } from '../stakeholders/stakeholders.types.js';
import { CLAIMS_HASH, EVENT_STORE, READ_STORE } from '../tokens.js';
import { Colleague } from './our-own.types.js';
import { OwningCommand } from './owners.handler.js';
import { OwnerNodes } from './owners.nodes.js';
import {
  AssignOwnerInput,
  AssignOwnerResult,
  HandOverInput,
  HandOverResult,
  OwnerAssigned,
  OwnerHandedOver,
  OwnerReleased,
  Ownership,
  ReleaseOwnerInput,
  ReleaseOwnerResult,
} from './owners.types.js';
import type { OwningOutcome, OwningRequest } from './owning.js';
import { type OwnerSpan, ownersOf, ownersThen, ownershipRevisions, spansMax } from './ownership-pages.js';

type Happened = Extract<OwningOutcome, { already: boolean }>;

/** Who of ours answers for a stakeholder. */
@Resolver(() => Stakeholder)
export class OwnersResolver {
  constructor(
    private readonly bus: CommandBus,
    private readonly nodes: OwnerNodes,
    private readonly stakeholders: StakeholderNodes,
    @Inject(READ_STORE) private readonly rows: ReadStore,
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(CLAIMS_HASH) private readonly hash: KeyedHash,
  ) {}

  @ResolveField(() => Ownership, { nullable: true, description: 'Who answers for them, since when and why.' })
  async ownership(@Parent() parent: Stakeholder, @Context() request: RequestContext): Promise<Ownership | null> {
    const span = await this.#span(parent, request);
    return span && this.nodes.spanOf(span, parent.moment);
  }

  @ResolveField(() => Colleague, { nullable: true, description: 'Who of ours answers for them.' })
  async owner(@Parent() parent: Stakeholder, @Context() request: RequestContext): Promise<Colleague | null> {
    const span = await this.#span(parent, request);
    return span && ownerOf(this.nodes, span.owner, parent.moment, request);
  }

  @ResolveField(() => String, { nullable: true, description: 'The tier that they stand in.' })
  async tier(@Parent() parent: Stakeholder, @Context() request: RequestContext): Promise<string | null> {
    return (await this.#span(parent, request))?.tier ?? null;
  }

  @ResolveField(() => [Ownership], {
    description: `Who answered for them, newest first, ${spansMax} at most.`,
  })
  @Extensions({ listSize: 10 })
  async ownerships(@Parent() { memberIds, moment }: Stakeholder): Promise<readonly Ownership[]> {
    return (await ownersOf(this.rows, memberIds, moment)).map((span) => this.nodes.spanOf(span, moment));
  }

  @ResolveField(() => Int, { description: 'Revision to expect: of who answers for them. -1: nobody ever did.' })
  async ownershipRevision(@Parent() parent: Stakeholder, @Context() request: RequestContext): Promise<number> {
    const { stakeholderId, memberIds, moment } = parent;
    // Of those who are one, whoever has an owner has the stream that is changed.
    const of = memberIds.length === 1 ? undefined : (await this.#span(parent, request))?.stakeholderId;
    const load = (ids: readonly string[], at: Moment) => ownershipRevisions(this.rows, ids, at);
    return (await batched(request, 'ownership revision', moment, load, of ?? stakeholderId)) ?? -1;
  }

  @Mutation(() => AssignOwnerResult, {
    description: 'From then on somebody of ours answers for them. A tier takes as many as it has places.',
  })
  assignOwner(
    @Args('input') input: AssignOwnerInput,
    @Context() request: RequestContext,
  ): Promise<typeof AssignOwnerResult> {
    const { tier = null, rank } = input;
    const asked = {
      type: 'Assign',
      stakeholderId: stakeholderIn(input),
      owner: fromGlobalId(input.ownerId, 'Colleague', 'input', 'ownerId').id,
      tier,
      rank: rank == null ? null : { place: rank.place, topic: rank.topic ?? null },
      occurredAt: when(input, request),
    } as const;
    return this.#execute('OwnerWasAssigned', 'assignOwner', asked, input, request);
  }

  @Mutation(() => HandOverResult, { description: 'From one of ours to another.' })
  handOver(@Args('input') input: HandOverInput, @Context() request: RequestContext): Promise<typeof HandOverResult> {
    const to = fromGlobalId(input.toId, 'Colleague', 'input', 'toId').id;
    const asked = {
      type: 'HandOver',
      stakeholderId: stakeholderIn(input),
      to,
      occurredAt: when(input, request),
    } as const;
    return this.#execute('OwnerWasChanged', 'handOver', asked, input, request);
  }

  @Mutation(() => ReleaseOwnerResult, {
    description:
      'From then on nobody of ours answers for them; of those who are one, whoever answers for another of them, where somebody does.',
  })
  releaseOwner(
    @Args('input') input: ReleaseOwnerInput,
    @Context() request: RequestContext,
  ): Promise<typeof ReleaseOwnerResult> {
    const asked = { type: 'Release', stakeholderId: stakeholderIn(input), occurredAt: when(input, request) } as const;
    return this.#execute('OwnerWasReleased', 'releaseOwner', asked, input, request);
  }

  #span({ memberIds, moment }: Stakeholder, request: RequestContext): Promise<OwnerSpan | null> {
    const load = (groups: readonly (readonly string[])[], at: Moment) => ownersThen(this.rows, groups, at);
    return batchedOfGroups(request, 'ownership', moment, load, memberIds);
  }

  async #execute<Result>(
    happening: string,
    mutation: string,
    asked: OwningRequest,
    input: object,
    request: RequestContext,
  ): Promise<Result> {
    const context = commandContext(request, input, digestOf(this.hash, mutation, input));
    const outcome = await this.bus.execute(new OwningCommand(asked, context));
    const shown =
      'already' in outcome
        ? await this.#happened(happening, outcome, request)
        : await this.#refusal(outcome, asked, request);
    return shown as Result;
  }

  async #happened(
    happening: string,
    { stakeholderId, already, ordinal }: Happened,
    { now }: RequestContext,
  ): Promise<object> {
    const stakeholder = await this.stakeholders.justNow(stakeholderId, ordinal, now);
    return { __typename: happening, stakeholder, already, position: positionOf(this.store.logId, ordinal) };
  }

  async #refusal(
    outcome: Exclude<OwningOutcome, Happened>,
    asked: OwningRequest,
    { now }: RequestContext,
  ): Promise<object> {
    const { refused } = outcome;
    switch (refused) {
      case 'StakeholderNotFound': {
        const stakeholderId = toGlobalId('Stakeholder', asked.stakeholderId);
        return { __typename: refused, message: 'Nobody has this id.', stakeholderId };
      }
      case 'ColleagueNotFound': {
        const id = asked.type === 'Assign' ? asked.owner : asked.type === 'HandOver' ? asked.to : '';
        const message = 'Nobody of ours has this id, or they have left.';
        return { __typename: refused, message, colleagueId: toGlobalId('Colleague', id) };
      }
      case 'OwnedAlready': {
        const owner = await this.nodes.colleagueJustNow(outcome.owner, await this.store.head(), now);
        return { __typename: refused, message: `${owner.name} answers for them: hand over, or release first.`, owner };
      }
      case 'NotOwned':
        return { __typename: refused, message: 'Nobody of ours answers for them.' };
      case 'DatedBeforeTheLast':
        return {
          __typename: refused,
          message: 'The owner changed after that date; changes are recorded in the order of their dates.',
          lastAt: Date.parse(outcome.lastAt),
        };
      case 'TierNotFound':
        return { __typename: refused, message: 'Nobody defined a tier of this name.' };
      case 'TierFull':
        return this.#full(outcome, now);
      case 'CommandIdReused':
        return commandIdReused;
    }
  }

  async #full({ capacity, holders }: Extract<OwningOutcome, { refused: 'TierFull' }>, now: number): Promise<object> {
    const head = await this.store.head();
    const named = await Promise.all(
      holders.map(async ({ stakeholderId, owner }) => ({
        stakeholder: await this.stakeholders.justNow(stakeholderId, head, now),
        owner: await this.nodes.colleagueJustNow(owner, head, now),
      })),
    );
    const names = named.map(({ stakeholder, owner }) => `${stakeholder.name} (${owner.name})`).join(', ');
    return {
      __typename: 'TierFull',
      message: `All ${capacity} places are taken: ${names}.`,
      capacity,
      holders: named,
    };
  }
}

const ownerOf = async (nodes: OwnerNodes, id: string, moment: Moment, request: RequestContext): Promise<Colleague> => {
  const found = await batched(request, 'colleague', moment, (ids, at) => nodes.colleagues(ids, at), id);
  if (found === null) throw new Error(`Person of ours ${id} is not among the rows.`);
  return found;
};

/** The people that a change or a stretch of ownership names. */
const peopleOf = (type: Type<Ownership | OwnerAssigned | OwnerHandedOver | OwnerReleased>): Type => {
  @Resolver(() => type)
  class OwnersPeopleResolver {
    constructor(readonly nodes: OwnerNodes) {}

    @ResolveField(() => Colleague, { description: 'Of a release: who no longer answers for them.' })
    owner(@Parent() { ownerId, moment }: Ownership, @Context() request: RequestContext): Promise<Colleague> {
      return ownerOf(this.nodes, ownerId, moment, request);
    }

    @ResolveField(() => Colleague, { nullable: true, description: 'From whom it was handed over.' })
    async previousOwner(
      @Parent() { previousOwnerId, moment }: Ownership,
      @Context() request: RequestContext,
    ): Promise<Colleague | null> {
      return previousOwnerId === null ? null : ownerOf(this.nodes, previousOwnerId, moment, request);
    }
  }
  return OwnersPeopleResolver;
};

export const ownersPeopleResolvers: readonly Type[] = [Ownership, OwnerAssigned, OwnerHandedOver, OwnerReleased].map(
  peopleOf,
);

/** Whose relationship a change of owner is about. */
const relationshipOf = (type: Type<OwnerAssigned | OwnerHandedOver | OwnerReleased>): Type => {
  @Resolver(() => type)
  class OwnedRelationshipResolver {
    constructor(readonly stakeholders: StakeholderNodes) {}

    @ResolveField(() => Stakeholder, { description: 'For whom they answer.' })
    async stakeholder(
      @Parent() { stakeholderId, moment }: OwnerAssigned,
      @Context() request: RequestContext,
    ): Promise<Stakeholder> {
      const load = (ids: readonly string[], at: Moment) => this.stakeholders.identified(ids, at);
      const found = await batched(request, 'owned', moment, load, stakeholderId);
      return found ?? this.stakeholders.justNow(stakeholderId, 0, moment.validAt);
    }
  }
  return OwnedRelationshipResolver;
};

export const ownedRelationshipResolvers: readonly Type[] = [OwnerAssigned, OwnerHandedOver, OwnerReleased].map(
  relationshipOf,
);

const stakeholderIn = ({ stakeholderId }: { readonly stakeholderId: string }): string =>
  fromGlobalId(stakeholderId, 'Stakeholder', 'input', 'stakeholderId').id;

const when = ({ occurredAt }: { readonly occurredAt?: number | null }, { now }: RequestContext): string =>
  happened(occurredAt ?? now, now, 'input', 'occurredAt');
