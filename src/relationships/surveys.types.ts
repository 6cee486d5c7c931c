import { Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import { IsOptional, IsString, Length, Matches, Max, Min } from 'class-validator';
import { Done } from '../graphql/done.js';
import { CommandInput, notPrintable, printable, saysNothing, something } from '../graphql/commands.js';
import { IsGlobalId } from '../graphql/ids.js';
import { CommandIdReused, resultOf } from '../graphql/refusal.js';
import { DateTime } from '../graphql/scalars.js';
import { IsDateOfWhatHappened } from '../interactions/interactions.types.js';
import { Stakeholder, StakeholderNotFound } from '../stakeholders/stakeholders.types.js';
import { surveyScoreMax } from './survey-answer.js';

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

@ObjectType()
export class SurveyAnswerWasRecorded extends Done {
  readonly __typename = 'SurveyAnswerWasRecorded';

  @Field(() => Stakeholder)
  readonly stakeholder!: Stakeholder;

  @Field(() => ID, { description: 'Of the fact.' })
  readonly factId!: string;
}

export const RecordSurveyAnswerResult = resultOf('RecordSurveyAnswerResult', () => [
  SurveyAnswerWasRecorded,
  StakeholderNotFound,
  CommandIdReused,
]);
