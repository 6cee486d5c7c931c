import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker, parentPort } from 'node:worker_threads';
import { messageOf } from './batch.js';
import type { EventStore } from './event-store.js';
import type { ProjectorLog } from './lane.js';
import { type Projecting, type ProjectorStatus, elsewhere, statusOf } from './projecting.js';
import type { Projector } from './projector.js';
import type { Progress, Projected, ReadStore } from './read-store.js';
import { Waiting, type Waited, type Whereabouts } from './waiting.js';

/** What the thread tells: where the projections are that it projects, or a line for the log. */
type Told =
  | { readonly here: ReadonlyMap<string, Whereabouts> }
  | { readonly level: keyof ProjectorLog; readonly details: object; readonly message: string };

export interface ProjectorThreadOptions {
  /** What the thread runs: it calls `projectInThread`. */
  readonly worker: URL;
  /** What that finds as its `workerData`. */
  readonly data: unknown;
  readonly store: EventStore;
  readonly readStore: ReadStore;
  readonly projections: readonly Projected[];
  readonly log: ProjectorLog;
}

// What a batch makes lives for a batch: more room for it is not worth its memory.
const youngMb = 16;
const restartMs = 1_000;
const stopMs = 10_000;

/**
 * A projector in a thread of its own, with its own connections to the stores: rows are folded and written beside the
 * requests, not between them. A thread that ends by a fault is begun again, and says so.
 */
export class ProjectorThread implements Projecting {
  readonly #options: ProjectorThreadOptions;
  readonly #waiting: Waiting;
  #beside: readonly Projected[] = [];
  /** Why the thread is to end, and another to begin, without a fault. */
  #changing = false;
  #worker: Worker | undefined;
  #here: ReadonlyMap<string, Whereabouts> = new Map();
  /** What other processes were last heard to have projected. */
  #heard: ReadonlyMap<string, Progress> = new Map();
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;

  constructor(options: ProjectorThreadOptions) {
    this.#options = options;
    this.#waiting = new Waiting(
      (name) => this.#whereIs(name),
      () => this.#hear(),
    );
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /**
   * Projects these beside its own from here on, in place of those of the last call: the thread begins again, and finds out
   * itself which they are. They are built beside what is projected, and waited for only once their rows are live.
   */
  projectBeside(beside: readonly Projected[]): void {
    this.#beside = beside;
    if (this.#worker === undefined) return;
    this.#changing = true;
    this.#worker.postMessage('stop');
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#worker?.postMessage('stop');
    const inTime = new AbortController();
    const late = sleep(stopMs, 'late', { signal: inTime.signal }).catch(() => undefined);
    if ((await Promise.race([this.#running, late])) === 'late') {
      this.#options.log.warn({}, 'the projector did not stop in time');
      await this.#worker?.terminate();
    }
    inTime.abort();
    this.#waiting.stop();
  }

  async waitFor(ordinal: number, names: readonly string[] | undefined, limitMs: number): Promise<Waited> {
    // Where others project them, they tell when their rows are live. A store that does not answer now is asked again while it waits.
    if (names === undefined && this.#beside.some(({ name }) => !this.#here.has(name)))
      await this.#hear().catch(() => undefined);
    return this.#waiting.until(ordinal, names ?? this.#all().map(({ name }) => name), limitMs);
  }

  /** Its own, and those beside them that have rows. */
  #all(): readonly Projected[] {
    return [...this.#options.projections, ...this.#beside.filter(({ name }) => this.#whereIs(name).live)];
  }

  async status(): Promise<ProjectorStatus> {
    const { readStore, store } = this.#options;
    const progress = await readStore.progress();
    return statusOf(this.#all(), progress, await store.head(), (name) => this.#whereIs(name));
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const failure = await this.#runOnce();
      this.#moved(new Map());
      if (this.#stopping.signal.aborted) return;
      if (this.#changing) {
        this.#changing = false;
        continue;
      }
      this.#options.log.error({ error: failure }, 'the projector failed, and begins again');
      await sleep(restartMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Answers with why it ended. */
  async #runOnce(): Promise<string> {
    const { worker: path, data, log } = this.#options;
    let failure = 'it ended by itself';
    const worker = new Worker(path, { workerData: data, resourceLimits: { maxYoungGenerationSizeMb: youngMb } });
    this.#worker = worker;
    worker.on('message', (told: Told) => {
      if ('here' in told) this.#moved(told.here);
      else log[told.level](told.details, told.message);
    });
    worker.on('error', (error) => (failure = messageOf(error)));
    await new Promise((resolve) => worker.once('exit', resolve));
    this.#worker = undefined;
    return failure;
  }

  #moved(here: ReadonlyMap<string, Whereabouts>): void {
    this.#here = here;
    this.#waiting.check();
  }

  #whereIs(name: string): Whereabouts {
    return this.#here.get(name) ?? elsewhere(this.#heard.get(name));
  }

  async #hear(): Promise<void> {
    const progress = await this.#options.readStore.progress();
    this.#heard = new Map(progress.map((each) => [each.name, each]));
  }
}

/** What a projector in this thread is made with, so that the program hears of it. */
export interface ThreadSide {
  readonly log: ProjectorLog;
  readonly onMove: (here: ReadonlyMap<string, Whereabouts>) => void;
}

const tell = (told: Told): void => parentPort?.postMessage(told);

/** A projector that can be started, and what is to be closed after it. */
export interface ThreadProjector {
  readonly projector: Projector;
  close(): Promise<void>;
}

/** The other side of `ProjectorThread`: runs a projector in this thread until it is told to stop. */
export const projectInThread = async (begin: (side: ThreadSide) => Promise<ThreadProjector>): Promise<void> => {
  if (parentPort === null) throw new TypeError('This runs in a thread of its own only.');
  const stopped = once(parentPort, 'message');
  const { projector, close } = await begin({
    log: {
      info: (details, message) => tell({ level: 'info', details, message }),
      warn: (details, message) => tell({ level: 'warn', details, message }),
      error: (details, message) => tell({ level: 'error', details, message }),
    },
    onMove: (here) => tell({ here }),
  });
  projector.start();
  await stopped;
  await projector.stop();
  await close();
};
