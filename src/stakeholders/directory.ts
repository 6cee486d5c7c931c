import type { RecordedEvent } from '../event-sourcing/event-store.js';
import { inLists } from '../event-sourcing/in-lists.js';
import { open } from '../event-sourcing/position.js';
import type { Projection } from '../event-sourcing/projection.js';
import type { Row, RowReader, RowWriter, Table } from '../event-sourcing/read-store.js';
import {
  type ExternalIdRow,
  type HandleRow,
  type StakeholderRow,
  directoryTables,
  heldExternalId,
  heldHandle,
  stakeholderExternalIdTable,
  stakeholderHandleTable,
  stakeholderTable,
  stakeholderWordTable,
} from './directory-tables.js';
import {
  type HeldExternalId,
  type HeldHandle,
  type StakeholderFact,
  type StakeholderKind,
  stakeholder,
} from './stakeholder.js';
import { folded, wordsOf } from './words.js';

/** A stakeholder as the rows tell, of which the next version is made. */
interface Listed {
  readonly key: number;
  readonly id: string;
  readonly kind: StakeholderKind;
  readonly name: string;
  readonly retired: boolean;
  readonly identifiedAt: number;
  readonly handles: readonly HeldHandle[];
  readonly externalIds: readonly HeldExternalId[];
}

/** Stakeholders that the batch concerns, by id. */
type Loaded = Map<string, Listed>;

/** Who they are, and how they are found. */
export const directory: Projection<Loaded> = {
  name: 'directory',
  version: 3,
  tables: directoryTables,
  reads: new Set<StakeholderFact['type']>([
    'StakeholderIdentified',
    'StakeholderRenamed',
    'HandleAdded',
    'HandleRemoved',
    'ExternalIdAdded',
    'ExternalIdRemoved',
    'StakeholderRetired',
    'ClaimsAbandoned',
    // They change nothing that is listed, but the revision.
    'AffiliationStarted',
    'AffiliationEnded',
    'AffiliationCorrected',
    'AffiliationRetracted',
  ]),

  load: async (events, rows) => {
    // Whom the batch identifies has no rows yet.
    const identified = new Set(events.filter(({ type }) => type === 'StakeholderIdentified').map(subjectOf));
    return listedBy(
      events.map(subjectOf).filter((id) => !identified.has(id)),
      rows,
    );
  },

  evolve: (loaded, event, rows) => {
    const id = subjectOf(event);
    const before = loaded.get(id);
    const after = listedAfter(before, event);
    // Claims are given up also for somebody who is never identified.
    if (after === undefined) return;
    loaded.set(id, after);
    if (before !== undefined) rows.close(stakeholderTable, [before.key], event.ordinal);
    rows.insert(stakeholderTable, stakeholderRow(after, event));
    writeHoldings(before, after, event.ordinal, rows);
    writeWords(before, after, event.ordinal, rows);
  },
};

// Claims that were given up name tokens alone; the stream always says whose it is.
const subjectOf = ({ stream }: RecordedEvent): string => stream.slice(stakeholder.category.length + 1);

// The boundary of the log: its data is what the decider wrote.
const factOf = (event: RecordedEvent): StakeholderFact => event as unknown as StakeholderFact;

const listedAfter = (before: Listed | undefined, event: RecordedEvent): Listed | undefined => {
  const { type, data } = factOf(event);
  if (type === 'StakeholderIdentified') {
    const { stakeholderId: id, kind, personal } = data;
    const { name, handles, externalIds } = personal;
    return { key: event.ordinal, id, kind, name, retired: false, identifiedAt: event.recordedAt, handles, externalIds };
  }
  if (before === undefined) {
    if (type === 'ClaimsAbandoned') return undefined;
    throw new Error(`Stakeholder ${data.stakeholderId} was never identified.`);
  }
  switch (type) {
    case 'StakeholderRenamed':
      return { ...before, name: data.personal.name };
    case 'HandleAdded':
      return { ...before, handles: [...before.handles, data.personal.handle] };
    case 'HandleRemoved':
      return { ...before, handles: before.handles.filter(({ token }) => token !== data.token) };
    case 'ExternalIdAdded':
      return { ...before, externalIds: [...before.externalIds, data.personal.externalId] };
    case 'ExternalIdRemoved':
      return { ...before, externalIds: before.externalIds.filter(({ token }) => token !== data.token) };
    case 'StakeholderRetired':
      return { ...before, retired: true };
    case 'ClaimsAbandoned':
    case 'AffiliationStarted':
    case 'AffiliationEnded':
    case 'AffiliationCorrected':
    case 'AffiliationRetracted':
      return before;
  }
};

// Folding may make a name eighteen times longer, and a cursor and an index hold it. Names that begin alike sort by when they
// came.
const sortNameMax = 200;

const stakeholderRow = (
  { key, id, kind, name, retired, identifiedAt }: Listed,
  { ordinal, revision }: RecordedEvent,
): Row => ({
  key,
  known_from: ordinal,
  known_until: open,
  id,
  kind,
  name,
  sort_name: folded(name).slice(0, sortNameMax),
  retired: retired ? 1 : 0,
  revision,
  identified_at: identifiedAt,
});

const writeHoldings = (before: Listed | undefined, after: Listed, ordinal: number, rows: RowWriter): void => {
  const versions = { stakeholder: after.key, known_from: ordinal, known_until: open };
  const handles = changes(before?.handles ?? [], after.handles);
  for (const { token } of handles.gone) rows.close(stakeholderHandleTable, [after.key, token], ordinal);
  handles.come.forEach(({ token, claim, rule, channel, site = null, address }, place) =>
    rows.insert(stakeholderHandleTable, { ...versions, token, place, claim, rule, channel, site, address }),
  );
  const externalIds = changes(before?.externalIds ?? [], after.externalIds);
  for (const { token } of externalIds.gone) rows.close(stakeholderExternalIdTable, [after.key, token], ordinal);
  externalIds.come.forEach(({ token, claim, system, id }, place) =>
    rows.insert(stakeholderExternalIdTable, { ...versions, token, place, claim, system, id }),
  );
};

/** What is no longer held and what is newly held, each token once. */
const changes = <Holding extends { readonly token: string }>(before: readonly Holding[], after: readonly Holding[]) => {
  if (before === after) return { gone: [], come: [] };
  const was = new Map(before.map((holding) => [holding.token, holding]));
  const is = new Map(after.map((holding) => [holding.token, holding]));
  return {
    gone: [...was.values()].filter(({ token }) => !is.has(token)),
    come: [...is.values()].filter(({ token }) => !was.has(token)),
  };
};

const wordsToFind = ({ name, handles }: Listed): ReadonlySet<string> =>
  wordsOf(name, ...handles.flatMap(({ address, site = '' }) => [address, site]));

const writeWords = (before: Listed | undefined, after: Listed, ordinal: number, rows: RowWriter): void => {
  if (before?.name === after.name && before.handles === after.handles) return;
  const was = before === undefined ? new Set<string>() : wordsToFind(before);
  const is = wordsToFind(after);
  for (const word of [...was].filter((each) => !is.has(each)))
    rows.close(stakeholderWordTable, [word, after.key], ordinal);
  for (const word of [...is].filter((each) => !was.has(each)))
    rows.insert(stakeholderWordTable, { word, stakeholder: after.key, known_from: ordinal, known_until: open });
};

const listedBy = async (ids: readonly string[], rows: RowReader): Promise<Loaded> => {
  const loaded: Loaded = new Map();
  for (const { marks, values } of inLists(ids)) {
    const own = `SELECT key FROM stakeholder WHERE id IN (${marks}) AND known_until = ${open}`;
    const held = (table: Table): string =>
      `SELECT * FROM ${table.name} WHERE stakeholder IN (${own}) AND known_until = ${open} ORDER BY known_from, place`;
    const handles = Map.groupBy(
      await rows.all<HandleRow>(held(stakeholderHandleTable), values),
      (row) => row.stakeholder,
    );
    const externalIds = Map.groupBy(
      await rows.all<ExternalIdRow>(held(stakeholderExternalIdTable), values),
      (row) => row.stakeholder,
    );
    const found = await rows.all<StakeholderRow>(
      `SELECT * FROM stakeholder WHERE id IN (${marks}) AND known_until = ${open}`,
      values,
    );
    for (const { key, id, kind, name, retired, identified_at: identifiedAt } of found)
      loaded.set(id, {
        key,
        id,
        kind,
        name,
        retired: retired === 1,
        identifiedAt,
        handles: (handles.get(key) ?? []).map(heldHandle),
        externalIds: (externalIds.get(key) ?? []).map(heldExternalId),
      });
  }
  return loaded;
};
