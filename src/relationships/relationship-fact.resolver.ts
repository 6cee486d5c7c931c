import { type Type } from '@nestjs/common';
import { Context, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { batched } from '../graphql/batches.js';
import type { RequestContext } from '../graphql/request-context.js';
import { StakeholderNodes } from '../stakeholders/stakeholders.nodes.js';
import { StanceAssessed, StanceWithdrawn, StepTaken } from './relationships.types.js';

/** What every decision about a relationship tells beside its row. */
const resolverOf = (fact: Type<StepTaken | StanceAssessed | StanceWithdrawn>): Type => {
  @Resolver(() => fact)
  class RelationshipFactResolver {
    constructor(readonly stakeholders: StakeholderNodes) {}

    @ResolveField(() => Boolean, { description: 'They had been retired when this was recorded.' })
    async retired(
      @Parent() { stakeholderId, moment, recordedAsOf }: StepTaken,
      @Context() request: RequestContext,
    ): Promise<boolean> {
      const then = { ...moment, known: recordedAsOf };
      const load = (ids: readonly string[]) => this.stakeholders.identified(ids, then);
      return (await batched(request, 'participant', then, load, stakeholderId))?.retired ?? false;
    }
  }
  return RelationshipFactResolver;
};

export const relationshipFactResolvers: readonly Type[] = [StepTaken, StanceAssessed, StanceWithdrawn].map(resolverOf);
