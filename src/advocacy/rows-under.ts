import type { RowReader } from '../event-sourcing/read-store.js';
import { keyOfRules } from './rules-in-time.js';
import { standingTables } from './standing-tables.js';
import { rulesV1, type Rules } from './standing.js';

/** What the names of tables end with whose rows were folded by these rules; empty for the standard ones. */
export function suffixOf(rules: Rules): string {
  const key = keyOfRules(rules);
  return key === keyOfRules(rulesV1) ? '' : `_${key.replaceAll(/[ -]/g, '_')}`;
}

/** The name of the projection whose rows were folded by these rules. */
export function projectionOf(rules: Rules): string {
  return `standing${suffixOf(rules).replaceAll('_', '-')}`;
}

/** The same queries over the rows that were folded by these rules. */
export function rowsUnder(rules: Rules, rows: RowReader): RowReader {
  const suffix = suffixOf(rules);
  if (suffix === '') return rows;
  const renamed = renaming(suffix);
  return {
    all: (sql, parameters) => rows.all(renamed(sql), parameters),
    first: (sql, parameters) => rows.first(renamed(sql), parameters),
  };
}

/** Where a query names a table of standings: nothing else of theirs stands behind these words. */
const named = new RegExp(`\\b(from|join)(\\s+)(${standingTables.map(({ name }) => name).join('|')})\\b`, 'gi');

/** Few statements there are, of each a few lengths. */
const statementsMax = 1_000;
const renamings = new Map<string, (sql: string) => string>();

function renaming(suffix: string): (sql: string) => string {
  const known = renamings.get(suffix);
  if (known !== undefined) return known;
  const statements = new Map<string, string>();
  const rename = (sql: string): string => {
    const before = statements.get(sql);
    if (before !== undefined) return before;
    if (statements.size >= statementsMax) statements.clear();
    const now = sql.replace(named, `$1$2$3${suffix}`);
    statements.set(sql, now);
    return now;
  };
  renamings.set(suffix, rename);
  return rename;
}
