import type { RecordedEvent } from '../event-store.js';

const eventsMax = 4_096;
const bytesMax = 16 * 1024 * 1024;

interface Slot {
  readonly event: RecordedEvent;
  readonly bytes: number;
}

/**
 * The newest events that this process committed, so that followers at the head do not read and parse them again. It
 * holds one run of ordinals without a gap: where another process wrote in between, it starts anew. For logs whose
 * ordinals are gapless.
 */
export class RecentEvents {
  readonly #slots = new Array<Slot | undefined>(eventsMax).fill(undefined);
  #first = 1;
  #last = 0;
  #bytes = 0;

  add(event: RecordedEvent, bytes: number): void {
    if (event.ordinal !== this.#last + 1) this.#restartAt(event.ordinal);
    // Before its place in the ring is taken, what stands there goes.
    if (event.ordinal - this.#first >= eventsMax) this.#dropFirst();
    this.#slots[event.ordinal % eventsMax] = { event, bytes };
    this.#last = event.ordinal;
    this.#bytes += bytes;
    while (this.#bytes > bytesMax) this.#dropFirst();
  }

  /** Up to `limit` events after the ordinal; undefined where they are not all here, so that only the log can tell. */
  after(ordinal: number, limit: number): readonly RecordedEvent[] | undefined {
    if (ordinal + 1 < this.#first || ordinal >= this.#last) return undefined;
    const events: RecordedEvent[] = [];
    for (let next = ordinal + 1; next <= Math.min(this.#last, ordinal + limit); next += 1) {
      const slot = this.#slots[next % eventsMax];
      if (slot === undefined) return undefined;
      events.push(slot.event);
    }
    return events;
  }

  #restartAt(ordinal: number): void {
    this.#slots.fill(undefined);
    this.#bytes = 0;
    this.#first = ordinal;
    this.#last = ordinal - 1;
  }

  #dropFirst(): void {
    this.#bytes -= this.#slots[this.#first % eventsMax]?.bytes ?? 0;
    this.#slots[this.#first % eventsMax] = undefined;
    this.#first += 1;
  }
}
