import { Context, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { RequestContext } from '../graphql/request-context.js';
import { Colleague } from '../owners/our-own.types.js';
import { Stakeholder } from '../stakeholders/stakeholders.types.js';
import { Affiliation } from './affiliations.types.js';
import { PeopleNodes } from './people.nodes.js';

/** Whom an affiliation names. */
@Resolver(() => Affiliation)
export class AffiliationResolver {
  constructor(private readonly people: PeopleNodes) {}

  @ResolveField(() => Stakeholder)
  person(@Parent() { personId, moment }: Affiliation, @Context() request: RequestContext): Promise<Stakeholder> {
    return this.people.stakeholder(personId, moment, request);
  }

  @ResolveField(() => Stakeholder)
  organisation(
    @Parent() { organisationId, moment }: Affiliation,
    @Context() request: RequestContext,
  ): Promise<Stakeholder> {
    return this.people.stakeholder(organisationId, moment, request);
  }

  @ResolveField(() => Colleague, { nullable: true, description: 'Who of ours says so.' })
  saidBy(@Parent() { saidById, moment }: Affiliation, @Context() request: RequestContext): Promise<Colleague | null> {
    return this.people.colleague(saidById, moment, request);
  }
}
