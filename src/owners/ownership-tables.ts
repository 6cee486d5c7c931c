import type { Table } from '../event-sourcing/read-store.js';

/**
 * Who of ours answered for whom, and from when to when, in versions; the key is the ordinal of the fact that began it. Times are
 * milliseconds since 1970; `until_at` is null while nothing ends it.
 */
export const ownerSpanTable: Table = {
  name: 'owner_span',
  columns: {
    stakeholder: 'text',
    from_at: 'integer',
    key: 'integer',
    known_from: 'integer',
    known_until: 'integer',
    until_at: 'integer',
    owner: 'text',
    tier: 'text',
  },
  nullable: ['until_at', 'tier'],
  key: ['stakeholder', 'from_at', 'key', 'known_from'],
  indexes: [{ columns: ['owner'] }, { columns: ['tier'], whereNotNull: 'tier' }],
};

/**
 * Assignments, hand-overs and releases; the key is the ordinal of the event. None is ever changed, so none has versions: it is
 * known from its key on. `revision` is that of the ownership's stream, `body` an `OwnershipFactView` as JSON.
 */
export const ownershipFactTable: Table = {
  name: 'ownership_fact',
  columns: {
    stakeholder: 'text',
    at: 'integer',
    key: 'integer',
    fact_id: 'text',
    kind: 'text',
    from_department: 'text',
    to_department: 'text',
    revision: 'integer',
    body: 'text',
  },
  nullable: ['from_department', 'to_department'],
  key: ['stakeholder', 'at', 'key'],
  indexes: [{ columns: ['fact_id'] }, { columns: ['kind', 'at'] }],
};
