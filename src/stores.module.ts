import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  type DynamicModule,
  Global,
  Inject,
  Injectable,
  Module,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { isHalfCopied } from './event-sourcing/copy-log.js';
import type { EventStore } from './event-sourcing/event-store.js';
import { IndexedLog, logIndex } from './event-sourcing/log-index.js';
import type { Projection } from './event-sourcing/projection.js';
import { Projector, type ProjectorLog } from './event-sourcing/projector.js';
import type { ReadStore } from './event-sourcing/read-store.js';
import { openKurrentEventStore } from './event-sourcing/stores/kurrentdb.event-store.js';
import { type Waiting, openPostgresReadStore } from './event-sourcing/stores/postgres.read-store.js';
import { openSqliteEventStore } from './event-sourcing/stores/sqlite.event-store.js';
import { openSqliteReadStore } from './event-sourcing/stores/sqlite.read-store.js';
import { StoreRefused } from './event-sourcing/stores/store-refused.js';
import { type Transactions, transactions } from './event-sourcing/transact.js';
import { type Upcast, upcaster } from './event-sourcing/upcaster.js';
import { lifts } from './lifts.js';
import type { Settings } from './settings.js';
import type { StoresLog } from './stores-log.js';
import { bindClaimsKey, claimsKeyAt } from './claims-key.js';
import { CLAIMS_HASH, EVENT_STORE, LOG, PROJECTOR, READ_STORE, SETTINGS, TRANSACTIONS } from './tokens.js';

/** What the stores are opened with, beside the settings. */
export interface StoresOptions {
  readonly settings: Settings;
  /** Every context's projections. */
  readonly projections: readonly Projection[];
}

/**
 * The one place that chooses the stores. A log that keeps no index of its own has it among the rows.
 * @param log told while a server is waited for, and of troubles with it that pass.
 */
export const openEventStore = async (
  settings: Settings,
  log: StoresLog,
  upcast: Upcast = upcaster(lifts),
): Promise<EventStore> => {
  const { eventStore } = settings;
  if (eventStore.kind === 'sqlite') {
    mkdirSync(dirname(eventStore.path), { recursive: true, mode: 0o700 });
    return openSqliteEventStore({ path: eventStore.path, upcast });
  }
  const kurrent = await openKurrentEventStore({ location: eventStore, upcast, log });
  return new IndexedLog(kurrent, () =>
    openReadStore(settings, [logIndex], kurrent.logId, (waiting) =>
      log.warn({ ...waiting }, 'waiting for the read store'),
    ),
  );
};

/**
 * Opens the log to serve it or to add to it.
 * @throws StoreRefused where it is a copy that was cut short: what is added to one cannot be told from what is missing.
 */
export const openWholeLog = async (settings: Settings, log: StoresLog): Promise<EventStore> => {
  const store = await openEventStore(settings, log);
  try {
    if (await isHalfCopied(store))
      throw new StoreRefused('The log is a copy that was cut short. Run rapport copy-log again: it completes it.');
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
};

/** What is projected beside the contexts' own: the index of a log that keeps none. */
export const projectionsWith = (
  { eventStore }: Pick<Settings, 'eventStore'>,
  projections: readonly Projection[],
): readonly Projection[] => (eventStore.kind === 'sqlite' ? projections : [...projections, logIndex]);

/** @param onWaiting told each time that a server is not there yet. */
export const openReadStore = async (
  { readStore }: Settings,
  projections: readonly Projection[],
  logId: string,
  onWaiting?: (waiting: Waiting) => void,
): Promise<ReadStore> =>
  readStore.kind === 'sqlite'
    ? openSqliteReadStore({ folder: readStore.path, projections, logId })
    : openPostgresReadStore({ address: readStore.address, projections, logId, onWaiting });

/** Starts the projector when everything stands, and at the end closes what was opened, in the order in which it leans on each other. */
@Injectable()
class StoresLife implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    @Inject(PROJECTOR) private readonly projector: Projector,
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
  static forRoot({ settings, projections: ofContexts }: StoresOptions): DynamicModule {
    const projections = projectionsWith(settings, ofContexts);
    return {
      module: StoresModule,
      providers: [
        { provide: SETTINGS, useValue: settings },
        { provide: EVENT_STORE, inject: [LOG], useFactory: (log: StoresLog) => openWholeLog(settings, log) },
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
            new Projector({ store, readStore, projections, log }),
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
