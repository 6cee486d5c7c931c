import type { RecordedEvent } from '../event-store.js';
import type { Json } from '../fact.js';

const charactersMax = 16 * 1024 * 1024;

/** About how many characters a value takes. */
const sizeOf = (value: Json | undefined): number => {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 8;
  let size = 16;
  for (const each of Object.values(value) as (Json | undefined)[]) size += 8 + sizeOf(each);
  return size;
};

/**
 * The newest events of the log, as they come: one run, from some ordinal on, that every follower at the head shares. The
 * oldest go.
 */
export class LiveEvents {
  readonly #charactersMax: number;
  #events: RecordedEvent[] = [];
  #characters = 0;
  #from: number;
  #upTo: number;

  /** @param from ordinal after which every event of the log is here. */
  constructor(from: number, max = charactersMax) {
    this.#charactersMax = max;
    this.#from = from;
    this.#upTo = from;
  }

  /** Every event of the log after this ordinal, up to `upTo`, is here. */
  get from(): number {
    return this.#from;
  }

  /** The ordinal up to which the log was looked at, whether events of ours stood there or not. */
  get upTo(): number {
    return this.#upTo;
  }

  add(event: RecordedEvent): void {
    this.#events.push(event);
    this.#upTo = event.ordinal;
    this.#characters += 512 + sizeOf(event.data);
    if (this.#characters < this.#charactersMax) return;
    // The older half goes at once: one at a time would move the others each time.
    const half = Math.ceil(this.#events.length / 2);
    this.#from = this.#events[half - 1]?.ordinal ?? this.#from;
    this.#events = this.#events.slice(half);
    this.#characters = this.#events.reduce((sum, { data }) => sum + 512 + sizeOf(data), 0);
  }

  /** Nothing of ours stands up to this ordinal. */
  passed(ordinal: number): void {
    this.#upTo = Math.max(this.#upTo, ordinal);
  }

  /** Up to `limit` events after the ordinal; undefined where some of them are not here any more. */
  after(ordinal: number, limit: number): readonly RecordedEvent[] | undefined {
    if (ordinal < this.#from) return undefined;
    let [low, high] = [0, this.#events.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#events[middle]?.ordinal ?? Infinity) <= ordinal) low = middle + 1;
      else high = middle;
    }
    return this.#events.slice(low, low + limit);
  }
}
