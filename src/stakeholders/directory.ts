import type { RecordedEvent } from '../event-sourcing/event-store.js';
import { open } from '../event-sourcing/position.js';
import type { Projection } from '../event-sourcing/projection.js';
import type { Row, RowWriter } from '../event-sourcing/read-store.js';
import { type Listed, type Loaded, listedBy } from './directory-listed.js';
import {
  type Ended,
  type MergeRow,
  directoryTables,
  stakeholderApartTable,
  stakeholderExternalIdTable,
  stakeholderHandleTable,
  stakeholderMergeTable,
  stakeholderTable,
  stakeholderTraitTable,
  stakeholderWordTable,
} from './directory-tables.js';
import { type StakeholderFact, stakeholder } from './stakeholder.js';
import { joined, parted, treesOf } from './group-tree.js';
import { traitsOf } from './traits.js';
import { folded, wordsOf } from './words.js';

/** Who they are, and how they are found. */
export const directory: Projection<Loaded> = {
  name: 'directory',
  version: 4,
  tables: directoryTables,
  reads: new Set<StakeholderFact['type']>([
    'StakeholderIdentified',
    'StakeholderRenamed',
    'HandleAdded',
    'HandleRemoved',
    'ExternalIdAdded',
    'ExternalIdRemoved',
    'StakeholderRetired',
    'StakeholdersMerged',
    'StakeholderUnmerged',
    'StakeholdersToldApart',
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
      events.flatMap(concernedBy).filter((id) => !identified.has(id)),
      rows,
    );
  },

  evolve: (loaded, event, rows) => {
    const ids = concernedBy(event);
    const before = treesOf(loaded, ids);
    const after = listedAfter(loaded, event);
    // Claims are given up also for somebody who is never identified.
    if (after.length === 0) return;
    const was = new Map(after.map(({ id }) => [id, loaded.get(id)]));
    for (const listed of after) loaded.set(listed.id, listed);
    const trees = treesOf(loaded, ids);
    writeVersions(before, trees, event.ordinal, rows);
    for (const listed of after) {
      writeMerge(was.get(listed.id)?.joinedBy ?? null, listed.joinedBy, event, rows);
      writeHoldings(was.get(listed.id), listed, event.ordinal, rows);
    }
    writeFound(before, trees, event.ordinal, rows);
    if (event.type === 'StakeholdersToldApart')
      writeApart(
        ids.map((id) => whoIs(loaded, id).key),
        event.ordinal,
        rows,
      );
  },
};

// Claims that were given up name tokens alone; the stream always says whose it is.
const subjectOf = ({ stream }: RecordedEvent): string => stream.slice(stakeholder.category.length + 1);

/** Those whose rows an event may change by itself; what it changes for them, it changes for all who are one with them. */
const concernedBy = (event: RecordedEvent): readonly string[] => {
  const { type, data } = factOf(event);
  if (type === 'StakeholdersToldApart') return [data.stakeholderId, data.otherId];
  return type === 'StakeholdersMerged' || type === 'StakeholderUnmerged'
    ? [data.stakeholderId, data.mergedId]
    : [subjectOf(event)];
};

// The boundary of the log: its data is what the decider wrote.
const factOf = (event: RecordedEvent): StakeholderFact => event as unknown as StakeholderFact;

/** Those who are otherwise after an event. */
const listedAfter = (loaded: Loaded, event: RecordedEvent): readonly Listed[] => {
  const { type, data } = factOf(event);
  const { revision } = event;
  if (type === 'StakeholderIdentified') {
    const { stakeholderId: id, kind, personal } = data;
    const { name, handles, externalIds } = personal;
    const who = { key: event.ordinal, id, kind, name, handles, externalIds };
    return [
      {
        ...who,
        retired: false,
        revision,
        identifiedAt: event.recordedAt,
        mergedInto: null,
        merged: [],
        joinedBy: null,
      },
    ];
  }
  const known = loaded.get(subjectOf(event));
  if (known === undefined) {
    if (type === 'ClaimsAbandoned') return [];
    throw new Error(`Stakeholder ${data.stakeholderId} was never identified.`);
  }
  const before = { ...known, revision };
  switch (type) {
    case 'StakeholderRenamed':
      return [{ ...before, name: data.personal.name }];
    case 'HandleAdded':
      return [{ ...before, handles: [...before.handles, data.personal.handle] }];
    case 'HandleRemoved':
      return [{ ...before, handles: withoutOrEnded(before.handles, data) }];
    case 'ExternalIdAdded':
      return [{ ...before, externalIds: [...before.externalIds, data.personal.externalId] }];
    case 'ExternalIdRemoved':
      return [{ ...before, externalIds: withoutOrEnded(before.externalIds, data) }];
    case 'StakeholderRetired':
      return [{ ...before, retired: true }];
    case 'StakeholdersMerged':
      return joinedBy(event, joined(before, whoIs(loaded, data.mergedId)));
    case 'StakeholderUnmerged':
      return joinedBy(null, parted(before, whoIs(loaded, data.mergedId)));
    case 'StakeholdersToldApart':
    case 'ClaimsAbandoned':
    case 'AffiliationStarted':
    case 'AffiliationEnded':
    case 'AffiliationCorrected':
    case 'AffiliationRetracted':
      return [before];
  }
};

/** What was theirs until a date stays, with the date; what never was goes. */
const withoutOrEnded = <Held extends { readonly token: string }>(
  held: readonly Ended<Held>[],
  { token, until }: { readonly token: string; readonly until?: string },
): readonly Ended<Held>[] =>
  until === undefined
    ? held.filter((each) => each.token !== token)
    : held.map((each) => (each.token === token ? { ...each, until } : each));

const joinedBy = (
  event: RecordedEvent | null,
  [survivor, merged]: readonly [Listed, Listed],
): readonly [Listed, Listed] => [survivor, { ...merged, joinedBy: event && mergeOf(survivor.key, merged.key, event) }];

const mergeOf = (survivor: number, merged: number, { ordinal, recordedAt, provenance }: RecordedEvent): MergeRow => ({
  ...{ survivor, merged, merge: ordinal, merged_at: recordedAt },
  ...{ merged_by: provenance.actor, merged_reason: provenance.reason ?? null },
  ...{ unmerge: null, unmerged_at: null, unmerged_by: null, unmerged_reason: null },
});

const whoIs = (loaded: Loaded, id: string): Listed => {
  const listed = loaded.get(id);
  if (listed === undefined) throw new Error(`Stakeholder ${id} was never identified.`);
  return listed;
};

// Folding may make a name eighteen times longer, and a cursor and an index hold it. Names that begin alike sort by when they
// came.
const sortNameMax = 200;

const stakeholderRow = (
  { key, id, kind, name, retired, revision, identifiedAt }: Listed,
  survivor: number | null,
  mergedInto: number | null,
  ordinal: number,
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
  survivor,
  merged_into: mergedInto,
});

type Trees = readonly (readonly Listed[])[];

/** Another version of whoever is otherwise, or belongs to another tree than before. */
const writeVersions = (before: Trees, after: Trees, ordinal: number, rows: RowWriter): void => {
  const was = new Map(before.flatMap((tree) => tree.map((listed) => [listed.id, { listed, of: placeIn(tree) }])));
  for (const tree of after) {
    const of = placeIn(tree);
    const keys = new Map(tree.map(({ id, key }) => [id, key]));
    for (const listed of tree) {
      const { id, key, mergedInto } = listed;
      const version = was.get(id);
      if (version?.listed === listed && version.of === of) continue;
      if (version !== undefined) rows.close(stakeholderTable, [key], ordinal);
      const into = mergedInto === null ? null : (keys.get(mergedInto) ?? null);
      rows.insert(stakeholderTable, stakeholderRow(listed, of, into, ordinal));
    }
  }
};

/** The key of who remains in a tree; null where somebody is one alone. */
const placeIn = (tree: readonly Listed[]): number | null => (tree.length > 1 ? (tree[0]?.key ?? null) : null);

/** A merge that began, or one that ended. */
const writeMerge = (before: MergeRow | null, after: MergeRow | null, event: RecordedEvent, rows: RowWriter): void => {
  if (before?.merge === after?.merge) return;
  const { ordinal, recordedAt, provenance } = event;
  const versions = { known_from: ordinal, known_until: open };
  if (before !== null) {
    rows.close(stakeholderMergeTable, [before.survivor, before.merge], ordinal);
    const ended = { unmerge: ordinal, unmerged_at: recordedAt };
    const by = { unmerged_by: provenance.actor, unmerged_reason: provenance.reason ?? null };
    rows.insert(stakeholderMergeTable, { ...before, ...versions, ...ended, ...by });
  }
  if (after !== null) rows.insert(stakeholderMergeTable, { ...after, ...versions });
};

const writeHoldings = (before: Listed | undefined, after: Listed, ordinal: number, rows: RowWriter): void => {
  const versions = { stakeholder: after.key, known_from: ordinal, known_until: open };
  const handles = changes(before?.handles ?? [], after.handles);
  for (const { token } of handles.gone) rows.close(stakeholderHandleTable, [after.key, token], ordinal);
  handles.come.forEach((held, place) => {
    const { token, claim, rule, channel, site = null, address } = held;
    const handle = { token, place, claim, rule, channel, site, address };
    rows.insert(stakeholderHandleTable, { ...versions, ...handle, ...periodOf(held) });
  });
  const externalIds = changes(before?.externalIds ?? [], after.externalIds);
  for (const { token } of externalIds.gone) rows.close(stakeholderExternalIdTable, [after.key, token], ordinal);
  externalIds.come.forEach((held, place) => {
    const { token, claim, system, id } = held;
    rows.insert(stakeholderExternalIdTable, { ...versions, token, place, claim, system, id, ...periodOf(held) });
  });
};

const periodOf = ({ from, until }: { readonly from?: string; readonly until?: string }) => ({
  held_from: from === undefined ? null : Date.parse(from),
  held_until: until === undefined ? null : Date.parse(until),
});

interface Holding {
  readonly token: string;
  readonly until?: string;
}

/** What is no longer held as it was and what is newly held, each token once. */
const changes = <Held extends Holding>(before: readonly Held[], after: readonly Held[]) => {
  if (before === after) return { gone: [], come: [] };
  const was = new Map(before.map((holding) => [holding.token, holding]));
  const is = new Map(after.map((holding) => [holding.token, holding]));
  return {
    gone: [...was.values()].filter((held) => !asBefore(held, is.get(held.token))),
    come: [...is.values()].filter((held) => !asBefore(held, was.get(held.token))),
  };
};

const asBefore = (held: Holding, other: Holding | undefined): boolean =>
  other !== undefined && other.until === held.until;

/** What is theirs by all that is known: they are found by nothing that is somebody else's by now. */
const heldNow = <Held extends Holding>(held: readonly Held[]): readonly Held[] =>
  held.filter(({ until }) => until === undefined);

const wordsToFind = (tree: readonly Listed[]): ReadonlySet<string> =>
  wordsOf(
    ...tree.flatMap(({ name, handles }) => [
      name,
      ...heldNow(handles).flatMap(({ address, site = '' }) => [address, site]),
    ]),
  );

const traitsToShare = (tree: readonly Listed[]): ReadonlySet<string> =>
  new Set(tree.flatMap(({ name, handles }) => [...traitsOf(name, heldNow(handles))]));

/** Whether who remains is found by the same as before. */
const saysTheSame = (before: readonly Listed[] | undefined, after: readonly Listed[]): boolean =>
  before?.length === after.length &&
  before.every(({ name, handles }, index) => name === after[index]?.name && handles === after[index].handles);

/** By what they are found, and by what suggestions find them: of all who are one, under who remains. */
const writeFound = (before: Trees, after: Trees, ordinal: number, rows: RowWriter): void => {
  const was = new Map(before.map((tree) => [tree[0]?.key ?? 0, tree]));
  const is = new Map(after.map((tree) => [tree[0]?.key ?? 0, tree]));
  for (const key of new Set([...was.keys(), ...is.keys()])) {
    const [old, now] = [was.get(key) ?? [], is.get(key) ?? []];
    if (saysTheSame(old, now)) continue;
    const versions = { stakeholder: key, known_from: ordinal, known_until: open };
    const words = differenceOf(wordsToFind(old), wordsToFind(now));
    for (const word of words.gone) rows.close(stakeholderWordTable, [word, key], ordinal);
    for (const word of words.come) rows.insert(stakeholderWordTable, { word, ...versions });
    const traits = differenceOf(traitsToShare(old), traitsToShare(now));
    for (const trait of traits.gone) rows.close(stakeholderTraitTable, [trait, key], ordinal);
    for (const trait of traits.come) rows.insert(stakeholderTraitTable, { trait, ...versions });
  }
};

const differenceOf = (was: ReadonlySet<string>, is: ReadonlySet<string>) => ({
  gone: [...was].filter((each) => !is.has(each)),
  come: [...is].filter((each) => !was.has(each)),
});

const writeApart = ([one = 0, other = 0]: readonly number[], ordinal: number, rows: RowWriter): void => {
  const versions = { known_from: ordinal, known_until: open };
  rows.insert(stakeholderApartTable, { one, other, ...versions });
  rows.insert(stakeholderApartTable, { one: other, other: one, ...versions });
};
