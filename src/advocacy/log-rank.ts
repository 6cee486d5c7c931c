import { byLength, type Observed } from './kaplan-meier.js';

/** Whether two cohorts convert alike. */
export interface LogRank {
  /** Conversions of the first cohort, and as many as it would have had if both converted alike. */
  readonly observed: number;
  readonly expected: number;
  /** The statistic, with one degree of freedom; 0 where nothing was there to compare. */
  readonly chiSquare: number;
  /** The chance of a difference as large as this if both convert alike: 0 to 1. Small: they do not. */
  readonly pValue: number;
}

/** The definition by which cohorts are compared. */
export const logRankDefinition = 'log-rank-v1';

/**
 * The log-rank test of two cohorts (Mantel, Cancer Chemotherapy Reports 50, 1966): over all lengths at which somebody
 * converted, the conversions of the first against d n1/n, with the hypergeometric variance d n1/n (1 - n1/n) (n - d)/(n - 1).
 */
export function logRank(first: readonly Observed[], second: readonly Observed[]): LogRank {
  const [ofFirst, ofSecond] = [byLength(first), byLength(second)];
  const inFirst = new Map(ofFirst.map((length) => [length.days, length]));
  const inSecond = new Map(ofSecond.map((length) => [length.days, length]));
  let n1 = countIn(first);
  let n2 = countIn(second);
  let [observed, expected, variance] = [0, 0, 0];
  for (const days of [...new Set([...inFirst.keys(), ...inSecond.keys()])].sort((a, b) => a - b)) {
    const [one, two] = [inFirst.get(days) ?? nothing, inSecond.get(days) ?? nothing];
    const [n, d] = [n1 + n2, one.converted + two.converted];
    observed += one.converted;
    expected += (d * n1) / n;
    if (n > 1) variance += ((d * n1 * n2) / (n * n)) * ((n - d) / (n - 1));
    n1 -= one.converted + one.censored;
    n2 -= two.converted + two.censored;
  }
  const chiSquare = variance === 0 ? 0 : (observed - expected) ** 2 / variance;
  return { observed, expected, chiSquare, pValue: chiSquareTail(chiSquare) };
}

const nothing = { converted: 0, censored: 0 };

const countIn = (observed: readonly Observed[]): number => observed.reduce((sum, { count }) => sum + count, 0);

/** The chance that a chi-square with one degree of freedom is larger: erfc(sqrt(x / 2)). */
const chiSquareTail = (x: number): number => erfc(Math.sqrt(x / 2));

const coefficients = [
  -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223,
  0.17087277,
];

/** The complementary error function of what is not negative, to a relative error of 1.2e-7 (Press et al., Numerical Recipes, 6.2). */
function erfc(x: number): number {
  const t = 1 / (1 + x / 2);
  const polynomial = coefficients.reduceRight((sum, coefficient) => sum * t + coefficient, 0);
  return Math.min(1, t * Math.exp(-x * x + polynomial));
}
