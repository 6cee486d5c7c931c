import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { deterministicId } from '../event-sourcing/event-id.js';
import type { Transactions } from '../event-sourcing/transact.js';
import { TRANSACTIONS } from '../tokens.js';
import { ruleInForce } from './rule-in-force.js';
import { rulesV1 } from './standing.js';

/** Puts the standard rules in force, where the log names none. */
@Injectable()
export class RulesStarter implements OnApplicationBootstrap {
  constructor(@Inject(TRANSACTIONS) private readonly transactions: Transactions) {}

  async onApplicationBootstrap(): Promise<void> {
    const { tone, conversion } = rulesV1;
    const rules = [
      { decides: 'stance', rule: tone.name },
      { decides: 'conversion', rule: conversion.name },
    ] as const;
    for (const data of rules) {
      const { state } = await this.transactions.read(ruleInForce, data.decides);
      if (state.inForce !== null) continue;
      const commandId = deterministicId('rule', data.decides, data.rule);
      await this.transactions.transact(
        ruleInForce,
        data.decides,
        { type: 'PutRuleInForce', data },
        {
          actor: 'rapport',
          actorKind: 'policy',
          credential: 'rapport',
          correlationId: commandId,
          commandId,
          inputDigest: commandId,
        },
      );
    }
  }
}
