import type { RecordedEvent } from '../event-sourcing/event-store.js';
import type { Disclosure } from './disclosure.js';
import type { Content, InteractionFact, PersonalContent } from './interaction.js';

/** Who took an interaction back, when (milliseconds since 1970) and why. */
export interface Retraction {
  readonly at: number;
  readonly by: string;
  readonly reason: string | null;
}

/** One correction: the fields that changed, as they were and as they became. */
export interface Correction extends Retraction {
  readonly from: Partial<Content & PersonalContent>;
  readonly to: Partial<Content & PersonalContent>;
}

/** An interaction as it is shown. Plain JSON: it is the body of its row. */
export interface InteractionView extends Content, PersonalContent {
  readonly interactionId: string;
  readonly source: { readonly name: string; readonly id: string } | null;
  /** What an import did to it. */
  readonly marks: readonly string[];
  /** Milliseconds since 1970. */
  readonly recordedAt: number;
  /** Name of the credential that recorded it. */
  readonly recordedBy: string;
  /** Revision of its stream. */
  readonly revision: number;
  readonly retraction: Retraction | null;
  /** Where somebody looked whether a connection was disclosed. */
  readonly disclosure?: Disclosure;
  /** Oldest first. */
  readonly corrections: readonly Correction[];
}

/** The events that change what is shown of an interaction. */
export const shownFacts: ReadonlySet<string> = new Set<InteractionFact['type']>([
  'InteractionRecorded',
  'InteractionCorrected',
  'InteractionRetracted',
  'ToneAssessed',
  'DisclosureAssessed',
]);

/** An event's type and data as the interaction's decider wrote them. */
export const interactionFactOf = (event: RecordedEvent): InteractionFact => event as unknown as InteractionFact;

/** The interaction that an event is about. */
export const interactionIdOf = ({ type, data }: InteractionFact): string =>
  type === 'InteractionRecorded' ? data.interactionId : data.was.interactionId;

// The fact holds more than is shown: a digest, and whose the personal fields are.
const contentOf = (content: Content): Content => {
  const { direction, channel, act, occurredAt, participants, topics, reach, language, tone, inReplyTo } = content;
  return { direction, channel, act, occurredAt, participants, topics, reach, language, tone, inReplyTo };
};

const personalOf = ({ subject, text, url, ourPeople, handles }: PersonalContent): PersonalContent => ({
  subject,
  text,
  url,
  ourPeople,
  handles,
});

/** Folds one of `shownFacts` into what is shown. @throws Error where an interaction is amended that was not recorded. */
export const viewAfter = (before: InteractionView | null, event: RecordedEvent): InteractionView => {
  const { type, data } = interactionFactOf(event);
  const { revision, recordedAt, provenance } = event;
  if (type === 'InteractionRecorded') {
    const { interactionId, source, marks } = data;
    const recorded = { interactionId, source, marks, recordedAt, recordedBy: provenance.actor, revision };
    return { ...contentOf(data), ...personalOf(data.personal), ...recorded, retraction: null, corrections: [] };
  }
  if (before === null) throw new Error(`Interaction ${data.was.interactionId} is amended, but was never recorded.`);
  const amendment = { at: recordedAt, by: provenance.actor, reason: provenance.reason ?? null };
  switch (type) {
    case 'InteractionCorrected': {
      const from = { ...data.from, ...data.personal.from };
      const to = { ...data.to, ...data.personal.to };
      return { ...before, ...to, revision, corrections: [...before.corrections, { ...amendment, from, to }] };
    }
    case 'InteractionRetracted':
      return { ...before, revision, retraction: amendment };
    case 'ToneAssessed':
      return { ...before, revision, tone: data.tone };
    case 'DisclosureAssessed':
      return { ...before, revision, disclosure: data.disclosure };
  }
};

/**
 * What the events of one interaction's stream, from its first on, show: equal to its row, so that a mutation can answer
 * before the row is there. Null where nothing was recorded.
 */
export const recordedView = (events: readonly RecordedEvent[]): InteractionView | null => {
  let view: InteractionView | null = null;
  for (const event of events) if (shownFacts.has(event.type)) view = viewAfter(view, event);
  return view;
};
