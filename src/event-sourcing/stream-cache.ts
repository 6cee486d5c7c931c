/**
 * Two generations by weight: when the young one is half of the bound, it becomes the old one, and what was not asked for since
 * goes. Every step costs the same, where dropping the eldest entry of one large Map has to search for it.
 */
class Generations<Value> {
  #young = new Map<string, Value>();
  #old = new Map<string, Value>();
  #weight = 0;

  constructor(
    private readonly weightMax: number,
    private readonly weigh: (value: Value) => number,
  ) {}

  get(key: string): Value | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: string, value: Value): void {
    if (this.#weight * 2 >= this.weightMax) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#weight = 0;
    }
    this.#old.delete(key);
    if (!this.#young.has(key)) this.#weight += this.weigh(value);
    this.#young.set(key, value);
  }

  delete(key: string): void {
    const young = this.#young.get(key);
    if (young !== undefined) {
      this.#young.delete(key);
      this.#weight -= this.weigh(young);
    }
    this.#old.delete(key);
  }

  clear(): void {
    this.#young.clear();
    this.#old.clear();
    this.#weight = 0;
  }
}

/** A stream that a command itself began is seldom asked for again: it waits among the newcomers until it is. */
export class StreamCache<Value> {
  readonly #known: Generations<Value>;
  readonly #newcomers: Generations<Value>;

  /**
   * @param weightMax of all values together.
   * @param weigh what a value weighs, from 1.
   */
  constructor(weightMax: number, weigh: (value: Value) => number) {
    this.#known = new Generations(weightMax * 0.9, weigh);
    this.#newcomers = new Generations(weightMax * 0.1, weigh);
  }

  get(stream: string): Value | undefined {
    const known = this.#known.get(stream);
    if (known !== undefined) return known;
    const newcomer = this.#newcomers.get(stream);
    if (newcomer === undefined) return undefined;
    this.#newcomers.delete(stream);
    this.#known.set(stream, newcomer);
    return newcomer;
  }

  set(stream: string, value: Value): void {
    this.#newcomers.delete(stream);
    this.#known.set(stream, value);
  }

  setNewcomer(stream: string, value: Value): void {
    this.#known.delete(stream);
    this.#newcomers.set(stream, value);
  }

  delete(stream: string): void {
    this.#known.delete(stream);
    this.#newcomers.delete(stream);
  }

  clear(): void {
    this.#known.clear();
    this.#newcomers.clear();
  }
}
