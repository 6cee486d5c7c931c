import { Inject, type Type } from '@nestjs/common';
import { Context, Extensions, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { EventStore } from '../event-sourcing/event-store.js';
import { type Position, positionOf } from '../event-sourcing/position.js';
import type { ReadStore } from '../event-sourcing/read-store.js';
import { batched } from '../graphql/batches.js';
import { dear } from '../graphql/cost.js';
import type { Moment } from '../graphql/moment.js';
import type { RequestContext } from '../graphql/request-context.js';
import { PositionScalar } from '../graphql/scalars.js';
import { Colleague } from '../owners/our-own.types.js';
import { OwnerNodes } from '../owners/owners.nodes.js';
import { EVENT_STORE, READ_STORE } from '../tokens.js';
import { termsMax, termsOf } from './goal-pages.js';
import { reaches, statusOf } from './goal-status.js';
import { GoalMeasures } from './goals.measures.js';
import { GoalNodes } from './goals.nodes.js';
import { Goal, GoalBaseline, GoalCohort, GoalOutcome, GoalTermsThen } from './goals.types.js';

/** Goal against outcome. */
@Resolver(() => Goal)
export class GoalReportResolver {
  constructor(
    private readonly measures: GoalMeasures,
    private readonly nodes: GoalNodes,
    @Inject(READ_STORE) private readonly rows: ReadStore,
  ) {}

  @ResolveField(() => GoalOutcome, {
    description:
      'What it came to by the date of the question: so far, or in the end. By the rules in force, as all measures.',
  })
  @Extensions(dear)
  async outcome(@Parent() goal: Goal): Promise<GoalOutcome> {
    const { stored, from, until, target, direction, dropped, moment } = goal;
    const begun = moment.validAt >= from;
    const measured = await this.measures.valueOf(stored, { from, until }, moment);
    // Before it begins there is nothing to tell: what stands then is no outcome.
    const value = begun ? measured.value : null;
    return {
      ...measured,
      value,
      status: statusOf({ target, direction, from, until, dropped: dropped !== null }, value, moment.validAt),
      reached: reaches(value, target, direction),
      final: moment.validAt >= until,
    };
  }

  @ResolveField(() => [GoalTermsThen], {
    description: `All that it ever promised, newest first, ${termsMax} at most.`,
  })
  @Extensions({ listSize: 5 })
  async history(
    @Parent() { goalId, moment }: Goal,
    @Context() request: RequestContext,
  ): Promise<readonly GoalTermsThen[]> {
    const load = (ids: readonly string[], at: Moment) => termsOf(this.rows, ids, at);
    const found = (await batched(request, 'goal terms', moment, load, goalId)) ?? [];
    return found.map((view) => this.nodes.termsOf(view, moment));
  }
}

@Resolver(() => GoalBaseline)
export class GoalBaselineResolver {
  constructor(@Inject(EVENT_STORE) private readonly store: EventStore) {}

  @ResolveField(() => PositionScalar, {
    nullable: true,
    description: 'Of that event in this log, for `asOf`; null where this log does not hold it.',
  })
  async position(@Parent() { eventId }: GoalBaseline): Promise<Position | null> {
    const ordinal = eventId === null ? null : await this.store.ordinalOfEvent(eventId);
    return ordinal === null ? null : positionOf(this.store.logId, ordinal);
  }
}

/** Of those over whom a goal is measured: who of ours answers for them. */
@Resolver(() => GoalCohort)
export class GoalCohortResolver {
  constructor(private readonly people: OwnerNodes) {}

  @ResolveField(() => Colleague, { nullable: true, description: 'Who of ours answers for them.' })
  async owner(
    @Parent() { ownerId, moment }: GoalCohort,
    @Context() request: RequestContext,
  ): Promise<Colleague | null> {
    const load = (ids: readonly string[], at: Moment) => this.people.colleagues(ids, at);
    return ownerId === null ? null : batched(request, 'colleague', moment, load, ownerId);
  }
}

/** Who answers for a goal, or did. */
const ownedBy = (type: Type<Goal | GoalTermsThen>): Type => {
  @Resolver(() => type)
  class GoalOwnerResolver {
    constructor(readonly people: OwnerNodes) {}

    @ResolveField(() => Colleague, { description: 'Who of ours answers for it.' })
    async owner(@Parent() { ownerId, moment }: GoalTermsThen, @Context() request: RequestContext): Promise<Colleague> {
      const load = (ids: readonly string[], at: Moment) => this.people.colleagues(ids, at);
      const found = await batched(request, 'colleague', moment, load, ownerId);
      if (found === null) throw new Error(`Person of ours ${ownerId} is not among the rows.`);
      return found;
    }
  }
  return GoalOwnerResolver;
};

export const goalOwnerResolvers: readonly Type[] = [Goal, GoalTermsThen].map(ownedBy);
