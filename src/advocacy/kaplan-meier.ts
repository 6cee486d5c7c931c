/** Spells of one length that ended alike. */
export interface Observed {
  /** How long they were watched: at least 0. */
  readonly days: number;
  /** Whether they ended in what is waited for; else they are censored: it had not come by then. */
  readonly converted: boolean;
  /** How many there are of the kind. */
  readonly count: number;
}

/** One step of the curve. */
export interface SurvivalPoint {
  readonly days: number;
  /** How many were watched for so long and not converted before. */
  readonly atRisk: number;
  readonly converted: number;
  /** Watched no longer from here on. */
  readonly censored: number;
  /** The estimated share that takes longer than this: 0 to 1. */
  readonly survival: number;
  /** Greenwood's. */
  readonly standardError: number;
  /** The band in which the share lies with 95 %: survival and 1.96 standard errors to each side, within 0 and 1. */
  readonly lower: number;
  readonly upper: number;
}

export interface SurvivalCurve {
  /** One for each length at which some converted or were censored, shortest first. Survival never rises. */
  readonly points: readonly SurvivalPoint[];
  /** The first length by which half or more have converted; null where it was not reached. */
  readonly medianDays: number | null;
}

/** The definition by which curves are drawn. */
export const kaplanMeierDefinition = 'kaplan-meier-v1';

const z95 = 1.959_963_984_540_054;

/**
 * The product-limit estimate (Kaplan and Meier, JASA 53, 1958) with the standard error of Greenwood (1926): at each length
 * with conversions S is multiplied by 1 - d/n, and its variance is S^2 times the sum of d / (n (n - d)). Who is censored at
 * the length of a conversion was at risk there.
 */
export function kaplanMeier(observed: readonly Observed[]): SurvivalCurve {
  const points: SurvivalPoint[] = [];
  let atRisk = observed.reduce((sum, { count }) => sum + count, 0);
  let survival = 1;
  let greenwood = 0;
  for (const { days, converted, censored } of byLength(observed)) {
    survival *= 1 - converted / atRisk;
    // Where nobody is left, S is 0 and has no error that the formula could tell.
    greenwood += converted === atRisk ? 0 : converted / (atRisk * (atRisk - converted));
    const standardError = survival * Math.sqrt(greenwood);
    const lower = Math.max(0, survival - z95 * standardError);
    const upper = Math.min(1, survival + z95 * standardError);
    points.push({ days, atRisk, converted, censored, survival, standardError, lower, upper });
    atRisk -= converted + censored;
  }
  // A product of fractions that is a half in all but its last bits is a half.
  const half = points.find(({ survival: left }) => left <= 0.5 + 1e-12);
  return { points, medianDays: half?.days ?? null };
}

/** What happened at each length, shortest first. */
export function byLength(
  observed: readonly Observed[],
): readonly { readonly days: number; readonly converted: number; readonly censored: number }[] {
  const lengths = new Map<number, { days: number; converted: number; censored: number }>();
  for (const { days, converted, count } of observed) {
    const length = lengths.get(days) ?? { days, converted: 0, censored: 0 };
    length[converted ? 'converted' : 'censored'] += count;
    lengths.set(days, length);
  }
  return [...lengths.values()].sort((a, b) => a.days - b.days);
}
