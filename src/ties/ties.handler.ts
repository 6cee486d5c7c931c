import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '../event-sourcing/transact.js';
import type { Affiliating, AffiliatingOutcome, AffiliatingRequest } from './affiliating.js';
import type { Tying, TyingOutcome, TyingRequest } from './tying.js';

export const AFFILIATING = Symbol('AFFILIATING');
export const TYING = Symbol('TYING');

/** The envelope of every command about where somebody belongs. */
export class AffiliatingCommand extends Command<AffiliatingOutcome> {
  constructor(
    readonly request: AffiliatingRequest,
    readonly context: CommandContext,
  ) {
    super();
  }
}

/** The envelope of every command about who is tied to whom. */
export class TyingCommand extends Command<TyingOutcome> {
  constructor(
    readonly request: TyingRequest,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(AffiliatingCommand)
export class AffiliatingHandler implements ICommandHandler<AffiliatingCommand> {
  constructor(@Inject(AFFILIATING) private readonly affiliating: Affiliating) {}

  execute({ request, context }: AffiliatingCommand): Promise<AffiliatingOutcome> {
    return this.affiliating.ask(request, context);
  }
}

@CommandHandler(TyingCommand)
export class TyingHandler implements ICommandHandler<TyingCommand> {
  constructor(@Inject(TYING) private readonly tying: Tying) {}

  execute({ request, context }: TyingCommand): Promise<TyingOutcome> {
    return this.tying.ask(request, context);
  }
}
