import type { RecordedEvent } from '../event-sourcing/event-store.js';
import type { AffiliationFact, Lasting, Post } from '../stakeholders/affiliation.js';
import { type Amendment, type Endable, endedBy, endingCorrected } from './ending.js';

/** One correction: the fields that changed, as they were and as they became. */
export interface AffiliationCorrection extends Amendment {
  readonly from: Partial<Lasting & Post>;
  readonly to: Partial<Lasting & Post>;
}

/** An affiliation as it is shown. Plain JSON: it is the body of its row. */
export interface AffiliationView extends Lasting, Post, Endable {
  readonly affiliationId: string;
  readonly personId: string;
  readonly organisationId: string;
  readonly source: { readonly name: string; readonly id: string } | null;
  /** Id of the one of ours who says so. */
  readonly saidBy: string | null;
  /** Milliseconds since 1970. */
  readonly recordedAt: number;
  /** Name of the credential that recorded it. */
  readonly by: string;
  readonly reason: string | null;
  readonly retraction: Amendment | null;
  /** Oldest first. */
  readonly corrections: readonly AffiliationCorrection[];
}

/** The events that change what is shown of an affiliation. */
export const affiliationFactTypes: ReadonlySet<string> = new Set<AffiliationFact['type']>([
  'AffiliationStarted',
  'AffiliationEnded',
  'AffiliationCorrected',
  'AffiliationRetracted',
]);

/** An event's type and data as the decider wrote them. */
export const affiliationFactOf = (event: RecordedEvent): AffiliationFact => event as unknown as AffiliationFact;

/** Folds one of the events into what is shown. @throws Error where an affiliation is amended that was never started. */
export const affiliationAfter = (before: AffiliationView | null, event: RecordedEvent): AffiliationView => {
  const { type, data } = affiliationFactOf(event);
  const { recordedAt, provenance } = event;
  const amendment = { at: recordedAt, by: provenance.actor, reason: provenance.reason ?? null };
  if (type === 'AffiliationStarted') {
    const {
      stakeholderId: personId,
      affiliationId,
      organisationId,
      occurredAt,
      until,
      source,
      saidBy,
      personal,
    } = data;
    const { role, title } = personal;
    const told = { affiliationId, personId, organisationId, occurredAt, until, role, title, source, saidBy };
    const { at, ...rest } = amendment;
    return { ...told, ...rest, recordedAt: at, ending: null, retraction: null, corrections: [] };
  }
  if (before === null) throw new Error(`Affiliation ${data.affiliationId} is amended, but was never started.`);
  switch (type) {
    case 'AffiliationEnded':
      return { ...before, ...endedBy(before, data.occurredAt, amendment) };
    case 'AffiliationCorrected': {
      const from = { ...data.from, ...data.personal.from };
      const to = { ...data.to, ...data.personal.to };
      const ending = to.until === undefined ? before.ending : endingCorrected(before.ending, to.until);
      return { ...before, ...to, ending, corrections: [...before.corrections, { ...amendment, from, to }] };
    }
    case 'AffiliationRetracted':
      return { ...before, retraction: amendment };
  }
};

/** What a person's stream shows of one of their affiliations; null where it was never started. */
export const recordedAffiliation = (
  events: readonly RecordedEvent[],
  affiliationId: string,
): AffiliationView | null => {
  let view: AffiliationView | null = null;
  for (const event of events)
    if (affiliationFactTypes.has(event.type) && affiliationFactOf(event).data.affiliationId === affiliationId)
      view = affiliationAfter(view, event);
  return view;
};
