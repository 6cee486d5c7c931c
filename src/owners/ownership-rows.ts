import type { RecordedEvent } from '../event-sourcing/event-store.js';
import { inLists } from '../event-sourcing/in-lists.js';
import { open } from '../event-sourcing/position.js';
import type { Projection } from '../event-sourcing/projection.js';
import type { Row, RowReader } from '../event-sourcing/read-store.js';
import type { OwnershipFact, Rank } from './ownership.js';
import { ownerSpanTable, ownershipFactTable } from './ownership-tables.js';

export type OwnershipFactKind = 'owner-assigned' | 'owner-handed-over' | 'owner-released';

/** One thing that changed about who answers for somebody, as it is shown. Plain JSON. */
export interface OwnershipFactView {
  readonly factId: string;
  readonly stakeholderId: string;
  readonly kind: OwnershipFactKind;
  /** RFC 3339, UTC, milliseconds. */
  readonly occurredAt: string;
  /** Milliseconds since 1970. */
  readonly recordedAt: number;
  /** Name of the credential that recorded it. */
  readonly by: string;
  readonly reason: string | null;
  /** Who answers for them from then on; of a release, who no longer does. */
  readonly owner: string;
  /** Whom it was handed over from. */
  readonly previousOwner: string | null;
  readonly tier: string | null;
  /** As it was when they were assigned. */
  readonly rank: Rank | null;
}

/** The kind of the rows that are shown nowhere: a place that was taken in vain. They count in the revision. */
export const forgone = 'place-forgone';

type Shown = Exclude<OwnershipFact, { type: 'PlaceForgone' }>;

type SpanRow = Row & {
  readonly stakeholder: string;
  readonly from_at: number;
  readonly key: number;
  readonly owner: string;
  readonly tier: string | null;
};

/** The span of each stakeholder that nothing ends. */
type Loaded = Map<string, SpanRow>;

/** Who of ours answers for whom, and since when. */
export const ownershipRows: Projection<Loaded> = {
  name: 'ownership',
  version: 1,
  tables: [ownerSpanTable, ownershipFactTable],
  reads: new Set<OwnershipFact['type']>(['OwnerAssigned', 'OwnerHandedOver', 'OwnerReleased', 'PlaceForgone']),

  load: (events, rows) => openSpans(new Set(events.map((event) => factOf(event).data.stakeholderId)), rows),

  evolve: (loaded, event, rows) => {
    const { ordinal } = event;
    if (event.type === 'PlaceForgone') {
      rows.insert(ownershipFactTable, forgoneRow(event));
      return;
    }
    const view = viewOf(event);
    const { stakeholderId: stakeholder, owner, tier } = view;
    const at = Date.parse(view.occurredAt);
    const before = loaded.get(stakeholder);
    if (before !== undefined) {
      rows.close(ownerSpanTable, [stakeholder, before.from_at, before.key], ordinal);
      // A span of no length is not shown.
      if (before.from_at < at) rows.insert(ownerSpanTable, { ...before, ...knownFrom(ordinal), until_at: at });
    }
    if (view.kind === 'owner-released') loaded.delete(stakeholder);
    else {
      const span = { stakeholder, from_at: at, key: ordinal, owner, tier };
      loaded.set(stakeholder, span);
      rows.insert(ownerSpanTable, { ...span, ...knownFrom(ordinal), until_at: null });
    }
    rows.insert(ownershipFactTable, factRow(view, event));
  },
};

const knownFrom = (ordinal: number) => ({ known_from: ordinal, known_until: open });

// The boundary of the log: its data is what the decider wrote.
const factOf = (event: RecordedEvent): Shown => event as unknown as Shown;

const viewOf = (event: RecordedEvent): OwnershipFactView => {
  const { type, data } = factOf(event);
  const { recordedAt, provenance } = event;
  const { factId, stakeholderId, occurredAt, tier } = data;
  const told = {
    factId,
    stakeholderId,
    occurredAt,
    recordedAt,
    by: provenance.actor,
    reason: provenance.reason ?? null,
    tier,
  };
  switch (type) {
    case 'OwnerAssigned':
      return { ...told, kind: 'owner-assigned', owner: data.owner, previousOwner: null, rank: data.rank };
    case 'OwnerHandedOver':
      return { ...told, kind: 'owner-handed-over', owner: data.toOwner, previousOwner: data.fromOwner, rank: null };
    case 'OwnerReleased':
      return { ...told, kind: 'owner-released', owner: data.owner, previousOwner: null, rank: null };
  }
};

const factRow = (view: OwnershipFactView, event: RecordedEvent): Row => {
  const { type, data } = factOf(event);
  return {
    stakeholder: view.stakeholderId,
    at: Date.parse(view.occurredAt),
    key: event.ordinal,
    fact_id: view.factId,
    kind: view.kind,
    from_department: type === 'OwnerHandedOver' ? data.fromDepartment : null,
    to_department: type === 'OwnerHandedOver' ? data.toDepartment : null,
    revision: event.revision,
    body: JSON.stringify(view),
  };
};

/** It changed nothing that is shown, but the revision. */
const forgoneRow = (event: RecordedEvent): Row => ({
  stakeholder: factOf(event).data.stakeholderId,
  at: event.recordedAt,
  key: event.ordinal,
  fact_id: event.id,
  kind: forgone,
  from_department: null,
  to_department: null,
  revision: event.revision,
  body: '',
});

const openSpans = async (ids: ReadonlySet<string>, rows: RowReader): Promise<Loaded> => {
  const found: Loaded = new Map();
  for (const { marks, values } of inLists(ids)) {
    const sql = `SELECT stakeholder, from_at, key, owner, tier FROM owner_span
      WHERE stakeholder IN (${marks}) AND known_until = ${open} AND until_at IS NULL`;
    for (const { stakeholder, from_at, key, owner, tier } of await rows.all<SpanRow>(sql, values))
      found.set(stakeholder, { stakeholder, from_at, key, owner, tier });
  }
  return found;
};
