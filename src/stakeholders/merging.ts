import type { Claims } from '../event-sourcing/claims.js';
import { type Refusal, isRefusal } from '../event-sourcing/decider.js';
import type { JsonObject } from '../event-sourcing/fact.js';
import {
  type Accepted,
  type CommandContext,
  type CommandIdReused,
  RevisionConflict,
  type Transactions,
  isAccepted,
} from '../event-sourcing/transact.js';
import { type Groups, groupMax, membershipOf } from './groups.js';
import { type Stakeholder, type StakeholderRefusal, type StakeholderRequest, stakeholder } from './stakeholder.js';

/** What is asked about who is one with whom. Either may be an old id: it means who remains under it. */
export interface MergeRequest {
  readonly type: 'Merge' | 'Unmerge' | 'TellApart';
  readonly survivorId: string;
  readonly mergedId: string;
}

/** Refused where two are to be told apart who are one. */
export type AreOne = Refusal<'AreOne'>;

/** Refused where so many would be one that reading them would be slow. */
export interface GroupTooLarge extends Refusal<'GroupTooLarge'> {
  /** How many would be one. */
  readonly size: number;
}

/** Refused where nobody has one of the two ids: which. */
export interface NobodyHasId extends Refusal<'StakeholderNotFound'> {
  readonly stakeholderId: string;
}

export type MergeRefused = StakeholderRefusal | NobodyHasId | GroupTooLarge | AreOne;
export type MergeOutcome =
  (Accepted<Stakeholder> & { readonly stakeholderId: string }) | MergeRefused | CommandIdReused;

export interface Merging {
  ask(request: MergeRequest, context: CommandContext): Promise<MergeOutcome>;
  /** Why a merge would be refused now; null where it would not be, or where they are one. Nothing is written. */
  refusalOf(request: MergeRequest): Promise<MergeRefused | null>;
}

/**
 * Merges and unmerges, over the streams of the two. A merge claims that the merged one belongs to who remains, and for as
 * long as it takes that who remains belongs to nobody: so no two merges make a circle, whichever are asked at once. The
 * stream of who remains says whether it came to be, as it does of handles. A merge joins who remains on either side, so
 * that whoever holds an old id may ask.
 */
export const merging = (
  { transact, look, read }: Transactions,
  claims: Claims,
  { survivorOf, groupOf, everOneWith }: Groups,
): Merging => {
  /** What a command did, in the first of these streams that holds it. */
  const knownIn = async (ids: Iterable<string>, context: CommandContext): Promise<MergeOutcome | null> => {
    for (const stakeholderId of ids) {
      const { known } = await look(stakeholder, stakeholderId, context);
      if (known) return isAccepted(known) ? { ...known, stakeholderId } : known;
    }
    return null;
  };

  const asItIs = async (stakeholderId: string): Promise<MergeOutcome> => ({
    ...(await read(stakeholder, stakeholderId)),
    events: [],
    already: true,
    stakeholderId,
  });

  /** The two who remain under the ids, where they may be merged; else why not, or that they are one. */
  const twoOf = async ({
    survivorId,
    mergedId,
  }: MergeRequest): Promise<{ readonly stakeholderId: string; readonly merged: string } | MergeRefused> => {
    const stakeholderId = await survivorOf(survivorId);
    if (stakeholderId === null) return { refused: 'StakeholderNotFound', stakeholderId: survivorId };
    const merged = await survivorOf(mergedId);
    if (merged === null) return { refused: 'StakeholderNotFound', stakeholderId: mergedId };
    if (survivorId === mergedId) return { refused: 'SameStakeholder' };
    if (stakeholderId === merged) return { stakeholderId, merged };
    const size = ((await groupOf(stakeholderId)) ?? []).length + ((await groupOf(merged)) ?? []).length;
    return size > groupMax ? { refused: 'GroupTooLarge', size } : { stakeholderId, merged };
  };

  const requestOf = async (
    stakeholderId: string,
    mergedId: string,
    tokens: { readonly token: string; readonly guard: string },
  ): Promise<StakeholderRequest> => {
    const { kind } = (await read(stakeholder, mergedId)).state;
    if (kind === null) throw new Error(`Stakeholder ${mergedId} was identified without a kind.`);
    return { type: 'MergeStakeholder', data: { stakeholderId, mergedId, kind, ...tokens } };
  };

  const refusalOf = async (request: MergeRequest): Promise<MergeRefused | null> => {
    const two = await twoOf(request);
    if ('refused' in two) return two;
    const { stakeholderId, merged } = two;
    if (stakeholderId === merged) return null;
    const asked = await requestOf(stakeholderId, merged, { token: '', guard: '' });
    const decision = stakeholder.decide(asked, (await read(stakeholder, stakeholderId)).state);
    return isRefusal(decision) ? decision : null;
  };

  const merge = async (asked: MergeRequest, context: CommandContext): Promise<MergeOutcome> => {
    const known = await knownIn(await everOneWith(asked.survivorId), context);
    if (known) return known;
    const two = await twoOf(asked);
    if ('refused' in two) return two;
    const { stakeholderId, merged } = two;
    if (stakeholderId === merged) return asItIs(stakeholderId);
    const [belongs, guard] = [membershipOf(merged), membershipOf(stakeholderId)];
    const tokens = { token: claims.tokenOf(belongs, context), guard: claims.tokenOf(guard, context) };
    const request = await requestOf(stakeholderId, merged, tokens);
    const { state, revision } = await read(stakeholder, stakeholderId);
    const unexpected = context.expectedRevision !== undefined && context.expectedRevision !== revision;
    const wrote = async (): Promise<MergeOutcome> => {
      const outcome = await transact(stakeholder, stakeholderId, request, context);
      return isAccepted(outcome) ? { ...outcome, stakeholderId } : outcome;
    };
    // All that can be refused is decided first.
    if (unexpected || isRefusal(stakeholder.decide(request, state))) return wrote();
    const both = [belongs, guard];
    const lost = await claims.claim(stakeholderId, both, () => request as unknown as JsonObject, context);
    if (lost !== null) {
      // Another merge of one of them came first. Perhaps it made them one.
      const remains = await survivorOf(stakeholderId);
      if (remains !== null && remains === (await survivorOf(merged))) return asItIs(remains);
      throw new RevisionConflict(`stakeholder-${stakeholderId}`, revision);
    }
    try {
      const outcome = await wrote();
      if ('refused' in outcome) await claims.undo(stakeholderId, both, context);
      // Who remains may be merged into another again.
      else await claims.holderOf(guard);
      return outcome;
    } catch (error) {
      if (error instanceof RevisionConflict) await claims.undo(stakeholderId, both, context);
      throw error;
    }
  };

  const unmerge = async ({ survivorId, mergedId }: MergeRequest, context: CommandContext): Promise<MergeOutcome> => {
    const group = await groupOf(survivorId);
    if (group === null) return { refused: 'StakeholderNotFound', stakeholderId: survivorId };
    const known = await knownIn(await everOneWith(survivorId), context);
    if (known) return known;
    if ((await survivorOf(mergedId)) === null) return { refused: 'StakeholderNotFound', stakeholderId: mergedId };
    const into = await claims.holderOf(membershipOf(mergedId));
    if (into === null || !group.includes(into)) return { refused: 'NotMerged' };
    const request = { type: 'UnmergeStakeholder', data: { stakeholderId: into, mergedId } } as const;
    const outcome = await transact(stakeholder, into, request, context);
    if (!isAccepted(outcome)) return outcome;
    // Recorded by whom they belonged to, which decides; whoever asks from then on finds that they belong to nobody.
    await claims.holderOf(membershipOf(mergedId));
    return { ...outcome, stakeholderId: into };
  };

  /** It stands in the stream of the one whose id is less, whichever is named first. */
  const tellApart = async ({ survivorId, mergedId }: MergeRequest, context: CommandContext): Promise<MergeOutcome> => {
    const either = [...(await everOneWith(survivorId)), ...(await everOneWith(mergedId))];
    const known = await knownIn(new Set(either), context);
    if (known) return known;
    const both: string[] = [];
    for (const id of [survivorId, mergedId]) {
      const survivor = await survivorOf(id);
      if (survivor === null) return { refused: 'StakeholderNotFound', stakeholderId: id };
      both.push(survivor);
    }
    const [stakeholderId = '', otherId = ''] = both.sort();
    if (survivorId === mergedId) return { refused: 'SameStakeholder' };
    if (stakeholderId === otherId) return { refused: 'AreOne' };
    const request = { type: 'TellApart', data: { stakeholderId, otherId } } as const;
    const outcome = await transact(stakeholder, stakeholderId, request, context);
    return isAccepted(outcome) ? { ...outcome, stakeholderId } : outcome;
  };

  const does = { Merge: merge, Unmerge: unmerge, TellApart: tellApart };
  return { ask: (request, context) => does[request.type](request, context), refusalOf };
};
