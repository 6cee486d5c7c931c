import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RecordedEvent } from '../../src/event-sourcing/event-store.js';
import { replayInto } from '../../src/event-sourcing/replay.js';
import { logIdOfTests, numbered } from '../../src/event-sourcing/specification.js';
import { openPostgresReadStore } from '../../src/event-sourcing/stores/postgres.read-store.js';
import { postgresAddress } from '../../src/event-sourcing/stores/postgres-address.js';
import { projections } from '../../src/projections.js';
import { historicLog } from '../history.js';
import { replayedRows, rowsOf } from '../inspecting.js';
import { email, identified } from '../small-logs.js';
import { type TestDatabase, newDatabase } from './database.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await newDatabase();
});
afterAll(() => database.drop());

const rowsInPostgres = async (pages: readonly (readonly RecordedEvent[])[]) => {
  const address = postgresAddress(database.url);
  const readStore = await openPostgresReadStore({ address, projections, logId: logIdOfTests });
  try {
    await replayInto(readStore, projections, pages);
    return await rowsOf(readStore);
  } finally {
    await readStore.close();
  }
};

describe('PostgreSQL and SQLite hold the same rows', () => {
  it.each([1, 7, 500])(
    'of every event ever stored, in batches of %i',
    async (batch) => {
      const pages = [];
      for (let start = 0; start < historicLog.length; start += batch)
        pages.push(historicLog.slice(start, start + batch));
      const rows = await rowsInPostgres(pages);
      expect([...rows.values()].flat().length).toBeGreaterThan(100);
      expect(rows).toEqual(await replayedRows(historicLog));
      // One by one, that is a transaction of a server for each event and each projection.
    },
    120_000,
  );

  it('of the longest and oddest names and addresses', async () => {
    // Signs that compress badly: an index holds at most 2,704 bytes of a row.
    const random = (length: number): string =>
      String.fromCodePoint(...Array.from({ length }, (_, n) => 0x4e00 + ((n * 7919 * 31) % 20_000)));
    const log = numbered(
      ...['\ufdfa'.repeat(500), random(500), 'a\u0000b', '\ud800', ' '.repeat(500)].map((name, n) =>
        identified(`s${n}`, { name, handles: [email(`${name}@${random(500 - name.length)}`)] }),
      ),
    );
    expect(await rowsInPostgres([log])).toEqual(await replayedRows(log));
  });
});
