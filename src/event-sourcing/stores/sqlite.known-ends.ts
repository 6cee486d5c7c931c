import type { DatabaseSync } from 'node:sqlite';
import type { Written } from './log-write.js';
import { rowsOf } from './sqlite.event-reader.js';
import type { StreamEnd } from './stream-ends.js';
import { StreamEnds } from './stream-ends.js';

// To read more than this costs more than to look streams up again.
const caughtUpMax = 1_000;

/**
 * The ends of the streams that were used lately, kept in step with the log, whoever wrote to it: what comes back from the
 * writer is taken over at once, and what else was committed is read from the log when it is noticed.
 */
export class KnownEnds {
  readonly #ends = new StreamEnds();
  /** The ordinal up to which the ends that are kept are true. */
  #to = 0;
  #seen: number | undefined;
  readonly #dataVersion;
  readonly #streamNamed;
  readonly #head;
  readonly #after;

  constructor(db: DatabaseSync) {
    this.#dataVersion = rowsOf<[number]>(db, 'PRAGMA data_version');
    this.#head = rowsOf<[number]>(db, 'SELECT coalesce(max(position), 0) FROM event');
    this.#streamNamed = rowsOf<[number, number]>(
      db,
      'SELECT key, (SELECT max(revision) FROM event WHERE stream = key) FROM stream WHERE name = ?',
    );
    this.#after = rowsOf<[name: string, key: number, revision: number, position: number]>(
      db,
      `SELECT name, key, revision, position FROM event CROSS JOIN stream ON key = event.stream
       WHERE position > ? ORDER BY position LIMIT ${caughtUpMax}`,
    );
  }

  /** What is known without looking. */
  get(stream: string): Readonly<StreamEnd> | undefined {
    return this.#ends.get(stream);
  }

  /** Key and newest revision of a stream; undefined for none. */
  find(stream: string): Readonly<StreamEnd> | undefined {
    const kept = this.#ends.get(stream);
    if (kept) return kept;
    const row = this.#streamNamed.first(stream);
    if (row === undefined) return undefined;
    const end = { key: row[0], revision: row[1] };
    this.#ends.set(stream, end);
    return end;
  }

  /** Takes over what the writer wrote for this process. */
  take(stream: string, { key, revision, ordinal, recordedAt: { length } }: Written): void {
    this.#set(stream, key, revision);
    if (this.#to === ordinal - length) this.#to = ordinal;
  }

  /** Looks whether anything was committed since the last look, and takes it over; answers whether it was. */
  notice(): boolean {
    const version = this.#dataVersion.first()?.[0];
    if (version === this.#seen) return false;
    this.#seen = version;
    this.#catchUp();
    return true;
  }

  #catchUp(): void {
    const head = this.#head.first()?.[0] ?? 0;
    if (head === this.#to) return;
    if (head - this.#to > caughtUpMax) this.#ends.clear();
    else
      for (const [name, key, revision] of this.#after.all(this.#to))
        if (this.#ends.get(name)) this.#set(name, key, revision);
    this.#to = head;
  }

  #set(stream: string, key: number, revision: number): void {
    const kept = this.#ends.get(stream);
    if (kept === undefined) this.#ends.set(stream, { key, revision });
    else if (kept.revision < revision) kept.revision = revision;
  }
}
