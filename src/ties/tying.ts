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
import type { ColleagueNotFound, Known, OurPeople } from './affiliating.js';
import {
  type Correctable,
  type Ends,
  type PersonalEvidence,
  type Shows,
  type Tie,
  type TieRefusal,
  type TieRequest,
  tie,
} from './tie.js';

/** What is asked about who is tied to whom. Dates are RFC 3339, UTC, milliseconds. */
export type TyingRequest =
  | ({ readonly type: 'Record'; readonly note: string | null; readonly url: string | null } & Ends &
      Lasting &
      Shows &
      Omit<Attested, 'sent'>)
  | { readonly type: 'End'; readonly tieId: string; readonly occurredAt: string }
  | {
      readonly type: 'Correct';
      readonly tieId: string;
      readonly changes: Partial<Correctable>;
      readonly shown: Partial<PersonalEvidence>;
    }
  | { readonly type: 'Retract'; readonly tieId: string };

type RecordRequest = Extract<TyingRequest, { type: 'Record' }>;

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
  stakeholders: Known,
  ourPeople: OurPeople,
  digestOf: (text: string) => string,
): Tying => {
  /** What is to show a tie and is not there; null where all is. */
  const unrecorded = async (evidence: readonly string[]): Promise<TyingOutcome | null> => {
    for (const interactionId of evidence)
      if (!(await read(interaction, interactionId)).state.recorded)
        return { refused: 'InteractionNotFound', interactionId };
    return null;
  };

  /** What shows the tie, or says so, and is not there; null where all is. */
  const missing = async ({ evidence, saidBy }: RecordRequest): Promise<TyingOutcome | null> => {
    const lacking = await unrecorded(evidence);
    if (lacking !== null) return lacking;
    if (saidBy !== null && !(await ourPeople.isOurs(saidBy)))
      return { refused: 'ColleagueNotFound', colleagueId: saidBy };
    return null;
  };

  const record = async (request: RecordRequest, context: CommandContext): Promise<TyingOutcome> => {
    const { type: _, source, saidBy, ...told } = request;
    const tieId =
      source === null
        ? deterministicId('tie', context.credential, context.commandId)
        : deterministicId('tie of a source', source.name, source.id);
    const { known, state } = await look(tie, tieId, context);
    if (known !== null) return settled(known, tieId);
    const ends: string[] = [];
    for (const id of [told.stakeholderId, told.otherId]) {
      // Of whoever is one with another, who remains.
      const [survivor] = (await stakeholders.groupOf(id)) ?? [];
      if (survivor === undefined) return { refused: 'StakeholderNotFound', stakeholderId: id };
      ends.push(survivor);
    }
    // On record already: its own stream says whether this is the same, and nothing needs to be looked for.
    const lacking = state === null ? await missing(request) : null;
    if (lacking !== null) return lacking;
    const [stakeholderId = told.stakeholderId, otherId = told.otherId] = ends;
    // Of what was told, so that it is the same telling whoever has become one with another since.
    const sent = digestOf(canonicalJson({ ...told }));
    const data = { tieId, ...told, stakeholderId, otherId, source, saidBy, sent };
    return settled(await transact(tie, tieId, { type: 'RecordTie', data }, context), tieId);
  };

  return {
    ask: async (request, context) => {
      if (request.type === 'Record') return record(request, context);
      const { tieId } = request;
      if (request.type === 'Correct') {
        const lacking = await unrecorded(request.changes.evidence ?? []);
        if (lacking !== null) return lacking;
      }
      return settled(await transact(tie, tieId, inItsStream(request), context), tieId);
    },
  };
};

const inItsStream = (request: Exclude<TyingRequest, RecordRequest>): TieRequest => {
  const { tieId } = request;
  switch (request.type) {
    case 'End':
      return { type: 'EndTie', data: { tieId, occurredAt: request.occurredAt } };
    case 'Correct':
      return { type: 'CorrectTie', data: { tieId, changes: request.changes, shown: request.shown } };
    case 'Retract':
      return { type: 'RetractTie', data: { tieId } };
  }
};

const settled = (outcome: Accepted<Tie> | TieRefusal | CommandIdReused, tieId: string): TyingOutcome => {
  if (isAccepted(outcome)) return { ...outcome, tieId };
  return outcome.refused === 'CommandIdReused' ? outcome : { ...outcome, tieId };
};
