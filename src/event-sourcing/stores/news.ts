import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';

const newCounter = (): Int32Array<SharedArrayBuffer> =>
  new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

/** One counter a name, which the threads of this process share that were begun after it was made. */
export const sharedCounter = (name: string): Int32Array<SharedArrayBuffer> => {
  const known: unknown = getEnvironmentData(name);
  if (known instanceof SharedArrayBuffer) return new Int32Array(known);
  const made = newCounter();
  setEnvironmentData(name, made.buffer);
  return made;
};

/**
 * Wakes those who wait for the log to grow, in every thread that has the counter. Count first, then read, then wait:
 * nothing that comes between is missed.
 */
export class News {
  readonly #counter: Int32Array<SharedArrayBuffer>;
  readonly #waiting = new Set<() => void>();
  #poller: NodeJS.Timeout | undefined;
  #listening = false;
  readonly #poll: () => void;
  readonly #intervalMs: number;

  /**
   * @param poll looks for what other processes wrote and calls `spread`; runs every `intervalMs` while anybody waits.
   * @param counter of the news: its own, or one that threads share.
   */
  constructor(poll: () => void, intervalMs: number, counter = newCounter()) {
    this.#counter = counter;
    this.#poll = poll;
    this.#intervalMs = intervalMs;
  }

  get count(): number {
    return Atomics.load(this.#counter, 0);
  }

  spread(): void {
    Atomics.add(this.#counter, 0, 1);
    Atomics.notify(this.#counter, 0);
    this.#wakeAll();
  }

  /** Resolves at the first news after `count`, or when aborted. */
  async after(count: number, signal: AbortSignal): Promise<void> {
    if (count !== this.count || signal.aborted) return;
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
      this.#listen(count);
    });
  }

  /** To the other threads. */
  #listen(count: number): void {
    if (this.#listening) return;
    const changed = Atomics.waitAsync(this.#counter, 0, count);
    if (!changed.async) {
      this.#wakeAll();
      return;
    }
    this.#listening = true;
    void changed.value.then(() => {
      this.#listening = false;
      this.#wakeAll();
    });
  }

  #wakeAll(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    this.#rest();
    for (const wake of waiting) wake();
  }

  #rest(): void {
    if (this.#waiting.size > 0) return;
    clearInterval(this.#poller);
    this.#poller = undefined;
  }
}
