import { randomUUID } from 'node:crypto';
import type { Input, Outcome, Rapport } from './client.js';

/** Midnight of the days from the first of 2024 on. */
export const dateOf = (day: number): string => new Date(Date.UTC(2024, 0, day)).toISOString();

/** Somebody under a name that nobody else has, with an address of email that is made of it. */
export interface Somebody {
  readonly id: string;
  readonly name: string;
}

export const handleOf = (name: string): Input => ({ channel: 'EMAIL', address: `${name}@example.org` });
export const byHandle = ({ name }: Somebody): Input => ({ handle: handleOf(name) });

/** People to be merged, what is said by them, and their merging. */
export const peopleToMerge = (rapport: Rapport) => ({
  somebody: async (as: string, input: Input = {}): Promise<Somebody> => {
    const name = `${as}${randomUUID().slice(0, 8)}`;
    const { stakeholder } = await rapport.identify(name, { handles: [handleOf(name)], ...input });
    return { id: stakeholder.id, name };
  },
  say: (who: Input, day: number, more: Input = {}): Promise<Outcome> =>
    rapport.record({ with: [who], occurredAt: dateOf(day), tone: 0.1, ...more }),
  merge: (survivor: Somebody, merged: Somebody, more: Input = {}): Promise<Outcome> =>
    rapport.mutate('mergeStakeholders', {
      survivorId: survivor.id,
      mergedId: merged.id,
      reason: 'one person',
      ...more,
    }),
  unmerge: (survivor: Somebody, merged: Somebody): Promise<Outcome> =>
    rapport.mutate('unmergeStakeholder', {
      survivorId: survivor.id,
      mergedId: merged.id,
      reason: 'two after all',
    }),
});
