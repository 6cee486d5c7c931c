import { inLists } from '../event-sourcing/in-lists.js';
import { open } from '../event-sourcing/position.js';
import type { Projection } from '../event-sourcing/projection.js';
import type { Row, RowReader, Table } from '../event-sourcing/read-store.js';
import { boundsOf } from './lasting.js';
import type { TieFact } from './tie.js';
import { type TieView, tieAfter, tieFactOf } from './tie-view.js';

/**
 * Ties in versions, a row for each of the two whom one ties; the key is the ordinal of the event that recorded it. Times are
 * milliseconds since 1970; `from_at` is `openBeginning` and `until_at` null where that is open. `named` is 1 in the row of
 * whom the tie names first. `body` is a `TieView` as JSON.
 */
export const tieTable: Table = {
  name: 'tie',
  columns: {
    stakeholder: 'text',
    from_at: 'integer',
    key: 'integer',
    known_from: 'integer',
    known_until: 'integer',
    other: 'text',
    named: 'integer',
    kind: 'text',
    until_at: 'integer',
    retracted: 'integer',
    id: 'text',
    body: 'text',
  },
  nullable: ['until_at'],
  key: ['stakeholder', 'from_at', 'key', 'known_from'],
  indexes: [{ columns: ['id'] }],
};

interface Present {
  readonly key: number;
  readonly view: TieView;
}

/** Ties that the batch amends, by id. */
type Loaded = Map<string, Present>;

/** Who is tied to whom, and since when. */
export const tieRows: Projection<Loaded> = {
  name: 'ties',
  version: 3,
  tables: [tieTable],
  reads: new Set<TieFact['type']>(['TieRecorded', 'TieEnded', 'TieCorrected', 'TieRetracted']),

  load: (events, rows) => {
    const facts = events.map(tieFactOf);
    const recorded = new Set(facts.flatMap(({ type, data }) => (type === 'TieRecorded' ? data.tieId : [])));
    return presentOf(
      facts.map(({ data }) => data.tieId).filter((id) => !recorded.has(id)),
      rows,
    );
  },

  evolve: (loaded, event, rows) => {
    const { tieId } = tieFactOf(event).data;
    const before = loaded.get(tieId);
    const present = { key: before?.key ?? event.ordinal, view: tieAfter(before?.view ?? null, event) };
    if (before !== undefined)
      for (const end of endsOf(before.view))
        rows.close(tieTable, [end.stakeholder, boundsOf(before.view).from_at, before.key], event.ordinal);
    for (const end of endsOf(present.view)) rows.insert(tieTable, { ...end, ...rowOf(present, event.ordinal) });
    loaded.set(tieId, present);
  },
};

const endsOf = ({ stakeholderId, otherId }: TieView) => [
  { stakeholder: stakeholderId, other: otherId, named: 1 },
  { stakeholder: otherId, other: stakeholderId, named: 0 },
];

const rowOf = ({ key, view }: Present, ordinal: number): Row => ({
  ...boundsOf(view),
  key,
  known_from: ordinal,
  known_until: open,
  kind: view.kind,
  retracted: view.retraction === null ? 0 : 1,
  id: view.tieId,
  body: JSON.stringify(view),
});

const presentOf = async (ids: readonly string[], rows: RowReader): Promise<Loaded> => {
  const found: Loaded = new Map();
  for (const { marks, values } of inLists(ids)) {
    const sql = `SELECT id, key, body FROM tie WHERE id IN (${marks}) AND known_until = ${open} AND named = 1`;
    for (const { id, key, body } of await rows.all<{ id: string; key: number; body: string }>(sql, values))
      found.set(id, { key, view: JSON.parse(body) as TieView });
  }
  return found;
};
