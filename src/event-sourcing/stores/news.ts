import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';

/** One counter a name, which the threads of this process share that were begun after it was made. */
const counterOf = (name: string): Int32Array => {
  const known: unknown = getEnvironmentData(name);
  if (known instanceof SharedArrayBuffer) return new Int32Array(known);
  const made = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  setEnvironmentData(name, made);
  return new Int32Array(made);
};

/**
 * Wakes those who wait for the log to grow, in every thread of this process that has it open. Count first, then read,
 * then wait: nothing that comes between is missed.
 */
export class News {
  readonly #counter: Int32Array;
  readonly #waiting = new Set<() => void>();
  #poller: NodeJS.Timeout | undefined;
  #listening = false;
  readonly #poll: () => void;
  readonly #intervalMs: number;

  /**
   * @param log names it: the same in every thread.
   * @param poll looks for what other processes wrote and calls `spread`; runs every `intervalMs` while anybody waits.
   */
  constructor(log: string, poll: () => void, intervalMs: number) {
    this.#counter = counterOf(`news of ${log}`);
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
