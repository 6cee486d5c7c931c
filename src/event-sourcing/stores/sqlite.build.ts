import { open as openFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Build, Projected, TableWrites } from '../read-store.js';
import { LeaseLost } from '../read-store.js';
import type { WriteTransaction } from './sqlite.connection.js';
import { openSqlite, plainly, valueOf, whileBusy, writeTransactions } from './sqlite.connection.js';
import { SqliteRowReader, SqliteRowWriter, ddlOf } from './sqlite.rows.js';

/** Where a build stands. */
export interface BuildFile {
  readonly id: number;
  /** A path, or the URI of a database in memory. */
  readonly path: string;
  readonly inMemory: boolean;
  readonly live: boolean;
}

// Readers and the log need the memory more: a batch mostly touches pages that the last one touched.
const cacheKib = 2 * 1024;
const busyLimitMs = 5_000;
const walPagesMax = 4_000;

const checkpointDdl =
  'CREATE TABLE checkpoint (one INTEGER PRIMARY KEY CHECK (one = 1), ordinal INTEGER NOT NULL, token INTEGER NOT NULL) STRICT';

const openSettled = (path: string): DatabaseSync =>
  openSqlite({ path, durable: false, cacheKib }, (db) => {
    // The rows can be built again, but a file that lost its order of writes would be wrong without anybody noticing.
    db.exec(`PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = ${walPagesMax}`);
  });

const openForFilling = (path: string, fillCacheKib: number): DatabaseSync => {
  const db = new DatabaseSync(path);
  db.exec(
    `PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -${fillCacheKib}; PRAGMA trusted_schema = OFF`,
  );
  return db;
};

const syncToDisk = async (path: string): Promise<void> => {
  for (const each of [path, dirname(path)]) {
    const file = await openFile(each, 'r');
    await file.sync().finally(() => file.close());
  }
};

/** A build in a SQLite file of its own. */
export class SqliteBuild implements Build {
  readonly id: number;
  readonly projection: Projected;
  readonly file: BuildFile;
  live: boolean;
  broken = false;
  #db: DatabaseSync;
  #rows: SqliteRowReader;
  #writer: SqliteRowWriter;
  #transaction: WriteTransaction;
  #move;
  #filling: boolean;
  #token: number;
  #checkpoint: number;
  #closed = false;
  readonly #settled: (() => Promise<void>) | undefined;

  private constructor(
    projection: Projected,
    file: BuildFile,
    db: DatabaseSync,
    token: number,
    settled?: () => Promise<void>,
  ) {
    this.id = file.id;
    this.projection = projection;
    this.file = file;
    this.live = file.live;
    this.#db = db;
    this.#filling = settled !== undefined;
    this.#settled = settled;
    this.#token = token;
    this.#checkpoint = Number(valueOf(db, 'SELECT ordinal FROM checkpoint'));
    ({ rows: this.#rows, writer: this.#writer, transaction: this.#transaction, move: this.#move } = toolsOf(db));
  }

  /**
   * Makes the file and its tables, in one transaction that ends when it is settled.
   * @param settled tells the registry that it is on disk.
   */
  static fill(projection: Projected, file: BuildFile, fillCacheKib: number, settled: () => Promise<void>): SqliteBuild {
    try {
      const db = openForFilling(file.path, fillCacheKib);
      db.exec('BEGIN');
      for (const statement of [checkpointDdl, ...ddlOf(projection)]) db.exec(statement);
      // Token 0: whoever holds the lease of projecting may go on with it.
      db.exec('INSERT INTO checkpoint VALUES (1, 0, 0)');
      return new SqliteBuild(projection, file, db, 0, settled);
    } catch (error) {
      throw plainly(error, file.path);
    }
  }

  /** @throws LeaseLost where a higher token has opened it. */
  static async open(projection: Projected, file: BuildFile, token: number): Promise<SqliteBuild> {
    const db = openSettled(file.path);
    try {
      const fence = db.prepare('UPDATE checkpoint SET token = ? WHERE token <= ?');
      const { changes } = await whileBusy(() => fence.run(token, token), file.path, busyLimitMs);
      if (changes === 0) throw fenced(projection);
      return new SqliteBuild(projection, file, db, token);
    } catch (error) {
      db.close();
      throw error;
    }
  }

  get checkpoint(): number {
    return this.#checkpoint;
  }

  get rows(): SqliteRowReader {
    return this.#rows;
  }

  async commit(writes: readonly TableWrites[], ordinal: number): Promise<void> {
    if (this.#filling) this.#add(writes, ordinal);
    else await whileBusy(() => this.#transaction(() => this.#apply(writes, ordinal)), this.file.path, busyLimitMs);
    this.#checkpoint = ordinal;
  }

  async settle(): Promise<void> {
    if (!this.#filling) return;
    try {
      this.#db.exec('COMMIT');
      if (this.file.inMemory) this.#db.exec('PRAGMA journal_mode = MEMORY');
      else {
        this.#db.close();
        this.#closed = true;
        await syncToDisk(this.file.path);
        this.#db = openSettled(this.file.path);
        this.#closed = false;
      }
    } catch (error) {
      throw plainly(error, this.file.path);
    }
    this.#filling = false;
    ({ rows: this.#rows, writer: this.#writer, transaction: this.#transaction, move: this.#move } = toolsOf(this.#db));
    await this.#settled?.();
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- The driver is synchronous, the seam is not.
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#db.close();
  }

  // There is no journal to take half a batch back with.
  #add(writes: readonly TableWrites[], ordinal: number): void {
    try {
      this.#apply(writes, ordinal);
    } catch (error) {
      this.broken = true;
      throw plainly(error, this.file.path);
    }
  }

  // The first statement is the fence: it takes no effect where a newer writer has been, or another has moved the checkpoint.
  #apply(writes: readonly TableWrites[], ordinal: number): void {
    const { changes } = this.#move.run(ordinal, this.#token, this.#token, this.#checkpoint);
    if (changes === 0) throw fenced(this.projection);
    this.#writer.write(writes);
  }
}

const fenced = ({ name }: Projected): LeaseLost => new LeaseLost(`Another process projects '${name}' by now.`);

const toolsOf = (db: DatabaseSync) => ({
  rows: new SqliteRowReader(db),
  writer: new SqliteRowWriter(db),
  transaction: writeTransactions(db),
  move: db.prepare('UPDATE checkpoint SET ordinal = ?, token = ? WHERE token <= ? AND ordinal = ?'),
});
