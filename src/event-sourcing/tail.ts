import { setTimeout as sleep } from 'node:timers/promises';
import type { EventStore, RecordedEvent } from './event-store.js';

/** A page of so many events, and fewer than it may have, says that much is recorded just now. */
const manyEvents = 32;

/**
 * The end of the log, followed without waiting: a page is asked for when there is none, and fetched when the bell has
 * rung. Asking late makes pages large: where much is recorded, one is asked for `gatherMs` after the one before it at the
 * soonest, since what a batch takes to write grows much less than its events.
 */
export class Tail {
  readonly #store: EventStore;
  readonly #pageMax: number;
  readonly #ring: () => void;
  readonly #gatherMs: number;
  #at = -1;
  /** When the next page may be asked for. */
  #askAt = 0;
  #abort = new AbortController();
  #pages: AsyncIterator<readonly RecordedEvent[]> | undefined;
  #asked = false;
  #page: readonly RecordedEvent[] | undefined;
  #failure: { readonly error: unknown } | undefined;

  constructor(store: EventStore, pageMax: number, ring: () => void, gatherMs = 80) {
    this.#store = store;
    this.#pageMax = pageMax;
    this.#ring = ring;
    this.#gatherMs = gatherMs;
  }

  /**
   * The page after an ordinal, if it has come.
   * @throws what the log threw; the next call begins anew.
   */
  take(after: number): readonly RecordedEvent[] | undefined {
    const failure = this.#failure;
    if (failure !== undefined) {
      this.stop();
      throw failure.error;
    }
    const pages = this.#pages !== undefined && this.#at === after ? this.#pages : this.#restart(after);
    const page = this.#page;
    this.#page = undefined;
    if (page === undefined) this.#ask(pages);
    else {
      this.#at = page.at(-1)?.ordinal ?? after;
      const gathers = page.length >= manyEvents && page.length < this.#pageMax;
      this.#askAt = gathers ? performance.now() + this.#gatherMs : 0;
    }
    return page;
  }

  stop(): void {
    this.#abort.abort();
    this.#pages = undefined;
    this.#page = undefined;
    this.#failure = undefined;
    this.#asked = false;
    this.#askAt = 0;
  }

  #restart(after: number): AsyncIterator<readonly RecordedEvent[]> {
    this.stop();
    this.#abort = new AbortController();
    this.#at = after;
    this.#pages = this.#store.follow(after, this.#abort.signal, this.#pageMax)[Symbol.asyncIterator]();
    return this.#pages;
  }

  #ask(pages: AsyncIterator<readonly RecordedEvent[]>): void {
    if (this.#asked) return;
    this.#asked = true;
    this.#next(pages).then(
      ({ value, done }: IteratorResult<readonly RecordedEvent[], unknown>) => {
        if (this.#pages !== pages || done === true) return;
        this.#asked = false;
        this.#page = value;
        this.#ring();
      },
      (error: unknown) => {
        if (this.#pages !== pages) return;
        this.#failure = { error };
        this.#ring();
      },
    );
  }

  async #next(
    pages: AsyncIterator<readonly RecordedEvent[]>,
  ): Promise<IteratorResult<readonly RecordedEvent[], unknown>> {
    const early = this.#askAt - performance.now();
    // Once it is stopped, nobody listens to what comes of this.
    if (early > 0) await sleep(early, undefined, { signal: this.#abort.signal });
    return pages.next();
  }
}
