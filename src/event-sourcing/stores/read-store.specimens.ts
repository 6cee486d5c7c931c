import { Batch } from '../batch.js';
import type { Build, Projected, ReadStore, RowWriter, Table } from '../read-store.js';
import { buildLease, projectLease } from '../read-store.js';

// Tables and steps of the read store's contract.

export const span: Table = {
  name: 'span',
  columns: { who: 'text', topic: 'text', known_from: 'integer', known_until: 'integer', value: 'real' },
  nullable: ['value'],
  key: ['who', 'topic', 'known_from'],
  indexes: [{ columns: ['value', 'who'], whereNotNull: 'value' }],
};
export const place: Table = {
  name: 'place',
  columns: { id: 'integer', name: 'text', holder: 'text' },
  nullable: ['holder'],
  key: ['id'],
  indexes: [{ columns: ['holder'], unique: true, whereNotNull: 'holder' }],
};
export const spans: Projected = { name: 'spans', version: 1, tables: [span] };
export const places: Projected = { name: 'all-places', version: 1, tables: [place] };
export const ttlMs = 60_000;

export const writing = (write: (rows: RowWriter) => void) => {
  const batch = new Batch();
  write(batch);
  return batch.writes();
};

/** A live build of the projection, its writer open. */
export const live = async (store: ReadStore, projection: Projected, holder = 'one'): Promise<Build> => {
  await store.hold(holder, [buildLease(projection)], ttlMs);
  const filled = await store.begin(projection, holder);
  await filled.settle();
  const token = await store.seize(holder, projectLease(projection), ttlMs);
  await store.makeLive(filled, holder);
  await filled.close();
  await store.release(holder, [buildLease(projection)]);
  return opened(store, projection, token);
};

export const opened = async (store: ReadStore, projection: Projected, token: number): Promise<Build> => {
  const build = await store.open(projection, token);
  if (build === null) throw new Error('There is no build.');
  return build;
};
