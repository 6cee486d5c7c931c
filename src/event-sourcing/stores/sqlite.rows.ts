import { createHash } from 'node:crypto';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { isVersioned } from '../batch.js';
import { open } from '../position.js';
import type { Projected, Row, RowReader, Table, TableWrites, Value, Write } from '../read-store.js';

const tableDdl = ({ name, columns, nullable = [], key, wide = false, indexes = [] }: Table): readonly string[] => {
  const lines = Object.entries(columns).map(
    ([column, type]) => `${column} ${type.toUpperCase()}${nullable.includes(column) ? '' : ' NOT NULL'}`,
  );
  // Rows that are clustered by their key take a page of their own each for what is over a quarter of a page.
  const clustered = wide ? '' : 'WITHOUT ROWID, ';
  return [
    `CREATE TABLE ${name} (${lines.join(', ')}, PRIMARY KEY (${key.join(', ')})) ${clustered}STRICT`,
    ...indexes.map(
      ({ columns: indexed, unique = false, whereNotNull }) =>
        `CREATE ${unique ? 'UNIQUE ' : ''}INDEX ${name}_by_${indexed.join('_')}${unique ? '_once' : ''} ON ${name} (${indexed.join(', ')})` +
        (whereNotNull === undefined ? '' : ` WHERE ${whereNotNull} IS NOT NULL`),
    ),
  ];
};

/** The statements that make the tables of a projection. */
export const ddlOf = ({ tables }: Projected): readonly string[] => tables.flatMap(tableDdl);

/** Changes whenever the tables do: a build with another shape is of another program, though its version be the same. */
export const shapeOf = (projection: Projected): string =>
  createHash('sha256').update(ddlOf(projection).join('\n')).digest('hex').slice(0, 16);

const equals = (columns: readonly string[]): string => columns.map((column) => `${column} = ?`).join(' AND ');

const insertSql = ({ name, columns }: Table): string => {
  const all = Object.keys(columns);
  return `INSERT INTO ${name} (${all.join(', ')}) VALUES (${all.map(() => '?').join(', ')})`;
};

const putSql = (table: Table): string => {
  const rest = Object.keys(table.columns).filter((column) => !table.key.includes(column));
  const change =
    rest.length === 0 ? 'NOTHING' : `UPDATE SET ${rest.map((column) => `${column} = excluded.${column}`).join(', ')}`;
  return `${insertSql(table)} ON CONFLICT (${table.key.join(', ')}) DO ${change}`;
};

// The present version is the newest: found by the key's end, not by going through all versions of a long history.
const closeSql = ({ name, key }: Table): string => {
  const subject = equals(key.slice(0, -1));
  return `UPDATE ${name} SET known_until = ? WHERE ${subject} AND known_until = ${open} AND known_from = (SELECT max(known_from) FROM ${name} WHERE ${subject})`;
};

type Statements = Readonly<Record<Write['kind'], StatementSync>>;

const statementsOf = (db: DatabaseSync, table: Table): Statements => {
  const remove = db.prepare(`DELETE FROM ${table.name} WHERE ${equals(table.key)}`);
  return {
    insert: db.prepare(insertSql(table)),
    put: db.prepare(putSql(table)),
    // A batch has no such write for a table without versions.
    close: isVersioned(table) ? db.prepare(closeSql(table)) : remove,
    remove,
  };
};

/** Writes rows to one file, with statements prepared once. */
export class SqliteRowWriter {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<Table, Statements>();

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  write(all: readonly TableWrites[]): void {
    for (const { table, writes } of all) {
      const statements = this.#statementsOf(table);
      for (const { kind, values } of writes) {
        if (kind === 'close') {
          const key = values.slice(0, -1);
          statements.close.run(values.at(-1) ?? null, ...key, ...key);
        } else statements[kind].run(...values);
      }
    }
  }

  #statementsOf(table: Table): Statements {
    const known = this.#statements.get(table);
    if (known !== undefined) return known;
    const made = statementsOf(this.#db, table);
    this.#statements.set(table, made);
    return made;
  }
}

const statementsMax = 256;

/** Reads rows over one connection, with the statements of the queries that were asked last. */
export class SqliteRowReader implements RowReader {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- The driver is synchronous, the seam is not: errors must reject.
  async all<R extends Row = Row>(sql: string, parameters: readonly Value[] = []): Promise<readonly R[]> {
    return this.allNow<R>(sql, parameters);
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- As above.
  async first<R extends Row = Row>(sql: string, parameters: readonly Value[] = []): Promise<R | undefined> {
    return this.firstNow<R>(sql, parameters);
  }

  // What a query answers is known to who wrote it: the two casts are the boundary of the driver.
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- As RowReader has it.
  allNow<R extends Row = Row>(sql: string, parameters: readonly Value[] = []): readonly R[] {
    return this.#statement(sql).all(...parameters) as R[];
  }

  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- As above.
  firstNow<R extends Row = Row>(sql: string, parameters: readonly Value[] = []): R | undefined {
    return this.#statement(sql).get(...parameters) as R | undefined;
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const [oldest] = this.#statements.keys();
    if (this.#statements.size >= statementsMax && oldest !== undefined) this.#statements.delete(oldest);
    const made = this.#db.prepare(sql);
    this.#statements.set(sql, made);
    return made;
  }
}
