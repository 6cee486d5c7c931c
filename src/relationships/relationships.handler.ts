import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '../event-sourcing/transact.js';
import type { Relating, RelatingOutcome, RelatingRequest } from './relating.js';

export const RELATING = Symbol('RELATING');

/** The envelope of every command about where we stand. */
export class RelationshipCommand extends Command<RelatingOutcome> {
  constructor(
    readonly request: RelatingRequest,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(RelationshipCommand)
export class RelationshipsHandler implements ICommandHandler<RelationshipCommand> {
  constructor(@Inject(RELATING) private readonly relating: Relating) {}

  execute({ request, context }: RelationshipCommand): Promise<RelatingOutcome> {
    return this.relating.ask(request, context);
  }
}
