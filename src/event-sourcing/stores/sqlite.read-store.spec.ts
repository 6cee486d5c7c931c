import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Projection } from '../projection.js';
import type { ReadStore } from '../read-store.js';
import { replayInto } from '../replay.js';
import { logIdOfTests, numbered } from '../specification.js';
import { balances, deposited, holdings } from '../specimens.js';
import { readStoreContract } from './read-store.contract.js';
import { openSqliteReadStore } from './sqlite.read-store.js';

const newFolder = (): string => mkdtempSync(join(tmpdir(), 'read-store-'));

readStoreContract('SQLite', () => {
  const folder = newFolder();
  return Promise.resolve({
    // eslint-disable-next-line @typescript-eslint/require-await -- What it throws must reject.
    open: async (projections, logId = logIdOfTests) => openSqliteReadStore({ folder, projections, logId }),
    dispose: () => rm(folder, { recursive: true }),
  });
});

describe('The read store in SQLite files', () => {
  const folders: string[] = [];
  const stores: ReadStore[] = [];
  const openIn = (folder: string, projections: readonly Projection[]): ReadStore => {
    const store = openSqliteReadStore({ folder, projections, logId: logIdOfTests });
    stores.push(store);
    return store;
  };
  const folderOfTest = (): string => {
    const folder = newFolder();
    folders.push(folder);
    return folder;
  };
  afterEach(async () => {
    for (const store of stores.splice(0)) await store.close();
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });
  const page = numbered(deposited('a', 1), deposited('b', 2));

  it('keeps one file a projection, in WAL mode, and deletes what a newer build replaces', async () => {
    const folder = folderOfTest();
    const projections = [balances(), holdings()];
    const store = openIn(folder, projections);
    await replayInto(store, projections, [page]);
    expect(files(folder)).toEqual(['balances-v1-b1.db', 'holdings-v1-b2.db']);
    expect(await store.all('SELECT count(*) AS n FROM balance')).toEqual([{ n: 2 }]);
    await replayInto(store, projections, [page]);
    expect(files(folder)).toEqual(['balances-v1-b3.db', 'holdings-v1-b4.db']);
    const file = new DatabaseSync(join(folder, 'read', 'balances-v1-b3.db'));
    expect(file.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
    file.close();
  });

  it('sweeps away files that are in no registry, at the next opening', async () => {
    const folder = folderOfTest();
    await openIn(folder, [balances()]).close();
    stores.length = 0;
    writeFileSync(join(folder, 'read', 'balances-v1-b77.db'), '');
    writeFileSync(join(folder, 'read', 'balances-v1-b77.db-wal'), '');
    openIn(folder, [balances()]);
    expect(readdirSync(join(folder, 'read'))).toEqual([]);
  });

  it('does without a file that somebody has deleted', async () => {
    const folder = folderOfTest();
    const store = openIn(folder, [balances()]);
    await replayInto(store, [balances()], [page]);
    rmSync(join(folder, 'read', 'balances-v1-b1.db'));
    const other = openIn(folder, [balances()]);
    expect(await other.progress()).toMatchObject([{ live: false, checkpoint: 0 }]);
    expect(await other.open(balances(), Date.now() + 1_000)).toBeNull();
    await replayInto(other, [balances()], [page]);
    expect(await other.all('SELECT count(*) AS n FROM balance')).toEqual([{ n: 2 }]);
  });

  it('reads more projections than SQLite attaches at once, joined by pairs', async () => {
    const many = Array.from({ length: 13 }, (_, n): Projection => {
      const table = { ...holdingsTable, name: `holding_${n}` };
      return {
        ...holdings(),
        name: `holdings-${n}`,
        tables: [table],
        load: () => Promise.resolve(undefined),
        evolve: (_loaded, event, rows) => rows.insert(table, { account: `${event.ordinal}`, amount: n }),
      };
    });
    const store = openIn(folderOfTest(), many);
    await replayInto(store, many, [page]);
    for (const [a, b] of [
      [0, 12],
      [11, 0],
      [1, 2],
      [12, 10],
    ] as const)
      expect(
        await store.first(
          `SELECT a.amount AS a, b.amount AS b FROM holding_${a} a JOIN holding_${b} b USING (account)`,
        ),
      ).toEqual({ a, b });
    expect((await store.progress()).map(({ checkpoint }) => checkpoint)).toEqual(many.map(() => 2));
  });

  it('says so when its folder cannot be made', () => {
    const folder = folderOfTest();
    writeFileSync(join(folder, 'file'), '');
    expect(() => openIn(join(folder, 'file'), [])).toThrow();
    expect(existsSync(join(folder, 'file', 'read'))).toBe(false);
  });

  it('lives in memory too, and leaves nothing', async () => {
    const store = openIn(':memory:', [balances()]);
    await replayInto(store, [balances()], [page]);
    expect(await store.all('SELECT account FROM balance ORDER BY 1')).toEqual([{ account: 'a' }, { account: 'b' }]);
    // Its writers take half a batch back like the others.
    const token = (await store.hold('one', ['project:balances-v1'], 1_000)).get('project:balances-v1') ?? 0;
    const build = await store.open(balances(), token);
    const [table] = balances().tables;
    const row = ['a', 9, 10, 1];
    const writes =
      table === undefined
        ? []
        : [
            {
              table,
              writes: [
                { kind: 'insert' as const, values: row },
                { kind: 'insert' as const, values: row },
              ],
            },
          ];
    await expect(build?.commit(writes, 9)).rejects.toThrow(/UNIQUE/);
    expect(await store.all('SELECT count(*) AS n FROM balance')).toEqual([{ n: 2 }]);
    await build?.close();
    expect(existsSync(':memory:')).toBe(false);
  });
});

const [holdingsTable = { name: '', columns: {}, key: [] }] = holdings().tables;

const files = (folder: string): readonly string[] =>
  readdirSync(join(folder, 'read'))
    .filter((file) => file.endsWith('.db'))
    .sort();
