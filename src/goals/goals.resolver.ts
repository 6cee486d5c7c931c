import { Inject } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Args, ArgsType, Context, Field, ID, Mutation, Query, Resolver } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { IsOptional, ValidateNested } from 'class-validator';
import type { EventStore } from '../event-sourcing/event-store.js';
import type { KeyedHash } from '../event-sourcing/keyed-hash.js';
import { positionOf } from '../event-sourcing/position.js';
import type { ReadStore } from '../event-sourcing/read-store.js';
import { commandContext, digestOf } from '../graphql/commands.js';
import { type Connection, pageOf } from '../graphql/connections.js';
import { foundConnection, sliceOf } from '../graphql/found-pages.js';
import { IsGlobalId, fromGlobalId, toGlobalId } from '../graphql/ids.js';
import { Moments } from '../graphql/moments.js';
import { OneOfPastArgs, PageOfPastArgs } from '../graphql/past.args.js';
import { commandIdReused } from '../graphql/refusal.js';
import { Now, type RequestContext } from '../graphql/request-context.js';
import { CLAIMS_HASH, EVENT_STORE, READ_STORE } from '../tokens.js';
import { type GoalFilter as Where, countGoals, goalsPage } from './goal-pages.js';
import type { StoredCohort } from './goal.js';
import type { GoalAsked, GoalOutcome } from './goal-setting.js';
import { GoalCommand } from './goals.handler.js';
import {
  DropGoalInput,
  DropGoalResult,
  GoalFilter,
  ReviseGoalInput,
  ReviseGoalResult,
  SetGoalInput,
  SetGoalResult,
} from './goals.inputs.js';
import { GoalNodes } from './goals.nodes.js';
import { Goal, GoalConnection } from './goals.types.js';

@ArgsType()
class GoalArgs extends OneOfPastArgs {
  @Field(() => ID)
  @IsGlobalId('Goal')
  id!: string;
}

@ArgsType()
class GoalsArgs extends PageOfPastArgs {
  @Field(() => GoalFilter, { nullable: true })
  @IsOptional()
  @ValidateNested()
  @Type(() => GoalFilter)
  where?: GoalFilter | null;
}

const list = 'goals';

const filterOf = ({ ownerId, measures, phases, dropped }: GoalFilter = {}): Where => ({
  owner: ownerId == null ? undefined : fromGlobalId(ownerId, 'Colleague', 'where', 'ownerId').id,
  measures: measures ?? undefined,
  phases: phases ?? undefined,
  dropped: dropped ?? undefined,
});

/** Over whom, as it is stored; null where that is all. */
const cohortIn = ({ cohort }: SetGoalInput): StoredCohort | null => {
  const { channel = null, topic = null, ownerId, tier = null, owned = null } = cohort ?? {};
  const owner = ownerId == null ? null : fromGlobalId(ownerId, 'Colleague', 'input', 'cohort', 'ownerId').id;
  const chosen = { channel, topic, owner, tier, owned };
  return Object.values(chosen).every((each) => each === null) ? null : chosen;
};

const timeOf = (at: number): string => new Date(at).toISOString();

/** Goals: what is asked about them, and what is decided. */
@Resolver()
export class GoalsResolver {
  constructor(
    private readonly bus: CommandBus,
    private readonly nodes: GoalNodes,
    private readonly moments: Moments,
    @Inject(READ_STORE) private readonly rows: ReadStore,
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(CLAIMS_HASH) private readonly hash: KeyedHash,
  ) {}

  @Query(() => GoalConnection, { description: 'By the beginning of their periods, the latest first.' })
  async goals(@Args() { where, ...args }: GoalsArgs, @Now() now: number): Promise<Connection<Goal>> {
    const moment = await this.moments.of(args, now);
    const page = pageOf(args, list, 'nn');
    const filter = filterOf(where ?? undefined);
    const slice = sliceOf(page, 'desc', ([from, key]) => ({ from: Number(from), key: Number(key) }));
    const found = await goalsPage(this.rows, { past: moment, where: filter, ...slice });
    return foundConnection(
      page,
      list,
      found,
      ({ from, key }) => [from, key],
      (listed) => this.nodes.nodeOf(listed, moment),
      () => countGoals(this.rows, moment, filter),
    );
  }

  @Query(() => Goal, { nullable: true })
  async goal(@Args() { id, ...pastArgs }: GoalArgs, @Now() now: number): Promise<Goal | null> {
    const asked = await this.moments.of(pastArgs, now);
    const global = fromGlobalId(id, 'Goal', 'id');
    // An id of a past is answered as of that past, unless the question names another.
    const moment = asked.live && global.past ? global.past : asked;
    return (await this.nodes.byId([global.id], moment)).get(global.id) ?? null;
  }

  @Mutation(() => SetGoalResult, {
    description: 'Sets a goal before its period, and keeps what the log holds now: the measure, and the newest event.',
  })
  setGoal(@Args('input') input: SetGoalInput, @Context() request: RequestContext): Promise<typeof SetGoalResult> {
    const { measure: name, kinds = null, stances = null, survey = null, topic = null, target, direction } = input;
    const cohort = cohortIn(input);
    const asked = {
      type: 'Set',
      measure: { name, kinds, stances, survey, topic, ...(cohort === null ? {} : { cohort }) },
      target,
      direction: direction ?? 'at-least',
      from: timeOf(input.from),
      until: timeOf(input.until),
      owner: fromGlobalId(input.ownerId, 'Colleague', 'input', 'ownerId').id,
      at: request.now,
    } as const;
    return this.#execute('GoalWasSet', 'setGoal', asked, input, request);
  }

  @Mutation(() => ReviseGoalResult, {
    description:
      'What a goal promises from now on. What it promised before stays on record, with what the log held then.',
  })
  reviseGoal(
    @Args('input') input: ReviseGoalInput,
    @Context() request: RequestContext,
  ): Promise<typeof ReviseGoalResult> {
    const { target, direction, from, until, ownerId } = input;
    const asked = {
      type: 'Revise',
      goalId: goalIdIn(input),
      ...(target == null ? {} : { target }),
      ...(direction == null ? {} : { direction }),
      ...(from == null || until == null ? {} : { from: timeOf(from), until: timeOf(until) }),
      ...(ownerId == null ? {} : { owner: fromGlobalId(ownerId, 'Colleague', 'input', 'ownerId').id }),
      at: request.now,
    } as const;
    return this.#execute('GoalWasRevised', 'reviseGoal', asked, input, request);
  }

  @Mutation(() => DropGoalResult, { description: 'Gives a goal up, before its period is over. It stays on record.' })
  dropGoal(@Args('input') input: DropGoalInput, @Context() request: RequestContext): Promise<typeof DropGoalResult> {
    const asked = { type: 'Drop', goalId: goalIdIn(input), at: request.now } as const;
    return this.#execute('GoalWasDropped', 'dropGoal', asked, input, request);
  }

  async #execute<Result>(
    happening: string,
    mutation: string,
    asked: GoalAsked,
    input: object,
    request: RequestContext,
  ): Promise<Result> {
    const context = commandContext(request, input, digestOf(this.hash, mutation, input));
    const outcome = await this.bus.execute(new GoalCommand(asked, context));
    if ('refused' in outcome) return refusalOf(outcome, asked) as Result;
    const { goalId, already, ordinal } = outcome;
    const goal = await this.nodes.justNow(goalId, ordinal, request.now);
    return { __typename: happening, goal, already, position: positionOf(this.store.logId, ordinal) } as Result;
  }
}

const goalIdIn = ({ goalId }: { readonly goalId: string }): string =>
  fromGlobalId(goalId, 'Goal', 'input', 'goalId').id;

const refusalOf = (outcome: Extract<GoalOutcome, { refused: string }>, asked: GoalAsked): object => {
  const { refused } = outcome;
  switch (refused) {
    case 'GoalNotFound':
      return {
        __typename: refused,
        message: 'Nobody set a goal of this id.',
        goalId: toGlobalId('Goal', 'goalId' in asked ? asked.goalId : ''),
      };
    case 'GoalIsDropped':
      return { __typename: refused, message: 'It was dropped: set another.' };
    case 'PeriodHasBegun':
      return {
        __typename: refused,
        message: `The period has begun at ${outcome.from}: what is promised is promised before.`,
        from: Date.parse(outcome.from),
      };
    case 'PeriodIsOver':
      return {
        __typename: refused,
        message: `The period was over at ${outcome.until}: the goal is met or missed.`,
        until: Date.parse(outcome.until),
      };
    case 'TargetOutOfRange': {
      const { lowest, highest } = outcome;
      return { __typename: refused, message: `The measure comes to ${lowest} to ${highest}.`, lowest, highest };
    }
    case 'ColleagueNotFound':
      return {
        __typename: refused,
        message: 'Nobody of ours has this id, or they have left.',
        colleagueId: toGlobalId('Colleague', outcome.colleagueId),
      };
    case 'CommandIdReused':
      return commandIdReused;
  }
};
