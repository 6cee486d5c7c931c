import type { Refusal } from '../event-sourcing/decider.js';
import { deterministicId } from '../event-sourcing/event-id.js';
import { canonicalJson } from '../event-sourcing/keyed-hash.js';
import {
  type Accepted,
  type CommandContext,
  type CommandIdReused,
  type Transactions,
  isAccepted,
} from '../event-sourcing/transact.js';
import { interaction } from '../interactions/interaction.js';
import type { Attested, Lasting } from '../stakeholders/affiliation.js';
import { stakeholder } from '../stakeholders/stakeholder.js';
import type { ColleagueNotFound, OurPeople } from './affiliating.js';
import { type Ends, type Shows, type Tie, type TieRefusal, type TieRequest, tie } from './tie.js';

/** What is asked about who is tied to whom. Dates are RFC 3339, UTC, milliseconds. */
export type TyingRequest =
  | ({ readonly type: 'Record'; readonly note: string | null; readonly url: string | null } & Ends &
      Lasting &
      Shows &
      Omit<Attested, 'sent'>)
  | { readonly type: 'End'; readonly tieId: string; readonly occurredAt: string }
  | { readonly type: 'Retract'; readonly tieId: string };

export type TyingOutcome =
  | (Accepted<Tie> & { readonly tieId: string })
  | (TieRefusal & { readonly tieId: string })
  | (Refusal<'StakeholderNotFound'> & { readonly stakeholderId: string })
  | (Refusal<'InteractionNotFound'> & { readonly interactionId: string })
  | ColleagueNotFound
  | CommandIdReused;

/** Who is tied to whom, over the streams of ties. */
export interface Tying {
  ask(request: TyingRequest, context: CommandContext): Promise<TyingOutcome>;
}

/** @param digestOf a keyed digest: under one source id, the same telling is on record already and another is refused. */
export const tying = (
  { transact, look, read }: Transactions,
  ourPeople: OurPeople,
  digestOf: (text: string) => string,
): Tying => {
  /** What the tie names and is not there; null where all is. */
  const missing = async ({
    stakeholderId,
    otherId,
    evidence,
    saidBy,
  }: Extract<TyingRequest, { type: 'Record' }>): Promise<TyingOutcome | null> => {
    for (const id of [stakeholderId, otherId])
      if (!(await read(stakeholder, id)).state.identified) return { refused: 'StakeholderNotFound', stakeholderId: id };
    for (const interactionId of evidence)
      if (!(await read(interaction, interactionId)).state.recorded)
        return { refused: 'InteractionNotFound', interactionId };
    if (saidBy !== null && !(await ourPeople.isOurs(saidBy)))
      return { refused: 'ColleagueNotFound', colleagueId: saidBy };
    return null;
  };

  const record = async (
    request: Extract<TyingRequest, { type: 'Record' }>,
    context: CommandContext,
  ): Promise<TyingOutcome> => {
    const { type: _, source, saidBy, ...told } = request;
    const tieId =
      source === null
        ? deterministicId('tie', context.credential, context.commandId)
        : deterministicId('tie of a source', source.name, source.id);
    const { known, state } = await look(tie, tieId, context);
    if (known !== null) return settled(known, tieId);
    // On record already: its own stream says whether this is the same, and nobody needs to be looked for.
    const lacking = state === null ? await missing(request) : null;
    if (lacking !== null) return lacking;
    const sent = digestOf(canonicalJson({ ...told }));
    const asked: TieRequest = { type: 'RecordTie', data: { tieId, ...told, source, saidBy, sent } };
    return settled(await transact(tie, tieId, asked, context), tieId);
  };

  return {
    ask: async (request, context) => {
      if (request.type === 'Record') return record(request, context);
      const { tieId } = request;
      const asked: TieRequest =
        request.type === 'End'
          ? { type: 'EndTie', data: { tieId, occurredAt: request.occurredAt } }
          : { type: 'RetractTie', data: { tieId } };
      return settled(await transact(tie, tieId, asked, context), tieId);
    },
  };
};

const settled = (outcome: Accepted<Tie> | TieRefusal | CommandIdReused, tieId: string): TyingOutcome => {
  if (isAccepted(outcome)) return { ...outcome, tieId };
  return outcome.refused === 'CommandIdReused' ? outcome : { ...outcome, tieId };
};
