import type { RecordedEvent } from '../event-sourcing/event-store.js';
import { type Baseline, type GoalFact, type GoalTerms, type StoredMeasure, promiseAlike } from './goal.js';

/** A goal as it was from one of its facts on. Plain JSON. */
export interface GoalView extends GoalTerms {
  readonly goalId: string;
  readonly measure: StoredMeasure;
  /** What the log held when what it promises was decided. */
  readonly baseline: Baseline;
  /** When that was, RFC 3339. Who answers for it may have changed since. */
  readonly setAt: string;
  /** When its terms were recorded as they are, in milliseconds since 1970. */
  readonly recordedAt: number;
  /** Name of the credential that recorded them. */
  readonly by: string;
  /** Why it is so. */
  readonly reason: string | null;
  readonly dropped: { readonly at: string; readonly by: string; readonly reason: string | null } | null;
}

/** @throws where a goal is revised or dropped that was never set. */
export const viewAfter = (before: GoalView | undefined, event: RecordedEvent): GoalView => {
  // The boundary of the log: its data is what the decider wrote.
  const { type, data } = event as unknown as GoalFact;
  const { recordedAt, provenance } = event;
  const { actor: by, reason = null } = provenance;
  if (type === 'GoalSet') return { ...data, recordedAt, by, reason, dropped: null };
  if (before === undefined) throw new Error(`Goal ${data.goalId} was never set.`);
  if (type === 'GoalDropped') return { ...before, dropped: { at: data.droppedAt, by, reason } };
  const { was, ...terms } = data;
  // Whoever takes it over promises nothing anew.
  const { setAt, baseline } = promiseAlike(terms, was) ? before : terms;
  return { ...before, ...terms, setAt, baseline, recordedAt, by, reason };
};
