import { deepStrictEqual } from 'node:assert/strict';
import type { Decider, Refusal } from './decider.js';
import { isRefusal } from './decider.js';
import { deterministicId } from './event-id.js';
import type { RecordedEvent } from './event-store.js';
import type { Fact, Json, JsonObject } from './fact.js';
import { positionOf } from './position.js';
import type { Projection } from './projection.js';
import type { Provenance } from './provenance.js';
import type { ReadStore, Row, RowReader, Table } from './read-store.js';
import { replayInto } from './replay.js';
import { openSqliteReadStore } from './stores/sqlite.read-store.js';

// What JSON drops is not there: facts are compared as they would be stored.
const asStored = (value: unknown): unknown => JSON.parse(JSON.stringify(value)) as Json;

const equal = (actual: unknown, expected: unknown): void => deepStrictEqual(asStored(actual), asStored(expected));

/**
 * Asks a decider in given, when, then: `given(...facts).when(request).then(facts or refusal)`, or
 * `.thenNothingHappens()` for a request that was answered before.
 */
export const specifyDecider = <State, Request, F extends Fact<string, object>, R extends Refusal>(
  decider: Decider<State, Request, F, R>,
) => ({
  given: (...facts: readonly F[]) => ({
    when: (request: Request) => {
      const decide = (): readonly F[] | R =>
        decider.decide(request, facts.reduce(decider.evolve, decider.initialState));
      return {
        then: (expected: readonly F[] | R): void => equal(decide(), expected),
        thenNothingHappens: (): void => equal(decide(), []),
        /** The state that follows, for a property to look at. */
        state: (): State => {
          const decision = decide();
          return [...facts, ...(isRefusal<R>(decision) ? [] : decision)].reduce(decider.evolve, decider.initialState);
        },
      };
    },
  }),
});

/** The log of events made here. */
export const logIdOfTests = '0123456789abcdef';

export interface RecordedOptions {
  readonly stream?: string;
  /** Milliseconds since 1970; by default 2026-01-01T00:00:00Z and a second more for each ordinal. */
  readonly recordedAt?: number;
  readonly provenance?: Partial<Provenance>;
  readonly id?: string;
  readonly ordinal?: number;
  readonly revision?: number;
  /** Version of the event's shape, 1 by default. */
  readonly version?: number;
}

const provenanceOfTests: Provenance = {
  actor: 'tester',
  actorKind: 'key',
  credential: 'key-of-tester',
  correlationId: 'correlation',
  commandId: 'command',
  inputDigest: 'digest',
};

const beginning = Date.UTC(2026, 0, 1);
const optionsOf = new WeakMap<RecordedEvent, RecordedOptions>();
let made = 0;

// A fact of a context is a type and plain data; that the data is JSON is what recording it means.
const dataOf = (fact: Fact<string, object>): JsonObject => asStored(fact.data) as JsonObject;

/** An event as the log would hold it, with defaults for all but the fact. Ordinals count up unless `numbered` or `given` counts. */
export const recorded = (fact: Fact<string, object>, options: RecordedOptions = {}): RecordedEvent => {
  made += 1;
  const { ordinal = made } = options;
  const event: RecordedEvent = {
    id: options.id ?? deterministicId('recorded in a test', made),
    type: fact.type,
    version: options.version ?? 1,
    data: dataOf(fact),
    provenance: { ...provenanceOfTests, ...options.provenance },
    stream: options.stream ?? 'test-1',
    revision: options.revision ?? 0,
    position: positionOf(logIdOfTests, ordinal),
    ordinal,
    recordedAt: options.recordedAt ?? beginning + ordinal * 1_000,
  };
  optionsOf.set(event, options);
  return event;
};

const isRecorded = (event: RecordedEvent | Fact<string, object>): event is RecordedEvent => 'ordinal' in event;

/** The events as a log of their own: ordinals 1, 2, 3 and so on, revisions counted in each stream, where none was asked for. */
export const numbered = (...events: readonly (RecordedEvent | Fact<string, object>)[]): readonly RecordedEvent[] => {
  const revisions = new Map<string, number>();
  let last = 0;
  return events.map((each) => {
    const event = isRecorded(each) ? each : recorded(each);
    const options = optionsOf.get(event) ?? {};
    last = options.ordinal ?? last + 1;
    const revision = options.revision ?? revisions.get(event.stream) ?? 0;
    revisions.set(event.stream, revision + 1);
    const recordedAt = options.recordedAt ?? beginning + last * 1_000;
    return { ...event, ordinal: last, position: positionOf(logIdOfTests, last), revision, recordedAt };
  });
};

const rowsOf = async (rows: RowReader, { name, key }: Table): Promise<readonly Row[]> => {
  const found = await rows.all(`SELECT * FROM ${name} ORDER BY ${key.join(', ')}`);
  // Plain objects in an array of this realm: the driver's have other prototypes, which strict equality would tell apart.
  return Array.from(found, (row) => ({ ...row }));
};

const projectedFrom = async (
  projection: Projection,
  pages: readonly (readonly RecordedEvent[])[],
): Promise<ReadStore> => {
  const readStore = openSqliteReadStore({ folder: ':memory:', projections: [projection], logId: logIdOfTests });
  await replayInto(readStore, [projection], pages);
  return readStore;
};

/** The events in one batch and each in its own must give the same rows. */
const projectedBothWays = async (projection: Projection, events: readonly RecordedEvent[]): Promise<ReadStore> => {
  const atOnce = await projectedFrom(projection, [events]);
  const oneByOne = await projectedFrom(
    projection,
    events.map((event) => [event]),
  );
  for (const table of projection.tables)
    deepStrictEqual(
      await rowsOf(oneByOne, table),
      await rowsOf(atOnce, table),
      `Batches change the rows of ${table.name}.`,
    );
  await oneByOne.close();
  return atOnce;
};

/**
 * Runs a projection over events in an in-memory read store, all in one batch and again one by one, which must come to
 * the same: `given(...events).thenRows(table, rows)`, rows in the order of the table's key. Events are `recorded(...)` or
 * bare facts, and count as in `numbered`.
 */
export const specifyProjection = (projection: Projection) => ({
  given: (...events: readonly (RecordedEvent | Fact<string, object>)[]) => {
    const log = numbered(...events);
    const reading = async <T>(read: (rows: RowReader) => Promise<T>): Promise<T> => {
      const readStore = await projectedBothWays(projection, log);
      return await read(readStore).finally(() => readStore.close());
    };
    return {
      /** All rows of the table, whole. */
      thenRows: (table: Table, expected: readonly Row[]): Promise<void> =>
        reading(async (rows) => deepStrictEqual(await rowsOf(rows, table), expected)),
      /** All rows of the table, in the columns that the first expected row names. */
      thenColumns: (table: Table, expected: readonly Row[]): Promise<void> =>
        reading(async (rows) => {
          const columns = Object.keys(expected[0] ?? {});
          const picked = (await rowsOf(rows, table)).map((row) =>
            Object.fromEntries(columns.map((column) => [column, row[column]])),
          );
          deepStrictEqual(picked, expected);
        }),
      /** Whatever a query over the rows answers. */
      reading,
    };
  },
});
