import type { RecordedEvent } from './event-store.js';
import { open } from './position.js';
import type { Kept, Projection } from './projection.js';
import type { Build, Row, RowWriter, Table, TableWrites, Value, Write } from './read-store.js';

/** Where the columns of a table stand in the values of its rows. Worked out once a table. */
interface Layout {
  readonly columns: readonly string[];
  /** Places of the columns that name the row's subject: its key, without `known_from` where it has versions. */
  readonly subject: readonly number[];
  readonly versioned: boolean;
  readonly from: number;
  readonly until: number;
  readonly unique: boolean;
}

const layouts = new WeakMap<Table, Layout>();

const layoutOf = (table: Table): Layout => {
  const known = layouts.get(table);
  if (known !== undefined) return known;
  const columns = Object.keys(table.columns);
  const versioned = isVersioned(table);
  const layout = {
    columns,
    subject: (versioned ? table.key.slice(0, -1) : table.key).map((column) => columns.indexOf(column)),
    versioned,
    from: columns.indexOf('known_from'),
    until: columns.indexOf('known_until'),
    unique: table.indexes?.some(({ unique }) => unique === true) ?? false,
  };
  layouts.set(table, layout);
  return layout;
};

/** A table whose rows are kept in their versions. */
export const isVersioned = (table: Table): boolean =>
  'known_until' in table.columns && table.key.at(-1) === 'known_from';

type Pending = { kind: Write['kind'] | 'dropped'; values: Value[] };
type Subject = Value | undefined;

const subjectOf = (values: readonly Value[], places: readonly number[]): Subject => {
  const [first = 0] = places;
  if (places.length === 1) return values[first];
  let subject = '';
  for (const place of places) subject += `${values[place] ?? ''}\u0000`;
  return subject;
};

/** What a batch writes to one table. */
class PendingTable {
  readonly writes: Pending[] = [];
  readonly #layout: Layout;
  /** The pending row that is the present of each subject; made at the first write that asks, since most tables only insert. */
  #presentRows: Map<Subject, Pending> | undefined;

  constructor(layout: Layout) {
    this.#layout = layout;
  }

  insert(row: Row): void {
    const write: Pending = { kind: 'insert', values: this.#valuesOf(row) };
    this.writes.push(write);
    if (this.#presentRows !== undefined) this.#note(this.#presentRows, write);
  }

  put(row: Row): void {
    const values = this.#valuesOf(row);
    const present = this.#present();
    const subject = subjectOf(values, this.#layout.subject);
    const pending = present.get(subject);
    // A unique index makes the order of puts matter (two rows that swap a value), so nothing is folded there.
    if (pending !== undefined && !this.#layout.unique) {
      pending.values = values;
      return;
    }
    const write: Pending = { kind: 'put', values };
    this.writes.push(write);
    present.set(subject, write);
  }

  close(key: readonly Value[], ordinal: number): void {
    const present = this.#present();
    const subject = this.#subjectOfKey(key);
    const pending = present.get(subject);
    if (pending === undefined) {
      this.writes.push({ kind: 'close', values: [...key, ordinal] });
      return;
    }
    present.delete(subject);
    pending.values[this.#layout.until] = ordinal;
    // It was never known: another version of the same event takes its place.
    if (pending.values[this.#layout.from] === ordinal) pending.kind = 'dropped';
  }

  remove(key: readonly Value[]): void {
    const present = this.#present();
    const subject = this.#subjectOfKey(this.#layout.versioned ? key.slice(0, -1) : key);
    const pending = present.get(subject);
    present.delete(subject);
    if (pending !== undefined && !this.#layout.versioned) {
      const inserted = pending.kind === 'insert';
      pending.kind = 'dropped';
      if (inserted) return;
    }
    this.writes.push({ kind: 'remove', values: [...key] });
  }

  #valuesOf(row: Row): Value[] {
    const { columns } = this.#layout;
    const values: Value[] = [];
    for (const column of columns) values.push(row[column] ?? null);
    return values;
  }

  #subjectOfKey(key: readonly Value[]): Subject {
    return key.length === 1 ? key[0] : key.map((value) => `${value ?? ''}\u0000`).join('');
  }

  #present(): Map<Subject, Pending> {
    if (this.#presentRows === undefined) {
      this.#presentRows = new Map();
      for (const write of this.writes) this.#note(this.#presentRows, write);
    }
    return this.#presentRows;
  }

  #note(present: Map<Subject, Pending>, write: Pending): void {
    if (this.#layout.versioned && write.values[this.#layout.until] !== open) return;
    present.set(subjectOf(write.values, this.#layout.subject), write);
  }
}

const isWrite = (pending: Pending): pending is Pending & Write => pending.kind !== 'dropped';

/**
 * Collects the writes of a batch and folds together what need not be written twice: a version closed in the batch that
 * opened it is written once with both ends, one opened and closed by the same event not at all, a row put twice once.
 */
export class Batch implements RowWriter {
  readonly #tables = new Map<Table, PendingTable>();

  insert(table: Table, row: Row): void {
    this.#pendingOf(table).insert(row);
  }

  put(table: Table, row: Row): void {
    if (isVersioned(table))
      throw new TypeError(`Rows of ${table.name} have versions: close the present one and insert the next.`);
    this.#pendingOf(table).put(row);
  }

  close(table: Table, key: readonly Value[], ordinal: number): void {
    if (!isVersioned(table)) throw new TypeError(`Rows of ${table.name} have no versions to close.`);
    this.#pendingOf(table).close(key, ordinal);
  }

  remove(table: Table, key: readonly Value[]): void {
    this.#pendingOf(table).remove(key);
  }

  writes(): readonly TableWrites[] {
    return [...this.#tables].map(([table, pending]) => ({ table, writes: pending.writes.filter(isWrite) }));
  }

  #pendingOf(table: Table): PendingTable {
    const known = this.#tables.get(table);
    if (known !== undefined) return known;
    const pending = new PendingTable(layoutOf(table));
    this.#tables.set(table, pending);
    return pending;
  }
}

/** An event that a projection could not fold. */
export class NotFolded extends Error {
  override readonly name = 'NotFolded';
  constructor(
    readonly event: RecordedEvent,
    cause: unknown,
  ) {
    super(`${event.type} ${event.id} at ${event.ordinal}: ${messageOf(cause)}`, { cause });
  }
}

/** What an error says; of any realm, since the driver's errors are not of the one that tests run in. */
export const messageOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);

const evolved = (projection: Projection, loaded: unknown, event: RecordedEvent, batch: Batch): void => {
  try {
    projection.evolve(loaded, event, batch);
  } catch (error) {
    throw new NotFolded(event, error);
  }
};

/** Loads and folds one batch: what is to be written of events, whether the projection reads them or not. */
export const foldBatch = async (
  projection: Projection,
  build: Build,
  kept: Kept,
  events: readonly RecordedEvent[],
): Promise<readonly TableWrites[]> => {
  const read = events.filter(({ type }) => projection.reads.has(type));
  if (read.length === 0) return [];
  const batch = new Batch();
  const loaded = await projection.load(read, build.rows, kept);
  for (const event of read) evolved(projection, loaded, event, batch);
  return batch.writes();
};

/** Loads, folds and writes one batch: all the events after the build's checkpoint up to an ordinal. */
export const projectBatch = async (
  projection: Projection,
  build: Build,
  kept: Kept,
  events: readonly RecordedEvent[],
  upTo: number,
): Promise<void> => build.commit(await foldBatch(projection, build, kept, events), upTo);
