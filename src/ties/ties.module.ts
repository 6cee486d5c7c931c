import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import type { KeyedHash } from '../event-sourcing/keyed-hash.js';
import type { Transactions } from '../event-sourcing/transact.js';
import { InteractionsModule } from '../interactions/interactions.module.js';
import { colleague } from '../owners/colleague.js';
import { OwnersModule } from '../owners/owners.module.js';
import type { Identity } from '../stakeholders/identity.js';
import { IDENTITY } from '../stakeholders/stakeholders.handler.js';
import { StakeholdersModule } from '../stakeholders/stakeholders.module.js';
import { CLAIMS_HASH, TRANSACTIONS } from '../tokens.js';
import { type Affiliating, type OurPeople, affiliating } from './affiliating.js';
import { AffiliationResolver } from './affiliation.resolver.js';
import { AffiliationNodes } from './affiliations.nodes.js';
import { AffiliationsResolver } from './affiliations.resolver.js';
import { MergedTiesResolver } from './merges.resolver.js';
import { PeopleNodes } from './people.nodes.js';
import { NearResolver, NearStepResolver } from './near.resolver.js';
import { TieResolver } from './tie.resolver.js';
import { AFFILIATING, AffiliatingHandler, TYING, TyingHandler } from './ties.handler.js';
import { TieNodes } from './ties.nodes.js';
import { TiesResolver } from './ties.resolver.js';
import { type Tying, tying } from './tying.js';

const ourPeopleIn = ({ read }: Transactions): OurPeople => ({
  isOurs: async (colleagueId) => (await read(colleague, colleagueId)).state.added,
});

@Module({
  imports: [CqrsModule, StakeholdersModule, InteractionsModule, OwnersModule],
  providers: [
    {
      provide: AFFILIATING,
      inject: [TRANSACTIONS, IDENTITY, CLAIMS_HASH],
      useFactory: (transactions: Transactions, identity: Identity, hash: KeyedHash): Affiliating =>
        affiliating(transactions, identity, ourPeopleIn(transactions), (text) => hash.of(text)),
    },
    {
      provide: TYING,
      inject: [TRANSACTIONS, IDENTITY, CLAIMS_HASH],
      useFactory: (transactions: Transactions, identity: Identity, hash: KeyedHash): Tying =>
        tying(transactions, identity, ourPeopleIn(transactions), (text) => hash.of(text)),
    },
    AffiliatingHandler,
    TyingHandler,
    PeopleNodes,
    AffiliationNodes,
    TieNodes,
    AffiliationsResolver,
    AffiliationResolver,
    TiesResolver,
    TieResolver,
    NearResolver,
    NearStepResolver,
    MergedTiesResolver,
  ],
})
export class TiesModule {}
