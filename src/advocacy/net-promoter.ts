/** The definition by which scores are reckoned. */
export const netPromoterDefinition = 'net-promoter-v1';

/** Answers to 'how likely is it that you would recommend us', 0 to 10, by what they say. */
export interface Answers {
  /** 9 and 10. */
  readonly promoters: number;
  /** 7 and 8. */
  readonly passives: number;
  /** 0 to 6. */
  readonly detractors: number;
}

export interface NetPromoterScore {
  /** -100 to 100. */
  readonly score: number;
  /** In points of the score: of the mean of +1, 0 and -1 over the answers, times 100. */
  readonly standardError: number;
}

/**
 * The share of promoters less that of detractors, in points (Reichheld, Harvard Business Review, December 2003), with the
 * standard error of a difference of two shares of one sample: sqrt((p + d - (p - d)^2) / n). Null without an answer.
 */
export function netPromoterScore({ promoters, passives, detractors }: Answers): NetPromoterScore | null {
  const n = promoters + passives + detractors;
  if (n === 0) return null;
  const [p, d] = [promoters / n, detractors / n];
  // The sum of squares is never less, but may come out so in its last bits.
  const variance = Math.max(0, p + d - (p - d) ** 2);
  return { score: (100 * (promoters - detractors)) / n, standardError: 100 * Math.sqrt(variance / n) };
}
