import type { RecordedEvent } from '../event-sourcing/event-store.js';
import { inLists } from '../event-sourcing/in-lists.js';
import { open } from '../event-sourcing/position.js';
import type { Kept, Projection } from '../event-sourcing/projection.js';
import type { Row, RowReader, RowWriter } from '../event-sourcing/read-store.js';
import { type InteractionView, interactionFactOf, interactionIdOf, shownFacts, viewAfter } from './interaction-view.js';
import {
  interactionTable,
  marked,
  timelineArrivalsTable,
  timelineEntryTable,
  timelineStakeholderTable,
  timelineTables,
} from './timeline-tables.js';

/** A stakeholder of the timeline, with what has arrived since the last row of arrivals. Only `evolve` changes it. */
interface Line {
  readonly key: number;
  count: number;
  firstOrdinal: number;
  firstAt: number;
  lastAt: number;
}

interface Present {
  readonly key: number;
  /** When it took place, in milliseconds. */
  readonly at: number;
  readonly view: InteractionView;
}

interface Loaded {
  readonly lines: ReadonlyMap<string, Line>;
  /** Interactions that the batch amends, as they are. */
  readonly interactions: Map<string, Present>;
  readonly amended: ReadonlySet<string>;
  readonly arrivalsPerRow: number;
}

/** What passed between a stakeholder and us, and when. With another number of arrivals a row, it is for tests. */
export const timelineWith = (arrivalsPerRow: number): Projection<Loaded> => ({
  name: 'timeline',
  version: 2,
  tables: timelineTables,
  reads: new Set(['StakeholderIdentified', ...shownFacts]),

  load: async (events, rows, kept) => {
    const amended = new Set<string>();
    for (const event of events) {
      const fact = interactionFactOf(event);
      if (shownFacts.has(fact.type) && fact.type !== 'InteractionRecorded') amended.add(interactionIdOf(fact));
    }
    return {
      lines: await linesOf(events, rows, kept),
      interactions: await presentOf(amended, rows),
      amended,
      arrivalsPerRow,
    };
  },

  evolve: (loaded, event, rows) => {
    if (!shownFacts.has(event.type)) {
      rows.insert(timelineStakeholderTable, { id: identifiedBy(event), key: event.ordinal });
      return;
    }
    const id = interactionIdOf(interactionFactOf(event));
    const before = loaded.interactions.get(id);
    const present = presentFrom(before?.key ?? event.ordinal, viewAfter(before?.view ?? null, event));
    if (before !== undefined) rows.close(interactionTable, [before.key], event.ordinal);
    rows.insert(interactionTable, interactionRow(present, event.ordinal));
    writeEntries(loaded, before, present, event.ordinal, rows);
    if (loaded.amended.has(id)) loaded.interactions.set(id, present);
  },
});

export const timeline = timelineWith(1024);

// Both are the boundary of the log: its data is what the deciders wrote.
const identifiedBy = ({ data }: RecordedEvent): string => (data as { readonly stakeholderId: string }).stakeholderId;

const participantsOf = (event: RecordedEvent): readonly string[] => {
  const { type, data } = interactionFactOf(event);
  const all =
    type === 'InteractionRecorded'
      ? data.participants
      : [...data.was.participants, ...(type === 'InteractionCorrected' ? (data.to.participants ?? []) : [])];
  return all.map(({ stakeholderId }) => stakeholderId);
};

const presentFrom = (key: number, view: InteractionView): Present => ({ key, at: Date.parse(view.occurredAt), view });

const interactionRow = ({ key, at, view }: Present, ordinal: number): Row => ({
  key,
  known_from: ordinal,
  known_until: open,
  id: view.interactionId,
  occurred_at: at,
  recorded_at: view.recordedAt,
  revision: view.revision,
  reply_to: view.inReplyTo,
  retracted: view.retraction === null ? 0 : 1,
  body: JSON.stringify(view),
});

/** Everything in an entry but the stakeholder whose it is and its versions. */
interface Entry {
  readonly at: number;
  readonly key: number;
  readonly direction: string;
  readonly channel: string;
  readonly act: string;
  readonly roles: string;
  readonly topics: string;
  readonly by_id: number;
  readonly retracted: number;
}

/** The entries of an interaction by stakeholder: one each, whatever roles they have in it. */
const entriesOf = ({ key, at, view }: Present): ReadonlyMap<string, Entry> => {
  const { direction, channel, act, topics, retraction, participants, handles } = view;
  const all = {
    at,
    key,
    direction,
    channel,
    act,
    topics: marked(topics),
    retracted: retraction === null ? 0 : 1,
  };
  const roles = new Map<string, string[]>();
  const byHandle = new Set<string>();
  for (const [index, { stakeholderId, role }] of participants.entries()) {
    if (handles[index] != null) byHandle.add(stakeholderId);
    const known = roles.get(stakeholderId);
    if (known === undefined) roles.set(stakeholderId, [role]);
    else if (!known.includes(role)) known.push(role);
  }
  const entries = new Map<string, Entry>();
  for (const [stakeholderId, has] of roles)
    entries.set(stakeholderId, { ...all, roles: marked(has), by_id: byHandle.has(stakeholderId) ? 0 : 1 });
  return entries;
};

const sameEntry = (a: Entry | undefined, b: Entry | undefined): boolean =>
  a?.at === b?.at &&
  a?.direction === b?.direction &&
  a?.channel === b?.channel &&
  a?.act === b?.act &&
  a?.roles === b?.roles &&
  a?.topics === b?.topics &&
  a?.by_id === b?.by_id &&
  a?.retracted === b?.retracted;

const nothing: ReadonlyMap<string, Entry> = new Map();

const writeEntries = (
  { lines, arrivalsPerRow }: Loaded,
  before: Present | undefined,
  present: Present,
  ordinal: number,
  rows: RowWriter,
): void => {
  const was = before === undefined ? nothing : entriesOf(before);
  const is = entriesOf(present);
  for (const [stakeholderId, entry] of was)
    if (!sameEntry(entry, is.get(stakeholderId)))
      rows.close(timelineEntryTable, [lineOf(lines, stakeholderId).key, entry.at, entry.key], ordinal);
  for (const [stakeholderId, entry] of is) {
    if (sameEntry(was.get(stakeholderId), entry)) continue;
    const line = lineOf(lines, stakeholderId);
    rows.insert(timelineEntryTable, { stakeholder: line.key, known_from: ordinal, known_until: open, ...entry });
    arrive(line, entry.at, ordinal);
    if (line.count >= arrivalsPerRow) writeArrivals(line, ordinal, rows);
  }
};

const lineOf = (lines: Loaded['lines'], stakeholderId: string): Line => {
  const line = lines.get(stakeholderId);
  if (line === undefined) throw new Error(`Stakeholder ${stakeholderId} takes part, but was never identified.`);
  return line;
};

const arrive = (line: Line, at: number, ordinal: number): void => {
  const first = line.count === 0;
  if (first) line.firstOrdinal = ordinal;
  line.firstAt = first ? at : Math.min(line.firstAt, at);
  line.lastAt = first ? at : Math.max(line.lastAt, at);
  line.count += 1;
};

const writeArrivals = (line: Line, ordinal: number, rows: RowWriter): void => {
  const { key, firstOrdinal, firstAt, lastAt } = line;
  rows.insert(timelineArrivalsTable, {
    stakeholder: key,
    last_ordinal: ordinal,
    first_ordinal: firstOrdinal,
    first_at: firstAt,
    last_at: lastAt,
  });
  line.count = 0;
};

/** The lines of all that a batch concerns; those kept from earlier batches were changed by nobody else since. */
const linesOf = async (
  events: readonly RecordedEvent[],
  rows: RowReader,
  kept: Kept,
): Promise<ReadonlyMap<string, Line>> => {
  const lines = new Map<string, Line>();
  const missing = new Set<string>();
  const keep = (id: string, line: Line): void => {
    lines.set(id, line);
    kept.set(id, line);
  };
  for (const event of events) {
    if (!shownFacts.has(event.type)) {
      keep(identifiedBy(event), { key: event.ordinal, count: 0, firstOrdinal: 0, firstAt: 0, lastAt: 0 });
      continue;
    }
    for (const id of participantsOf(event)) {
      if (lines.has(id) || missing.has(id)) continue;
      const line = kept.get(id) as Line | undefined;
      if (line === undefined) missing.add(id);
      else lines.set(id, line);
    }
  }
  for (const { marks, values } of inLists(missing))
    for (const { id, ...line } of await rows.all<LineRow>(lineSql(marks), values)) keep(id, line);
  return lines;
};

type LineRow = Row & Line & { readonly id: string };

const lineSql = (marks: string): string => `
  WITH line AS MATERIALIZED (
    SELECT s.id, s.key, coalesce((SELECT max(a.last_ordinal) FROM timeline_arrivals a WHERE a.stakeholder = s.key), 0) AS told
    FROM timeline_stakeholder s WHERE s.id IN (${marks})
  )
  SELECT line.id, line.key, count(e.key) AS count, coalesce(min(e.known_from), 0) AS "firstOrdinal",
    coalesce(min(e.at), 0) AS "firstAt", coalesce(max(e.at), 0) AS "lastAt"
  FROM line LEFT JOIN timeline_entry e ON e.stakeholder = line.key AND e.known_from > line.told
  GROUP BY line.id, line.key`;

const presentOf = async (ids: ReadonlySet<string>, rows: RowReader): Promise<Map<string, Present>> => {
  const found = new Map<string, Present>();
  for (const { marks, values } of inLists(ids)) {
    const sql = `SELECT id, key, body FROM interaction WHERE id IN (${marks}) AND known_until = ${open}`;
    for (const { id, key, body } of await rows.all<{ id: string; key: number; body: string }>(sql, values))
      found.set(id, presentFrom(key, JSON.parse(body) as InteractionView));
  }
  return found;
};
