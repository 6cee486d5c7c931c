import { Inject } from '@nestjs/common';
import {
  Args,
  ArgsType,
  Context,
  Extensions,
  Field,
  Mutation,
  Parent,
  Query,
  ResolveField,
  Resolver,
} from '@nestjs/graphql';
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
import { StakeholderNodes } from '../stakeholders/stakeholders.nodes.js';
import { Stakeholder } from '../stakeholders/stakeholders.types.js';
import { READ_STORE } from '../tokens.js';
import { type Undertaking, datesMovedTo, undertakingsById } from './undertaking-pages.js';
import { askedOf, undertakingsConnection } from './undertakings.nodes.js';
import {
  BreakCommitmentInput,
  BreakCommitmentResult,
  Commitment,
  CommitmentBroken,
  CommitmentConnection,
  CommitmentFilter,
  CommitmentKept,
  CommitmentMoved,
  type CommitmentState,
  CommitmentStateEnum,
  DueDate,
  KeepCommitmentInput,
  KeepCommitmentResult,
  MakeCommitmentInput,
  MakeCommitmentResult,
  MoveCommitmentInput,
  MoveCommitmentResult,
  commitmentStates,
} from './commitments.types.js';
import { RelationshipDesk, when } from './relationships.desk.js';

@ArgsType()
class CommitmentsArgs extends PageOfPastArgs {
  @Field(() => CommitmentFilter, { nullable: true })
  @IsOptional()
  @ValidateNested()
  @Type(() => CommitmentFilter)
  where?: CommitmentFilter | null;
}

@ArgsType()
class CommitmentsOfArgs extends ConnectionArgs {
  @Field(() => [CommitmentStateEnum], { nullable: true })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(commitmentStates.length)
  states?: CommitmentState[] | null;
}

/** What we promised, and whether we kept it. */
@Resolver(() => Stakeholder)
export class CommitmentsResolver {
  constructor(
    private readonly desk: RelationshipDesk,
    private readonly moments: Moments,
    @Inject(READ_STORE) private readonly rows: ReadStore,
    registry: NodeRegistry,
  ) {
    registry.register('Commitment', async (ids, moment) => {
      const found = await undertakingsById(this.rows, 'commitment', ids, moment);
      return ids.map((id) => {
        const listed = found.get(id);
        return listed === undefined ? null : commitmentOf(listed, moment);
      });
    });
  }

  @Query(() => CommitmentConnection, {
    description: 'What we promised anybody: what is open first, by due date, so what is overdue longest comes first.',
  })
  async commitments(@Args() { where, ...args }: CommitmentsArgs, @Now() now: number): Promise<Connection<Commitment>> {
    const moment = await this.moments.of(args, now);
    const asked = await askedOf(this.rows, 'commitment', where ?? {}, moment);
    return undertakingsConnection(this.rows, asked, args, moment, commitmentOf);
  }

  @ResolveField(() => CommitmentConnection, {
    name: 'commitments',
    description: 'What we promised them: what is open first, by due date.',
  })
  commitmentsTo(
    @Parent() { memberIds: stakeholderIds, moment }: Stakeholder,
    @Args() { states, ...args }: CommitmentsOfArgs,
  ): Promise<Connection<Commitment>> {
    const asked = { kind: 'commitment', stakeholderIds, states: states ?? undefined } as const;
    return undertakingsConnection(this.rows, asked, args, moment, commitmentOf);
  }

  @Mutation(() => MakeCommitmentResult, { description: 'We promised them something, by a date.' })
  makeCommitment(
    @Args('input') input: MakeCommitmentInput,
    @Context() request: RequestContext,
  ): Promise<typeof MakeCommitmentResult> {
    const asked = {
      type: 'MakeCommitment',
      data: { occurredAt: when(input, request), dueAt: new Date(input.dueAt).toISOString(), text: input.promise },
    } as const;
    return this.desk.care('CommitmentWasMade', 'makeCommitment', asked, input, request);
  }

  @Mutation(() => MoveCommitmentResult, {
    description:
      'What we promised is due by another date, from a date on. The dates before stay on record: what was overdue by then was overdue.',
  })
  moveCommitment(
    @Args('input') input: MoveCommitmentInput,
    @Context() request: RequestContext,
  ): Promise<typeof MoveCommitmentResult> {
    const data = { ...concerning(input, request), dueAt: new Date(input.dueAt).toISOString() };
    return this.desk.care('CommitmentWasMoved', 'moveCommitment', { type: 'MoveCommitment', data }, input, request);
  }

  @Mutation(() => KeepCommitmentResult, { description: 'We did what we promised.' })
  keepCommitment(
    @Args('input') input: KeepCommitmentInput,
    @Context() request: RequestContext,
  ): Promise<typeof KeepCommitmentResult> {
    const asked = { type: 'KeepCommitment', data: concerning(input, request) } as const;
    return this.desk.care('CommitmentWasKept', 'keepCommitment', asked, input, request);
  }

  @Mutation(() => BreakCommitmentResult, { description: 'We did not do what we promised, and will not.' })
  breakCommitment(
    @Args('input') input: BreakCommitmentInput,
    @Context() request: RequestContext,
  ): Promise<typeof BreakCommitmentResult> {
    const asked = { type: 'BreakCommitment', data: concerning(input, request) } as const;
    return this.desk.care('CommitmentWasBroken', 'breakCommitment', asked, input, request);
  }
}

const concerning = (input: KeepCommitmentInput | MoveCommitmentInput, request: RequestContext) => ({
  commitmentId: fromGlobalId(input.commitmentId, ['Commitment', 'CommitmentMade'], 'input', 'commitmentId').id,
  occurredAt: when(input, request),
});

const commitmentOf = (
  { id, stakeholderId, madeAt, dueAt, state, settledAt, body: { began, by, reason, ended } }: Undertaking,
  moment: Moment,
): Commitment => ({
  __typename: 'Commitment',
  id: toGlobalId('Commitment', id, moment),
  stakeholderId,
  moment,
  commitmentId: id,
  firstDueAt: began.type === 'CommitmentMade' ? Date.parse(began.data.dueAt) : dueAt,
  promise: began.type === 'CommitmentMade' ? began.data.personal.text : '',
  madeAt,
  dueAt,
  state,
  settledAt,
  late: state === 'overdue' || (settledAt !== null && settledAt > dueAt),
  by,
  reason,
  settledReason: settledAt === null ? null : (ended?.reason ?? null),
});

/** Of a commitment: to whom it was made, and by when it was due. */
@Resolver(() => Commitment)
export class CommitmentResolver {
  constructor(
    private readonly stakeholders: StakeholderNodes,
    @Inject(READ_STORE) private readonly rows: ReadStore,
  ) {}

  @ResolveField(() => [DueDate], {
    description:
      'The dates by which it was due, in the order in which they came into force, up to `dueAt`: first that by which it was promised.',
  })
  @Extensions({ listSize: 2 })
  async dueDates(
    @Parent() { commitmentId, moment, madeAt, settledAt, firstDueAt, by, reason }: Commitment,
    @Context() request: RequestContext,
  ): Promise<readonly DueDate[]> {
    const load = (ids: readonly string[], at: Moment) => datesMovedTo(this.rows, ids, at);
    const moved = (await batched(request, 'due dates', moment, load, commitmentId)) ?? [];
    return [
      { dueAt: firstDueAt, since: madeAt, by, reason, factId: toGlobalId('CommitmentMade', commitmentId) },
      ...moved
        .filter(({ at }) => settledAt === null || at <= settledAt)
        .map(({ at: since, factId, ...date }) => ({ ...date, since, factId: toGlobalId('CommitmentMoved', factId) })),
    ];
  }

  @ResolveField(() => Stakeholder)
  async stakeholder(
    @Parent() { stakeholderId, moment }: Commitment,
    @Context() request: RequestContext,
  ): Promise<Stakeholder> {
    const load = (ids: readonly string[], at: Moment) => this.stakeholders.identified(ids, at);
    const found = await batched(request, 'participant', moment, load, stakeholderId);
    return found ?? this.stakeholders.justNow(stakeholderId, 0, moment.validAt);
  }
}

/** Of what became of a commitment, in a timeline: of which. */
const concerned = (type: typeof CommitmentKept | typeof CommitmentBroken | typeof CommitmentMoved) => {
  @Resolver(() => type)
  class CommitmentOfFactResolver {
    constructor(@Inject(READ_STORE) readonly rows: ReadStore) {}

    @ResolveField(() => Commitment, { nullable: true, description: 'Null where it was taken back.' })
    async commitment(
      @Parent() { commitmentId, moment }: CommitmentKept,
      @Context() request: RequestContext,
    ): Promise<Commitment | null> {
      const load = (ids: readonly string[], at: Moment) => undertakingsById(this.rows, 'commitment', ids, at);
      const found = await batched(request, 'commitment', moment, load, commitmentId);
      return found && commitmentOf(found, moment);
    }
  }
  return CommitmentOfFactResolver;
};

export const commitmentOfFactResolvers = [CommitmentMoved, CommitmentKept, CommitmentBroken].map(concerned);
