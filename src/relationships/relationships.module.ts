import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import type { Transactions } from '../event-sourcing/transact.js';
import { InteractionsModule } from '../interactions/interactions.module.js';
import type { Identity } from '../stakeholders/identity.js';
import { IDENTITY } from '../stakeholders/stakeholders.handler.js';
import { StakeholdersModule } from '../stakeholders/stakeholders.module.js';
import { TRANSACTIONS } from '../tokens.js';
import { CommitmentResolver, CommitmentsResolver, commitmentOfFactResolvers } from './commitments.resolver.js';
import {
  ConnectionEndedResolver,
  ConnectionsOfInteractionResolver,
  ConnectionsResolver,
} from './connections.resolver.js';
import { LifecycleResolver } from './lifecycle.resolver.js';
import { ContactOfInteractionResolver, ContactOfOutreachResolver, ContactResolver } from './contact.resolver.js';
import { OutreachResolver, OutreachesResolver, outreachSettledResolvers } from './outreach.resolver.js';
import { MergedFactsResolver } from './merges.resolver.js';
import { type Relating, relating } from './relating.js';
import { relationshipFactResolvers } from './relationship-fact.resolver.js';
import { RelationshipDesk } from './relationships.desk.js';
import { RELATING, RelationshipsHandler } from './relationships.handler.js';
import { RelationshipFactNodes } from './relationships.nodes.js';
import { RelationshipsResolver } from './relationships.resolver.js';
import { ConversationStepsResolver, StepFindingResolver, StepTakenResolver, StepsResolver } from './steps.resolver.js';
import { VerificationResolver } from './verification.resolver.js';
import { AssessedInfluenceResolver, SalienceResolver } from './salience.resolver.js';
import { type Surveying, surveying } from './surveying.js';
import { SURVEYING, SurveysHandler } from './surveys.handler.js';
import { SurveysResolver } from './surveys.resolver.js';

@Module({
  imports: [CqrsModule, StakeholdersModule, InteractionsModule],
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
    RelationshipDesk,
    RelationshipsResolver,
    StepsResolver,
    ConversationStepsResolver,
    StepTakenResolver,
    StepFindingResolver,
    CommitmentsResolver,
    CommitmentResolver,
    ...commitmentOfFactResolvers,
    ConnectionsResolver,
    ConnectionsOfInteractionResolver,
    ConnectionEndedResolver,
    LifecycleResolver,
    VerificationResolver,
    SalienceResolver,
    AssessedInfluenceResolver,
    ContactResolver,
    ContactOfInteractionResolver,
    ContactOfOutreachResolver,
    OutreachesResolver,
    OutreachResolver,
    ...outreachSettledResolvers,
    MergedFactsResolver,
    ...relationshipFactResolvers,
  ],
  exports: [RelationshipFactNodes],
})
export class RelationshipsModule {}
