import { Inject } from '@nestjs/common';
import { Args, ArgsType, Context, Field, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { ArrayMaxSize, ArrayUnique, IsArray, IsOptional } from 'class-validator';
import type { ReadStore } from '../event-sourcing/read-store.js';
import { batched, batchedOfGroups } from '../graphql/batches.js';
import { type Connection, ConnectionArgs, pageOf } from '../graphql/connections.js';
import { foundConnection, sliceOf } from '../graphql/found-pages.js';
import type { Moment } from '../graphql/moment.js';
import { Moments } from '../graphql/moments.js';
import { OneOfPastArgs } from '../graphql/past.args.js';
import { Now, type RequestContext } from '../graphql/request-context.js';
import { Conversation } from '../interactions/interaction-node.types.js';
import { StakeholderNodes } from '../stakeholders/stakeholders.nodes.js';
import { Stakeholder, StakeholderConnection } from '../stakeholders/stakeholders.types.js';
import { READ_STORE } from '../tokens.js';
import { type Step, steps } from './relationship.js';
import { StepEnum, StepTaken } from './relationships.types.js';
import { type FirstSteps, type StepFinding, findingsOf, skippedBy, stepFindings, stepsDefinition } from './steps-v1.js';
import { SkippedSteps, StepFindingCount, StepFindingEnum, StepsTaken } from './steps.types.js';
import { countFindings, firstStepsIn, firstStepsWith, foundOf } from './taken-steps-pages.js';

@ArgsType()
class SkippedStepsArgs extends OneOfPastArgs {
  @Field(() => [StepFindingEnum], {
    nullable: true,
    description: 'All of them, when left out. Those of whom one is found are paged one finding at a time.',
  })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(stepFindings.length)
  @ArrayUnique({ message: 'Each finding once.' })
  findings?: StepFinding[] | null;
}

const none: FirstSteps = new Map();

const shown = (first: FirstSteps): StepsTaken => ({
  first: steps.flatMap((step) => {
    const at = first.get(step);
    return at === undefined ? [] : [{ step, at }];
  }),
  findings: findingsOf(first),
  definition: stepsDefinition,
});

/** The steps that were taken with a stakeholder (by the ids of all who are one), read once for all that ask. */
const withStakeholder = async (
  rows: ReadStore,
  memberIds: readonly string[],
  moment: Moment,
  request: RequestContext,
): Promise<FirstSteps> => {
  const load = (groups: readonly (readonly string[])[], at: Moment) => firstStepsWith(rows, groups, at);
  return (await batchedOfGroups(request, 'steps', moment, load, memberIds)) ?? none;
};

/** How far we have gone with somebody, and what was skipped. */
@Resolver(() => Stakeholder)
export class StepsResolver {
  constructor(
    private readonly moments: Moments,
    @Inject(READ_STORE) private readonly rows: ReadStore,
  ) {}

  @Query(() => SkippedSteps, {
    description: 'Which steps were skipped with whom, by the dates of all that were taken.',
  })
  async skippedSteps(
    @Args() { findings: asked, ...args }: SkippedStepsArgs,
    @Now() now: number,
  ): Promise<SkippedSteps> {
    const moment = await this.moments.of(args, now);
    const { relationships, counts } = await countFindings(this.rows, moment);
    const findings = (asked ?? stepFindings).map((finding) => ({ finding, count: counts.get(finding) ?? 0, moment }));
    return { relationships, findings, definition: stepsDefinition };
  }

  @ResolveField(() => StepsTaken, { description: 'The steps that were taken with them, and what was skipped.' })
  async steps(@Parent() { memberIds, moment }: Stakeholder, @Context() request: RequestContext): Promise<StepsTaken> {
    return shown(await withStakeholder(this.rows, memberIds, moment, request));
  }
}

@Resolver(() => Conversation)
export class ConversationStepsResolver {
  constructor(@Inject(READ_STORE) private readonly rows: ReadStore) {}

  @ResolveField(() => StepsTaken, { description: 'The steps that were taken in it, and what was skipped there.' })
  async steps(@Parent() { keys, moment }: Conversation): Promise<StepsTaken> {
    return shown(await firstStepsIn(this.rows, keys, moment));
  }
}

@Resolver(() => StepTaken)
export class StepTakenResolver {
  constructor(
    private readonly people: StakeholderNodes,
    @Inject(READ_STORE) private readonly rows: ReadStore,
  ) {}

  @ResolveField(() => [StepEnum], {
    description: 'Earlier steps that had not been taken by its date, as far as it is known now (or was, as of a past).',
  })
  async skipped(
    @Parent() { stakeholderId, step, occurredAt, moment }: StepTaken,
    @Context() request: RequestContext,
  ): Promise<readonly Step[]> {
    const load = (ids: readonly string[], at: Moment) => this.people.identified(ids, at);
    const whose = await batched(request, 'whose step', moment, load, stakeholderId);
    const memberIds = whose?.memberIds ?? [stakeholderId];
    return skippedBy({ step, at: occurredAt }, await withStakeholder(this.rows, memberIds, moment, request));
  }
}

@Resolver(() => StepFindingCount)
export class StepFindingResolver {
  constructor(
    private readonly people: StakeholderNodes,
    @Inject(READ_STORE) private readonly rows: ReadStore,
  ) {}

  @ResolveField(() => StakeholderConnection, { description: 'Of whom it is found; in no order that says anything.' })
  async stakeholders(
    @Parent() { finding, count, moment }: StepFindingCount,
    @Args() args: ConnectionArgs,
  ): Promise<Connection<Stakeholder>> {
    const list = `found ${finding}`;
    const page = pageOf(args, list, 's');
    const slice = sliceOf(page, 'asc', ([id]) => String(id));
    const { entries, more } = await foundOf(this.rows, { finding, past: moment, ...slice });
    const named = await this.people.identified(entries, moment);
    const nodes = entries.flatMap((id) => {
      const node = named.get(id);
      return node === undefined ? [] : [{ id, node }];
    });
    return foundConnection(
      page,
      list,
      { entries: nodes, more },
      ({ id }) => [id],
      ({ node }) => node,
      () => count,
    );
  }
}
