import { availableParallelism } from 'node:os';
import { Worker, parentPort } from 'node:worker_threads';
import { messageOf } from './batch.js';
import type { Filling } from './fill.js';
import type { Projection } from './projection.js';
import { AlreadyBuilding } from './read-store.js';
import { RebuildFailed, chosenOf, type RebuildOptions } from './rebuild.js';

/** What a thread tells: how far it is, and at the end how it went. */
type Told =
  | { readonly filling: Filling }
  | { readonly failures: readonly (readonly [name: string, message: string])[] }
  | { readonly alreadyBuilding: string };

export interface RebuildThreadsOptions extends Pick<RebuildOptions, 'onProgress' | 'signal' | 'names'> {
  /** What each thread runs: it calls `rebuildInThread`. */
  readonly worker: URL;
  /** What that finds in its `workerData`, beside the names of what it builds. */
  readonly data: object;
  /** Heaviest first. */
  readonly projections: readonly Projection[];
  /** As many as the machine has processors, by default. */
  readonly threads?: number;
}

/** Who builds what: the heaviest each in a thread of its own, the last thread all the others, which read the log together. */
export const sharesOf = (names: readonly string[], threads: number): readonly (readonly string[])[] => {
  const alone = names.slice(0, Math.max(0, Math.min(threads, names.length) - 1));
  return [...alone.map((name) => [name]), names.slice(alone.length)];
};

/** `rebuild`, spread over several threads. */
export const rebuildInThreads = async (options: RebuildThreadsOptions): Promise<void> => {
  const { projections, names, threads = availableParallelism(), onProgress, signal } = options;
  const shares = sharesOf(
    chosenOf(projections, names).map(({ name }) => name),
    threads,
  );
  const stop = new AbortController();
  const stopped = signal === undefined ? stop.signal : AbortSignal.any([stop.signal, signal]);
  const reached = new Map<number, Filling>();
  const building = shares.map(async (share, thread) => {
    try {
      return await buildIn(options, share, stopped, (filling) => {
        reached.set(thread, filling);
        const all = [...reached.values()];
        // As far as the slowest is.
        if (all.length === shares.length)
          onProgress?.({
            ordinal: Math.min(...all.map(({ ordinal }) => ordinal)),
            head: Math.max(...all.map(({ head }) => head)),
          });
      });
    } catch (error) {
      // Another build is in the way, or a machine is broken: what the others built is of no use by itself.
      stop.abort(error);
      throw error;
    }
  });
  const ended = await Promise.allSettled(building);
  signal?.throwIfAborted();
  if (stop.signal.aborted) throw stop.signal.reason;
  const failures = ended.flatMap((each) => (each.status === 'fulfilled' ? each.value : []));
  if (failures.length > 0) throw new RebuildFailed(new Map(failures));
};

const buildIn = async (
  { worker: path, data }: RebuildThreadsOptions,
  names: readonly string[],
  signal: AbortSignal,
  onFilling: (filling: Filling) => void,
): Promise<readonly (readonly [string, string])[]> => {
  const worker = new Worker(path, { workerData: { ...data, names } });
  const abort = (): void => worker.postMessage('stop');
  signal.addEventListener('abort', abort);
  let failures: readonly (readonly [string, string])[] | undefined;
  let trouble: Error | undefined;
  worker.on('message', (told: Told) => {
    if ('filling' in told) onFilling(told.filling);
    else if ('failures' in told) failures = told.failures;
    else trouble = new AlreadyBuilding(told.alreadyBuilding);
  });
  worker.on('error', (error: unknown) => (trouble = error instanceof Error ? error : new Error(messageOf(error))));
  if (signal.aborted) abort();
  await new Promise((resolve) => worker.once('exit', resolve));
  signal.removeEventListener('abort', abort);
  if (trouble !== undefined) throw trouble;
  if (failures === undefined) throw new Error(`The thread that built ${names.join(', ')} ended without a word.`);
  return failures;
};

/** The other side of `rebuildInThreads`: rebuilds in this thread, and tells how it goes. */
export const rebuildInThread = async (
  build: (options: Required<Pick<RebuildOptions, 'onProgress' | 'signal'>>) => Promise<void>,
): Promise<void> => {
  const port = parentPort;
  if (port === null) throw new TypeError('This runs in a thread of its own only.');
  const tell = (told: Told): void => port.postMessage(told);
  const stop = new AbortController();
  port.once('message', () => stop.abort());
  try {
    await build({ signal: stop.signal, onProgress: (filling) => tell({ filling }) });
    tell({ failures: [] });
  } catch (error) {
    if (error instanceof RebuildFailed)
      tell({ failures: [...error.failures].map(([name, failure]) => [name, messageOf(failure)]) });
    else if (error instanceof AlreadyBuilding) tell({ alreadyBuilding: error.projection });
    else if (!stop.signal.aborted) throw error;
    else tell({ failures: [] });
  } finally {
    port.unref();
    port.close();
  }
};
