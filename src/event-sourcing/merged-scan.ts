import type { Row, RowReader, Value } from './read-store.js';
import { scanEach } from './scans.js';

/** Where an entry stands among those of one list: its date in milliseconds, then what breaks ties. */
interface Placed<Tie extends string | number> {
  readonly at: number;
  readonly tie: Tie;
}

/** A stretch of somebody's list, between two places that are both left out. */
export interface Stretch<Whose extends Value, Tie extends string | number = number> {
  readonly whose: Whose;
  readonly above: Placed<Tie>;
  readonly below: Placed<Tie>;
}

/** How stretches are scanned. */
export interface MergedScan {
  /**
   * What is asked of each stretch: it selects `at` and `tie`, in the order asked for. Its parameters are whose it is, the two
   * places (`at` and `tie` of the one above, then of the one below), then `parameters`, then how many at most.
   */
  readonly sql: string;
  readonly parameters: readonly Value[];
  readonly ascending: boolean;
  /** From 1. */
  readonly limit: number;
}

/** So many stretches are looked into at once: those that may come first. */
const together = 40;

/**
 * The first entries of many stretches, merged, each place once: what stands in several lists is one entry. Each stretch is
 * scanned as far as is needed to know what comes first and hardly any further, so that a page of many costs about as much
 * as a look into each, and a page.
 */
export const mergedScan = async <R extends Row & Placed<Tie>, Tie extends string | number = number>(
  rows: RowReader,
  stretches: readonly Stretch<Value, Tie>[],
  { sql, parameters, ascending, limit }: MergedScan,
): Promise<readonly R[]> => {
  const order = (a: Placed<Tie>, b: Placed<Tie>): number => (ascending ? 1 : -1) * compare(a, b);
  // What a stretch still has comes after its frontier.
  let lanes = stretches.map((stretch) => ({
    ...stretch,
    frontier: ascending ? stretch.above : stretch.below,
    asked: Math.min(limit, Math.ceil((2 * limit) / stretches.length) + 1),
  }));
  let found: readonly R[] = [];
  for (;;) {
    const edge = found[limit - 1];
    lanes = lanes
      .filter(({ frontier }) => edge === undefined || order(frontier, edge) < 0)
      .sort((a, b) => order(a.frontier, b.frontier));
    if (lanes.length === 0) return found.slice(0, limit);
    const some = lanes.slice(0, together);
    const scanned = await scanEach<R>(
      rows,
      sql,
      some.map(({ whose, above, below, asked }) => [
        ...[whose, above.at, above.tie, below.at, below.tie],
        ...parameters,
        asked,
      ]),
    );
    const byLane = Map.groupBy(scanned, ({ scan }) => scan);
    const remaining = some.flatMap((lane, index) => {
      const its = byLane.get(index) ?? [];
      if (its.length < lane.asked) return [];
      const { at, tie } = its.reduce((last, each) => (order(each, last) > 0 ? each : last));
      const frontier = { at, tie };
      return [{ ...lane, ...(ascending ? { above: frontier } : { below: frontier }), frontier, asked: 2 * lane.asked }];
    });
    lanes = [...remaining, ...lanes.slice(together)];
    found = distinct([...found, ...scanned].sort(order));
  }
};

const compare = <Tie extends string | number>(a: Placed<Tie>, b: Placed<Tie>): number => {
  if (a.at !== b.at) return a.at - b.at;
  return a.tie < b.tie ? -1 : a.tie === b.tie ? 0 : 1;
};

const distinct = <R extends Placed<string | number>>(sorted: readonly R[]): readonly R[] =>
  sorted.filter((each, index) => {
    const before = sorted[index - 1];
    return before === undefined || before.at !== each.at || before.tie !== each.tie;
  });
