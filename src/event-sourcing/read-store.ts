/** A value that a row's column holds, the same on every store. JSON columns hold text. */
export type Value = string | number | null;
export type Row = { readonly [column: string]: Value };

export type ColumnType = 'integer' | 'real' | 'text';

/**
 * A table of a projection. Names are unique among all projections, since queries name tables without their schema.
 * Rows are clustered by `key`. A versioned table ends its key with `known_from` and has `known_until`: the ordinals from
 * and to which the row was known; `open` while it is the present.
 */
export interface Table {
  readonly name: string;
  readonly columns: Readonly<Record<string, ColumnType>>;
  /** Columns that may be null. */
  readonly nullable?: readonly string[];
  readonly key: readonly string[];
  /** Rows of a kilobyte and more: a store that clusters rows by the key may keep these apart from it. */
  readonly wide?: boolean;
  readonly indexes?: readonly {
    readonly columns: readonly string[];
    readonly unique?: boolean;
    /** Only rows where this column is not null. */ readonly whereNotNull?: string;
  }[];
}

/**
 * Reads rows of every projection. SQL is the subset that SQLite and PostgreSQL share, `?` for parameters, table names
 * bare. A query reads one consistent state of each projection.
 */
export interface RowReader {
  all<R extends Row = Row>(sql: string, parameters?: readonly Value[]): Promise<readonly R[]>;
  first<R extends Row = Row>(sql: string, parameters?: readonly Value[]): Promise<R | undefined>;
}

/**
 * Collects what a batch writes to the tables of one projection; written once, with the checkpoint, in one transaction,
 * in the order in which it was asked for. Versions are per event: a row opened and closed within a batch is written with both ends.
 */
export interface RowWriter {
  /** Adds a row (unversioned tables, and rows known from one ordinal on that carry their `known_from` and `known_until`). */
  insert(table: Table, row: Row): void;
  /** Inserts the row, or replaces the one with its key. Unversioned tables only. */
  put(table: Table, row: Row): void;
  /** Ends the present version of the row whose key (without `known_from`) is given: its `known_until` becomes `ordinal`. */
  close(table: Table, key: readonly Value[], ordinal: number): void;
  remove(table: Table, key: readonly Value[]): void;
}

/** What a read store has to know of a projection. */
export interface Projected {
  /** Lower-case letters, digits and dashes, beginning with a letter: it names files and schemas. */
  readonly name: string;
  readonly version: number;
  readonly tables: readonly Table[];
}

/**
 * One write of a batch. `insert` and `put` hold a value for each column, in the table's order of columns; `close` the key
 * without `known_from` and then the ordinal; `remove` the key.
 */
export interface Write {
  readonly kind: 'insert' | 'put' | 'close' | 'remove';
  readonly values: readonly Value[];
}

/** What a batch writes to one table, in order. */
export interface TableWrites {
  readonly table: Table;
  readonly writes: readonly Write[];
}

/** The event at which a projection stands still, and what it said. */
export interface Stall {
  readonly ordinal: number;
  readonly eventId: string;
  readonly message: string;
}

/** How far one projection is, as every process that uses the read store sees it. */
export interface Progress {
  readonly name: string;
  readonly version: number;
  /** Readers here see rows of this version. */
  readonly live: boolean;
  /** The ordinal up to which readers here see the rows of this version; 0 while it is not live. */
  readonly checkpoint: number;
  /** A build of this version that is under way: the ordinal it has reached and the one it is bound for. */
  readonly building?: { readonly ordinal: number; readonly target: number };
  readonly stall?: Stall;
}

/** A writer that was fenced off: another process holds the lease by now. Nothing was written. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

/** Another build of this projection is under way. Nothing was begun. */
export class AlreadyBuilding extends Error {
  override readonly name = 'AlreadyBuilding';
  constructor(readonly projection: string) {
    super(
      `Another build of projection '${projection}' is under way; try again when it has finished or, should its process have died, in some seconds.`,
    );
  }
}

/** A query needs rows that are being built for the first time, or anew for this version of the program. */
export class NotBuiltYet extends Error {
  override readonly name = 'NotBuiltYet';
  constructor(
    readonly projections: readonly string[],
    options?: ErrorOptions,
  ) {
    super(`The rows of ${projections.join(', ')} are being built.`, options);
  }
}

/** Whoever holds it is the one writer of the projection's builds that are no longer being filled. */
export const projectLease = ({ name, version }: Projected): string => `project:${name}-v${version}`;
/** Whoever holds it fills a new build of the projection. */
export const buildLease = ({ name, version }: Projected): string => `build:${name}-v${version}`;

/**
 * One build of a projection: its tables and how far they go, changed together and by one writer. A new build is
 * *filled* with durability off, seen by nobody; *settled*, it is durable, and each commit is a transaction.
 */
export interface Build {
  readonly id: number;
  readonly projection: Projected;
  /** The ordinal up to which events are in the rows; 0 at first. */
  readonly checkpoint: number;
  readonly live: boolean;
  /** A write failed while it was being filled: it is of no use any more. */
  readonly broken: boolean;
  /** Reads this build's own tables, with what was committed; asked while a batch is written, it answers with that batch. */
  readonly rows: RowReader;
  /**
   * Writes the rows and the checkpoint: both or neither (a build that is being filled is of no use after a failure here).
   * @throws LeaseLost where a writer with a newer token has opened the build; StoreUnavailable; what the database says
   *   of the rows.
   */
  commit(writes: readonly TableWrites[], ordinal: number): Promise<void>;
  /**
   * Ends the filling: what was written is on disk when it resolves.
   * @throws where the `buildLease` was lost and somebody else has thrown the build away.
   */
  settle(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Where the rows of all projections stand: disposable, shared by several processes, each of which opens it with the
 * projections of its own code. Readers see the live build of each projection at that version, and until there is one the
 * live build of another version, whose rows still answer most queries.
 */
export interface ReadStore extends RowReader {
  readonly projections: readonly Projected[];

  /** How far each projection is, in the order in which they were given. */
  progress(): Promise<readonly Progress[]>;

  /**
   * Takes those of the leases which are free or expired, and keeps those which the holder has. Answers with the tokens of
   * all that it holds now: a token is higher than every earlier one, and stays while the lease is not lost.
   */
  hold(holder: string, leases: readonly string[], ttlMs: number): Promise<ReadonlyMap<string, number>>;
  /** Takes the lease from whoever has it. */
  seize(holder: string, lease: string, ttlMs: number): Promise<number>;
  /** Gives up those of the leases that the holder has. */
  release(holder: string, leases: readonly string[]): Promise<void>;

  /**
   * Opens the live build of the projection's version for writing, else a settled one that was never live, else null.
   * From then on nobody with a lower token writes to it.
   * @throws LeaseLost where a higher token has opened it.
   */
  open(projection: Projected, token: number): Promise<Build | null>;
  /** Begins to fill a build. What a dead process left unfinished is thrown away, so the holder must have the `buildLease`. */
  begin(projection: Projected, holder: string): Promise<Build>;
  /** Tells other processes how far a build is that is not live. */
  report(build: Build, target: number): Promise<void>;
  /**
   * Lets readers see this settled build in place of every other of its version, in one step; the others are deleted, and
   * so are those of older versions that no process projects any more. A stall that it has passed is over.
   * @throws LeaseLost unless the holder has the `projectLease`.
   */
  makeLive(build: Build, holder: string): Promise<void>;
  /** Closes and deletes a build that is of no use: readers do without it. */
  discard(build: Build): Promise<void>;

  /**
   * Takes these for the program's projections from here on: one that reads and projects more of them, or fewer, than when it
   * began.
   * @throws TypeError for projections that cannot stand side by side.
   */
  readAs(projections: readonly Projected[]): void;
  /** Deletes what was built of projections of these names, which no program projects any more. */
  deleteBuilds(ofName: (name: string) => boolean): Promise<void>;

  /** Notes, for every process, that the projection stands still, or (null) that it goes on. */
  noteStall(projection: Projected, stall: Stall | null): Promise<void>;

  close(): Promise<void>;
}
