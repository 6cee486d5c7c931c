import type { RecordedEvent } from '../event-sourcing/event-store.js';
import { inLists } from '../event-sourcing/in-lists.js';
import { open } from '../event-sourcing/position.js';
import type { Projection } from '../event-sourcing/projection.js';
import type { RowReader, Table } from '../event-sourcing/read-store.js';
import type { GoalFact } from './goal.js';
import { type GoalView, viewAfter } from './goal-view.js';

/**
 * Goals in their versions, one for each of their facts; the key is the ordinal of the event that set them. `from_at` and
 * `until_at` are the period in milliseconds since 1970, `dropped` is 0 or 1, `revision` that of the goal's stream, `body` a
 * `GoalView` as JSON.
 */
export const goalTable: Table = {
  name: 'goal',
  columns: {
    key: 'integer',
    known_from: 'integer',
    known_until: 'integer',
    id: 'text',
    from_at: 'integer',
    until_at: 'integer',
    owner: 'text',
    measure: 'text',
    dropped: 'integer',
    revision: 'integer',
    body: 'text',
  },
  key: ['key', 'known_from'],
  indexes: [{ columns: ['id'] }, { columns: ['from_at', 'key'] }],
};

interface Present {
  readonly key: number;
  readonly view: GoalView;
}

/** Goals, and what was promised by them when. */
export const goalRows: Projection<Map<string, Present>> = {
  name: 'goals',
  version: 1,
  tables: [goalTable],
  reads: new Set<GoalFact['type']>(['GoalSet', 'GoalRevised', 'GoalDropped']),

  load: (events, rows) => presentOf(new Set(events.map(goalIdOf)), rows),

  evolve: (goals, event, rows) => {
    const { ordinal, revision } = event;
    const before = goals.get(goalIdOf(event));
    const view = viewAfter(before?.view, event);
    const key = before?.key ?? ordinal;
    goals.set(view.goalId, { key, view });
    if (before !== undefined) rows.close(goalTable, [key], ordinal);
    rows.insert(goalTable, {
      key,
      known_from: ordinal,
      known_until: open,
      id: view.goalId,
      from_at: Date.parse(view.from),
      until_at: Date.parse(view.until),
      owner: view.owner,
      measure: view.measure.name,
      dropped: view.dropped === null ? 0 : 1,
      revision,
      body: JSON.stringify(view),
    });
  },
};

// The boundary of the log: its data is what the decider wrote.
const goalIdOf = ({ data }: RecordedEvent): string => (data as unknown as GoalFact['data']).goalId;

const presentOf = async (ids: ReadonlySet<string>, rows: RowReader): Promise<Map<string, Present>> => {
  const found = new Map<string, Present>();
  for (const { marks, values } of inLists(ids)) {
    const sql = `SELECT id, key, body FROM goal WHERE id IN (${marks}) AND known_until = ${open}`;
    for (const { id, key, body } of await rows.all<{ id: string; key: number; body: string }>(sql, values))
      found.set(id, { key, view: JSON.parse(body) as GoalView });
  }
  return found;
};
