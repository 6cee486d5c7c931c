import type { Stall } from './read-store.js';

/** How waiting for a projection ended. */
export type Waited = 'projected' | 'stalled' | 'timeout';

/** Where a projection is, as far as this process knows. */
export interface Whereabouts {
  /** Readers see its rows up to here. */
  readonly checkpoint: number;
  readonly live: boolean;
  /** Where it stands still. */
  readonly stall: Stall | undefined;
  /** This process projects it, so that nobody has to be asked. */
  readonly here: boolean;
}

interface Waiter {
  readonly ordinal: number;
  readonly names: readonly string[];
  readonly end: (waited: Waited) => void;
}

const pollIntervalMs = 20;

/** Those who wait until projections have passed an ordinal. */
export class Waiting {
  readonly #waiters = new Set<Waiter>();
  readonly #where: (name: string) => Whereabouts;
  readonly #poll: () => Promise<void>;
  #poller: NodeJS.Timeout | undefined;
  #polling = false;

  /** @param poll asks the read store how far other processes are; called while somebody waits for one of them. */
  constructor(where: (name: string) => Whereabouts, poll: () => Promise<void>) {
    this.#where = where;
    this.#poll = poll;
  }

  async until(ordinal: number, names: readonly string[], limitMs: number): Promise<Waited> {
    // What was heard of another process a while ago may not hold any more.
    if (this.#anyElsewhere(names)) await this.#poll().catch(() => undefined);
    const now = this.#outcome(ordinal, names);
    if (now !== undefined) return now;
    return new Promise((resolve) => {
      const end = (waited: Waited): void => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
        resolve(waited);
      };
      const timer = setTimeout(end, limitMs, 'timeout');
      const waiter: Waiter = { ordinal, names, end };
      this.#waiters.add(waiter);
      this.#mind();
    });
  }

  /** Ends the waits that are over. To be called whenever a projection has moved. */
  check(): void {
    for (const waiter of this.#waiters) {
      const outcome = this.#outcome(waiter.ordinal, waiter.names);
      if (outcome !== undefined) waiter.end(outcome);
    }
    this.#mind();
  }

  /** Ends all waits: nothing moves any more. */
  stop(): void {
    for (const waiter of this.#waiters) waiter.end('timeout');
    this.#mind();
  }

  #outcome(ordinal: number, names: readonly string[]): Waited | undefined {
    let all = true;
    for (const name of names) {
      const { checkpoint, live, stall } = this.#where(name);
      const passed = live && checkpoint >= ordinal;
      if (!passed && stall !== undefined) return 'stalled';
      all &&= passed;
    }
    return all ? 'projected' : undefined;
  }

  #anyElsewhere(names: readonly string[]): boolean {
    return names.some((name) => !this.#where(name).here);
  }

  #mind(): void {
    const elsewhere = [...this.#waiters].some(({ names }) => this.#anyElsewhere(names));
    if (elsewhere) this.#poller ??= setInterval(() => void this.#ask(), pollIntervalMs);
    else {
      clearInterval(this.#poller);
      this.#poller = undefined;
    }
  }

  async #ask(): Promise<void> {
    if (this.#polling) return;
    this.#polling = true;
    // A store that does not answer now is asked again; the waits have their limits.
    await this.#poll().catch(() => undefined);
    this.#polling = false;
    this.check();
  }
}
