import { workerData } from 'node:worker_threads';
import { answerInThread } from './advocacy/what-if.thread.js';
import type { WhatIfAsked } from './advocacy/what-if.js';
import { projections } from './projections.js';
import { settingsFrom } from './settings.js';
import type { EnvironmentTexts } from './settings-from-files.js';
import { openReadStore, projectionsWith } from './stores.js';

// The thread of one what-if: it reads rows, and neither the log nor what others write.
const { environment, logId, asked } = workerData as {
  readonly environment: EnvironmentTexts;
  readonly logId: string;
  readonly asked: WhatIfAsked;
};
const settings = settingsFrom(environment);
const rows = await openReadStore(settings, projectionsWith(settings, projections), logId);
try {
  await answerInThread(rows, asked);
} finally {
  await rows.close();
}
