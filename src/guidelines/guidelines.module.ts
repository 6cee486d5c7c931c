import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import type { Transactions } from '../event-sourcing/transact.js';
import { InteractionsModule } from '../interactions/interactions.module.js';
import { colleague } from '../owners/colleague.js';
import { OwnersModule } from '../owners/owners.module.js';
import { TRANSACTIONS } from '../tokens.js';
import {
  ColleagueGuidelinesResolver,
  GuidelineVersionResolver,
  WithoutGuidelineResolver,
  whoseResolvers,
} from './acknowledgements.resolver.js';
import { GUIDING, GuidelinesHandler } from './guidelines.handler.js';
import { GuidelinesResolver } from './guidelines.resolver.js';
import { type Guiding, guiding } from './guiding.js';

@Module({
  imports: [CqrsModule, InteractionsModule, OwnersModule],
  providers: [
    {
      provide: GUIDING,
      inject: [TRANSACTIONS],
      useFactory: (transactions: Transactions): Guiding =>
        guiding(transactions, {
          isOneOfUs: async (colleagueId) => (await transactions.read(colleague, colleagueId)).state.added,
        }),
    },
    GuidelinesHandler,
    GuidelinesResolver,
    GuidelineVersionResolver,
    ColleagueGuidelinesResolver,
    WithoutGuidelineResolver,
    ...whoseResolvers,
  ],
})
export class GuidelinesModule {}
