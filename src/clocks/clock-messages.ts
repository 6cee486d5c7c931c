import type { RecordedEvent } from '../event-sourcing/event-store.js';
import type { Content, InteractionFact, Participant } from '../interactions/interaction.js';
import type { RelationshipFact } from '../relationships/relationship.js';
import { partOf } from './clocks-v1.js';
import type { Message } from './replies.js';

/** What changes a conversation's clocks. Of a relationship's facts only steps that were taken in one, and what takes them back. */
export type MessageFact =
  | Exclude<InteractionFact, { type: 'ToneAssessed' | 'DisclosureAssessed' }>
  | Extract<RelationshipFact, { type: 'StepTaken' | 'RelationshipFactRetracted' }>;

export const messageFacts: ReadonlySet<string> = new Set<MessageFact['type']>([
  'InteractionRecorded',
  'InteractionCorrected',
  'InteractionRetracted',
  'StepTaken',
  'RelationshipFactRetracted',
]);

// The boundary of the log: it holds under these types what their deciders answered.
export const messageFactOf = (event: RecordedEvent): MessageFact => event as unknown as MessageFact;

/** The message that an event makes or changes, by its id; null where it concerns no clock. */
export const messageIdOf = ({ type, data }: MessageFact): string | null => {
  switch (type) {
    case 'InteractionRecorded':
      return data.interactionId;
    case 'InteractionCorrected':
    case 'InteractionRetracted':
      return data.was.interactionId;
    case 'StepTaken':
      return data.step === 'acknowledge' && data.interactionId !== undefined ? data.factId : null;
    case 'RelationshipFactRetracted':
      return data.was.type === 'StepTaken' ? data.factId : null;
  }
};

/** What a message comes to answer by an event; null where it answers nothing, or the event says nothing of it. */
export const newlyAnswered = ({ type, data }: MessageFact): string | null => {
  switch (type) {
    case 'InteractionRecorded':
      return data.inReplyTo;
    case 'InteractionCorrected':
      return data.to.inReplyTo ?? null;
    case 'StepTaken':
      return data.interactionId ?? null;
    case 'InteractionRetracted':
    case 'RelationshipFactRetracted':
      return null;
  }
};

/**
 * A message after an event about it; null where the event concerns no message: a step that was taken back may have been none.
 * @throws Error where an interaction is amended that was never recorded.
 */
export const messageAfter = (before: Message | undefined, event: RecordedEvent): Message | null => {
  const { type, data } = messageFactOf(event);
  switch (type) {
    case 'InteractionRecorded':
      return recordedMessage(data.interactionId, event.ordinal, data);
    case 'InteractionCorrected': {
      const { was, to } = data;
      return correctedMessage(known(before, was.interactionId), was, to);
    }
    case 'InteractionRetracted':
      return { ...known(before, data.was.interactionId), part: 'retracted' };
    case 'StepTaken':
      return {
        id: data.factId,
        key: event.ordinal,
        replyTo: data.interactionId ?? null,
        at: Date.parse(data.occurredAt),
        part: 'acknowledges',
        channel: null,
        speaker: null,
      };
    case 'RelationshipFactRetracted':
      return before === undefined ? null : { ...before, part: 'retracted' };
  }
};

const recordedMessage = (id: string, key: number, content: Content): Message => {
  const { direction, act, occurredAt, channel, participants, inReplyTo } = content;
  return {
    ...{ id, key, replyTo: inReplyTo, at: Date.parse(occurredAt) },
    ...{ part: partOf(direction, act), channel, speaker: speakerOf(participants) },
  };
};

type Corrected = Extract<InteractionFact, { type: 'InteractionCorrected' }>['data'];

const correctedMessage = (before: Message, was: Corrected['was'], to: Corrected['to']): Message => ({
  ...before,
  replyTo: to.inReplyTo === undefined ? before.replyTo : to.inReplyTo,
  at: to.occurredAt === undefined ? before.at : Date.parse(to.occurredAt),
  part: partOf(to.direction ?? was.direction, to.act ?? was.act),
  channel: to.channel ?? before.channel,
  speaker: to.participants === undefined ? before.speaker : speakerOf(to.participants),
});

const known = (message: Message | undefined, id: string): Message => {
  if (message === undefined) throw new Error(`Interaction ${id} is amended, but was never recorded.`);
  return message;
};

const speakerOf = (participants: readonly Participant[]): string | null =>
  (participants.find(({ role }) => role === 'author') ?? participants[0])?.stakeholderId ?? null;

export const sameMessage = (a: Message | undefined, b: Message): boolean =>
  a?.replyTo === b.replyTo && a.at === b.at && a.part === b.part && a.channel === b.channel && a.speaker === b.speaker;
