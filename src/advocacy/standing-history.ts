import type { Counted } from './advocacy-v1.js';
import { compareFacts, instantsOf, type StandingFact } from './facts-of-standing.js';
import type { FactChange } from './standing-changes.js';
import { openSpans, readInstant, type Reading, type Rules, type Span } from './standing.js';

/** The facts of one instant, and what reading them gave. Read again in place when something before them changes. */
interface Instant {
  readonly at: number;
  facts: readonly StandingFact[];
  /** The reading after it, where it is kept: of the last, of those that are stored, and of few in between. */
  reading: Reading | null;
  closed: readonly Span[];
  conversions: readonly Counted[];
  /** Whether its reading is to be stored where enough comes before it, and whether it is. */
  marked: boolean;
  stored: boolean;
}

/** The end of one stakeholder's history as it has been read: every instant after `base`. */
export interface History {
  /** The reading before the first instant. */
  base: Reading;
  /** How many instants come before that: exact up to `unstoredMax`. */
  before: number;
  instants: Instant[];
}

/** What is known no more, and what is known instead. What is another now (by `from`, or `at`) stands in both lists. */
export interface Disturbed {
  readonly endedSpans: readonly Span[];
  readonly begunSpans: readonly Span[];
  readonly endedConversions: readonly Counted[];
  readonly begunConversions: readonly Counted[];
  /** Instants whose stored readings hold no more. */
  readonly endedReadings: readonly number[];
  readonly begunReadings: readonly Reading[];
}

/**
 * Only after so many instants are readings stored: a short history is read from its start, and a stakeholder whose facts
 * come newest first costs no stored readings that the next fact would end.
 */
const unstoredMax = 64;

/** So many instants are read again rather than kept with their readings: what is kept long is dear, what is read again is not. */
const unkeptMax = 15;

const noSpans: readonly Span[] = [];
const noConversions: readonly Counted[] = [];

/**
 * A history from its start, or from a stored reading on. The facts are all that come after that, in the order of
 * `compareFacts`.
 */
export function historyOf(base: Reading, ordered: readonly StandingFact[], rules: Rules): History {
  const before = base.at === null ? 0 : unstoredMax;
  const history: History = { base, before, instants: Array.from(instantsOf(ordered), unread) };
  readAgain(history, 0, Infinity, rules, new Outcome<number>(), new Outcome<Reading>());
  return history;
}

/** Whether a history reaches back before an instant: else a change there needs one that is read from further back. */
export function reachesBefore({ base }: History, at: number): boolean {
  return base.at === null || base.at < at;
}

/** Forgets all but the last instants. */
export function shorten(history: History, instantsMax: number, rules: Rules): void {
  const dropped = history.instants.length - instantsMax;
  if (dropped <= 0) return;
  history.base = readingBefore(history, dropped, rules).reading;
  history.before += dropped;
  history.instants = history.instants.slice(dropped);
}

/**
 * Takes a change that the history reaches back before, and reads on from there: to the end, or to where the reading is
 * what it was.
 */
export function disturb(history: History, { gone, come }: FactChange, rules: Rules): Disturbed {
  const old = new Outcome<number>();
  const now = new Outcome<Reading>();
  const open = openSpans(lastReading(history));
  let first = history.instants.length;
  if (gone !== null) first = Math.min(first, takeOut(history, gone, old));
  if (come !== null) first = Math.min(first, putIn(history, come));
  const changedUntil = Math.max(gone?.at ?? -Infinity, come?.at ?? -Infinity);
  if (!readAgain(history, first, changedUntil, rules, old, now)) {
    old.spans.push(...open);
    now.spans.push(...openSpans(lastReading(history)));
  }
  const [endedSpans, begunSpans] = difference(old.spans, now.spans, fromOf, sameSpan);
  const [endedConversions, begunConversions] = difference(old.conversions, now.conversions, atOf, sameConversion);
  return {
    ...{ endedSpans, begunSpans, endedConversions, begunConversions },
    ...{ endedReadings: old.readings, begunReadings: now.readings },
  };
}

/** A fact of an instant; undefined where the history has none of this id there. */
export function factIn({ instants }: History, at: number, factId: string): StandingFact | undefined {
  const instant = instants[indexAt(instants, at)];
  return instant?.at === at ? instant.facts.find((fact) => fact.factId === factId) : undefined;
}

/** The kind of the fact that made something count. */
export function kindOfCause(history: History, { at, because }: Counted): StandingFact['kind'] {
  const cause = factIn(history, at, because);
  if (cause === undefined) throw new RangeError(`${because} is not a fact of the instant ${at}`);
  return cause.kind;
}

/** All that a history that was read from its start gave. */
export interface WholeOutcome {
  readonly spans: readonly Span[];
  readonly conversions: readonly Counted[];
  /** Those that are stored. */
  readonly readings: readonly Reading[];
}

export const noOutcome: WholeOutcome = { spans: noSpans, conversions: noConversions, readings: [] };

/** What a history from its start gave. @throws RangeError where its beginning was forgotten. */
export function outcomeOf(history: History): WholeOutcome {
  const { base, instants } = history;
  if (base.at !== null) throw new RangeError('this history does not reach back to its start');
  return {
    spans: [...instants.flatMap(({ closed }) => closed), ...openSpans(lastReading(history))],
    conversions: instants.flatMap(({ conversions }) => conversions),
    // What is stored is kept with its instant.
    readings: instants.flatMap(({ stored, reading }) => (stored && reading !== null ? [reading] : [])),
  };
}

/**
 * What is known no more, and what is known instead, where one history takes the place of another. In the history of
 * somebody alone, who stands under this key, facts are theirs without saying so.
 */
export function replaced(key: number, old: WholeOutcome, now: WholeOutcome): Disturbed {
  const told = (counted: Counted): Counted => ({ ...counted, whose: counted.whose ?? key });
  const same = (a: Counted, b: Counted): boolean => sameConversion(told(a), told(b));
  const [endedSpans, begunSpans] = difference(old.spans, now.spans, fromOf, sameSpan);
  const [endedConversions, begunConversions] = difference(old.conversions, now.conversions, atOf, same);
  const [ended, begunReadings] = difference(old.readings, now.readings, ({ at }) => at ?? 0, sameReading);
  const endedReadings = ended.map(({ at }) => at ?? 0);
  return { endedSpans, begunSpans, endedConversions, begunConversions, endedReadings, begunReadings };
}

/** What reading some instants gave, or had given: where it is the same before and after, it may be left out of both. */
class Outcome<Stored> {
  readonly spans: Span[] = [];
  readonly conversions: Counted[] = [];
  /** Those that are stored. */
  readonly readings: Stored[] = [];
}

/** Answers whether the readings from an instant on are what they were, so that nothing later changes. */
function readAgain(
  history: History,
  first: number,
  changedUntil: number,
  rules: Rules,
  old: Outcome<number>,
  now: Outcome<Reading>,
): boolean {
  const { instants } = history;
  let { reading: before, unkept } = readingBefore(history, first, rules);
  const lastLeft = first === instants.length ? instants.at(-1) : undefined;
  if (lastLeft !== undefined) lastLeft.reading = before;
  for (let index = first; index < instants.length; index += 1) {
    const instant = instants[index];
    if (instant === undefined) break;
    const { reading, closed, conversions } = readInstant(before, instant.facts, rules);
    const same = instant.reading !== null && sameReading(instant.reading, reading);
    const after = history.before + index;
    storeAgain(instant, reading, instant.marked && after >= unstoredMax, same, old, now);
    conclude(instant, closed, conversions, old, now);
    // A change may have moved an instant by one place: what is stored stays so only further on.
    if (same && instant.at >= changedUntil && after > unstoredMax) return true;
    const kept = instant.stored || unkept === unkeptMax || index === instants.length - 1;
    instant.reading = kept ? reading : null;
    unkept = kept ? 0 : unkept + 1;
    before = reading;
  }
  return false;
}

function storeAgain(
  instant: Instant,
  reading: Reading,
  storing: boolean,
  same: boolean,
  old: Outcome<number>,
  now: Outcome<Reading>,
): void {
  if (instant.stored && !(storing && same)) old.readings.push(instant.at);
  if (storing && !(instant.stored && same)) now.readings.push(reading);
  instant.stored = storing;
}

/** What is the same as before stays the same object: it is neither told nor kept anew. */
function conclude(
  instant: Instant,
  closed: readonly Span[],
  conversions: readonly Counted[],
  old: Outcome<number>,
  now: Outcome<Reading>,
): void {
  if (!sameAll(instant.closed, closed, sameSpan)) {
    old.spans.push(...instant.closed);
    now.spans.push(...closed);
    instant.closed = closed;
  }
  if (!sameAll(instant.conversions, conversions, sameConversion)) {
    old.conversions.push(...instant.conversions);
    now.conversions.push(...conversions);
    instant.conversions = conversions;
  }
}

/** The reading before an instant, and how many instants before it are not kept with theirs. */
function readingBefore({ base, instants }: History, index: number, rules: Rules): { reading: Reading; unkept: number } {
  let start = index;
  while (start > 0 && instants[start - 1]?.reading === null) start -= 1;
  let reading = instants[start - 1]?.reading ?? base;
  for (const { facts } of instants.slice(start, index)) reading = readInstant(reading, facts, rules).reading;
  return { reading, unkept: index - start };
}

/** Answers from which instant on is to be read again. */
function takeOut({ instants }: History, { at, factId }: { at: number; factId: string }, old: Outcome<number>): number {
  const index = indexAt(instants, at);
  const instant = instants[index];
  const facts = instant?.facts.filter((fact) => fact.factId !== factId) ?? [];
  if (instant?.at !== at || facts.length === instant.facts.length)
    throw new RangeError(`${factId} is not a fact of the instant ${at}`);
  if (facts.length > 0) {
    instant.facts = facts;
    instant.marked = marksReading(facts);
  } else {
    old.spans.push(...instant.closed);
    old.conversions.push(...instant.conversions);
    if (instant.stored) old.readings.push(at);
    instants.splice(index, 1);
  }
  return index;
}

/** Answers from which instant on is to be read again. */
function putIn({ instants }: History, fact: StandingFact): number {
  const index = indexAt(instants, fact.at);
  const instant = instants[index];
  if (instant?.at === fact.at) {
    instant.facts = [...instant.facts, fact].sort(compareFacts);
    instant.marked = marksReading(instant.facts);
  } else if (index === instants.length) instants.push(unread([fact]));
  else instants.splice(index, 0, unread([fact]));
  return index;
}

function unread(facts: readonly StandingFact[]): Instant {
  const at = facts[0]?.at ?? 0;
  const marked = marksReading(facts);
  return { at, facts, reading: null, closed: noSpans, conversions: noConversions, marked, stored: false };
}

/** The index of the first instant at or after a time. What comes last is looked at first: most changes are there. */
function indexAt(instants: readonly Instant[], at: number): number {
  let high = instants.length;
  if ((instants[high - 1]?.at ?? -Infinity) < at) return high;
  let low = 0;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((instants[middle]?.at ?? Infinity) < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

function lastReading({ base, instants }: History): Reading {
  // The last instant always has its reading kept.
  return instants.at(-1)?.reading ?? base;
}

/**
 * Whether the reading after an instant is to be stored: one in 64 is, told by the instant's last fact alone (FNV-1a of its
 * id), so that the same ones are whichever way the facts came.
 */
export function marksReading(facts: readonly StandingFact[]): boolean {
  const id = facts.at(-1)?.factId ?? '';
  let hash = 0x811c9dc5;
  for (let index = 0; index < id.length; index += 1) hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193);
  return hash >>> 26 === 0;
}

const fromOf = ({ from }: Span): number => from;
// One passage at most counts at one instant.
const atOf = ({ at }: Counted): number => at;

function sameAll<T>(old: readonly T[], now: readonly T[], same: (a: T, b: T) => boolean): boolean {
  if (old.length !== now.length) return false;
  for (const [index, one] of now.entries()) {
    const before = old[index];
    if (before === undefined || !same(before, one)) return false;
  }
  return true;
}

/** Which of the old are not among the new as they were, and which of the new were not among the old. */
function difference<T>(
  old: readonly T[],
  now: readonly T[],
  keyOf: (one: T) => number,
  same: (a: T, b: T) => boolean,
): readonly [ended: readonly T[], begun: readonly T[]] {
  if (sameAll(old, now, same)) return [[], []];
  const left = new Map(old.map((one) => [keyOf(one), one]));
  const begun: T[] = [];
  for (const one of now) {
    const key = keyOf(one);
    const before = left.get(key);
    if (before !== undefined && same(before, one)) left.delete(key);
    else begun.push(one);
  }
  return [[...left.values()], begun];
}

function sameReading(a: Reading, b: Reading): boolean {
  if (a === b) return true;
  if (a.at !== b.at) return false;
  const [s, t] = [a.tone, b.tone];
  if (s.weighed !== t.weighed || s.weight !== t.weight || s.expressedAt !== t.expressedAt) return false;
  if (s.band !== t.band || s.advocateUntil !== t.advocateUntil) return false;
  if (a.assessed?.stance !== b.assessed?.stance || a.assessed?.by !== b.assessed?.by) return false;
  const sameSpans = a.span === b.span || (a.span !== null && b.span !== null && sameSpan(a.span, b.span));
  return sameSpans && sameEpisodes(a.episodes, b.episodes);
}

function sameEpisodes(a: Reading['episodes'], b: Reading['episodes']): boolean {
  if (a === b) return true;
  const [e, f] = [a.episode, b.episode];
  if (a.everFor !== b.everFor || a.activated !== b.activated) return false;
  if (e === f) return true;
  if (e?.openedBy !== f?.openedBy || e?.from !== f?.from) return false;
  return e?.counted === f?.counted && e?.reachedFor === f?.reachedFor;
}

function sameSpan(a: Span, b: Span): boolean {
  if (a === b) return true;
  if (a.from !== b.from || a.until !== b.until || a.stance !== b.stance || a.previous !== b.previous) return false;
  return a.because === b.because && a.assessedBy === b.assessedBy;
}

function sameConversion(a: Counted, b: Counted): boolean {
  if (a === b) return true;
  if (a.at !== b.at || a.kind !== b.kind || a.because !== b.because || a.whose !== b.whose) return false;
  return a.since === b.since && a.sinceAt === b.sinceAt;
}
