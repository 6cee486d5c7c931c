import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import type { EventStore } from './event-store.js';
import { StoreUnavailable } from './event-store.js';
import { Projector } from './projector.js';
import { projectLease } from './read-store.js';
import { balances } from './specimens.js';
import { live } from './stores/read-store.specimens.js';
import { openSqliteEventStore } from './stores/sqlite.event-store.js';
import { openSqliteReadStore } from './stores/sqlite.read-store.js';

it('A projector closes what it has opened where the log does not answer, and opens it again when it does', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'projector-entering-'));
  const store = openSqliteEventStore({ path: join(folder, 'events.db') });
  const projections = [balances()];
  const readStore = openSqliteReadStore({ folder, projections, logId: store.logId });
  await (await live(readStore, projections[0] ?? balances(), 'another')).close();
  await readStore.release('another', [projectLease(balances())]);

  let failures = 2;
  const head = (): Promise<number> =>
    (failures -= 1) >= 0 ? Promise.reject(new StoreUnavailable('It is silent.')) : store.head();
  const silent = Object.create(store, { head: { value: head } }) as EventStore;
  let [opened, closed] = [0, 0];
  const opening = readStore.open.bind(readStore);
  readStore.open = async (...all) => {
    const build = await opening(...all);
    if (build === null) throw new Error('There is no build.');
    opened += 1;
    const closing = build.close.bind(build);
    build.close = () => {
      closed += 1;
      return closing();
    };
    return build;
  };

  const projector = new Projector({ store: silent, readStore, projections });
  try {
    projector.start();
    while (opened < 3) await sleep(20);
    expect([opened, closed]).toEqual([3, 2]);
  } finally {
    await projector.stop();
    await readStore.close();
    await store.close();
    await rm(folder, { recursive: true });
  }
});
