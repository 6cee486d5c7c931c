import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '../event-sourcing/transact.js';
import type { OurOwn, OurOwnOutcome, OurOwnRequest } from './our-own.js';
import type { Owning, OwningOutcome, OwningRequest } from './owning.js';

export const OUR_OWN = Symbol('OUR_OWN');
export const OWNING = Symbol('OWNING');

/** The envelope of every command about our own people, teams and tiers. */
export class OurOwnCommand extends Command<OurOwnOutcome> {
  constructor(
    readonly request: OurOwnRequest,
    readonly context: CommandContext,
  ) {
    super();
  }
}

/** The envelope of every command about who answers for whom. */
export class OwningCommand extends Command<OwningOutcome> {
  constructor(
    readonly request: OwningRequest,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(OurOwnCommand)
export class OurOwnHandler implements ICommandHandler<OurOwnCommand> {
  constructor(@Inject(OUR_OWN) private readonly ourOwn: OurOwn) {}

  execute({ request, context }: OurOwnCommand): Promise<OurOwnOutcome> {
    return this.ourOwn.ask(request, context);
  }
}

@CommandHandler(OwningCommand)
export class OwningHandler implements ICommandHandler<OwningCommand> {
  constructor(@Inject(OWNING) private readonly owning: Owning) {}

  execute({ request, context }: OwningCommand): Promise<OwningOutcome> {
    return this.owning.ask(request, context);
  }
}
