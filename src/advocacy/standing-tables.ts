import type { Table } from '../event-sourcing/read-store.js';
import type { ConversionKind } from './advocacy-v1.js';
import type { AssessableStance, Stance } from '../relationships/relationship.js';
import type { StandingFact } from './facts-of-standing.js';

/**
 * Which number stands for a stakeholder: the ordinal of the event that identified them, the same in every projection. Where
 * several are one by now, the key of who remains and of whom each was merged into. Who they were one with earlier, the
 * stakeholders' directory tells.
 */
export const standingSubject: Table = {
  name: 'standing_subject',
  columns: { id: 'text', key: 'integer', survivor: 'integer', merged_into: 'integer' },
  nullable: ['survivor', 'merged_into'],
  key: ['id'],
  indexes: [{ columns: ['survivor'], whereNotNull: 'survivor' }],
};

/**
 * What the rules read, in the order of time, in versions, each under the stakeholder of whom it was recorded, also where
 * several are one (what is read from it then stands under who remains): a correction ends one and begins another, a retraction ends one.
 * Of expressions `tone`, `act` and `channel` (by their codes, `standing-codes.ts`) are told, of assessments `stance` and `assessed_by`. What was recorded first at one
 * instant has the lower `known_from`: assessments and withdrawals have one version only.
 */
export const standingFact: Table = {
  name: 'standing_fact',
  columns: {
    stakeholder: 'integer',
    at: 'integer',
    fact_id: 'text',
    known_from: 'integer',
    known_until: 'integer',
    kind: 'text',
    tone: 'real',
    act: 'integer',
    channel: 'integer',
    stance: 'text',
    assessed_by: 'text',
  },
  nullable: ['tone', 'act', 'channel', 'stance', 'assessed_by'],
  key: ['stakeholder', 'at', 'fact_id', 'known_from'],
};

/** The reading (JSON) after an instant, for one in 64 in a long history: from the nearest one, a standing is a short way to read. */
export const standingReading: Table = {
  name: 'standing_reading',
  columns: { stakeholder: 'integer', at: 'integer', known_from: 'integer', known_until: 'integer', reading: 'text' },
  key: ['stakeholder', 'at', 'known_from'],
};

/**
 * From when to when a stakeholder stood where, in versions. `until_at` is null while nothing ends it. `because` is the fact
 * from which on it held, null where an advocate lapsed. `assessed_by` is the person whose word that fact was, null where the
 * rule spoke. An episode is a span against us whose `previous` is not: it begins at `from_at`.
 */
export const standingSpan: Table = {
  name: 'standing_span',
  columns: {
    stakeholder: 'integer',
    from_at: 'integer',
    known_from: 'integer',
    known_until: 'integer',
    until_at: 'integer',
    stance: 'text',
    previous: 'text',
    because: 'text',
    assessed_by: 'text',
  },
  nullable: ['until_at', 'because', 'assessed_by'],
  key: ['stakeholder', 'from_at', 'known_from'],
};

/**
 * What was counted, in versions: at one instant of a stakeholder one passage at most. `because` is the fact that made it count, `since` the one that opened the episode in which
 * it counts (or which it ended), at `since_at`, which is that span's `from_at`; both null outside an episode.
 */
export const conversion: Table = {
  name: 'conversion',
  columns: {
    stakeholder: 'integer',
    at: 'integer',
    id: 'text',
    known_from: 'integer',
    known_until: 'integer',
    kind: 'text',
    because: 'text',
    because_kind: 'text',
    since: 'text',
    since_at: 'integer',
    rule: 'text',
  },
  nullable: ['since', 'since_at'],
  key: ['stakeholder', 'at', 'known_from'],
  indexes: [{ columns: ['at', 'id'] }, { columns: ['id'] }],
};

export type StandingSubjectRow = {
  readonly id: string;
  readonly key: number;
  readonly survivor: number | null;
  readonly merged_into: number | null;
};

/** The tables of a standing projection. */
export interface StandingTables {
  readonly subject: Table;
  readonly fact: Table;
  readonly reading: Table;
  readonly span: Table;
  readonly conversion: Table;
}

/** Those under the standard rules: what queries name. */
export const standardTables: StandingTables = {
  subject: standingSubject,
  fact: standingFact,
  reading: standingReading,
  span: standingSpan,
  conversion,
};

export const standingTables: readonly Table[] = Object.values(standardTables);

/** The same, with names of their own: for rows under other rules, beside. */
export function tablesNamed(suffix: string): StandingTables {
  const named = (table: Table): Table => ({ ...table, name: `${table.name}${suffix}` });
  const { subject, fact, reading, span, conversion: counted } = standardTables;
  return {
    subject: named(subject),
    fact: named(fact),
    reading: named(reading),
    span: named(span),
    conversion: named(counted),
  };
}

type Versioned = { readonly known_from: number; readonly known_until: number };

export type StandingFactRow = Versioned & {
  readonly stakeholder: number;
  readonly at: number;
  readonly fact_id: string;
  readonly kind: StandingFact['kind'];
  readonly tone: number | null;
  readonly act: number | null;
  readonly channel: number | null;
  readonly stance: AssessableStance | null;
  readonly assessed_by: string | null;
};

export type StandingReadingRow = Versioned & {
  readonly stakeholder: number;
  readonly at: number;
  readonly reading: string;
};

export type StandingSpanRow = Versioned & {
  readonly stakeholder: number;
  readonly from_at: number;
  readonly until_at: number | null;
  readonly stance: Stance;
  readonly previous: Stance;
  readonly because: string | null;
  readonly assessed_by: string | null;
};

export type ConversionRow = Versioned & {
  readonly stakeholder: number;
  readonly at: number;
  readonly id: string;
  readonly kind: ConversionKind;
  readonly because: string;
  readonly because_kind: StandingFact['kind'];
  readonly since: string | null;
  readonly since_at: number | null;
  readonly rule: string;
};
