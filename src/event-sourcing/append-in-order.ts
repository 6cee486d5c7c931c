import type { Appended, EventLog, NewEvent } from './event-store.js';

/** Events of one stream that follow each other: one append. */
export interface Run {
  readonly stream: string;
  readonly expectedRevision: number;
  readonly events: readonly NewEvent[];
}

/**
 * Appends runs of several streams so that they stand in the log in this order. Cut short, the log holds a beginning of
 * them: a log that keeps the order of what it is given takes all at once, which is fast, and any other one at a time.
 *
 * Given at once, they are to fit one batch of the log: then they stand as a whole or not at all.
 */
export const appendInOrder = async (
  store: Pick<EventLog, 'append' | 'keepsOrder'>,
  runs: readonly Run[],
): Promise<readonly Appended[]> => {
  if (store.keepsOrder) {
    const appends = runs.map(({ stream, expectedRevision, events }) => store.append(stream, expectedRevision, events));
    // Nothing is under way any more when the first failure is told.
    await Promise.allSettled(appends);
    return Promise.all(appends);
  }
  const appended: Appended[] = [];
  for (const { stream, expectedRevision, events } of runs)
    appended.push(await store.append(stream, expectedRevision, events));
  return appended;
};
