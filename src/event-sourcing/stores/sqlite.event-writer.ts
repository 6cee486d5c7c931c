import type { DatabaseSync } from 'node:sqlite';
import type { Appended, RecordedEvent } from '../event-store.js';
import { PartialOverlap, WrongExpectedRevision, noStream } from '../event-store.js';
import { positionOf } from '../position.js';
import { StreamCache } from '../stream-cache.js';
import type { SerialisedEvent } from './serialised-event.js';
import type { SqliteEventReader } from './sqlite.event-reader.js';
import { sqliteCode } from './sqlite.connection.js';
import { rowsOf } from './sqlite.event-reader.js';

/** The end of the log, as the transaction found it and its appends move it on. */
interface End {
  ordinal: number;
  /** Latest `recordedAt` of the log. */
  recordedMax: number;
  /** Latest stamp of the store's own, which the next may not fall behind. */
  stampedAt: number;
}

/** Where a stream ends, as far as this process knows. */
interface StreamEnd {
  readonly key: number;
  /** Of its newest event. */
  revision: number;
}

interface Written {
  readonly event: RecordedEvent;
  /** Of its text. */
  readonly bytes: number;
}

const endsMax = 60_000;

// SQLite's code for a value that an index holds already.
const uniqueViolated = 2067;

/**
 * Decides and writes appends inside a transaction that its caller holds. What it keeps in memory (ends of streams and
 * of the log, keys of types) holds until another process writes or the transaction fails: then `forget` is called.
 */
export class SqliteEventWriter {
  readonly #streams = new StreamCache<StreamEnd>(endsMax, () => 1);
  readonly #types = new Map<string, number>();
  readonly #counted = new Map<number, number>();
  #written: Written[] = [];
  #end: End | undefined;

  readonly #streamNamed;
  readonly #endOfLog;
  readonly #typeNamed;
  readonly #insertStream;
  readonly #insertType;
  readonly #insertEvent;
  readonly #count;
  readonly #stamp;

  constructor(
    db: DatabaseSync,
    private readonly logId: string,
    private readonly reader: SqliteEventReader,
    private readonly now: () => number,
  ) {
    this.#streamNamed = rowsOf<[number, number]>(
      db,
      'SELECT key, (SELECT max(revision) FROM event WHERE stream = key) FROM stream WHERE name = ?',
    );
    this.#endOfLog = rowsOf<[number, number, number]>(
      db,
      `SELECT coalesce(position, 0), coalesce(recorded_max, recorded_at, 0), stamped_at FROM log
       LEFT JOIN (SELECT position, recorded_max, recorded_at FROM event ORDER BY position DESC LIMIT 1)`,
    );
    this.#typeNamed = rowsOf<[number]>(db, 'SELECT key FROM type WHERE name = ?');
    this.#insertStream = db.prepare('INSERT INTO stream (key, name) VALUES (?, ?) ON CONFLICT (name) DO NOTHING');
    this.#insertType = db.prepare('INSERT INTO type (name, count) VALUES (?, 0)');
    this.#insertEvent = db.prepare(
      `INSERT INTO event (position, stream, revision, id, type, version, recorded_at, recorded_max, data, provenance)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#count = db.prepare('UPDATE type SET count = count + ? WHERE key = ?');
    this.#stamp = db.prepare('UPDATE log SET stamped_at = ?');
  }

  forget(): void {
    this.#streams.clear();
    this.#types.clear();
    this.#counted.clear();
    this.#written = [];
    this.#end = undefined;
  }

  /** The newest revision of a stream that was used lately. */
  knownRevision(name: string): number | undefined {
    return this.#streams.get(name)?.revision;
  }

  /** Key and newest revision of a stream; undefined for none. */
  stream(name: string): Readonly<StreamEnd> | undefined {
    return this.#stream(name);
  }

  /** @throws WrongExpectedRevision, PartialOverlap: then it has written nothing, and the transaction may go on. */
  append(stream: string, expectedRevision: number, events: readonly SerialisedEvent[]): Appended {
    const begun = expectedRevision === noStream ? this.#begin(stream) : undefined;
    if (begun) return this.#write(stream, begun, events);
    const present = this.#stream(stream);
    const actual = present?.revision ?? noStream;
    // One event at the right revision is tried at once, and the index refuses it where it is known: that spares the
    // look-up on the path that nearly every append takes. More than one, and one refused would leave the others.
    if (present && (events.length > 1 || expectedRevision !== actual)) {
      const earlier = this.#earlier(stream, present.key, events);
      if (earlier) return earlier;
    }
    if (present === undefined || expectedRevision !== actual)
      throw new WrongExpectedRevision(stream, expectedRevision, actual);
    try {
      return this.#write(stream, present, events);
    } catch (error) {
      const earlier = sqliteCode(error) === uniqueViolated && this.#earlier(stream, present.key, events);
      if (earlier) return earlier;
      throw error;
    }
  }

  /** Writes what is written once a batch, before the transaction commits; answers with all events that it wrote. */
  finish(): readonly Written[] {
    for (const [type, count] of this.#counted) this.#count.run(count, type);
    this.#counted.clear();
    const written = this.#written;
    this.#written = [];
    return written;
  }

  /** The answer to an append that stands in its stream already, as it was given the first time. */
  #earlier(stream: string, key: number, events: readonly SerialisedEvent[]): Appended | undefined {
    const known: RecordedEvent[] = [];
    for (const { idBytes } of events) {
      const found = this.reader.inStream(idBytes, key);
      if (found) known.push(found);
    }
    const [first] = known;
    if (first === undefined) return undefined;
    if (known.length < events.length)
      throw new PartialOverlap(
        stream,
        known.map(({ id }) => id),
      );
    const last = known.reduce((latest, event) => (event.revision > latest.revision ? event : latest), first);
    return { revision: last.revision, position: last.position, recorded: known, repeated: true };
  }

  #write(name: string, stream: StreamEnd, events: readonly SerialisedEvent[]): Appended {
    const end = this.#endNow();
    const recorded = events.map((event) => this.#insert(name, stream, end, event));
    return { revision: stream.revision, position: positionOf(this.logId, end.ordinal), recorded };
  }

  #insert(name: string, stream: StreamEnd, end: End, serialised: SerialisedEvent): RecordedEvent {
    const { idBytes, event, version, data, provenance } = serialised;
    const recordedAt = event.recordedAt ?? this.#stampOf(end);
    const max = Math.max(end.recordedMax, recordedAt);
    const type = this.#type(event.type);
    const ordinal = end.ordinal + 1;
    const revision = stream.revision + 1;
    this.#insertEvent.run(
      ordinal,
      stream.key,
      revision,
      idBytes,
      type,
      version,
      recordedAt,
      max === recordedAt ? null : max,
      data,
      provenance,
    );
    // Only now: where the index refused it, nothing has happened.
    end.ordinal = ordinal;
    end.recordedMax = max;
    stream.revision = revision;
    this.#counted.set(type, (this.#counted.get(type) ?? 0) + 1);
    const position = positionOf(this.logId, ordinal);
    const recorded = {
      id: event.id,
      type: event.type,
      version: event.version,
      data: event.data,
      provenance: event.provenance,
      recordedAt,
      stream: name,
      revision,
      position,
      ordinal,
    };
    this.#written.push({ event: recorded, bytes: data.length + provenance.length });
    return recorded;
  }

  #stampOf(end: End): number {
    const now = this.now();
    if (now > end.stampedAt) {
      end.stampedAt = now;
      this.#stamp.run(now);
    }
    return end.stampedAt;
  }

  #endNow(): End {
    if (this.#end) return this.#end;
    const [ordinal, recordedMax, stampedAt] = this.#endOfLog.first() ?? [0, 0, 0];
    return (this.#end = { ordinal, recordedMax, stampedAt });
  }

  #stream(name: string): StreamEnd | undefined {
    const kept = this.#streams.get(name);
    if (kept) return kept;
    const row = this.#streamNamed.first(name);
    if (row === undefined) return undefined;
    const end = { key: row[0], revision: row[1] };
    this.#streams.set(name, end);
    return end;
  }

  /** Begins a stream with the next event; undefined where it exists. Its name's index tells, without a look-up before. */
  #begin(name: string): StreamEnd | undefined {
    const key = this.#endNow().ordinal + 1;
    return this.#insertStream.run(key, name).changes === 0 ? undefined : { key, revision: noStream };
  }

  #type(name: string): number {
    const kept = this.#types.get(name);
    if (kept !== undefined) return kept;
    const key = this.#typeNamed.first(name)?.[0] ?? Number(this.#insertType.run(name).lastInsertRowid);
    this.#types.set(name, key);
    return key;
  }
}
