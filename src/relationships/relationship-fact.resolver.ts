import { type Type } from '@nestjs/common';
import { Context, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { batched } from '../graphql/batches.js';
import type { Moment } from '../graphql/moment.js';
import type { RequestContext } from '../graphql/request-context.js';
import { StakeholderNodes } from '../stakeholders/stakeholders.nodes.js';
import { Stakeholder } from '../stakeholders/stakeholders.types.js';
import { relationshipFactClasses } from './relationship-fact.types.js';
import { RelationshipFact } from './relationships.types.js';

/** What every decision about a relationship tells beside its row. */
const resolverOf = (fact: Type<RelationshipFact>): Type => {
  @Resolver(() => fact)
  class RelationshipFactResolver {
    constructor(readonly stakeholders: StakeholderNodes) {}

    @ResolveField(() => Stakeholder, { description: 'Whose relationship it is about.' })
    async stakeholder(
      @Parent() { stakeholderId, moment }: RelationshipFact,
      @Context() request: RequestContext,
    ): Promise<Stakeholder> {
      const load = (ids: readonly string[], at: Moment) => this.stakeholders.identified(ids, at);
      const found = await batched(request, 'related', moment, load, stakeholderId);
      return found ?? this.stakeholders.justNow(stakeholderId, 0, moment.validAt);
    }

    @ResolveField(() => Boolean, { description: 'They had been retired when this was recorded.' })
    async retired(
      @Parent() { stakeholderId, moment, recordedAsOf }: RelationshipFact,
      @Context() request: RequestContext,
    ): Promise<boolean> {
      const then = { ...moment, known: recordedAsOf };
      const load = (ids: readonly string[]) => this.stakeholders.identified(ids, then);
      return (await batched(request, 'participant', then, load, stakeholderId))?.retired ?? false;
    }
  }
  return RelationshipFactResolver;
};

export const relationshipFactResolvers: readonly Type[] = relationshipFactClasses.map(resolverOf);
