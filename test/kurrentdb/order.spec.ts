import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { exportedEvents } from '../../src/audit/export-events.js';
import { importEvents } from '../../src/audit/import-events.js';
import { copyLog } from '../../src/event-sourcing/copy-log.js';
import type { EventLog, EventStore } from '../../src/event-sourcing/event-store.js';
import { IndexedLog } from '../../src/event-sourcing/log-index.js';
import { NotBuiltYet } from '../../src/event-sourcing/read-store.js';
import { anEvent } from '../../src/event-sourcing/stores/contract-events.js';
import { openSqliteEventStore } from '../../src/event-sourcing/stores/sqlite.event-store.js';
import { notReady } from '../kurrentdb-stand-in/refusals.js';
import { allOf, withFaults } from './faults.js';

const { signal } = new AbortController();
const contentOf = async (log: EventLog): Promise<readonly unknown[]> =>
  (await allOf(log)).map(({ ordinal: _, position: __, ...content }) => content);

withFaults('KurrentDB: the order of a whole log, where appends are lost and refused on their way', (server) => {
  let folder: string;
  let source: EventStore;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rapport-order-'));
    source = openSqliteEventStore({ path: join(folder, 'source.db') });
    for (let n = 0; n < 60; n += 1) await source.append(`call-${n % 12}`, Math.floor(n / 12) - 1, [anEvent({ n })]);
    // Were others under way, they would overtake these.
    const stream = (name: string): boolean => name === 'call-3' || name === 'call-7';
    server.standIn.arm({ on: 'append', stream, fault: { kind: 'ignore' }, times: 3 });
    server.standIn.arm({ on: 'append', stream, fault: { kind: 'refuse', refusal: notReady() }, times: 3 });
  });
  afterEach(async () => {
    await source.close();
    rmSync(folder, { recursive: true });
  });

  it('is kept by an import of events', async () => {
    const path = join(folder, 'events.jsonl');
    let lines = '';
    for await (const page of exportedEvents(source, () => undefined, signal)) lines += page;
    await writeFile(path, lines);
    const log = await server.open();
    const target = new IndexedLog(log, () => Promise.reject(new NotBuiltYet(['log-index'])));
    expect(await importEvents(target, path, () => undefined, signal)).toEqual({ imported: 60, known: 0 });
    expect(await contentOf(log)).toEqual(await contentOf(source));
  });

  it('is kept by a copy', async () => {
    const target = await server.open();
    expect(await copyLog({ source, target, signal })).toMatchObject({ copied: 60 });
    expect(await contentOf(target)).toEqual(await contentOf(source));
  });
});
