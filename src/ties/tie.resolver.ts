import { Context, Extensions, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { batched } from '../graphql/batches.js';
import type { Moment } from '../graphql/moment.js';
import type { RequestContext } from '../graphql/request-context.js';
import { Interaction } from '../interactions/interaction-node.types.js';
import { InteractionNodes } from '../interactions/interactions.nodes.js';
import { Colleague } from '../owners/our-own.types.js';
import { Stakeholder } from '../stakeholders/stakeholders.types.js';
import { PeopleNodes } from './people.nodes.js';
import { Tie } from './ties.types.js';

/** Whom a tie names, and what shows it. */
@Resolver(() => Tie)
export class TieResolver {
  constructor(
    private readonly people: PeopleNodes,
    private readonly interactions: InteractionNodes,
  ) {}

  @ResolveField(() => Stakeholder, { description: 'Who amplifies, where it is that.' })
  stakeholder(@Parent() { stakeholderId, moment }: Tie, @Context() request: RequestContext): Promise<Stakeholder> {
    return this.people.stakeholder(stakeholderId, moment, request);
  }

  @ResolveField(() => Stakeholder)
  other(@Parent() { otherId, moment }: Tie, @Context() request: RequestContext): Promise<Stakeholder> {
    return this.people.stakeholder(otherId, moment, request);
  }

  @ResolveField(() => Colleague, { nullable: true, description: 'Who of ours says so.' })
  saidBy(@Parent() { saidById, moment }: Tie, @Context() request: RequestContext): Promise<Colleague | null> {
    return this.people.colleague(saidById, moment, request);
  }

  @ResolveField(() => [Interaction], { description: 'Interactions that show it, as far as they had happened then.' })
  @Extensions({ listSize: 3 })
  async evidence(
    @Parent() { evidenceIds, moment }: Tie,
    @Context() request: RequestContext,
  ): Promise<readonly Interaction[]> {
    const load = (ids: readonly string[], at: Moment) => this.interactions.byId(ids, at);
    const found = await Promise.all(evidenceIds.map((id) => batched(request, 'evidence', moment, load, id)));
    return found.filter((each) => each !== null);
  }
}
