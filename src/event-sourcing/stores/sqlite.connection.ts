import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { StoreUnavailable } from '../event-store.js';
import { StoreRefused } from './store-refused.js';

export { StoreRefused };

// Before 3.51.3 a checkpoint that meets a writer can damage a database in WAL mode.
const versionMin = [3, 51, 3] as const;

/** @throws StoreRefused for a SQLite older than 3.51.3. */
export const assertSqliteVersion = (version: string): void => {
  const parts = version.split('.').map(Number);
  const at = versionMin.findIndex((least, index) => parts[index] !== least);
  if (at < 0 || (parts[at] ?? 0) > (versionMin[at] ?? 0)) return;
  throw new StoreRefused(
    `SQLite ${version} is too old: ${versionMin.join('.')} or newer is needed. Use Node 24.15 or newer.`,
  );
};

/** SQLite's extended result code of an error of the driver; undefined for any other error. */
export const sqliteCode = (error: unknown): number | undefined =>
  typeof error === 'object' && error !== null && 'errcode' in error && typeof error.errcode === 'number'
    ? error.errcode
    : undefined;

const primary = (error: unknown): number => (sqliteCode(error) ?? 0) & 0xff;

// BUSY, LOCKED and PROTOCOL: another connection is in the way for a moment.
const busy = new Set([5, 6, 15]);

const unavailable = new Map([
  [3, 'access is not permitted'],
  [5, 'another process keeps it locked'],
  [6, 'another connection keeps it locked'],
  [8, 'it is read-only'],
  [10, 'the disk reports an error'],
  [13, 'the disk is full'],
  [14, 'it cannot be opened'],
  [15, 'another process keeps it locked'],
]);

const refused = new Map([
  [11, 'it is damaged'],
  [26, 'it is no SQLite database, or damaged'],
]);

/** The driver's error in the words of the store: StoreUnavailable, StoreRefused, or the error itself where it is a bug. */
export const plainly = (error: unknown, path: string): unknown => {
  const code = primary(error);
  const passing = unavailable.get(code);
  if (passing !== undefined) return new StoreUnavailable(`${path}: ${passing}.`, { cause: error });
  const lasting = refused.get(code);
  return lasting === undefined ? error : new StoreRefused(`${path}: ${lasting}.`, { cause: error });
};

/**
 * Runs the operation, and again with back-off while another connection is in the way. The wait is asynchronous, so
 * that a lock of another process never blocks the event loop. Errors come in the words of `plainly`.
 * @param limitMs after which it gives up with StoreUnavailable.
 */
export const whileBusy = async <T>(operation: () => T, path: string, limitMs: number): Promise<T> => {
  const deadline = performance.now() + limitMs;
  for (let pauseMs = 1; ; pauseMs = Math.min(pauseMs * 2, 25)) {
    try {
      return operation();
    } catch (error) {
      if (!busy.has(primary(error)) || performance.now() >= deadline) throw plainly(error, path);
    }
    // A random part keeps two processes from meeting at every try.
    await sleep(pauseMs * (0.5 + Math.random()));
  }
};

/** Runs a body as one write transaction: all of it is on disk when it returns, none of it when it throws. */
export type WriteTransaction = <T>(body: () => T) => T;

export const writeTransactions = (db: DatabaseSync): WriteTransaction => {
  const begin = db.prepare('BEGIN IMMEDIATE');
  const commit = db.prepare('COMMIT');
  return (body) => {
    begin.run();
    try {
      const result = body();
      commit.run();
      return result;
    } catch (error) {
      // SQLite has rolled back by itself after some errors (a full disk, say).
      if (db.isTransaction) db.exec('ROLLBACK');
      throw error;
    }
  };
};

/** The single value of a query with one row and one column, say a pragma. */
export const valueOf = (db: DatabaseSync, sql: string): unknown => Object.values(db.prepare(sql).get() ?? {})[0];

export interface SqliteFile {
  readonly path: string;
  /** True for what must not be lost: a commit returns once it is on disk. False for what can be built again. */
  readonly durable: boolean;
  readonly readOnly?: boolean;
  /** Size of the page cache in KiB, 32 MiB by default. */
  readonly cacheKib?: number | undefined;
  /** Pages of WAL after which a commit moves what was committed into the file itself, 4,000 (16 MiB) by default. */
  readonly walPagesMax?: number | undefined;
}

// Only opening waits for locks within SQLite, when another process makes or closes the file just now.
const openLimitMs = 5_000;
// Rows keyed by random ids touch the same pages again and again, and each checkpoint writes a page once.
const walPagesDefault = 4_000;
// A WAL that a burst made longer is cut back to this after the next checkpoint.
const walBytesMax = 64 * 1024 * 1024;

const settle = (db: DatabaseSync, file: SqliteFile): void => {
  const { durable, readOnly = false, cacheKib = 32 * 1024, walPagesMax = walPagesDefault } = file;
  if (!readOnly) db.exec('PRAGMA journal_mode = WAL');
  db.exec(`
    PRAGMA synchronous = ${durable ? 'FULL' : 'OFF'};
    PRAGMA fullfsync = ${durable ? 'ON' : 'OFF'};
    PRAGMA cache_size = -${cacheKib};
    PRAGMA wal_autocheckpoint = ${walPagesMax};
    PRAGMA journal_size_limit = ${walBytesMax};
    PRAGMA trusted_schema = OFF`);
};

/** @throws StoreRefused where a commit would not be on disk when it returns. */
export const assertDurable = (db: DatabaseSync, path: string): void => {
  const synchronous = valueOf(db, 'PRAGMA synchronous');
  const mode = valueOf(db, 'PRAGMA journal_mode');
  if (synchronous === 2 && mode === 'wal') return;
  throw new StoreRefused(
    `${path}: must be in WAL mode with synchronous=FULL, but is ${String(mode)}, ${String(synchronous)}.`,
  );
};

/**
 * Opens a SQLite file in WAL mode, checks that SQLite is new enough and, where it must be, that commits are durable.
 * Afterwards a lock of another connection is an error at once: see `whileBusy`.
 * @throws StoreUnavailable, StoreRefused
 */
export const openSqlite = (file: SqliteFile, prepare: (db: DatabaseSync) => void): DatabaseSync => {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(file.path, { timeout: openLimitMs, readOnly: file.readOnly ?? false });
    assertSqliteVersion(String(valueOf(db, 'SELECT sqlite_version()')));
    settle(db, file);
    if (file.durable) assertDurable(db, file.path);
    prepare(db);
    db.exec('PRAGMA busy_timeout = 0');
    return db;
  } catch (error) {
    db?.close();
    throw plainly(error, file.path);
  }
};
