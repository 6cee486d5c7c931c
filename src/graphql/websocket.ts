import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import {
  type DocumentNode,
  type ExecutionArgs,
  type FormattedExecutionResult,
  type GraphQLError,
  type GraphQLSchema,
  NoSchemaIntrospectionCustomRule,
  OperationTypeNode,
  specifiedRules,
  subscribe,
  validate,
} from 'graphql';
import { CloseCode, type Context as Connection, type SubscribePayload, handleProtocols, makeServer } from 'graphql-ws';
import type { Logger } from 'pino';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import type { Credential } from '../access/credential.js';
import type { Keys } from '../access/keys.js';
import { bearerFrom } from '../access/token.js';
import type { Metrics } from '../health/metrics.js';
import { correlationIdOf } from '../health/request-log.js';
import type { Settings } from '../settings.js';
import type { Variables } from './cost.js';
import { loggable } from './errors.js';
import { executed, presentedErrors, withCode } from './execution.js';
import { outcomeOf } from './http.js';
import { overLimit } from './limits.js';
import type { Operation, Operations } from './operations.js';
import type { RequestContext } from './request-context.js';

export interface WebSocketService {
  readonly operations: Operations;
  readonly metrics: Metrics;
  readonly schema: GraphQLSchema;
  readonly keys: Keys;
  readonly log: Logger;
  readonly settings: Settings;
}

/** What is known of one connection. */
interface Caller {
  readonly request: IncomingMessage;
  readonly socket: WebSocket;
  readonly correlationId: string;
  token?: string | undefined;
  credential?: Credential | undefined;
}

interface Run extends ExecutionArgs {
  readonly operation: Operation;
  readonly contextValue: RequestContext;
}

const subscriptionsMax = 100;
const pingIntervalMs = 15_000;
/** How long a client may take to say goodbye. */
const farewellMs = 1_000;
/** How soon a connection ends whose key was revoked. */
const recheckIntervalMs = 1_000;

/** Serves `/graphql` over `graphql-transport-ws`, by the library that defines the protocol: Mercurius' own server validates no subscription. */
export const serveGraphqlOverWebSocket = (fastify: FastifyInstance, service: WebSocketService): void => {
  const { keys, log, metrics, settings } = service;
  const sockets = new WebSocketServer({ noServer: true, maxPayload: settings.limits.bodyMax, handleProtocols });
  /** What still stands, and what is still ending: the stores are not closed before. */
  const open = new Set<Promise<unknown>>();
  const protocol = makeServer<Record<string, unknown>, Caller>({
    onConnect: async ({ connectionParams, extra }) => {
      extra.token = bearerFrom(authorizationIn(connectionParams) ?? extra.request.headers.authorization);
      extra.credential = await keys.credentialOf(extra.token);
      if (extra.credential !== undefined) return true;
      // Not 4403, which clients take for something that another try may mend.
      extra.socket.close(CloseCode.Unauthorized, 'Unauthorized');
      return false;
    },
    onSubscribe: (connection, _id, payload) => runOf(service, connection, payload),
    execute: async (args) => {
      const { operation, variableValues, contextValue } = args as Run;
      const result = await executed(fastify, operation, variableValues as Variables | undefined, contextValue);
      metrics.operation(operation.kind, outcomeOf(result));
      return result as never;
    },
    subscribe: async (args) => {
      const result = await subscribe(args);
      metrics.operation(OperationTypeNode.SUBSCRIPTION, 'errors' in result ? 'failed' : 'ok');
      return result;
    },
    onNext: (_connection, _id, _payload, args, result) => {
      const { operation, contextValue } = args as Run;
      if (operation.kind !== OperationTypeNode.SUBSCRIPTION || result.errors === undefined)
        return result as unknown as FormattedExecutionResult;
      return {
        ...result,
        errors: [...presentedErrors(result.errors, contextValue)],
      } as FormattedExecutionResult;
    },
    onError: ({ extra }, _id, _payload, errors) => presentedErrors(errors, contextOf(extra, log)),
  });

  sockets.on('connection', (socket, request) => {
    metrics.sockets(sockets.clients.size);
    const { promise: standing, resolve: ended } = Promise.withResolvers<undefined>();
    open.add(standing);
    const caller: Caller = { request, socket, correlationId: correlationIdOf(request) };
    const watch = watched(caller, keys);
    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        // Resolves when the client has taken it: so a slow client is read for slowly.
        send: (data) =>
          new Promise((resolve, reject) =>
            socket.readyState === socket.OPEN
              ? socket.send(data, (error) => (error ? reject(error) : resolve()))
              : resolve(),
          ),
        close: (code, reason) => socket.close(code, reason),
        onMessage: (take) =>
          socket.on('message', (data: RawData) => {
            take(textOf(data)).catch((error: unknown) => {
              log.error(
                { correlationId: caller.correlationId, error: loggable(asError(error)) },
                'A subscription broke.',
              );
              socket.close(CloseCode.InternalServerError, 'Internal server error');
            });
          }),
      },
      caller,
    );
    // Frames that are too large or no frames at all: ws closes the connection by itself.
    socket.on('error', (error) =>
      log.info({ correlationId: caller.correlationId, error: loggable(error) }, 'A connection failed.'),
    );
    socket.once('close', (code, reason) => {
      clearInterval(watch);
      metrics.sockets(sockets.clients.size);
      const ending = closed(code, reason.toString())
        .catch((error: unknown) =>
          log.error(
            { correlationId: caller.correlationId, error: loggable(asError(error)) },
            'A subscription did not end in order.',
          ),
        )
        .finally(() => open.delete(ending));
      open.delete(standing);
      open.add(ending);
      ended(undefined);
    });
  });

  fastify.server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    const [path] = (request.url ?? '').split('?', 1);
    if (path !== '/graphql') {
      stream.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, stream, head, (socket) => sockets.emit('connection', socket, request));
  });

  // When the service goes away: before it waits for requests that run, and long before its stores are closed.
  fastify.addHook('preClose', async () => {
    sockets.close();
    for (const socket of sockets.clients) socket.close(1001, 'Going away');
    // A client that does not answer is not waited for.
    const cutOff = setTimeout(() => sockets.clients.forEach((socket) => socket.terminate()), farewellMs);
    while (open.size > 0) await Promise.all(open);
    clearTimeout(cutOff);
  });
};

/** Looks from time to time whether the client is there still, and its key still holds. */
const watched = (caller: Caller, keys: Keys): NodeJS.Timeout => {
  const { socket } = caller;
  let answered = true;
  let pingedAt = Date.now();
  socket.on('pong', () => (answered = true));
  const look = async (): Promise<void> => {
    if (caller.credential !== undefined && (await keys.credentialOf(caller.token)) === undefined)
      socket.close(CloseCode.Unauthorized, 'The key was revoked');
    if (Date.now() - pingedAt < pingIntervalMs) return;
    if (!answered) {
      socket.terminate();
      return;
    }
    answered = false;
    pingedAt = Date.now();
    socket.ping();
  };
  return setInterval(() => {
    // A store that does not answer now is asked again in a second.
    if (socket.readyState === socket.OPEN) look().catch(() => undefined);
  }, recheckIntervalMs);
};

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error('Not an error.'));

const textOf = (data: RawData): string =>
  (Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer)).toString();

/** Clients name the header as they like, beside others or in `headers`. */
const authorizationIn = (parameters: unknown): unknown => {
  if (typeof parameters !== 'object' || parameters === null) return undefined;
  const own: unknown = Object.entries(parameters).find(([name]) => name.toLowerCase() === 'authorization')?.[1];
  return own ?? ('headers' in parameters ? authorizationIn({ ...(parameters.headers as object) }) : undefined);
};

const contextOf = ({ credential, correlationId }: Caller, log: Logger): RequestContext => ({
  credential: credential ?? { id: '', name: '', role: 'reader' },
  correlationId,
  now: Date.now(),
  log: log.child({ correlationId }),
});

const validated = new WeakSet<DocumentNode>();

/** What is to run for a message, or what is wrong with it. */
const runOf = (
  { operations, schema, settings, log }: WebSocketService,
  { extra, subscriptions }: Connection<Record<string, unknown>, Caller>,
  { query, operationName, variables }: SubscribePayload,
): Run | readonly GraphQLError[] => {
  const open = Object.keys(subscriptions).length;
  if (open > subscriptionsMax)
    return [overLimit('subscriptions', open, subscriptionsMax, `The connection has ${open} subscriptions;`)];
  const operation = operations.prepare(query, operationName);
  if (!('kind' in operation)) return operation;
  if (!validated.has(operation.document)) {
    const rules = settings.introspection ? specifiedRules : [...specifiedRules, NoSchemaIntrospectionCustomRule];
    const faults = validate(schema, operation.document, rules);
    if (faults.length > 0) return faults.map(withCode);
    validated.add(operation.document);
  }
  const dear = operations.costFault(operation, variables ?? {});
  if (dear !== undefined) return [dear];
  const contextValue = contextOf({ ...extra, correlationId: randomUUID() }, log);
  return { schema, document: operation.document, variableValues: variables, contextValue, operation };
};
