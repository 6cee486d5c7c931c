import type { RecordedEvent } from '../event-sourcing/event-store.js';
import { inLists } from '../event-sourcing/in-lists.js';
import { open } from '../event-sourcing/position.js';
import type { Kept } from '../event-sourcing/projection.js';
import type { RowReader } from '../event-sourcing/read-store.js';
import { type Node, treesOf } from '../stakeholders/group-tree.js';
import type { StakeholderFact } from '../stakeholders/stakeholder.js';
import { compareFacts, type StandingFact } from './facts-of-standing.js';
import type { History } from './standing-history.js';
import { factOf, onceEach } from './standing-readings.js';
import type { StandingFactRow, StandingSubjectRow } from './standing-tables.js';
import { initialReading } from './standing.js';

/** A stakeholder as they were recorded: alone, or one of those who are one. */
export interface Person extends Node {
  readonly key: number;
}

/** One history as the projection keeps it between batches: of somebody alone, or of all who are one. */
export interface Subject {
  /** First who remains, under whom what is read stands. */
  people: readonly Person[];
  history: History;
  /** A change came to something else than the last instant: more of the kind are likely, so more of the history is kept. */
  late: boolean;
}

/** Who remains. */
export const rootOf = ({ people: [root] }: Subject): Person => {
  if (root === undefined) throw new Error('Nobody is the subject of a history.');
  return root;
};

export const keysOf = ({ people }: Subject): readonly number[] => people.map(({ key }) => key);

/** Of whom nothing has been read, everything has to be. */
const nothingRead: History = { base: { ...initialReading, at: Infinity }, before: 0, instants: [] };
/** Nothing was said by who is identified only now: there is nothing to look up. */
const nothingSaid: History = { base: initialReading, before: 0, instants: [] };

export const subjectOf = (people: readonly Person[], history: History): Subject => ({
  people,
  history: { ...history, instants: [] },
  late: false,
});

type Identified = Extract<StakeholderFact, { type: 'StakeholderIdentified' }>;
// The data of the event are what its decider answered.
export const identifiedIn = ({ data }: RecordedEvent): string => (data as unknown as Identified['data']).stakeholderId;

/** Keeps who is identified only now. */
export const keepNew = (event: RecordedEvent, kept: Kept): void => {
  const id = identifiedIn(event);
  kept.set(id, subjectOf([{ id, key: event.ordinal, mergedInto: null, merged: [] }], nothingSaid));
};

/** The subjects in whose histories these read, by the id of who remains. Under that id, nothing else is kept. */
export const subjectsOf = async (
  ids: readonly string[],
  rows: RowReader,
  kept: Kept,
): Promise<Map<string, Subject>> => {
  const subjects = new Map<string, Subject>();
  const unknown: string[] = [];
  for (const id of ids) {
    const subject = kept.get(id) as Subject | undefined;
    if (subject === undefined) unknown.push(id);
    else subjects.set(id, subject);
  }
  const people = await peopleOf(unknown, rows);
  for (const tree of treesOf(people, unknown)) {
    const [root] = tree;
    if (root === undefined) continue;
    const subject = (kept.get(root.id) as Subject | undefined) ?? subjectOf(tree, nothingRead);
    subjects.set(root.id, subject);
    kept.set(root.id, subject);
  }
  return subjects;
};

const subjectRows = async (
  column: 'id' | 'survivor',
  of: readonly (string | number)[],
  rows: RowReader,
): Promise<readonly StandingSubjectRow[]> => {
  const found: StandingSubjectRow[] = [];
  for (const { marks, values } of inLists(of)) {
    const sql = `select id, key, survivor, merged_into from standing_subject where ${column} in (${marks})`;
    found.push(...(await rows.all<StandingSubjectRow>(sql, values)));
  }
  return found;
};

/** People by their ids, with all who are one with them. */
const peopleOf = async (ids: readonly string[], rows: RowReader): Promise<ReadonlyMap<string, Person>> => {
  const asked = await subjectRows('id', ids, rows);
  const survivors = asked.flatMap(({ survivor }) => survivor ?? []);
  const all = new Map([...asked, ...(await subjectRows('survivor', survivors, rows))].map((row) => [row.key, row]));
  const merged = Map.groupBy(all.values(), ({ merged_into }) => merged_into);
  return new Map(
    [...all.values()].map(({ id, key, merged_into }) => [
      id,
      {
        ...{ id, key, mergedInto: merged_into === null ? null : (all.get(merged_into)?.id ?? null) },
        merged: (merged.get(key) ?? []).map((row) => row.id),
      },
    ]),
  );
};

/** What each stakeholder's own facts are, by their key and the fact's id: of those who are merged or parted by a batch. */
export type OwnFacts = Map<number, Map<string, StandingFact>>;

export const ownFactsOf = async (keys: readonly number[], rows: RowReader): Promise<OwnFacts> => {
  const own: OwnFacts = new Map(keys.map((key) => [key, new Map<string, StandingFact>()]));
  for (const { marks, values } of inLists(keys)) {
    const sql = `select stakeholder, at, fact_id, known_from, kind, tone, act, channel, stance, assessed_by from standing_fact
      where stakeholder in (${marks}) and known_until = ${open}`;
    type FactRow = Omit<StandingFactRow, 'known_until'>;
    for (const row of await rows.all<FactRow>(sql, values))
      own.get(row.stakeholder)?.set(row.fact_id, factOf(row, false));
  }
  return own;
};

/** All their facts as one history, in order. */
export const factsOf = (people: readonly Person[], own: OwnFacts): readonly StandingFact[] => {
  const all: StandingFact[] = [];
  const several = people.length > 1;
  for (const { key: whose } of people)
    for (const fact of own.get(whose)?.values() ?? []) all.push(several ? { ...fact, whose } : fact);
  all.sort(compareFacts);
  return several ? onceEach(all) : all;
};
