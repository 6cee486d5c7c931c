import { Inject } from '@nestjs/common';
import { Args, Context, Extensions, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import type { ReadStore } from '../event-sourcing/read-store.js';
import { batchedOfGroups } from '../graphql/batches.js';
import type { Moment } from '../graphql/moment.js';
import { Moments } from '../graphql/moments.js';
import { OneOfPastArgs } from '../graphql/past.args.js';
import { Now, type RequestContext } from '../graphql/request-context.js';
import { Stakeholder } from '../stakeholders/stakeholders.types.js';
import { READ_STORE } from '../tokens.js';
import { heldNodeOf } from './care.nodes.js';
import { wordCounts, wordsOfAll } from './care-word-pages.js';
import { lifecycleDefinition, lifecycles } from './lifecycle.js';
import { LifecycleCount, LifecycleReached, RecordLifecycleInput, RecordLifecycleResult } from './lifecycle.types.js';
import { RelationshipDesk, when } from './relationships.desk.js';

/** How far somebody is from awareness to purchase and on. */
@Resolver(() => Stakeholder)
export class LifecycleResolver {
  constructor(
    private readonly desk: RelationshipDesk,
    private readonly moments: Moments,
    @Inject(READ_STORE) private readonly rows: ReadStore,
  ) {}

  @ResolveField(() => LifecycleReached, {
    nullable: true,
    description: 'How far they are in the lifecycle, and since when; null where nobody said. It is not the stance.',
  })
  async lifecycle(
    @Parent() { memberIds, moment }: Stakeholder,
    @Context() request: RequestContext,
  ): Promise<LifecycleReached | null> {
    const load = (groups: readonly (readonly string[])[], at: Moment) => wordsOfAll(this.rows, 'lifecycle', groups, at);
    const held = await batchedOfGroups(request, 'lifecycle', moment, load, memberIds);
    const node = held && heldNodeOf(held, moment);
    return node?.__typename === 'LifecycleReached' ? node : null;
  }

  @Query(() => [LifecycleCount], {
    description: 'How many stakeholders are how far; of whom nobody said counts nowhere.',
  })
  @Extensions({ listSize: lifecycles.length })
  async lifecycleCounts(@Args() args: OneOfPastArgs, @Now() now: number): Promise<readonly LifecycleCount[]> {
    const counts = await wordCounts(this.rows, 'lifecycle', await this.moments.of(args, now));
    return lifecycles.map((lifecycle) => ({
      ...{ lifecycle, count: counts.get(lifecycle) ?? 0 },
      definition: lifecycleDefinition,
    }));
  }

  @Mutation(() => RecordLifecycleResult, {
    description: 'How far they are, from a date on, until the next word. A mistaken one is retracted.',
  })
  recordLifecycle(
    @Args('input') input: RecordLifecycleInput,
    @Context() request: RequestContext,
  ): Promise<typeof RecordLifecycleResult> {
    const { lifecycle, knownFrom: source = null } = input;
    const asked = { type: 'ReachLifecycle', data: { lifecycle, source, occurredAt: when(input, request) } } as const;
    return this.desk.care('LifecycleWasRecorded', 'recordLifecycle', asked, input, request);
  }
}
