import { workerData } from 'node:worker_threads';
import { isLeftOver, projectionsOfRules } from './advocacy/rule-projections.js';
import { Projector } from './event-sourcing/projector.js';
import { projectInThread } from './event-sourcing/projector.thread.js';
import { giveMemoryBack } from './memory.js';
import { projections } from './projections.js';
import { settingsFrom } from './settings.js';
import type { EnvironmentTexts } from './settings-from-files.js';
import { openEventStore, openReadStore, projectionsWith, followed } from './stores.js';

// The thread of the projector: what the service starts with its own settings.
const settings = settingsFrom(workerData as EnvironmentTexts);
await projectInThread(async ({ log, onMove }) => {
  const store = await openEventStore(settings, log, followed);
  const all = [...projectionsWith(settings, projections), ...(await projectionsOfRules(store))];
  const readStore = await openReadStore(settings, all, store.logId);
  await readStore.deleteBuilds(isLeftOver(all));
  return {
    projector: new Projector({ store, readStore, projections: all, log, onMove, onBuilt: giveMemoryBack }),
    close: async () => {
      await readStore.close();
      await store.close();
    },
  };
});
