import type { WriteSet } from './write-steps.js';

/** Below so many rows any plan will do. */
const manyRows = 500;

/**
 * The rows that a writer has added to each table. A plan is made for the tables as they are: made while one was empty, it
 * goes through the whole of it for each row that is looked for, which nobody notices before the table has grown.
 */
export class Growth {
  readonly #tables = new Map<string, { rows: number; next: number }>();

  /** Takes what was written. Answers whether a table has grown to twice what it was when this last said so. */
  hasDoubled(steps: readonly (readonly WriteSet[])[]): boolean {
    let doubled = false;
    for (const { table, kind, rows } of steps.flat()) {
      if (kind !== 'insert' && kind !== 'put') continue;
      const { rows: before, next } = this.#tables.get(table.name) ?? { rows: 0, next: manyRows };
      const now = before + rows.length;
      doubled ||= now >= next;
      this.#tables.set(table.name, { rows: now, next: now >= next ? now * 2 : next });
    }
    return doubled;
  }
}
