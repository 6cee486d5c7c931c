import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Credential } from '../access/credential.js';
import type { EventStore } from '../event-sourcing/event-store.js';
import { keepLeases } from '../event-sourcing/keep-leases.js';
import type { ReadStore } from '../event-sourcing/read-store.js';
import { EVENT_STORE, READ_STORE, WHAT_IF_THREAD } from '../tokens.js';
import { NewestTold } from './newest-told.js';
import { type WhatIfAnswer, type WhatIfAsked, type WhatIfProgress } from './what-if.js';
import { answerInThreadOf } from './what-if.thread.js';

/** What a what-if tells, the answer last. */
export type ToldOfWhatIf =
  { readonly id: string; readonly progress: WhatIfProgress } | { readonly id: string; readonly answer: WhatIfAnswer };

/** What the thread of a what-if is begun with: its program, and what it finds as its `workerData`. */
export interface WhatIfThread {
  readonly worker: URL;
  readonly data: object;
}

interface Running {
  readonly id: string;
  readonly startedAt: number;
}

export type WhatIfRefused =
  { readonly refused: 'WhatIfIsRunning'; readonly running: Running | null } | { readonly refused: 'TooManyWhatIfs' };

/** What-ifs at a time in one process, each with a thread and some two hundred megabytes at most. */
export const whatIfsMax = 2;
/** How long one may take. */
export const whatIfLimitMs = 600_000;
/** How long after its death a process' what-ifs stand in the way of the same key's. */
const leaseMs = 3_000;

/** A what-if took longer than it may. */
export class WhatIfTimedOut extends Error {
  override readonly name = 'WhatIfTimedOut';
}

class RunningElsewhere extends Error {}

/** The what-ifs that run: one at a time for each key, over all instances. */
@Injectable()
export class WhatIfRuns {
  readonly #running = new Map<string, Running>();

  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(READ_STORE) private readonly rows: ReadStore,
    @Inject(WHAT_IF_THREAD) private readonly thread: WhatIfThread,
  ) {}

  /**
   * Begins one. It is ended by the `return` of what it answers with, also while that is waited for: then its thread has
   * ended, and its key may ask again.
   * @param now milliseconds since 1970.
   */
  async begin(
    { id: key }: Credential,
    asked: WhatIfAsked,
    now: number,
  ): Promise<AsyncIterableIterator<ToldOfWhatIf> | WhatIfRefused> {
    const running = this.#running.get(key);
    if (running !== undefined) return { refused: 'WhatIfIsRunning', running };
    if (this.#running.size >= whatIfsMax) return { refused: 'TooManyWhatIfs' };
    const id = randomUUID();
    this.#running.set(key, { id, startedAt: now });
    try {
      const refusal = (): Error => new RunningElsewhere();
      const lease = await keepLeases(this.rows, `what-if-${id}`, [`what-if:${key}`], leaseMs, refusal);
      return this.#run(id, asked, async () => {
        this.#running.delete(key);
        // A store that does not answer lets go of it by itself.
        await lease.release().catch(() => undefined);
      });
    } catch (error) {
      this.#running.delete(key);
      if (error instanceof RunningElsewhere) return { refused: 'WhatIfIsRunning', running: null };
      throw error;
    }
  }

  #run(id: string, asked: WhatIfAsked, ended: () => Promise<void>): AsyncIterableIterator<ToldOfWhatIf> {
    const stop = new AbortController();
    const late = setTimeout(() => stop.abort(new WhatIfTimedOut()), whatIfLimitMs);
    const told = new NewestTold<ToldOfWhatIf>(async () => {
      stop.abort();
      await running;
    });
    const running = this.#answer(id, asked, stop.signal, told).finally(async () => {
      clearTimeout(late);
      await ended();
    });
    return told;
  }

  /** Never rejects: what went wrong is told. */
  async #answer(id: string, asked: WhatIfAsked, signal: AbortSignal, told: NewestTold<ToldOfWhatIf>): Promise<void> {
    const { worker, data } = this.thread;
    try {
      const answer = await answerInThreadOf({
        ...{ worker, data: { ...data, logId: this.store.logId }, asked, signal },
        onProgress: (progress) => told.tell({ id, progress }),
      });
      told.end({ id, answer });
    } catch (error) {
      told.fail(error);
    }
  }
}
