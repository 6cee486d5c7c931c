import { Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import { IsOptional, IsString, Length, Matches } from 'class-validator';
import { ReasonedCommandInput, notPrintable, printable, saysNothing, something } from '../graphql/commands.js';
import { IsGlobalId } from '../graphql/ids.js';
import { Node } from '../graphql/node.js';
import { CommandIdReused, resultOf } from '../graphql/refusal.js';
import { DateTime } from '../graphql/scalars.js';
import { IsDateOfWhatHappened } from '../interactions/interactions.types.js';
import { StakeholderNotFound } from '../stakeholders/stakeholders.types.js';
import { LifecycleEnum } from './lifecycle.enum.js';
import type { Lifecycle } from './lifecycle.js';
import { AboutRelationship, RelationshipFact } from './relationships.types.js';

@ObjectType({ implements: () => Node, description: 'From here on they are so far in the lifecycle.' })
export class LifecycleReached extends RelationshipFact {
  readonly __typename = 'LifecycleReached';

  @Field(() => LifecycleEnum)
  readonly lifecycle!: Lifecycle;

  @Field(() => String, { nullable: true, description: 'Where it is known from; null where a person says so.' })
  readonly knownFrom!: string | null;
}

@ObjectType({ description: 'How many stakeholders are so far in the lifecycle.' })
export class LifecycleCount {
  @Field(() => LifecycleEnum)
  readonly lifecycle!: Lifecycle;

  @Field(() => Int)
  readonly count!: number;

  @Field(() => String, { description: 'The definition with its version.' })
  readonly definition!: string;
}

@InputType()
export class RecordLifecycleInput extends ReasonedCommandInput {
  @Field(() => ID)
  @IsGlobalId('Stakeholder')
  stakeholderId!: string;

  @Field(() => LifecycleEnum)
  lifecycle!: Lifecycle;

  @Field(() => String, { nullable: true, description: 'Where it is known from: a system, a list.' })
  @IsOptional()
  @IsString()
  @Length(1, 200)
  @Matches(printable, { message: notPrintable })
  @Matches(something, { message: saysNothing })
  knownFrom?: string | null;

  @Field(() => DateTime, { nullable: true, description: 'From when on; now, when left out.' })
  @IsOptional()
  @IsDateOfWhatHappened()
  occurredAt?: number | null;
}

@ObjectType()
export class LifecycleWasRecorded extends AboutRelationship {
  readonly __typename = 'LifecycleWasRecorded';
}

export const RecordLifecycleResult = resultOf('RecordLifecycleResult', () => [
  LifecycleWasRecorded,
  StakeholderNotFound,
  CommandIdReused,
]);
