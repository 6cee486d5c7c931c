import { setImmediate as aTurn } from 'node:timers/promises';
import type { AllStreamResolvedEvent } from '@eventstore/db-client';
import type { RecordedEvent } from '../event-store.js';
import { BeyondTheEnd, StoreUnavailable } from '../event-store.js';
import { backOffMs, tried } from './kurrentdb.calls.js';
import type { Line } from './kurrentdb.connection.js';
import { Late, isOfServer, troubleOf } from './kurrentdb.errors.js';
import { recordedIn } from './kurrentdb.event.js';
import { LiveEvents } from './kurrentdb.live-events.js';
import type { KurrentLog, KurrentReader } from './kurrentdb.reader.js';
import { subscribe } from './kurrentdb.subscription.js';
import { Arrivals } from './kurrentdb.arrivals.js';

/** Events of the log after some ordinal, and up to where there are no others. */
interface Stretch {
  readonly events: readonly RecordedEvent[];
  readonly upTo: number;
}

const stretchMax = 2_000;
const lookIntervalMs = 500;

export interface FollowerOptions {
  /** Silence after which it is looked whether the subscription lives, 2,000 by default. */
  readonly silenceMs?: number;
  /** Told of each break, which is mended without a word to those who follow. */
  readonly onBreak: (error: unknown) => void;
}

/**
 * Follows the log for many. All who are at its end share one subscription, since a connection takes a hundred calls and
 * then hangs; whoever is behind comes up to it by subscriptions that end soon. The server leaves out what is its own.
 */
export class KurrentFollower {
  readonly #log: KurrentLog;
  readonly #reader: KurrentReader;
  readonly #recorded: (event: AllStreamResolvedEvent['event'] & object) => RecordedEvent | undefined;
  readonly #silenceMs: number;
  readonly #onBreak: (error: unknown) => void;
  readonly #news = new Arrivals(() => this.#look(), lookIntervalMs);
  #live: Promise<LiveEvents> | undefined;
  /** That of the subscription, while there is one. */
  #line: Line | undefined;
  #stop: () => void = () => undefined;
  #heardAt = 0;
  #looking = false;
  #breaks = 0;
  #retry: NodeJS.Timeout | undefined;
  #ringing = false;
  #closed = false;

  constructor(log: KurrentLog, reader: KurrentReader, { silenceMs = 2_000, onBreak }: FollowerOptions) {
    this.#log = log;
    this.#reader = reader;
    this.#recorded = recordedIn(log.names, log.logId, log.upcast);
    this.#silenceMs = silenceMs;
    this.#onBreak = onBreak;
  }

  /** @throws BeyondTheEnd, PositionRefused, StoreUnavailable */
  async *follow(
    afterOrdinal: number,
    signal: AbortSignal,
    pageMax: number,
  ): AsyncGenerator<readonly RecordedEvent[], void, undefined> {
    let last = Math.max(afterOrdinal, this.#log.begin);
    /** What stands after `last`, on its way while those who follow handle what stands before it. */
    let ahead: Promise<Stretch> | undefined;
    if (last > this.#log.begin && !signal.aborted) await unlessAborted(signal, this.#checkPlace(last));
    while (!signal.aborted) {
      const { count } = this.#news;
      const coming = ahead;
      ahead = undefined;
      const live = await unlessAborted(signal, (this.#live ??= this.#begin()));
      if (live === undefined) return;
      const recent = live.after(last, pageMax);
      if (recent === undefined) {
        const stretch = await unlessAborted(signal, coming ?? this.#stretch(last, live.from));
        if (stretch === undefined) return;
        last = Math.max(last, stretch.upTo);
        if (last < live.from) ahead = this.#stretch(last, live.from);
        // Whoever stops following does not hear of its failure.
        ahead?.catch(() => undefined);
        for (let from = 0; from < stretch.events.length; from += pageMax) {
          if (isAborted(signal)) return;
          yield stretch.events.slice(from, from + pageMax);
          await aTurn();
        }
      } else if (recent.length === 0) {
        await this.#news.after(count, signal);
      } else {
        last = recent.at(-1)?.ordinal ?? last;
        yield recent;
        await aTurn();
      }
    }
  }

  /** Ends the subscription; those who follow find the log closed. */
  close(): void {
    this.#closed = true;
    this.#fail(new StoreUnavailable('The event log is closed.'));
  }

  /** A position at which no event stands would be retried for ever, and one beyond the end be taken for the end. */
  async #checkPlace(ordinal: number): Promise<void> {
    const [here] = await this.#reader.page(ordinal, 1);
    if (here === undefined) throw new BeyondTheEnd(ordinal, await this.#reader.head());
  }

  async #begin(): Promise<LiveEvents> {
    try {
      const live = new LiveEvents(await this.#reader.end());
      this.#subscribe(live);
      return live;
    } catch (error) {
      this.#live = undefined;
      throw error;
    }
  }

  #subscribe(live: LiveEvents): void {
    if (this.#closed) throw new StoreUnavailable('The event log is closed.');
    const line = this.#log.connection.line();
    this.#line = line;
    this.#heardAt = performance.now();
    const heard = (): void => {
      this.#heardAt = performance.now();
      this.#breaks = 0;
    };
    this.#stop = subscribe(line, this.#log, live.upTo, {
      event: (event, ordinal) => {
        heard();
        const recorded = this.#recorded(event);
        if (recorded === undefined) live.passed(ordinal);
        else {
          live.add(recorded);
          this.#ring();
        }
      },
      passed: (ordinal) => {
        heard();
        live.passed(ordinal);
      },
      caughtUp: heard,
      ended: (error) => this.#broke(live, line, error),
    });
  }

  #broke(live: LiveEvents, line: Line | undefined, error: unknown): void {
    this.#stop();
    // Until it is resumed there is nothing to look after: resumed twice, every event would come twice.
    this.#line = undefined;
    if (this.#closed) return;
    if (!isOfServer(error)) {
      this.#fail(error);
      return;
    }
    this.#onBreak(error);
    if (line !== undefined && troubleOf(error) === 'stuck') this.#log.connection.replace(line);
    this.#retry = setTimeout(() => void this.#resume(live), backOffMs(this.#breaks));
    this.#breaks += 1;
  }

  /** Goes on after what was handled. */
  async #resume(live: LiveEvents): Promise<void> {
    try {
      const end = await this.#reader.end();
      if (end < live.upTo) this.#fail(new BeyondTheEnd(live.upTo, end));
      else if (!this.#closed) this.#subscribe(live);
    } catch (error) {
      this.#broke(live, undefined, error);
    }
  }

  /** Tells all who follow; the next one begins anew. */
  #fail(error: unknown): void {
    clearTimeout(this.#retry);
    this.#stop();
    const failed = (async (): Promise<LiveEvents> => {
      await Promise.resolve();
      throw error;
    })();
    failed.catch(() => undefined);
    this.#live = failed;
    this.#news.spread();
    // Those who wait have been woken, and look before anybody new comes.
    setImmediate(() => {
      if (!this.#closed && this.#live === failed) this.#live = undefined;
    });
  }

  /** A node that hangs sends nothing, and no error either. */
  #look(): void {
    if (this.#looking || this.#closed || performance.now() - this.#heardAt < this.#silenceMs) return;
    this.#looking = true;
    void this.#lookNow()
      // The read has told that the node does not answer; its line is given up, and with it the subscription.
      .catch(() => undefined)
      .finally(() => (this.#looking = false));
  }

  async #lookNow(): Promise<void> {
    const live = await this.#live;
    const [line, heardAt] = [this.#line, this.#heardAt];
    const head = await this.#reader.head();
    if (live === undefined || line === undefined || this.#heardAt !== heardAt || this.#line !== line) return;
    if (head <= live.upTo) {
      this.#heardAt = performance.now();
      return;
    }
    // It may be on its way.
    await new Promise((resolve) => setTimeout(resolve, lookIntervalMs));
    if (this.#heardAt === heardAt && this.#line === line && !this.#closed)
      this.#broke(live, line, new Late(this.#silenceMs));
  }

  /** Wakes those who wait, once a turn. */
  #ring(): void {
    if (this.#ringing) return;
    this.#ringing = true;
    setImmediate(() => {
      this.#ringing = false;
      this.#news.spread();
    });
  }

  /** What stands after an ordinal, at most up to another one. */
  #stretch(after: number, until: number): Promise<Stretch> {
    const { connection, limits, reads } = this.#log;
    return tried(connection, limits.readMs, 'follow the log ($all)', (line) =>
      reads.pass(
        () =>
          new Promise((resolve, reject) => {
            const events: RecordedEvent[] = [];
            let upTo = after;
            const finish = (error?: Error): void => {
              clearTimeout(timer);
              stop();
              // What was heard is heard.
              if (error === undefined || upTo > after) resolve({ events, upTo });
              else reject(error);
            };
            const timer = setTimeout(() => finish(new Late(limits.attemptMs)), limits.attemptMs);
            const stop = subscribe(line, this.#log, after, {
              event: (event, ordinal) => {
                timer.refresh();
                const recorded = this.#recorded(event);
                if (recorded !== undefined) events.push(recorded);
                upTo = ordinal;
                if (events.length >= stretchMax || upTo >= until) finish();
              },
              passed: (ordinal) => {
                timer.refresh();
                upTo = Math.max(upTo, ordinal);
                if (upTo >= until) finish();
              },
              caughtUp: () => {
                upTo = Math.max(upTo, until);
                finish();
              },
              ended: finish,
            });
          }),
      ),
    );
  }
}

/** What the work answers, or nothing as soon as it is aborted. */
const unlessAborted = async <T>(signal: AbortSignal, work: Promise<T>): Promise<T | undefined> => {
  let stop: () => void = () => undefined;
  const aborted = new Promise<undefined>((resolve) => {
    stop = () => resolve(undefined);
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
  });
  work.catch(() => undefined);
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
};

// It changes while others have their turn, which the compiler does not see.
const isAborted = ({ aborted }: AbortSignal): boolean => aborted;
