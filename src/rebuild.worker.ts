import { workerData } from 'node:worker_threads';
import { rebuild } from './event-sourcing/rebuild.js';
import { rebuildInThread } from './event-sourcing/rebuild.threads.js';
import { projections } from './projections.js';
import type { Settings } from './settings.js';
import { openEventStore, openReadStore, projectionsWith } from './stores.js';
import { untold } from './stores-log.js';

// One of the threads of `rapport rebuild`.
const { settings, names } = workerData as { readonly settings: Settings; readonly names: readonly string[] };
const all = projectionsWith(settings, projections);
const store = await openEventStore(settings, untold);
const readStore = await openReadStore(settings, all, store.logId);
await rebuildInThread((options) => rebuild({ store, readStore, projections: all, names, ...options }));
await readStore.close();
await store.close();
