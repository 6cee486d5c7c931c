import { Worker, parentPort } from 'node:worker_threads';
import { messageOf } from '../batch.js';
import { OutcomeUnknown, StoreUnavailable } from '../event-store.js';
import type { LogOutcome, LogWrite, LogWriter } from './log-write.js';
import { SqliteLogWriter } from './sqlite.log-writer.js';
import type { LogWriterOptions } from './sqlite.log-writer.js';
import { StoreRefused } from './store-refused.js';

/** What the thread answers. */
type Told =
  | { readonly outcomes: readonly LogOutcome[] }
  | { readonly failed: 'unavailable' | 'refused' | 'fault'; readonly message: string };

interface Waiting {
  readonly resolve: (outcomes: readonly LogOutcome[]) => void;
  readonly reject: (error: Error) => void;
}

const failures = {
  unavailable: (message: string) => new StoreUnavailable(message),
  refused: (message: string) => new StoreRefused(message),
  fault: (message: string) => new Error(message),
};

/**
 * Writes the log in a thread of its own, over its own connection: neither the disk nor the pages that a commit changes keep
 * requests waiting. A thread that ends by a fault is begun again with the next batch.
 */
export class LogWriterThread implements LogWriter {
  readonly #program: URL;
  readonly #options: LogWriterOptions;
  readonly #onFailure: (message: string) => void;
  #closing = false;
  #worker: Worker | undefined;
  #waiting: Waiting | undefined;

  /**
   * @param program calls `writeLogInThread`.
   * @param onFailure told why the thread ended, where nobody asked it to.
   */
  constructor(program: URL, options: LogWriterOptions, onFailure: (message: string) => void) {
    this.#program = program;
    this.#options = options;
    this.#onFailure = onFailure;
    this.#worker = this.#begin();
  }

  write(batch: readonly LogWrite[]): Promise<readonly LogOutcome[]> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      (this.#worker ??= this.#begin()).postMessage(batch);
    });
  }

  async close(): Promise<void> {
    this.#closing = true;
    const worker = this.#worker;
    if (worker === undefined) return;
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    worker.postMessage('close');
    await ended;
  }

  #begin(): Worker {
    const worker = new Worker(this.#program, {
      workerData: this.#options,
      resourceLimits: { maxYoungGenerationSizeMb: youngMb },
    });
    let failure = 'it ended by itself';
    worker.on('message', (told: Told) => this.#hear(told));
    worker.on('error', (error) => (failure = messageOf(error)));
    worker.once('exit', () => {
      this.#worker = undefined;
      if (!this.#closing) this.#onFailure(failure);
      // The batch that it had may be on disk.
      this.#take()?.reject(new OutcomeUnknown(`The thread that writes the log failed: ${failure}.`));
    });
    return worker;
  }

  #hear(told: Told): void {
    const waiting = this.#take();
    if ('outcomes' in told) waiting?.resolve(told.outcomes);
    else waiting?.reject(failures[told.failed](told.message));
  }

  #take(): Waiting | undefined {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    return waiting;
  }
}

// A batch lives as long as it is written.
const youngMb = 4;

const failureOf = (error: unknown): Told => ({
  failed: error instanceof StoreUnavailable ? 'unavailable' : error instanceof StoreRefused ? 'refused' : 'fault',
  message: messageOf(error),
});

/** The other side of `LogWriterThread`: writes what it is sent, until it is told to close. */
export const writeLogInThread = (options: LogWriterOptions): void => {
  const port = parentPort;
  if (port === null) throw new TypeError('This runs in a thread of its own only.');
  const writer = SqliteLogWriter.open(options);
  const answer = async (batch: readonly LogWrite[]): Promise<Told> => {
    try {
      return { outcomes: await writer.write(batch) };
    } catch (error) {
      return failureOf(error);
    }
  };
  port.on('message', (asked: readonly LogWrite[] | 'close') => {
    if (asked === 'close') void writer.close().then(() => port.close());
    else void answer(asked).then((told) => port.postMessage(told));
  });
};
