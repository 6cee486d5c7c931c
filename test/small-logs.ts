import { recorded } from '../src/event-sourcing/specification.js';
import type { RecordedOptions } from '../src/event-sourcing/specification.js';
import type { RecordedEvent } from '../src/event-sourcing/event-store.js';
import { BoundedKept } from '../src/event-sourcing/kept.js';
import type { Projection } from '../src/event-sourcing/projection.js';
import type { ReadStore, Row, RowReader, Table, Value } from '../src/event-sourcing/read-store.js';
import { replayInto } from '../src/event-sourcing/replay.js';
import { logIdOfTests } from '../src/event-sourcing/specification.js';
import { openSqliteReadStore } from '../src/event-sourcing/stores/sqlite.read-store.js';
import type { Content, InteractionFact, PersonalContent } from '../src/interactions/interaction.js';
import type { RelationshipFact } from '../src/relationships/relationship.js';
import type { HeldExternalId, HeldHandle, StakeholderFact } from '../src/stakeholders/stakeholder.js';

/** Noon of a day of January 2026, as facts and as rows tell it. */
export const day = (number: number): string => new Date(dayMs(number)).toISOString();
export const dayMs = (number: number): number => Date.UTC(2026, 0, number, 12);

export const stakeholderFact = (id: string, fact: StakeholderFact, options: RecordedOptions = {}): RecordedEvent =>
  recorded(fact, { stream: `stakeholder-${id}`, ...options });

export const interactionFact = (id: string, fact: InteractionFact, options: RecordedOptions = {}): RecordedEvent =>
  recorded(fact, { stream: `interaction-${id}`, ...options });

export const relationshipFact = (id: string, fact: RelationshipFact, options: RecordedOptions = {}): RecordedEvent =>
  recorded(fact, { stream: `relationship-${id}`, ...options });

export const email = (address: string): HeldHandle => ({
  claim: `claim of ${address}`,
  token: `token of ${address}`,
  rule: 1,
  channel: 'email',
  address,
});

export const crmId = (id: string): HeldExternalId => ({
  claim: `claim of ${id}`,
  token: `token of ${id}`,
  system: 'crm',
  id,
});

interface Who {
  readonly kind?: 'person' | 'organisation';
  readonly name?: string;
  readonly handles?: readonly HeldHandle[];
  readonly externalIds?: readonly HeldExternalId[];
}

/** Somebody is identified. */
export const identified = (id: string, who: Who = {}, options: RecordedOptions = {}): RecordedEvent => {
  const { kind = 'person', name = id, handles = [], externalIds = [] } = who;
  const tokens = [...handles, ...externalIds].map(({ token }) => token);
  const personal = { of: [id], name, handles, externalIds };
  return stakeholderFact(
    id,
    { type: 'StakeholderIdentified', data: { stakeholderId: id, kind, tokens, personal } },
    options,
  );
};

/** Somebody is merged into another, who remains. */
export const merged = (stakeholderId: string, mergedId: string): RecordedEvent =>
  stakeholderFact(stakeholderId, {
    type: 'StakeholdersMerged',
    data: { stakeholderId, mergedId, token: `token of ${mergedId}`, guard: `guard of ${stakeholderId}` },
  });

/** They are two again. */
export const unmerged = (stakeholderId: string, mergedId: string): RecordedEvent =>
  stakeholderFact(stakeholderId, {
    type: 'StakeholderUnmerged',
    data: { stakeholderId, mergedId, token: `token of ${mergedId}` },
  });

/** A plain mail of the author's, on the 1st. */
export const mailOf = (author: string): Content => ({
  direction: 'inbound',
  channel: 'email',
  act: 'comment',
  occurredAt: day(1),
  participants: [{ stakeholderId: author, role: 'author' }],
  topics: [],
  reach: null,
  language: null,
  tone: null,
  inReplyTo: null,
});

export const noPersonal: PersonalContent = { subject: null, text: null, url: null, ourPeople: [], handles: [] };

/** An interaction is recorded: `mailOf` the author but for what is said otherwise. */
export const passed = (
  id: string,
  author: string,
  { subject = null, ...content }: Partial<Content> & { readonly subject?: string | null } = {},
  options: RecordedOptions = {},
): RecordedEvent => {
  const all = { ...mailOf(author), ...content };
  const personal = { of: all.participants.map(({ stakeholderId }) => stakeholderId), ...noPersonal, subject };
  const data = { ...all, interactionId: id, source: null, sent: 'digest', marks: [], personal };
  return interactionFact(id, { type: 'InteractionRecorded', data }, options);
};

const wasOf = (id: string, author: string, content: Partial<Content>) => {
  const { direction, act, occurredAt, participants, tone } = { ...mailOf(author), ...content };
  return { interactionId: id, direction, act, occurredAt, participants, tone };
};

/** What `passed` told is corrected, from what it told there. */
export const corrected = (
  id: string,
  author: string,
  from: Partial<Content>,
  to: Partial<Content>,
  options: RecordedOptions = {},
): RecordedEvent => {
  const personal = { of: [author], from: {}, to: {} };
  return interactionFact(
    id,
    { type: 'InteractionCorrected', data: { was: wasOf(id, author, from), from, to, personal } },
    options,
  );
};

export const retracted = (
  id: string,
  author: string,
  content: Partial<Content> = {},
  options: RecordedOptions = {},
): RecordedEvent =>
  interactionFact(id, { type: 'InteractionRetracted', data: { was: wasOf(id, author, content) } }, options);

/** A read store in memory with the rows of all projections, folded in batches of so many events. */
export const projected = async (
  projections: readonly Projection[],
  events: readonly RecordedEvent[],
  batch = events.length,
): Promise<ReadStore> => {
  const readStore = openSqliteReadStore({ folder: ':memory:', projections, logId: logIdOfTests });
  const pages = [];
  for (let start = 0; start < events.length; start += batch) pages.push(events.slice(start, start + batch));
  await replayInto(readStore, projections, pages);
  return readStore;
};

/** A projection that remembers nothing from one batch to the next: a process that has just been started. */
export const forgetful = (projection: Projection): Projection => ({
  ...projection,
  load: (events, rows) => projection.load(events, rows, new BoundedKept(1_000)),
});

/** All rows of a table. */
export const rowsOf = async (rows: RowReader, { name, key }: Table): Promise<readonly Row[]> => {
  const found = await rows.all(`SELECT * FROM ${name} ORDER BY ${key.join(', ')}`);
  return found.map((row) => ({ ...row }));
};

/** How SQLite answers each query that is asked in the course of the reading: one line a step. */
export const plansOf = async (
  rows: RowReader,
  reading: (rows: RowReader) => Promise<unknown>,
): Promise<readonly string[]> => {
  const plans: string[] = [];
  const explain = async (sql: string, parameters: readonly Value[] = []): Promise<void> => {
    for (const { detail } of await rows.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, parameters))
      plans.push(detail);
  };
  await reading({
    all: async (sql, parameters) => {
      await explain(sql, parameters);
      return rows.all(sql, parameters);
    },
    first: async (sql, parameters) => {
      await explain(sql, parameters);
      return rows.first(sql, parameters);
    },
  });
  return plans;
};
