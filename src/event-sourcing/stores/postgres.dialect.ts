import { createHash } from 'node:crypto';
import type pg from 'pg';
import type { ColumnType, Projected, Table, Value } from '../read-store.js';

/** What a column of this type is in PostgreSQL. Texts compare by their bytes, as SQLite's do. */
const columnTypes: Readonly<Record<ColumnType, string>> = {
  integer: 'bigint',
  real: 'double precision',
  text: 'text COLLATE "C"',
};

/** Names are lower-case words, but some mean something to PostgreSQL. */
export const quoted = (name: string): string => `"${name}"`;
export const listed = (names: readonly string[]): string => names.map(quoted).join(', ');

const tableDdl = (schema: string, { name, columns, nullable = [], key, indexes = [] }: Table): readonly string[] => {
  const table = `${quoted(schema)}.${quoted(name)}`;
  const lines = Object.entries(columns).map(
    ([column, type]) => `${quoted(column)} ${columnTypes[type]}${nullable.includes(column) ? '' : ' NOT NULL'}`,
  );
  return [
    `CREATE UNLOGGED TABLE ${table} (${lines.join(', ')}, PRIMARY KEY (${listed(key)}))`,
    ...indexes.map(
      ({ columns: indexed, unique = false, whereNotNull }) =>
        `CREATE ${unique ? 'UNIQUE ' : ''}INDEX ON ${table} (${listed(indexed)})` +
        (whereNotNull === undefined ? '' : ` WHERE ${quoted(whereNotNull)} IS NOT NULL`),
    ),
  ];
};

/** The statements that make the tables of a projection in a schema: not logged, until they are settled. */
export const ddlOf = ({ tables }: Projected, schema: string): readonly string[] =>
  tables.flatMap((table) => tableDdl(schema, table));

/** Changes whenever the tables do: a build with another shape is of another program, though its version be the same. */
export const shapeOf = (projection: Projected): string =>
  createHash('sha256').update(ddlOf(projection, 'shape').join('\n')).digest('hex').slice(0, 16);

// Texts, names and comments are passed over. A parameter that is cast to text compares by its bytes, like the columns do.
const tokens = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[^]*?\*\/|cast\s*\(\s*\?\s+as\s+text\s*\)|\?/gi;

/** A query of the subset that the stores share, as PostgreSQL has it: `?` outside of texts, names and comments is `$1`, `$2`. */
export const translated = (sql: string): string => {
  let parameters = 0;
  return sql.replace(tokens, (token) => {
    if (token === '?') return `$${(parameters += 1)}`;
    return /^cast/i.test(token) ? `(CAST($${(parameters += 1)} AS text) COLLATE "C")` : token;
  });
};

// PostgreSQL's texts hold no NUL. It and the sign after it are written as two signs each, in such a way that texts keep
// their order, and are read back as they were. Half a character becomes U+FFFD, as it does in SQLite.
const escapable = /[\u0000\u0001]/g; // eslint-disable-line no-control-regex -- These are the signs.
const escaped = /\u0001([\u0001\u0002])/g; // eslint-disable-line no-control-regex -- As above.

export const encodedText = (text: string): string =>
  text.includes('\u0000') || text.includes('\u0001')
    ? text.replace(escapable, (sign) => (sign === '\u0000' ? '\u0001\u0001' : '\u0001\u0002'))
    : text;

const decodedText = (text: string): string =>
  text.includes('\u0001')
    ? text.replace(escaped, (_, sign: string) => (sign === '\u0001' ? '\u0000' : '\u0001'))
    : text;

/** A value as the driver is given it. Not a number is null, as in SQLite. */
export const parameterOf = (value: Value): string | null =>
  typeof value === 'string' ? encodedText(value) : value === null || Number.isNaN(value) ? null : String(value);

const wholeNumber = (text: string): number => {
  const number = Number(text);
  if (!Number.isSafeInteger(number))
    throw new RangeError(`Value is too large to be represented as a JavaScript number: ${text}`);
  return number;
};

// By the object ids of PostgreSQL's types. Whatever else comes is text.
const parsers = new Map<number, (text: string) => Value>([
  [16, (text) => (text === 't' ? 1 : 0)],
  [20, wholeNumber],
  [21, Number],
  [23, Number],
  [700, Number],
  [701, Number],
  [1700, Number],
]);

/** Reads what PostgreSQL answers as SQLite would have answered it: numbers as numbers, truth as 1 or 0. */
export const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number) => parsers.get(oid) ?? decodedText) as pg.CustomTypesConfig['getTypeParser'],
};
