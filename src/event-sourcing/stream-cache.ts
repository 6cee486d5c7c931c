/**
 * Streams by their names, in two generations by weight: when the young one is half of the bound, it becomes the old one, and
 * what was not asked for since goes. Every step costs the same, where dropping the eldest entry of one large Map has to search
 * for it.
 */
export class StreamCache<Value> {
  #young = new Map<string, Value>();
  #old = new Map<string, Value>();
  #weight = 0;

  /**
   * @param weightMax of all values together.
   * @param weigh what a value weighs, from 1.
   */
  constructor(
    private readonly weightMax: number,
    private readonly weigh: (value: Value) => number,
  ) {}

  get(stream: string): Value | undefined {
    const young = this.#young.get(stream);
    if (young !== undefined) return young;
    const old = this.#old.get(stream);
    if (old !== undefined) this.set(stream, old);
    return old;
  }

  set(stream: string, value: Value): void {
    if (this.#weight * 2 >= this.weightMax) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#weight = 0;
    }
    this.#old.delete(stream);
    if (!this.#young.has(stream)) this.#weight += this.weigh(value);
    this.#young.set(stream, value);
  }

  delete(stream: string): void {
    const young = this.#young.get(stream);
    if (young !== undefined) {
      this.#young.delete(stream);
      this.#weight -= this.weigh(young);
    }
    this.#old.delete(stream);
  }

  clear(): void {
    this.#young.clear();
    this.#old.clear();
    this.#weight = 0;
  }
}
