import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { EventStore } from '../event-sourcing/event-store.js';
import type { Projecting, ProjectorStatus } from '../event-sourcing/projecting.js';
import type { ReadStore } from '../event-sourcing/read-store.js';
import { EVENT_STORE, PROJECTOR, READ_STORE } from '../tokens.js';
import type { ProjectionLag } from './metrics.js';

/** How far one projection is, as `/readyz` tells it. */
interface ProjectionReadiness {
  readonly projection: string;
  readonly version: number;
  readonly state: 'live' | 'building' | 'stalled';
  readonly eventsBehind: number;
  /** False where it has been behind for ten seconds without a step. */
  readonly moving: boolean;
  readonly stalledAt?: { readonly event: string };
}

export interface Ready {
  readonly ready: boolean;
  readonly eventStore: 'answers' | 'does not answer';
  readonly readStore: 'answers' | 'does not answer';
  /** Ordinal of the newest event. */
  readonly head: number | null;
  readonly projections: readonly ProjectionReadiness[];
}

/** How long a store may take to answer before it counts as one that does not. */
const answerMs = 2_000;

/** How often it is looked whether the projections move, and after how long without a step one stands. */
const lookMs = 2_000;
const standsAfterMs = 10_000;

const inTime = async <T>(answer: Promise<T>): Promise<T | undefined> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(resolve, answerMs, undefined)));
  try {
    return await Promise.race([answer, late]);
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
};

/** Whether the service can do its work: the stores answer, and no projection stands still or is being built for the first time. */
@Injectable()
export class Readiness implements OnApplicationBootstrap, OnApplicationShutdown {
  /** Since when each projection has been behind without a step, in milliseconds of the process's own clock. */
  readonly #standing = new Map<string, { readonly checkpoint: number; readonly since: number }>();
  #looking: NodeJS.Timeout | undefined;

  constructor(
    @Inject(EVENT_STORE) private readonly eventStore: EventStore,
    @Inject(READ_STORE) private readonly readStore: ReadStore,
    @Inject(PROJECTOR) private readonly projector: Projecting,
  ) {}

  onApplicationBootstrap(): void {
    // Looked at between the questions too: one that comes late must not be the first to look.
    this.#looking = setInterval(
      () => void inTime(this.projector.status()).then((status) => this.#look(status)),
      lookMs,
    );
    this.#looking.unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.#looking);
  }

  async now(): Promise<Ready> {
    const [head, rows, status] = await Promise.all([
      inTime(this.eventStore.head()),
      inTime(this.readStore.progress()),
      inTime(this.projector.status()),
    ]);
    this.#look(status);
    const projections = (status?.projections ?? []).map(
      ({ name, version, state, lag, stalledAt }): ProjectionReadiness => ({
        projection: name,
        version,
        state,
        eventsBehind: lag,
        moving: this.#moves(name),
        // What it said of the event may quote what a person wrote; the log has it.
        ...(stalledAt && { stalledAt: { event: stalledAt.eventId } }),
      }),
    );
    return {
      ready:
        head !== undefined &&
        rows !== undefined &&
        status !== undefined &&
        projections.every(({ state, moving }) => state === 'live' && moving),
      eventStore: head === undefined ? 'does not answer' : 'answers',
      readStore: rows === undefined ? 'does not answer' : 'answers',
      head: head ?? null,
      projections,
    };
  }

  #look(status: ProjectorStatus | undefined): void {
    const now = performance.now();
    for (const { name, checkpoint, lag } of status?.projections ?? []) {
      const before = this.#standing.get(name);
      if (lag === 0) this.#standing.delete(name);
      else if (before?.checkpoint !== checkpoint) this.#standing.set(name, { checkpoint, since: now });
    }
  }

  #moves(projection: string): boolean {
    const standing = this.#standing.get(projection);
    return standing === undefined || performance.now() - standing.since < standsAfterMs;
  }

  lags({ projections }: Ready): readonly ProjectionLag[] {
    return projections.map(({ projection, eventsBehind, state }) => ({
      projection,
      eventsBehind,
      stalled: state === 'stalled',
    }));
  }
}
