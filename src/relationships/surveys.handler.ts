import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '../event-sourcing/transact.js';
import type { SurveyAnswerGiven, SurveyOutcome, Surveying } from './surveying.js';

export const SURVEYING = Symbol('SURVEYING');

/** The envelope of an answer to a survey. */
export class SurveyCommand extends Command<SurveyOutcome> {
  constructor(
    readonly answer: SurveyAnswerGiven,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(SurveyCommand)
export class SurveysHandler implements ICommandHandler<SurveyCommand> {
  constructor(@Inject(SURVEYING) private readonly surveying: Surveying) {}

  execute({ answer, context }: SurveyCommand): Promise<SurveyOutcome> {
    return this.surveying.answered(answer, context);
  }
}
