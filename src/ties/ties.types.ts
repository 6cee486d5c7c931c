import { Field, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { ArrayMaxSize, IsArray, IsIn, IsOptional, IsString, Length, Matches } from 'class-validator';
import { ExplainedCommandInput, ReasonedCommandInput, notPrintable, printable } from '../graphql/commands.js';
import { connectionTypes } from '../graphql/connections.js';
import { Done } from '../graphql/done.js';
import { enumOf } from '../graphql/enum-of.js';
import { IsGlobalId } from '../graphql/ids.js';
import { Node } from '../graphql/node.js';
import { CommandIdReused, Refusal, resultOf } from '../graphql/refusal.js';
import { DateTime } from '../graphql/scalars.js';
import { Correction, InteractionNotFound } from '../interactions/interaction-node.types.js';
import { IsDateOfWhatHappened } from '../interactions/interactions.types.js';
import { ColleagueNotFound } from '../owners/our-own.types.js';
import { StakeholderNotFound } from '../stakeholders/stakeholders.types.js';
import { type State, states } from './lasting.js';
import { EndsBeforeItBegins, LastingInput, LastingNode, StateEnum } from './lasting.types.js';
import { type TieKind, tieKinds } from './tie.js';

export const TieKindEnum = enumOf(tieKinds);
registerEnumType(TieKindEnum, {
  name: 'TieKind',
  description:
    'How two stakeholders are tied. Only AMPLIFIES has a direction: what the other says, they carry further.',
});

/** A tie as resolvers hand it on. */
@ObjectType({ implements: () => Node, description: 'Two stakeholders are tied, for a period.' })
export class Tie extends LastingNode {
  readonly __typename = 'Tie';
  readonly stakeholderId!: string;
  readonly otherId!: string;
  readonly evidenceIds!: readonly string[];

  @Field(() => TieKindEnum)
  readonly kind!: TieKind;

  @Field(() => String, { nullable: true, description: 'What shows it, in words.' })
  readonly note!: string | null;

  @Field(() => String, { nullable: true, description: 'Where it is to be seen.' })
  readonly url!: string | null;

  @Field(() => Int, { description: 'Revision to expect.' })
  readonly revision!: number;

  @Field(() => [Correction], { description: 'Oldest first.' })
  readonly corrections!: readonly Correction[];
}

export const { Connection: TieConnection } = connectionTypes<Tie>('Tie', () => Tie);

@InputType({ description: 'Which ties; what is left out restricts nothing.' })
export class TieFilter {
  @Field(() => [TieKindEnum], { nullable: true })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(tieKinds.length)
  kinds?: TieKind[] | null;

  @Field(() => [StateEnum], { nullable: true, description: 'Left out: those that hold.' })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(states.length)
  @IsIn(states, { each: true })
  states?: State[] | null;
}

// Inputs.

export const evidenceMax = 20;

@InputType()
export class RecordTieInput extends LastingInput {
  @Field(() => TieKindEnum)
  kind!: TieKind;

  @Field(() => ID, { description: 'Who amplifies, where it is that.' })
  @IsGlobalId('Stakeholder')
  stakeholderId!: string;

  @Field(() => ID)
  @IsGlobalId('Stakeholder')
  otherId!: string;

  @Field(() => [ID], { nullable: true, description: `Interactions that show it, ${evidenceMax} at most.` })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(evidenceMax)
  @IsGlobalId('Interaction', { each: true })
  evidence?: string[] | null;

  @Field(() => String, { nullable: true, description: 'What shows it, in words.' })
  @IsOptional()
  @IsString()
  @Length(1, 2_000)
  note?: string | null;

  @Field(() => String, { nullable: true, description: 'Where it is to be seen.' })
  @IsOptional()
  @IsString()
  @Length(1, 2_000)
  @Matches(printable, { message: notPrintable })
  url?: string | null;
}

@InputType({ description: 'What was to last until a date may end before it.' })
export class EndTieInput extends ExplainedCommandInput {
  @Field(() => ID)
  @IsGlobalId('Tie')
  tieId!: string;

  @Field(() => DateTime, { nullable: true, description: 'When it ended; now, when left out.' })
  @IsOptional()
  @IsDateOfWhatHappened()
  occurredAt?: number | null;
}

@InputType({
  description:
    'What is left out stays as it is; null says that nobody knows. Of others, or the other way round: retract it, and record that.',
})
export class CorrectTieInput extends ReasonedCommandInput {
  @Field(() => ID)
  @IsGlobalId('Tie')
  tieId!: string;

  @Field(() => TieKindEnum, { nullable: true })
  @IsOptional()
  kind?: TieKind | null;

  @Field(() => DateTime, { nullable: true })
  @IsOptional()
  @IsDateOfWhatHappened()
  from?: number | null;

  @Field(() => DateTime, { nullable: true })
  @IsOptional()
  until?: number | null;

  @Field(() => [ID], { nullable: true, description: `All interactions that show it, ${evidenceMax} at most.` })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(evidenceMax)
  @IsGlobalId('Interaction', { each: true })
  evidence?: string[] | null;

  @Field(() => String, { nullable: true })
  @IsOptional()
  @IsString()
  @Length(1, 2_000)
  note?: string | null;

  @Field(() => String, { nullable: true })
  @IsOptional()
  @IsString()
  @Length(1, 2_000)
  @Matches(printable, { message: notPrintable })
  url?: string | null;
}

@InputType()
export class RetractTieInput extends ReasonedCommandInput {
  @Field(() => ID)
  @IsGlobalId('Tie')
  tieId!: string;
}

// Outcomes.

@ObjectType({ isAbstract: true })
abstract class AboutTie extends Done {
  @Field(() => Tie)
  readonly tie!: Tie;
}

@ObjectType()
export class TieRecorded extends AboutTie {
  readonly __typename = 'TieRecorded';
}
@ObjectType()
export class TieEnded extends AboutTie {
  readonly __typename = 'TieEnded';
}
@ObjectType()
export class TieCorrected extends AboutTie {
  readonly __typename = 'TieCorrected';
}
@ObjectType()
export class TieRetracted extends AboutTie {
  readonly __typename = 'TieRetracted';
}

@ObjectType({ implements: () => Refusal, description: 'Returned when an id names no tie.' })
export class TieNotFound extends Refusal {
  readonly __typename = 'TieNotFound';

  @Field(() => ID)
  readonly tieId!: string;
}

@ObjectType({
  implements: () => Refusal,
  description: 'Returned when a tie was taken back: there is nothing to end or correct any more.',
})
export class TieIsRetracted extends Refusal {
  readonly __typename = 'TieIsRetracted';

  @Field(() => Tie)
  readonly tie!: Tie;
}

@ObjectType({
  implements: () => Refusal,
  description: 'Returned when it ended before that date already; correct it where that was mistaken.',
})
export class TieHasEnded extends Refusal {
  readonly __typename = 'TieHasEnded';

  @Field(() => Tie)
  readonly tie!: Tie;
}

@ObjectType({
  implements: () => Refusal,
  description:
    "Returned when this source's id is on record and what was first sent under it was another content; correct or retract that one.",
})
export class TieSourceIdTaken extends Refusal {
  readonly __typename = 'TieSourceIdTaken';

  @Field(() => Tie)
  readonly tie!: Tie;
}

@ObjectType({ implements: () => Refusal, description: 'Returned when both ends of a tie are the same stakeholder.' })
export class TieWithThemselves extends Refusal {
  readonly __typename = 'TieWithThemselves';
}

export const RecordTieResult = resultOf('RecordTieResult', () => [
  TieRecorded,
  TieSourceIdTaken,
  TieWithThemselves,
  EndsBeforeItBegins,
  InteractionNotFound,
  ColleagueNotFound,
  StakeholderNotFound,
  CommandIdReused,
]);
export const EndTieResult = resultOf('EndTieResult', () => [
  TieEnded,
  TieHasEnded,
  TieIsRetracted,
  TieNotFound,
  EndsBeforeItBegins,
  CommandIdReused,
]);
export const CorrectTieResult = resultOf('CorrectTieResult', () => [
  TieCorrected,
  TieIsRetracted,
  TieNotFound,
  EndsBeforeItBegins,
  InteractionNotFound,
  CommandIdReused,
]);
export const RetractTieResult = resultOf('RetractTieResult', () => [TieRetracted, TieNotFound, CommandIdReused]);
