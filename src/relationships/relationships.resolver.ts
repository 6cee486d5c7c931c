import { Inject } from '@nestjs/common';
import { Args, Context, Int, Mutation, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { ReadStore } from '../event-sourcing/read-store.js';
import { batched, batchedOfGroups } from '../graphql/batches.js';
import { fromGlobalId } from '../graphql/ids.js';
import type { RequestContext } from '../graphql/request-context.js';
import { Stakeholder } from '../stakeholders/stakeholders.types.js';
import { READ_STORE } from '../tokens.js';
import type { Step } from './relationship.js';
import { furthestSteps, relationshipRevisions } from './relationship-facts-pages.js';
import { RelationshipDesk, stakeholderIn, when } from './relationships.desk.js';
import {
  AssessStanceInput,
  AssessStanceResult,
  RetractRelationshipFactInput,
  RetractRelationshipFactResult,
  StepEnum,
  TakeStepInput,
  TakeStepResult,
  WithdrawStanceInput,
  WithdrawStanceResult,
  relationshipFactTypes,
} from './relationships.types.js';

@Resolver(() => Stakeholder)
export class RelationshipsResolver {
  constructor(
    private readonly desk: RelationshipDesk,
    @Inject(READ_STORE) private readonly rows: ReadStore,
  ) {}

  @ResolveField(() => StepEnum, {
    nullable: true,
    description: 'The furthest step that we have taken with them; null: none yet.',
  })
  step(@Parent() { memberKeys, moment }: Stakeholder, @Context() request: RequestContext): Promise<Step | null> {
    return batchedOfGroups(request, 'step', moment, (all, at) => furthestSteps(this.rows, all, at), memberKeys);
  }

  @ResolveField(() => Int, {
    description: 'Revision to expect: of what we decided about the relationship. -1: nothing yet.',
  })
  async relationshipRevision(
    @Parent() { key, moment }: Stakeholder,
    @Context() request: RequestContext,
  ): Promise<number> {
    return (
      (await batched(
        request,
        'relationship revision',
        moment,
        (keys, at) => relationshipRevisions(this.rows, keys, at),
        key,
      )) ?? -1
    );
  }

  @Mutation(() => AssessStanceResult, {
    description: "A person's word on where somebody stands: it holds from its date until the next, or a withdrawal.",
  })
  assessStance(
    @Args('input') input: AssessStanceInput,
    @Context() request: RequestContext,
  ): Promise<typeof AssessStanceResult> {
    const asked = {
      type: 'AssessStance',
      stakeholderId: stakeholderIn(input),
      stance: input.stance,
      occurredAt: when(input, request),
    } as const;
    return this.desk.ask('StanceWasAssessed', 'assessStance', asked, input, request);
  }

  @Mutation(() => WithdrawStanceResult)
  withdrawStance(
    @Args('input') input: WithdrawStanceInput,
    @Context() request: RequestContext,
  ): Promise<typeof WithdrawStanceResult> {
    const asked = {
      type: 'WithdrawStance',
      stakeholderId: stakeholderIn(input),
      occurredAt: when(input, request),
    } as const;
    return this.desk.ask('StanceWasWithdrawn', 'withdrawStance', asked, input, request);
  }

  @Mutation(() => TakeStepResult, { description: 'A step that was skipped is recorded as skipped, not forbidden.' })
  takeStep(@Args('input') input: TakeStepInput, @Context() request: RequestContext): Promise<typeof TakeStepResult> {
    const asked = {
      type: 'TakeStep',
      stakeholderId: stakeholderIn(input),
      step: input.step,
      interactionId:
        input.interactionId == null
          ? null
          : fromGlobalId(input.interactionId, 'Interaction', 'input', 'interactionId').id,
      occurredAt: when(input, request),
    } as const;
    return this.desk.ask('StepWasTaken', 'takeStep', asked, input, request);
  }

  @Mutation(() => RetractRelationshipFactResult, {
    description:
      'Takes back a mistaken fact of a relationship, such as a step or an assessment; the row stays, marked.',
  })
  retractRelationshipFact(
    @Args('input') input: RetractRelationshipFactInput,
    @Context() request: RequestContext,
  ): Promise<typeof RetractRelationshipFactResult> {
    const factId = fromGlobalId(input.factId, relationshipFactTypes, 'input', 'factId').id;
    return this.desk.ask(
      'RelationshipFactRetracted',
      'retractRelationshipFact',
      { type: 'Retract', stakeholderId: stakeholderIn(input), factId },
      input,
      request,
    );
  }
}
