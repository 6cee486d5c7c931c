import type { RecordedEvent } from '../event-sourcing/event-store.js';
import type { Content, InteractionFact } from '../interactions/interaction.js';

/** An interaction as far as influence asks. Topics and voices (its authors) are numbers. */
export interface Said {
  readonly id: string;
  readonly key: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Theirs: inbound or observed. */
  readonly heard: boolean;
  /** Not retracted. */
  readonly counts: boolean;
  readonly topics: readonly number[];
  readonly voices: readonly number[];
  readonly reach: number | null;
  readonly replyTo: string | null;
}

// The log holds under these types what the interaction's decider answered, in the newest shape.
const factOf = (event: RecordedEvent): InteractionFact => event as unknown as InteractionFact;

/** The interaction that an event is about. */
export const interactionIn = (event: RecordedEvent): string => {
  const { type, data } = factOf(event);
  return type === 'InteractionRecorded' ? data.interactionId : data.was.interactionId;
};

/** Whether it is about a topic, answers something or has an audience: nothing else is told here. */
const matters = ({ topics = [], reach = null, inReplyTo = null }: Partial<Content>): boolean =>
  topics.length > 0 || reach !== null || inReplyTo !== null;

/** What an event names that has to be looked up. */
export interface Named {
  readonly topics: readonly string[];
  /** Ids of stakeholders. */
  readonly authors: readonly string[];
  /** Id of the interaction that it answers. */
  readonly replyTo: string | null;
}

const namesNothing: Named = { topics: [], authors: [], replyTo: null };

export const namedIn = (event: RecordedEvent): Named => {
  const { type, data } = factOf(event);
  switch (type) {
    case 'InteractionRecorded':
      return matters(data) ? namesOf(data) : namesNothing;
    case 'InteractionCorrected':
      return namesOf(matters(data.to) ? { participants: data.was.participants, ...data.to } : data.to);
    default:
      return namesNothing;
  }
};

const namesOf = ({ topics = [], participants = [], inReplyTo = null }: Partial<Content>): Named => ({
  topics: [...new Set(topics)],
  authors: authorsOf(participants),
  replyTo: inReplyTo,
});

const authorsOf = (participants: Content['participants']): readonly string[] => [
  ...new Set(participants.flatMap(({ role, stakeholderId }) => (role === 'author' ? [stakeholderId] : []))),
];

/** The numbers of names; whoever is asked gives new ones to those that have none. */
export interface Numbering {
  topics(names: readonly string[]): readonly number[];
  voices(stakeholderIds: readonly string[]): readonly number[];
}

/** What an event makes of an interaction; undefined where it tells nothing that matters here. */
export const saidAfter = (was: Said | undefined, event: RecordedEvent, numbers: Numbering): Said | undefined => {
  const { type, data } = factOf(event);
  switch (type) {
    case 'InteractionRecorded': {
      if (!matters(data)) return undefined;
      const { interactionId: id, direction, occurredAt, reach, inReplyTo: replyTo } = data;
      const { topics, authors } = namesOf(data);
      return {
        ...{ id, key: event.ordinal, at: Date.parse(occurredAt), heard: isHeard(direction), counts: true },
        ...{ topics: numbers.topics(topics), voices: numbers.voices(authors), reach, replyTo },
      };
    }
    case 'InteractionCorrected': {
      const { to } = data;
      if (was === undefined && !matters(to)) return undefined;
      // What did not matter before had no topic, no audience and answered nothing.
      const { interactionId: id, direction, occurredAt, participants } = data.was;
      const before = was ?? {
        ...{ id, key: event.ordinal, at: Date.parse(occurredAt), heard: isHeard(direction), counts: true },
        ...{ topics: [], voices: null, reach: null, replyTo: null },
      };
      const authors = to.participants ?? (before.voices === null ? participants : null);
      return {
        ...before,
        at: to.occurredAt === undefined ? before.at : Date.parse(to.occurredAt),
        heard: to.direction === undefined ? before.heard : isHeard(to.direction),
        topics: to.topics === undefined ? before.topics : numbers.topics([...new Set(to.topics)]),
        voices: authors === null ? (before.voices ?? []) : numbers.voices(authorsOf(authors)),
        reach: to.reach === undefined ? before.reach : to.reach,
        replyTo: to.inReplyTo === undefined ? before.replyTo : to.inReplyTo,
      };
    }
    case 'InteractionRetracted':
      return was && { ...was, counts: false };
    default:
      return was;
  }
};

const isHeard = (direction: Content['direction']): boolean => direction !== 'outbound';

/** As a row holds it. */
export const saidRow = ({ id, key, at, heard, counts, topics, voices, reach, replyTo }: Said) => ({
  ...{ id, key, at, heard: heard ? 1 : 0, counts: counts ? 1 : 0 },
  ...{ topics: topics.join(' '), voices: voices.join(' '), reach, reply_to: replyTo },
});

/** What a row says. */
export const saidOf = ({
  topics,
  voices,
  heard,
  counts,
  reply_to: replyTo,
  ...row
}: ReturnType<typeof saidRow>): Said => ({
  ...{ id: row.id, key: row.key, at: row.at, heard: heard === 1, counts: counts === 1 },
  ...{ topics: numbersIn(topics), voices: numbersIn(voices), reach: row.reach, replyTo },
});

const numbersIn = (text: string): readonly number[] => (text === '' ? [] : text.split(' ').map(Number));
