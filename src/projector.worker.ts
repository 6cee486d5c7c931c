import { workerData } from 'node:worker_threads';
import { Projector } from './event-sourcing/projector.js';
import { projectInThread } from './event-sourcing/projector.thread.js';
import { projections } from './projections.js';
import { settingsFrom } from './settings.js';
import type { EnvironmentTexts } from './settings-from-files.js';
import { openEventStore, openReadStore, projectionsWith } from './stores.js';
import { untold } from './stores-log.js';

// The thread of the projector: what the service starts with its own settings.
const settings = settingsFrom(workerData as EnvironmentTexts);
const all = projectionsWith(settings, projections);
const store = await openEventStore(settings, untold);
const readStore = await openReadStore(settings, all, store.logId);
await projectInThread((side) => new Projector({ store, readStore, projections: all, ...side }));
await readStore.close();
await store.close();
