/**
 * Tells whoever iterates the newest of what there is to tell, and the end for certain: what was not taken before something
 * newer came is passed over. So a slow listener holds nothing up, and nothing piles up.
 */
export class NewestTold<T> implements AsyncIterableIterator<T> {
  readonly #stopped: () => Promise<void>;
  #newest: T | undefined;
  #ended = false;
  #failure: { readonly error: unknown } | undefined;
  #waiting: (() => void) | undefined;

  /** @param stopped called when whoever listens does so no more; what it does is waited for. */
  constructor(stopped: () => Promise<void>) {
    this.#stopped = stopped;
  }

  tell(newest: T): void {
    this.#newest = newest;
    this.#wake();
  }

  end(last: T): void {
    this.#ended = true;
    this.tell(last);
  }

  fail(error: unknown): void {
    this.#ended = true;
    this.#failure = { error };
    this.#wake();
  }

  async next(): Promise<IteratorResult<T>> {
    while (this.#newest === undefined && !this.#ended) await new Promise<void>((resolve) => (this.#waiting = resolve));
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure.error;
    const value = this.#newest;
    this.#newest = undefined;
    return value === undefined ? { done: true, value } : { done: false, value };
  }

  async return(): Promise<IteratorResult<T>> {
    this.#ended = true;
    this.#newest = undefined;
    this.#wake();
    await this.#stopped();
    this.#failure = undefined;
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #wake(): void {
    this.#waiting?.();
    this.#waiting = undefined;
  }
}
