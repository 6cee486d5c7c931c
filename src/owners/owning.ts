import { type Refusal, isRefusal } from '../event-sourcing/decider.js';
import { deterministicId } from '../event-sourcing/event-id.js';
import {
  type Accepted,
  type CommandContext,
  type CommandIdReused,
  RevisionConflict,
  type Transactions,
  isAccepted,
} from '../event-sourcing/transact.js';
import { colleague } from './colleague.js';
import { type Ownership, type OwnershipRefusal, type OwnershipRequest, type Rank, ownership } from './ownership.js';
import { type Known, type PlaceHolder, places } from './places.js';
import { team } from './team.js';
import { tierNamed } from './tier.js';

/** What is asked about who answers for whom. Dates are RFC 3339, UTC, milliseconds. */
export type OwningRequest =
  | {
      readonly type: 'Assign';
      readonly stakeholderId: string;
      readonly owner: string;
      readonly tier: string | null;
      readonly rank: Rank | null;
      readonly occurredAt: string;
    }
  | { readonly type: 'HandOver'; readonly stakeholderId: string; readonly to: string; readonly occurredAt: string }
  | { readonly type: 'Release'; readonly stakeholderId: string; readonly occurredAt: string };

/** Refused where the tier has no place left; who holds them. */
export interface TierIsFull extends Refusal<'TierFull'> {
  readonly capacity: number;
  readonly holders: readonly PlaceHolder[];
}

export type OwningOutcome =
  | (Accepted<Ownership> & { readonly stakeholderId: string; readonly factId: string })
  | Exclude<OwnershipRefusal, { refused: 'OwnerChanged' | 'PlaceLost' | 'PlaceHeld' }>
  | Refusal<'StakeholderNotFound'>
  | Refusal<'ColleagueNotFound'>
  | Refusal<'TierNotFound'>
  | TierIsFull
  | CommandIdReused;

/** Who answers for whom, over the streams of ownerships, tiers and people of ours. */
export interface Owning {
  ask(request: OwningRequest, context: CommandContext): Promise<OwningOutcome>;
}

/** How often an owner who changed meanwhile is read again. */
const triesMax = 10;

export const owning = (transactions: Transactions, stakeholders: Known): Owning => {
  const { transact, look, read } = transactions;
  const { take, giveUp, forgo } = places(transactions, stakeholders);

  /** The department of one of ours; undefined where nobody of ours has this id, or they have left. */
  const departmentOf = async (colleagueId: string, also: 'with us' | 'or left'): Promise<string | null | undefined> => {
    const { state } = await read(colleague, colleagueId);
    if (!state.added || (state.left && also === 'with us')) return undefined;
    return state.teamId === null ? null : ((await read(team, state.teamId)).state?.department ?? null);
  };

  const assign = async (
    { stakeholderId, owner, tier, rank, occurredAt }: Extract<OwningRequest, { type: 'Assign' }>,
    factId: string,
    context: CommandContext,
  ): Promise<Answer> => {
    const department = await departmentOf(owner, 'with us');
    if (department === undefined) return { refused: 'ColleagueNotFound' };
    const defined = tier === null ? null : (await read(tierNamed(tier), tier)).state.defined;
    if (tier !== null && defined === null) return { refused: 'TierNotFound' };
    const keepsPlaces = defined !== null && defined.capacity !== null;
    const place =
      tier !== null && keepsPlaces ? deterministicId('place', tier, context.credential, context.commandId) : null;
    const asked = {
      type: 'AssignOwner',
      data: { stakeholderId, factId, occurredAt, owner, tier, place, rank, department },
    } as const;
    const seen = await look(ownership, stakeholderId, context);
    const decision = ownership.decide(asked, seen.state);
    const unexpected = context.expectedRevision !== undefined && context.expectedRevision !== seen.revision;
    // All that can be refused is decided first; then the place is taken.
    if (tier === null || place === null || unexpected || isRefusal(decision) || decision.length === 0)
      return transact(ownership, stakeholderId, asked, context);
    const full = await take(tier, asked, context);
    if (full === 'TierNotFound') return { refused: full };
    if (full !== null) return { refused: 'TierFull', ...full };
    try {
      const outcome = await transact(ownership, stakeholderId, asked, context);
      if (!isAccepted(outcome) || outcome.state.current?.place !== place)
        await forgo(tier, stakeholderId, place, context);
      return outcome;
    } catch (error) {
      if (error instanceof RevisionConflict) await forgo(tier, stakeholderId, place, context);
      throw error;
    }
  };

  const handOver = async (
    { stakeholderId, to, occurredAt }: Extract<OwningRequest, { type: 'HandOver' }>,
    factId: string,
    context: CommandContext,
  ): Promise<Answer> => {
    const toDepartment = await departmentOf(to, 'with us');
    if (toDepartment === undefined) return { refused: 'ColleagueNotFound' };
    for (let tries = 0; tries < triesMax; tries += 1) {
      const { state } = await read(ownership, stakeholderId);
      const fromOwner = state.current?.owner ?? null;
      const fromDepartment = fromOwner === null ? null : ((await departmentOf(fromOwner, 'or left')) ?? null);
      const asked: OwnershipRequest = {
        type: 'HandOver',
        data: { stakeholderId, factId, occurredAt, fromOwner, toOwner: to, fromDepartment, toDepartment },
      };
      const outcome = await transact(ownership, stakeholderId, asked, context);
      if (isAccepted(outcome) || outcome.refused !== 'OwnerChanged') return outcome;
    }
    throw new RevisionConflict(`ownership-${stakeholderId}`, (await read(ownership, stakeholderId)).revision);
  };

  /** Frees the place that an ownership no longer holds. What a crash leaves is freed when the tier is full. */
  const freed = async ({ events }: Accepted<Ownership>, context: CommandContext): Promise<void> => {
    for (const { type, data } of events) {
      // The boundary of the log: its data is what the decider wrote.
      const left = (type === 'OwnerAssigned' ? data['was'] : type === 'OwnerReleased' ? data : null) as {
        readonly tier: string | null;
        readonly place: string | null;
      } | null;
      if (left !== null && left.tier !== null && left.place !== null) await giveUp(left.tier, left.place, context);
    }
  };

  const answer = (request: OwningRequest, factId: string, context: CommandContext): Promise<Answer> => {
    const { stakeholderId } = request;
    switch (request.type) {
      case 'Assign':
        return assign(request, factId, context);
      case 'HandOver':
        return handOver(request, factId, context);
      case 'Release': {
        const { occurredAt } = request;
        const asked = { type: 'ReleaseOwner', data: { stakeholderId, factId, occurredAt } } as const;
        return transact(ownership, stakeholderId, asked, context);
      }
    }
  };

  /**
   * In whose stream it stands who answers for them all: who remains, unless only another of them has an owner. A command that
   * was accepted stands where it did then, whoever is one with whom by now. Undefined where nobody has the id.
   */
  const streamOf = async (stakeholderId: string, context: CommandContext): Promise<string | undefined> => {
    const [survivor, ...others] = (await stakeholders.groupOf(stakeholderId)) ?? [];
    if (survivor === undefined) return undefined;
    const ever = await stakeholders.everOneWith(stakeholderId);
    if (ever.length > 1) for (const id of ever) if ((await look(ownership, id, context)).known !== null) return id;
    if (others.length > 0)
      for (const id of [survivor, ...others]) if ((await read(ownership, id)).state.current !== null) return id;
    return survivor;
  };

  return {
    ask: async (asked, context) => {
      const stakeholderId = await streamOf(asked.stakeholderId, context);
      if (stakeholderId === undefined) return { refused: 'StakeholderNotFound' };
      const request = { ...asked, stakeholderId };
      const factId = deterministicId('ownership-fact', context.credential, context.commandId);
      // A command that was accepted is answered with what happened then, whatever has changed since.
      const { known } = await look(ownership, stakeholderId, context);
      const outcome = known ?? (await answer(request, factId, context));
      if (isAccepted(outcome)) {
        await freed(outcome, context);
        return { ...outcome, stakeholderId, factId };
      }
      switch (outcome.refused) {
        case 'OwnerChanged':
        case 'PlaceHeld':
        case 'PlaceLost':
          // Lost a race: the caller may try again, under an id of its own.
          throw new RevisionConflict(`ownership-${stakeholderId}`, (await read(ownership, stakeholderId)).revision);
        default:
          return outcome;
      }
    },
  };
};

type Answer =
  | Accepted<Ownership>
  | OwnershipRefusal
  | CommandIdReused
  | Refusal<'ColleagueNotFound'>
  | Refusal<'TierNotFound'>
  | TierIsFull;
