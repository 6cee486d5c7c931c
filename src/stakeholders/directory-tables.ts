import type { Row, Table } from '../event-sourcing/read-store.js';
import type { Channel } from './handle.js';
import type { HeldExternalId, HeldHandle, StakeholderKind } from './stakeholder.js';

/**
 * Stakeholders in their versions; the key is the ordinal of the event that identified them. `identified_at` is when that
 * was recorded, in milliseconds, `revision` that of the stakeholder's stream, `sort_name` the name as `folded` gives it.
 * Where several are one, `survivor` is in all of their rows the key of who remains, and `merged_into` that of whom each was
 * merged into; both null where somebody is one alone.
 */
export const stakeholderTable: Table = {
  name: 'stakeholder',
  columns: {
    key: 'integer',
    known_from: 'integer',
    known_until: 'integer',
    id: 'text',
    kind: 'text',
    name: 'text',
    sort_name: 'text',
    retired: 'integer',
    revision: 'integer',
    identified_at: 'integer',
    survivor: 'integer',
    merged_into: 'integer',
  },
  nullable: ['survivor', 'merged_into'],
  key: ['key', 'known_from'],
  indexes: [
    { columns: ['id'] },
    { columns: ['sort_name', 'key'] },
    { columns: ['survivor'], whereNotNull: 'survivor' },
  ],
};

/**
 * Handles as they were given, while they are held or are known to have been. `place` is the place in the list with which they
 * came; `held_from` and `held_until` (milliseconds, exclusive) are null where the period is open, which it is unless said.
 */
export const stakeholderHandleTable: Table = {
  name: 'stakeholder_handle',
  columns: {
    stakeholder: 'integer',
    token: 'text',
    known_from: 'integer',
    known_until: 'integer',
    place: 'integer',
    claim: 'text',
    rule: 'integer',
    channel: 'text',
    site: 'text',
    address: 'text',
    held_from: 'integer',
    held_until: 'integer',
  },
  nullable: ['site', 'held_from', 'held_until'],
  key: ['stakeholder', 'token', 'known_from'],
  indexes: [{ columns: ['claim'] }],
};

/** External ids, likewise. */
export const stakeholderExternalIdTable: Table = {
  name: 'stakeholder_external_id',
  columns: {
    stakeholder: 'integer',
    token: 'text',
    known_from: 'integer',
    known_until: 'integer',
    place: 'integer',
    claim: 'text',
    system: 'text',
    id: 'text',
    held_from: 'integer',
    held_until: 'integer',
  },
  nullable: ['held_from', 'held_until'],
  key: ['stakeholder', 'token', 'known_from'],
  indexes: [{ columns: ['claim'] }],
};

/**
 * By which words stakeholders are found: those of their name and of their handles' addresses and sites. Where several are
 * one, who remains is found by the words of all.
 */
export const stakeholderWordTable: Table = {
  name: 'stakeholder_word',
  columns: { word: 'text', stakeholder: 'integer', known_from: 'integer', known_until: 'integer' },
  key: ['word', 'stakeholder', 'known_from'],
};

/**
 * Who was merged into whom, when, by whom and why, and likewise how it ended. `merge` and `unmerge` are the ordinals of the
 * two facts, `survivor` is the key of whom they were merged into by that fact. Times are milliseconds since 1970.
 */
export const stakeholderMergeTable: Table = {
  name: 'stakeholder_merge',
  columns: {
    survivor: 'integer',
    merge: 'integer',
    known_from: 'integer',
    known_until: 'integer',
    merged: 'integer',
    merged_at: 'integer',
    merged_by: 'text',
    merged_reason: 'text',
    unmerge: 'integer',
    unmerged_at: 'integer',
    unmerged_by: 'text',
    unmerged_reason: 'text',
  },
  nullable: ['merged_reason', 'unmerge', 'unmerged_at', 'unmerged_by', 'unmerged_reason'],
  key: ['survivor', 'merge', 'known_from'],
};

/** What others may have in common with a stakeholder (`storedTrait`): where several are one, with who remains. */
export const stakeholderTraitTable: Table = {
  name: 'stakeholder_trait',
  columns: { trait: 'text', stakeholder: 'integer', known_from: 'integer', known_until: 'integer' },
  key: ['trait', 'stakeholder', 'known_from'],
  indexes: [{ columns: ['stakeholder'] }],
};

/** Whom somebody told apart: a row for either, by their keys. */
export const stakeholderApartTable: Table = {
  name: 'stakeholder_apart',
  columns: { one: 'integer', other: 'integer', known_from: 'integer', known_until: 'integer' },
  key: ['one', 'other', 'known_from'],
};

export const directoryTables: readonly Table[] = [
  stakeholderTable,
  stakeholderMergeTable,
  stakeholderHandleTable,
  stakeholderExternalIdTable,
  stakeholderWordTable,
  stakeholderTraitTable,
  stakeholderApartTable,
];

/** A row of `stakeholder`, as far as it tells who somebody is. */
export type StakeholderRow = Row & {
  readonly key: number;
  readonly id: string;
  readonly kind: StakeholderKind;
  readonly name: string;
  readonly sort_name: string;
  readonly retired: number;
  readonly revision: number;
  readonly identified_at: number;
  readonly survivor: number | null;
  readonly merged_into: number | null;
};

/** A row of `stakeholder_handle`, as far as it tells what is held. */
export type HandleRow = Row & {
  stakeholder: number;
  token: string;
  claim: string;
  rule: number;
  channel: Channel;
  site: string | null;
  address: string;
  held_from: number | null;
  held_until: number | null;
};
/** A row of `stakeholder_external_id`, likewise. */
export type ExternalIdRow = Row & {
  stakeholder: number;
  token: string;
  claim: string;
  system: string;
  id: string;
  held_from: number | null;
  held_until: number | null;
};

/** What is held, with when it ended. Dates are RFC 3339, UTC, milliseconds. */
export type Ended<Held> = Held & { readonly until?: string };

const periodIn = ({ held_from, held_until }: { held_from: number | null; held_until: number | null }) => ({
  ...(held_from === null ? {} : { from: new Date(held_from).toISOString() }),
  ...(held_until === null ? {} : { until: new Date(held_until).toISOString() }),
});

/** A handle as its row tells it. */
export const heldHandle = ({ claim, token, rule, channel, site, address, ...row }: HandleRow): Ended<HeldHandle> => ({
  claim,
  token,
  rule,
  channel,
  ...(site === null ? {} : { site }),
  address,
  ...periodIn(row),
});

/** An external id as its row tells it. */
export const heldExternalId = ({ claim, token, system, id, ...row }: ExternalIdRow): Ended<HeldExternalId> => ({
  claim,
  token,
  system,
  id,
  ...periodIn(row),
});

/** A row of `stakeholder_merge`, as far as it tells the merge. */
export type MergeRow = Row & {
  readonly survivor: number;
  readonly merge: number;
  readonly merged: number;
  readonly merged_at: number;
  readonly merged_by: string;
  readonly merged_reason: string | null;
  readonly unmerge: number | null;
  readonly unmerged_at: number | null;
  readonly unmerged_by: string | null;
  readonly unmerged_reason: string | null;
};
