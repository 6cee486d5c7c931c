import { Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import { IsOptional, IsString, Length, Matches, Max, Min } from 'class-validator';
import { Done } from '../graphql/done.js';
import {
  CommandInput,
  ReasonedCommandInput,
  notPrintable,
  printable,
  saysNothing,
  something,
} from '../graphql/commands.js';
import { IsGlobalId, toGlobalId } from '../graphql/ids.js';
import { CommandIdReused, Refusal, resultOf } from '../graphql/refusal.js';
import { DateTime } from '../graphql/scalars.js';
import { IsDateOfWhatHappened } from '../interactions/interactions.types.js';
import { Stakeholder, StakeholderNotFound } from '../stakeholders/stakeholders.types.js';
import { surveyScoreMax } from './survey-answer.js';
import type { ListedAnswer } from './survey-answers.js';

const scoreMessage = `A score is a whole number from 0 to ${surveyScoreMax}.`;

@InputType()
export class RecordSurveyAnswerInput extends CommandInput {
  @Field(() => ID)
  @IsGlobalId('Stakeholder')
  stakeholderId!: string;

  @Field(() => String, { description: 'Which survey, as you call it.' })
  @IsString()
  @Length(1, 200)
  @Matches(printable, { message: notPrintable })
  @Matches(something, { message: saysNothing })
  survey!: string;

  @Field(() => Int, { description: `How likely they are to recommend us, 0 to ${surveyScoreMax}.` })
  @Min(0, { message: scoreMessage })
  @Max(surveyScoreMax, { message: scoreMessage })
  score!: number;

  @Field(() => DateTime, { nullable: true, description: 'When they answered; now, when left out.' })
  @IsOptional()
  @IsDateOfWhatHappened()
  occurredAt?: number | null;
}

@InputType()
export class RetractSurveyAnswerInput extends ReasonedCommandInput {
  @Field(() => ID)
  @IsGlobalId('Stakeholder')
  stakeholderId!: string;

  @Field(() => ID, { description: "Of the answer: from its recording, or from the stakeholder's `surveyAnswers`." })
  @IsGlobalId('SurveyAnswered')
  factId!: string;
}

@ObjectType({ description: 'What somebody answered when they were asked.' })
export class SurveyAnswer {
  @Field(() => ID, { description: 'Of the fact: what retracting it takes.' })
  readonly factId!: string;

  @Field(() => String)
  readonly survey!: string;

  @Field(() => Int, { description: `0 to ${surveyScoreMax}.` })
  readonly score!: number;

  @Field(() => DateTime)
  readonly occurredAt!: number;
}

export const surveyFactId = (factId: string): string => toGlobalId('SurveyAnswered', factId);

export const surveyAnswerShown = ({ factId, survey, score, at }: ListedAnswer): SurveyAnswer => ({
  factId: surveyFactId(factId),
  survey,
  score,
  occurredAt: at,
});

@ObjectType()
export class SurveyAnswerWasRecorded extends Done {
  readonly __typename = 'SurveyAnswerWasRecorded';

  @Field(() => Stakeholder)
  readonly stakeholder!: Stakeholder;

  @Field(() => ID, { description: 'Of the fact.' })
  readonly factId!: string;
}

@ObjectType()
export class SurveyAnswerWasRetracted extends Done {
  readonly __typename = 'SurveyAnswerWasRetracted';

  @Field(() => Stakeholder)
  readonly stakeholder!: Stakeholder;

  @Field(() => ID, { description: 'Of the answer.' })
  readonly factId!: string;
}

@ObjectType({ implements: () => Refusal, description: 'Returned when this stakeholder gave no such answer.' })
export class SurveyAnswerNotFound extends Refusal {
  readonly __typename = 'SurveyAnswerNotFound';
}

export const RecordSurveyAnswerResult = resultOf('RecordSurveyAnswerResult', () => [
  SurveyAnswerWasRecorded,
  StakeholderNotFound,
  CommandIdReused,
]);
export const RetractSurveyAnswerResult = resultOf('RetractSurveyAnswerResult', () => [
  SurveyAnswerWasRetracted,
  SurveyAnswerNotFound,
  StakeholderNotFound,
  CommandIdReused,
]);
