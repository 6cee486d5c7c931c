import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '../event-sourcing/transact.js';
import type { InteractionsRequest, Recording, RecordingOutcome } from './recording.js';

export const RECORDING = Symbol('RECORDING');

/** The envelope of every command about what passed. */
export class InteractionCommand extends Command<RecordingOutcome> {
  constructor(
    readonly request: InteractionsRequest,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(InteractionCommand)
export class InteractionsHandler implements ICommandHandler<InteractionCommand> {
  constructor(@Inject(RECORDING) private readonly recording: Recording) {}

  execute({ request, context }: InteractionCommand): Promise<RecordingOutcome> {
    return this.recording.ask(request, context);
  }
}
