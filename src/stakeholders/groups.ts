import type { ClaimedValue, Claims } from '../event-sourcing/claims.js';
import type { Transactions } from '../event-sourcing/transact.js';
import { stakeholder } from './stakeholder.js';

/** So many may be one: whatever is read of one of them is read of all. */
export const groupMax = 50;

/** Who is one with whom, as new as the log. */
export interface Groups {
  /** Who remains under an id: themselves, or whom they were merged into, over all merges; null where nobody has the id. */
  survivorOf(id: string): Promise<string | null>;
  /** All who are one with somebody: first who remains, then the others in the order of their ids; null for nobody. */
  groupOf(id: string): Promise<readonly string[] | null>;
  /** From an id to who remains under it, whom they were merged into one after another. */
  pathOf(id: string): Promise<readonly string[]>;
  /**
   * All who are or ever were one with somebody, by whichever merges: first the id itself. In one of their streams stands
   * what was asked under any of their ids, whoever remained at the time.
   */
  everOneWith(id: string): Promise<readonly string[]>;
}

/** That somebody belongs to another: claimed by whom they are merged into, and for a moment by who is to remain. */
export const membershipOf = (id: string): ClaimedValue => ({ category: 'membership', claim: id });

/** Reads groups from the streams of claims and of stakeholders; what a crash left unfinished there is finished on the way. */
export const groups = (
  { read }: Pick<Transactions, 'read'>,
  claims: Pick<Claims, 'holderOf' | 'claimantsOf'>,
): Groups => {
  const pathOf = async (id: string): Promise<readonly string[]> => {
    const path = [id];
    for (;;) {
      const next = await claims.holderOf(membershipOf(path.at(-1) ?? id));
      if (next === null) return path;
      path.push(next);
    }
  };

  const survivorOf = async (id: string): Promise<string | null> => {
    if (!(await read(stakeholder, id)).state.identified) return null;
    return (await pathOf(id)).at(-1) ?? id;
  };

  return {
    pathOf,
    survivorOf,
    everOneWith: async (id) => {
      const found = new Set([id]);
      for (const each of found) {
        for (const into of await claims.claimantsOf(membershipOf(each))) found.add(into);
        for (const merged of (await read(stakeholder, each)).state.everMerged) found.add(merged);
      }
      return [...found];
    },
    groupOf: async (id) => {
      const survivor = await survivorOf(id);
      if (survivor === null) return null;
      const members = [survivor];
      for (const member of members)
        members.push(...(await read(stakeholder, member)).state.merged.map((merged) => merged.id));
      return [survivor, ...members.slice(1).sort()];
    },
  };
};
