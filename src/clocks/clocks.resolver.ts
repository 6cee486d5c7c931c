import { Inject } from '@nestjs/common';
import { Args, ArgsType, Context, Extensions, Field, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { IsBoolean, IsOptional, ValidateNested } from 'class-validator';
import { Period } from '../advocacy/advocacy.types.js';
import type { ReadStore } from '../event-sourcing/read-store.js';
import { batched } from '../graphql/batches.js';
import { type Connection, pageOf } from '../graphql/connections.js';
import { dear } from '../graphql/cost.js';
import { refused } from '../graphql/errors.js';
import { foundConnection, sliceOf } from '../graphql/found-pages.js';
import { fromGlobalId } from '../graphql/ids.js';
import type { Moment } from '../graphql/moment.js';
import { Moments } from '../graphql/moments.js';
import { OneOfPastArgs, PageOfPastArgs } from '../graphql/past.args.js';
import { Now, type RequestContext } from '../graphql/request-context.js';
import { Conversation, Interaction } from '../interactions/interaction-node.types.js';
import { InteractionNodes } from '../interactions/interactions.nodes.js';
import { Colleague, Team } from '../owners/our-own.types.js';
import { OwnerNodes } from '../owners/owners.nodes.js';
import type { Channel } from '../stakeholders/handle.js';
import { StakeholderNodes } from '../stakeholders/stakeholders.nodes.js';
import { Stakeholder } from '../stakeholders/stakeholders.types.js';
import { READ_STORE } from '../tokens.js';
import { type ClocksAsked, clocksBegun, clocksOfConversation, openClocks, pageOfClocks } from './clock-answers.js';
import { TooManyTurns } from './clock-pages.js';
import { clocksDefinition } from './clocks-v1.js';
import { type Clock as ClockFound, minuteMs } from './clocks.js';
import { Clock, ClockConnection, ClockFilter, ClockGroup, ClockGroupingEnum, ResponseClocks } from './clocks.types.js';
import { quantileDefinition } from './quantile.js';
import { type ClockGroup as Counted, type ClockGrouping, countClocks } from './response-report.js';
import { type ClockKind, clockKinds } from './targets.js';
import { TooManyDays } from './working-time.js';

const period = 'When they began. Left out: all of the time.';

@ArgsType()
class ResponseClocksArgs extends OneOfPastArgs {
  @Field(() => Period, { nullable: true, description: period })
  @IsOptional()
  @ValidateNested()
  @Type(() => Period)
  during?: Period | null;

  @Field(() => ClockGroupingEnum, { nullable: true, description: 'All together, when left out.' })
  @IsOptional()
  by?: ClockGrouping | null;

  @Field(() => ClockFilter, { nullable: true })
  @IsOptional()
  @ValidateNested()
  @Type(() => ClockFilter)
  where?: ClockFilter | null;
}

@ArgsType()
class OpenClocksArgs extends PageOfPastArgs {
  @Field(() => Period, { nullable: true, description: period })
  @IsOptional()
  @ValidateNested()
  @Type(() => Period)
  during?: Period | null;

  @Field(() => ClockFilter, { nullable: true })
  @IsOptional()
  @ValidateNested()
  @Type(() => ClockFilter)
  where?: ClockFilter | null;

  @Field(() => Boolean, { nullable: true, description: 'Only those beyond their target, or only the others.' })
  @IsOptional()
  @IsBoolean()
  overdue?: boolean | null;
}

const askedOf = ({ during, where }: Pick<ResponseClocksArgs, 'during' | 'where'>): ClocksAsked => ({
  during: { from: during?.from ?? null, until: during?.until ?? null },
  kinds: where?.clocks ?? [],
  tiers: where?.tiers ?? [],
  teams: (where?.teamIds ?? []).map((id, index) => fromGlobalId(id, 'Team', 'where', 'teamIds', index).id),
  owners: (where?.ownerIds ?? []).map((id, index) => fromGlobalId(id, 'Colleague', 'where', 'ownerIds', index).id),
  channels: where?.channels ?? [],
});

const list = 'open clocks';

const shown = (clock: ClockFound, moment: Moment): Clock => {
  const { kind, state, openedAt, stoppedAt, early, targetMinutes, dueAt, overdue, channel, tier } = clock;
  return {
    ...{ kind, state, openedAt, stoppedAt, early, targetMinutes, dueAt, overdue, channel, tier, moment },
    workedMinutes: clock.workedMs / minuteMs,
    openerKey: clock.opener,
    stopperKey: clock.stopper,
    speakerId: clock.speaker,
    ownerId: clock.owner,
    teamId: clock.team,
    definition: clocksDefinition,
  };
};

const groupOf = ({ group, clocks }: Counted, by: ClockGrouping | null, moment: Moment): ClockGroup => ({
  moment,
  tier: by === 'tier' ? group : null,
  teamId: by === 'team' ? group : null,
  ownerId: by === 'owner' ? group : null,
  // Clocks are grouped by channels that they have.
  channel: by === 'channel' ? (group as Channel | null) : null,
  month: by === 'month' ? group : null,
  clocks,
});

/** @throws LIMIT_EXCEEDED, where more is asked for than is read at once. */
const bounded = <Answer>(reading: Promise<Answer>): Promise<Answer> =>
  reading.catch((error: unknown) => {
    if (error instanceof TooManyTurns)
      throw refused('LIMIT_EXCEEDED', `More than ${error.max} turns would be read; ask for a shorter period.`, {
        limit: 'turns',
        allowed: error.max,
      });
    if (error instanceof TooManyDays)
      throw refused(
        'LIMIT_EXCEEDED',
        `More than ${error.max} days of calendars would be worked out; ask for a shorter period, or fewer teams.`,
        { limit: 'days', allowed: error.max },
      );
    throw error;
  });

/** How long the ball is with us. */
@Resolver(() => Conversation)
export class ClocksResolver {
  constructor(
    private readonly moments: Moments,
    @Inject(READ_STORE) private readonly rows: ReadStore,
  ) {}

  @Query(() => ResponseClocks, { description: 'How soon we answer, of the clocks that began in a period.' })
  @Extensions(dear)
  async responseClocks(
    @Args() { by = null, ...args }: ResponseClocksArgs,
    @Now() now: number,
  ): Promise<ResponseClocks> {
    const moment = await this.moments.of(args, now);
    const clocks = await bounded(clocksBegun(this.rows, askedOf(args), moment));
    return {
      groups: countClocks(clocks, by).map((group) => groupOf(group, by, moment)),
      definition: clocksDefinition,
      quantileDefinition,
    };
  }

  @Query(() => ClockConnection, {
    description: 'The clocks that run, the most urgent first: by when they are due, those without a target last.',
  })
  @Extensions(dear)
  async openClocks(@Args() { overdue, ...args }: OpenClocksArgs, @Now() now: number): Promise<Connection<Clock>> {
    const moment = await this.moments.of(args, now);
    const page = pageOf(args, list, 'Nnns');
    const all = await bounded(openClocks(this.rows, { ...askedOf(args), overdue: overdue ?? undefined }, moment));
    const slice = sliceOf(page, 'asc', ([dueAt, openedAt, opener, kind]) => ({
      dueAt: dueAt === null ? null : Number(dueAt),
      openedAt: Number(openedAt),
      opener: Number(opener),
      // A cursor holds what was in one before, or sorts somewhere.
      kind: String(kind) as ClockKind,
    }));
    return foundConnection(
      page,
      list,
      pageOfClocks(all, slice),
      ({ dueAt, openedAt, opener, kind }) => [dueAt, openedAt, opener, kind],
      (clock) => shown(clock, moment),
      () => all.length,
    );
  }

  @ResolveField(() => [Clock], { description: 'How long the ball was with us, and is.' })
  @Extensions({ listSize: clockKinds.length })
  async clocks(@Parent() { keys, moment }: Conversation): Promise<readonly Clock[]> {
    const clocks = await bounded(clocksOfConversation(this.rows, keys, moment));
    return clocks.map((clock) => shown(clock, moment));
  }
}

@Resolver(() => Clock)
export class ClockResolver {
  constructor(
    private readonly interactions: InteractionNodes,
    private readonly stakeholders: StakeholderNodes,
    private readonly owners: OwnerNodes,
  ) {}

  @ResolveField(() => Interaction, { nullable: true, description: 'By which the ball came to us.' })
  openedBy(@Parent() { openerKey, moment }: Clock, @Context() request: RequestContext): Promise<Interaction | null> {
    return this.#interaction(openerKey, moment, request);
  }

  @ResolveField(() => Interaction, {
    nullable: true,
    description: 'Our answer; null where it is open, or a step acknowledged it.',
  })
  async stoppedBy(
    @Parent() { stopperKey, moment }: Clock,
    @Context() request: RequestContext,
  ): Promise<Interaction | null> {
    return stopperKey === null ? null : this.#interaction(stopperKey, moment, request);
  }

  @ResolveField(() => Stakeholder, { nullable: true, description: 'Who spoke.' })
  async stakeholder(
    @Parent() { speakerId, moment }: Clock,
    @Context() request: RequestContext,
  ): Promise<Stakeholder | null> {
    if (speakerId === null) return null;
    const load = (ids: readonly string[], at: Moment) => this.stakeholders.identified(ids, at);
    return batched(request, 'participant', moment, load, speakerId);
  }

  @ResolveField(() => Colleague, { nullable: true, description: 'Who answered for them when it began.' })
  async owner(@Parent() { ownerId, moment }: Clock, @Context() request: RequestContext): Promise<Colleague | null> {
    return ownerOf(this.owners, ownerId, moment, request);
  }

  @ResolveField(() => Team, { nullable: true, description: "The owner's, when it began: by its calendar time runs." })
  async team(@Parent() { teamId, moment }: Clock, @Context() request: RequestContext): Promise<Team | null> {
    return teamOf(this.owners, teamId, moment, request);
  }

  #interaction(key: number, moment: Moment, request: RequestContext): Promise<Interaction | null> {
    const load = (keys: readonly number[], at: Moment) => this.interactions.byKey(keys, at);
    return batched(request, 'interaction by key', moment, load, key);
  }
}

@Resolver(() => ClockGroup)
export class ClockGroupResolver {
  constructor(private readonly owners: OwnerNodes) {}

  @ResolveField(() => Colleague, { nullable: true, description: 'Null: of nobody.' })
  async owner(
    @Parent() { ownerId, moment }: ClockGroup,
    @Context() request: RequestContext,
  ): Promise<Colleague | null> {
    return ownerOf(this.owners, ownerId, moment, request);
  }

  @ResolveField(() => Team, { nullable: true, description: 'Null: of no team.' })
  async team(@Parent() { teamId, moment }: ClockGroup, @Context() request: RequestContext): Promise<Team | null> {
    return teamOf(this.owners, teamId, moment, request);
  }
}

const ownerOf = async (
  owners: OwnerNodes,
  id: string | null,
  moment: Moment,
  request: RequestContext,
): Promise<Colleague | null> =>
  id === null ? null : batched(request, 'colleague', moment, (ids, at) => owners.colleagues(ids, at), id);

const teamOf = async (
  owners: OwnerNodes,
  id: string | null,
  moment: Moment,
  request: RequestContext,
): Promise<Team | null> =>
  id === null ? null : batched(request, 'team node', moment, (ids, at) => owners.teams(ids, at), id);
