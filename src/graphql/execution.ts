import type { FastifyInstance } from 'fastify';
import { type FormattedExecutionResult, GraphQLError, type GraphQLFormattedError } from 'graphql';
import 'mercurius';
import type { Variables } from './cost.js';
import { codeOf, loggable, presentedError, refused } from './errors.js';
import type { Operation } from './operations.js';
import type { RequestContext } from './request-context.js';

/** Errors as clients see them; what broke on our side goes to the log. */
export const presentedErrors = (errors: readonly GraphQLError[], { correlationId, log }: RequestContext): readonly GraphQLFormattedError[] =>
  errors.map((error) => {
    const { error: shown, broken } = presentedError(error, correlationId);
    if (broken) log.error({ error: loggable(broken), path: error.path?.join('.') }, 'A field broke.');
    return shown;
  });

/**
 * Runs a query or mutation. The result has no `data` where the operation was refused before it ran: it is not valid, or
 * its variables do not fit.
 */
export const executed = async (
  app: Pick<FastifyInstance, 'graphql'>,
  { source }: Operation,
  variables: Variables | undefined,
  context: RequestContext,
): Promise<FormattedExecutionResult> => {
  try {
    // Mercurius writes into the context that it is given. Its errors were presented by `formatted`.
    return (await app.graphql(source, { ...context }, variables ?? {})) as FormattedExecutionResult;
  } catch (error) {
    return { errors: presentedErrors(refusalsOf(error), context) };
  }
};

/** What Mercurius throws before it runs an operation: every fault of the document, or of the variables. */
const refusalsOf = (error: unknown): readonly GraphQLError[] => {
  const faults: unknown = typeof error === 'object' && error !== null && 'errors' in error ? error.errors : undefined;
  if (!Array.isArray(faults)) throw error;
  return faults.filter((fault) => fault instanceof GraphQLError).map(withCode);
};

/** A variable's value that does not fit its type; other sentences about variables are about the document. */
const ofVariable = /^Variable "\$\w+" (?:got invalid value|of (?:required|non-null) type .* (?:was not provided|must not be null))/;

/** Faults before an operation runs have no code of their own. */
export const withCode = (error: GraphQLError): GraphQLError => {
  if (codeOf(error) !== undefined) return error;
  const { message, nodes, source, positions } = error;
  const { extensions } = refused(ofVariable.test(message) ? 'BAD_USER_INPUT' : 'GRAPHQL_VALIDATION_FAILED', message);
  return new GraphQLError(message, { nodes: nodes ?? null, source: source ?? null, positions: positions ?? null, extensions });
};

/** Mercurius' `errorFormatter`: the errors of a run, as clients see them. */
export const formatted = (
  { data, errors = [] }: { readonly data?: unknown; readonly errors?: readonly GraphQLError[] },
  context: unknown,
): { statusCode: number; response: { data: unknown; errors: readonly GraphQLFormattedError[] } } => ({
  statusCode: 200,
  response: { data, errors: presentedErrors(errors, context as RequestContext) },
});
