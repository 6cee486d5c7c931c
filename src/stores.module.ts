import {
  type DynamicModule,
  Global,
  Inject,
  Injectable,
  Module,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import type { EventStore } from './event-sourcing/event-store.js';
import type { Projection } from './event-sourcing/projection.js';
import type { ProjectorLog } from './event-sourcing/lane.js';
import type { Projecting } from './event-sourcing/projecting.js';
import { ProjectorThread } from './event-sourcing/projector.thread.js';
import type { ReadStore } from './event-sourcing/read-store.js';
import { type Transactions, transactions } from './event-sourcing/transact.js';
import { environmentOf, type Settings } from './settings.js';
import { besideFollower, openReadStore, openWholeLog, projectionsWith } from './stores.js';
import type { StoresLog } from './stores-log.js';
import { bindClaimsKey, claimsKeyAt } from './claims-key.js';
import { CLAIMS_HASH, EVENT_STORE, LOG, PROJECTOR, READ_STORE, SETTINGS, TRANSACTIONS } from './tokens.js';

/** What the stores are opened with, beside the settings. */
export interface StoresOptions {
  readonly settings: Settings;
  /** Every context's projections. */
  readonly projections: readonly Projection[];
  /** What the projector's thread runs. */
  readonly projector: URL;
}

/** Starts the projector when everything stands, and at the end closes what was opened, in the order in which it leans on each other. */
@Injectable()
class StoresLife implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    @Inject(PROJECTOR) private readonly projector: Projecting,
    @Inject(READ_STORE) private readonly readStore: ReadStore,
    @Inject(EVENT_STORE) private readonly eventStore: EventStore,
  ) {}

  onApplicationBootstrap(): void {
    this.projector.start();
  }

  /** Runs once no request runs any more. */
  async onApplicationShutdown(): Promise<void> {
    await this.projector.stop();
    await this.readStore.close();
    await this.eventStore.close();
  }
}

/** The log, the rows, and what keeps the one in step with the other: for every context. */
@Global()
@Module({})
export class StoresModule {
  static forRoot({ settings, projections: ofContexts, projector }: StoresOptions): DynamicModule {
    const projections = projectionsWith(settings, ofContexts);
    return {
      module: StoresModule,
      providers: [
        { provide: SETTINGS, useValue: settings },
        {
          provide: EVENT_STORE,
          inject: [LOG],
          useFactory: (log: StoresLog) => openWholeLog(settings, log, besideFollower),
        },
        {
          provide: READ_STORE,
          inject: [EVENT_STORE, LOG],
          useFactory: ({ logId }: EventStore, log: ProjectorLog) =>
            openReadStore(settings, projections, logId, (waiting) => log.warn(waiting, 'waiting for the read store')),
        },
        {
          provide: PROJECTOR,
          inject: [EVENT_STORE, READ_STORE, LOG],
          useFactory: (store: EventStore, readStore: ReadStore, log: ProjectorLog) =>
            new ProjectorThread({
              worker: projector,
              data: environmentOf(settings),
              store,
              readStore,
              projections,
              log,
            }),
        },
        {
          provide: TRANSACTIONS,
          inject: [EVENT_STORE],
          useFactory: (store: EventStore): Transactions => transactions(store),
        },
        {
          provide: CLAIMS_HASH,
          inject: [EVENT_STORE],
          useFactory: async (store: EventStore) => bindClaimsKey(store, await claimsKeyAt(settings, store)),
        },
        StoresLife,
      ],
      exports: [SETTINGS, EVENT_STORE, READ_STORE, PROJECTOR, TRANSACTIONS, CLAIMS_HASH],
    };
  }
}
