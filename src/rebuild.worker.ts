import { workerData } from 'node:worker_threads';
import { projectionsOfRules } from './advocacy/rule-projections.js';
import { rebuild } from './event-sourcing/rebuild.js';
import { rebuildInThread } from './event-sourcing/rebuild.threads.js';
import { projections } from './projections.js';
import { settingsFrom } from './settings.js';
import type { EnvironmentTexts } from './settings-from-files.js';
import { openEventStore, openReadStore, projectionsWith, readInOrder } from './stores.js';
import { untold } from './stores-log.js';

// One of the threads of `rapport rebuild`.
const { environment, names } = workerData as {
  readonly environment: EnvironmentTexts;
  readonly names: readonly string[];
};
const settings = settingsFrom(environment);
const store = await openEventStore(settings, untold, readInOrder);
const all = [...projectionsWith(settings, projections), ...(await projectionsOfRules(store))];
const readStore = await openReadStore(settings, all, store.logId);
await rebuildInThread((options) => rebuild({ store, readStore, projections: all, names, ...options }));
await readStore.close();
await store.close();
