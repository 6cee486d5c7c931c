import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { EventStore, RecordedEvent } from '../src/event-sourcing/event-store.js';
import type { Projection } from '../src/event-sourcing/projection.js';
import type { ReadStore, Row } from '../src/event-sourcing/read-store.js';
import { replayInto } from '../src/event-sourcing/replay.js';
import { openSqliteEventStore } from '../src/event-sourcing/stores/sqlite.event-store.js';
import { openSqliteReadStore } from '../src/event-sourcing/stores/sqlite.read-store.js';
import { projections } from '../src/projections.js';
import { readStoreOf } from './read-store-of.js';

// Looks at a data folder from outside: what a server says of itself is not what its test believes.

export const everyEvent = async (store: Pick<EventStore, 'readAll'>): Promise<readonly RecordedEvent[]> => {
  const events: RecordedEvent[] = [];
  for (;;) {
    const page = await store.readAll(events.at(-1)?.ordinal ?? 0);
    if (page.length === 0) return events;
    events.push(...page);
  }
};

/** Opens the log of a data folder, beside whoever serves it. */
export const withLog = async <T>(folder: string, look: (store: EventStore) => Promise<T>): Promise<T> => {
  const store = openSqliteEventStore({ path: join(folder, 'events.db') });
  return look(store).finally(() => store.close());
};

/** Claims that nobody released and whose holder does not hold them: what a crash left half done, and nobody finished. */
export const hangingClaims = (events: readonly RecordedEvent[]): readonly string[] => {
  const claimed = new Map<string, string>();
  const held = new Set<string>();
  for (const { type, stream, data } of events) {
    const token = typeof data['token'] === 'string' ? data['token'] : '';
    if (type === 'Claimed') claimed.set(stream, token);
    if (type === 'Released' && claimed.get(stream) === token) claimed.delete(stream);
    if (type === 'StakeholderIdentified') for (const each of data['tokens'] as readonly string[]) held.add(each);
    if (type === 'HandleAdded' || type === 'ExternalIdAdded') held.add(token);
    if (type === 'HandleRemoved' || type === 'ExternalIdRemoved') held.delete(token);
  }
  return [...claimed].flatMap(([stream, token]) => (held.has(token) ? [] : [stream]));
};

export type Rows = ReadonlyMap<string, readonly Row[]>;

export const rowsOf = async (readStore: ReadStore, all: readonly Projection[] = projections): Promise<Rows> => {
  const rows = new Map<string, readonly Row[]>();
  for (const { tables } of all)
    for (const { name, key } of tables)
      rows.set(
        name,
        (await readStore.all(`SELECT * FROM ${name} ORDER BY ${key.join(', ')}`)).map((row) => ({ ...row })),
      );
  return rows;
};

/** The log's id, which every position begins with. */
const logIdOf = (events: readonly RecordedEvent[]): string => events[0]?.position.split('-')[0] ?? '';

/** All rows that a service on the data folder has, as they are; those of other rules, too, where their projections are told. */
export const liveRows = async (
  folder: string,
  events: readonly RecordedEvent[],
  all: readonly Projection[] = projections,
): Promise<Rows> => {
  const readStore = await readStoreOf(folder, logIdOf(events), all);
  return rowsOf(readStore, all).finally(() => readStore.close());
};

/** The rows that a log comes to when it is folded from the start, so many events at once, by projections made as told. */
export const replayedRows = async (
  events: readonly RecordedEvent[],
  batch = 500,
  made: (projection: Projection) => Projection = (projection) => projection,
  of: readonly Projection[] = projections,
): Promise<Rows> => {
  const all = of.map(made);
  const readStore = openSqliteReadStore({ folder: ':memory:', projections: all, logId: logIdOf(events) });
  const pages = [];
  for (let start = 0; start < events.length; start += batch) pages.push(events.slice(start, start + batch));
  await replayInto(readStore, all, pages);
  return rowsOf(readStore, all).finally(() => readStore.close());
};

/** What SQLite finds wrong with a file: `ok` where nothing is. */
export const integrityOf = (path: string): readonly string[] => {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    return database
      .prepare('PRAGMA integrity_check')
      .all()
      .map((row) => String(row['integrity_check']));
  } finally {
    database.close();
  }
};
