import type { Table } from '../event-sourcing/read-store.js';
import { open } from '../event-sourcing/position.js';

/** What `until_at` is while nothing known ends it: later than every date. */
export const never = open;

/**
 * What one fact begins and another ends, in versions: a commitment until it is settled, a connection while it lasts. The key is
 * the ordinal of the fact that began it, `fact_id` that fact's id, `ended_by` that of the one that ended it and `ended_as`
 * how; what is retracted has no present version. Times are milliseconds since 1970; `body` is a `CareSpanBody` as JSON.
 */
export const careSpanTable: Table = {
  name: 'care_span',
  columns: {
    stakeholder: 'text',
    key: 'integer',
    known_from: 'integer',
    known_until: 'integer',
    kind: 'text',
    fact_id: 'text',
    from_at: 'integer',
    due_at: 'integer',
    until_at: 'integer',
    ended_by: 'text',
    ended_as: 'text',
    body: 'text',
  },
  nullable: ['due_at', 'ended_by', 'ended_as'],
  key: ['stakeholder', 'key', 'known_from'],
  indexes: [
    { columns: ['fact_id'] },
    { columns: ['ended_by'], whereNotNull: 'ended_by' },
    { columns: ['kind', 'known_until', 'until_at'] },
  ],
};

/**
 * Words that hold from their date until the next on the same axis, in versions; the key is the ordinal of the fact. What is
 * retracted has no present version. Which word holds is read at the question: the last by its date, at one instant the one
 * recorded last. Times are milliseconds since 1970; `body` is a `CareWordBody` as JSON.
 */
export const careWordTable: Table = {
  name: 'care_word',
  columns: {
    stakeholder: 'text',
    axis: 'text',
    at: 'integer',
    key: 'integer',
    known_from: 'integer',
    known_until: 'integer',
    word: 'text',
    fact_id: 'text',
    body: 'text',
  },
  key: ['stakeholder', 'axis', 'at', 'key', 'known_from'],
  indexes: [{ columns: ['fact_id'] }, { columns: ['axis', 'word'] }],
};
