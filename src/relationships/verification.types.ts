import { ID, Field, InputType, ObjectType } from '@nestjs/graphql';
import { IsOptional } from 'class-validator';
import { ExplainedCommandInput } from '../graphql/commands.js';
import { IsGlobalId } from '../graphql/ids.js';
import { Node } from '../graphql/node.js';
import { CommandIdReused, resultOf } from '../graphql/refusal.js';
import { DateTime } from '../graphql/scalars.js';
import { IsDateOfWhatHappened } from '../interactions/interactions.types.js';
import { StakeholderNotFound } from '../stakeholders/stakeholders.types.js';
import { AboutRelationship, RelationshipFact } from './relationships.types.js';

@ObjectType({
  implements: () => Node,
  description: 'Somebody of ours looked at what is on record about them, and it is right.',
})
export class RelationshipVerified extends RelationshipFact {
  readonly __typename = 'RelationshipVerified';
}

@InputType()
export class VerifyRelationshipInput extends ExplainedCommandInput {
  @Field(() => ID)
  @IsGlobalId('Stakeholder')
  stakeholderId!: string;

  @Field(() => DateTime, { nullable: true, description: 'When it was looked at; now, when left out.' })
  @IsOptional()
  @IsDateOfWhatHappened()
  occurredAt?: number | null;
}

@ObjectType()
export class RelationshipWasVerified extends AboutRelationship {
  readonly __typename = 'RelationshipWasVerified';
}

export const VerifyRelationshipResult = resultOf('VerifyRelationshipResult', () => [
  RelationshipWasVerified,
  StakeholderNotFound,
  CommandIdReused,
]);
