import { Field, ID, InputType, ObjectType } from '@nestjs/graphql';
import { ArrayMaxSize, IsArray, IsIn, IsOptional, IsString, Length, Matches } from 'class-validator';
import { ExplainedCommandInput, ReasonedCommandInput, notPrintable, printable } from '../graphql/commands.js';
import { connectionTypes } from '../graphql/connections.js';
import { Done } from '../graphql/done.js';
import { IsGlobalId } from '../graphql/ids.js';
import { Node } from '../graphql/node.js';
import { CommandIdReused, Refusal, resultOf } from '../graphql/refusal.js';
import { DateTime } from '../graphql/scalars.js';
import { Correction } from '../interactions/interaction-node.types.js';
import { IsDateOfWhatHappened } from '../interactions/interactions.types.js';
import { ColleagueNotFound } from '../owners/our-own.types.js';
import { Stakeholder, StakeholderNotFound } from '../stakeholders/stakeholders.types.js';
import { type State, states } from './lasting.js';
import { EndsBeforeItBegins, LastingInput, LastingNode, StateEnum } from './lasting.types.js';

/** An affiliation as resolvers hand it on. */
@ObjectType({ implements: () => Node, description: 'A person belongs to an organisation, for a period.' })
export class Affiliation extends LastingNode {
  readonly __typename = 'Affiliation';
  readonly personId!: string;
  readonly organisationId!: string;

  @Field(() => String, { nullable: true, description: 'What they do there.' })
  readonly role!: string | null;

  @Field(() => String, { nullable: true, description: 'What they are called there.' })
  readonly title!: string | null;

  @Field(() => [Correction], { description: 'Oldest first.' })
  readonly corrections!: readonly Correction[];
}

export const { Connection: AffiliationConnection } = connectionTypes<Affiliation>('Affiliation', () => Affiliation);

@InputType({ description: 'Which affiliations.' })
export class AffiliationFilter {
  @Field(() => [StateEnum], { nullable: true, description: 'Left out: those that hold.' })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(states.length)
  @IsIn(states, { each: true })
  states?: State[] | null;
}

// Inputs.

const textMax = 500;

@InputType()
export class StartAffiliationInput extends LastingInput {
  @Field(() => ID)
  @IsGlobalId('Stakeholder')
  personId!: string;

  @Field(() => ID)
  @IsGlobalId('Stakeholder')
  organisationId!: string;

  @Field(() => String, { nullable: true, description: 'What they do there.' })
  @IsOptional()
  @IsString()
  @Length(1, textMax)
  @Matches(printable, { message: notPrintable })
  role?: string | null;

  @Field(() => String, { nullable: true, description: 'What they are called there.' })
  @IsOptional()
  @IsString()
  @Length(1, textMax)
  @Matches(printable, { message: notPrintable })
  title?: string | null;
}

@InputType({ description: 'What was to last until a date may end before it.' })
export class EndAffiliationInput extends ExplainedCommandInput {
  @Field(() => ID)
  @IsGlobalId('Affiliation')
  affiliationId!: string;

  @Field(() => DateTime, { nullable: true, description: 'When they left; now, when left out.' })
  @IsOptional()
  @IsDateOfWhatHappened()
  occurredAt?: number | null;
}

@InputType({
  description: 'What is left out stays as it is; null says that nobody knows. Of another organisation: retract it.',
})
export class CorrectAffiliationInput extends ReasonedCommandInput {
  @Field(() => ID)
  @IsGlobalId('Affiliation')
  affiliationId!: string;

  @Field(() => DateTime, { nullable: true })
  @IsOptional()
  @IsDateOfWhatHappened()
  from?: number | null;

  @Field(() => DateTime, { nullable: true })
  @IsOptional()
  until?: number | null;

  @Field(() => String, { nullable: true })
  @IsOptional()
  @IsString()
  @Length(1, textMax)
  @Matches(printable, { message: notPrintable })
  role?: string | null;

  @Field(() => String, { nullable: true })
  @IsOptional()
  @IsString()
  @Length(1, textMax)
  @Matches(printable, { message: notPrintable })
  title?: string | null;
}

@InputType()
export class RetractAffiliationInput extends ReasonedCommandInput {
  @Field(() => ID)
  @IsGlobalId('Affiliation')
  affiliationId!: string;
}

// Outcomes.

@ObjectType({ isAbstract: true })
abstract class AboutAffiliation extends Done {
  @Field(() => Affiliation)
  readonly affiliation!: Affiliation;
}

@ObjectType()
export class AffiliationStarted extends AboutAffiliation {
  readonly __typename = 'AffiliationStarted';
}
@ObjectType()
export class AffiliationEnded extends AboutAffiliation {
  readonly __typename = 'AffiliationEnded';
}
@ObjectType()
export class AffiliationCorrected extends AboutAffiliation {
  readonly __typename = 'AffiliationCorrected';
}
@ObjectType()
export class AffiliationRetracted extends AboutAffiliation {
  readonly __typename = 'AffiliationRetracted';
}

@ObjectType({
  implements: () => Refusal,
  description: 'Returned when who is to belong to an organisation is no person.',
})
export class NotAPerson extends Refusal {
  readonly __typename = 'NotAPerson';

  @Field(() => Stakeholder)
  readonly stakeholder!: Stakeholder;
}

@ObjectType({
  implements: () => Refusal,
  description: 'Returned when what somebody is to belong to is no organisation.',
})
export class NotAnOrganisation extends Refusal {
  readonly __typename = 'NotAnOrganisation';

  @Field(() => Stakeholder)
  readonly stakeholder!: Stakeholder;
}

@ObjectType({ implements: () => Refusal, description: 'Returned when an id names no affiliation.' })
export class AffiliationNotFound extends Refusal {
  readonly __typename = 'AffiliationNotFound';

  @Field(() => ID)
  readonly affiliationId!: string;
}

@ObjectType({
  implements: () => Refusal,
  description: 'Returned when an affiliation was taken back: there is nothing to end or correct any more.',
})
export class AffiliationIsRetracted extends Refusal {
  readonly __typename = 'AffiliationIsRetracted';

  @Field(() => Affiliation)
  readonly affiliation!: Affiliation;
}

@ObjectType({
  implements: () => Refusal,
  description: 'Returned when it ended before that date already; correct it where that was mistaken.',
})
export class AffiliationHasEnded extends Refusal {
  readonly __typename = 'AffiliationHasEnded';

  @Field(() => Affiliation)
  readonly affiliation!: Affiliation;
}

@ObjectType({
  implements: () => Refusal,
  description:
    "Returned when this source's id is on record, for this person or another, and what was first sent under it was another content; correct or retract that one.",
})
export class AffiliationSourceIdTaken extends Refusal {
  readonly __typename = 'AffiliationSourceIdTaken';

  @Field(() => Affiliation)
  readonly affiliation!: Affiliation;
}

export const StartAffiliationResult = resultOf('StartAffiliationResult', () => [
  AffiliationStarted,
  AffiliationSourceIdTaken,
  EndsBeforeItBegins,
  NotAPerson,
  NotAnOrganisation,
  ColleagueNotFound,
  StakeholderNotFound,
  CommandIdReused,
]);
export const EndAffiliationResult = resultOf('EndAffiliationResult', () => [
  AffiliationEnded,
  AffiliationHasEnded,
  AffiliationIsRetracted,
  AffiliationNotFound,
  EndsBeforeItBegins,
  CommandIdReused,
]);
export const CorrectAffiliationResult = resultOf('CorrectAffiliationResult', () => [
  AffiliationCorrected,
  AffiliationIsRetracted,
  AffiliationNotFound,
  EndsBeforeItBegins,
  CommandIdReused,
]);
export const RetractAffiliationResult = resultOf('RetractAffiliationResult', () => [
  AffiliationRetracted,
  AffiliationNotFound,
  CommandIdReused,
]);
