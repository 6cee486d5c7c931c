import { Global, Module } from '@nestjs/common';
import type { EventStore } from '../event-sourcing/event-store.js';
import type { Transactions } from '../event-sourcing/transact.js';
import { EVENT_STORE, TRANSACTIONS } from '../tokens.js';
import { Keys } from './keys.js';
import { KeysResolver } from './keys.resolver.js';

@Global()
@Module({
  providers: [
    KeysResolver,
    {
      provide: Keys,
      inject: [EVENT_STORE, TRANSACTIONS],
      useFactory: (store: EventStore, transactions: Transactions) => new Keys(store, transactions),
    },
  ],
  exports: [Keys],
})
export class AccessModule {}
