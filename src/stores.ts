import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { EventStore } from './event-sourcing/event-store.js';
import type { Projected, ReadStore } from './event-sourcing/read-store.js';
import { openSqliteEventStore } from './event-sourcing/stores/sqlite.event-store.js';
import { openSqliteReadStore } from './event-sourcing/stores/sqlite.read-store.js';
import { type Upcast, upcaster } from './event-sourcing/upcaster.js';
import { lifts } from './lifts.js';
import type { Settings } from './settings.js';

/** The one place that chooses the stores. */
export const openEventStore = ({ eventStore }: Settings, upcast: Upcast = upcaster(lifts)): EventStore => {
  mkdirSync(dirname(eventStore.path), { recursive: true, mode: 0o700 });
  return openSqliteEventStore({ path: eventStore.path, upcast });
};

export const openReadStore = ({ readStore }: Settings, projections: readonly Projected[], logId: string): ReadStore =>
  openSqliteReadStore({ folder: readStore.path, projections, logId });
