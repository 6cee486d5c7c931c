import { Inject, type Type as Class } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Args, ArgsType, Context, Field, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { IsOptional, ValidateNested } from 'class-validator';
import type { EventStore } from '../event-sourcing/event-store.js';
import type { KeyedHash } from '../event-sourcing/keyed-hash.js';
import type { Page as FoundPage, Slice } from '../event-sourcing/page.js';
import { positionOf } from '../event-sourcing/position.js';
import type { ReadStore } from '../event-sourcing/read-store.js';
import { batched, batchedOfGroups } from '../graphql/batches.js';
import { commandContext, digestOf } from '../graphql/commands.js';
import { type Connection, pageOf } from '../graphql/connections.js';
import { foundConnection, sliceOf } from '../graphql/found-pages.js';
import { fromGlobalId } from '../graphql/ids.js';
import type { Moment } from '../graphql/moment.js';
import { Moments } from '../graphql/moments.js';
import { PageOfPastArgs } from '../graphql/past.args.js';
import { commandIdReused } from '../graphql/refusal.js';
import { Now, type RequestContext } from '../graphql/request-context.js';
import { heldNodeOf } from '../relationships/care.nodes.js';
import { wordsOfAll } from '../relationships/care-word-pages.js';
import { StakeholderNodes } from '../stakeholders/stakeholders.nodes.js';
import { Stakeholder } from '../stakeholders/stakeholders.types.js';
import { CLAIMS_HASH, EVENT_STORE, READ_STORE } from '../tokens.js';
import {
  type Attention,
  type AttentionCursor,
  type AttentionFilter as Where,
  countDormant,
  countVerificationsDue,
  dormancyRule,
  dormantPage,
  verificationRule,
  verificationsDuePage,
  verificationsThen,
} from './attention-pages.js';
import {
  AttentionFilter,
  DormantRelationship,
  DormantRelationshipConnection,
  OverdueVerification,
  OverdueVerificationConnection,
  SetVerificationIntervalInput,
  SetVerificationIntervalResult,
  Verification,
} from './attention.types.js';
import { Colleague } from './our-own.types.js';
import { OurOwnCommand } from './owners.handler.js';
import { OwnerNodes } from './owners.nodes.js';

@ArgsType()
class AttentionArgs extends PageOfPastArgs {
  @Field(() => AttentionFilter, { nullable: true })
  @IsOptional()
  @ValidateNested()
  @Type(() => AttentionFilter)
  where?: AttentionFilter | null;
}

const dayMs = 86_400_000;

type Read = (
  rows: ReadStore,
  asked: Slice<AttentionCursor> & { readonly past: Moment; readonly where: Where },
) => Promise<FoundPage<Attention>>;
type Count = (rows: ReadStore, asked: { readonly past: Moment; readonly where: Where }) => Promise<number>;

/** Relationships that wait for whoever answers for them: nothing passes, or nobody looked at what is on record. */
@Resolver(() => Stakeholder)
export class AttentionResolver {
  constructor(
    private readonly bus: CommandBus,
    private readonly moments: Moments,
    @Inject(READ_STORE) private readonly rows: ReadStore,
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(CLAIMS_HASH) private readonly hash: KeyedHash,
  ) {}

  @Query(() => DormantRelationshipConnection, {
    description:
      "Relationships in which nothing passed for longer than their tier's cadence, by owner. By `dormancy-v1` the days count from the last interaction that is not retracted, in whichever direction or, where there was none, from the assignment; who is retired is not dormant.",
  })
  dormantRelationships(@Args() args: AttentionArgs, @Now() now: number): Promise<Connection<DormantRelationship>> {
    return this.#page('dormant', args, now, dormantPage, countDormant, ({ days, since, ...rest }) => ({
      ...rest,
      cadenceDays: days,
      silentSince: since,
      rule: dormancyRule,
    }));
  }

  @Query(() => OverdueVerificationConnection, {
    description:
      "Relationships whose verification is overdue, by owner. By `verification-v1` it is due after the tier's interval, or else the one for all others, from the last verification or, where there was none, from the assignment; who is retired is not looked at.",
  })
  overdueVerifications(@Args() args: AttentionArgs, @Now() now: number): Promise<Connection<OverdueVerification>> {
    const read = verificationsDuePage;
    return this.#page('overdue verifications', args, now, read, countVerificationsDue, ({ days, since, ...rest }) => ({
      ...rest,
      intervalDays: days,
      dueAt: since + days * dayMs,
      rule: verificationRule,
    }));
  }

  @ResolveField(() => Verification, {
    description: 'When what is on record about them was verified, by whom, and when it is to be again.',
  })
  async verification(
    @Parent() { memberIds, moment }: Stakeholder,
    @Context() request: RequestContext,
  ): Promise<Verification> {
    type Groups = readonly (readonly string[])[];
    const words = (groups: Groups, at: Moment) => wordsOfAll(this.rows, 'verified', groups, at);
    const verifications = (groups: Groups, at: Moment) => verificationsThen(this.rows, groups, at);
    const [word, next] = await Promise.all([
      batchedOfGroups(request, 'verified', moment, words, memberIds),
      batchedOfGroups(request, 'verification', moment, verifications, memberIds),
    ]);
    const last = word && heldNodeOf(word, moment);
    const dueAt = next === null || next.days === null ? null : next.since + next.days * dayMs;
    return {
      last: last?.__typename === 'RelationshipVerified' ? last : null,
      intervalDays: next?.days ?? null,
      dueAt,
      overdue: dueAt !== null && dueAt < moment.validAt,
      rule: verificationRule,
    };
  }

  @Mutation(() => SetVerificationIntervalResult, {
    description: 'After how many days relationships are to be verified again: those of a tier, or all others.',
  })
  async setVerificationInterval(
    @Args('input') input: SetVerificationIntervalInput,
    @Context() request: RequestContext,
  ): Promise<typeof SetVerificationIntervalResult> {
    const { tier = null, days = null } = input;
    const context = commandContext(request, input, digestOf(this.hash, 'setVerificationInterval', input));
    const asked = { type: 'SetVerificationInterval', tier, days } as const;
    const outcome = await this.bus.execute(new OurOwnCommand(asked, context));
    if (!('refused' in outcome)) {
      const { already, ordinal } = outcome;
      const position = positionOf(this.store.logId, ordinal);
      return { __typename: 'VerificationIntervalWasSet', already, position, interval: { tier, days } };
    }
    switch (outcome.refused) {
      case 'TierNotFound':
        return { __typename: 'TierNotFound', message: 'Nobody defined a tier of this name.' };
      case 'CommandIdReused':
        return commandIdReused;
      default:
        throw new Error(`An interval was refused: ${outcome.refused}.`);
    }
  }

  async #page<Node>(
    list: string,
    { where, ...args }: AttentionArgs,
    now: number,
    read: Read,
    count: Count,
    nodeOf: (waiting: Omit<Attention, 'owner'> & { readonly ownerId: string; readonly moment: Moment }) => Node,
  ): Promise<Connection<Node>> {
    const moment = await this.moments.of(args, now);
    const page = pageOf(args, list, 'ss');
    const slice = sliceOf(page, 'asc', ([owner, stakeholderId]) => ({
      owner: String(owner),
      stakeholderId: String(stakeholderId),
    }));
    const filter: Where = {
      owner: where?.ownerId == null ? undefined : fromGlobalId(where.ownerId, 'Colleague', 'where', 'ownerId').id,
      tier: where?.tier ?? undefined,
    };
    const asked = { past: moment, where: filter };
    return foundConnection(
      page,
      list,
      await read(this.rows, { ...asked, ...slice }),
      ({ owner, stakeholderId }) => [owner, stakeholderId],
      ({ owner: ownerId, ...waiting }) => nodeOf({ ...waiting, ownerId, moment }),
      () => count(this.rows, asked),
    );
  }
}

/** Of a relationship that waits: who it is with, and who answers for it. */
const waitingOf = (type: typeof DormantRelationship | typeof OverdueVerification): Class => {
  @Resolver(() => type)
  class WaitingResolver {
    constructor(
      readonly nodes: OwnerNodes,
      readonly stakeholders: StakeholderNodes,
    ) {}

    @ResolveField(() => Stakeholder)
    async stakeholder(
      @Parent() { stakeholderId, moment }: DormantRelationship,
      @Context() request: RequestContext,
    ): Promise<Stakeholder> {
      const load = (ids: readonly string[], at: Moment) => this.stakeholders.identified(ids, at);
      const found = await batched(request, 'participant', moment, load, stakeholderId);
      return found ?? this.stakeholders.justNow(stakeholderId, 0, moment.validAt);
    }

    @ResolveField(() => Colleague)
    async owner(
      @Parent() { ownerId, moment }: DormantRelationship,
      @Context() request: RequestContext,
    ): Promise<Colleague> {
      const load = (ids: readonly string[], at: Moment) => this.nodes.colleagues(ids, at);
      const found = await batched(request, 'colleague', moment, load, ownerId);
      return found ?? this.nodes.colleagueJustNow(ownerId, 0, moment.validAt);
    }
  }
  return WaitingResolver;
};

export const waitingResolvers: readonly Class[] = [DormantRelationship, OverdueVerification].map(waitingOf);
