import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Accepted, CommandContext, CommandIdReused, Transactions } from '../event-sourcing/transact.js';
import { TRANSACTIONS } from '../tokens.js';
import { type RuleRefusal, type RuleRequest, type RuleVersions, ruleInForce } from './rule-in-force.js';

export type RuleOutcome = Accepted<RuleVersions> | RuleRefusal | CommandIdReused;

/** The envelope of every command about rules. */
export class RuleCommand extends Command<RuleOutcome> {
  constructor(
    readonly request: RuleRequest,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(RuleCommand)
export class RuleHandler implements ICommandHandler<RuleCommand> {
  constructor(@Inject(TRANSACTIONS) private readonly transactions: Transactions) {}

  execute({ request, context }: RuleCommand): Promise<RuleOutcome> {
    return this.transactions.transact(ruleInForce, request.data.decides, request, context);
  }
}
