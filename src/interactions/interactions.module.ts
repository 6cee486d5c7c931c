import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import type { KeyedHash } from '../event-sourcing/keyed-hash.js';
import type { ReadStore } from '../event-sourcing/read-store.js';
import type { Transactions } from '../event-sourcing/transact.js';
import { guidelinesGate } from '../guidelines/guidelines.gate.js';
import type { Settings } from '../settings.js';
import type { Identity } from '../stakeholders/identity.js';
import { IDENTITY } from '../stakeholders/stakeholders.handler.js';
import { StakeholdersModule } from '../stakeholders/stakeholders.module.js';
import { CLAIMS_HASH, READ_STORE, SETTINGS, TRANSACTIONS } from '../tokens.js';
import { ConversationsResolver, InteractionFieldsResolver, ParticipantResolver } from './conversations.resolver.js';
import { InteractionsHandler, RECORDING } from './interactions.handler.js';
import { InteractionNodes } from './interactions.nodes.js';
import { InteractionRecordedResolver, InteractionsResolver } from './interactions.resolver.js';
import { MergedInteractionsResolver, PreviewedInteractionsResolver } from './merges.resolver.js';
import { type Recording, recording } from './recording.js';

@Module({
  imports: [CqrsModule, StakeholdersModule],
  providers: [
    {
      provide: RECORDING,
      inject: [TRANSACTIONS, IDENTITY, CLAIMS_HASH, READ_STORE, SETTINGS],
      useFactory: (
        transactions: Transactions,
        identity: Identity,
        hash: KeyedHash,
        rows: ReadStore,
        { guidelines }: Settings,
      ): Recording => {
        const gate = guidelines === 'required' ? guidelinesGate(rows, transactions) : undefined;
        return recording(transactions, identity, hash.of, gate);
      },
    },
    InteractionsHandler,
    InteractionNodes,
    InteractionsResolver,
    InteractionRecordedResolver,
    ConversationsResolver,
    InteractionFieldsResolver,
    ParticipantResolver,
    MergedInteractionsResolver,
    PreviewedInteractionsResolver,
  ],
  exports: [InteractionNodes],
})
export class InteractionsModule {}
