import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '../event-sourcing/transact.js';
import type { Timing, TimingOutcome, TimingRequest } from './timing.js';

export const TIMING = Symbol('TIMING');

/** The envelope of every command about when we work and how soon we answer. */
export class TimingCommand extends Command<TimingOutcome> {
  constructor(
    readonly request: TimingRequest,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(TimingCommand)
export class TimingHandler implements ICommandHandler<TimingCommand> {
  constructor(@Inject(TIMING) private readonly timing: Timing) {}

  execute({ request, context }: TimingCommand): Promise<TimingOutcome> {
    return this.timing.ask(request, context);
  }
}
