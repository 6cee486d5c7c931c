import type { Appended, EventLog, EventStore, NewEvent, OrdinalUnit, RecordedEvent } from './event-store.js';
import { StoreUnavailable } from './event-store.js';
import type { Projection } from './projection.js';
import type { Row, RowReader, Table } from './read-store.js';
import { NotBuiltYet } from './read-store.js';

/** Every event: where it stands, and when it was recorded. */
const logEvent: Table = {
  name: 'log_event',
  columns: { ordinal: 'integer', id: 'text', recorded_at: 'integer' },
  key: ['ordinal'],
  indexes: [{ columns: ['id'] }],
};

/** Every event that was recorded later than all before it: when, and the ordinal of the event before it. */
const logTime: Table = {
  name: 'log_time',
  columns: { recorded_at: 'integer', previous: 'integer' },
  key: ['recorded_at'],
};

const logCount: Table = { name: 'log_count', columns: { type: 'text', events: 'integer' }, key: ['type'] };

/** Any text. */
class EveryType extends Set<string> {
  override has(): boolean {
    return true;
  }
}

interface End {
  ordinal: number;
  recordedMax: number;
  readonly counts: Map<string, number>;
}

const endKey = 'end';

type EndRow = Row & { readonly ordinal: number | null; readonly recorded_max: number | null };
type CountRow = Row & { readonly type: string; readonly events: number };

/**
 * What a log that keeps no index of its own is asked of as a whole, as rows: built with the others, thrown away with them.
 * Its rows go up to `max(ordinal)` of `log_event`, since every event is there.
 */
export const logIndex: Projection<End> = {
  name: 'log-index',
  version: 1,
  tables: [logEvent, logTime, logCount],
  reads: new EveryType(),

  load: async (_, rows, kept) => {
    const known = kept.get(endKey);
    // Under this key, nothing else is kept.
    if (known !== undefined) return known as End;
    const end = await rows.first<EndRow>(
      'SELECT (SELECT max(ordinal) FROM log_event) AS ordinal, (SELECT max(recorded_at) FROM log_time) AS recorded_max',
    );
    const counts = await rows.all<CountRow>('SELECT type, events FROM log_count');
    const loaded: End = {
      ordinal: end?.ordinal ?? 0,
      recordedMax: end?.recorded_max ?? -1,
      counts: new Map(counts.map(({ type, events }) => [type, events])),
    };
    kept.set(endKey, loaded);
    return loaded;
  },

  evolve: (end, { ordinal, id, type, recordedAt }, rows) => {
    rows.insert(logEvent, { ordinal, id, recorded_at: recordedAt });
    if (recordedAt > end.recordedMax) {
      rows.insert(logTime, { recorded_at: recordedAt, previous: end.ordinal });
      end.recordedMax = recordedAt;
    }
    end.ordinal = ordinal;
    end.counts.set(type, (end.counts.get(type) ?? 0) + 1);
    rows.put(logCount, { type, events: end.counts.get(type) ?? 1 });
  },
};

/** What is kept of an event that the rows do not have yet. */
type Entry = Pick<RecordedEvent, 'ordinal' | 'id' | 'type' | 'recordedAt'>;

const pageMax = 2_000;
/** Events that are looked through where the rows do not have them: some seconds' work, and some ten megabytes. */
const tailMaxDefault = 200_000;

type UpTo = Row & { readonly up_to: number | null };

/** Rows with `logIndex` among them. */
export interface IndexRows extends RowReader {
  close(): Promise<void>;
}

/**
 * A log with an index: what the rows know, and beyond them what the log says, so that every answer is as new as the log.
 * @throws (its questions) NotBuiltYet while the rows are so far behind that looking through the rest would take long.
 */
export class IndexedLog implements EventStore {
  readonly #log: EventLog;
  readonly #openRows: () => Promise<IndexRows>;
  readonly #tailMax: number;
  #rows: Promise<IndexRows> | undefined;
  #closed: Promise<void> | undefined;
  /** What the log holds after `after`, as far as it was read. */
  #tail: { readonly after: number; readonly entries: readonly Entry[] } = { after: 0, entries: [] };
  #turn: Promise<unknown> = Promise.resolve();

  /** @param openRows called at the first question, if one comes. */
  constructor(log: EventLog, openRows: () => Promise<IndexRows>, tailMax = tailMaxDefault) {
    this.#log = log;
    this.#openRows = openRows;
    this.#tailMax = tailMax;
  }

  get logId(): string {
    return this.#log.logId;
  }

  get keepsOrder(): boolean {
    return this.#log.keepsOrder;
  }

  get tellsRepeats(): boolean {
    return this.#log.tellsRepeats;
  }

  get ordinalUnit(): OrdinalUnit {
    return this.#log.ordinalUnit;
  }

  append(stream: string, expectedRevision: number, events: readonly NewEvent[]): Promise<Appended> {
    return this.#log.append(stream, expectedRevision, events);
  }

  readStream(stream: string, afterRevision?: number, limit?: number): Promise<readonly RecordedEvent[]> {
    return this.#log.readStream(stream, afterRevision, limit);
  }

  readAll(afterOrdinal: number, limit?: number): Promise<readonly RecordedEvent[]> {
    return this.#log.readAll(afterOrdinal, limit);
  }

  follow(afterOrdinal: number, signal: AbortSignal, pageMax?: number): AsyncIterable<readonly RecordedEvent[]> {
    return this.#log.follow(afterOrdinal, signal, pageMax);
  }

  head(): Promise<number> {
    return this.#log.head();
  }

  checkpoint(follower: string): Promise<number | null> {
    return this.#log.checkpoint(follower);
  }

  saveCheckpoint(follower: string, ordinal: number): Promise<void> {
    return this.#log.saveCheckpoint(follower, ordinal);
  }

  checkpoints(): Promise<ReadonlyMap<string, number>> {
    return this.#log.checkpoints();
  }

  close(): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  async #close(): Promise<void> {
    await this.#log.close();
    const rows = this.#rows;
    this.#rows = undefined;
    // What could not be opened was told to whoever asked.
    const opened = await rows?.catch(() => undefined);
    await opened?.close();
  }

  async recordedAtOf(ordinal: number): Promise<number | null> {
    const [row] = await this.#asked<UpTo & { readonly recorded_at: number | null }>(
      `SELECT (SELECT max(ordinal) FROM log_event) AS up_to,
         (SELECT recorded_at FROM log_event WHERE ordinal <= ? ORDER BY ordinal DESC LIMIT 1) AS recorded_at`,
      [ordinal],
    );
    const upTo = row?.up_to ?? 0;
    const inTail = ordinal <= upTo ? undefined : (await this.#after(upTo)).findLast((each) => each.ordinal <= ordinal);
    return inTail?.recordedAt ?? row?.recorded_at ?? null;
  }

  async prefixAt(knownAtMs: number): Promise<number> {
    const [row] = await this.#asked<UpTo & { readonly previous: number | null }>(
      `SELECT (SELECT max(ordinal) FROM log_event) AS up_to,
         (SELECT previous FROM log_time WHERE recorded_at > ? ORDER BY recorded_at LIMIT 1) AS previous`,
      [knownAtMs],
    );
    if (row?.previous != null) return row.previous;
    let known = row?.up_to ?? 0;
    for (const { ordinal, recordedAt } of await this.#after(known)) {
      if (recordedAt > knownAtMs) break;
      known = ordinal;
    }
    return known;
  }

  async ordinalOfEvent(eventId: string): Promise<number | null> {
    const [row] = await this.#asked<UpTo & { readonly ordinal: number | null }>(
      `SELECT (SELECT max(ordinal) FROM log_event) AS up_to, (SELECT min(ordinal) FROM log_event WHERE id = ?) AS ordinal`,
      [eventId],
    );
    if (row?.ordinal != null) return row.ordinal;
    return (await this.#after(row?.up_to ?? 0)).find(({ id }) => id === eventId)?.ordinal ?? null;
  }

  async countsByType(): Promise<ReadonlyMap<string, number>> {
    const rows = await this.#asked<UpTo & CountRow>(
      'SELECT (SELECT max(ordinal) FROM log_event) AS up_to, type, events FROM log_count',
      [],
    );
    const counts = new Map(rows.map(({ type, events }) => [type, events]));
    for (const { type } of await this.#after(rows[0]?.up_to ?? 0)) counts.set(type, (counts.get(type) ?? 0) + 1);
    return new Map([...counts].sort(([one], [other]) => (one < other ? -1 : 1)));
  }

  /** Rows that tell, in one query, how far they go. Those that are not built yet go nowhere. */
  async #asked<R extends UpTo>(sql: string, parameters: readonly (string | number)[]): Promise<readonly R[]> {
    if (this.#closed !== undefined) throw new StoreUnavailable('The event log is closed.');
    const rows = (this.#rows ??= this.#openRows());
    try {
      return await (await rows).all<R>(sql, parameters);
    } catch (error) {
      if (error instanceof NotBuiltYet) return [];
      // Whoever asks next tries again.
      if (this.#rows === rows) await rows.catch(() => (this.#rows = undefined));
      throw error;
    }
  }

  /** All events after an ordinal. One question at a time reads on. */
  #after(ordinal: number): Promise<readonly Entry[]> {
    const mine = this.#turn.then(() => this.#readOn(ordinal));
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  async #readOn(after: number): Promise<readonly Entry[]> {
    // Rows go back where they were built anew.
    const kept = after < this.#tail.after ? [] : this.#tail.entries.filter(({ ordinal }) => ordinal > after);
    const entries = [...kept];
    for (let page: readonly RecordedEvent[] | undefined; page === undefined || page.length === pageMax;) {
      page = await this.#log.readAll(entries.at(-1)?.ordinal ?? after, pageMax);
      for (const { ordinal, id, type, recordedAt } of page) entries.push({ ordinal, id, type, recordedAt });
      this.#tail = { after, entries };
      if (entries.length > this.#tailMax) throw new NotBuiltYet([logIndex.name]);
    }
    return entries;
  }
}
