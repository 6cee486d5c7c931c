import { changedRule } from '../src/advocacy/changed-rules.js';
import { rulesV1 } from '../src/advocacy/standing.js';
import { answerInThreadOf } from '../src/advocacy/what-if.thread.js';
import { present } from '../src/event-sourcing/past.js';
import { rebuildInThreads } from '../src/event-sourcing/rebuild.threads.js';
import { projections } from '../src/projections.js';
import { environmentOf, settingsFrom } from '../src/settings.js';
import { openEventStore, projectionsWith } from '../src/stores.js';
import { untold } from '../src/stores-log.js';

const settings = settingsFrom(process.env);
const environment = environmentOf(settings);

/** As a client is answered: in a thread that rests half of the time. */
const whatIf = async (): Promise<number> => {
  const store = await openEventStore(settings, untold);
  const { logId } = store;
  await store.close();
  const start = performance.now();
  const { facts } = await answerInThreadOf({
    worker: new URL('../src/what-if.worker.js', import.meta.url),
    data: { environment, logId },
    asked: {
      rules: { ...rulesV1, tone: changedRule(rulesV1.tone, { supporterMin: 0.2 }) },
      live: rulesV1,
      past: { known: present, validAt: Date.now() },
      during: { from: null, until: null },
      stakeholders: 0,
    },
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
  const seconds = (performance.now() - start) / 1000;
  if (facts === 0) throw new Error('The what-if read nothing.');
  return seconds;
};

const rebuild = async (): Promise<number> => {
  const start = performance.now();
  await rebuildInThreads({
    worker: new URL('../src/rebuild.worker.js', import.meta.url),
    data: { environment },
    projections: projectionsWith(settings, projections),
    names: ['standing'],
  });
  return (performance.now() - start) / 1000;
};

const seconds = await (process.argv[2] === 'rebuild' ? rebuild() : whatIf());
process.send?.({ seconds, residentMb: process.resourceUsage().maxRSS / 1024 });
process.disconnect();
