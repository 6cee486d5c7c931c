import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '../event-sourcing/transact.js';
import type { Guiding, GuidingOutcome, GuidingRequest } from './guiding.js';

export const GUIDING = Symbol('GUIDING');

/** The envelope of every command about guidelines. */
export class GuidelineCommand extends Command<GuidingOutcome> {
  constructor(
    readonly request: GuidingRequest,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(GuidelineCommand)
export class GuidelinesHandler implements ICommandHandler<GuidelineCommand> {
  constructor(@Inject(GUIDING) private readonly guiding: Guiding) {}

  execute({ request, context }: GuidelineCommand): Promise<GuidingOutcome> {
    return this.guiding.ask(request, context);
  }
}
