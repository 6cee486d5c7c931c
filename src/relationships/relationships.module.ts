import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import type { Transactions } from '../event-sourcing/transact.js';
import type { Identity } from '../stakeholders/identity.js';
import { IDENTITY } from '../stakeholders/stakeholders.handler.js';
import { StakeholdersModule } from '../stakeholders/stakeholders.module.js';
import { TRANSACTIONS } from '../tokens.js';
import { MergedFactsResolver } from './merges.resolver.js';
import { type Relating, relating } from './relating.js';
import { relationshipFactResolvers } from './relationship-fact.resolver.js';
import { RELATING, RelationshipsHandler } from './relationships.handler.js';
import { RelationshipFactNodes } from './relationships.nodes.js';
import { RelationshipsResolver } from './relationships.resolver.js';
import { type Surveying, surveying } from './surveying.js';
import { SURVEYING, SurveysHandler } from './surveys.handler.js';
import { SurveysResolver } from './surveys.resolver.js';

@Module({
  imports: [CqrsModule, StakeholdersModule],
  providers: [
    {
      provide: RELATING,
      inject: [TRANSACTIONS, IDENTITY],
      useFactory: (transactions: Transactions, identity: Identity): Relating => relating(transactions, identity),
    },
    {
      provide: SURVEYING,
      inject: [TRANSACTIONS, IDENTITY],
      useFactory: (transactions: Transactions, identity: Identity): Surveying => surveying(transactions, identity),
    },
    RelationshipsHandler,
    SurveysHandler,
    SurveysResolver,
    RelationshipFactNodes,
    RelationshipsResolver,
    MergedFactsResolver,
    ...relationshipFactResolvers,
  ],
  exports: [RelationshipFactNodes],
})
export class RelationshipsModule {}
