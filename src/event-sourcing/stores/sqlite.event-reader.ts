import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { RecordedEvent } from '../event-store.js';
import type { JsonObject } from '../fact.js';
import { positionOf } from '../position.js';
import type { Provenance } from '../provenance.js';
import type { Upcast } from '../upcaster.js';
import { idBytes } from './serialised-event.js';

type EventRow = readonly [
  position: number,
  stream: string,
  revision: number,
  id: Uint8Array,
  type: string,
  version: number,
  recordedAt: number,
  data: string,
  provenance: string,
];

/** A prepared statement whose rows come as tuples: the one place where what the driver gives is taken at its word. */
export const rowsOf = <R extends readonly unknown[]>(db: DatabaseSync, sql: string) => {
  const statement: StatementSync = db.prepare(sql);
  statement.setReturnArrays(true);
  return {
    all: (...parameters: readonly (string | number | Uint8Array)[]) => statement.all(...parameters) as unknown as R[],
    first: (...parameters: readonly (string | number | Uint8Array)[]) =>
      statement.get(...parameters) as unknown as R | undefined,
  };
};

const idText = ({ buffer, byteOffset, byteLength }: Uint8Array): string => {
  const hex = Buffer.from(buffer, byteOffset, byteLength).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
};

/** What it takes from rows of `events.db` to an event, in its newest shape. */
const recordedIn =
  (logId: string, upcast: Upcast) =>
  ([ordinal, stream, revision, id, type, version, recordedAt, data, provenance]: EventRow): RecordedEvent =>
    upcast({
      id: idText(id),
      type,
      version,
      data: JSON.parse(data) as JsonObject,
      provenance: JSON.parse(provenance) as Provenance,
      recordedAt,
      stream,
      revision,
      position: positionOf(logId, ordinal),
      ordinal,
    });

// CROSS JOIN keeps SQLite from starting with the names.
const events = `
  SELECT event.position, stream.name, revision, id, type.name, version, recorded_at, data, provenance
  FROM event CROSS JOIN stream ON stream.key = event.stream CROSS JOIN type ON type.key = event.type`;

/** The queries of `events.db`. Each reads to its end at once, so none holds a read transaction open. */
export const sqliteEventReader = (db: DatabaseSync, logId: string, upcast: Upcast) => {
  const recorded = recordedIn(logId, upcast);
  const ofStream = rowsOf<EventRow>(
    db,
    `${events} WHERE event.stream = ? AND event.revision > ? ORDER BY event.revision LIMIT ?`,
  );
  const ofLog = rowsOf<EventRow>(db, `${events} WHERE event.position > ? ORDER BY event.position LIMIT ?`);
  const byId = rowsOf<EventRow>(db, `${events} WHERE event.id = ? AND event.stream = ?`);
  const head = rowsOf<[number]>(db, 'SELECT coalesce(max(position), 0) FROM event');
  const times = rowsOf<[at: number, max: number]>(
    db,
    `SELECT recorded_at, coalesce(recorded_max, recorded_at) FROM event WHERE position <= ?
     ORDER BY position DESC LIMIT 1`,
  );
  const firstOfId = rowsOf<[number | null]>(db, 'SELECT min(position) FROM event WHERE id = ?');
  const counts = rowsOf<[string, number]>(db, 'SELECT name, count FROM type ORDER BY name');
  const checkpoint = rowsOf<[number]>(db, 'SELECT position FROM checkpoint WHERE follower = ?');
  const checkpoints = rowsOf<[string, number]>(db, 'SELECT follower, position FROM checkpoint ORDER BY follower');

  const headNow = (): number => head.first()?.[0] ?? 0;

  return {
    head: headNow,
    stream: (key: number, afterRevision: number, limit: number): readonly RecordedEvent[] =>
      ofStream.all(key, afterRevision, limit).map(recorded),
    after: (ordinal: number, limit: number): readonly RecordedEvent[] => ofLog.all(ordinal, limit).map(recorded),
    inStream: (id: Uint8Array, key: number): RecordedEvent | undefined => {
      const row = byId.first(id, key);
      return row && recorded(row);
    },
    recordedAtOf: (ordinal: number): number | null => times.first(ordinal)?.[0] ?? null,
    /** The running maximum of `recordedAt` grows along the log: the last ordinal where it is at most the time asked for. */
    prefixAt: (knownAtMs: number): number => {
      let [known, unknown] = [0, headNow() + 1];
      while (unknown - known > 1) {
        const middle = Math.floor((known + unknown) / 2);
        if ((times.first(middle)?.[1] ?? 0) <= knownAtMs) known = middle;
        else unknown = middle;
      }
      return known;
    },
    ordinalOfEvent: (id: string): number | null => {
      const bytes = idBytes(id);
      return (bytes && firstOfId.first(bytes)?.[0]) ?? null;
    },
    countsByType: (): ReadonlyMap<string, number> => new Map(counts.all()),
    checkpoint: (follower: string): number | null => checkpoint.first(follower)?.[0] ?? null,
    checkpoints: (): ReadonlyMap<string, number> => new Map(checkpoints.all()),
  };
};

export type SqliteEventReader = ReturnType<typeof sqliteEventReader>;
