/** Where a stream ends, as far as this process knows. */
export interface StreamEnd {
  readonly key: number;
  /** Of its newest event. */
  revision: number;
}

const generationMax = 25_000;

/**
 * The ends of the streams used last, at least 25,000 and at most twice as many. Two generations: when the young one is
 * full, it becomes the old one, and what was not asked for since goes. Every step costs the same, where dropping the
 * eldest entry of one large Map has to search for it.
 */
export class StreamEnds {
  #young = new Map<string, StreamEnd>();
  #old = new Map<string, StreamEnd>();

  get(name: string): StreamEnd | undefined {
    const young = this.#young.get(name);
    if (young) return young;
    const old = this.#old.get(name);
    if (old) this.set(name, old);
    return old;
  }

  set(name: string, end: StreamEnd): void {
    if (this.#young.size >= generationMax) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(name, end);
  }

  clear(): void {
    this.#young.clear();
    this.#old.clear();
  }
}
