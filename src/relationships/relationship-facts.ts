import type { RecordedEvent } from '../event-sourcing/event-store.js';
import { inLists } from '../event-sourcing/in-lists.js';
import { open } from '../event-sourcing/position.js';
import type { Kept, Projection } from '../event-sourcing/projection.js';
import type { RowReader, Table } from '../event-sourcing/read-store.js';
import { type CareFact, isCare } from './care.js';
import { type AssessableStance, type RelationshipFact, type Step, steps } from './relationship.js';

/** Which number stands for a stakeholder: the ordinal of the event that identified them, the same in every projection. */
export const relationshipStakeholderTable: Table = {
  name: 'relationship_stakeholder',
  columns: { id: 'text', key: 'integer' },
  key: ['id'],
};

/**
 * What we decided about relationships, in versions; the key is the ordinal of the event. `step` is the place of a step in
 * `steps`, `revision` that of the relationship's stream at this version, `body` a `RelationshipFactView` as JSON.
 */
export const relationshipFactTable: Table = {
  name: 'relationship_fact',
  columns: {
    stakeholder: 'integer',
    at: 'integer',
    key: 'integer',
    known_from: 'integer',
    known_until: 'integer',
    fact_id: 'text',
    kind: 'text',
    step: 'integer',
    revision: 'integer',
    retracted: 'integer',
    body: 'text',
  },
  nullable: ['step'],
  key: ['stakeholder', 'at', 'key', 'known_from'],
  indexes: [{ columns: ['fact_id'] }],
};

const kindOf = {
  StepTaken: 'step-taken',
  StanceAssessed: 'stance-assessed',
  StanceWithdrawn: 'stance-withdrawn',
  CommitmentMade: 'commitment-made',
  CommitmentMoved: 'commitment-moved',
  CommitmentKept: 'commitment-kept',
  CommitmentBroken: 'commitment-broken',
  ConnectionRecorded: 'connection-recorded',
  ConnectionEnded: 'connection-ended',
  LifecycleReached: 'lifecycle-reached',
  RelationshipVerified: 'relationship-verified',
  AttributeAssessed: 'attribute-assessed',
  AttributeWithdrawn: 'attribute-withdrawn',
  ContactForbidden: 'contact-forbidden',
  ContactPermitted: 'contact-permitted',
  OutreachPlanned: 'outreach-planned',
  OutreachDone: 'outreach-done',
  OutreachCancelled: 'outreach-cancelled',
} as const satisfies Record<Exclude<RelationshipFact['type'], 'RelationshipFactRetracted'>, string>;

export type RelationshipFactKind = (typeof kindOf)[keyof typeof kindOf];

/** One thing that we decided about a relationship, as it is shown. Plain JSON. */
export interface RelationshipFactView {
  readonly factId: string;
  readonly stakeholderId: string;
  readonly kind: RelationshipFactKind;
  /** RFC 3339, UTC, milliseconds. */
  readonly occurredAt: string;
  /** Milliseconds since 1970. */
  readonly recordedAt: number;
  /** Name of the credential that recorded it. */
  readonly by: string;
  readonly reason: string | null;
  readonly step: Step | null;
  /** Earlier steps that were not on record, where it is a step. */
  readonly skipped: readonly Step[];
  /** Of the conversation in which it was taken, where it is a step. */
  readonly interactionId?: string;
  readonly stance: AssessableStance | null;
  /** The fact itself, where it is one of care. */
  readonly care?: CareFact;
  readonly retraction: { readonly at: number; readonly by: string; readonly reason: string | null } | null;
}

interface Present {
  readonly stakeholder: number;
  readonly key: number;
  readonly view: RelationshipFactView;
}

interface Loaded {
  readonly stakeholders: ReadonlyMap<string, number>;
  /** Facts that the batch retracts, as they are. */
  readonly facts: Map<string, Present>;
  readonly retracted: ReadonlySet<string>;
}

/** What we decided about a relationship, and when: steps, assessments and withdrawals, and all that is care. */
export const relationshipFacts: Projection<Loaded> = {
  name: 'relationship-facts',
  version: 2,
  tables: [relationshipStakeholderTable, relationshipFactTable],
  reads: new Set(['StakeholderIdentified', ...Object.keys(kindOf), 'RelationshipFactRetracted']),

  load: async (events, rows, kept) => {
    const retracted = new Set<string>();
    for (const { type, data } of events.filter(isAboutRelationship).map(factOf))
      if (type === 'RelationshipFactRetracted') retracted.add(data.factId);
    return { stakeholders: await keysOf(events, rows, kept), facts: await presentOf(retracted, rows), retracted };
  },

  evolve: ({ stakeholders, facts, retracted }, event, rows) => {
    if (!isAboutRelationship(event)) {
      rows.insert(relationshipStakeholderTable, { id: identifiedBy(event), key: event.ordinal });
      return;
    }
    const { data } = factOf(event);
    const before = facts.get(data.factId);
    const view = viewAfter(before?.view ?? null, event);
    const stakeholder = before?.stakeholder ?? stakeholders.get(data.stakeholderId);
    if (stakeholder === undefined) throw new Error(`Stakeholder ${data.stakeholderId} was never identified.`);
    const present = { stakeholder, key: before?.key ?? event.ordinal, view };
    const row = factRow(present, event);
    if (before !== undefined) rows.close(relationshipFactTable, [stakeholder, row.at, row.key], event.ordinal);
    rows.insert(relationshipFactTable, row);
    if (retracted.has(data.factId)) facts.set(data.factId, present);
  },
};

const isAboutRelationship = ({ type }: RecordedEvent): boolean => type !== 'StakeholderIdentified';

// Both are the boundary of the log: its data is what the deciders wrote.
const factOf = (event: RecordedEvent): RelationshipFact => event as unknown as RelationshipFact;
const identifiedBy = ({ data }: RecordedEvent): string => (data as { readonly stakeholderId: string }).stakeholderId;

const viewAfter = (before: RelationshipFactView | null, event: RecordedEvent): RelationshipFactView => {
  const fact = factOf(event);
  const { type, data } = fact;
  const { recordedAt, provenance } = event;
  const reason = provenance.reason ?? null;
  if (type === 'RelationshipFactRetracted') {
    if (before === null) throw new Error(`Fact ${data.factId} is retracted, but was never recorded.`);
    return { ...before, retraction: { at: recordedAt, by: provenance.actor, reason } };
  }
  const { factId, stakeholderId, occurredAt } = data;
  const told = {
    factId,
    stakeholderId,
    kind: kindOf[type],
    occurredAt,
    recordedAt,
    by: provenance.actor,
    reason,
    step: type === 'StepTaken' ? data.step : null,
    skipped: type === 'StepTaken' ? data.skipped : [],
    ...(type === 'StepTaken' && data.interactionId !== undefined ? { interactionId: data.interactionId } : {}),
    stance: type === 'StanceAssessed' ? data.stance : null,
    retraction: null,
  };
  // Without the event's other fields: the body is what is shown.
  return isCare(fact) ? { ...told, care: { type, data } as CareFact } : told;
};

const factRow = ({ stakeholder, key, view }: Present, { ordinal, revision }: RecordedEvent) => ({
  stakeholder,
  at: Date.parse(view.occurredAt),
  key,
  known_from: ordinal,
  known_until: open,
  fact_id: view.factId,
  kind: view.kind,
  step: view.step === null ? null : steps.indexOf(view.step),
  revision,
  retracted: view.retraction === null ? 0 : 1,
  body: JSON.stringify(view),
});

const keysOf = async (
  events: readonly RecordedEvent[],
  rows: RowReader,
  kept: Kept,
): Promise<ReadonlyMap<string, number>> => {
  const keys = new Map<string, number>();
  const missing = new Set<string>();
  const keep = (id: string, key: number): void => {
    keys.set(id, key);
    kept.set(id, key);
  };
  for (const event of events) {
    const id = identifiedBy(event);
    if (keys.has(id)) continue;
    const key = isAboutRelationship(event) ? kept.get(id) : event.ordinal;
    if (typeof key === 'number') keep(id, key);
    else missing.add(id);
  }
  for (const { marks, values } of inLists(missing)) {
    const sql = `SELECT id, key FROM relationship_stakeholder WHERE id IN (${marks})`;
    for (const { id, key } of await rows.all<{ id: string; key: number }>(sql, values)) keep(id, key);
  }
  return keys;
};

const presentOf = async (factIds: ReadonlySet<string>, rows: RowReader): Promise<Map<string, Present>> => {
  const found = new Map<string, Present>();
  for (const { marks, values } of inLists(factIds)) {
    const sql = `SELECT fact_id, stakeholder, key, body FROM relationship_fact WHERE fact_id IN (${marks}) AND known_until = ${open}`;
    for (const { fact_id: factId, stakeholder, key, body } of await rows.all<FactRow>(sql, values))
      found.set(factId, { stakeholder, key, view: JSON.parse(body) as RelationshipFactView });
  }
  return found;
};

type FactRow = { readonly fact_id: string; readonly stakeholder: number; readonly key: number; readonly body: string };
