import { NestFactory } from '@nestjs/core';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type FastifyInstance, LogController } from 'fastify';
import type { Logger } from 'pino';
import { ensureAdminKey, holdAdminKey } from './access/admin-key.js';
import { authenticateRequests } from './access/authentication.js';
import { Keys } from './access/keys.js';
import { AppModule, type ServiceParts } from './app.module.js';
import type { Projecting } from './event-sourcing/projecting.js';
import { serveGraphiql } from './graphql/graphiql.js';
import { serveGraphqlOverHttp } from './graphql/http.js';
import { Operations } from './graphql/operations.js';
import { serveGraphqlOverWebSocket } from './graphql/websocket.js';
import { Metrics } from './health/metrics.js';
import { correlationIdOf, logRequests } from './health/request-log.js';
import { nestLog } from './log.js';
import type { Settings } from './settings.js';
import { PROJECTOR } from './tokens.js';

export interface Service {
  /** Where it answers, as `http://127.0.0.1:3000`. */
  readonly url: string;
  /** The place of the admin key's token, where one was made at this start. */
  readonly adminKeyPath: string | null;
  readonly app: NestFastifyApplication;
  /** Takes no more requests, finishes those that run, closes the stores. What runs longer than the limit is cut off. */
  close(): Promise<void>;
}

/**
 * Starts everything that serves.
 * @param parts what a test has otherwise.
 */
export const startService = async (
  settings: Settings,
  log: Logger,
  parts?: Partial<ServiceParts>,
): Promise<Service> => {
  const adapter = new FastifyAdapter({
    loggerInstance: log,
    genReqId: correlationIdOf,
    logController: new LogController({ requestIdLogLabel: 'correlationId', disableRequestLogging: true }),
    bodyLimit: settings.limits.bodyMax,
    forceCloseConnections: 'idle',
  });
  const fastify: FastifyInstance = adapter.getInstance();
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.forRoot(settings, log, parts), adapter, {
    logger: nestLog(log),
    bodyParser: false,
    abortOnError: false,
  });
  try {
    return await serve(app, fastify, settings, log);
  } catch (error) {
    await app.close();
    throw error;
  }
};

/** How long a start waits for rows, in milliseconds, before it serves without: many are built in minutes. */
const rowsWithinMs = 3_000;

const serve = async (
  app: NestFastifyApplication,
  fastify: FastifyInstance,
  settings: Settings,
  log: Logger,
): Promise<Service> => {
  const keys = app.get(Keys);
  const metrics = app.get(Metrics);
  logRequests(fastify, () => metrics);
  authenticateRequests(fastify, () => keys);
  const { adminKey, dataFolder } = settings;
  // An instance that is to be refused projects nothing, and answers nobody.
  if (adminKey !== undefined) await holdAdminKey(keys, adminKey.text);
  // Builds the schema; the hooks above hold for every route from here on.
  await app.init();
  // Where rows stand, or few are to be built, the first to ask finds them.
  await app.get<Projecting>(PROJECTOR).waitFor(0, undefined, rowsWithinMs);
  const { schema } = app.get(GraphQLSchemaHost);
  const operations = new Operations(schema, settings.limits);
  await serveGraphqlOverHttp(fastify, { operations, metrics });
  serveGraphqlOverWebSocket(fastify, { operations, metrics, schema, keys, log, settings });
  await serveGraphiql(fastify);

  await app.listen(settings.port, settings.host);
  const adminKeyPath = adminKey === undefined ? await ensureAdminKey(keys, dataFolder) : null;
  const { port } = fastify.server.address() as { readonly port: number };
  const host = settings.host.includes(':') ? `[${settings.host}]` : settings.host;

  const close = async (): Promise<void> => {
    const cutOff = setTimeout(() => fastify.server.closeAllConnections(), settings.limits.shutdownMs);
    try {
      await app.close();
    } finally {
      clearTimeout(cutOff);
    }
  };
  return { url: `http://${host}:${port}`, adminKeyPath, app, close };
};
