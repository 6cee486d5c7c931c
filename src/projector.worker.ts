import { workerData } from 'node:worker_threads';
import { Projector } from './event-sourcing/projector.js';
import { projectInThread } from './event-sourcing/projector.thread.js';
import { projections } from './projections.js';
import type { Settings } from './settings.js';
import { openEventStore, openReadStore } from './stores.js';

// The thread of the projector: what the service starts with its own settings.
const settings = workerData as Settings;
const store = openEventStore(settings);
const readStore = openReadStore(settings, projections, store.logId);
await projectInThread((side) => new Projector({ store, readStore, projections, ...side }));
await readStore.close();
await store.close();
