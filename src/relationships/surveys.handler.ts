import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '../event-sourcing/transact.js';
import type { SurveyAsked, SurveyOutcome, Surveying } from './surveying.js';

export const SURVEYING = Symbol('SURVEYING');

/** The envelope of every command about answers to surveys. */
export class SurveyCommand extends Command<SurveyOutcome> {
  constructor(
    readonly asked: SurveyAsked,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(SurveyCommand)
export class SurveysHandler implements ICommandHandler<SurveyCommand> {
  constructor(@Inject(SURVEYING) private readonly surveying: Surveying) {}

  execute({ asked, context }: SurveyCommand): Promise<SurveyOutcome> {
    return this.surveying.ask(asked, context);
  }
}
