import type { Bench } from './fixtures.js';
import type { Row } from './table.js';

/** Rows that are measured together. */
export interface Family {
  readonly name: string;
  run(bench: Bench): Promise<readonly Row[]>;
}
