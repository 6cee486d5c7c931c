import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { EventStore, OrdinalUnit } from '../event-sourcing/event-store.js';
import type { Projecting, ProjectorStatus } from '../event-sourcing/projecting.js';
import type { ReadStore } from '../event-sourcing/read-store.js';
import { EVENT_STORE, PROJECTOR, READ_STORE } from '../tokens.js';
import type { ProjectionLag } from './metrics.js';

/** How far one projection is, as `/readyz` tells it. */
interface ProjectionReadiness {
  readonly projection: string;
  readonly version: number;
  readonly state: 'live' | 'building' | 'stalled';
  /** How far it is behind the head: in events, or in bytes of a log that counts these. */
  readonly eventsBehind?: number;
  readonly bytesBehind?: number;
  /** How long ago the oldest event was recorded that its rows do not show; 0 where they show all, null where that is not known. */
  readonly secondsBehind: number | null;
  /** False where it has been behind for ten seconds without a step. */
  readonly moving: boolean;
  readonly stalledAt?: { readonly event: string };
}

export interface Ready {
  readonly ready: boolean;
  readonly eventStore: 'answers' | 'does not answer';
  readonly readStore: 'answers' | 'does not answer';
  /** Ordinal of the newest event, in `headIn`. */
  readonly head: number | null;
  readonly headIn: OrdinalUnit;
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
    const ages = await this.#agesBehind(status);
    const unit = this.eventStore.ordinalUnit;
    const projections = (status?.projections ?? []).map(
      ({ name, version, state, lag, checkpoint, stalledAt }): ProjectionReadiness => ({
        projection: name,
        version,
        state,
        ...(unit === 'events' ? { eventsBehind: lag } : { bytesBehind: lag }),
        secondsBehind: lag === 0 ? 0 : (ages.get(checkpoint) ?? null),
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
      headIn: unit,
      projections,
    };
  }

  /** Of each place where rows stand behind the head: how old the next event is, in seconds. */
  async #agesBehind(status: ProjectorStatus | undefined): Promise<ReadonlyMap<number, number>> {
    const behind = (status?.projections ?? []).filter(({ lag }) => lag > 0).map(({ checkpoint }) => checkpoint);
    const ages = await Promise.all(
      [...new Set(behind)].map(async (checkpoint) => {
        const next = (await inTime(this.eventStore.readAll(checkpoint, 1)))?.at(0);
        return next === undefined ? [] : [[checkpoint, Math.max(0, Date.now() - next.recordedAt) / 1000] as const];
      }),
    );
    return new Map(ages.flat());
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
    return projections.map(({ projection, eventsBehind, bytesBehind, secondsBehind, state }) => ({
      projection,
      behind: eventsBehind ?? bytesBehind ?? 0,
      secondsBehind,
      stalled: state === 'stalled',
    }));
  }
}
