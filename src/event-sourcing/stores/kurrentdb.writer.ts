import { setTimeout as sleep } from 'node:timers/promises';
import { ANY, NO_STREAM } from '@eventstore/db-client';
import type { AppendExpectedRevision, AppendResult, EventData } from '@eventstore/db-client';
import type { Appended, RecordedEvent } from '../event-store.js';
import { OutcomeUnknown, PartialOverlap, StoreUnavailable, WrongExpectedRevision, noStream } from '../event-store.js';
import { positionOf } from '../position.js';
import { Gate, backOffMs, inTime, isSpent } from './kurrentdb.calls.js';
import type { Line } from './kurrentdb.connection.js';
import type { Trouble } from './kurrentdb.errors.js';
import { asStoreError, messageOf, passes, troubleOf } from './kurrentdb.errors.js';
import type { Proposed } from './kurrentdb.event.js';
import { ordinalAt, proposedOf, recordedFrom } from './kurrentdb.event.js';
import { KnownIds } from './kurrentdb.known-ids.js';
import type { KurrentLog, KurrentReader } from './kurrentdb.reader.js';
import type { SerialisedEvent } from './serialised-event.js';

/** Bytes of data that the server takes in one append, as it is set by default. */
export const appendBytesMax = 1_048_576;

const pageMax = 1_000;
// The client gives its own deadline up a little late.
const graceMs = 250;

/** One append on its way. */
interface Append {
  readonly stream: string;
  readonly expected: number;
  readonly events: readonly SerialisedEvent[];
}

/**
 * Appends, so that an id stands in a stream once. The server promises less: it writes ids again that come at the current
 * revision, or later than it remembers. So every append expects an exact revision and is sent only when all ids up to that
 * revision are known; and what got no answer is looked for in the stream before it is sent again.
 */
export class KurrentWriter {
  readonly #log: KurrentLog;
  readonly #reader: KurrentReader;
  readonly #now: () => number;
  readonly #onTrouble: (stream: string, error: unknown) => void;
  readonly #known = new KnownIds();
  readonly #turns = new Map<string, Promise<unknown>>();
  // A batch of commands appends to hundreds of streams at once; with the reads, a connection takes a hundred calls.
  readonly #gate = new Gate(64);

  /** @param onTrouble told of each try whose outcome is not known. */
  constructor(
    log: KurrentLog,
    reader: KurrentReader,
    now: () => number,
    onTrouble: (stream: string, error: unknown) => void,
  ) {
    this.#log = log;
    this.#reader = reader;
    this.#now = now;
    this.#onTrouble = onTrouble;
  }

  /**
   * @throws WrongExpectedRevision, PartialOverlap; OutcomeUnknown where the limit ended before the outcome was found;
   *   TypeError for more than the server takes at once.
   */
  append(stream: string, expected: number, events: readonly SerialisedEvent[]): Promise<Appended> {
    const bytes = events.reduce((sum, { data }) => sum + Buffer.byteLength(data), 0);
    if (bytes > appendBytesMax)
      throw new TypeError(
        `An append of ${events.length} events to stream ${stream} has ${bytes} bytes of data; KurrentDB takes ${appendBytesMax} at once.`,
      );
    // Never two appends of one id at once: the server answers half of them only.
    return this.#inTurn(stream, () => this.#append({ stream, expected, events }));
  }

  /** What was read of a stream spares reading it again before an append. */
  note(stream: string, after: number, events: readonly RecordedEvent[]): void {
    this.#known.note(stream, after, events);
  }

  /** Appends to a stream that is no part of the history, at whatever revision it is. */
  async appendOwn(name: string, event: EventData, doing: string): Promise<AppendResult> {
    const until = performance.now() + this.#log.limits.appendMs;
    for (let tries = 0; ; tries += 1) {
      const line = this.#log.connection.line();
      try {
        return await this.#send(line, name, ANY, [event]);
      } catch (error) {
        if (isSpent(troubleOf(error), tries)) this.#log.connection.replace(line);
        if (!passes(troubleOf(error)) || performance.now() > until) throw asStoreError(error, doing);
      }
      await sleep(backOffMs(tries));
    }
  }

  /** Resolves when nothing is under way. */
  async rest(): Promise<void> {
    while (this.#turns.size > 0) await Promise.allSettled([...this.#turns.values()]);
  }

  async #append(append: Append): Promise<Appended> {
    const { stream, expected, events } = append;
    const before = this.#known.of(stream);
    // A stream that is begun holds no id; whether it is, the server says.
    const ready = expected === noStream ? before.revision === noStream : await this.#knownUpTo(stream, expected);
    const stands = events.some(({ event }) => this.#known.of(stream).revisions.has(event.id));
    if (!ready || stands) {
      const found = await this.#found(append);
      if (found !== 'not there') return found;
    }
    const stamp = this.#now();
    return this.#write(
      append,
      events.map((event) => proposedOf(event, stamp)),
    );
  }

  async #write(append: Append, proposed: readonly Proposed[]): Promise<Appended> {
    const { stream, expected } = append;
    const { connection, limits, names } = this.#log;
    const revision: AppendExpectedRevision = expected === noStream ? NO_STREAM : BigInt(expected);
    const until = performance.now() + limits.appendMs;
    const wire = proposed.map((event) => event.wire);
    let mayStand = false;
    for (let tries = 0; ; tries += 1) {
      let trouble: Trouble;
      try {
        const line = connection.line();
        const result = await this.#send(line, names.of(stream), revision, wire).catch((error: unknown) => {
          if (isSpent(troubleOf(error), tries)) connection.replace(line);
          throw error;
        });
        return await this.#answered(append, proposed, result);
      } catch (error) {
        if (error instanceof StoreUnavailable) throw error;
        trouble = troubleOf(error);
        if (trouble !== 'wrong revision') {
          if (!passes(trouble)) throw asStoreError(error, `append to stream ${stream}`);
          mayStand ||= trouble !== 'not leader';
          this.#onTrouble(stream, error);
        }
        if (performance.now() >= until) throw outcomeOf(stream, mayStand, error);
      }
      await sleep(backOffMs(tries));
      const found = await this.#found(append).catch((error: unknown) => {
        if (error instanceof StoreUnavailable) throw outcomeOf(stream, mayStand, error);
        const begun = error instanceof PartialOverlap && mayStand ? this.#begunOf(append) : 0;
        if (begun > 0) return this.#writeRest(append, proposed, begun);
        throw error;
      });
      if (found !== 'not there') return found;
      // Refused, and nothing newer there: what is known of the stream does not hold any more.
      if (trouble === 'wrong revision') this.#known.forget(stream);
    }
  }

  /**
   * How many of its events a try has written that was cut short: right after the expected revision, in order, and nothing
   * else behind them. The server commits what had reached it when the deadline of a call passes.
   */
  #begunOf({ stream, expected, events }: Append): number {
    const { revision, revisions } = this.#known.of(stream);
    const count = revision - expected;
    const begun = events.slice(0, Math.max(count, 0));
    return begun.every(({ event }, at) => revisions.get(event.id) === expected + 1 + at) ? begun.length : 0;
  }

  /** Makes an append whole of which a try was cut short. */
  async #writeRest({ stream, expected, events }: Append, proposed: readonly Proposed[], begun: number) {
    await this.#write({ stream, expected: expected + begun, events: events.slice(begun) }, proposed.slice(begun));
    return this.#earlier(
      stream,
      events.map((_, at) => expected + 1 + at),
    );
  }

  #send(
    { client }: Line,
    name: string,
    expectedRevision: AppendExpectedRevision,
    events: EventData[],
  ): Promise<AppendResult> {
    const { attemptMs } = this.#log.limits;
    const { credentials } = this.#log.connection;
    return this.#gate.pass(() =>
      inTime(
        attemptMs + graceMs,
        // Its own credentials make it a call of its own, with a deadline that holds.
        client.appendToStream(name, events, { expectedRevision, credentials, deadline: attemptMs }),
      ),
    );
  }

  async #answered(append: Append, proposed: readonly Proposed[], result: AppendResult): Promise<Appended> {
    const { stream } = append;
    const last = Number(result.nextExpectedRevision);
    const first = last - proposed.length + 1;
    const [only] = proposed;
    if (proposed.length > 1 || only === undefined || result.position === undefined) {
      // The server tells the position of the last event only.
      try {
        const recorded = await this.#reader.stream(stream, first - 1, proposed.length);
        this.#known.note(stream, first - 1, recorded);
        return appendedOf(recorded);
      } catch (error) {
        throw error instanceof StoreUnavailable ? outcomeOf(stream, true, error) : error;
      }
    }
    const ordinal = ordinalAt(result.position.commit);
    const recorded = [recordedFrom(only, this.#log.logId, stream, last, ordinal)];
    this.#known.note(stream, first - 1, recorded);
    return { revision: last, position: positionOf(this.#log.logId, ordinal), recorded };
  }

  /**
   * Looks into the stream for the events of an append: answers as the first time where all stand there, and that none does
   * where the stream is still at the expected revision.
   */
  async #found({ stream, expected, events }: Append): Promise<Appended | 'not there'> {
    await this.#readOn(stream, Infinity);
    const { revision, revisions } = this.#known.of(stream);
    const stand = events.flatMap(({ event }) => revisions.get(event.id) ?? []);
    if (stand.length === events.length) return this.#earlier(stream, stand);
    if (stand.length > 0)
      throw new PartialOverlap(
        stream,
        events.map(({ event }) => event.id).filter((id) => revisions.has(id)),
      );
    if (revision !== expected) throw new WrongExpectedRevision(stream, expected, revision);
    return 'not there';
  }

  /** What stands at these revisions, as a reader reads it. */
  async #earlier(stream: string, revisions: readonly number[]): Promise<Appended> {
    const first = Math.min(...revisions);
    const run = await this.#reader.stream(stream, first - 1, Math.max(...revisions) - first + 1);
    const recorded = revisions.flatMap((revision) => run.find((event) => event.revision === revision) ?? []);
    if (recorded.length === revisions.length) return appendedOf(recorded);
    this.#known.forget(stream);
    throw new StoreUnavailable(`Stream ${stream} does not hold any more what it held.`);
  }

  /** Whether the ids up to a revision are known, and that is where the stream ends as far as is known. */
  async #knownUpTo(stream: string, revision: number): Promise<boolean> {
    if (this.#known.of(stream).revision < revision) await this.#readOn(stream, revision);
    return this.#known.of(stream).revision === revision;
  }

  /** Reads ids after those that are known, up to a revision or the end. */
  async #readOn(stream: string, upTo: number): Promise<void> {
    for (;;) {
      const { revision } = this.#known.of(stream);
      if (revision >= upTo) return;
      const page = await this.#reader.stream(stream, revision, Math.min(pageMax, upTo - revision));
      this.#known.note(stream, revision, page);
      if (page.length < pageMax) return;
    }
  }

  /** One after another on one stream. */
  async #inTurn<T>(stream: string, work: () => Promise<T>): Promise<T> {
    const before = this.#turns.get(stream);
    const mine = before === undefined ? work() : before.then(work, work);
    this.#turns.set(stream, mine);
    try {
      return await mine;
    } finally {
      if (this.#turns.get(stream) === mine) this.#turns.delete(stream);
    }
  }
}

const appendedOf = (recorded: readonly RecordedEvent[]): Appended => {
  const last = recorded.reduce((latest, event) => (event.revision > latest.revision ? event : latest));
  return { revision: last.revision, position: last.position, recorded };
};

const outcomeOf = (stream: string, mayStand: boolean, error: unknown): StoreUnavailable =>
  mayStand
    ? new OutcomeUnknown(`Whether the append to stream ${stream} was written is not known: ${messageOf(error)}`)
    : new StoreUnavailable(`KurrentDB could not be asked to append to stream ${stream}: ${messageOf(error)}`);
