import { open } from '../../src/event-sourcing/position.js';
import type { RecordedEvent } from '../../src/event-sourcing/event-store.js';
import type { Projection } from '../../src/event-sourcing/projection.js';
import type { ReadStore, Row, RowReader, Table } from '../../src/event-sourcing/read-store.js';
import { replayInto } from '../../src/event-sourcing/replay.js';
import { logIdOfTests, recorded } from '../../src/event-sourcing/specification.js';
import { openSqliteReadStore } from '../../src/event-sourcing/stores/sqlite.read-store.js';
import type { AssessableStance } from '../../src/relationships/relationship.js';
import type { Amended, Content, InteractionFact, Tone } from '../../src/interactions/interaction.js';
import type { RelationshipFact } from '../../src/relationships/relationship.js';
import type { StakeholderFact } from '../../src/stakeholders/stakeholder.js';

/** Events from which standings are read, for tests. Times are milliseconds since 1970. */
const dateOf = (at: number): string => new Date(at).toISOString();

export function identified(stakeholderId: string): RecordedEvent {
  const personal = { of: [stakeholderId], name: stakeholderId, handles: [], externalIds: [] };
  const data = { stakeholderId, kind: 'person' as const, tokens: [], personal };
  return recorded({ type: 'StakeholderIdentified', data } satisfies StakeholderFact, {
    stream: `stakeholder-${stakeholderId}`,
  });
}

const ofStakeholder = (fact: StakeholderFact, stakeholderId: string): RecordedEvent =>
  recorded(fact, { stream: `stakeholder-${stakeholderId}` });

export function merged(stakeholderId: string, mergedId: string): RecordedEvent {
  const data = { stakeholderId, mergedId, token: `token ${mergedId}`, guard: `guard ${mergedId}` };
  return ofStakeholder({ type: 'StakeholdersMerged', data }, stakeholderId);
}

export function unmerged(stakeholderId: string, mergedId: string): RecordedEvent {
  const data = { stakeholderId, mergedId, token: `token ${mergedId}` };
  return ofStakeholder({ type: 'StakeholderUnmerged', data }, stakeholderId);
}

/** An interaction as a test tells it: by default an inbound comment by mail, without a tone. */
export type Said = Partial<Pick<Content, 'direction' | 'channel' | 'act' | 'participants'>> & {
  readonly id: string;
  readonly at: number;
  readonly by?: readonly string[];
  readonly tone?: number | null;
};

export function amendedOf({
  id,
  at,
  by = ['mia'],
  direction = 'inbound',
  channel = 'email',
  act = 'comment',
  tone = null,
  participants,
}: Said): Amended {
  return {
    interactionId: id,
    direction,
    channel,
    act,
    occurredAt: dateOf(at),
    participants: participants ?? by.map((stakeholderId) => ({ stakeholderId, role: 'author' })),
    tone: tone === null ? null : toneOf(tone),
  };
}

const toneOf = (value: number): Tone => ({ value, person: 'Ada' });
const ofInteraction = (fact: InteractionFact, id: string): RecordedEvent =>
  recorded(fact, { stream: `interaction-${id}` });

export function said(it: Said): RecordedEvent {
  const { interactionId, ...content } = amendedOf(it);
  const nothing = { subject: null, text: null, url: null, ourPeople: [], handles: [] };
  const data = {
    ...{ channel: 'email' as const, ...content, topics: [], reach: null, language: null, inReplyTo: null },
    ...{ interactionId, source: null, sent: '', marks: [], personal: { of: [], ...nothing } },
  };
  return ofInteraction({ type: 'InteractionRecorded', data }, it.id);
}

/** A correction from what it was to what it is: what differs stands in it. */
export function corrected(was: Said, is: Said): RecordedEvent {
  const [from, to] = [amendedOf(was), amendedOf(is)];
  const differs = (field: string) =>
    JSON.stringify(from[field as keyof typeof from]) !== JSON.stringify(to[field as keyof typeof to]);
  const only = (content: object) => Object.fromEntries(Object.entries(content).filter(([field]) => differs(field)));
  const data = { was: amendedOf(was), from: only(from), to: only(to), personal: { of: [], from: {}, to: {} } };
  return ofInteraction({ type: 'InteractionCorrected', data }, was.id);
}

export function retracted(was: Said): RecordedEvent {
  return ofInteraction({ type: 'InteractionRetracted', data: { was: amendedOf(was) } }, was.id);
}

export function toneAssessed(was: Said, value: number): RecordedEvent {
  const amended = amendedOf(was);
  const data = { was: amended, from: amended.tone, tone: toneOf(value) };
  return ofInteraction({ type: 'ToneAssessed', data }, was.id);
}

const ofRelationship = (fact: RelationshipFact, by = 'Ada'): RecordedEvent =>
  recorded(fact, { stream: `relationship-${fact.data.stakeholderId}`, provenance: { actor: by } });

export function assessed(
  stakeholderId: string,
  factId: string,
  at: number,
  stance: AssessableStance,
  by?: string,
): RecordedEvent {
  return ofRelationship(
    { type: 'StanceAssessed', data: { stakeholderId, factId, occurredAt: dateOf(at), stance } },
    by,
  );
}

export function withdrew(stakeholderId: string, factId: string, at: number): RecordedEvent {
  return ofRelationship({ type: 'StanceWithdrawn', data: { stakeholderId, factId, occurredAt: dateOf(at) } });
}

type Retractable = 'StanceAssessed' | 'StanceWithdrawn' | 'StepTaken';

export function factRetracted(stakeholderId: string, factId: string, at: number, type: Retractable): RecordedEvent {
  const data = { stakeholderId, factId, was: { type, occurredAt: dateOf(at) } };
  return ofRelationship({ type: 'RelationshipFactRetracted', data });
}

/** Rows of a log, in batches of so many events. Whoever asks closes it. */
export async function projected(
  projection: Projection,
  log: readonly RecordedEvent[],
  batch = log.length,
): Promise<ReadStore> {
  const readStore = openSqliteReadStore({ folder: ':memory:', projections: [projection], logId: logIdOfTests });
  const pages = [];
  for (let start = 0; start < log.length; start += Math.max(1, batch))
    pages.push(log.slice(start, start + Math.max(1, batch)));
  await replayInto(readStore, [projection], pages);
  return readStore;
}

/** All rows of a table as it was known: whole, but for until when. */
export async function rowsAsOf(rows: RowReader, { name, key }: Table, known: number): Promise<readonly Row[]> {
  const ordinal = Math.min(known, open - 1);
  const sql = `select * from ${name} where known_from <= ? and known_until > ? order by ${key.join(', ')}`;
  const found = await rows.all(sql, [ordinal, ordinal]);
  return found.map((row) => without(row, 'known_until'));
}

export function without(row: Row, ...columns: readonly string[]): Row {
  return Object.fromEntries(Object.entries(row).filter(([column]) => !columns.includes(column)));
}
