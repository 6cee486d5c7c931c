import type { RecordedEvent } from '../event-sourcing/event-store.js';
import { inLists } from '../event-sourcing/in-lists.js';
import { open } from '../event-sourcing/position.js';
import type { Projection } from '../event-sourcing/projection.js';
import type { Row, RowReader, RowWriter } from '../event-sourcing/read-store.js';
import { type CareFact, careFacts, isCare } from './care.js';
import { careSpanTable, careWordTable, never } from './care-tables.js';
import type { RelationshipFact } from './relationship.js';
import type { Attribute } from './attribute.js';

export type CareSpanKind = 'commitment' | 'connection' | 'outreach';

/** What words are about: each axis by itself; influence is one for each topic, what is due one for each commitment. */
export type CareAxis = 'lifecycle' | 'verified' | 'contact' | Attribute | `influence ${string}` | `due ${string}`;

/** Who said so, when it was recorded (milliseconds since 1970) and why. */
export interface Said {
  readonly by: string;
  readonly recordedAt: number;
  readonly reason: string | null;
}

/** What began, and what ended it. Plain JSON. */
export interface CareSpanBody extends Said {
  readonly began: CareFact;
  /** With the interaction that came of it, where an outreach was done by one. */
  readonly ended: (Said & { readonly interactionId?: string }) | null;
}

/** What was said. Plain JSON. */
export interface CareWordBody extends Said {
  readonly fact: CareFact;
}

/** A span as its row tells it, of which the next version is made. */
interface Span {
  readonly stakeholder: string;
  readonly key: number;
  readonly kind: CareSpanKind;
  readonly fact_id: string;
  readonly from_at: number;
  readonly due_at: number | null;
  readonly until_at: number;
  readonly ended_by: string | null;
  readonly ended_as: string | null;
  readonly body: CareSpanBody;
}

/** What names a word among the rows, but for its version. */
type WordKey = readonly [stakeholder: string, axis: CareAxis, at: number, key: number];

interface Loaded {
  /** The present versions that the batch may end, by the id of the fact that began them. */
  readonly spans: Map<string, Span>;
  /** By the id of the fact that ended it: which span. */
  readonly endings: Map<string, string>;
  /** The keys of the present words that the batch may take back, by the ids of their facts. */
  readonly words: Map<string, WordKey>;
}

/**
 * What is undertaken for relationships and what ties people to us: what holds from one date to another; and words, of which
 * the last holds: how far somebody is in the lifecycle, when the relationship was verified, what a person sees in them, by when
 * something is due that was moved.
 */
export const careRows: Projection<Loaded> = {
  name: 'care',
  version: 1,
  tables: [careSpanTable, careWordTable],
  reads: new Set<RelationshipFact['type']>([...careFacts, 'RelationshipFactRetracted']),

  load: (events, rows) => loadedFor(new Set(events.flatMap(concerned)), rows),

  evolve: (loaded, event, rows) => {
    const fact = factOf(event);
    if (fact.type === 'RelationshipFactRetracted') {
      if (isCare(fact.data.was)) retract(loaded, fact.data.factId, event.ordinal, rows);
    } else if (isEnding(fact)) end(loaded, fact, event, rows);
    else if (isWord(fact)) say(loaded, fact, event, rows);
    else begin(loaded, fact, event, rows);
  },
};

type FactOfCare = CareFact | Extract<RelationshipFact, { type: 'RelationshipFactRetracted' }>;

// The boundary of the log: its data is what the decider wrote.
const factOf = (event: RecordedEvent): FactOfCare => event as unknown as FactOfCare;

/** Ids of the facts that an event ends or takes back. */
const concerned = (event: RecordedEvent): readonly string[] => {
  const fact = factOf(event);
  if (fact.type === 'RelationshipFactRetracted') return isCare(fact.data.was) ? [fact.data.factId] : [];
  return isEnding(fact) ? [begunBy(fact)] : [];
};

const saidIn = ({ provenance, recordedAt }: RecordedEvent): Said => ({
  by: provenance.actor,
  recordedAt,
  reason: provenance.reason ?? null,
});

/** What a fact begins. */
const beginning = ({ type, data }: Beginning): Pick<Span, 'kind' | 'due_at' | 'until_at' | 'ended_as'> => {
  switch (type) {
    case 'CommitmentMade':
      return { kind: 'commitment', due_at: Date.parse(data.dueAt), until_at: never, ended_as: null };
    case 'OutreachPlanned':
      return { kind: 'outreach', due_at: Date.parse(data.plannedFor), until_at: never, ended_as: null };
    case 'ConnectionRecorded': {
      const until_at = data.until === null ? never : Date.parse(data.until);
      return { kind: 'connection', due_at: null, until_at, ended_as: data.until === null ? null : 'ended' };
    }
  }
};

const endings = {
  CommitmentKept: 'kept',
  CommitmentBroken: 'broken',
  ConnectionEnded: 'ended',
  OutreachDone: 'done',
  OutreachCancelled: 'cancelled',
} as const;

type Ending = Extract<CareFact, { type: keyof typeof endings }>;

const words = [
  'LifecycleReached',
  'RelationshipVerified',
  'AttributeAssessed',
  'AttributeWithdrawn',
  'ContactForbidden',
  'ContactPermitted',
  'CommitmentMoved',
] as const;

type Word = Extract<CareFact, { type: (typeof words)[number] }>;
type Beginning = Exclude<CareFact, Ending | Word>;

const isWord = (fact: CareFact): fact is Word => words.some((type) => type === fact.type);

/** On which axis a fact is a word, and what it says there. */
const saying = ({ type, data }: Word): { readonly axis: CareAxis; readonly word: string } => {
  switch (type) {
    case 'LifecycleReached':
      return { axis: 'lifecycle', word: data.lifecycle };
    case 'RelationshipVerified':
      return { axis: 'verified', word: 'yes' };
    case 'AttributeAssessed':
      return { axis: axisOf(data), word: data.present ? 'yes' : 'no' };
    case 'AttributeWithdrawn':
      return { axis: axisOf(data), word: 'withdrawn' };
    case 'ContactForbidden':
      return { axis: 'contact', word: 'no' };
    case 'ContactPermitted':
      return { axis: 'contact', word: 'yes' };
    case 'CommitmentMoved':
      return { axis: dueAxis(data.commitmentId), word: String(Date.parse(data.dueAt)) };
  }
};

/** The axis of the dates to which a commitment was moved: milliseconds since 1970, as text. */
export const dueAxis = (commitmentId: string): CareAxis => `due ${commitmentId}`;

const axisOf = ({ attribute, topic }: { readonly attribute: Attribute; readonly topic: string | null }): CareAxis =>
  topic === null ? attribute : `influence ${topic}`;

const isEnding = (fact: CareFact): fact is Ending => fact.type in endings;

/** Id of the fact that began what this one ends. */
const begunBy = ({ data }: Ending): string => {
  if ('connectionId' in data) return data.connectionId;
  return 'outreachId' in data ? data.outreachId : data.commitmentId;
};

const begin = ({ spans }: Loaded, fact: Beginning, event: RecordedEvent, rows: RowWriter): void => {
  const begun = beginning(fact);
  const { type, data } = fact;
  const span: Span = {
    ...begun,
    stakeholder: data.stakeholderId,
    key: event.ordinal,
    fact_id: data.factId,
    from_at: Date.parse(data.occurredAt),
    ended_by: null,
    // Without the event's other fields.
    body: { ...saidIn(event), began: { type, data } as CareFact, ended: null },
  };
  spans.set(span.fact_id, span);
  rows.insert(careSpanTable, rowOf(span, event.ordinal));
};

const end = (loaded: Loaded, fact: Ending, event: RecordedEvent, rows: RowWriter): void => {
  const span = loaded.spans.get(begunBy(fact));
  if (span === undefined) throw new Error(`Fact ${fact.data.factId} ends what never began.`);
  loaded.endings.set(fact.data.factId, span.fact_id);
  change(
    loaded,
    {
      ...span,
      until_at: Date.parse(fact.data.occurredAt),
      ended_by: fact.data.factId,
      ended_as: endings[fact.type],
      body: { ...span.body, ended: endedBy(fact, event) },
    },
    event.ordinal,
    rows,
  );
};

const say = (loaded: Loaded, fact: Word, event: RecordedEvent, rows: RowWriter): void => {
  const { type, data } = fact;
  const { stakeholderId: stakeholder, factId: fact_id, occurredAt } = data;
  const { axis, word } = saying(fact);
  const [at, key] = [Date.parse(occurredAt), event.ordinal];
  const body: CareWordBody = { ...saidIn(event), fact: { type, data } as CareFact };
  loaded.words.set(fact_id, [stakeholder, axis, at, key]);
  rows.insert(careWordTable, {
    ...{ stakeholder, axis, at, key, known_from: event.ordinal, known_until: open },
    ...{ word, fact_id, body: JSON.stringify(body) },
  });
};

const endedBy = ({ type, data }: Ending, event: RecordedEvent): CareSpanBody['ended'] => {
  const said = saidIn(event);
  return type === 'OutreachDone' && data.interactionId !== null ? { ...said, interactionId: data.interactionId } : said;
};

const retract = (loaded: Loaded, factId: string, ordinal: number, rows: RowWriter): void => {
  const word = loaded.words.get(factId);
  if (word !== undefined) {
    rows.close(careWordTable, word, ordinal);
    loaded.words.delete(factId);
    return;
  }
  const begun = loaded.spans.get(factId);
  if (begun !== undefined) {
    rows.close(careSpanTable, [begun.stakeholder, begun.key], ordinal);
    loaded.spans.delete(factId);
    return;
  }
  // An ending may be retracted after what it ended: then there is none.
  const ended = loaded.spans.get(loaded.endings.get(factId) ?? '');
  if (ended?.ended_by !== factId) return;
  const body = { ...ended.body, ended: null };
  change(loaded, { ...ended, until_at: never, ended_by: null, ended_as: null, body }, ordinal, rows);
};

const change = ({ spans }: Loaded, span: Span, ordinal: number, rows: RowWriter): void => {
  rows.close(careSpanTable, [span.stakeholder, span.key], ordinal);
  rows.insert(careSpanTable, rowOf(span, ordinal));
  spans.set(span.fact_id, span);
};

const rowOf = ({ body, ...span }: Span, ordinal: number): Row => ({
  ...span,
  known_from: ordinal,
  known_until: open,
  body: JSON.stringify(body),
});

type SpanRow = Row & Omit<Span, 'body'> & { readonly body: string };

type WordRow = Row & {
  readonly stakeholder: string;
  readonly axis: CareAxis;
  readonly at: number;
  readonly key: number;
  readonly fact_id: string;
};

const loadedFor = async (factIds: ReadonlySet<string>, rows: RowReader): Promise<Loaded> => {
  const loaded: Loaded = { spans: new Map(), endings: new Map(), words: new Map() };
  for (const { marks, values } of inLists(factIds)) {
    for (const column of ['fact_id', 'ended_by']) {
      const sql = `SELECT stakeholder, key, kind, fact_id, from_at, due_at, until_at, ended_by, ended_as, body FROM care_span
        WHERE ${column} IN (${marks}) AND known_until = ${open}`;
      for (const { body, ...row } of await rows.all<SpanRow>(sql, values)) {
        const span = { ...row, body: JSON.parse(body) as CareSpanBody };
        loaded.spans.set(span.fact_id, span);
        if (span.ended_by !== null) loaded.endings.set(span.ended_by, span.fact_id);
      }
    }
    const sql = `SELECT stakeholder, axis, at, key, fact_id FROM care_word WHERE fact_id IN (${marks}) AND known_until = ${open}`;
    for (const { stakeholder, axis, at, key, fact_id } of await rows.all<WordRow>(sql, values))
      loaded.words.set(fact_id, [stakeholder, axis, at, key]);
  }
  return loaded;
};
