import { setTimeout as sleep } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { Logger } from 'pino';
import type { EventStore } from '../event-sourcing/event-store.js';
import { followPolicies, type PolicyFailure } from '../event-sourcing/policy.js';
import { EVENT_STORE, LOG } from '../tokens.js';
import type { Identity } from './identity.js';
import { IDENTITY } from './stakeholders.handler.js';
import { type SettleClaim, whenClaimMade } from './when-claim-made.js';

// A claim's maker is given this long to finish by itself: helped at once, it would find its own work done by another.
const graceMs = 5_000;

/** Runs this context's policies while the service runs. Every process may: what they do twice is as once. */
@Injectable()
export class StakeholderPolicies implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;

  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(IDENTITY) private readonly identity: Identity,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.#running = followPolicies({
      store: this.store,
      policies: [whenClaimMade],
      dispatch: (command) => this.#settle(command),
      signal: this.#stop.signal,
      onError: (failure) => this.#tell(failure),
    });
  }

  /** Before the stores are closed. */
  async beforeApplicationShutdown(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #settle({ value, madeAt }: SettleClaim): Promise<void> {
    const dueInMs = Math.min(madeAt + graceMs - Date.now(), graceMs);
    if (dueInMs > 0) await sleep(dueInMs, undefined, { signal: this.#stop.signal });
    await this.identity.holderOf(value);
  }

  #tell({ policy, event, error, attempt, retryInMs }: PolicyFailure): void {
    if (this.#stop.signal.aborted) return;
    const name = error instanceof Error ? error.name : 'unknown';
    this.log.warn({ policy, eventId: event?.id, error: name, attempt, retryInMs }, 'a policy failed, and tries again');
  }
}
