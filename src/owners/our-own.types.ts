import { Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsInt,
  IsOptional,
  IsString,
  Length,
  Matches,
  Max,
  MaxLength,
  Min,
} from 'class-validator';
import {
  CommandInput,
  ExplainedCommandInput,
  RevisedCommandInput,
  notPrintable,
  printable,
  saysNothing,
  something,
} from '../graphql/commands.js';
import { Done } from '../graphql/done.js';
import { connectionTypes } from '../graphql/connections.js';
import { IsGlobalId } from '../graphql/ids.js';
import type { Moment } from '../graphql/moment.js';
import { Node } from '../graphql/node.js';
import { CommandIdReused, Refusal, resultOf } from '../graphql/refusal.js';
import { capacityMax } from './tier.js';

@ObjectType({ implements: () => Node, description: 'A team of ours, in a department.' })
export class Team extends Node {
  readonly __typename = 'Team';

  @Field(() => String)
  readonly name!: string;

  @Field(() => String, { description: 'Such as service, press, product.' })
  readonly department!: string;

  @Field(() => Int, { description: 'Revision to expect.' })
  readonly revision!: number;
}

@ObjectType({ description: 'How many stakeholders somebody of ours answers for, in one tier or in none.' })
export class TierCount {
  @Field(() => String, { nullable: true })
  readonly tier!: string | null;

  @Field(() => Int)
  readonly count!: number;

  @Field(() => String, { description: 'The definition with its version.' })
  readonly definition!: string;
}

/** A person of ours as resolvers hand them on. */
@ObjectType({ implements: () => Node, description: 'A person of ours.' })
export class Colleague extends Node {
  readonly __typename = 'Colleague';
  readonly colleagueId!: string;
  readonly teamId!: string | null;
  readonly moment!: Moment;

  @Field(() => String)
  readonly name!: string;

  @Field(() => [String], { description: 'By which sources name them: an address, an account. Some are shared.' })
  readonly addresses!: readonly string[];

  @Field(() => Boolean, { description: 'With us no more; what they owned is theirs until it is handed over.' })
  readonly left!: boolean;

  @Field(() => Int, { description: 'Revision to expect.' })
  readonly revision!: number;
}

export const { Connection: ColleagueConnection } = connectionTypes<Colleague>('Colleague', () => Colleague);

@ObjectType({ description: 'How close somebody of ours keeps to a stakeholder.' })
export class Tier {
  readonly moment!: Moment;

  @Field(() => String)
  readonly name!: string;

  @Field(() => Int, { nullable: true, description: 'How many stakeholders it takes; null: any number.' })
  readonly capacity!: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'After so many days without anything passing a relationship in it is dormant; null: never.',
  })
  readonly cadenceDays!: number | null;
}

// Inputs.

const textMax = 200;
const addressesMax = 50;
/** How the name of a tier is written. */
export const tierName = /^[a-z0-9]+(-[a-z0-9]+)*$/;
export const tierNameMax = 40;
export const notATierName = 'Lower-case letters and digits, with single dashes between.';

@InputType({ description: 'Without teamId a new team.' })
export class NameTeamInput extends RevisedCommandInput {
  @Field(() => ID, { nullable: true })
  @IsOptional()
  @IsGlobalId('Team')
  teamId?: string | null;

  @Field(() => String)
  @MaxLength(textMax)
  @Matches(printable, { message: notPrintable })
  @Matches(something, { message: saysNothing })
  name!: string;

  @Field(() => String)
  @MaxLength(textMax)
  @Matches(printable, { message: notPrintable })
  @Matches(something, { message: saysNothing })
  department!: string;
}

@InputType()
export class AddColleagueInput extends CommandInput {
  @Field(() => String)
  @MaxLength(500)
  @Matches(printable, { message: notPrintable })
  @Matches(something, { message: saysNothing })
  name!: string;

  @Field(() => ID, { nullable: true })
  @IsOptional()
  @IsGlobalId('Team')
  teamId?: string | null;

  @Field(() => [String], { nullable: true, description: 'As sources name them in `ourPeople`.' })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(addressesMax)
  @IsString({ each: true })
  @Length(1, 500, { each: true })
  @Matches(printable, { each: true, message: notPrintable })
  addresses?: string[] | null;
}

@InputType({ description: 'What is left out stays as it is; teamId null: in no team.' })
export class ChangeColleagueInput extends RevisedCommandInput {
  @Field(() => ID)
  @IsGlobalId('Colleague')
  colleagueId!: string;

  @Field(() => String, { nullable: true })
  @IsOptional()
  @MaxLength(500)
  @Matches(printable, { message: notPrintable })
  @Matches(something, { message: saysNothing })
  name?: string | null;

  @Field(() => ID, { nullable: true })
  @IsOptional()
  @IsGlobalId('Team')
  teamId?: string | null;

  @Field(() => [String], { nullable: true, description: 'All of them.' })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(addressesMax)
  @IsString({ each: true })
  @Length(1, 500, { each: true })
  @Matches(printable, { each: true, message: notPrintable })
  addresses?: string[] | null;
}

@InputType()
export class LetColleagueGoInput extends ExplainedCommandInput {
  @Field(() => ID)
  @IsGlobalId('Colleague')
  colleagueId!: string;
}

@InputType({
  description: 'Defines a tier, or defines it anew. Whether it has a capacity at all is said the first time.',
})
export class DefineTierInput extends CommandInput {
  @Field(() => String, { description: 'As `executive`.' })
  @Length(1, tierNameMax)
  @Matches(tierName, { message: notATierName })
  name!: string;

  @Field(() => Int, {
    nullable: true,
    description: `Up to ${capacityMax}; left out: any number. Lowered, nobody loses a place.`,
  })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(capacityMax)
  capacity?: number | null;

  @Field(() => Int, { nullable: true })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(3_650)
  cadenceDays?: number | null;
}

@InputType({ description: 'Which of our people; what is left out restricts nothing.' })
export class ColleagueFilter {
  @Field(() => String, { nullable: true, description: 'An address that a source gives; case makes no difference.' })
  @IsOptional()
  @IsString()
  @Length(1, 500)
  address?: string | null;

  @Field(() => ID, { nullable: true })
  @IsOptional()
  @IsGlobalId('Team')
  teamId?: string | null;

  @Field(() => String, { nullable: true })
  @IsOptional()
  @IsString()
  @Length(1, textMax)
  department?: string | null;

  @Field(() => Boolean, { nullable: true })
  @IsOptional()
  @IsBoolean()
  left?: boolean | null;
}

// Outcomes.

@ObjectType({ isAbstract: true })
abstract class AboutColleague extends Done {
  @Field(() => Colleague)
  readonly colleague!: Colleague;
}

@ObjectType()
export class TeamNamed extends Done {
  readonly __typename = 'TeamNamed';

  @Field(() => Team)
  readonly team!: Team;
}
@ObjectType()
export class ColleagueAdded extends AboutColleague {
  readonly __typename = 'ColleagueAdded';
}
@ObjectType()
export class ColleagueChanged extends AboutColleague {
  readonly __typename = 'ColleagueChanged';
}
@ObjectType()
export class ColleagueLeft extends AboutColleague {
  readonly __typename = 'ColleagueLeft';
}
@ObjectType()
export class TierDefined extends Done {
  readonly __typename = 'TierDefined';

  @Field(() => Tier)
  readonly tier!: Tier;
}

@ObjectType({
  implements: () => Refusal,
  description: 'Returned when an id names nobody of ours or, where somebody is to own, nobody who is still with us.',
})
export class ColleagueNotFound extends Refusal {
  readonly __typename = 'ColleagueNotFound';

  @Field(() => ID)
  readonly colleagueId!: string;
}

@ObjectType({ implements: () => Refusal, description: 'Returned when an id names no team of ours.' })
export class TeamNotFound extends Refusal {
  readonly __typename = 'TeamNotFound';
}

@ObjectType({
  implements: () => Refusal,
  description:
    'Returned when a tier was defined without a capacity and is to have one, or the other way about: define another tier.',
})
export class CapacityIsFixed extends Refusal {
  readonly __typename = 'CapacityIsFixed';
}

export const NameTeamResult = resultOf('NameTeamResult', () => [TeamNamed, TeamNotFound, CommandIdReused]);
export const AddColleagueResult = resultOf('AddColleagueResult', () => [ColleagueAdded, TeamNotFound, CommandIdReused]);
export const ChangeColleagueResult = resultOf('ChangeColleagueResult', () => [
  ColleagueChanged,
  ColleagueNotFound,
  TeamNotFound,
  CommandIdReused,
]);
export const LetColleagueGoResult = resultOf('LetColleagueGoResult', () => [
  ColleagueLeft,
  ColleagueNotFound,
  CommandIdReused,
]);
export const DefineTierResult = resultOf('DefineTierResult', () => [TierDefined, CapacityIsFixed, CommandIdReused]);
