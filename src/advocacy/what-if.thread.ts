import { constants, setPriority } from 'node:os';
import { Worker, parentPort } from 'node:worker_threads';
import { messageOf } from '../event-sourcing/batch.js';
import type { RowReader } from '../event-sourcing/read-store.js';
import {
  type WhatIfAnswer,
  type WhatIfAsked,
  type WhatIfProgress,
  type WhatIfSurroundings,
  whatIf,
} from './what-if.js';

/** What the thread tells: how far it is, and at the end what it found. */
type Told = { readonly progress: WhatIfProgress } | { readonly answer: WhatIfAnswer };

/** It would take more memory than a what-if may: the numbers differ from any that were tried. */
export class WhatIfTooLarge extends Error {
  override readonly name = 'WhatIfTooLarge';
}

export interface WhatIfThreadOptions {
  /** What the thread runs: it calls `answerInThread`. */
  readonly worker: URL;
  /** What that finds in its `workerData`, beside what is asked. */
  readonly data: object;
  readonly asked: WhatIfAsked;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: WhatIfProgress) => void;
}

/** Of the thread's heap; a page, totals and the newest conversions take a tenth of it. */
const heapMb = 192;
const youngMb = 16;
/** Half of the time belongs to whoever records. */
const restShare = 1;
/** How long a thread that is told to stop has, to close what it opened. */
const stopMs = 2_000;

/**
 * Answers a what-if in a thread of its own, with its own connections to the rows.
 * @throws the signal's reason, WhatIfTooLarge, or what went wrong in the thread.
 */
export const answerInThreadOf = async (options: WhatIfThreadOptions): Promise<WhatIfAnswer> => {
  const { worker: path, data, asked, signal, onProgress } = options;
  signal.throwIfAborted();
  const worker = new Worker(path, {
    workerData: { ...data, asked },
    resourceLimits: { maxOldGenerationSizeMb: heapMb, maxYoungGenerationSizeMb: youngMb },
  });
  let late: NodeJS.Timeout | undefined;
  const stop = (): void => {
    worker.postMessage('stop');
    late = setTimeout(() => void worker.terminate(), stopMs);
  };
  signal.addEventListener('abort', stop);
  let answer: WhatIfAnswer | undefined;
  let trouble: Error | undefined;
  worker.on('message', (told: Told) => {
    if ('progress' in told) onProgress(told.progress);
    else answer = told.answer;
  });
  worker.on('error', (error: unknown) => (trouble = troubleOf(error)));
  await new Promise((resolve) => worker.once('exit', resolve));
  signal.removeEventListener('abort', stop);
  clearTimeout(late);
  signal.throwIfAborted();
  if (trouble !== undefined) throw trouble;
  if (answer === undefined) throw new Error('The thread of a what-if ended without a word.');
  return answer;
};

const troubleOf = (error: unknown): Error => {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') return new WhatIfTooLarge(messageOf(error));
  return error instanceof Error ? error : new Error(messageOf(error));
};

/** The other side of `answerInThreadOf`: answers in this thread, gives way to others, and tells how it goes. */
export const answerInThread = async (rows: RowReader, asked: WhatIfAsked): Promise<void> => {
  const port = parentPort;
  if (port === null) throw new TypeError('This runs in a thread of its own only.');
  giveWay();
  const tell = (told: Told): void => port.postMessage(told);
  const stop = new AbortController();
  port.once('message', () => stop.abort());
  const surroundings: WhatIfSurroundings = {
    signal: stop.signal,
    onProgress: (progress) => tell({ progress }),
    restShare,
  };
  try {
    tell({ answer: await whatIf(rows, asked, surroundings) });
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  } finally {
    port.unref();
    port.close();
  }
};

/** Linux knows the niceness of a thread; elsewhere it is the process', which must not give way. */
const giveWay = (): void => {
  if (process.platform !== 'linux') return;
  try {
    setPriority(0, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Where that is not allowed, resting between pages is what is left.
  }
};
