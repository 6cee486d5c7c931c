import type { DatabaseSync } from 'node:sqlite';
import { asStored } from '../upcaster.js';
import type { LogOutcome, LogWrite, LogWriter } from './log-write.js';
import { openSqlite, whileBusy, writeTransactions } from './sqlite.connection.js';
import type { WriteTransaction } from './sqlite.connection.js';
import { rowsOf, sqliteEventReader } from './sqlite.event-reader.js';
import { SqliteEventWriter } from './sqlite.event-writer.js';

/** What a writer of a log in a file has to know; plain data. */
export interface LogWriterOptions {
  readonly path: string;
  readonly logId: string;
  /** How long a write waits for other processes, in milliseconds. */
  readonly busyLimitMs: number;
}

/** Writes the log over a connection, in the thread that it is called in. */
export class SqliteLogWriter implements LogWriter {
  readonly #db: DatabaseSync;
  readonly #options: LogWriterOptions;
  readonly #writer: SqliteEventWriter;
  readonly #transaction: WriteTransaction;
  readonly #dataVersion;
  readonly #saveCheckpoint;
  #seen: number | undefined;

  constructor(db: DatabaseSync, options: LogWriterOptions, now: () => number) {
    this.#db = db;
    this.#options = options;
    this.#writer = new SqliteEventWriter(db, sqliteEventReader(db, options.logId, asStored), now);
    this.#transaction = writeTransactions(db);
    this.#dataVersion = rowsOf<[number]>(db, 'PRAGMA data_version');
    this.#saveCheckpoint = db.prepare(
      'INSERT INTO checkpoint VALUES (?, ?) ON CONFLICT (follower) DO UPDATE SET position = excluded.position',
    );
  }

  /** Over a connection of its own, to a log that was made before. */
  static open(options: LogWriterOptions): SqliteLogWriter {
    return new SqliteLogWriter(
      openSqlite({ path: options.path, durable: true, cacheKib }, () => undefined),
      options,
      Date.now,
    );
  }

  /** Also a refusal is told after the commit: it may rest on what a neighbour in the batch wrote. */
  write(batch: readonly LogWrite[]): Promise<readonly LogOutcome[]> {
    return whileBusy(() => this.#commit(batch), this.#options.path, this.#options.busyLimitMs);
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- The driver is synchronous, the seam is not.
  async close(): Promise<void> {
    try {
      this.#db.exec('PRAGMA optimize');
    } catch {
      // Statistics only speed queries up; another process that is writing just now may keep them.
    }
    this.#db.close();
  }

  #commit(batch: readonly LogWrite[]): readonly LogOutcome[] {
    try {
      return this.#transaction(() => {
        this.#notice();
        const outcomes = batch.map((write) => this.#decide(write));
        this.#writer.finish();
        return outcomes;
      });
    } catch (error) {
      // What it keeps in memory may tell of rows that were rolled back.
      this.#writer.forget();
      throw error;
    }
  }

  #decide(write: LogWrite): LogOutcome {
    if ('stream' in write) return this.#writer.append(write.stream, write.expectedRevision, write.events);
    this.#saveCheckpoint.run(write.follower, write.ordinal);
    return savedPlace;
  }

  /** Looks whether another connection wrote: then what is kept in memory is out of date. */
  #notice(): void {
    const version = this.#dataVersion.first()?.[0];
    if (version === this.#seen) return;
    this.#seen = version;
    this.#writer.forget();
  }
}

const savedPlace: LogOutcome = { earlier: [] };

// Indexes with random keys change a page each with nearly every event.
const cacheKib = 24 * 1024;
