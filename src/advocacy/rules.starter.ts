import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { deterministicId } from '../event-sourcing/event-id.js';
import type { Transactions } from '../event-sourcing/transact.js';
import { TRANSACTIONS } from '../tokens.js';
import { ruleInForce } from './rule-in-force.js';
import { rulesV1 } from './standing.js';

/** Puts the rules that this version reads by in force, where the log names none or others. */
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
      const commandId = deterministicId('rule', data.decides, data.rule);
      await this.transactions.transact(
        ruleInForce,
        data.decides,
        { type: 'RulePutInForce', data },
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
