import { Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsInt,
  IsOptional,
  IsString,
  Length,
  Matches,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import {
  ExplainedCommandInput,
  ReasonedCommandInput,
  notPrintable,
  printable,
  saysNothing,
  something,
} from '../graphql/commands.js';
import { Done } from '../graphql/done.js';
import { IsGlobalId } from '../graphql/ids.js';
import type { Moment } from '../graphql/moment.js';
import { Node } from '../graphql/node.js';
import { CommandIdReused, Refusal, resultOf } from '../graphql/refusal.js';
import { DateTime } from '../graphql/scalars.js';
import { IsDateOfWhatHappened } from '../interactions/interactions.types.js';
import { ColleagueNotFound } from '../owners/our-own.types.js';
import type { Channel } from '../stakeholders/handle.js';
import { ChannelEnum } from '../stakeholders/handles.types.js';
import type { ListedGuideline } from './guideline-pages.js';

const textMax = 65_536;
const ruleMax = 10_000;
const rulesMax = 100;

@ObjectType({ description: 'What holds on one channel or, where it has manners of its own, on one site of it.' })
export class GuidelineRule {
  @Field(() => ChannelEnum)
  readonly channel!: Channel;

  @Field(() => String, { nullable: true, description: 'Null: on all of the channel.' })
  readonly site!: string | null;

  @Field(() => String)
  readonly text!: string;
}

/** A version as resolvers hand it on. */
@ObjectType({ description: 'A guideline as it holds from a date until the next version, or until it is withdrawn.' })
export class GuidelineVersion {
  readonly listed!: ListedGuideline;
  readonly moment!: Moment;

  @Field(() => ID)
  readonly guidelineId!: string;

  @Field(() => Int, { description: '1, 2, 3 and so on.' })
  readonly version!: number;

  @Field(() => String)
  readonly name!: string;

  @Field(() => String)
  readonly text!: string;

  @Field(() => DateTime)
  readonly inForceFrom!: number;

  @Field(() => String, { description: 'Who published it.' })
  readonly by!: string;

  @Field(() => String, { nullable: true })
  readonly reason!: string | null;
}

@ObjectType({ implements: () => Node, description: 'How our people engage with others.' })
export class Guideline extends Node {
  readonly __typename = 'Guideline';

  @Field(() => GuidelineVersion, { nullable: true, description: 'What is in force; null: nothing yet, or no more.' })
  readonly current!: GuidelineVersion | null;

  @Field(() => [GuidelineVersion], { description: 'All, oldest first.' })
  readonly versions!: readonly GuidelineVersion[];
}

/** An acknowledgement as resolvers hand it on. */
@ObjectType({ description: 'Somebody of ours has read a version, and keeps to it.' })
export class Acknowledgement {
  readonly colleagueId!: string;
  readonly moment!: Moment;

  @Field(() => ID)
  readonly guidelineId!: string;

  @Field(() => Int)
  readonly version!: number;

  @Field(() => DateTime)
  readonly acknowledgedAt!: number;

  @Field(() => String, { description: 'Who recorded it.' })
  readonly by!: string;
}

/** Somebody without a version, as resolvers hand them on. */
@ObjectType({ description: 'Somebody of ours who had not acknowledged what was in force when they wrote.' })
export class WithoutGuideline {
  readonly colleagueId!: string;
  readonly moment!: Moment;

  @Field(() => GuidelineVersion)
  readonly guideline!: GuidelineVersion;
}

// Inputs.

@InputType()
export class GuidelineRuleInput {
  @Field(() => ChannelEnum)
  channel!: Channel;

  @Field(() => String, { nullable: true, description: 'Left out: on all of the channel.' })
  @IsOptional()
  @IsString()
  @Length(1, 253)
  @Matches(printable, { message: notPrintable })
  site?: string | null;

  @Field(() => String)
  @MaxLength(ruleMax)
  @Matches(something, { message: saysNothing })
  text!: string;
}

@InputType({ description: 'Without guidelineId a new guideline, else its next version.' })
export class PublishGuidelineInput extends ExplainedCommandInput {
  @Field(() => ID, { nullable: true })
  @IsOptional()
  @IsGlobalId('Guideline')
  guidelineId?: string | null;

  @Field(() => String)
  @MaxLength(200)
  @Matches(printable, { message: notPrintable })
  @Matches(something, { message: saysNothing })
  name!: string;

  @Field(() => String)
  @MaxLength(textMax)
  @Matches(something, { message: saysNothing })
  text!: string;

  @Field(() => [GuidelineRuleInput], { nullable: true })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(rulesMax)
  @ValidateNested({ each: true })
  @Type(() => GuidelineRuleInput)
  rules?: GuidelineRuleInput[] | null;

  @Field(() => DateTime, { nullable: true, description: 'From when on it is in force; now, when left out.' })
  @IsOptional()
  @IsDateOfWhatHappened()
  occurredAt?: number | null;
}

@InputType()
export class WithdrawGuidelineInput extends ReasonedCommandInput {
  @Field(() => ID)
  @IsGlobalId('Guideline')
  guidelineId!: string;

  @Field(() => DateTime, { nullable: true, description: 'From when on nothing of it holds; now, when left out.' })
  @IsOptional()
  @IsDateOfWhatHappened()
  occurredAt?: number | null;
}

@InputType()
export class AcknowledgeGuidelineInput extends ExplainedCommandInput {
  @Field(() => ID)
  @IsGlobalId('Guideline')
  guidelineId!: string;

  @Field(() => Int, {
    nullable: true,
    description: 'The newest, when left out. Those before it are acknowledged with it.',
  })
  @IsOptional()
  @IsInt()
  @Min(1)
  version?: number | null;

  @Field(() => ID, { description: 'Who of ours has read it, and keeps to it.' })
  @IsGlobalId('Colleague')
  colleagueId!: string;

  @Field(() => DateTime, { nullable: true, description: 'Now, when left out.' })
  @IsOptional()
  @IsDateOfWhatHappened()
  occurredAt?: number | null;
}

@InputType()
export class RetractAcknowledgementInput extends ReasonedCommandInput {
  @Field(() => ID)
  @IsGlobalId('Guideline')
  guidelineId!: string;

  @Field(() => Int, { description: 'The one that was acknowledged by mistake.' })
  @IsInt()
  @Min(1)
  version!: number;

  @Field(() => ID, { description: 'Who of ours had not read it, or does not keep to it.' })
  @IsGlobalId('Colleague')
  colleagueId!: string;
}

// Outcomes.

@ObjectType({ isAbstract: true })
abstract class AboutGuideline extends Done {
  @Field(() => ID)
  readonly guidelineId!: string;

  @Field(() => Int, { description: 'The newest or, of an acknowledgement, the one that it is about.' })
  readonly version!: number;
}

@ObjectType()
export class GuidelineWasPublished extends AboutGuideline {
  readonly __typename = 'GuidelineWasPublished';
}
@ObjectType()
export class GuidelineWasWithdrawn extends AboutGuideline {
  readonly __typename = 'GuidelineWasWithdrawn';
}
@ObjectType()
export class GuidelineWasAcknowledged extends AboutGuideline {
  readonly __typename = 'GuidelineWasAcknowledged';
}

@ObjectType()
export class AcknowledgementWasRetracted extends AboutGuideline {
  readonly __typename = 'AcknowledgementWasRetracted';
}

@ObjectType({ implements: () => Refusal, description: 'Returned when an id names no guideline of ours.' })
export class GuidelineNotFound extends Refusal {
  readonly __typename = 'GuidelineNotFound';
}

@ObjectType({ implements: () => Refusal, description: 'Returned when the guideline has no such version yet.' })
export class GuidelineVersionNotFound extends Refusal {
  readonly __typename = 'GuidelineVersionNotFound';
}

@ObjectType({
  implements: () => Refusal,
  description:
    'Returned when they have not acknowledged that very version: where they acknowledged a later one, that is to be retracted.',
})
export class AcknowledgementNotFound extends Refusal {
  readonly __typename = 'AcknowledgementNotFound';
}

export const PublishGuidelineResult = resultOf('PublishGuidelineResult', () => [
  GuidelineWasPublished,
  GuidelineNotFound,
  CommandIdReused,
]);
export const WithdrawGuidelineResult = resultOf('WithdrawGuidelineResult', () => [
  GuidelineWasWithdrawn,
  GuidelineNotFound,
  CommandIdReused,
]);
export const AcknowledgeGuidelineResult = resultOf('AcknowledgeGuidelineResult', () => [
  GuidelineWasAcknowledged,
  GuidelineNotFound,
  GuidelineVersionNotFound,
  ColleagueNotFound,
  CommandIdReused,
]);
export const RetractAcknowledgementResult = resultOf('RetractAcknowledgementResult', () => [
  AcknowledgementWasRetracted,
  AcknowledgementNotFound,
  GuidelineNotFound,
  ColleagueNotFound,
  CommandIdReused,
]);
