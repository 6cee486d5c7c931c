import type { Row, RowReader, Value } from './read-store.js';

// Scans are asked together in few numbers, so that a store prepares few statements; the largest is well below what stores
// bind, and combine, at most.
const together = [20, 5, 1] as const;

/**
 * Asks one query many times over, each time with other parameters and a limit of its own, in few round trips: what a join
 * cannot do, since the stores share no way to limit what each row of it finds. The rows come with the place of the
 * parameters that found them (`scan`), and in no order that may be relied upon.
 * @param sql a query of the shared subset; what it selects has names of its own, and none is `scan`.
 */
export const scanEach = async <R extends Row>(
  rows: RowReader,
  sql: string,
  parameters: readonly (readonly Value[])[],
): Promise<readonly (R & { readonly scan: number })[]> => {
  const found: (R & { readonly scan: number })[] = [];
  let start = 0;
  while (start < parameters.length) {
    const size = together.find((each) => each <= parameters.length - start) ?? 1;
    const some = parameters.slice(start, start + size);
    const each = some.map((_, place) => `SELECT ${place} AS scan, s${place}.* FROM (${sql}) s${place}`);
    const scanned = await rows.all<R & { readonly scan: number }>(each.join(' UNION ALL '), some.flat());
    for (const row of scanned) found.push({ ...row, scan: start + row.scan });
    start += size;
  }
  return found;
};
