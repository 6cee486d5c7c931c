import type { RecordedEvent } from '../event-sourcing/event-store.js';
import { present } from '../event-sourcing/past.js';
import { open } from '../event-sourcing/position.js';
import type { Kept, Projection } from '../event-sourcing/projection.js';
import type { RowReader, RowWriter, Table } from '../event-sourcing/read-store.js';
import type { StakeholderFact } from '../stakeholders/stakeholder.js';
import { conversionId, type Counted } from './advocacy-v1.js';
import type { StandingFact } from './facts-of-standing.js';
import { changesOf, readForStanding, type FactChange } from './standing-changes.js';
import {
  disturb,
  historyOf,
  factIn,
  kindOfCause,
  reachesBefore,
  shorten,
  type Disturbed,
  type History,
} from './standing-history.js';
import { codeOfAct, codeOfChannel } from './standing-codes.js';
import { readingsBefore } from './standing-readings.js';
import { projectionOf, rowsUnder, suffixOf } from './rows-under.js';
import {
  standardTables,
  tablesNamed,
  type ConversionRow,
  type StandingFactRow,
  type StandingReadingRow,
  type StandingSpanRow,
  type StandingTables,
} from './standing-tables.js';
import { initialReading, rulesV1, type Rules, type Span } from './standing.js';

/** A stakeholder as the projection keeps them between batches. */
interface Subject {
  readonly id: string;
  readonly key: number;
  history: History;
  /** A change came to something else than the last instant: more of the kind are likely, so more of the history is kept. */
  late: boolean;
}

/** What the events of a batch concern. */
interface Loaded {
  readonly changes: ReadonlyMap<number, readonly FactChange[]>;
  readonly subjects: ReadonlyMap<string, Subject>;
  /** The last event of the batch that concerns each stakeholder. */
  readonly lastOf: ReadonlyMap<string, number>;
  readonly longHistories: LongHistories;
}

/**
 * Where stakeholders stand, since when and because of what, and what counts as a conversion: read from expressions and from
 * what persons say, by rules of the families of `tone-v1` and `advocacy-v1`. At the end of a history a fact is read from the
 * last reading alone; a late one has what comes after it read again, from the stored reading before it.
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
    version: 2,
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
  const longHistories = longHistoriesIn(kept);
  for (const event of events) {
    if (event.type === 'StakeholderIdentified') keepNew(event, kept);
    const its = changesOf(event);
    if (its.length > 0) changes.set(event.ordinal, its);
    for (const change of its) {
      const { stakeholderId } = change;
      earliest.set(stakeholderId, Math.min(beginningOf(change), earliest.get(stakeholderId) ?? Infinity));
      lastOf.set(stakeholderId, event.ordinal);
    }
  }
  const subjects = await subjectsOf([...earliest.keys()], rows, kept);
  const short = [...subjects.values()].filter(({ id, history }) => !reachesBefore(history, earliest.get(id) ?? 0));
  const wanted = short.map(({ id, key }) => ({
    stakeholder: key,
    baseBefore: earliest.get(id) ?? 0,
    factsBefore: Number.MAX_SAFE_INTEGER,
  }));
  const read = await readingsBefore(rows, wanted, { known: present });
  for (const subject of short) {
    const { base, facts } = read.get(subject.key) ?? { base: initialReading, facts: [] };
    subject.history = historyOf(base, facts, rules);
  }
  return { changes, subjects, lastOf, longHistories };
}

function evolve(
  { changes, subjects, lastOf, longHistories }: Loaded,
  event: RecordedEvent,
  rows: RowWriter,
  { rules, tables }: Setting,
): void {
  const { ordinal } = event;
  if (event.type === 'StakeholderIdentified') rows.insert(tables.subject, { id: identifiedIn(event), key: ordinal });
  for (const told of changes.get(ordinal) ?? []) {
    const subject = subjects.get(told.stakeholderId);
    if (subject === undefined)
      throw new Error(`Stakeholder ${told.stakeholderId} is not identified before event ${event.id}.`);
    const { history } = subject;
    const change = channelKept(history, told);
    const end = history.instants.at(-1)?.at ?? -Infinity;
    if (beginningOf(change) < end) subject.late = true;
    writeFact(subject, change, ordinal, rows, tables);
    writeDisturbed(subject, disturb(history, change, rules), ordinal, rows, { rules, tables });
    if (lastOf.get(subject.id) === ordinal) longHistories.settle(subject, rules);
  }
}

/** From when on a change has the history read again. */
const beginningOf = ({ gone, come }: FactChange): number => Math.min(gone?.at ?? Infinity, come?.at ?? Infinity);

/** What an old log tells of an amended expression lacks the channel, where that stays as it was. */
function channelKept(history: History, change: FactChange): FactChange {
  const { gone, come } = change;
  if (gone === null || come?.kind !== 'expression' || come.channel !== null) return change;
  const was = factIn(history, gone.at, gone.factId);
  return was?.kind === 'expression' ? { ...change, come: { ...come, channel: was.channel } } : change;
}

function writeFact(
  { key }: Subject,
  { gone, come }: FactChange,
  ordinal: number,
  rows: RowWriter,
  { fact }: StandingTables,
): void {
  if (gone !== null) rows.close(fact, [key, gone.at, gone.factId], ordinal);
  if (come !== null) rows.insert(fact, factRow(key, come, ordinal));
}

function writeDisturbed(
  subject: Subject,
  disturbed: Disturbed,
  ordinal: number,
  rows: RowWriter,
  { rules, tables }: Setting,
): void {
  const { key, history } = subject;
  for (const { from } of disturbed.endedSpans) rows.close(tables.span, [key, from], ordinal);
  for (const span of disturbed.begunSpans) rows.insert(tables.span, spanRow(key, span, ordinal));
  for (const { at } of disturbed.endedConversions) rows.close(tables.conversion, [key, at], ordinal);
  for (const counted of disturbed.begunConversions)
    rows.insert(tables.conversion, conversionRow(subject, counted, kindOfCause(history, counted), ordinal, rules));
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

function conversionRow(
  subject: Subject,
  counted: Counted,
  because_kind: StandingFact['kind'],
  ordinal: number,
  rules: Rules,
): ConversionRow {
  const { at, kind, because, since, sinceAt: since_at } = counted;
  const rule = rules.conversion.name;
  const id = conversionId({ stakeholderId: subject.id, rule, kind, because });
  return { stakeholder: subject.key, at, id, ...from(ordinal), kind, because, because_kind, since, since_at, rule };
}

// The data of the event are what its decider answered.
const identifiedIn = ({ data }: RecordedEvent): string => (data as unknown as Identified['data']).stakeholderId;

type Identified = Extract<StakeholderFact, { type: 'StakeholderIdentified' }>;

/** Nothing was said by who is identified only now: there is nothing to look up. */
function keepNew(event: RecordedEvent, kept: Kept): void {
  const subject = subjectOf(identifiedIn(event), event.ordinal, true);
  kept.set(subject.id, subject);
}

function subjectOf(id: string, key: number, isNew: boolean): Subject {
  // Of whom nothing has been read, everything has to be.
  const base = isNew ? initialReading : { ...initialReading, at: Infinity };
  return { id, key, history: { base, before: 0, instants: [] }, late: false };
}

const idsAtOnceMax = 256;

async function subjectsOf(ids: readonly string[], rows: RowReader, kept: Kept): Promise<ReadonlyMap<string, Subject>> {
  const subjects = new Map<string, Subject>();
  const unknown: string[] = [];
  for (const id of ids) {
    const subject = kept.get(id);
    // Under a stakeholder's id, nothing else is kept.
    if (subject === undefined) unknown.push(id);
    else subjects.set(id, subject as Subject);
  }
  for (let start = 0; start < unknown.length; start += idsAtOnceMax) {
    const some = unknown.slice(start, start + idsAtOnceMax);
    const sql = `select id, key from standing_subject where id in (${some.map(() => '?').join(', ')})`;
    for (const { id, key } of await rows.all<{ id: string; key: number }>(sql, some)) {
      const subject = subjectOf(id, key, false);
      subjects.set(id, subject);
      kept.set(id, subject);
    }
  }
  return subjects;
}

/** Instants kept: of who speaks in order, the last; of who had late facts, enough that the next is near; of all, so many. */
const lateInstantsMax = 2_048;
const allInstantsMax = 131_072;

const longHistoriesKey = 'long histories';

function longHistoriesIn(kept: Kept): LongHistories {
  const found = kept.get(longHistoriesKey);
  if (found instanceof LongHistories) return found;
  const made = new LongHistories();
  kept.set(longHistoriesKey, made);
  return made;
}

/** Bounds what all kept histories hold: those which were changed longest ago are cut to their last instant. */
class LongHistories {
  readonly #instants = new Map<Subject, number>();
  #all = 0;

  settle(subject: Subject, rules: Rules): void {
    this.#forget(subject);
    const { history, late } = subject;
    shorten(history, late ? lateInstantsMax : 1, rules);
    const held = history.instants.length;
    if (held <= 1) return;
    this.#instants.set(subject, held);
    this.#all += held;
    for (const oldest of this.#instants.keys()) {
      if (this.#all <= allInstantsMax) return;
      this.#forget(oldest);
      shorten(oldest.history, 1, rules);
      oldest.late = false;
    }
  }

  #forget(subject: Subject): void {
    this.#all -= this.#instants.get(subject) ?? 0;
    this.#instants.delete(subject);
  }
}
