import { isVersioned } from '../batch.js';
import type { Table, TableWrites, Value, Write } from '../read-store.js';

/** Writes of one kind to one table, none of which touches a row that another one of the same step touches. */
export interface WriteSet {
  readonly table: Table;
  readonly kind: Write['kind'];
  readonly rows: (readonly Value[])[];
}

// Within a step, the present version may be closed and the next one inserted: these are two rows.
const rank: Readonly<Record<Write['kind'], number>> = { close: 0, insert: 1, put: 2, remove: 3 };

/**
 * Puts the writes of a batch into steps, each of which may be written in any order, all at once: one step after another
 * they come to what the writes come to one after another. Most batches are one step.
 */
export const writeSteps = (all: readonly TableWrites[]): readonly (readonly WriteSet[])[] => {
  const steps: WriteSet[][] = [];
  for (const { table, writes } of all)
    stepsOf(table, writes).forEach((sets, index) => (steps[index] ??= []).push(...sets));
  return steps;
};

const stepsOf = (table: Table, writes: readonly Write[]): readonly (readonly WriteSet[])[] => {
  // Most tables are only added to, and rows that are added do not touch each other.
  if (writes.length > 0 && writes.every(({ kind }) => kind === 'insert'))
    return [[{ table, kind: 'insert', rows: writes.map(({ values }) => values) }]];
  const subjectOf = subjects(table);
  const oneKind = table.indexes?.some(({ unique }) => unique === true) ?? false;
  const steps: Map<Write['kind'], WriteSet>[] = [];
  let touched = new Map<string, Write['kind']>();
  let step: Map<Write['kind'], WriteSet> | undefined;
  for (const { kind, values } of writes) {
    const subject = subjectOf(kind, values);
    const before = touched.get(subject);
    // Where a value may be there once only, it matters who lets go of it before who takes it.
    const stays =
      step !== undefined && (!oneKind || step.has(kind)) && (before === undefined || maySucceed(before, kind));
    if (step === undefined || !stays) {
      step = new Map();
      steps.push(step);
      touched = new Map();
    }
    touched.set(subject, kind);
    const set = step.get(kind);
    if (set === undefined) step.set(kind, { table, kind, rows: [values] });
    else set.rows.push(values);
  }
  return steps.map((sets) => [...sets.values()].sort((a, b) => rank[a.kind] - rank[b.kind]));
};

// Two inserts of one subject are two versions of it, or else the second fails, as it has to.
const maySucceed = (before: Write['kind'], kind: Write['kind']): boolean =>
  kind === 'insert' && (before === 'insert' || before === 'close');

/** What a write touches: the row's key, without `known_from` where it has versions. */
const subjects = (table: Table) => {
  const key = isVersioned(table) ? table.key.slice(0, -1) : table.key;
  const columns = Object.keys(table.columns);
  const places = key.map((column) => columns.indexOf(column));
  return (kind: Write['kind'], values: readonly Value[]): string => {
    const whole = kind === 'insert' || kind === 'put';
    return key.map((_, index) => String(values[whole ? (places[index] ?? 0) : index])).join('\u0000');
  };
};
