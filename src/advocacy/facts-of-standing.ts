import type { Act } from '../interactions/interaction.js';
import type { AssessableStance, Stance } from '../relationships/relationship.js';
import type { Channel } from '../stakeholders/handle.js';

/** Where several are one, their facts are read as one history. */
interface Recorded {
  /** The key of the stakeholder under whom it was recorded; of several, of who was identified first. */
  readonly whose?: number | undefined;
}

/** An interaction, inbound or observed, not retracted, of which the stakeholder is an author, and which has a tone or an act that a rule may hear without one. */
export interface Expression extends Recorded {
  readonly kind: 'expression';
  /** The interaction's id. It breaks ties at one instant. */
  readonly factId: string;
  /** `occurredAt`, milliseconds since 1970. */
  readonly at: number;
  /** -1 to 1, as it counts today (a person's assessment of it replaces the model's); null where nothing says how it sounds. */
  readonly tone: number | null;
  /** What it was. Which acts are advocacy acts, the rule says. */
  readonly act: Act;
  /** Where it was; null where an old log does not tell it of what was amended and had been no expression before. */
  readonly channel: Channel | null;
}

/** A person's word on where the stakeholder stands. It holds until the next assessment or a withdrawal. */
export interface Assessment extends Recorded {
  readonly kind: 'assessment';
  /** The event's id. */
  readonly factId: string;
  /** `occurredAt`, milliseconds since 1970. */
  readonly at: number;
  /** The event's ordinal in the log. It breaks ties at one instant. */
  readonly recorded: number;
  readonly stance: AssessableStance;
  /** Who assessed. */
  readonly by: string;
}

/** The end of what a person assessed: the rule speaks again. Where nothing was assessed, it changes nothing. */
export interface Withdrawal extends Recorded {
  readonly kind: 'withdrawal';
  readonly factId: string;
  readonly at: number;
  readonly recorded: number;
}

/** All that the rules read about one stakeholder. What is retracted is left out by whoever hands the facts over. */
export type StandingFact = Expression | Assessment | Withdrawal;

/**
 * The one order in which the rules read facts, so that sums come out the same to the last bit whichever way the facts came:
 * by `at`; at one instant expressions by interaction id (by UTF-16 code unit, the same on every machine), then assessments
 * and withdrawals as they were recorded. Negative, zero or positive, for `Array.prototype.sort`.
 */
export function compareFacts(a: StandingFact, b: StandingFact): number {
  if (a.at !== b.at) return a.at < b.at ? -1 : 1;
  if (a.kind === 'expression') {
    if (b.kind !== 'expression') return -1;
    if (a.factId === b.factId) return 0;
    return a.factId < b.factId ? -1 : 1;
  }
  return b.kind === 'expression' ? 1 : a.recorded - b.recorded;
}

/** Facts that are in order, in groups of one instant each. */
export function* instantsOf(ordered: readonly StandingFact[]): Generator<readonly StandingFact[]> {
  let start = 0;
  for (const [index, fact] of ordered.entries()) {
    if (fact.at === ordered[start]?.at) continue;
    yield ordered.slice(start, index);
    start = index;
  }
  if (start < ordered.length) yield ordered.slice(start);
}

/** Against us: detractor and critic. */
export function isAgainst(stance: Stance): boolean {
  return stance === 'detractor' || stance === 'critic';
}

/** For us: supporter and advocate. */
export function isFor(stance: Stance): boolean {
  return stance === 'supporter' || stance === 'advocate';
}

const rungs: Record<AssessableStance, number> = { detractor: 0, critic: 1, neutral: 2, supporter: 3, advocate: 4 };

/** How many rungs lie between two stances: 0 to 4. Unknown is no rung: it is 0 away from everything. */
export function rungsApart(a: Stance, b: Stance): number {
  return a === 'unknown' || b === 'unknown' ? 0 : Math.abs(rungs[a] - rungs[b]);
}
