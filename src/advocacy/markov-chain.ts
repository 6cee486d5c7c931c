/** A way through touches, oldest first, and whether it led to a conversion. One without a touch is left out of the chain. */
export interface ChainPath<State> {
  readonly touches: readonly State[];
  readonly converted: boolean;
}

export interface RemovalEffects<State> {
  /** The chance that a way which begins as the paths do ends in a conversion, 0 to 1. */
  readonly conversionProbability: number;
  /** The part of that chance that is lost without a state, 0 to 1. */
  readonly removalEffect: ReadonlyMap<State, number>;
  /** The removal effects in proportion: they sum to 1 where any path converted, and are all 0 where none did. */
  readonly credit: ReadonlyMap<State, number>;
}

/**
 * The removal effects of a first-order Markov chain over paths (Anderl, Becker, von Wangenheim, Schumann: 'Mapping the
 * customer journey', IJRM 33(3), 2016). What is removed leads nowhere from then on. One inverse tells all of them: the chance
 * to convert is the chance to convert past a state without ever being there, and the chance to come there times that of
 * converting from there; the chance to come there is N[start, i] / N[i, i] (Kemeny and Snell, 'Finite Markov Chains', 1960,
 * theorem 3.5.7), N being the fundamental matrix. Time grows with the cube of the number of different states.
 */
export function removalEffects<State>(paths: readonly ChainPath<State>[]): RemovalEffects<State> {
  const chain = countsOf(paths.filter(({ touches }) => touches.length > 0));
  const { states, begun, left, moved, converted } = chain;
  if (states.length === 0)
    return { conversionProbability: 0, removalEffect: new Map(), credit: new Map<State, number>() };
  const fundamental = inverseOf(
    moved.map((row, i) => row.map((count, j) => (i === j ? 1 : 0) - count / (left[i] ?? 1))),
  );
  const beginnings = begun.reduce((a, b) => a + b, 0);
  const visits = states.map((_, j) =>
    begun.reduce((sum, count, i) => sum + (count / beginnings) * (fundamental[i]?.[j] ?? 0), 0),
  );
  const convertingFrom = states.map((_, i) =>
    converted.reduce((sum, count, j) => sum + (fundamental[i]?.[j] ?? 0) * (count / (left[j] ?? 1)), 0),
  );
  const conversionProbability = begun.reduce((p, count, i) => p + (count / beginnings) * (convertingFrom[i] ?? 0), 0);
  const effects = states.map((_, i) => {
    if (conversionProbability === 0) return 0;
    const comingThere = (visits[i] ?? 0) / (fundamental[i]?.[i] ?? 1);
    return Math.min(1, (comingThere * (convertingFrom[i] ?? 0)) / conversionProbability);
  });
  const sum = effects.reduce((a, b) => a + b, 0);
  return {
    conversionProbability,
    removalEffect: new Map(states.map((state, i) => [state, effects[i] ?? 0])),
    credit: new Map(states.map((state, i) => [state, sum === 0 ? 0 : (effects[i] ?? 0) / sum])),
  };
}

/** How often each state began a path, was left at all, was left for another, and was left for a conversion. */
interface Counts<State> {
  readonly states: readonly State[];
  readonly begun: readonly number[];
  readonly left: readonly number[];
  readonly moved: readonly (readonly number[])[];
  readonly converted: readonly number[];
}

function countsOf<State>(paths: readonly ChainPath<State>[]): Counts<State> {
  const states = [...new Set(paths.flatMap(({ touches }) => touches))];
  const indexes = new Map(states.map((state, index) => [state, index]));
  const none = (): number[] => states.map(() => 0);
  const [begun, left, converted, moved] = [none(), none(), none(), states.map(none)];
  const count = (counts: number[] | undefined, index: number): void => {
    if (counts !== undefined) counts[index] = (counts[index] ?? 0) + 1;
  };
  for (const path of paths) {
    const way = path.touches.map((state) => indexes.get(state) ?? 0);
    for (const [place, index] of way.entries()) {
      if (place === 0) count(begun, index);
      count(left, index);
      const next = way[place + 1];
      if (next !== undefined) count(moved[index], next);
      else if (path.converted) count(converted, index);
    }
  }
  return { states, begun, left, moved, converted };
}

/** By Gauss and Jordan, the largest pivot first. Every path ends, so the chain is absorbing and the inverse exists. */
function inverseOf(matrix: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const size = matrix.length;
  const rows = matrix.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1 : 0))]);
  for (let column = 0; column < size; column += 1) {
    const below = rows.slice(column).map((row) => Math.abs(row[column] ?? 0));
    const largest = below.reduce((best, value, index) => (value > (below[best] ?? 0) ? index : best), 0) + column;
    const pivotRow = rows[largest] ?? [];
    rows[largest] = rows[column] ?? [];
    const pivot = pivotRow[column] ?? 0;
    const scaled = pivotRow.map((value) => value / pivot);
    rows[column] = scaled;
    for (const [index, row] of rows.entries()) {
      const factor = row[column] ?? 0;
      if (index !== column && factor !== 0)
        rows[index] = row.map((value, place) => value - factor * (scaled[place] ?? 0));
    }
  }
  return rows.map((row) => row.slice(size));
}
