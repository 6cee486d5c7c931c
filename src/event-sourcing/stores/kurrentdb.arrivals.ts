/**
 * Wakes those of this thread who wait for the subscription: it is the thread's own. Count first, then read, then wait: nothing
 * that comes between is missed.
 */
export class Arrivals {
  #count = 0;
  readonly #waiting = new Set<() => void>();
  #poller: NodeJS.Timeout | undefined;
  readonly #poll: () => void;
  readonly #intervalMs: number;

  /** @param poll runs every `intervalMs` while anybody waits. */
  constructor(poll: () => void, intervalMs: number) {
    this.#poll = poll;
    this.#intervalMs = intervalMs;
  }

  get count(): number {
    return this.#count;
  }

  spread(): void {
    this.#count += 1;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    this.#rest();
    for (const wake of waiting) wake();
  }

  /** Resolves at the first news after `count`, or when aborted. */
  async after(count: number, signal: AbortSignal): Promise<void> {
    if (count !== this.#count || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const wake = () => {
        signal.removeEventListener('abort', wake);
        this.#waiting.delete(wake);
        this.#rest();
        resolve();
      };
      signal.addEventListener('abort', wake);
      this.#waiting.add(wake);
      this.#poller ??= setInterval(this.#poll, this.#intervalMs);
    });
  }

  #rest(): void {
    if (this.#waiting.size > 0) return;
    clearInterval(this.#poller);
    this.#poller = undefined;
  }
}
