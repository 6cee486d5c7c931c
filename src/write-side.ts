import 'reflect-metadata';
import { type DynamicModule, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CommandBus, CqrsModule } from '@nestjs/cqrs';
import { bindClaimsKey, claimsKeyAt } from './claims-key.js';
import type { KeyedHash } from './event-sourcing/keyed-hash.js';
import { transactions } from './event-sourcing/transact.js';
import { InteractionsHandler, RECORDING } from './interactions/interactions.handler.js';
import { recording } from './interactions/recording.js';
import type { Settings } from './settings.js';
import { identity } from './stakeholders/identity.js';
import { IDENTITY, StakeholdersHandler } from './stakeholders/stakeholders.handler.js';
import type { StoresLog } from './stores-log.js';
import { openWholeLog } from './stores.js';

/** The log with all that writes to it, and nothing that reads rows: for what is recorded from the command line. */
export interface WriteSide {
  readonly commands: CommandBus;
  /** Digests inputs and names claims. */
  readonly hash: KeyedHash;
}

export interface OpenWriteSide extends WriteSide {
  close(): Promise<void>;
}

@Module({})
class WriteSideModule {}

/**
 * Opens the log, binds the key of its claims, and sets up the handlers of commands. They are reached through the command
 * bus here too: it is the one door for writes, and a context of Nest with these two handlers stands in a tenth of a
 * second.
 * @throws StoreUnavailable, ClaimsKeyRefused
 */
export const openWriteSide = async (settings: Settings, log: StoresLog): Promise<OpenWriteSide> => {
  const store = await openWholeLog(settings, log);
  try {
    const hash = await bindClaimsKey(store, await claimsKeyAt(settings, store));
    const streams = transactions(store);
    const people = identity(streams, hash);
    const handlers: DynamicModule = {
      module: WriteSideModule,
      imports: [CqrsModule],
      providers: [
        { provide: IDENTITY, useValue: people },
        { provide: RECORDING, useValue: recording(streams, people, (text) => hash.of(text)) },
        StakeholdersHandler,
        InteractionsHandler,
      ],
    };
    const context = await NestFactory.createApplicationContext(handlers, { logger: false, abortOnError: false });
    return {
      commands: context.get(CommandBus),
      hash,
      close: async () => {
        await context.close();
        await store.close();
      },
    };
  } catch (error) {
    await store.close();
    throw error;
  }
};
