import { workerData } from 'node:worker_threads';
import { rowsUnder, suffixOf } from './advocacy/rows-under.js';
import { standingBeside } from './advocacy/standing-projection.js';
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
const own = projectionsWith(settings, projections);
// Where other rules than the standard ones are in force, it is their rows that it is held against.
const beside = suffixOf(asked.live) === '' ? [] : [standingBeside(asked.live)];
const rows = await openReadStore(settings, [...own, ...beside], logId);
try {
  await answerInThread(rowsUnder(asked.live, rows), asked);
} finally {
  await rows.close();
}
