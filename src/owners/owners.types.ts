import { Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Length, Matches, Max, Min, ValidateNested } from 'class-validator';
import { Done } from '../graphql/done.js';
import { ExplainedCommandInput, ReasonedCommandInput, notPrintable, printable } from '../graphql/commands.js';
import { IsGlobalId } from '../graphql/ids.js';
import type { Moment } from '../graphql/moment.js';
import { Node } from '../graphql/node.js';
import { CommandIdReused, Refusal, resultOf } from '../graphql/refusal.js';
import { DateTime } from '../graphql/scalars.js';
import { IsDateOfWhatHappened } from '../interactions/interactions.types.js';
import { Stakeholder, StakeholderNotFound } from '../stakeholders/stakeholders.types.js';
import { Colleague, ColleagueNotFound, notATierName, tierName, tierNameMax } from './our-own.types.js';

@ObjectType({ description: 'Where a stakeholder stood in a ranking when they were assigned.' })
export class Rank {
  @Field(() => Int, { description: '1 is first.' })
  readonly place!: number;

  @Field(() => String, { nullable: true })
  readonly topic!: string | null;
}

/** A change of who answers for somebody, as timelines show it. */
@ObjectType({ isAbstract: true })
abstract class OwnershipFact extends Node {
  readonly moment!: Moment;
  readonly stakeholderId!: string;
  readonly ownerId!: string;
  readonly previousOwnerId!: string | null;

  @Field(() => DateTime)
  readonly occurredAt!: number;

  @Field(() => DateTime)
  readonly recordedAt!: number;

  @Field(() => String, { description: 'Who decided it.' })
  readonly by!: string;

  @Field(() => String, { nullable: true })
  readonly reason!: string | null;

  @Field(() => String, { nullable: true })
  readonly tier!: string | null;
}

@ObjectType({
  implements: () => Node,
  description: 'From here on somebody of ours answers for them, or in another tier.',
})
export class OwnerAssigned extends OwnershipFact {
  readonly __typename = 'OwnerAssigned';

  @Field(() => Rank, { nullable: true, description: 'As it was then.' })
  readonly rank!: Rank | null;
}

@ObjectType({ implements: () => Node, description: 'From one of ours to another.' })
export class OwnerHandedOver extends OwnershipFact {
  readonly __typename = 'OwnerHandedOver';
}

@ObjectType({ implements: () => Node, description: 'From here on nobody of ours answers for them.' })
export class OwnerReleased extends OwnershipFact {
  readonly __typename = 'OwnerReleased';
}

/** Types that changes of owner have in global ids. */
export const ownershipFactTypes = ['OwnerAssigned', 'OwnerHandedOver', 'OwnerReleased'] as const;

/** A stretch of one owner as resolvers hand it on. */
@ObjectType({ description: 'A stretch in which one of ours answered for somebody, in one tier or in none.' })
export class Ownership {
  readonly moment!: Moment;
  readonly ownerId!: string;
  readonly previousOwnerId!: string | null;

  @Field(() => String, { nullable: true })
  readonly tier!: string | null;

  @Field(() => DateTime)
  readonly from!: number;

  @Field(() => DateTime, { nullable: true, description: 'Null while nothing ends it.' })
  readonly until!: number | null;

  @Field(() => Rank, { nullable: true, description: 'As it was when they were assigned.' })
  readonly rank!: Rank | null;

  @Field(() => String, { description: 'Who decided it.' })
  readonly by!: string;

  @Field(() => String, { nullable: true, description: 'Why.' })
  readonly reason!: string | null;
}

@ObjectType({ description: 'A stakeholder who has a place in a tier, and who of ours answers for them.' })
export class PlaceHolder {
  @Field(() => Stakeholder)
  readonly stakeholder!: Stakeholder;

  @Field(() => Colleague)
  readonly owner!: Colleague;
}

// Inputs.

const occurredAt = 'From when on; now, when left out. Not before the last change of owner.';

@InputType()
export class RankInput {
  @Field(() => Int, { description: '1 is first.' })
  @IsInt()
  @Min(1)
  @Max(1_000_000)
  place!: number;

  @Field(() => String, { nullable: true })
  @IsOptional()
  @IsString()
  @Length(1, 200)
  @Matches(printable, { message: notPrintable })
  topic?: string | null;
}

@InputType({ description: 'Whoever owns them already may be moved to another tier by it.' })
export class AssignOwnerInput extends ExplainedCommandInput {
  @Field(() => ID)
  @IsGlobalId('Stakeholder')
  stakeholderId!: string;

  @Field(() => ID)
  @IsGlobalId('Colleague')
  ownerId!: string;

  @Field(() => String, { nullable: true })
  @IsOptional()
  @Length(1, tierNameMax)
  @Matches(tierName, { message: notATierName })
  tier?: string | null;

  @Field(() => RankInput, { nullable: true, description: 'Kept as it is at the time.' })
  @IsOptional()
  @ValidateNested()
  @Type(() => RankInput)
  rank?: RankInput | null;

  @Field(() => DateTime, { nullable: true, description: occurredAt })
  @IsOptional()
  @IsDateOfWhatHappened()
  occurredAt?: number | null;
}

@InputType({ description: 'Tier and place stay.' })
export class HandOverInput extends ReasonedCommandInput {
  @Field(() => ID)
  @IsGlobalId('Stakeholder')
  stakeholderId!: string;

  @Field(() => ID, { description: 'Who owns them from then on.' })
  @IsGlobalId('Colleague')
  toId!: string;

  @Field(() => DateTime, { nullable: true, description: occurredAt })
  @IsOptional()
  @IsDateOfWhatHappened()
  occurredAt?: number | null;
}

@InputType()
export class ReleaseOwnerInput extends ReasonedCommandInput {
  @Field(() => ID)
  @IsGlobalId('Stakeholder')
  stakeholderId!: string;

  @Field(() => DateTime, { nullable: true, description: occurredAt })
  @IsOptional()
  @IsDateOfWhatHappened()
  occurredAt?: number | null;
}

// Outcomes.

@ObjectType({ isAbstract: true })
abstract class AboutOwnership extends Done {
  @Field(() => Stakeholder)
  readonly stakeholder!: Stakeholder;
}

@ObjectType()
export class OwnerWasAssigned extends AboutOwnership {
  readonly __typename = 'OwnerWasAssigned';
}
@ObjectType()
export class OwnerWasChanged extends AboutOwnership {
  readonly __typename = 'OwnerWasChanged';
}
@ObjectType()
export class OwnerWasReleased extends AboutOwnership {
  readonly __typename = 'OwnerWasReleased';
}

@ObjectType({
  implements: () => Refusal,
  description: 'Returned when somebody else of ours answers for them: hand over, or release first.',
})
export class OwnedAlready extends Refusal {
  readonly __typename = 'OwnedAlready';

  @Field(() => Colleague)
  readonly owner!: Colleague;
}

@ObjectType({ implements: () => Refusal, description: 'Returned when nobody of ours answers for them.' })
export class NotOwned extends Refusal {
  readonly __typename = 'NotOwned';
}

@ObjectType({
  implements: () => Refusal,
  description: 'Returned when the date lies before the last change of owner that is on record.',
})
export class DatedBeforeTheLast extends Refusal {
  readonly __typename = 'DatedBeforeTheLast';

  @Field(() => DateTime)
  readonly lastAt!: number;
}

@ObjectType({ implements: () => Refusal, description: 'Returned when nobody defined a tier of this name.' })
export class TierNotFound extends Refusal {
  readonly __typename = 'TierNotFound';
}

@ObjectType({
  implements: () => Refusal,
  description: 'Returned when all places of the tier are taken; these have them.',
})
export class TierFull extends Refusal {
  readonly __typename = 'TierFull';

  @Field(() => Int)
  readonly capacity!: number;

  @Field(() => [PlaceHolder])
  readonly holders!: readonly PlaceHolder[];
}

export const AssignOwnerResult = resultOf('AssignOwnerResult', () => [
  OwnerWasAssigned,
  OwnedAlready,
  TierFull,
  TierNotFound,
  DatedBeforeTheLast,
  ColleagueNotFound,
  StakeholderNotFound,
  CommandIdReused,
]);
export const HandOverResult = resultOf('HandOverResult', () => [
  OwnerWasChanged,
  NotOwned,
  DatedBeforeTheLast,
  ColleagueNotFound,
  StakeholderNotFound,
  CommandIdReused,
]);
export const ReleaseOwnerResult = resultOf('ReleaseOwnerResult', () => [
  OwnerWasReleased,
  NotOwned,
  DatedBeforeTheLast,
  StakeholderNotFound,
  CommandIdReused,
]);
