import { BACKWARDS, END, FORWARDS } from '@eventstore/db-client';
import type { ResolvedEvent } from '@eventstore/db-client';
import type { RecordedEvent } from '../event-store.js';
import type { Upcast } from '../upcaster.js';
import type { Gate, Limits } from './kurrentdb.calls.js';
import { tried, visit } from './kurrentdb.calls.js';
import type { KurrentConnection } from './kurrentdb.connection.js';
import { troubleOf } from './kurrentdb.errors.js';
import type { KurrentNames } from './kurrentdb.event.js';
import { isOfLog, ordinalOfRead, positionAt, recordedIn } from './kurrentdb.event.js';
import { StoreRefused } from './store-refused.js';

/** What a log in KurrentDB is opened with, and shared by those who read, write and follow it. */
export interface KurrentLog {
  readonly connection: KurrentConnection;
  readonly names: KurrentNames;
  readonly logId: string;
  /** Ordinal of the event that began the log: all others come after it. */
  readonly begin: number;
  readonly limits: Limits;
  /** Passed by every read: a connection takes a hundred calls at once, and hangs beyond. */
  readonly reads: Gate;
  readonly upcast: Upcast;
}

// The server's own events stand between ours; where there are many, larger steps are taken.
const backStepMin = 16;
const backStepMax = 4_096;
const stepMax = 4_096;

/** Reads the log, always from the leader: a node that follows may be some milliseconds behind what was acknowledged. */
export class KurrentReader {
  readonly #log: KurrentLog;
  readonly #recorded: (event: ResolvedEvent['event'] & object) => RecordedEvent | undefined;
  readonly #isOurs: (event: ResolvedEvent['event'] & object) => boolean;
  /** No event of ours stands between the ordinal of the first and that of the second. */
  #quiet = { head: 0, upTo: 0 };

  constructor(log: KurrentLog) {
    this.#log = log;
    this.#recorded = recordedIn(log.names, log.logId, log.upcast);
    this.#isOurs = isOfLog(log.names);
  }

  /** Events of a stream after a revision, oldest first. @throws StoreRefused where somebody else wrote to it. */
  async stream(stream: string, afterRevision: number, limit: number): Promise<readonly RecordedEvent[]> {
    if (limit < 1) return [];
    const { names } = this.#log;
    return this.#tried(`read stream ${stream}`, async (line) => {
      const events: RecordedEvent[] = [];
      const open = () =>
        line.client.readStream(names.of(stream), {
          fromRevision: BigInt(afterRevision + 1),
          maxCount: limit,
          direction: FORWARDS,
          ...this.#asked,
        });
      await visit(line, this.#log.limits.attemptMs, open, ({ event }) => {
        const recorded = event && this.#recorded(event);
        if (recorded === undefined)
          throw new StoreRefused(`Stream ${stream} holds an event that this program did not write.`);
        events.push(recorded);
        return undefined;
      }).catch(ofNoStream);
      return events;
    });
  }

  /** Events after an ordinal in the order of the log: fewer than the limit only at its end. @throws PositionRefused */
  async after(ordinal: number, limit: number): Promise<readonly RecordedEvent[]> {
    const events: RecordedEvent[] = [];
    let last = Math.max(ordinal, this.#log.begin);
    for (let more = limit > 0; more;) {
      // One more: a read that begins at an event gives it too.
      const count = Math.min(limit - events.length, stepMax) + 1;
      const page = await this.page(last, count);
      for (const event of page) {
        const at = ordinalOfRead(event);
        if (at <= last) continue;
        last = at;
        const recorded = this.#recorded(event);
        if (recorded !== undefined) events.push(recorded);
      }
      more = page.length === count && events.length < limit;
    }
    return events;
  }

  /** The event at an ordinal and those after it, the server's own too. @throws PositionRefused where none stands there. */
  async page(from: number, count: number): Promise<readonly (ResolvedEvent['event'] & object)[]> {
    return this.#tried('read the log ($all)', async (line) => {
      const page: (ResolvedEvent['event'] & object)[] = [];
      const open = () =>
        line.client.readAll({ fromPosition: positionAt(from), maxCount: count, direction: FORWARDS, ...this.#asked });
      await visit(line, this.#log.limits.attemptMs, open, ({ event }) => {
        if (event) page.push(event);
        return undefined;
      });
      return page;
    });
  }

  /** Ordinal of the newest event of the log, 0 where it is empty. */
  async head(): Promise<number> {
    const { head, upTo } = this.#quiet;
    let end: number | undefined;
    let found: number | undefined;
    const seen = (ordinal: number, isOurs: boolean): boolean => {
      end ??= ordinal;
      if (isOurs) found = ordinal;
      // The end may lie before what was seen: then the log is another than it was, and all is looked at again.
      else if (ordinal <= this.#log.begin) found = 0;
      else if (ordinal <= upTo && end >= upTo) found = head;
      return found !== undefined;
    };
    await this.#backwards(seen);
    const now = found ?? 0;
    if (end !== undefined && (end >= this.#quiet.upTo || end < upTo)) this.#quiet = { head: now, upTo: end };
    return now;
  }

  /** Ordinal of the newest event on the server, whoever wrote it. */
  async end(): Promise<number> {
    let end = 0;
    await this.#backwards((ordinal) => {
      end = ordinal;
      return true;
    });
    return end;
  }

  /** Goes from the end of the server's log to its beginning until the visitor answers true. */
  async #backwards(visitor: (ordinal: number, isOurs: boolean) => boolean): Promise<void> {
    let from: number | undefined;
    for (let step = backStepMin; ; step = Math.min(step * 4, backStepMax)) {
      const seen = await this.#tried('read the end of the log ($all)', async (line) => {
        const events: { readonly ordinal: number; readonly isOurs: boolean }[] = [];
        const open = () =>
          line.client.readAll({
            fromPosition: from === undefined ? END : positionAt(from),
            maxCount: step,
            direction: BACKWARDS,
            ...this.#asked,
          });
        await visit(line, this.#log.limits.attemptMs, open, ({ event }) => {
          if (event) events.push({ ordinal: ordinalOfRead(event), isOurs: this.#isOurs(event) });
          return undefined;
        });
        return events;
      });
      for (const { ordinal, isOurs } of seen) if (visitor(ordinal, isOurs)) return;
      const last = seen.at(-1);
      if (last === undefined || seen.length < step) return;
      from = last.ordinal;
    }
  }

  get #asked() {
    return { requiresLeader: true, credentials: this.#log.connection.credentials };
  }

  #tried<T>(doing: string, attempt: Parameters<typeof tried<T>>[3]): Promise<T> {
    const { connection, limits, reads } = this.#log;
    return tried(connection, limits.readMs, doing, (line) => reads.pass(() => attempt(line)));
  }
}

const ofNoStream = (error: unknown): void => {
  if (troubleOf(error) !== 'no stream') throw error;
};
