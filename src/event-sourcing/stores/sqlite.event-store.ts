import type { DatabaseSync } from 'node:sqlite';
import { setImmediate as aTurn } from 'node:timers/promises';
import type { Appended, EventStore, NewEvent, RecordedEvent } from '../event-store.js';
import { PartialOverlap, StoreUnavailable, WrongExpectedRevision, noStream } from '../event-store.js';
import type { Upcast } from '../upcaster.js';
import { asStored } from '../upcaster.js';
import { GroupCommit } from './group-commit.js';
import type { Work } from './group-commit.js';
import { News, sharedCounter } from './news.js';
import { RecentEvents } from './recent-events.js';
import { serialisedAppend } from './serialised-event.js';
import type { WriteTransaction } from './sqlite.connection.js';
import { openSqlite, plainly, whileBusy, writeTransactions } from './sqlite.connection.js';
import { rowsOf, sqliteEventReader } from './sqlite.event-reader.js';
import type { SqliteEventReader } from './sqlite.event-reader.js';
import { ensureEventTables } from './sqlite.event-schema.js';
import { SqliteEventWriter } from './sqlite.event-writer.js';

export interface SqliteEventStoreOptions {
  /** Of the file, `events.db`; its folder exists. */
  readonly path: string;
  /** Milliseconds since 1970, for the store's own stamp. */
  readonly now?: () => number;
  /** Lifts old shapes on read; by default events come as they are stored. */
  readonly upcast?: Upcast;
  /** How often a follower that waits looks for events of other processes, 50 by default. */
  readonly pollIntervalMs?: number;
  /** How long a write waits for other processes before it is given up as StoreUnavailable, 10,000 by default. */
  readonly busyLimitMs?: number;
  /** Size of the page cache in KiB, 32 MiB by default; a reader from beginning to end needs little. */
  readonly cacheKib?: number | undefined;
  /** Only reads; appends are refused with StoreUnavailable. The file exists. */
  readonly readOnly?: boolean;
  readonly checkpoints?: Checkpoints | undefined;
}

/**
 * Who moves what was committed from the WAL into the file, which keeps a disk busy for milliseconds each time: by default
 * this connection, `at commits`. Where another moves it `while following` the log, it is `left` to that one, and done at
 * a commit only where that one is far behind.
 */
export type Checkpoints = 'at commits' | 'while following' | 'left';

/**
 * Opens the log in a SQLite file, and makes it where there is none. Several processes may have it open.
 * @throws StoreUnavailable where it cannot be opened now, StoreRefused where it is not to be used by this program.
 */
export const openSqliteEventStore = (options: SqliteEventStoreOptions): EventStore => new SqliteEventStore(options);

const pageDefault = 1_000;
/** 64 MiB. */
const walPagesLeft = 16_000;
const checkpointEveryMs = 500;

const isRefused = (error: unknown): error is Error =>
  error instanceof WrongExpectedRevision || error instanceof PartialOverlap;

class SqliteEventStore implements EventStore {
  readonly logId: string;
  /** A batch is written in the order of its queue. */
  readonly keepsOrder = true;
  readonly tellsRepeats = true;
  readonly ordinalUnit = 'events';
  readonly #path: string;
  readonly #db: DatabaseSync;
  readonly #upcast: Upcast;
  readonly #busyLimitMs: number;
  readonly #reader: SqliteEventReader;
  readonly #writer: SqliteEventWriter;
  readonly #transaction: WriteTransaction;
  readonly #recent = new RecentEvents();
  readonly #news: News;
  readonly #commits = new GroupCommit((batch) => this.#whileBusy(() => this.#commit(batch)));
  readonly #dataVersion;
  readonly #saveCheckpoint;
  readonly #moveFromWal;
  readonly #readOnly: boolean;
  readonly #checkpoints: Checkpoints;
  #checkpointAt = 0;
  #seen = 0;
  #noticed = false;
  #closed: Promise<void> | undefined;

  constructor({ path, now = Date.now, upcast = asStored, ...options }: SqliteEventStoreOptions) {
    const {
      pollIntervalMs = 50,
      busyLimitMs = 10_000,
      readOnly = false,
      cacheKib,
      checkpoints = 'at commits',
    } = options;
    let logId = '';
    const walPagesMax = checkpoints === 'left' ? walPagesLeft : undefined;
    this.#db = openSqlite(
      { path, durable: !readOnly, readOnly, cacheKib, walPagesMax },
      (db) => (logId = ensureEventTables(db, path, readOnly)),
    );
    this.logId = logId;
    this.#path = path;
    this.#readOnly = readOnly;
    this.#checkpoints = checkpoints;
    this.#upcast = upcast;
    this.#busyLimitMs = busyLimitMs;
    this.#reader = sqliteEventReader(this.#db, logId, upcast);
    this.#writer = new SqliteEventWriter(this.#db, logId, this.#reader, now);
    this.#transaction = writeTransactions(this.#db);
    this.#dataVersion = rowsOf<[number]>(this.#db, 'PRAGMA data_version');
    this.#saveCheckpoint = this.#db.prepare(
      'INSERT INTO checkpoint VALUES (?, ?) ON CONFLICT (follower) DO UPDATE SET position = excluded.position',
    );
    this.#moveFromWal = this.#db.prepare('PRAGMA wal_checkpoint(PASSIVE)');
    this.#news = new News(() => this.#poll(), pollIntervalMs, sharedCounter(`log ${logId}`));
  }

  append(stream: string, expectedRevision: number, events: readonly NewEvent[]): Promise<Appended> {
    return new Promise((resolve, reject) => {
      const serialised = serialisedAppend(stream, expectedRevision, events, this.#upcast);
      const bytes = serialised.reduce((sum, { data, provenance }) => sum + data.length + provenance.length, 0);
      const write = () => this.#writer.append(stream, expectedRevision, serialised);
      this.#commits.add(this.#work(serialised.length, bytes, write, resolve, reject));
    });
  }

  readStream(stream: string, afterRevision = noStream, limit = pageDefault): Promise<readonly RecordedEvent[]> {
    return this.#query(() => {
      this.#noticeOnce();
      const present = this.#writer.stream(stream);
      // A command on a stream that nobody else wrote to reads nothing.
      if (present === undefined || present.revision <= afterRevision) return [];
      return this.#reader.stream(present.key, afterRevision, limit);
    });
  }

  revisionNow(stream: string): number | undefined {
    try {
      this.#noticeOnce();
    } catch {
      // Whoever reads the stream is told what is wrong.
      return undefined;
    }
    return this.#writer.knownRevision(stream);
  }

  readAll(afterOrdinal: number, limit = pageDefault): Promise<readonly RecordedEvent[]> {
    return this.#query(() => this.#recent.after(afterOrdinal, limit) ?? this.#reader.after(afterOrdinal, limit));
  }

  async *follow(
    afterOrdinal: number,
    signal: AbortSignal,
    pageMax = pageDefault,
  ): AsyncIterable<readonly RecordedEvent[]> {
    let last = afterOrdinal;
    while (!signal.aborted) {
      const { count } = this.#news;
      const page = await this.readAll(last, pageMax);
      const newest = page.at(-1);
      if (newest === undefined) {
        await this.#news.after(count, signal);
      } else {
        last = newest.ordinal;
        yield page;
        if (this.#checkpoints === 'while following') this.#checkpointInTime();
        // A long catch-up must not keep commits and requests waiting, whatever its reader awaits.
        await aTurn();
      }
    }
  }

  head(): Promise<number> {
    return this.#query(() => this.#reader.head());
  }

  recordedAtOf(ordinal: number): Promise<number | null> {
    return this.#query(() => this.#reader.recordedAtOf(ordinal));
  }

  prefixAt(knownAtMs: number): Promise<number> {
    return this.#query(() => this.#reader.prefixAt(knownAtMs));
  }

  ordinalOfEvent(eventId: string): Promise<number | null> {
    return this.#query(() => this.#reader.ordinalOfEvent(eventId));
  }

  countsByType(): Promise<ReadonlyMap<string, number>> {
    return this.#query(() => this.#reader.countsByType());
  }

  checkpoint(follower: string): Promise<number | null> {
    return this.#query(() => this.#reader.checkpoint(follower));
  }

  saveCheckpoint(follower: string, ordinal: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const write = () => void this.#saveCheckpoint.run(follower, ordinal);
      this.#commits.add(this.#work(1, follower.length, write, resolve, reject));
    });
  }

  checkpoints(): Promise<ReadonlyMap<string, number>> {
    return this.#query(() => this.#reader.checkpoints());
  }

  close(): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  async #close(): Promise<void> {
    await this.#commits.close();
    try {
      if (!this.#readOnly) this.#db.exec('PRAGMA optimize');
    } catch {
      // Statistics only speed queries up; another process that is writing just now may keep them.
    }
    this.#db.close();
    // Followers that still wait find the log closed.
    this.#news.spread();
  }

  /** What runs in a transaction with others; a refusal, which it throws, is its caller's alone. */
  #work<T>(
    rows: number,
    bytes: number,
    write: () => T,
    resolve: (result: T) => void,
    fail: (error: unknown) => void,
  ): Work {
    const decide = () => {
      try {
        const result = write();
        return () => resolve(result);
      } catch (error) {
        if (isRefused(error)) return () => fail(error);
        throw error;
      }
    };
    return { rows, bytes, decide, fail };
  }

  /** Also a refusal is told after the commit: it may rest on what a neighbour in the batch wrote. */
  #commit(batch: readonly Work[]): readonly (() => void)[] {
    let told: readonly (() => void)[];
    let written: ReturnType<SqliteEventWriter['finish']>;
    try {
      [told, written] = this.#transaction(() => {
        this.#notice();
        const tell = batch.map((work) => work.decide());
        return [tell, this.#writer.finish()] as const;
      });
    } catch (error) {
      // What it keeps in memory may tell of rows that were rolled back.
      this.#writer.forget();
      throw error;
    }
    for (const { event, bytes } of written) this.#recent.add(event, bytes);
    if (written.length > 0) this.#news.spread();
    return told;
  }

  /**
   * Looks whether another connection wrote since the last look: then what is kept in memory is out of date. Once in a turn
   * of the event loop is enough for readers: whatever they were asked for, they were asked for it in this turn.
   */
  #noticeOnce(): void {
    if (this.#noticed) return;
    this.#noticed = true;
    setImmediate(() => (this.#noticed = false));
    this.#notice();
  }

  #notice(): void {
    const version = this.#dataVersion.first()?.[0] ?? 0;
    if (version === this.#seen) return;
    this.#seen = version;
    this.#writer.forget();
    this.#news.spread();
  }

  #poll(): void {
    try {
      this.#notice();
    } catch {
      // Followers read for themselves, and tell what is wrong.
      this.#news.spread();
    }
  }

  /** Never waits for anybody: what others still read or write is left for the next time. */
  #checkpointInTime(): void {
    const now = performance.now();
    if (now < this.#checkpointAt) return;
    this.#checkpointAt = now + checkpointEveryMs;
    try {
      this.#moveFromWal.get();
    } catch (error) {
      // A disk that is full, say, is told to whoever commits; what was committed stays in the WAL.
      if (!(plainly(error, this.#path) instanceof StoreUnavailable)) throw error;
    }
  }

  #query<T>(query: () => T): Promise<T> {
    return this.#whileBusy(() => {
      if (this.#closed) throw new StoreUnavailable('The event log is closed.');
      return query();
    });
  }

  #whileBusy<T>(operation: () => T): Promise<T> {
    return whileBusy(operation, this.#path, this.#busyLimitMs);
  }
}
