import type { RecordedEvent } from '../event-sourcing/event-store.js';
import type { Lasting } from '../stakeholders/affiliation.js';
import { type Amendment, type Endable, endedBy, endingCorrected } from './ending.js';
import type { Correctable, Ends, PersonalEvidence, Shows, TieFact } from './tie.js';

/** One correction: the fields that changed, as they were and as they became. */
export interface TieCorrection extends Amendment {
  readonly from: Partial<Correctable & PersonalEvidence>;
  readonly to: Partial<Correctable & PersonalEvidence>;
}

/** A tie as it is shown. Plain JSON: it is the body of its rows. */
export interface TieView extends Ends, Lasting, Shows, Endable {
  readonly tieId: string;
  readonly source: { readonly name: string; readonly id: string } | null;
  /** Id of the one of ours who says so. */
  readonly saidBy: string | null;
  readonly note: string | null;
  readonly url: string | null;
  /** Milliseconds since 1970. */
  readonly recordedAt: number;
  /** Name of the credential that recorded it. */
  readonly by: string;
  readonly reason: string | null;
  /** Revision of its stream. */
  readonly revision: number;
  readonly retraction: Amendment | null;
  /** Oldest first. */
  readonly corrections: readonly TieCorrection[];
}

/** An event's type and data as the decider wrote them. */
export const tieFactOf = (event: RecordedEvent): TieFact => event as unknown as TieFact;

/** Folds a tie's event into what is shown. @throws Error where a tie is amended that was never recorded. */
export const tieAfter = (before: TieView | null, event: RecordedEvent): TieView => {
  const { type, data } = tieFactOf(event);
  const { recordedAt, revision, provenance } = event;
  const amendment = { at: recordedAt, by: provenance.actor, reason: provenance.reason ?? null };
  if (type === 'TieRecorded') {
    const { tieId, kind, stakeholderId, otherId, occurredAt, until, source, saidBy, evidence, personal } = data;
    const { note, url } = personal;
    const told = { tieId, kind, stakeholderId, otherId, occurredAt, until, source, saidBy, evidence, note, url };
    const { by, reason } = amendment;
    return { ...told, recordedAt, by, reason, revision, ending: null, retraction: null, corrections: [] };
  }
  if (before === null) throw new Error(`Tie ${data.tieId} is amended, but was never recorded.`);
  switch (type) {
    case 'TieEnded':
      return { ...before, revision, ...endedBy(before, data.occurredAt, amendment) };
    case 'TieCorrected': {
      const from = { ...data.from, ...data.personal.from };
      const to = { ...data.to, ...data.personal.to };
      const ending = to.until === undefined ? before.ending : endingCorrected(before.ending, to.until);
      return { ...before, ...to, revision, ending, corrections: [...before.corrections, { ...amendment, from, to }] };
    }
    case 'TieRetracted':
      return { ...before, revision, retraction: amendment };
  }
};

/** What the events of a tie's stream show; null where there is none. */
export const recordedTie = (events: readonly RecordedEvent[]): TieView | null =>
  events.reduce<TieView | null>(tieAfter, null);
