import type { Kept } from './projection.js';

/**
 * A cache of at most so many entries, least recently used out first by halves: what was not asked for since the newer half
 * was last full goes. That costs a look-up and no reordering, which a cache asked for every event must not cost.
 */
export class BoundedKept implements Kept {
  readonly #entriesMax: number;
  #newer = new Map<string, unknown>();
  #older = new Map<string, unknown>();

  constructor(entriesMax: number) {
    this.#entriesMax = entriesMax;
  }

  get(key: string): unknown {
    const value = this.#newer.get(key);
    if (value !== undefined || this.#newer.has(key)) return value;
    if (!this.#older.has(key)) return undefined;
    const again = this.#older.get(key);
    this.#older.delete(key);
    this.set(key, again);
    return again;
  }

  set(key: string, value: unknown): void {
    if (this.#newer.size * 2 >= this.#entriesMax && !this.#newer.has(key)) {
      this.#older = this.#newer;
      this.#newer = new Map();
    }
    this.#newer.set(key, value);
  }

  delete(key: string): void {
    this.#newer.delete(key);
    this.#older.delete(key);
  }

  clear(): void {
    this.#newer = new Map();
    this.#older = new Map();
  }
}
