import type { ColumnType, Table } from '../read-store.js';
import { open } from '../position.js';
import { arrayOf, arrayTypeOf } from './postgres.arrays.js';
import { listed, quoted } from './postgres.dialect.js';
import type { Statement } from './postgres.rows.js';
import type { WriteSet } from './write-steps.js';

/** Moves a build's checkpoint: it has no effect where a newer writer has been, or another has moved the checkpoint. */
export interface Move {
  readonly from: number;
  readonly to: number;
  readonly token: number;
}

// The first three parameters of every statement.
const movedSql = (schema: string): string =>
  `UPDATE ${schema}.checkpoint SET ordinal = $2, token = $3 WHERE ordinal = $1 AND token <= $3 RETURNING true`;
// Later steps of a batch: moved already, in this transaction.
const standsSql = (schema: string): string =>
  `SELECT true FROM ${schema}.checkpoint WHERE ordinal = $2 AND token = $3 AND $1::bigint IS NOT NULL`;

type ColumnOf = readonly [name: string, type: ColumnType];

const columnsOf = ({ columns, key }: Table, kind: WriteSet['kind']): readonly ColumnOf[] => {
  if (kind === 'insert' || kind === 'put') return Object.entries(columns);
  const keyed = key.map((column): ColumnOf => [column, columns[column] ?? 'text']);
  return kind === 'remove' ? keyed : [...keyed.slice(0, -1), ['known_until', 'integer']];
};

const equal = (left: string, right: string, columns: readonly string[]): string =>
  columns.map((column) => `${left}.${quoted(column)} = ${right}.${quoted(column)}`).join(' AND ');

const partSql = (schema: string, { table, kind }: WriteSet, given: string): string => {
  const name = `${schema}.${quoted(table.name)}`;
  const columns = Object.keys(table.columns);
  switch (kind) {
    case 'insert':
    case 'put': {
      const insert = `INSERT INTO ${name} (${listed(columns)}) SELECT * FROM ${given}`;
      if (kind === 'insert') return insert;
      const rest = columns.filter((column) => !table.key.includes(column));
      const change =
        rest.length === 0
          ? 'NOTHING'
          : `UPDATE SET ${rest.map((column) => `${quoted(column)} = excluded.${quoted(column)}`).join(', ')}`;
      return `${insert} ON CONFLICT (${listed(table.key)}) DO ${change}`;
    }
    case 'remove':
      return `DELETE FROM ${name} t USING ${given} WHERE ${equal('t', 'g', table.key)}`;
    case 'close': {
      const subject = table.key.slice(0, -1);
      // The present version is the newest: found by the key's end, not by going through all versions of a long history.
      return `UPDATE ${name} t SET known_until = g.known_until FROM ${given} CROSS JOIN LATERAL (
          SELECT n.known_from FROM ${name} n WHERE ${equal('n', 'g', subject)} ORDER BY n.known_from DESC LIMIT 1
        ) newest WHERE ${equal('t', 'g', subject)} AND t.known_from = newest.known_from AND t.known_until = ${open}`;
    }
  }
};

const statementsMax = 200;

/**
 * Writes one step of a batch with one statement: the tables' rows come as an array a column, and what the parts do is one
 * whole with the checkpoint.
 */
export class PostgresRowWriter {
  readonly #schema: string;
  readonly #texts = new Map<string, { readonly text: string; readonly name: string | undefined }>();

  constructor(schema: string) {
    this.#schema = schema;
  }

  /** The statement answers with one row where the checkpoint moved, else with none. */
  statement(sets: readonly WriteSet[], { from, to, token }: Move, first: boolean): Statement {
    const shape = `${first ? 'move' : 'stand'} ${sets.map(({ table, kind }) => `${kind} ${table.name}`).join(', ')}`;
    let known = this.#texts.get(shape);
    if (known === undefined) {
      const name = this.#texts.size < statementsMax ? `w${this.#texts.size}` : undefined;
      known = { text: this.#textOf(sets, first), name };
      if (name !== undefined) this.#texts.set(shape, known);
    }
    const arrays = sets.flatMap(({ table, kind, rows }) =>
      columnsOf(table, kind).map(([, type], place) => arrayOf(type, rows, place)),
    );
    const { text, name } = known;
    return { text, values: [String(from), String(to), String(token), ...arrays], ...(name !== undefined && { name }) };
  }

  #textOf(sets: readonly WriteSet[], first: boolean): string {
    let parameter = 3;
    const parts = sets.map((set, index) => {
      const columns = columnsOf(set.table, set.kind);
      const values = columns.map(
        ([name, type]) => `unnest($${(parameter += 1)}::${arrayTypeOf(type)}) AS ${quoted(name)}`,
      );
      // Each row is written only where the checkpoint moved. Arrays side by side in a list are read as they are written;
      // those of one call, `unnest(a, b)`, would each be set down first.
      const given = `(SELECT ${values.join(', ')} FROM fence) g`;
      return `part_${index} AS (${partSql(this.#schema, set, given)})`;
    });
    const fence = first ? movedSql(this.#schema) : standsSql(this.#schema);
    return `WITH ${[`fence (holds) AS (${fence})`, ...parts].join(', ')} SELECT holds FROM fence`;
  }
}
