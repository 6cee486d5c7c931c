import pg from 'pg';
import { listed, quoted, types } from '../src/event-sourcing/stores/postgres.dialect.js';
import { arrayOf, arrayTypeOf } from '../src/event-sourcing/stores/postgres.arrays.js';
import type { ColumnType, Value } from '../src/event-sourcing/read-store.js';

// PostgreSQL's driver with none of our code around it but its arrays: it writes rows that stand already, into empty tables with
// the same columns and indexes. Nothing is folded, loaded or closed.

/** Columns by which a table's rows are in the order of the log. */
const orders = ['known_from', 'ordinal', 'key'];
const columnTypes: Readonly<Record<string, ColumnType>> = {
  bigint: 'integer',
  'double precision': 'real',
  text: 'text',
};

/** One query at a time. */
interface Connection {
  readonly client: pg.Client;
  last: Promise<unknown>;
}

interface BareTable {
  /** Of its prepared statement. */
  readonly name: string;
  readonly connection: Connection;
  readonly insert: string;
  readonly columns: readonly ColumnType[];
  readonly rows: readonly (readonly Value[])[];
  written: number;
}

export interface BareRows {
  /** Sends what of the rows has not been sent of a share of them, 0 to 1. */
  write(share: number): void;
  /** Resolves when all that was sent is written. */
  written(): Promise<void>;
  close(): Promise<void>;
}

const connected = async (url: string): Promise<pg.Client> => {
  const client = new pg.Client({ connectionString: url, types, options: '-c synchronous_commit=off' });
  await client.connect();
  return client;
};

/**
 * The rows of events after an ordinal, and a connection for each projection's tables, as the service has one.
 * @throws Error where there are none.
 */
export const bareRows = async (url: string, after: number): Promise<BareRows> => {
  const first = await connected(url);
  const { rows: found } = await first.query<Readonly<Record<'schema' | 'name' | 'columns' | 'types', string>>>(
    `SELECT table_schema AS schema, table_name AS name, json_agg(column_name ORDER BY ordinal_position)::text AS columns,
       json_agg(data_type ORDER BY ordinal_position)::text AS types
     FROM information_schema.columns WHERE table_schema LIKE 'rapport\\_b%' AND table_name <> 'checkpoint' GROUP BY 1, 2`,
  );
  const connections = new Map<string, Connection>();
  const tables: BareTable[] = [];
  await first.query('DROP SCHEMA IF EXISTS bare CASCADE; CREATE SCHEMA bare');
  for (const { schema, name, ...texts } of found) {
    const columns = JSON.parse(texts.columns) as readonly string[];
    const kinds = (JSON.parse(texts.types) as readonly string[]).map((type) => columnTypes[type] ?? 'text');
    const order = orders.find((column) => columns.includes(column));
    if (order === undefined) continue;
    const table = `${schema}.${quoted(name)}`;
    const { rows } = await first.query<Value[]>({
      text: `SELECT ${listed(columns)} FROM ${table} WHERE ${order} > $1 ORDER BY ${order}`,
      values: [after],
      rowMode: 'array',
    });
    if (rows.length === 0) continue;
    const copy = `bare.${quoted(`${schema}_${name}`)}`;
    await first.query(`CREATE TABLE ${copy} (LIKE ${table} INCLUDING ALL)`);
    const connection = connections.get(schema) ?? { client: await connected(url), last: Promise.resolve() };
    connections.set(schema, connection);
    const lists = kinds.map((type, index) => `unnest($${index + 1}::${arrayTypeOf(type)})`);
    const insert = `INSERT INTO ${copy} (${listed(columns)}) SELECT ${lists.join(', ')}`;
    tables.push({ name, connection, insert, columns: kinds, rows, written: 0 });
  }
  await first.end();
  if (tables.length === 0) throw new Error('There are no rows of these events.');
  const send = (table: BareTable, share: number): void => {
    const { name, insert, columns, connection } = table;
    const rows = table.rows.slice(table.written, Math.ceil(table.rows.length * share));
    table.written += rows.length;
    if (rows.length === 0) return;
    connection.last = connection.last.then(() =>
      connection.client.query({ name, text: insert, values: columns.map((type, place) => arrayOf(type, rows, place)) }),
    );
  };
  const all = [...connections.values()];
  return {
    write: (share) => tables.forEach((table) => send(table, share)),
    written: async () => {
      await Promise.all(all.map(({ last }) => last));
    },
    close: async () => {
      await Promise.all(all.map(({ client }) => client.end()));
    },
  };
};
