import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** How far one projection is, as metrics say it. */
export interface ProjectionLag {
  readonly projection: string;
  readonly eventsBehind: number;
  readonly stalled: boolean;
}

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
  readonly #appended = new Gauge({
    name: 'rapport_log_events',
    help: 'Events in the log: its rate is the rate of appends.',
    registers: [this.#registry],
  });
  readonly #behind = new Gauge({
    name: 'rapport_projection_events_behind',
    help: 'Events that are recorded and not yet in the rows of a projection.',
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
    logEvents: number,
    lags: readonly ProjectionLag[],
  ): Promise<{ readonly type: string; readonly text: string }> {
    this.#appended.set(logEvents);
    for (const { projection, eventsBehind, stalled } of lags) {
      this.#behind.set({ projection }, eventsBehind);
      this.#stalled.set({ projection }, stalled ? 1 : 0);
    }
    return { type: this.#registry.contentType, text: await this.#registry.metrics() };
  }
}
