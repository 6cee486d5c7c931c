import type { DatabaseSync } from 'node:sqlite';
import { setImmediate as aTurn } from 'node:timers/promises';
import type { Appended, EventStore, NewEvent, RecordedEvent } from '../event-store.js';
import { PartialOverlap, StoreUnavailable, WrongExpectedRevision, noStream } from '../event-store.js';
import { positionOf } from '../position.js';
import type { Upcast } from '../upcaster.js';
import { asStored } from '../upcaster.js';
import { GroupCommit } from './group-commit.js';
import type { Work } from './group-commit.js';
import type { LogOutcome, LogWriter, Written } from './log-write.js';
import { News, sharedCounter } from './news.js';
import { RecentEvents } from './recent-events.js';
import type { SerialisedEvent } from './serialised-event.js';
import { serialisedAppend } from './serialised-event.js';
import { openSqlite, whileBusy } from './sqlite.connection.js';
import { sqliteEventReader } from './sqlite.event-reader.js';
import type { SqliteEventReader } from './sqlite.event-reader.js';
import { ensureEventTables } from './sqlite.event-schema.js';
import { KnownEnds } from './sqlite.known-ends.js';
import { SqliteLogWriter } from './sqlite.log-writer.js';
import { LogWriterThread } from './sqlite.log-writer.thread.js';

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
  /** Appends in a thread that runs this program, which calls `writeLogInThread`; by default here. Its clock is the system's. */
  readonly writerProgram?: URL | undefined;
  /** Told why that thread ended, where nobody asked it to. It is begun again with the next append. */
  readonly onWriterFailure?: (message: string) => void;
}

/**
 * Opens the log in a SQLite file, and makes it where there is none. Several processes may have it open.
 * @throws StoreUnavailable where it cannot be opened now, StoreRefused where it is not to be used by this program.
 */
export const openSqliteEventStore = (options: SqliteEventStoreOptions): EventStore => new SqliteEventStore(options);

const pageDefault = 1_000;

class SqliteEventStore implements EventStore {
  readonly logId: string;
  /** A batch is written in the order of its queue. */
  readonly keepsOrder = true;
  readonly ordinalUnit = 'events';
  readonly #path: string;
  readonly #db: DatabaseSync;
  readonly #upcast: Upcast;
  readonly #busyLimitMs: number;
  readonly #reader: SqliteEventReader;
  readonly #ends: KnownEnds;
  readonly #writer: LogWriter;
  readonly #recent = new RecentEvents();
  readonly #news: News;
  readonly #commits = new GroupCommit((batch) => this.#commit(batch));
  #noticed = false;
  #closed: Promise<void> | undefined;

  constructor({ path, now = Date.now, upcast = asStored, writerProgram, ...options }: SqliteEventStoreOptions) {
    const { pollIntervalMs = 50, busyLimitMs = 10_000, readOnly = false, cacheKib } = options;
    const { onWriterFailure = () => undefined } = options;
    let logId = '';
    this.#db = openSqlite(
      { path, durable: !readOnly, readOnly, cacheKib },
      (db) => (logId = ensureEventTables(db, path, readOnly)),
    );
    this.logId = logId;
    this.#path = path;
    this.#upcast = upcast;
    this.#busyLimitMs = busyLimitMs;
    this.#reader = sqliteEventReader(this.#db, logId, upcast);
    this.#ends = new KnownEnds(this.#db);
    const writing = { path, logId, busyLimitMs };
    this.#writer = writerProgram
      ? new LogWriterThread(writerProgram, writing, onWriterFailure)
      : new SqliteLogWriter(this.#db, writing, now);
    this.#news = new News(() => this.#poll(), pollIntervalMs, sharedCounter(`log ${logId}`));
  }

  append(stream: string, expectedRevision: number, events: readonly NewEvent[]): Promise<Appended> {
    return new Promise((resolve, fail) => {
      const serialised = serialisedAppend(stream, expectedRevision, events, this.#upcast);
      const bytes = serialised.reduce((sum, { data, provenance }) => sum + data.length + provenance.length, 0);
      const toWrite = serialised.map(({ event: { id, type, recordedAt }, version, data, provenance }) =>
        recordedAt === undefined
          ? { id, type, version, data, provenance }
          : { id, type, version, recordedAt, data, provenance },
      );
      const settle = (outcome: LogOutcome): (() => void) => {
        if ('written' in outcome) {
          const recorded = this.#take(stream, serialised, outcome.written);
          return () => resolve(appended(recorded));
        }
        if ('earlier' in outcome) return () => resolve(appended(outcome.earlier.map((event) => this.#upcast(event))));
        if ('overlap' in outcome) return () => fail(new PartialOverlap(stream, outcome.overlap));
        return () => fail(new WrongExpectedRevision(stream, expectedRevision, outcome.actualRevision));
      };
      const write = { stream, expectedRevision, events: toWrite };
      this.#commits.add({ rows: events.length, bytes, write, settle, fail });
    });
  }

  readStream(stream: string, afterRevision = noStream, limit = pageDefault): Promise<readonly RecordedEvent[]> {
    return this.#query(() => {
      this.#noticeOnce();
      const present = this.#ends.find(stream);
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
    return this.#ends.get(stream)?.revision;
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
    return new Promise((resolve, fail) => {
      const write = { follower, ordinal };
      this.#commits.add({ rows: 1, bytes: follower.length, write, settle: () => resolve, fail });
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
    await this.#writer.close();
    if (this.#db.isOpen) this.#db.close();
    // Followers that still wait find the log closed.
    this.#news.spread();
  }

  async #commit(batch: readonly Work[]): Promise<readonly (() => void)[]> {
    const outcomes = await this.#writer.write(batch.map(({ write }) => write));
    const told = batch.map((work, index) => work.settle(outcomes[index] as LogOutcome));
    if (outcomes.some((outcome) => 'written' in outcome)) this.#news.spread();
    return told;
  }

  /** The events of an append as the log holds them now. */
  #take(stream: string, events: readonly SerialisedEvent[], written: Written): readonly RecordedEvent[] {
    this.#ends.take(stream, written);
    const before = { ordinal: written.ordinal - events.length, revision: written.revision - events.length };
    return events.map(({ event, data, provenance }, index) => {
      const ordinal = before.ordinal + index + 1;
      const recorded = {
        id: event.id,
        type: event.type,
        version: event.version,
        data: event.data,
        provenance: event.provenance,
        recordedAt: written.recordedAt[index] ?? 0,
        stream,
        revision: before.revision + index + 1,
        position: positionOf(this.logId, ordinal),
        ordinal,
      };
      this.#recent.add(recorded, data.length + provenance.length);
      return recorded;
    });
  }

  /**
   * Looks whether another connection wrote since the last look. Once in a turn of the event loop is enough for readers:
   * whatever they were asked for, they were asked for it in this turn.
   */
  #noticeOnce(): void {
    if (this.#noticed) return;
    this.#noticed = true;
    setImmediate(() => (this.#noticed = false));
    this.#notice();
  }

  #notice(): void {
    if (this.#ends.notice()) this.#news.spread();
  }

  #poll(): void {
    try {
      this.#notice();
    } catch {
      // Followers read for themselves, and tell what is wrong.
      this.#news.spread();
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

const appended = (recorded: readonly RecordedEvent[]): Appended => {
  const last = recorded.reduce((latest, event) => (event.revision > latest.revision ? event : latest));
  return { revision: last.revision, position: last.position, recorded };
};
