import type { RecordedEvent } from '../event-sourcing/event-store.js';
import { present } from '../event-sourcing/past.js';
import { open } from '../event-sourcing/position.js';
import type { Kept, Projection } from '../event-sourcing/projection.js';
import type { RowReader, RowWriter, Table } from '../event-sourcing/read-store.js';
import { joined, parted, rootOf as rootIn, treesOf } from '../stakeholders/group-tree.js';
import type { StakeholderFact } from '../stakeholders/stakeholder.js';
import { conversionId, type Counted } from './advocacy-v1.js';
import type { StandingFact } from './facts-of-standing.js';
import { longHistoriesIn, type LongHistories } from './long-histories.js';
import { changesOf, changesOfGroups, readForStanding, type FactChange } from './standing-changes.js';
import {
  disturb,
  historyOf,
  factIn,
  kindOfCause,
  noOutcome,
  outcomeOf,
  reachesBefore,
  replaced,
  type Disturbed,
  type WholeOutcome,
} from './standing-history.js';
import { codeOfAct, codeOfChannel } from './standing-codes.js';
import { readingsBefore } from './standing-readings.js';
import { projectionOf, rowsUnder, suffixOf } from './rows-under.js';
import {
  factsOf,
  identifiedIn,
  keepNew,
  keysOf,
  ownFactsOf,
  rootOf,
  subjectsOf,
  type OwnFacts,
  type Person,
  type Subject,
} from './standing-subjects.js';
import {
  standardTables,
  tablesNamed,
  type ConversionRow,
  type StandingFactRow,
  type StandingReadingRow,
  type StandingSpanRow,
  type StandingTables,
  type StandingSubjectRow,
} from './standing-tables.js';
import { initialReading, rulesV1, type Rules, type Span } from './standing.js';

/** What the events of a batch concern. */
interface Loaded {
  /** By the ordinal of the event: of each stakeholder as they were recorded. */
  readonly changes: ReadonlyMap<number, readonly FactChange[]>;
  /** By the id of who remains. */
  readonly subjects: Map<string, Subject>;
  /** All of whom the subjects are, by their ids. */
  readonly people: Map<string, Person>;
  /** Of those who are merged or parted in the batch. */
  readonly own: OwnFacts;
  /** The last event of the batch that concerns each stakeholder. */
  readonly lastOf: ReadonlyMap<string, number>;
  readonly kept: Kept;
  readonly longHistories: LongHistories;
}

/**
 * Where stakeholders stand, since when and because of what, and what counts as a conversion: read from expressions and from
 * what persons say, by rules of the families of `tone-v1` and `advocacy-v1`. At the end of a history a fact is read from the
 * last reading alone; a late one has what comes after it read again, from the stored reading before it. Where several are
 * one, what they said is read as one history, which stands under who remains; when they are merged or parted, it is read
 * from its start.
 */
export function standingProjection(rules: Rules = rulesV1): Projection<Loaded> {
  return standingIn('standing', { rules, tables: standardTables });
}

/** The same under other rules, in tables of its own: `rowsUnder` reads them in place of the standard ones. */
export function standingBeside(rules: Rules): Projection<Loaded> {
  const setting = { rules, tables: tablesNamed(suffixOf(rules)) };
  return standingIn(projectionOf(rules), setting, (rows) => rowsUnder(rules, rows));
}

/** By which rules, and where. */
interface Setting {
  readonly rules: Rules;
  readonly tables: StandingTables;
}

function standingIn(
  name: string,
  setting: Setting,
  seen: (rows: RowReader) => RowReader = (rows) => rows,
): Projection<Loaded> {
  return {
    name,
    version: 3,
    tables: Object.values(setting.tables) as readonly Table[],
    reads: readForStanding,
    load: (events, rows, kept) => load(events, seen(rows), kept, setting.rules),
    evolve: (loaded, event, rows) => evolve(loaded, event, rows, setting),
  };
}

async function load(events: readonly RecordedEvent[], rows: RowReader, kept: Kept, rules: Rules): Promise<Loaded> {
  const changes = new Map<number, readonly FactChange[]>();
  const earliest = new Map<string, number>();
  const lastOf = new Map<string, number>();
  const regrouped = new Set<string>();
  for (const event of events) {
    if (event.type === 'StakeholderIdentified') keepNew(event, kept);
    const its = changesOf(event);
    if (its.length > 0) changes.set(event.ordinal, its);
    for (const change of its) {
      const { stakeholderId } = change;
      earliest.set(stakeholderId, Math.min(beginningOf(change), earliest.get(stakeholderId) ?? Infinity));
      lastOf.set(stakeholderId, event.ordinal);
    }
    for (const id of mergedIn(event)) {
      regrouped.add(id);
      lastOf.set(id, event.ordinal);
    }
  }
  const subjects = await subjectsOf([...new Set([...earliest.keys(), ...regrouped])], rows, kept);
  const whole = [...subjects.values()].filter(({ people }) => people.some(({ id }) => regrouped.has(id)));
  const own = await ownFactsOf(whole.flatMap(keysOf), rows);
  for (const subject of whole) subject.history = historyOf(initialReading, factsOf(subject.people, own), rules);
  const short = [...subjects.values()].flatMap((subject) => {
    const from = Math.min(...subject.people.map(({ id }) => earliest.get(id) ?? Infinity));
    return reachesBefore(subject.history, from) ? [] : [{ subject, from }];
  });
  const wanted = short.map(({ subject, from }) => ({
    members: keysOf(subject),
    baseBefore: from,
    factsBefore: Number.MAX_SAFE_INTEGER,
  }));
  const read = await readingsBefore(rows, wanted, { known: present });
  for (const { subject } of short) {
    const { base, facts } = read.get(rootOf(subject).key) ?? { base: initialReading, facts: [] };
    subject.history = historyOf(base, facts, rules);
  }
  const people = new Map([...subjects.values()].flatMap((subject) => subject.people.map((each) => [each.id, each])));
  return { changes, subjects, people, own, lastOf, kept, longHistories: longHistoriesIn(kept) };
}

function evolve(loaded: Loaded, event: RecordedEvent, rows: RowWriter, setting: Setting): void {
  const { rules, tables } = setting;
  const { ordinal } = event;
  if (event.type === 'StakeholderIdentified')
    rows.insert(tables.subject, { id: identifiedIn(event), key: ordinal, survivor: null, merged_into: null });
  const merged = mergedIn(event);
  if (merged.length > 0) regroup(loaded, event, rows, setting);
  const changes = (loaded.changes.get(ordinal) ?? []).map((told) => channelKept(loaded, told));
  for (const change of changes) {
    const { key } = personOf(loaded, change.stakeholderId, event);
    writeFact(key, change, ordinal, rows, tables);
    keepOwn(loaded.own.get(key), change);
  }
  for (const told of changesOfSubjects(loaded, changes, event)) {
    const change = channelKept(loaded, told);
    const subject = loaded.subjects.get(change.stakeholderId);
    if (subject === undefined) throw new Error(`Stakeholder ${change.stakeholderId} has no history.`);
    const { history } = subject;
    const end = history.instants.at(-1)?.at ?? -Infinity;
    if (beginningOf(change) < end) subject.late = true;
    writeDisturbed(rootOf(subject).key, subject, disturb(history, change, rules), ordinal, rows, setting);
  }
  for (const id of new Set([...merged, ...changes.map(({ stakeholderId }) => stakeholderId)]))
    settle(loaded, id, ordinal, rules);
}

function personOf({ people }: Loaded, id: string, event: RecordedEvent): Person {
  const person = people.get(id);
  if (person === undefined) throw new Error(`Stakeholder ${id} is not identified before event ${event.id}.`);
  return person;
}

/** Where several are one, they change at once what is read of all. */
function changesOfSubjects(
  { people }: Loaded,
  changes: readonly FactChange[],
  event: RecordedEvent,
): readonly FactChange[] {
  const alone = (id: string): boolean => {
    const { mergedInto = null, merged = [] } = people.get(id) ?? {};
    return mergedInto === null && merged.length === 0;
  };
  const ofOne = changes.filter(({ stakeholderId }) => alone(stakeholderId));
  if (ofOne.length === changes.length) return changes;
  const together = changesOfGroups(event, (id) => ({
    subject: rootIn(people, id)?.id ?? id,
    key: people.get(id)?.key ?? 0,
  }));
  // The facts of somebody alone are theirs without saying so, whoever spoke with them.
  return [...ofOne, ...together.filter(({ stakeholderId }) => !alone(stakeholderId))];
}

function keepOwn(own: Map<string, StandingFact> | undefined, { gone, come }: FactChange): void {
  if (gone !== null) own?.delete(gone.factId);
  if (come !== null) own?.set(come.factId, come);
}

/** Two become one history, or one becomes two: each is read from its start, and takes the place of what stood there. */
function regroup(loaded: Loaded, event: RecordedEvent, rows: RowWriter, setting: Setting): void {
  const { rules, tables } = setting;
  const { subjects, people, own, kept, longHistories } = loaded;
  const [survivorId = '', mergedId = ''] = mergedIn(event);
  const [survivor, merged] = [personOf(loaded, survivorId, event), personOf(loaded, mergedId, event)];
  const roots = new Set([survivorId, mergedId].flatMap((id) => rootIn(people, id)?.id ?? []));
  const old = new Map<number, WholeOutcome>();
  for (const id of roots) {
    const subject = subjects.get(id);
    if (subject === undefined) throw new Error(`Stakeholder ${id} has no history.`);
    old.set(rootOf(subject).key, outcomeOf(subject.history));
    subjects.delete(id);
    kept.delete(id);
    longHistories.forget(subject);
  }
  const regrouping = event.type === 'StakeholdersMerged' ? joined : parted;
  for (const person of regrouping(survivor, merged)) people.set(person.id, person);
  const trees = treesOf(people, [survivorId, mergedId]);
  for (const tree of trees) {
    const history = historyOf(initialReading, factsOf(tree, own), rules);
    const subject: Subject = { people: tree, history, late: false };
    const { id, key } = rootOf(subject);
    subjects.set(id, subject);
    kept.set(id, subject);
    const disturbed = replaced(key, old.get(key) ?? noOutcome, outcomeOf(history));
    writeDisturbed(key, subject, disturbed, event.ordinal, rows, setting);
    old.delete(key);
    for (const row of subjectRows(tree)) rows.put(tables.subject, row);
  }
  // Whoever remains no more has no history of their own.
  for (const [key, outcome] of old)
    writeDisturbed(key, null, replaced(key, outcome, noOutcome), event.ordinal, rows, setting);
}

function subjectRows(tree: readonly Person[]): readonly StandingSubjectRow[] {
  const keys = new Map(tree.map(({ id, key }) => [id, key]));
  const survivor = tree.length > 1 ? (tree[0]?.key ?? null) : null;
  return tree.map(({ id, key, mergedInto }) => ({
    ...{ id, key, survivor },
    merged_into: mergedInto === null ? null : (keys.get(mergedInto) ?? null),
  }));
}

/** After the last event of the batch that concerns any of them, what is kept of a history is cut. */
function settle({ subjects, people, lastOf, longHistories }: Loaded, id: string, ordinal: number, rules: Rules): void {
  const subject = subjects.get(rootIn(people, id)?.id ?? '');
  if (subject?.people.every((each) => (lastOf.get(each.id) ?? 0) <= ordinal)) longHistories.settle(subject, rules);
}

/** The ids of the two whom an event merges or parts: first of whom the other belongs to. */
function mergedIn(event: RecordedEvent): readonly string[] {
  // The log holds under these types what their decider answered.
  const { type, data } = event as unknown as StakeholderFact;
  return type === 'StakeholdersMerged' || type === 'StakeholderUnmerged' ? [data.stakeholderId, data.mergedId] : [];
}

/** From when on a change has the history read again. */
const beginningOf = ({ gone, come }: FactChange): number => Math.min(gone?.at ?? Infinity, come?.at ?? Infinity);

/** What an old log tells of an amended expression lacks the channel, where that stays as it was. */
function channelKept({ subjects, people }: Loaded, change: FactChange): FactChange {
  const { gone, come, stakeholderId } = change;
  if (gone === null || come?.kind !== 'expression' || come.channel !== null) return change;
  const history = subjects.get(rootIn(people, stakeholderId)?.id ?? stakeholderId)?.history;
  const was = history && factIn(history, gone.at, gone.factId);
  return was?.kind === 'expression' ? { ...change, come: { ...come, channel: was.channel } } : change;
}

function writeFact(
  key: number,
  { gone, come }: FactChange,
  ordinal: number,
  rows: RowWriter,
  { fact }: StandingTables,
): void {
  if (gone !== null) rows.close(fact, [key, gone.at, gone.factId], ordinal);
  if (come !== null) rows.insert(fact, factRow(key, come, ordinal));
}

function writeDisturbed(
  key: number,
  subject: Subject | null,
  disturbed: Disturbed,
  ordinal: number,
  rows: RowWriter,
  { rules, tables }: Setting,
): void {
  for (const { from } of disturbed.endedSpans) rows.close(tables.span, [key, from], ordinal);
  for (const span of disturbed.begunSpans) rows.insert(tables.span, spanRow(key, span, ordinal));
  for (const { at } of disturbed.endedConversions) rows.close(tables.conversion, [key, at], ordinal);
  for (const counted of disturbed.begunConversions)
    if (subject !== null) rows.insert(tables.conversion, conversionRow(subject, counted, ordinal, rules));
  for (const at of disturbed.endedReadings) rows.close(tables.reading, [key, at], ordinal);
  for (const reading of disturbed.begunReadings) {
    const at = reading.at ?? 0;
    const row: StandingReadingRow = { stakeholder: key, at, ...from(ordinal), reading: JSON.stringify(reading) };
    rows.insert(tables.reading, row);
  }
}

const from = (ordinal: number) => ({ known_from: ordinal, known_until: open });

function factRow(stakeholder: number, fact: StandingFact, ordinal: number): StandingFactRow {
  const { at, factId: fact_id, kind } = fact;
  const row = {
    stakeholder,
    at,
    fact_id,
    ...from(ordinal),
    kind,
    tone: null,
    act: null,
    channel: null,
    stance: null,
    assessed_by: null,
  };
  switch (fact.kind) {
    case 'expression':
      return {
        ...row,
        tone: fact.tone,
        act: codeOfAct(fact.act),
        channel: fact.channel === null ? null : codeOfChannel(fact.channel),
      };
    case 'assessment':
      return { ...row, stance: fact.stance, assessed_by: fact.by };
    case 'withdrawal':
      return row;
  }
}

function spanRow(stakeholder: number, span: Span, ordinal: number): StandingSpanRow {
  const { from: from_at, until: until_at, stance, previous, because, assessedBy: assessed_by } = span;
  return { stakeholder, from_at, ...from(ordinal), until_at, stance, previous, because, assessed_by };
}

function conversionRow(subject: Subject, counted: Counted, ordinal: number, rules: Rules): ConversionRow {
  const { at, kind, because, whose, since, sinceAt: since_at } = counted;
  const { key: stakeholder, id: survivorId } = rootOf(subject);
  const because_kind = kindOfCause(subject.history, counted);
  const rule = rules.conversion.name;
  // By whose fact it is, so that it stays itself whoever is one with them.
  const stakeholderId = subject.people.find(({ key }) => key === whose)?.id ?? survivorId;
  const id = conversionId({ stakeholderId, rule, kind, because });
  return { stakeholder, at, id, ...from(ordinal), kind, because, because_kind, since, since_at, rule };
}
