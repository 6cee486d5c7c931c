import type { Table } from '../event-sourcing/read-store.js';

/** Which number stands for a stakeholder: the ordinal of the event that identified them, the same in every projection. */
export const timelineStakeholderTable: Table = {
  name: 'timeline_stakeholder',
  columns: { id: 'text', key: 'integer' },
  key: ['id'],
};

/**
 * Interactions in their versions; the key is the ordinal of the event that recorded them. `body` is an `InteractionView`
 * as JSON; what queries look for stands in columns of its own. Times are milliseconds since 1970.
 */
export const interactionTable: Table = {
  name: 'interaction',
  columns: {
    key: 'integer',
    known_from: 'integer',
    known_until: 'integer',
    id: 'text',
    occurred_at: 'integer',
    recorded_at: 'integer',
    revision: 'integer',
    reply_to: 'text',
    retracted: 'integer',
    body: 'text',
  },
  nullable: ['reply_to'],
  key: ['key', 'known_from'],
  wide: true,
  indexes: [{ columns: ['id'] }, { columns: ['reply_to'], whereNotNull: 'reply_to' }],
};

/**
 * One entry a participant: narrow, and clustered as a timeline is read. `roles` and `topics` are written as `marked` says;
 * `by_id` is 1 where no handle tells that it was them.
 * An entry has another version only when something in it changes.
 */
export const timelineEntryTable: Table = {
  name: 'timeline_entry',
  columns: {
    stakeholder: 'integer',
    at: 'integer',
    key: 'integer',
    known_from: 'integer',
    known_until: 'integer',
    direction: 'text',
    channel: 'text',
    act: 'text',
    roles: 'text',
    topics: 'text',
    by_id: 'integer',
    retracted: 'integer',
  },
  key: ['stakeholder', 'at', 'key', 'known_from'],
};

/**
 * From which date to which the entries lie that arrived together in a stakeholder's timeline, a fixed number of them a row.
 * A page of the past passes over the dates at which nothing was known by then: however much was recorded since (an
 * import, say), it costs about what the live page costs. Written once, never changed.
 */
export const timelineArrivalsTable: Table = {
  name: 'timeline_arrivals',
  columns: {
    stakeholder: 'integer',
    last_ordinal: 'integer',
    first_ordinal: 'integer',
    first_at: 'integer',
    last_at: 'integer',
  },
  key: ['stakeholder', 'last_ordinal'],
};

export const timelineTables: readonly Table[] = [
  timelineStakeholderTable,
  interactionTable,
  timelineEntryTable,
  timelineArrivalsTable,
];

/** Words between bars, so that one of them can be looked for exactly; their own bars are escaped. Empty for none. */
export const marked = (words: readonly string[]): string =>
  words.length === 0 ? '' : `|${words.map((word) => word.replaceAll('%', '%25').replaceAll('|', '%7C')).join('|')}|`;
