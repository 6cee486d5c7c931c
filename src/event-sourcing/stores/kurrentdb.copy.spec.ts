import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  serverUnderTest,
  startServerUnderTest,
  type ServerUnderTest,
} from '../../../test/kurrentdb/server-under-test.js';
import { copyLog, isHalfCopied } from '../copy-log.js';
import { noStream, type EventLog } from '../event-store.js';
import { anEvent } from './contract-events.js';
import { openKurrentEventStore } from './kurrentdb.event-store.js';
import { openSqliteEventStore } from './sqlite.event-store.js';

let server: ServerUnderTest;
let folder: string;
beforeAll(async () => {
  server = await startServerUnderTest();
  folder = mkdtempSync(join(tmpdir(), 'rapport-copy-'));
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

/** All that a log holds but for positions, which are its own. */
const contentOf = async (log: EventLog): Promise<readonly unknown[]> => {
  const all = await log.readAll(0, 10_000);
  return all.map(({ ordinal: _, position: __, ...content }) => content);
};

describe(`copying a log to KurrentDB (${serverUnderTest}) and back`, () => {
  it('keeps all but its name and positions, also when it is cut short', async () => {
    const source = openSqliteEventStore({ path: join(folder, 'source.db') });
    const back = openSqliteEventStore({ path: join(folder, 'back.db') });
    const kurrent = await openKurrentEventStore({ location: server.newLog() });
    try {
      for (let n = 0; n < 700; n += 1)
        await source.append(`call-${Math.floor(n / 7)}`, (n % 7) - 1, [
          // Times that go back, characters of every kind, shapes that are no longer written.
          anEvent({ n, text: 'Ä😀\u2028' }, { recordedAt: 10_000 - n, version: 1 + (n % 3) }),
        ]);
      await source.append('call-wide', noStream, [anEvent({ text: 'x'.repeat(900_000) }), anEvent({ n: 1 })]);
      const places = [0, 351, 702];
      for (const place of places) await source.saveCheckpoint(`policy: ${place}`, place);

      const stop = new AbortController();
      const cut = copyLog({
        source,
        target: kurrent,
        signal: stop.signal,
        onProgress: (at) => at === 'copying' && stop.abort(new Error('cut')),
      });
      await expect(cut).rejects.toThrow('cut');
      expect(await isHalfCopied(kurrent)).toBe(true);
      const { signal } = new AbortController();
      const copied = await copyLog({ source, target: kurrent, signal });
      expect(copied).toMatchObject({ copied: 202, known: 500, streams: 101, grown: false });
      expect(await isHalfCopied(kurrent)).toBe(false);
      expect(await contentOf(kurrent)).toEqual(await contentOf(source));
      const ordinals = (await kurrent.readAll(0, 10_000)).map(({ ordinal }) => ordinal);
      for (const place of places)
        expect(await kurrent.checkpoint(`policy: ${place}`)).toBe(place === 0 ? 0 : ordinals[place - 1]);

      expect(await copyLog({ source: kurrent, target: back, signal })).toMatchObject({ digest: copied.digest });
      expect(await contentOf(back)).toEqual(await contentOf(source));
      for (const place of places) expect(await back.checkpoint(`policy: ${place}`)).toBe(place);
    } finally {
      for (const log of [source, back, kurrent]) await log.close();
    }
  }, 120_000);
});
