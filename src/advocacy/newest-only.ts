interface Dated {
  readonly stakeholder: number;
  readonly at: number;
}

/** Holds the newest of what it is given, so many and no more; at one time, who became known later comes first. */
export class NewestOnly<T extends Dated> {
  readonly #max: number;
  #held: T[] = [];
  /** What is older is not among them. */
  #oldest = -Infinity;

  constructor(max: number) {
    this.#max = max;
  }

  add(one: T): void {
    if (one.at < this.#oldest) return;
    this.#held.push(one);
    // Sorted once for as many as are kept.
    if (this.#held.length >= 2 * this.#max) this.#cut();
  }

  /** Newest first. */
  all(): readonly T[] {
    this.#cut();
    return this.#held;
  }

  #cut(): void {
    this.#held = this.#held.sort((a, b) => b.at - a.at || b.stakeholder - a.stakeholder).slice(0, this.#max);
    if (this.#held.length === this.#max) this.#oldest = this.#held.at(-1)?.at ?? -Infinity;
  }
}
