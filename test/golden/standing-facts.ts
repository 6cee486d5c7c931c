import type { AssessableStance } from '../../src/relationships/relationship.js';
import type { Assessment, Expression, Withdrawal } from '../../src/advocacy/facts-of-standing.js';

/** Facts of a stakeholder's standing for tests, dated in days from 1970, which may be fractions. */
export const dayMs = 86_400_000;

export function said(day: number, tone: number | null, factId = `said on ${day}`): Expression {
  return { kind: 'expression', factId, at: day * dayMs, tone, act: 'comment', channel: 'email' };
}

export function acted(day: number, tone: number | null = null, factId = `acted on ${day}`): Expression {
  return { kind: 'expression', factId, at: day * dayMs, tone, act: 'recommendation', channel: 'email' };
}

export function assessed(day: number, stance: AssessableStance, by = 'Ada', recorded = day): Assessment {
  return { kind: 'assessment', factId: `assessed on ${day} as ${recorded}`, at: day * dayMs, recorded, stance, by };
}

export function withdrew(day: number, recorded = day): Withdrawal {
  return { kind: 'withdrawal', factId: `withdrew on ${day} as ${recorded}`, at: day * dayMs, recorded };
}
