import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { noStream } from '../../src/event-sourcing/event-store.js';
import { idBytes } from '../../src/event-sourcing/stores/serialised-event.js';
import { eventTables } from '../../src/event-sourcing/stores/sqlite.event-schema.js';
import { openSqliteEventStore } from '../../src/event-sourcing/stores/sqlite.event-store.js';
import type { Family } from '../family.js';
import { recordedEvent } from '../log-maker.js';
import { inTurn, secondsOf } from '../measuring.js';
import type { RawRow } from '../raw.js';
import { settle } from '../raw.js';
import { compared } from '../table.js';
import { mailOf } from '../world.js';

const waitingAtOnce = 64;
const anybody = '0123abcd-0000-5000-8000-0123456789ab';

type Events = readonly ReturnType<typeof recordedEvent>[];

/** One event each, so many at a time waiting until theirs is on disk. */
const appendAll = async (events: Events, append: (event: Events[number]) => Promise<unknown>): Promise<void> => {
  let next = 0;
  const waiter = async (): Promise<void> => {
    for (let event = events[next++]; event !== undefined; event = events[next++]) await append(event);
  };
  await Promise.all(Array.from({ length: waitingAtOnce }, waiter));
};

const rawLog = (path: string) => {
  const db = new DatabaseSync(path);
  settle(db, true);
  db.exec(`${eventTables} INSERT INTO type VALUES (1, 'InteractionRecorded', 0)`);
  const stream = db.prepare('INSERT INTO stream (key, name) VALUES (?, ?)');
  const event = db.prepare('INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
  return {
    /** Inserts rows that are at hand, 64 a commit. */
    insert: (rows: readonly { readonly stream: RawRow; readonly event: RawRow }[]): void => {
      for (let start = 0; start < rows.length; start += waitingAtOnce) {
        db.exec('BEGIN IMMEDIATE');
        for (const row of rows.slice(start, start + waitingAtOnce)) {
          stream.run(...row.stream);
          event.run(...row.event);
        }
        db.exec('COMMIT');
      }
    },
    close: () => db.close(),
  };
};

export const append: Family = {
  name: 'append',
  run: async (bench) => {
    const folder = bench.newFolder();
    await mkdir(folder, { recursive: true });
    const events = bench.scaled(20_000, 640);
    const store = openSqliteEventStore({ path: join(folder, 'events.db') });
    const raw = rawLog(join(folder, 'raw.db'));
    const seriesOf = (round: number): Events =>
      Array.from({ length: events }, (_, index) =>
        recordedEvent(mailOf(index, index % 10_000, Date.UTC(2026, 0, 1) + index, `append${round}`), anybody),
      );
    const appended = async (round: number): Promise<number> => {
      const series = seriesOf(round);
      return (
        events /
        (await secondsOf(() => appendAll(series, ({ stream, event }) => store.append(stream, noStream, [event]))))
      );
    };
    const inserted = async (round: number): Promise<number> => {
      const rows = seriesOf(round).map(({ stream, event }, index) => {
        const position = round * events + index + 1;
        const { id, version, data, provenance } = event;
        const texts = [JSON.stringify(data), JSON.stringify(provenance)];
        const row = [position, position, 0, idBytes(id) ?? null, 1, version, Date.now(), null, ...texts];
        return { stream: [position, stream], event: row };
      });
      // eslint-disable-next-line @typescript-eslint/require-await -- The driver is synchronous.
      return events / (await secondsOf(async () => raw.insert(rows)));
    };
    try {
      const rates = await inTurn(bench.rounds(7), { appended, inserted });
      return [
        compared('append, one event each, 64 waiting, durable', rates.appended, 'events/s', rates.inserted, '>= 0.7'),
      ];
    } finally {
      await store.close();
      raw.close();
    }
  },
};
