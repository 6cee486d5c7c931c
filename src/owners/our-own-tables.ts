import type { Table } from '../event-sourcing/read-store.js';

/** Teams of ours in their versions; `recorded_at` is when a version was recorded, in milliseconds since 1970. */
export const teamTable: Table = {
  name: 'team',
  columns: {
    id: 'text',
    known_from: 'integer',
    known_until: 'integer',
    recorded_at: 'integer',
    name: 'text',
    department: 'text',
    revision: 'integer',
  },
  key: ['id', 'known_from'],
};

/**
 * People of ours in their versions; the key is the ordinal of the event that added them. `sort_name` is the name in lower
 * case, `addresses` a list as JSON, `gone` 1 where they have left, `revision` that of their stream, `recorded_at` when the version
 * was recorded, in milliseconds since 1970.
 */
export const colleagueTable: Table = {
  name: 'colleague',
  columns: {
    key: 'integer',
    known_from: 'integer',
    known_until: 'integer',
    recorded_at: 'integer',
    id: 'text',
    name: 'text',
    sort_name: 'text',
    team: 'text',
    addresses: 'text',
    gone: 'integer',
    revision: 'integer',
  },
  nullable: ['team'],
  key: ['key', 'known_from'],
  indexes: [{ columns: ['id'] }, { columns: ['sort_name', 'key'] }],
};

/** By which addresses people of ours are found, as `ourAddressForm` gives them. */
export const colleagueAddressTable: Table = {
  name: 'colleague_address',
  columns: { address: 'text', colleague: 'integer', known_from: 'integer', known_until: 'integer' },
  key: ['address', 'colleague', 'known_from'],
};

/** Tiers in their versions. */
export const tierTable: Table = {
  name: 'tier',
  columns: {
    name: 'text',
    known_from: 'integer',
    known_until: 'integer',
    capacity: 'integer',
    cadence_days: 'integer',
  },
  nullable: ['capacity', 'cadence_days'],
  key: ['name', 'known_from'],
};
