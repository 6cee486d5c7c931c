import { deterministicId } from '../event-sourcing/event-id.js';
import type { JsonObject } from '../event-sourcing/fact.js';
import { type CommandContext, RevisionConflict, type Transactions, isAccepted } from '../event-sourcing/transact.js';
import { type OwnershipRequest, ownership } from './ownership.js';
import { type Place, tierNamed } from './tier.js';

/** Who is one with whom: the port to whoever keeps identities. */
export interface Known {
  /** All who are one with somebody, first who remains; null where nobody has the id. */
  groupOf(stakeholderId: string): Promise<readonly string[] | null>;
  /** All who are or ever were one with somebody, themselves included: in a stream of theirs stands what any of them was asked. */
  everOneWith(stakeholderId: string): Promise<readonly string[]>;
}

/** Who holds a place, and who of ours answers for them. */
export interface PlaceHolder {
  readonly stakeholderId: string;
  readonly owner: string;
}

/** The places of tiers, over their streams and those of ownerships: no store writes two streams at once. */
export interface Places {
  /**
   * Takes a place for what is about to be asked of the ownership. Places whose assignment was cut short are finished or freed
   * first, so that a crash takes no place from anybody. Those who are one take one place, in the tier of who answers for them
   * all: what else they hold is kept for when they are two again. Null where it is taken.
   */
  take(
    tier: string,
    asked: Extract<OwnershipRequest, { type: 'AssignOwner' }>,
    context: CommandContext,
  ): Promise<{ readonly capacity: number; readonly holders: readonly PlaceHolder[] } | 'TierNotFound' | null>;
  /** Frees a place that nobody holds any more. */
  giveUp(tier: string, token: string, context: CommandContext): Promise<void>;
  /** Frees a place whose assignment did not come about; false where it did. */
  forgo(tier: string, stakeholderId: string, token: string, context: CommandContext): Promise<boolean>;
}

export const places = ({ transact, read }: Transactions, stakeholders: Known): Places => {
  const giveUp: Places['giveUp'] = async (tier, token, context) => {
    await transact(
      tierNamed(tier),
      tier,
      { type: 'GiveUpPlace', data: { tier, token } },
      aside(context, `give up ${token}`),
    );
  };

  const forgo: Places['forgo'] = async (tier, stakeholderId, token, context) => {
    const asked = { type: 'ForgoPlace', data: { stakeholderId, token } } as const;
    const outcome = await transact(ownership, stakeholderId, asked, aside(context, `forgo ${token}`));
    if (!isAccepted(outcome)) return false;
    await giveUp(tier, token, context);
    return true;
  };

  /** Who holds the place once what it was taken for is done; null where it is free by now. */
  const settled = async (tier: string, { stakeholderId, token, intent }: Place): Promise<PlaceHolder | null> => {
    // The boundary of the log: a place says what this very code was about to ask.
    const context = intent.context as unknown as CommandContext;
    const { state } = await read(ownership, stakeholderId);
    if (state.current?.place === token) return { stakeholderId, owner: state.current.owner };
    if (!state.gone.has(token)) {
      const outcome = await transact(ownership, stakeholderId, intent.request as unknown as OwnershipRequest, context);
      const after = isAccepted(outcome) ? outcome.state.current : null;
      if (after?.place === token) return { stakeholderId, owner: after.owner };
      if (await forgo(tier, stakeholderId, token, context)) return null;
      return settled(tier, { stakeholderId, token, intent });
    }
    await giveUp(tier, token, context);
    return null;
  };

  /** Whether a place counts: of those who are one, that of who remains, or where nobody answers for that one of the first other. */
  const counts = async ({ stakeholderId }: PlaceHolder): Promise<boolean> => {
    for (const id of (await stakeholders.groupOf(stakeholderId)) ?? []) {
      if (id === stakeholderId) return true;
      if ((await read(ownership, id)).state.current !== null) return false;
    }
    return true;
  };

  const take: Places['take'] = async (tier, asked, context) => {
    const { stakeholderId, place } = asked.data;
    if (place === null) return null;
    const intent = {
      request: asked as unknown as JsonObject,
      context: { ...context, expectedRevision: undefined } as unknown as JsonObject,
    };
    let uncounted: readonly string[] = [];
    for (;;) {
      const request = { type: 'TakePlace', data: { tier, stakeholderId, token: place, intent, uncounted } } as const;
      const outcome = await transact(tierNamed(tier), tier, request, aside(context, `take ${place}`));
      if (isAccepted(outcome)) {
        if (outcome.state.places.some(({ token }) => token === place)) return null;
        // Taken and given up again: what this command lost once it does not win by being sent again.
        throw new RevisionConflict(`tier-${tier}`, outcome.revision);
      }
      if (outcome.refused === 'TierNotFound') return outcome.refused;
      if (outcome.refused !== 'TierFull') throw new Error(`A place in ${tier} was refused: ${outcome.refused}.`);
      const taken = await Promise.all(
        outcome.places.map(async (each) => {
          const holder = await settled(tier, each);
          return { token: each.token, holder, counted: holder !== null && (await counts(holder)) };
        }),
      );
      const holders = taken.flatMap(({ holder, counted }) => (holder !== null && counted ? [holder] : []));
      if (holders.length >= outcome.capacity) return { capacity: outcome.capacity, holders };
      uncounted = taken.flatMap(({ token, holder, counted }) => (holder !== null && !counted ? [token] : []));
    }
  };

  return { take, giveUp, forgo };
};

/** A command of its own beside the caller's: its stream is another, its place in the chain of causes is the same. */
const aside = ({ expectedRevision: _, reason: __, ...context }: CommandContext, commandId: string): CommandContext => ({
  ...context,
  commandId: deterministicId(context.credential, context.commandId, commandId),
  inputDigest: commandId,
});
