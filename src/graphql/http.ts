import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type FormattedExecutionResult, GraphQLError, OperationTypeNode } from 'graphql';
import type { Metrics } from '../health/metrics.js';
import { loggable, refused } from './errors.js';
import { executed, presentedErrors } from './execution.js';
import {
  type HttpParameters,
  type MediaType,
  acceptedType,
  jsonType,
  parametersOfBody,
  parametersOfUrl,
} from './http-request.js';
import type { Operations } from './operations.js';
import type { RequestContext } from './request-context.js';

export interface GraphqlService {
  readonly operations: Operations;
  readonly metrics: Metrics;
}

const readTypes = 'application/graphql-response+json, application/json';

/** Answers as the specification "GraphQL over HTTP" has it. */
const answer = (reply: FastifyReply, type: MediaType, status: number, result: FormattedExecutionResult): FastifyReply =>
  reply.code(status).header('content-type', `${type}; charset=utf-8`).send(JSON.stringify(result));

/** Says no before GraphQL is reached. */
export const answerRefusal = (
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  error: GraphQLError,
): FastifyReply =>
  answer(reply, acceptedType(request.headers.accept) ?? jsonType, status, { errors: [error.toJSON()] });

/** Where there is none, the operation was refused before it ran. The type does not know that `data` may be left out. */
const hasData = ({ data }: { readonly data?: unknown }): boolean => data !== undefined;

/** Where no data came of a well-formed request, `application/json` still says 200: the client could not tell who said otherwise. */
const statusOf = (type: MediaType, result: FormattedExecutionResult): number =>
  hasData(result) || type === jsonType ? 200 : 400;

/** The routes of `/graphql`: POST, and GET for queries. */
export const serveGraphqlOverHttp = async (fastify: FastifyInstance, service: GraphqlService): Promise<void> => {
  await fastify.register((routes, _, done) => {
    routes.setErrorHandler((error, request, reply) => {
      const { status, refusal } = httpFault(error);
      if (status >= 500)
        request.log.error(
          { error: loggable(error instanceof Error ? error : new Error('Not an error.')) },
          'A request broke.',
        );
      return answerRefusal(request, reply, status, refusal(request.id));
    });
    routes.route({
      method: 'POST',
      url: '/graphql',
      handler: (request, reply) => handled(fastify, service, request, reply, () => parametersOfBody(request.body)),
    });
    routes.route({
      method: 'GET',
      url: '/graphql',
      exposeHeadRoute: false,
      handler: (request, reply) => handled(fastify, service, request, reply, () => parametersOfUrl(request.query)),
    });
    routes.route({
      method: ['PUT', 'PATCH', 'DELETE', 'HEAD'],
      url: '/graphql',
      handler: (request, reply) =>
        answerRefusal(
          request,
          reply.header('allow', 'GET, POST'),
          405,
          refused('BAD_USER_INPUT', 'GraphQL is asked by POST, or by GET for queries.'),
        ),
    });
    done();
  });
};

const handled = async (
  fastify: FastifyInstance,
  { operations, metrics }: GraphqlService,
  request: FastifyRequest,
  reply: FastifyReply,
  read: () => HttpParameters,
): Promise<FastifyReply> => {
  const type = acceptedType(request.headers.accept);
  if (type === undefined)
    return answerRefusal(request, reply, 406, refused('BAD_USER_INPUT', `The answer comes as ${readTypes}.`));
  if (!isUtf8(request.headers['content-type']))
    return answerRefusal(request, reply, 415, refused('BAD_USER_INPUT', 'The body is written in UTF-8.'));

  let parameters: HttpParameters;
  try {
    parameters = read();
  } catch (error) {
    if (error instanceof GraphQLError) return answerRefusal(request, reply, 400, error);
    throw error;
  }

  const context: RequestContext = {
    credential: request.credential,
    correlationId: request.id,
    now: Date.now(),
    log: request.log as RequestContext['log'],
  };
  const { query, operationName, variables } = parameters;
  const refuse = (errors: readonly GraphQLError[]): FastifyReply => {
    metrics.operation('unknown', 'refused');
    const result = { errors: presentedErrors(errors, context) };
    return answer(reply, type, statusOf(type, result), result);
  };

  const operation = operations.prepare(query, operationName);
  if (!('kind' in operation)) return refuse(operation);
  if (request.method === 'GET' && operation.kind !== OperationTypeNode.QUERY) {
    return answerRefusal(
      request,
      reply.header('allow', 'POST'),
      405,
      refused('BAD_USER_INPUT', `A ${operation.kind} is not sent by GET.`),
    );
  }
  if (operation.kind === OperationTypeNode.SUBSCRIPTION) {
    return refuse([
      refused(
        'BAD_USER_INPUT',
        'Subscriptions are served over WebSocket, at this path, by the protocol graphql-transport-ws.',
      ),
    ]);
  }
  const dear = operations.costFault(operation, variables ?? {});
  if (dear !== undefined) return refuse([dear]);

  const result = await executed(fastify, operation, variables, context);
  metrics.operation(operation.kind, outcomeOf(result));
  return answer(reply, type, statusOf(type, result), result);
};

/** How an operation ended, for the metrics. */
export const outcomeOf = ({ data, errors }: FormattedExecutionResult): 'ok' | 'failed' | 'refused' => {
  if (errors === undefined) return 'ok';
  return data === undefined ? 'refused' : 'failed';
};

const isUtf8 = (contentType: string | undefined): boolean => {
  const charset = contentType === undefined ? undefined : /charset="?([^\s;"]+)/i.exec(contentType)?.[1];
  return charset === undefined || /^utf-?8$/i.test(charset);
};

/** What Fastify refuses by itself: a body too large, no JSON, another media type; all else broke. */
const httpFault = (
  error: unknown,
): { readonly status: number; readonly refusal: (correlationId: string) => GraphQLError } => {
  const { statusCode, code } = error as { readonly statusCode?: number; readonly code?: string };
  const bad = (status: number, message: string) => ({
    status,
    refusal: () => refused(status === 413 ? 'LIMIT_EXCEEDED' : 'BAD_USER_INPUT', message),
  });
  if (statusCode === 413) return bad(413, 'The body is larger than this service takes.');
  if (statusCode === 415) return bad(415, 'The body is sent as application/json, and its Content-Type says so.');
  // Its own sentence may quote what was sent.
  if (statusCode === 400 || code?.startsWith('FST_ERR_CTP_')) return bad(400, 'The body is not JSON.');
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return bad(statusCode, 'The request is malformed.');
  return {
    status: 500,
    refusal: (correlationId) =>
      refused('INTERNAL_SERVER_ERROR', `Something broke on our side. Our log has it under ${correlationId}.`, {
        correlationId,
      }),
  };
};
