import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import type { Transactions } from '../event-sourcing/transact.js';
import type { Identity } from '../stakeholders/identity.js';
import { IDENTITY } from '../stakeholders/stakeholders.handler.js';
import { StakeholdersModule } from '../stakeholders/stakeholders.module.js';
import { TRANSACTIONS } from '../tokens.js';
import { AttentionResolver, waitingResolvers } from './attention.resolver.js';
import { HandOversResolver } from './hand-overs.resolver.js';
import { MergedOwnersResolver, PreviewedOwnerResolver } from './merges.resolver.js';
import { type OurOwn, ourOwn } from './our-own.js';
import { ColleagueResolver, OurOwnResolver, TierResolver } from './our-own.resolver.js';
import { OUR_OWN, OWNING, OurOwnHandler, OwningHandler } from './owners.handler.js';
import { OwnerNodes } from './owners.nodes.js';
import { OwnersResolver, ownedRelationshipResolvers, ownersPeopleResolvers } from './owners.resolver.js';
import { type Owning, owning } from './owning.js';

@Module({
  imports: [CqrsModule, StakeholdersModule],
  providers: [
    {
      provide: OUR_OWN,
      inject: [TRANSACTIONS],
      useFactory: (transactions: Transactions): OurOwn => ourOwn(transactions),
    },
    {
      provide: OWNING,
      inject: [TRANSACTIONS, IDENTITY],
      useFactory: (transactions: Transactions, identity: Identity): Owning => owning(transactions, identity),
    },
    OurOwnHandler,
    OwningHandler,
    OwnerNodes,
    OurOwnResolver,
    ColleagueResolver,
    TierResolver,
    OwnersResolver,
    HandOversResolver,
    AttentionResolver,
    ...waitingResolvers,
    PreviewedOwnerResolver,
    MergedOwnersResolver,
    ...ownersPeopleResolvers,
    ...ownedRelationshipResolvers,
  ],
  exports: [OwnerNodes],
})
export class OwnersModule {}
