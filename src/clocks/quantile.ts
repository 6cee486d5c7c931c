/** The definition of the quantiles of the clocks, with its version. */
export const quantileDefinition = 'nearest-rank-v1';

/**
 * The p-quantile by nearest rank: the least of the values that at least the share p of them do not exceed, so it is always
 * one of them (definition 1 of Hyndman and Fan, "Sample Quantiles in Statistical Packages", 1996). Null of none.
 * @param sorted ascending.
 * @param p above 0, up to 1.
 */
export const quantile = (sorted: readonly number[], p: number): number | null =>
  sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)] ?? null;
