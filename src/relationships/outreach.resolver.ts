import { Inject } from '@nestjs/common';
import { Args, ArgsType, Context, Field, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsOptional, ValidateNested } from 'class-validator';
import type { ReadStore } from '../event-sourcing/read-store.js';
import { batched } from '../graphql/batches.js';
import { type Connection, ConnectionArgs } from '../graphql/connections.js';
import { fromGlobalId, toGlobalId } from '../graphql/ids.js';
import type { Moment } from '../graphql/moment.js';
import { Moments } from '../graphql/moments.js';
import { NodeRegistry } from '../graphql/node.js';
import { PageOfPastArgs } from '../graphql/past.args.js';
import { Now, type RequestContext } from '../graphql/request-context.js';
import { Interaction } from '../interactions/interaction-node.types.js';
import { InteractionNodes } from '../interactions/interactions.nodes.js';
import { StakeholderNodes } from '../stakeholders/stakeholders.nodes.js';
import { Stakeholder } from '../stakeholders/stakeholders.types.js';
import { READ_STORE } from '../tokens.js';
import {
  CancelOutreachInput,
  CancelOutreachResult,
  CompleteOutreachInput,
  CompleteOutreachResult,
  Outreach,
  OutreachCancelled,
  OutreachConnection,
  OutreachDone,
  OutreachFilter,
  type OutreachState,
  OutreachStateEnum,
  PlanOutreachInput,
  PlanOutreachResult,
  outreachStates,
} from './outreach.types.js';
import { RelationshipDesk, when } from './relationships.desk.js';
import { type Undertaking, undertakingsById } from './undertaking-pages.js';
import { askedOf, undertakingsConnection } from './undertakings.nodes.js';

@ArgsType()
class OutreachesArgs extends PageOfPastArgs {
  @Field(() => OutreachFilter, { nullable: true })
  @IsOptional()
  @ValidateNested()
  @Type(() => OutreachFilter)
  where?: OutreachFilter | null;
}

@ArgsType()
class OutreachesOfArgs extends ConnectionArgs {
  @Field(() => [OutreachStateEnum], { nullable: true })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(outreachStates.length)
  states?: OutreachState[] | null;
}

/** What we mean to do. */
@Resolver(() => Stakeholder)
export class OutreachesResolver {
  constructor(
    private readonly desk: RelationshipDesk,
    private readonly moments: Moments,
    @Inject(READ_STORE) private readonly rows: ReadStore,
    registry: NodeRegistry,
  ) {
    registry.register('Outreach', async (ids, moment) => {
      const found = await undertakingsById(this.rows, 'outreach', ids, moment);
      return ids.map((id) => {
        const listed = found.get(id);
        return listed === undefined ? null : outreachOf(listed, moment);
      });
    });
  }

  @Query(() => OutreachConnection, {
    description:
      'What is planned with anybody: what is open first, by its date, so what is overdue longest comes first.',
  })
  async outreaches(@Args() { where, ...args }: OutreachesArgs, @Now() now: number): Promise<Connection<Outreach>> {
    const moment = await this.moments.of(args, now);
    const asked = await askedOf(this.rows, 'outreach', where ?? {}, moment);
    return undertakingsConnection(this.rows, asked, args, moment, outreachOf);
  }

  @ResolveField(() => OutreachConnection, {
    name: 'outreaches',
    description: 'What is planned with them: what is open first, by its date.',
  })
  outreachesWith(
    @Parent() { memberIds: stakeholderIds, moment }: Stakeholder,
    @Args() { states, ...args }: OutreachesOfArgs,
  ): Promise<Connection<Outreach>> {
    const asked = { kind: 'outreach', stakeholderIds, states: states ?? undefined } as const;
    return undertakingsConnection(this.rows, asked, args, moment, outreachOf);
  }

  @Mutation(() => PlanOutreachResult, {
    description: 'Something outbound is planned; refused where they are not to be contacted then.',
  })
  planOutreach(
    @Args('input') input: PlanOutreachInput,
    @Context() request: RequestContext,
  ): Promise<typeof PlanOutreachResult> {
    const occurredAt = when(input, request);
    const { plan: text, channel = null } = input;
    const plannedFor = new Date(input.plannedFor).toISOString();
    const asked = { type: 'PlanOutreach', data: { occurredAt, plannedFor, channel, text } } as const;
    return this.desk.care('OutreachWasPlanned', 'planOutreach', asked, input, request);
  }

  @Mutation(() => CompleteOutreachResult, { description: 'We contacted them as planned, permitted or not.' })
  completeOutreach(
    @Args('input') input: CompleteOutreachInput,
    @Context() request: RequestContext,
  ): Promise<typeof CompleteOutreachResult> {
    const interactionId =
      input.interactionId == null
        ? null
        : fromGlobalId(input.interactionId, 'Interaction', 'input', 'interactionId').id;
    const asked = { type: 'CompleteOutreach', data: { ...settling(input, request), interactionId } } as const;
    return this.desk.care('OutreachWasDone', 'completeOutreach', asked, input, request);
  }

  @Mutation(() => CancelOutreachResult, { description: 'We will not contact them as planned.' })
  cancelOutreach(
    @Args('input') input: CancelOutreachInput,
    @Context() request: RequestContext,
  ): Promise<typeof CancelOutreachResult> {
    const asked = { type: 'CancelOutreach', data: settling(input, request) } as const;
    return this.desk.care('OutreachWasCancelled', 'cancelOutreach', asked, input, request);
  }
}

const settling = (input: CancelOutreachInput, request: RequestContext) => ({
  outreachId: fromGlobalId(input.outreachId, ['Outreach', 'OutreachPlanned'], 'input', 'outreachId').id,
  occurredAt: when(input, request),
});

const outreachOf = (
  { id, stakeholderId, madeAt, dueAt, state, settledAt, body: { began, by, reason, ended } }: Undertaking,
  moment: Moment,
): Outreach => {
  if (began.type !== 'OutreachPlanned') throw new Error(`Outreach ${id} did not begin as one.`);
  const { channel, personal } = began.data;
  return {
    __typename: 'Outreach',
    id: toGlobalId('Outreach', id, moment),
    stakeholderId,
    interactionId: settledAt === null ? null : (ended?.interactionId ?? null),
    moment,
    plan: personal.text,
    channel,
    plannedAt: madeAt,
    plannedFor: dueAt,
    state,
    settledAt,
    by,
    reason,
  };
};

/** Of an outreach: with whom, and what came of it. */
@Resolver(() => Outreach)
export class OutreachResolver {
  constructor(
    private readonly stakeholders: StakeholderNodes,
    private readonly interactions: InteractionNodes,
  ) {}

  @ResolveField(() => Stakeholder)
  async stakeholder(
    @Parent() { stakeholderId, moment }: Outreach,
    @Context() request: RequestContext,
  ): Promise<Stakeholder> {
    const load = (ids: readonly string[], at: Moment) => this.stakeholders.identified(ids, at);
    const found = await batched(request, 'participant', moment, load, stakeholderId);
    return found ?? this.stakeholders.justNow(stakeholderId, 0, moment.validAt);
  }

  @ResolveField(() => Interaction, { nullable: true, description: 'What came of it; null where nobody said.' })
  async interaction(
    @Parent() { interactionId, moment }: Outreach,
    @Context() request: RequestContext,
  ): Promise<Interaction | null> {
    if (interactionId === null) return null;
    const load = (ids: readonly string[], at: Moment) => this.interactions.byId(ids, at);
    return batched(request, 'interaction', moment, load, interactionId);
  }
}

/** Of what became of an outreach in a timeline: of which. */
const settledBy = (type: typeof OutreachDone | typeof OutreachCancelled) => {
  @Resolver(() => type)
  class OutreachSettledResolver {
    constructor(@Inject(READ_STORE) readonly rows: ReadStore) {}

    @ResolveField(() => Outreach, { nullable: true, description: 'Null where it was taken back.' })
    async outreach(
      @Parent() { outreachId, moment }: OutreachDone,
      @Context() request: RequestContext,
    ): Promise<Outreach | null> {
      const load = (ids: readonly string[], at: Moment) => undertakingsById(this.rows, 'outreach', ids, at);
      const found = await batched(request, 'outreach', moment, load, outreachId);
      return found && outreachOf(found, moment);
    }
  }
  return OutreachSettledResolver;
};

export const outreachSettledResolvers = [OutreachDone, OutreachCancelled].map(settledBy);
