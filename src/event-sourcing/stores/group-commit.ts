import { StoreUnavailable } from '../event-store.js';

/** Something to write, decided inside the transaction it shares with others that wait. */
export interface Work {
  /** Rows and bytes it writes, about: what bounds a batch. */
  readonly rows: number;
  readonly bytes: number;
  /** Runs in the transaction, maybe again if that fails; answers with what tells its caller, once it is on disk. */
  decide(): () => void;
  /** The transaction failed: nothing was written. */
  fail(error: unknown): void;
}

/** Writes a batch in one transaction, and answers when it is on disk. */
export type CommitBatch = (batch: readonly Work[]) => Promise<readonly (() => void)[]>;

const rowsMax = 1_024;
const bytesMax = 8 * 1024 * 1024;
const gatherMsMax = 10;

/**
 * One durable commit for all that waits: while one batch is written, the next gathers, and goes on gathering as long as each
 * turn of the event loop brings more.
 */
export class GroupCommit {
  readonly #commit: CommitBatch;
  #waiting: Work[] = [];
  #running = false;
  #closed = false;
  readonly #idle: (() => void)[] = [];

  constructor(commit: CommitBatch) {
    this.#commit = commit;
  }

  add(work: Work): void {
    if (this.#closed) {
      work.fail(new StoreUnavailable('The event log is closed.'));
      return;
    }
    this.#waiting.push(work);
    this.#schedule();
  }

  /** Takes no more, and resolves when all that waits is written. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#running) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #schedule(): void {
    if (this.#running) return;
    this.#running = true;
    this.#gather(0, performance.now() + gatherMsMax);
  }

  /** A turn runs the promises that the last batch resolved and the requests that have arrived: their appends come along. */
  #gather(before: number, until: number): void {
    setImmediate(() => {
      const waiting = this.#waiting.length;
      if (waiting > before && waiting < rowsMax && performance.now() < until) this.#gather(waiting, until);
      else void this.#flush();
    });
  }

  async #flush(): Promise<void> {
    const batch = this.#take();
    try {
      for (const tell of await this.#commit(batch)) tell();
    } catch (error) {
      for (const work of batch) work.fail(error);
    }
    this.#running = false;
    if (this.#waiting.length > 0) this.#schedule();
    else for (const resolve of this.#idle.splice(0)) resolve();
  }

  #take(): readonly Work[] {
    let rows = 0;
    let bytes = 0;
    const tooMuch = this.#waiting.findIndex((work, index) => {
      rows += work.rows;
      bytes += work.bytes;
      return index > 0 && (rows > rowsMax || bytes > bytesMax);
    });
    if (tooMuch >= 0) return this.#waiting.splice(0, tooMuch);
    const all = this.#waiting;
    this.#waiting = [];
    return all;
  }
}
