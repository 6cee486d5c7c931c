import { Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import { IsInt, IsOptional, IsString, Length, Matches, Max, Min } from 'class-validator';
import { ExplainedCommandInput } from '../graphql/commands.js';
import { connectionTypes } from '../graphql/connections.js';
import { Done } from '../graphql/done.js';
import { IsGlobalId } from '../graphql/ids.js';
import type { Moment } from '../graphql/moment.js';
import { CommandIdReused, resultOf } from '../graphql/refusal.js';
import { DateTime } from '../graphql/scalars.js';
import { RelationshipVerified } from '../relationships/verification.types.js';
import { notATierName, tierName, tierNameMax } from './our-own.types.js';
import { TierNotFound } from './owners.types.js';

/** A relationship that waits, as resolvers hand it on. */
@ObjectType({ isAbstract: true })
abstract class Waiting {
  readonly stakeholderId!: string;
  readonly ownerId!: string;
  readonly moment!: Moment;

  @Field(() => String, { nullable: true })
  readonly tier!: string | null;
}

@ObjectType({ description: "Nothing passed between us for longer than the tier's cadence." })
export class DormantRelationship extends Waiting {
  @Field(() => Int)
  readonly cadenceDays!: number;

  @Field(() => DateTime, { description: 'Of the last interaction or, where there was none, of the assignment.' })
  readonly silentSince!: number;

  @Field(() => String, { description: 'The rule with its version.' })
  readonly rule!: string;
}

@ObjectType({ description: 'A relationship that is to be verified, and was not.' })
export class OverdueVerification extends Waiting {
  @Field(() => Int)
  readonly intervalDays!: number;

  @Field(() => DateTime)
  readonly dueAt!: number;

  @Field(() => String, { description: 'The rule with its version.' })
  readonly rule!: string;
}

export const { Connection: DormantRelationshipConnection } = connectionTypes<DormantRelationship>(
  'DormantRelationship',
  () => DormantRelationship,
);
export const { Connection: OverdueVerificationConnection } = connectionTypes<OverdueVerification>(
  'OverdueVerification',
  () => OverdueVerification,
);

@ObjectType({ description: 'Whether what is on record about them was looked at, and when it is to be again.' })
export class Verification {
  @Field(() => RelationshipVerified, { nullable: true, description: 'By whom and when; null: never yet.' })
  readonly last!: RelationshipVerified | null;

  @Field(() => Int, { nullable: true, description: 'Null where no interval is set, or nobody answers for them.' })
  readonly intervalDays!: number | null;

  @Field(() => DateTime, { nullable: true, description: 'Null where no interval is set, or nobody answers for them.' })
  readonly dueAt!: number | null;

  @Field(() => Boolean)
  readonly overdue!: boolean;

  @Field(() => String, { description: 'The rule with its version.' })
  readonly rule!: string;
}

@ObjectType({ description: 'After how many days relationships are to be verified again.' })
export class VerificationInterval {
  @Field(() => String, { nullable: true, description: 'Null: of those that have no interval of their own.' })
  readonly tier!: string | null;

  @Field(() => Int, { nullable: true, description: 'Null: none is set.' })
  readonly days!: number | null;
}

@InputType({ description: 'Whose relationships; what is left out restricts nothing.' })
export class AttentionFilter {
  @Field(() => ID, { nullable: true })
  @IsOptional()
  @IsGlobalId('Colleague')
  ownerId?: string | null;

  @Field(() => String, { nullable: true })
  @IsOptional()
  @IsString()
  @Length(1, tierNameMax)
  tier?: string | null;
}

@InputType({ description: 'Left out, days takes the interval away.' })
export class SetVerificationIntervalInput extends ExplainedCommandInput {
  @Field(() => String, { nullable: true, description: 'Left out: for all that have no interval of their own.' })
  @IsOptional()
  @Length(1, tierNameMax)
  @Matches(tierName, { message: notATierName })
  tier?: string | null;

  @Field(() => Int, { nullable: true })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(3_650)
  days?: number | null;
}

@ObjectType()
export class VerificationIntervalWasSet extends Done {
  readonly __typename = 'VerificationIntervalWasSet';

  @Field(() => VerificationInterval)
  readonly interval!: VerificationInterval;
}

export const SetVerificationIntervalResult = resultOf('SetVerificationIntervalResult', () => [
  VerificationIntervalWasSet,
  TierNotFound,
  CommandIdReused,
]);
