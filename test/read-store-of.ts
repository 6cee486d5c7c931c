import type { Projection } from '../src/event-sourcing/projection.js';
import type { ReadStore } from '../src/event-sourcing/read-store.js';
import { projections } from '../src/projections.js';
import { settingsFrom } from '../src/settings.js';
import { openReadStore } from '../src/stores.js';

/** The read store of a service on this data folder: in the folder, unless this test run's rows stand elsewhere. */
export const readStoreOf = (
  data: string,
  logId: string,
  all: readonly Projection[] = projections,
): Promise<ReadStore> => {
  const { READ_STORE_URL } = process.env;
  return openReadStore(settingsFrom({ RAPPORT_DATA: data, READ_STORE_URL }), all, logId);
};
