import type { Decider, Refusal } from '../event-sourcing/decider.js';
import { difference, same } from '../event-sourcing/difference.js';
import type { Fact } from '../event-sourcing/fact.js';
import type { Channel } from '../stakeholders/handle.js';
import { type Disclosure, type DisclosureFact, type DisclosureRequest, decideDisclosure } from './disclosure.js';

export const directions = ['inbound', 'outbound', 'observed'] as const;
export type Direction = (typeof directions)[number];

export const advocacyActs = ['recommendation', 'referral', 'defence', 'public-praise', 'co-creation'] as const;
export const acts = [
  'mention',
  'post',
  'comment',
  'reply',
  'question',
  'complaint',
  'praise',
  'request',
  'share',
  'link',
  'meeting',
  'call',
  'invitation',
  'contribution',
  ...advocacyActs,
] as const;
export type Act = (typeof acts)[number];

export const participantRoles = ['author', 'addressee', 'attendee', 'mentioned'] as const;
export type ParticipantRole = (typeof participantRoles)[number];

/** How an interaction sounds, -1 to 1, and who says so: a named model with its version, or a person (a credential's name). */
export interface Tone {
  readonly value: number;
  readonly model?: string;
  readonly modelVersion?: string;
  readonly person?: string;
}

export interface Participant {
  readonly stakeholderId: string;
  readonly role: ParticipantRole;
}

/** The handle a participant used, by the participant's place in the list; null where they were named by id. */
export type UsedHandle = { readonly channel: Channel; readonly site?: string; readonly address: string } | null;

/** Of an interaction, what can be corrected: everything but its ids and its source. */
export interface Content {
  readonly direction: Direction;
  readonly channel: Channel;
  readonly act: Act;
  /** RFC 3339, UTC, milliseconds. */
  readonly occurredAt: string;
  readonly participants: readonly Participant[];
  readonly topics: readonly string[];
  readonly reach: number | null;
  /** BCP 47. */
  readonly language: string | null;
  readonly tone: Tone | null;
  /** Id of the interaction it answers, which may not have been recorded yet. */
  readonly inReplyTo: string | null;
}

/** The part of the content that is personal: names no stream, no id, no log line. */
export interface PersonalContent {
  readonly subject: string | null;
  readonly text: string | null;
  readonly url: string | null;
  readonly ourPeople: readonly string[];
  readonly handles: readonly UsedHandle[];
}

type Of = { readonly of: readonly string[] };

/**
 * What an amended interaction was before it: whom and when it concerned and what it says about where they stand. So a
 * reader that keeps no row for it finds what changes, and what it changes to, without a look-up.
 */
export interface Amended {
  readonly interactionId: string;
  readonly direction: Direction;
  /** Events of the first version do not have it. */
  readonly channel?: Channel;
  readonly act: Act;
  readonly occurredAt: string;
  readonly participants: readonly Participant[];
  readonly tone: Tone | null;
  /** Where somebody looked whether a connection was disclosed. */
  readonly disclosure?: Disclosure;
}

// Stored names and shapes: add to them, never change them.
export type InteractionFact =
  | Fact<
      'InteractionRecorded',
      Content & {
        readonly interactionId: string;
        readonly source: { readonly name: string; readonly id: string } | null;
        /** Keyed digest of what was sent: the same source id with another is another content. */
        readonly sent: string;
        /** What an import did to it: `text-cut`, `date-from-received`, `participants-cut`. */
        readonly marks: readonly string[];
        readonly personal: Of & PersonalContent;
      }
    >
  | Fact<
      'InteractionCorrected',
      {
        readonly was: Amended;
        readonly from: Partial<Content>;
        readonly to: Partial<Content>;
        readonly personal: Of & { readonly from: Partial<PersonalContent>; readonly to: Partial<PersonalContent> };
      }
    >
  | Fact<'InteractionRetracted', { readonly was: Amended }>
  | Fact<'ToneAssessed', { readonly was: Amended; readonly from: Tone | null; readonly tone: Tone }>
  | DisclosureFact;

export type InteractionRequest =
  | Fact<
      'RecordInteraction',
      {
        readonly interactionId: string;
        readonly source: { readonly name: string; readonly id: string } | null;
        readonly sent: string;
        readonly marks: readonly string[];
        readonly content: Content;
        readonly personal: PersonalContent;
      }
    >
  | Fact<
      'CorrectInteraction',
      {
        readonly changes: Partial<Omit<Content, 'tone'>>;
        readonly personal: Partial<PersonalContent>;
        /** What a model reads in the corrected text; applied unless a person assessed the tone. */
        readonly toneRead?: Tone | null;
      }
    >
  | Fact<'RetractInteraction', object>
  | Fact<'AssessTone', { readonly tone: Tone }>
  | DisclosureRequest;

export type InteractionRefusal = Refusal<'InteractionNotFound' | 'SourceIdTaken' | 'InteractionIsRetracted'>;

export interface Interaction {
  readonly interactionId: string;
  readonly recorded: boolean;
  readonly retracted: boolean;
  readonly sent: string;
  readonly content: Content;
  readonly personal: PersonalContent;
  readonly disclosure?: Disclosure;
}

const blank: Interaction = {
  interactionId: '',
  recorded: false,
  retracted: false,
  sent: '',
  content: {
    direction: 'inbound',
    channel: 'other',
    act: 'mention',
    occurredAt: '',
    participants: [],
    topics: [],
    reach: null,
    language: null,
    tone: null,
    inReplyTo: null,
  },
  personal: { subject: null, text: null, url: null, ourPeople: [], handles: [] },
};

/** One thing that passed, at one time. */
export const interaction: Decider<Interaction, InteractionRequest, InteractionFact, InteractionRefusal> = {
  category: 'interaction',
  initialState: blank,
  begins: 'RecordInteraction',
  weigh: ({ type, data }) => (type === 'InteractionRecorded' ? 2 + (data.personal.text?.length ?? 0) / 150 : 2),

  evolve: (state, { type, data }) => {
    switch (type) {
      case 'InteractionRecorded': {
        const { interactionId, source: _source, sent, marks: _marks, personal, ...content } = data;
        const { of: _of, ...rest } = personal;
        return { ...state, interactionId, recorded: true, sent, content, personal: rest };
      }
      case 'InteractionCorrected':
        return {
          ...state,
          content: { ...state.content, ...data.to },
          personal: { ...state.personal, ...data.personal.to },
        };
      case 'InteractionRetracted':
        return { ...state, retracted: true };
      case 'ToneAssessed':
        return { ...state, content: { ...state.content, tone: data.tone } };
      case 'DisclosureAssessed':
        return { ...state, disclosure: data.disclosure };
    }
  },

  decide: (request, state) => {
    const { type, data } = request;
    if (type === 'RecordInteraction') {
      if (state.recorded) return state.sent === data.sent ? [] : { refused: 'SourceIdTaken' };
      const { interactionId, source, sent, marks, content, personal } = data;
      const of = concerned(content.participants);
      return [
        {
          type: 'InteractionRecorded',
          data: { ...content, interactionId, source, sent, marks, personal: { of, ...personal } },
        },
      ];
    }
    if (!state.recorded) return { refused: 'InteractionNotFound' };
    const { interactionId, retracted, content, disclosure } = state;
    const { direction, channel, act, occurredAt, participants, tone } = content;
    const told = { interactionId, direction, channel, act, occurredAt, participants, tone };
    const was: Amended = disclosure === undefined ? told : { ...told, disclosure };

    switch (type) {
      case 'CorrectInteraction': {
        if (retracted) return { refused: 'InteractionIsRetracted' };
        const assessed = content.tone?.person !== undefined;
        const reread = data.toneRead === undefined || assessed ? {} : { tone: data.toneRead };
        const [from, to] = difference(content, { ...data.changes, ...reread });
        const [personalFrom, personalTo] = difference(state.personal, data.personal);
        if (Object.keys(to).length + Object.keys(personalTo).length === 0) return [];
        const of = concerned([...content.participants, ...(to.participants ?? [])]);
        return [
          {
            type: 'InteractionCorrected',
            data: { was, from, to, personal: { of, from: personalFrom, to: personalTo } },
          },
        ];
      }
      case 'RetractInteraction':
        // Asked twice: nothing happened.
        return retracted ? [] : [{ type: 'InteractionRetracted', data: { was } }];
      case 'AssessTone':
        if (retracted) return { refused: 'InteractionIsRetracted' };
        if (same(content.tone, data.tone)) return [];
        return [{ type: 'ToneAssessed', data: { was, from: content.tone, tone: data.tone } }];
      case 'AssessDisclosure':
        return retracted ? { refused: 'InteractionIsRetracted' } : decideDisclosure(request, was);
    }
  },
};

const concerned = (participants: readonly Participant[]): readonly string[] => [
  ...new Set(participants.map(({ stakeholderId }) => stakeholderId)),
];
