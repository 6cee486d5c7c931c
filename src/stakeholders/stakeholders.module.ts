import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import type { KeyedHash } from '../event-sourcing/keyed-hash.js';
import type { Transactions } from '../event-sourcing/transact.js';
import { CLAIMS_HASH, TRANSACTIONS } from '../tokens.js';
import { DirectoryResolver } from './directory.resolver.js';
import { type Identity, identity } from './identity.js';
import { MergedHoldingsResolver } from './merged-holdings.resolver.js';
import { MergesResolver } from './merges.resolver.js';
import { StakeholderPolicies } from './policies.runner.js';
import { IDENTITY, StakeholdersHandler } from './stakeholders.handler.js';
import { StakeholderNodes } from './stakeholders.nodes.js';
import { StakeholdersResolver } from './stakeholders.resolver.js';
import { SuggestionsResolver } from './suggestions.resolver.js';

@Module({
  imports: [CqrsModule],
  providers: [
    {
      provide: IDENTITY,
      inject: [TRANSACTIONS, CLAIMS_HASH],
      useFactory: (transactions: Transactions, hash: KeyedHash): Identity => identity(transactions, hash),
    },
    StakeholdersHandler,
    StakeholderNodes,
    DirectoryResolver,
    StakeholdersResolver,
    MergesResolver,
    MergedHoldingsResolver,
    SuggestionsResolver,
    StakeholderPolicies,
  ],
  exports: [IDENTITY, StakeholderNodes],
})
export class StakeholdersModule {}
