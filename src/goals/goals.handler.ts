import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '../event-sourcing/transact.js';
import type { GoalAsked, GoalOutcome, GoalSetting } from './goal-setting.js';

export const GOAL_SETTING = Symbol('GOAL_SETTING');

/** The envelope of every command about goals. */
export class GoalCommand extends Command<GoalOutcome> {
  constructor(
    readonly asked: GoalAsked,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(GoalCommand)
export class GoalsHandler implements ICommandHandler<GoalCommand> {
  constructor(@Inject(GOAL_SETTING) private readonly goals: GoalSetting) {}

  execute({ asked, context }: GoalCommand): Promise<GoalOutcome> {
    return this.goals.ask(asked, context);
  }
}
