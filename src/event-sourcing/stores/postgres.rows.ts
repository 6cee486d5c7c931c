import type { Row, RowReader, Value } from '../read-store.js';
import type pg from 'pg';
import { parameterOf, translated } from './postgres.dialect.js';

// So many queries are prepared on each connection; what comes after them is planned each time.
const preparedMax = 400;

/** A query as the driver is given it. */
export type Statement = pg.QueryConfig<(string | Buffer | null)[]>;

/** Translates queries, and names those that came first, so that each connection prepares them once. */
export class Statements {
  readonly #known = new Map<string, { readonly text: string; readonly name: string | undefined }>();

  /**
   * @param place where the tables are found: the same text is another statement elsewhere.
   */
  of(sql: string, parameters: readonly Value[], place = ''): Statement {
    let known = this.#known.get(sql);
    if (known === undefined) {
      const count = this.#known.size;
      known = { text: translated(sql), name: count < preparedMax ? `q${count}` : undefined };
      if (count < preparedMax) this.#known.set(sql, known);
    }
    const { name, text } = known;
    return { text, values: parameters.map(parameterOf), ...(name !== undefined && { name: `${name}${place}` }) };
  }
}

/** A reader of rows, over whatever answers a query. */
export const rowReader = (ask: (sql: string, parameters: readonly Value[]) => Promise<readonly Row[]>): RowReader => ({
  // What a query answers is known to who wrote it: the two casts are the boundary of the driver.
  all: async <R extends Row>(sql: string, parameters: readonly Value[] = []) =>
    (await ask(sql, parameters)) as readonly R[],
  first: async <R extends Row>(sql: string, parameters: readonly Value[] = []) =>
    (await ask(sql, parameters))[0] as R | undefined,
});
