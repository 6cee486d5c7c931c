import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '../event-sourcing/transact.js';
import type { Identity, IdentityOutcome, IdentityRequest } from './identity.js';

export const IDENTITY = Symbol('IDENTITY');

/** The envelope of every command about who somebody is. */
export class StakeholderCommand extends Command<IdentityOutcome> {
  constructor(
    readonly request: IdentityRequest,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(StakeholderCommand)
export class StakeholdersHandler implements ICommandHandler<StakeholderCommand> {
  constructor(@Inject(IDENTITY) private readonly identity: Identity) {}

  execute({ request, context }: StakeholderCommand): Promise<IdentityOutcome> {
    return this.identity.ask(request, context);
  }
}
