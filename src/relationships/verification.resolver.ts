import { Args, Context, Mutation, Resolver } from '@nestjs/graphql';
import type { RequestContext } from '../graphql/request-context.js';
import { RelationshipDesk, when } from './relationships.desk.js';
import { VerifyRelationshipInput, VerifyRelationshipResult } from './verification.types.js';

/** Whether what is on record about a relationship is right. When the next look is due, whoever answers for them is told. */
@Resolver()
export class VerificationResolver {
  constructor(private readonly desk: RelationshipDesk) {}

  @Mutation(() => VerifyRelationshipResult, {
    description: 'Somebody of ours looked at what is on record about them, and it is right.',
  })
  verifyRelationship(
    @Args('input') input: VerifyRelationshipInput,
    @Context() request: RequestContext,
  ): Promise<typeof VerifyRelationshipResult> {
    const asked = { type: 'VerifyRelationship', data: { occurredAt: when(input, request) } } as const;
    return this.desk.care('RelationshipWasVerified', 'verifyRelationship', asked, input, request);
  }
}
