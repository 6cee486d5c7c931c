import type { RecordedEvent } from '../event-sourcing/event-store.js';
import { inLists } from '../event-sourcing/in-lists.js';
import { open } from '../event-sourcing/position.js';
import type { Projection } from '../event-sourcing/projection.js';
import type { Row, RowReader, Table } from '../event-sourcing/read-store.js';
import { type RelationshipFact, steps } from './relationship.js';

/**
 * Steps that were taken with stakeholders (by their ids), in the order of their dates, in versions: what was taken back has no
 * present one. The key is the ordinal of the event, `step` the place in `steps`, `interaction` the id of one in the conversation
 * in which it was taken. Times are milliseconds since 1970.
 */
export const takenStepTable: Table = {
  name: 'taken_step',
  columns: {
    stakeholder: 'text',
    at: 'integer',
    key: 'integer',
    known_from: 'integer',
    known_until: 'integer',
    fact_id: 'text',
    step: 'integer',
    interaction: 'text',
  },
  nullable: ['interaction'],
  key: ['stakeholder', 'at', 'key', 'known_from'],
  indexes: [{ columns: ['fact_id'] }, { columns: ['interaction'], whereNotNull: 'interaction' }],
};

type StepFact = Extract<RelationshipFact, { type: 'StepTaken' | 'RelationshipFactRetracted' }>;

interface TakenStep extends Row {
  readonly fact_id: string;
  readonly stakeholder: string;
  readonly at: number;
  readonly key: number;
}

/** Steps that the batch takes back, as they are. */
type Loaded = Map<string, TakenStep>;

/** Which steps were taken with whom and where, by their dates. */
export const takenSteps: Projection<Loaded> = {
  name: 'steps',
  version: 1,
  tables: [takenStepTable],
  reads: new Set<StepFact['type']>(['StepTaken', 'RelationshipFactRetracted']),

  load: (events, rows) => {
    const retracted = events.map(factOf).filter(({ type }) => type === 'RelationshipFactRetracted');
    return presentSteps(new Set(retracted.map(({ data }) => data.factId)), rows);
  },

  evolve: (loaded, event, rows) => {
    const { ordinal } = event;
    const { type, data } = factOf(event);
    if (type === 'StepTaken') {
      const { stakeholderId: stakeholder, occurredAt, factId: fact_id, step, interactionId: interaction = null } = data;
      const row = { stakeholder, at: Date.parse(occurredAt), key: ordinal, fact_id };
      rows.insert(takenStepTable, {
        ...{ ...row, known_from: ordinal, known_until: open },
        ...{ step: steps.indexOf(step), interaction },
      });
      loaded.set(fact_id, row);
      return;
    }
    // What is taken back may be another thing that we decided.
    const taken = loaded.get(data.factId);
    if (taken !== undefined) rows.close(takenStepTable, [taken.stakeholder, taken.at, taken.key], ordinal);
    loaded.delete(data.factId);
  },
};

// The boundary of the log: its data is what the decider wrote.
const factOf = (event: RecordedEvent): StepFact => event as unknown as StepFact;

const presentSteps = async (factIds: ReadonlySet<string>, rows: RowReader): Promise<Loaded> => {
  const found: Loaded = new Map();
  for (const { marks, values } of inLists(factIds)) {
    const sql = `SELECT s.fact_id, s.stakeholder, s.at, s.key FROM taken_step s
      WHERE s.fact_id IN (${marks}) AND s.known_until = ${open}`;
    for (const row of await rows.all<TakenStep>(sql, values)) found.set(row.fact_id, row);
  }
  return found;
};
