import { jsonEvent } from '@eventstore/db-client';
import type { Appended, EventLog, NewEvent, RecordedEvent } from '../event-store.js';
import { StoreUnavailable, noStream } from '../event-store.js';
import type { Upcast } from '../upcaster.js';
import { asStored } from '../upcaster.js';
import type { Limits } from './kurrentdb.calls.js';
import { Gate, inTime, tried } from './kurrentdb.calls.js';
import { KurrentConnection } from './kurrentdb.connection.js';
import type { KurrentLocation } from './kurrentdb.connection-string.js';
import { messageOf } from './kurrentdb.errors.js';
import { KurrentNames } from './kurrentdb.event.js';
import { KurrentFollower } from './kurrentdb.follower.js';
import { KurrentFollowers } from './kurrentdb.followers.js';
import { eventAt, newest } from './kurrentdb.own-streams.js';
import type { KurrentLog } from './kurrentdb.reader.js';
import { KurrentReader } from './kurrentdb.reader.js';
import { startedLog } from './kurrentdb.start.js';
import { KurrentWriter } from './kurrentdb.writer.js';
import { serialisedAppend } from './serialised-event.js';

/** Where troubles are told that pass without an error. */
export interface TroubleLog {
  warn(about: Readonly<Record<string, unknown>>, message: string): void;
}

export interface KurrentEventStoreOptions {
  readonly location: KurrentLocation;
  /** Lifts old shapes on read; by default events come as they are stored. */
  readonly upcast?: Upcast;
  readonly log?: TroubleLog;
  /** Milliseconds since 1970, for the stamp of what carries no time. */
  readonly now?: () => number;
  /** By default 3,000 a try, 20,000 a read, 25,000 an append. */
  readonly limits?: Partial<Limits>;
  /** How long the log is waited for at the start, 60,000 by default. */
  readonly startMs?: number;
  /** Silence after which it is looked whether a subscription lives, 2,000 by default. */
  readonly silenceMs?: number;
  /** Ends the waiting at the start. */
  readonly signal?: AbortSignal;
}

const pageDefault = 1_000;
const limitsByDefault: Limits = { attemptMs: 3_000, readMs: 20_000, appendMs: 25_000 };
const silent: TroubleLog = { warn: () => undefined };
// Of a follower's saves, one in so many sees to it that the older ones go.
const savesBetweenTidying = 1_000n;

/**
 * Opens the log in KurrentDB (EventStoreDB), waits for it where it is not there yet, and begins it where there is none.
 * Ordinals are the server's positions, with gaps.
 * @throws StoreUnavailable where it did not come in time, StoreRefused where it is not to be used.
 */
export const openKurrentEventStore = async (options: KurrentEventStoreOptions): Promise<EventLog> => {
  const { location, upcast = asStored, log = silent, startMs = 60_000, signal } = options;
  const limits = { ...limitsByDefault, ...options.limits };
  const connection = new KurrentConnection(location);
  const names = new KurrentNames(location.streamPrefix);
  try {
    const begun = await startedLog(location, connection, names, {
      startMs,
      attemptMs: limits.attemptMs,
      signal,
      onWait: (reason, leftMs) => log.warn({ reason, leftMs }, 'waiting for the event log'),
    });
    // A connection takes a hundred calls: 64 appends, the shared subscription and these.
    const shared: KurrentLog = { connection, names, limits, upcast, reads: new Gate(24), ...begun };
    return new KurrentEventStore(shared, { ...options, log });
  } catch (error) {
    connection.close();
    throw error;
  }
};

class KurrentEventStore implements EventLog {
  readonly logId: string;
  /** Calls that are under way at once reach the server in any order. */
  readonly keepsOrder = false;
  /** An append of ids that stand there is answered like their first. */
  readonly tellsRepeats = false;
  readonly ordinalUnit = 'bytes';
  readonly #log: KurrentLog;
  readonly #upcast: Upcast;
  readonly #reader: KurrentReader;
  readonly #writer: KurrentWriter;
  readonly #follower: KurrentFollower;
  readonly #followers: KurrentFollowers;
  readonly #saves = new Set<Promise<unknown>>();
  #closed: Promise<void> | undefined;

  constructor(
    shared: KurrentLog,
    { now = Date.now, silenceMs, log }: Omit<KurrentEventStoreOptions, 'log'> & { readonly log: TroubleLog },
  ) {
    this.logId = shared.logId;
    this.#log = shared;
    this.#upcast = shared.upcast;
    this.#reader = new KurrentReader(shared);
    this.#writer = new KurrentWriter(shared, this.#reader, now, (stream, error) =>
      log.warn({ stream, error: messageOf(error) }, 'an append got no answer, and is looked for'),
    );
    this.#followers = new KurrentFollowers(shared, this.#writer);
    this.#follower = new KurrentFollower(shared, this.#reader, {
      ...(silenceMs !== undefined && { silenceMs }),
      onBreak: (error) => log.warn({ error: messageOf(error) }, 'following the log was interrupted'),
    });
  }

  async append(stream: string, expectedRevision: number, events: readonly NewEvent[]): Promise<Appended> {
    this.#open();
    const serialised = serialisedAppend(stream, expectedRevision, events, this.#upcast);
    return this.#writer.append(stream, expectedRevision, serialised);
  }

  async readStream(stream: string, afterRevision = noStream, limit = pageDefault): Promise<readonly RecordedEvent[]> {
    this.#open();
    const events = await this.#reader.stream(stream, afterRevision, limit);
    this.#writer.note(stream, afterRevision, events);
    return events;
  }

  async readAll(afterOrdinal: number, limit = pageDefault): Promise<readonly RecordedEvent[]> {
    this.#open();
    return this.#reader.after(afterOrdinal, limit);
  }

  follow(afterOrdinal: number, signal: AbortSignal, pageMax = pageDefault): AsyncIterable<readonly RecordedEvent[]> {
    return this.#follower.follow(afterOrdinal, signal, pageMax);
  }

  async head(): Promise<number> {
    this.#open();
    return this.#reader.head();
  }

  async checkpoint(follower: string): Promise<number | null> {
    this.#open();
    const { connection, names, limits, reads } = this.#log;
    const event = await tried(connection, limits.readMs, `read the checkpoint of ${follower}`, (line) =>
      reads.pass(() => eventAt(connection, line, names.checkpoint(follower), newest, limits.attemptMs)),
    );
    const { ordinal } = (event?.data ?? {}) as { readonly ordinal?: unknown };
    return typeof ordinal === 'number' ? ordinal : null;
  }

  async saveCheckpoint(follower: string, ordinal: number): Promise<void> {
    this.#open();
    const saving = this.#save(follower, ordinal);
    this.#saves.add(saving);
    try {
      await saving;
    } finally {
      this.#saves.delete(saving);
    }
  }

  async checkpoints(): Promise<ReadonlyMap<string, number>> {
    this.#open();
    const places = new Map<string, number>();
    for (const follower of [...(await this.#followers.all())].sort()) {
      const ordinal = await this.checkpoint(follower);
      // Named by a process that ended before it saved.
      if (ordinal !== null) places.set(follower, ordinal);
    }
    return places;
  }

  close(): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  async #close(): Promise<void> {
    await this.#writer.rest();
    await Promise.allSettled(this.#saves);
    this.#follower.close();
    this.#log.connection.close();
  }

  #open(): void {
    if (this.#closed !== undefined) throw new StoreUnavailable('The event log is closed.');
  }

  async #save(follower: string, ordinal: number): Promise<void> {
    await this.#followers.name(follower);
    const name = this.#log.names.checkpoint(follower);
    const event = jsonEvent({ type: 'CheckpointSaved', data: { ordinal } });
    const saved = await this.#writer.appendOwn(name, event, `save the checkpoint of ${follower}`);
    if (saved.nextExpectedRevision % savesBetweenTidying === 0n) await this.#keepNewest(name);
  }

  /** The server throws away all but the newest. Not essential: where the user may not ask for it, they stay. */
  async #keepNewest(name: string): Promise<void> {
    const { connection, limits } = this.#log;
    const { credentials } = connection;
    const set = connection.line().client.setStreamMetadata(name, { maxCount: 1 }, { credentials });
    await inTime(limits.attemptMs, set).catch(() => undefined);
  }
}
