import {
  type Claim,
  type ClaimFact,
  type ClaimRequest,
  type Claimed,
  type HeldFor,
  type Intent,
  claimIn,
} from './claim.js';
import type { Decider } from './decider.js';
import { deterministicId } from './event-id.js';
import type { JsonObject } from './fact.js';
import { type CommandContext, RevisionConflict, type Transactions, isAccepted } from './transact.js';

/** How a holder's own stream stands to a claim that was made for it: it is the arbiter of whether the claim came to hold. */
export type ClaimStanding = 'pending' | 'held' | 'given-up';

/** The holders' side of claims: what a context implements whose subjects hold unique values. */
export interface Holders {
  standing(holder: string, token: string): Promise<ClaimStanding>;
  /** Asks the holder's stream what the intent says; twice is as once. False where it is refused (abandoned, say). */
  follow(holder: string, request: JsonObject, context: CommandContext): Promise<boolean>;
  /** Records in the holder's stream that these claims shall never come to hold. False where they hold already. */
  abandon(holder: string, tokens: readonly string[], context: CommandContext): Promise<boolean>;
  /** For which period a claim holds, or held until it was given up; null where it was never theirs. */
  heldFor(holder: string, token: string): Promise<HeldFor | null>;
}

/** A value to be held by one at a time: its category (`handle`, `externalid`) and the keyed hash of its normal form. */
export interface ClaimedValue {
  readonly category: string;
  readonly claim: string;
}

export interface Claims {
  /** Who holds the value now; unfinished claims are finished, and claims given up released, on the way. */
  holderOf(value: ClaimedValue): Promise<string | null>;
  /**
   * Who held the value at a date (RFC 3339, UTC, milliseconds). A period that is said goes before one that is open: who
   * holds it now held it then unless another did, and where nobody did, it is theirs.
   */
  holderAt(value: ClaimedValue, at: string): Promise<string | null>;
  /** For whom the value was ever claimed: all who held it are among them. */
  claimantsOf(value: ClaimedValue): Promise<readonly string[]>;
  /**
   * Makes all claims for the holder in order, or none: answers null, or the value that another holds. The holder's
   * stream is then asked by the caller.
   */
  claim(
    holder: string,
    values: readonly ClaimedValue[],
    request: (tokens: ReadonlyMap<string, string>) => JsonObject,
    context: CommandContext,
  ): Promise<{ readonly taken: ClaimedValue; readonly by: string } | null>;
  /** Takes back what `claim` made, where the holder's stream then refused; nothing where it came to hold meanwhile. */
  undo(holder: string, values: readonly ClaimedValue[], context: CommandContext): Promise<void>;
  /** The token of the claim that a command makes on a value. */
  tokenOf(value: ClaimedValue, context: CommandContext): string;
}

/** A claim's token: as deterministic as the command that makes it, so that a retry and a helper make the same claim. */
const tokenOf = ({ category, claim }: ClaimedValue, { credential, commandId }: CommandContext): string =>
  deterministicId('claim', category, claim, credential, commandId);

/**
 * Claims over several streams without a transaction over them: everything is decided first, each claim says all that
 * follows, and the holder's own stream arbitrates whether it came to hold or was abandoned.
 */
export const claims = ({ transact, read }: Transactions, holders: Holders): Claims => {
  const deciders = new Map<string, Decider<Claim, ClaimRequest, ClaimFact, Claimed>>();
  const deciderOf = (category: string): Decider<Claim, ClaimRequest, ClaimFact, Claimed> => {
    const known = deciders.get(category) ?? claimIn(category);
    deciders.set(category, known);
    return known;
  };

  const release = async (
    { category, claim }: ClaimedValue,
    token: string,
    context: CommandContext,
    heldFor: HeldFor | null = null,
  ): Promise<void> => {
    await transact(
      deciderOf(category),
      claim,
      { type: 'Release', data: { token, ...(heldFor === null ? {} : { heldFor }) } },
      aside(context, `release ${token}`),
    );
  };

  /** Undoes the claims of an intent, unless they came to hold meanwhile. */
  const undo = async (holder: string, made: Intent['claims'], context: CommandContext): Promise<void> => {
    const tokens = made.map(({ token }) => token);
    if (!(await holders.abandon(holder, tokens, aside(context, `abandon ${tokens.join(' ')}`)))) return;
    for (const each of made) await release(each, each.token, context);
  };

  /** Makes the claims of an intent in order; where one is another's, undoes them and answers with it. */
  const makeAll = async (
    holder: string,
    intent: Intent,
    context: CommandContext,
  ): Promise<{ taken: ClaimedValue; by: string } | null> => {
    for (const each of intent.claims) {
      const request = { type: 'Claim', data: { holder, token: each.token, intent } } as const;
      for (;;) {
        const outcome = await transact(
          deciderOf(each.category),
          each.claim,
          request,
          aside(context, `claim ${each.token}`),
        );
        if (isAccepted(outcome)) {
          if (outcome.state.held?.token === each.token) break;
          // Made and released again: what this command lost once it does not win by being sent again.
          throw new RevisionConflict(streamKey(each), outcome.revision);
        }
        if (outcome.refused === 'CommandIdReused')
          throw new Error(`Claim ${each.token} was made with another meaning.`);
        const settled = await settle(each, outcome.by);
        if (settled === null) continue;
        await undo(holder, intent.claims, context);
        return { taken: each, by: settled };
      }
    }
    return null;
  };

  /** Finishes what a claim began; answers who holds the value after that, null for nobody. */
  const settle = async (value: ClaimedValue, held: NonNullable<Claim['held']>): Promise<string | null> => {
    const { holder, token, intent } = held;
    const context = intent.context as unknown as CommandContext;
    switch (await holders.standing(holder, token)) {
      case 'held':
        return holder;
      case 'given-up':
        await release(value, token, context, await holders.heldFor(holder, token));
        return null;
      case 'pending': {
        try {
          if ((await makeAll(holder, intent, context)) !== null) return null;
        } catch (error) {
          // Its maker was quicker, and has released meanwhile what it needed no longer.
          if (!(error instanceof RevisionConflict) || (await holders.standing(holder, token)) === 'pending')
            throw error;
          return settle(value, held);
        }
        if (await holders.follow(holder, intent.request, context)) return holder;
        await undo(holder, intent.claims, context);
        return null;
      }
    }
  };

  /** The claim on a value with nothing left to finish, and who holds it. */
  const settled = async (value: ClaimedValue): Promise<Claim & { readonly holder: string | null }> => {
    for (;;) {
      const { state } = await read(deciderOf(value.category), value.claim);
      const holder = state.held === null ? null : await settle(value, state.held);
      if (state.held === null || holder !== null) return { ...state, holder };
    }
  };

  return {
    holderOf: async (value) => (await settled(value)).holder,

    holderAt: async (value, at) => {
      const { holder, held, past } = await settled(value);
      // Hardly anything was ever given to somebody else.
      if (past.length === 0) return holder;
      if (held !== null && held.holder === holder) {
        const from = (await holders.heldFor(holder, held.token))?.from ?? null;
        if (from !== null && from <= at) return holder;
      }
      const then = past.findLast(({ from, until }) => (from === null || from <= at) && (until === null || at < until));
      return then?.holder ?? holder;
    },

    claimantsOf: async ({ category, claim }) => (await read(deciderOf(category), claim)).state.claimants,

    claim: async (holder, values, request, context) => {
      const tokens = new Map(values.map((value) => [value.claim, tokenOf(value, context)]));
      // One order for all, so that two commands with the same values meet at the first of them.
      const ordered = [...values].sort((a, b) => (streamKey(a) < streamKey(b) ? -1 : 1));
      const intent: Intent = {
        claims: ordered.map((value) => ({
          category: value.category,
          claim: value.claim,
          token: tokenOf(value, context),
        })),
        request: request(tokens),
        context: { ...context, expectedRevision: undefined },
      };
      return makeAll(holder, intent, context);
    },

    undo: (holder, values, context) =>
      undo(
        holder,
        values.map((value) => ({ ...value, token: tokenOf(value, context) })),
        context,
      ),

    tokenOf,
  };
};

const streamKey = ({ category, claim }: ClaimedValue): string => `${category}-${claim}`;

/** A command of its own beside the caller's: its streams are others, its place in the chain of causes is the same. */
const aside = ({ expectedRevision: _, reason: __, ...context }: CommandContext, commandId: string): CommandContext => ({
  ...context,
  commandId: deterministicId(context.credential, context.commandId, commandId),
  inputDigest: commandId,
});
