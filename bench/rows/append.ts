import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { noStream } from '../../src/event-sourcing/event-store.js';
import type { KurrentLocation } from '../../src/event-sourcing/stores/kurrentdb.connection-string.js';
import { idBytes } from '../../src/event-sourcing/stores/serialised-event.js';
import { eventTables } from '../../src/event-sourcing/stores/sqlite.event-schema.js';
import { bareAppends, bareClient } from '../bare-client.js';
import type { Family } from '../family.js';
import { recordedEvent } from '../log-maker.js';
import { inTurn, secondsOf } from '../measuring.js';
import { openLogAt, settingsOf } from '../place.js';
import type { RawRow } from '../raw.js';
import { settle } from '../raw.js';
import type { Goal } from '../table.js';
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

/** What the store does at its best with our events and none of our code, as events a second. */
interface Baseline {
  readonly name: string;
  readonly goal: Goal;
  rateOf(round: number, series: Events): Promise<number>;
  close(): Promise<void> | void;
}

const rawInserts = (path: string): Baseline => {
  const raw = rawLog(path);
  return {
    name: 'append, one event each, 64 waiting, durable',
    goal: '>= 0.7',
    rateOf: async (round, series) => {
      const rows = series.map(({ stream, event }, index) => {
        const position = round * series.length + index + 1;
        const { id, version, data, provenance } = event;
        const texts = [JSON.stringify(data), JSON.stringify(provenance)];
        const row = [position, position, 0, idBytes(id) ?? null, 1, version, Date.now(), null, ...texts];
        return { stream: [position, stream], event: row };
      });
      // eslint-disable-next-line @typescript-eslint/require-await -- The driver is synchronous.
      return series.length / (await secondsOf(async () => raw.insert(rows)));
    },
    close: () => raw.close(),
  };
};

const bareClientAppends = (location: KurrentLocation): Baseline => {
  const client = bareClient(location);
  const append = bareAppends(client, location);
  return {
    name: "append, one event each, 64 waiting, against the client's own single path",
    goal: '>= 0.8',
    rateOf: async (_, series) => series.length / (await secondsOf(() => appendAll(series, append))),
    close: () => client.dispose(),
  };
};

export const append: Family = {
  name: 'append',
  run: async (bench) => {
    const place = await bench.newPlace();
    await mkdir(place.folder, { recursive: true });
    const { eventStore } = settingsOf(place);
    const events = bench.scaled(20_000, 640);
    const store = await openLogAt(place);
    const baseline =
      eventStore.kind === 'sqlite' ? rawInserts(join(place.folder, 'raw.db')) : bareClientAppends(eventStore);
    const seriesOf = (round: number, whose: string): Events =>
      Array.from({ length: events }, (_, index) =>
        recordedEvent(mailOf(index, index % 10_000, Date.UTC(2026, 0, 1) + index, `${whose}${round}`), anybody),
      );
    const ours = async (round: number, whose = 'append'): Promise<number> => {
      const series = seriesOf(round, whose);
      const work = () => appendAll(series, ({ stream, event }) => store.append(stream, noStream, [event]));
      return events / (await secondsOf(work));
    };
    const bare = (round: number, whose = 'bare'): Promise<number> => baseline.rateOf(round, seriesOf(round, whose));
    try {
      if (eventStore.kind === 'kurrentdb') {
        // What connects and compiles, does so before anything counts.
        await ours(0, 'warm');
        await bare(0, 'warm bare');
      }
      const rates = await inTurn(bench.rounds(7), { ours, bare });
      return [compared(baseline.name, rates.ours, 'events/s', rates.bare, baseline.goal)];
    } finally {
      await store.close();
      await baseline.close();
    }
  },
};
