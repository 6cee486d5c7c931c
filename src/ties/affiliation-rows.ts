import { inLists } from '../event-sourcing/in-lists.js';
import { open } from '../event-sourcing/position.js';
import type { Projection } from '../event-sourcing/projection.js';
import type { Row, RowReader, Table } from '../event-sourcing/read-store.js';
import { type AffiliationView, affiliationAfter, affiliationFactOf, affiliationFactTypes } from './affiliation-view.js';
import { boundsOf } from './lasting.js';

/**
 * Where people belong, in versions; the key is the ordinal of the event that started it. Times are milliseconds since 1970;
 * `from_at` is `openBeginning` and `until_at` null where that is open. `body` is an `AffiliationView` as JSON.
 */
export const affiliationTable: Table = {
  name: 'affiliation',
  columns: {
    person: 'text',
    from_at: 'integer',
    key: 'integer',
    known_from: 'integer',
    known_until: 'integer',
    organisation: 'text',
    until_at: 'integer',
    retracted: 'integer',
    id: 'text',
    body: 'text',
  },
  nullable: ['until_at'],
  key: ['person', 'from_at', 'key', 'known_from'],
  indexes: [{ columns: ['organisation', 'from_at', 'key'] }, { columns: ['id'] }],
};

interface Present {
  readonly key: number;
  readonly view: AffiliationView;
}

/** Affiliations that the batch amends, by id. */
type Loaded = Map<string, Present>;

/** Where people belong, and since when. */
export const affiliationRows: Projection<Loaded> = {
  name: 'affiliations',
  version: 2,
  tables: [affiliationTable],
  reads: affiliationFactTypes,

  load: (events, rows) => {
    const facts = events.map(affiliationFactOf);
    const started = new Set(
      facts.flatMap(({ type, data }) => (type === 'AffiliationStarted' ? data.affiliationId : [])),
    );
    return presentOf(
      facts.map(({ data }) => data.affiliationId).filter((id) => !started.has(id)),
      rows,
    );
  },

  evolve: (loaded, event, rows) => {
    const { affiliationId } = affiliationFactOf(event).data;
    const before = loaded.get(affiliationId);
    const present = { key: before?.key ?? event.ordinal, view: affiliationAfter(before?.view ?? null, event) };
    if (before !== undefined) {
      const { view, key } = before;
      rows.close(affiliationTable, [view.personId, boundsOf(view).from_at, key], event.ordinal);
    }
    rows.insert(affiliationTable, rowOf(present, event.ordinal));
    loaded.set(affiliationId, present);
  },
};

const rowOf = ({ key, view }: Present, ordinal: number): Row => ({
  person: view.personId,
  ...boundsOf(view),
  key,
  known_from: ordinal,
  known_until: open,
  organisation: view.organisationId,
  retracted: view.retraction === null ? 0 : 1,
  id: view.affiliationId,
  body: JSON.stringify(view),
});

const presentOf = async (ids: readonly string[], rows: RowReader): Promise<Loaded> => {
  const found: Loaded = new Map();
  for (const { marks, values } of inLists(ids)) {
    const sql = `SELECT id, key, body FROM affiliation WHERE id IN (${marks}) AND known_until = ${open}`;
    for (const { id, key, body } of await rows.all<{ id: string; key: number; body: string }>(sql, values))
      found.set(id, { key, view: JSON.parse(body) as AffiliationView });
  }
  return found;
};
