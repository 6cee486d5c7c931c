import '../src/memory.js';
import { Projector } from '../src/event-sourcing/projector.js';
import { projections } from '../src/projections.js';
import { settingsFrom } from '../src/settings.js';
import { openEventStore, openReadStore, projectionsWith } from '../src/stores.js';
import { untold } from '../src/stores-log.js';
import { bareCatchUp } from './bare-client.js';
import { bareRows } from './bare-rows.js';

// Follows the log from where the rows of its place are; or with KurrentDB's bare client from the same event on, and with
// PostgreSQL's bare driver writing the rows that were written of those events.

const settings = settingsFrom(process.env);

/** Seconds until the rows of everything in the log stand there. */
const ours = async (): Promise<number> => {
  const all = projectionsWith(settings, projections);
  const store = await openEventStore(settings, untold);
  const readStore = await openReadStore(settings, all, store.logId);
  const projector = new Projector({ store, readStore, projections: all });
  const head = await store.head();
  const start = performance.now();
  projector.start();
  const waited = await projector.waitFor(head, undefined, 3_600_000);
  const seconds = (performance.now() - start) / 1000;
  if (waited !== 'projected') throw new Error(`The rows were not built: ${waited}.`);
  await projector.stop();
  await readStore.close();
  await store.close();
  return seconds;
};

const bare = (after: number, events: number, brought?: (count: number) => void): Promise<number> => {
  if (settings.eventStore.kind === 'sqlite') throw new Error('SQLite has no subscription of its own.');
  return bareCatchUp(settings.eventStore, after, events, brought);
};

const eventsAtOnce = 500;

const bareWith = async (after: number, events: number): Promise<number> => {
  const rows = await bareRows(String(process.env['READ_STORE_URL']), after);
  const start = performance.now();
  await bare(after, events, (count) => {
    if (count % eventsAtOnce === 0 || count === events) rows.write(count / events);
  });
  await rows.written();
  const seconds = (performance.now() - start) / 1000;
  await rows.close();
  return seconds;
};

const [what, after, events] = process.argv.slice(2);
const ways = {
  ours,
  bare: () => bare(Number(after), Number(events)),
  bareWithRows: () => bareWith(Number(after), Number(events)),
};
process.send?.(await ways[what as keyof typeof ways]());
process.disconnect();
