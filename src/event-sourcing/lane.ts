import { foldBatch, messageOf } from './batch.js';
import type { RecordedEvent } from './event-store.js';
import { StoreUnavailable } from './event-store.js';
import { BoundedKept } from './kept.js';
import type { Projection } from './projection.js';
import type { Build, ReadStore, Stall, TableWrites } from './read-store.js';
import { LeaseLost } from './read-store.js';
import type { Whereabouts } from './waiting.js';

/** Where a projector says what happens to it; pino's shape. Details hold no personal text. */
export interface ProjectorLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

/** What a projector does about a batch that fails. */
export interface Retries {
  /** How often the one event is tried before the projection is stalled. */
  readonly triesMax: number;
  /** Wait after the first of these tries; each later one waits four times as long. */
  readonly backOffMs: number;
  /** How long a stalled projection waits before it tries again. */
  readonly stalledMs: number;
}

/** The events of a batch, and the ordinal up to which it goes. */
interface Taken {
  readonly events: readonly RecordedEvent[];
  readonly end: number;
}

type Folded = { readonly writes: readonly TableWrites[] } | { readonly error: unknown };

const keptMax = 50_000;
// How long the store may not know of events that changed no row. A process that projects nothing waits so much longer for them.
const passedMs = 100;

/** One projection in the projector: the build that it writes while this process holds its lease, and its failures. */
export class Lane {
  readonly projection: Projection;
  stall: Stall | undefined;
  /** Milliseconds since 1970, before which it is left alone. */
  retryAt = 0;
  #build: Build | undefined;
  #token = 0;
  /** Events that it takes at once: fewer after a failure, to find the one that fails. */
  #limit: number;
  /** The newest event that was passed: those after the build's checkpoint changed no row. */
  #passedTo = 0;
  /** The newest event of the batch that is being written. */
  #foldedTo = 0;
  /** Resolves when that is over: true where the batch was written. */
  #writing: Promise<boolean> | undefined;
  #savedAt = 0;
  #failures = 0;
  #tries = 0;
  readonly #kept = new BoundedKept(keptMax);
  readonly #readStore: ReadStore;
  readonly #log: ProjectorLog;
  readonly #pageMax: number;
  readonly #retries: Retries;

  constructor(projection: Projection, readStore: ReadStore, log: ProjectorLog, pageMax: number, retries: Retries) {
    this.projection = projection;
    this.#readStore = readStore;
    this.#log = log;
    this.#pageMax = pageMax;
    this.#limit = pageMax;
    this.#retries = retries;
  }

  /** The build that it writes; undefined while another process does. */
  get build(): Build | undefined {
    return this.#build;
  }

  get token(): number {
    return this.#token;
  }

  get checkpoint(): number {
    return Math.max(this.#build?.checkpoint ?? 0, this.#passedTo);
  }

  /** The newest event that it was given, be it written or not. */
  get reached(): number {
    return Math.max(this.checkpoint, this.#foldedTo);
  }

  /** Resolves when the batch that is being written, if one is, was written or has failed. */
  get written(): Promise<unknown> {
    return this.#writing ?? Promise.resolve();
  }

  /** When `save` has something to do, in milliseconds since 1970; never: Infinity. */
  get saveAt(): number {
    const passed = this.#build !== undefined && this.#writing === undefined && this.#passedTo > this.#build.checkpoint;
    return passed ? this.#savedAt + passedMs : Infinity;
  }

  /** Where the rows are that it writes; undefined while another process does. */
  get whereabouts(): Whereabouts | undefined {
    const build = this.#build;
    return build && { checkpoint: this.checkpoint, live: build.live, stall: this.stall, here: true };
  }

  enter(build: Build, token: number, stall: Stall | undefined): void {
    this.#build = build;
    this.#passedTo = 0;
    this.#foldedTo = 0;
    this.#token = token;
    this.stall = stall;
    this.retryAt = 0;
    this.#failures = 0;
    this.#tries = 0;
    // The event that was the trouble is tried alone first.
    this.#limit = stall === undefined ? this.#pageMax : 1;
  }

  async leave(): Promise<void> {
    const [build, writing] = [this.#build, this.#writing];
    this.#build = undefined;
    await writing;
    this.#passedTo = 0;
    this.#forget();
    await build?.close();
  }

  /** Tells the store of events that were passed, where it was told of none for a while. Does not throw. */
  async save(): Promise<void> {
    if (Date.now() >= this.saveAt) await this.take([], this.checkpoint);
  }

  /**
   * Projects the events after those that it has up to an ordinal, or the first of them. Resolves when they are folded and the
   * batch before them is written: so one batch is folded while another is written. Does not throw.
   */
  async take(page: readonly RecordedEvent[], upTo: number): Promise<void> {
    const build = this.#build;
    if (build === undefined) return;
    const after = this.reached;
    const all = page[0] !== undefined && page[0].ordinal > after ? page : page.filter(({ ordinal }) => ordinal > after);
    const events = all.length > this.#limit ? all.slice(0, this.#limit) : all;
    const end = events.length < all.length ? (events.at(-1)?.ordinal ?? upTo) : upTo;
    const folding = this.#folded(build, events);
    const before = this.#writing;
    const folded = await folding;
    // Folded after what was not written, it is worth nothing.
    if ((await before) === false) this.#forget();
    else if (build !== this.#build) return;
    else if ('error' in folded) await this.#gaveUp(folded.error, events);
    else if (this.#isPassed(build, folded.writes)) {
      this.#passedTo = end;
      await this.#passed();
    } else this.#write(build, folded.writes, { events, end });
  }

  async #folded(build: Build, events: readonly RecordedEvent[]): Promise<Folded> {
    try {
      return { writes: await foldBatch(this.projection, build, this.#kept, events) };
    } catch (error) {
      return { error };
    }
  }

  /** Nothing to write, and nobody waits to read it for the first time: a commit of a mere number would cost as much as rows. */
  #isPassed({ live }: Build, writes: readonly TableWrites[]): boolean {
    return writes.length === 0 && live && this.stall === undefined && Date.now() < this.#savedAt + passedMs;
  }

  #write(build: Build, writes: readonly TableWrites[], { events, end }: Taken): void {
    this.#foldedTo = end;
    const writing = this.#written(build, writes, { events, end }).finally(() => {
      if (this.#writing === writing) this.#writing = undefined;
    });
    this.#writing = writing;
  }

  async #written(build: Build, writes: readonly TableWrites[], { events, end }: Taken): Promise<boolean> {
    try {
      await build.commit(writes, end);
      this.#savedAt = Date.now();
      await this.#passed();
      return true;
    } catch (error) {
      await this.#gaveUp(error, events);
      return false;
    }
  }

  async #gaveUp(error: unknown, events: readonly RecordedEvent[]): Promise<void> {
    this.#forget();
    // Nothing is being written but what failed.
    this.#writing = undefined;
    if (error instanceof LeaseLost) await this.leave();
    else await this.#failed(error, events);
  }

  /** Goes back to what is written. */
  #forget(): void {
    this.#foldedTo = 0;
    this.#kept.clear();
  }

  async #passed(): Promise<void> {
    this.#failures = 0;
    this.#tries = 0;
    this.#limit = Math.min(this.#limit * 2, this.#pageMax);
    if (this.stall === undefined || this.checkpoint < this.stall.ordinal) return;
    this.#log.info({ projection: this.projection.name, ordinal: this.stall.ordinal }, 'projection goes on');
    this.stall = undefined;
    await this.#note(null);
  }

  async #failed(error: unknown, events: readonly RecordedEvent[]): Promise<void> {
    this.#failures += 1;
    const details = {
      projection: this.projection.name,
      from: events[0]?.ordinal,
      events: events.length,
      error: messageOf(error),
    };
    this.#log.warn(details, 'projecting a batch failed');
    const storeFailed = error instanceof StoreUnavailable;
    if (events.length > 1 && !storeFailed) {
      // Once more as it was, for what passes by itself; then by halves.
      this.#limit = this.#failures === 1 ? events.length : Math.ceil(events.length / 2);
      return;
    }
    this.#tries += 1;
    const { triesMax, backOffMs, stalledMs } = this.#retries;
    if (this.#tries < triesMax) {
      this.retryAt = Date.now() + backOffMs * 4 ** (this.#tries - 1);
      return;
    }
    // A store that comes back is gone on with sooner than an event that needs another program.
    this.retryAt = Date.now() + (storeFailed ? Math.min(stalledMs, 16 * backOffMs) : stalledMs);
    await this.#stalled(error, events[0]);
  }

  async #stalled(error: unknown, event: RecordedEvent | undefined): Promise<void> {
    const again = this.stall !== undefined;
    this.stall = { ordinal: event?.ordinal ?? this.checkpoint, eventId: event?.id ?? '', message: messageOf(error) };
    if (!again) this.#log.error({ projection: this.projection.name, ...this.stall }, 'projection is stalled');
    await this.#note(this.stall);
  }

  // Other processes are told where that is possible; when the store is what fails, they find out by themselves.
  async #note(stall: Stall | null): Promise<void> {
    try {
      await this.#readStore.noteStall(this.projection, stall);
    } catch (error) {
      this.#log.warn(
        { projection: this.projection.name, error: messageOf(error) },
        'could not note whether the projection is stalled',
      );
    }
  }
}
