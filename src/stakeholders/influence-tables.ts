import type { Table } from '../event-sourcing/read-store.js';

/** Which number stands for a topic, from when it first came up. */
export const influenceTopicTable: Table = {
  name: 'influence_topic',
  columns: { topic: 'text', key: 'integer' },
  key: ['topic'],
  indexes: [{ columns: ['key'] }],
};

/** Which number stands for a stakeholder who was heard, from when they first were: a *voice*. */
export const influenceVoiceTable: Table = {
  name: 'influence_voice',
  columns: { id: 'text', key: 'integer' },
  key: ['id'],
  indexes: [{ columns: ['key'] }],
};

/**
 * Interactions that are about a topic, answer something or have an audience, as they are now; no other has a row. `key` is
 * the ordinal of the event by which it came here; `topics` and `voices` (its authors) are their numbers, with blanks between
 * them. `heard` is 0 where it is ours, and `counts` is 0 once it is retracted.
 */
export const influenceSaidTable: Table = {
  name: 'influence_said',
  columns: {
    id: 'text',
    key: 'integer',
    at: 'integer',
    heard: 'integer',
    counts: 'integer',
    topics: 'text',
    voices: 'text',
    reach: 'integer',
    reply_to: 'text',
  },
  nullable: ['reach', 'reply_to'],
  key: ['id'],
  indexes: [{ columns: ['key'] }, { columns: ['reply_to'], whereNotNull: 'reply_to' }],
};

/**
 * What speaks for a voice's influence on a topic, in versions, clustered as a ranking reads it. An utterance of theirs has no
 * `answers`. A reaction of others has in `answers` the key of what it answers, in `reactor` who answered (the first of those who
 * signed) and in `reach` the audience of what it answers; it counts `at` the later of the two dates.
 */
export const influenceEvidenceTable: Table = {
  name: 'influence_evidence',
  columns: {
    topic: 'integer',
    voice: 'integer',
    at: 'integer',
    key: 'integer',
    known_from: 'integer',
    known_until: 'integer',
    reach: 'integer',
    answers: 'integer',
    reactor: 'integer',
  },
  nullable: ['reach', 'answers', 'reactor'],
  key: ['topic', 'voice', 'at', 'key', 'known_from'],
  indexes: [{ columns: ['voice'] }],
};
