import type { EventStore, RecordedEvent } from './event-store.js';

/**
 * The end of the log, followed without waiting: a page is asked for when there is none, and fetched when the bell has
 * rung. Asking late makes pages large when much is recorded.
 */
export class Tail {
  readonly #store: EventStore;
  readonly #pageMax: number;
  readonly #ring: () => void;
  #at = -1;
  #abort = new AbortController();
  #pages: AsyncIterator<readonly RecordedEvent[]> | undefined;
  #asked = false;
  #page: readonly RecordedEvent[] | undefined;
  #failure: { readonly error: unknown } | undefined;

  constructor(store: EventStore, pageMax: number, ring: () => void) {
    this.#store = store;
    this.#pageMax = pageMax;
    this.#ring = ring;
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
    else this.#at = page.at(-1)?.ordinal ?? after;
    return page;
  }

  stop(): void {
    this.#abort.abort();
    this.#pages = undefined;
    this.#page = undefined;
    this.#failure = undefined;
    this.#asked = false;
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
    pages.next().then(
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
}
