import { randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { StoreRefused, writeTransactions } from './sqlite.connection.js';

const schemaVersion = 1;

/**
 * Tables of `events.db`. Names of streams and types are interned, since rows keyed by integers are written about ten
 * times faster: a stream's key is the position of its first event. `recorded_max` is the latest `recorded_at` up to
 * and with the event, null where that is its own: so the prefix known at a time is found by binary search, even where
 * times that were carried over go back.
 */
export const eventTables = `
  CREATE TABLE log (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    id TEXT NOT NULL,
    schema INTEGER NOT NULL,
    stamped_at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE stream (key INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE type (key INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, count INTEGER NOT NULL) STRICT;
  CREATE TABLE event (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    stream INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    id BLOB NOT NULL,
    type INTEGER NOT NULL,
    version INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    recorded_max INTEGER,
    data TEXT NOT NULL,
    provenance TEXT NOT NULL,
    UNIQUE (stream, revision),
    UNIQUE (id, stream)
  ) STRICT;
  CREATE TABLE checkpoint (follower TEXT PRIMARY KEY, position INTEGER NOT NULL) STRICT, WITHOUT ROWID;
`;

const tablesOf = (db: DatabaseSync): ReadonlySet<unknown> =>
  new Set(
    db
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
      .all()
      .map(({ name }) => name),
  );

const make = (db: DatabaseSync, path: string): void => {
  const tables = tablesOf(db);
  // Another process may have made it since the first look.
  if (tables.has('log')) return;
  if (tables.size > 0) throw new StoreRefused(`${path}: is a SQLite database, but no event log of Rapport.`);
  db.exec(eventTables);
  const id = randomBytes(8).toString('hex');
  db.prepare('INSERT INTO log (only, id, schema, stamped_at) VALUES (1, ?, ?, 0)').run(id, schemaVersion);
};

/**
 * Makes the tables in a new file and answers with the log's id.
 * @throws StoreRefused for a file of a newer program, or one that is no event log.
 */
export const ensureEventTables = (db: DatabaseSync, path: string, readOnly: boolean): string => {
  if (!readOnly && !tablesOf(db).has('log')) writeTransactions(db)(() => make(db, path));
  if (!tablesOf(db).has('log')) throw new StoreRefused(`${path}: is no event log of Rapport.`);
  const { id, schema } = db.prepare('SELECT id, schema FROM log').get() ?? {};
  if (typeof schema !== 'number' || schema > schemaVersion)
    throw new StoreRefused(
      `${path}: has schema ${String(schema)}; this program knows ${schemaVersion}. Use a newer one.`,
    );
  if (typeof id !== 'string') throw new StoreRefused(`${path}: has no log id.`);
  return id;
};
