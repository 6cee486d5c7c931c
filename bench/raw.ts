import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync, backup } from 'node:sqlite';
import type { SQLInputValue, StatementSync } from 'node:sqlite';

/** The columns by which a row tells the ordinal of the event that it came with: the first of them that a table has. */
const ordinalColumns = ['known_from', 'last_ordinal', 'position', 'key'] as const;
const notRows = new Set(['checkpoint', 'log', 'type', 'sqlite_sequence', 'sqlite_stat1']);

export interface RawTable {
  readonly name: string;
  readonly columns: number;
  /** The column of the ordinal that a row came with, and its place. */
  readonly ordinalColumn: string;
  readonly ordinalAt: number;
}

export type RawRow = readonly SQLInputValue[];

/** The tables of a file that hold rows of events. */
export const rawTables = (db: DatabaseSync): readonly RawTable[] =>
  db
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
    .all()
    .map(({ name }) => String(name))
    .filter((name) => !notRows.has(name))
    .map((name) => {
      const columns = db
        .prepare(`PRAGMA table_info(${name})`)
        .all()
        .map((column) => String(column['name']));
      const ordinalColumn = ordinalColumns.find((column) => columns.includes(column));
      if (ordinalColumn === undefined) throw new Error(`Rows of ${name} do not tell their ordinal.`);
      return { name, columns: columns.length, ordinalColumn, ordinalAt: columns.indexOf(ordinalColumn) };
    });

/** A statement that answers with arrays. */
export const arrays = (db: DatabaseSync, sql: string): StatementSync => {
  const statement = db.prepare(sql);
  statement.setReturnArrays(true);
  return statement;
};

export const insertInto = (db: DatabaseSync, { name, columns }: RawTable): StatementSync =>
  db.prepare(`INSERT INTO ${name} VALUES (${Array.from({ length: columns }, () => '?').join(', ')})`);

/** The files of a service's read store, by name. */
export const readFiles = async (folder: string): Promise<readonly string[]> => {
  const files = await readdir(join(folder, 'read'));
  return files.filter((file) => file.endsWith('.db')).map((file) => join('read', file));
};

/** Opens a file as our own stores have theirs: the log durable, with the larger cache. */
export const settle = (db: DatabaseSync, isLog: boolean): void =>
  db.exec(
    `PRAGMA journal_mode = WAL;
     PRAGMA synchronous = ${isLog ? 'FULL' : 'NORMAL'};
     PRAGMA wal_autocheckpoint = 4000;
     PRAGMA cache_size = -${isLog ? 32 * 1024 : 4 * 1024}`,
  );

interface RawFile {
  readonly source: DatabaseSync;
  readonly copy: DatabaseSync;
  readonly tables: readonly { readonly table: RawTable; readonly insert: StatementSync }[];
}

/** What one commit of the baseline writes: rows of each table of each file. */
type Commit = readonly { readonly file: RawFile; readonly rows: readonly (readonly RawRow[])[] }[];

/**
 * A copy of all files of a service, into which the rows that the service wrote since are inserted raw: the same rows,
 * tables and indexes, on top of the same rows. The log is durable as ours is, the rows as ours are.
 */
export class RawCopy {
  readonly #files: readonly RawFile[];
  #ordinal: number;

  private constructor(files: readonly RawFile[]) {
    this.#files = files;
    this.#ordinal = this.#head();
  }

  static async of(folder: string, copyFolder: string): Promise<RawCopy> {
    await mkdir(join(copyFolder, 'read'), { recursive: true });
    const files: RawFile[] = [];
    for (const name of ['events.db', ...(await readFiles(folder))]) {
      const source = new DatabaseSync(join(folder, name), { readOnly: true });
      await backup(source, join(copyFolder, name));
      const copy = new DatabaseSync(join(copyFolder, name));
      settle(copy, name === 'events.db');
      const tables = rawTables(copy).map((table) => ({ table, insert: insertInto(copy, table) }));
      files.push({ source, copy, tables });
    }
    return new RawCopy(files);
  }

  /** Inserts what the service wrote since the last call, so many events a commit; answers with events and seconds. */
  catchUp(eventsACommit: number): { readonly events: number; readonly seconds: number } {
    const [from, to] = [this.#ordinal, this.#head()];
    const commits = this.#commitsOf(from, to, eventsACommit);
    this.#ordinal = to;
    const start = performance.now();
    for (const commit of commits)
      for (const { file, rows } of commit) {
        file.copy.exec('BEGIN IMMEDIATE');
        file.tables.forEach(({ insert }, at) => {
          for (const row of rows[at] ?? []) insert.run(...row);
        });
        file.copy.exec('COMMIT');
      }
    return { events: to - from, seconds: (performance.now() - start) / 1000 };
  }

  close(): void {
    for (const { source, copy } of this.#files) {
      source.close();
      copy.close();
    }
  }

  #head(): number {
    return Number(this.#files[0]?.source.prepare('SELECT max(position) AS head FROM event').get()?.['head'] ?? 0);
  }

  #commitsOf(from: number, to: number, eventsACommit: number): readonly Commit[] {
    const commits = Array.from({ length: Math.ceil((to - from) / eventsACommit) }, () =>
      this.#files.map((file) => ({ file, rows: file.tables.map(() => [] as RawRow[]) })),
    );
    this.#files.forEach(({ source, tables }, fileAt) =>
      tables.forEach(({ table }, tableAt) => {
        const { name, ordinalColumn, ordinalAt } = table;
        const sql = `SELECT * FROM ${name} WHERE ${ordinalColumn} > ? AND ${ordinalColumn} <= ? ORDER BY ${ordinalColumn}`;
        for (const row of arrays(source, sql).all(from, to) as unknown as RawRow[]) {
          const commit = commits[Math.floor((Number(row[ordinalAt]) - from - 1) / eventsACommit)];
          commit?.[fileAt]?.rows[tableAt]?.push(row);
        }
      }),
    );
    // A file of which a commit has no rows is not touched by it.
    return commits.map((commit) => commit.filter(({ rows }) => rows.some((each) => each.length > 0)));
  }
}
