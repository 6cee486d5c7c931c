import { mkdirSync, openSync, closeSync, fsyncSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { rebuildInThreads } from '../src/event-sourcing/rebuild.threads.js';
import { projections } from '../src/projections.js';
import { environmentOf, settingsFrom } from '../src/settings.js';
import { projectionsWith } from '../src/stores.js';
import type { RawRow, RawTable } from './raw.js';
import { arrays, insertInto, rawTables, readFiles } from './raw.js';

/** Seconds that a rebuild of all projections takes, as `rapport rebuild` does it. The environment says where. */
const ours = async (): Promise<number> => {
  const settings = settingsFrom(process.env);
  const start = performance.now();
  await rebuildInThreads({
    worker: new URL('../src/rebuild.worker.js', import.meta.url),
    data: { environment: environmentOf(settings) },
    projections: projectionsWith(settings, projections),
  });
  return (performance.now() - start) / 1000;
};

const eventsAtOnce = 5_000;

const ddlOf = (source: DatabaseSync): readonly string[] =>
  source
    .prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY rowid")
    .all()
    .map(({ sql }) => String(sql));

/** The rows of a table in the order in which their events came, some at a time. */
const rowsOf = (source: DatabaseSync, { name, ordinalColumn, ordinalAt }: RawTable) => {
  const rows = arrays(
    source,
    `SELECT * FROM ${name} ORDER BY ${ordinalColumn}`,
  ).iterate() as unknown as Iterator<RawRow>;
  let next = rows.next();
  return (upTo: number): readonly RawRow[] => {
    const some: RawRow[] = [];
    while (next.done !== true && Number(next.value[ordinalAt]) <= upTo) {
      some.push(next.value);
      next = rows.next();
    }
    return some;
  };
};

const copyOf = (source: DatabaseSync, path: string) => {
  const copy = new DatabaseSync(path);
  // As a build is filled: one transaction, on disk at the end.
  copy.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -32768; BEGIN');
  for (const sql of ddlOf(source)) copy.exec(sql);
  const tables = rawTables(source).map((table) => ({ take: rowsOf(source, table), insert: insertInto(copy, table) }));
  return {
    tables,
    settle: () => {
      copy.exec('COMMIT');
      copy.close();
      const file = openSync(path, 'r');
      fsyncSync(file);
      closeSync(file);
    },
  };
};

/**
 * Seconds that the same takes without our code: the events read and parsed, the rows that came of them, which are at hand,
 * inserted. The time in which they are fetched for that does not count.
 */
const raw = async (folder: string, copyFolder: string): Promise<number> => {
  const log = new DatabaseSync(join(folder, 'events.db'), { readOnly: true });
  const copies = (await readFiles(folder)).map((name) => {
    const path = join(copyFolder, name);
    mkdirSync(dirname(path), { recursive: true });
    return copyOf(new DatabaseSync(join(folder, name), { readOnly: true }), path);
  });
  const events = arrays(
    log,
    `SELECT e.position, s.name, e.revision, e.id, t.name, e.version, e.recorded_at, e.data, e.provenance
     FROM event e JOIN stream s ON s.key = e.stream JOIN type t ON t.key = e.type
     WHERE e.position > ? ORDER BY e.position LIMIT ?`,
  );
  let [ms, after] = [0, 0];
  for (;;) {
    const began = performance.now();
    const page = events.all(after, eventsAtOnce) as unknown as (readonly [number, ...unknown[]])[];
    for (const event of page) {
      JSON.parse(String(event[7]));
      JSON.parse(String(event[8]));
    }
    ms += performance.now() - began;
    after = page.at(-1)?.[0] ?? after;
    if (page.length === 0) break;
    const work = copies.flatMap(({ tables }) => tables.map(({ take, insert }) => ({ insert, rows: take(after) })));
    const start = performance.now();
    for (const { insert, rows } of work) for (const row of rows) insert.run(...row);
    ms += performance.now() - start;
  }
  const start = performance.now();
  for (const { settle } of copies) settle();
  return (ms + performance.now() - start) / 1000;
};

const [what, folder = '', copyFolder = ''] = process.argv.slice(2);
process.send?.(what === 'raw' ? await raw(folder, copyFolder) : await ours());
process.disconnect();
