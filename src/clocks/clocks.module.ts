import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import type { Transactions } from '../event-sourcing/transact.js';
import { InteractionsModule } from '../interactions/interactions.module.js';
import { OwnersModule } from '../owners/owners.module.js';
import { team } from '../owners/team.js';
import { tierNamed } from '../owners/tier.js';
import { StakeholdersModule } from '../stakeholders/stakeholders.module.js';
import { TRANSACTIONS } from '../tokens.js';
import { TIMING, TimingHandler } from './clocks.handler.js';
import { ClockGroupResolver, ClockResolver, ClocksResolver } from './clocks.resolver.js';
import { EarlyRepliesResolver } from './early-replies.resolver.js';
import { type Timing, timing } from './timing.js';
import { TimingResolver } from './timing.resolver.js';

@Module({
  imports: [CqrsModule, StakeholdersModule, InteractionsModule, OwnersModule],
  providers: [
    {
      provide: TIMING,
      inject: [TRANSACTIONS],
      useFactory: (transactions: Transactions): Timing =>
        timing(transactions, {
          team: async (id) => (await transactions.read(team, id)).state !== null,
          tier: async (name) => (await transactions.read(tierNamed(name), name)).state.defined !== null,
        }),
    },
    TimingHandler,
    TimingResolver,
    ClocksResolver,
    ClockResolver,
    ClockGroupResolver,
    EarlyRepliesResolver,
  ],
})
export class ClocksModule {}
