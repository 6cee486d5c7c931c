import type { Past } from '../event-sourcing/past.js';
import type { RowReader } from '../event-sourcing/read-store.js';

/** Which rows say where somebody stands: those of the rules that were in force. Behind `ROWS_BY_RULES`. */
export interface RowsByRules {
  of(past: Past): Promise<{ readonly rows: RowReader }>;
}
