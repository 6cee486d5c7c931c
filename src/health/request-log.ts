import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { Metrics } from './metrics.js';

const correlationShape = /^[\w.:-]{1,128}$/;
const traceShape = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/;

/** The id that ties together what came of one request: the client's own, its trace's (W3C Trace Context), or a new one. */
export const correlationIdOf = ({ headers }: Pick<IncomingMessage, 'headers'>): string => {
  const own = headers['x-correlation-id'];
  if (typeof own === 'string' && correlationShape.test(own)) return own;
  const trace = headers['traceparent'];
  return (typeof trace === 'string' ? traceShape.exec(trace)?.[1] : undefined) ?? randomUUID();
};

/** One line a request, without its query, its body or its address: they may hold what a person wrote, and where they are. */
export const logRequests = (fastify: FastifyInstance, metrics: () => Metrics): void => {
  fastify.addHook('onRequest', (request, reply, next) => {
    reply.header('x-correlation-id', request.id);
    next();
  });
  fastify.addHook('onResponse', (request, reply, next) => {
    const { method, routeOptions, log, credential } = request;
    const route = routeOptions.url ?? 'none';
    const ms = reply.elapsedTime;
    metrics().request(method, route, reply.statusCode, ms / 1_000);
    const line = { method, route, status: reply.statusCode, ms: Math.round(ms * 100) / 100, key: credential.id };
    // Whoever watches the service asks every few seconds.
    if (route === '/healthz' || route === '/readyz' || route === '/metrics') log.debug(line, 'request');
    else log.info(line, 'request');
    next();
  });
};
