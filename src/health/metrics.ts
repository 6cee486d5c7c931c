import { Injectable } from '@nestjs/common';
import type { OrdinalUnit } from '../event-sourcing/event-store.js';
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** How far one projection is, as metrics say it. */
export interface ProjectionLag {
  readonly projection: string;
  /** In the log's unit. */
  readonly behind: number;
  readonly secondsBehind: number | null;
  readonly stalled: boolean;
}

const sizesIn = (unit: OrdinalUnit, registry: Registry) => ({
  size: new Gauge({
    name: `rapport_log_${unit}`,
    help:
      unit === 'events'
        ? 'Events in the log: its rate is the rate of appends.'
        : "Where the log ends, in bytes of its server's log, with what others keep there.",
    registers: [registry],
  }),
  behind: new Gauge({
    name: `rapport_projection_${unit}_behind`,
    help:
      unit === 'events'
        ? 'Events that are recorded and not yet in the rows of a projection.'
        : "Bytes of the server's log between the rows of a projection and the newest event: with what others keep there.",
    labelNames: ['projection'] as const,
    registers: [registry],
  }),
});

/** What `/metrics` tells. Each service has a registry of its own, so that several run in one process. */
@Injectable()
export class Metrics {
  readonly #registry = new Registry();
  readonly #http = new Histogram({
    name: 'rapport_http_request_duration_seconds',
    help: 'How long requests took.',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [this.#registry],
  });
  readonly #operations = new Counter({
    name: 'rapport_graphql_operations_total',
    help: 'GraphQL operations by outcome: ok, failed (with errors beside data), refused (before they ran).',
    labelNames: ['kind', 'outcome'] as const,
    registers: [this.#registry],
  });
  /** Named for what the log counts, and so made when that is known. */
  #sizes: ReturnType<typeof sizesIn> | undefined;
  readonly #age = new Gauge({
    name: 'rapport_projection_seconds_behind',
    help: 'How long ago the oldest event was recorded that is not yet in the rows of a projection; 0 where all are.',
    labelNames: ['projection'] as const,
    registers: [this.#registry],
  });
  readonly #stalled = new Gauge({
    name: 'rapport_projection_stalled',
    help: '1 where a projection stands still at an event that it cannot take.',
    labelNames: ['projection'] as const,
    registers: [this.#registry],
  });
  readonly #sockets = new Gauge({
    name: 'rapport_websocket_connections',
    help: 'Open WebSocket connections.',
    registers: [this.#registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.#registry });
  }

  request(method: string, route: string, status: number, seconds: number): void {
    this.#http.observe({ method, route, status: String(status) }, seconds);
  }

  operation(kind: string, outcome: 'ok' | 'failed' | 'refused'): void {
    this.#operations.inc({ kind, outcome });
  }

  sockets(open: number): void {
    this.#sockets.set(open);
  }

  /** The page for Prometheus, with what is measured when it is asked for. */
  async page(
    unit: OrdinalUnit,
    head: number,
    lags: readonly ProjectionLag[],
  ): Promise<{ readonly type: string; readonly text: string }> {
    const { size, behind: lag } = (this.#sizes ??= sizesIn(unit, this.#registry));
    size.set(head);
    for (const { projection, behind, secondsBehind, stalled } of lags) {
      lag.set({ projection }, behind);
      if (secondsBehind === null) this.#age.remove({ projection });
      else this.#age.set({ projection }, secondsBehind);
      this.#stalled.set({ projection }, stalled ? 1 : 0);
    }
    return { type: this.#registry.contentType, text: await this.#registry.metrics() };
  }
}
