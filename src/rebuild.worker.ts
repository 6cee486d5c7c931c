import { workerData } from 'node:worker_threads';
import { rebuild } from './event-sourcing/rebuild.js';
import { rebuildInThread } from './event-sourcing/rebuild.threads.js';
import { projections } from './projections.js';
import type { Settings } from './settings.js';
import { openEventStore, openReadStore } from './stores.js';

// One of the threads of `rapport rebuild`.
const { settings, names } = workerData as { readonly settings: Settings; readonly names: readonly string[] };
const store = openEventStore(settings);
const readStore = openReadStore(settings, projections, store.logId);
await rebuildInThread((options) => rebuild({ store, readStore, projections, names, ...options }));
await readStore.close();
await store.close();
