import type { FastifyInstance } from 'fastify';
import {
  type DocumentNode,
  type FormattedExecutionResult,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  execute,
} from 'graphql';
import 'mercurius';
import type { Variables } from './cost.js';
import { codeOf, loggable, presentedError, refused } from './errors.js';
import type { Operation } from './operations.js';
import type { RequestContext } from './request-context.js';

/** Errors as clients see them; what broke on our side goes to the log. */
export const presentedErrors = (
  errors: readonly GraphQLError[],
  { correlationId, log }: RequestContext,
): readonly GraphQLFormattedError[] =>
  errors.map((error) => {
    const { error: shown, broken } = presentedError(error, correlationId);
    if (broken) log.error({ error: loggable(broken), path: error.path?.join('.') }, 'A field broke.');
    return shown;
  });

/** What Mercurius hands on to its hooks and its `errorFormatter`. */
interface Run extends RequestContext {
  readonly variables: Variables;
}

/**
 * Mercurius' hook before an operation runs. Given the variables as an argument, it would coerce them once more than is
 * needed, which for a large input takes longer than all the rest.
 */
export const withVariables = (
  _schema: GraphQLSchema,
  _document: DocumentNode,
  context: unknown,
): { readonly variables: Variables } => ({
  variables: (context as Run).variables,
});

/**
 * Runs a query or mutation. The result has no `data` where the operation was refused before it ran: it is not valid, or
 * its variables do not fit.
 */
export const executed = async (
  app: Pick<FastifyInstance, 'graphql'>,
  operation: Operation,
  variables: Variables = {},
  context: RequestContext,
): Promise<FormattedExecutionResult> => {
  try {
    // A context of its own, since Mercurius writes into it.
    const run: Run = { ...context, variables };
    const result = (await app.graphql(operation.source, { ...run })) as FormattedExecutionResult;
    return result.data === undefined ? await executedPlainly(app.graphql.schema, operation, run) : result;
  } catch (error) {
    return { errors: presentedErrors(refusalsOf(error), context) };
  }
};

/**
 * Runs an operation whose variables were found to be at fault. What compiled operations say of variables is less than
 * GraphQL's own words, and they know no default of an input's field that may not be null.
 */
const executedPlainly = async (
  schema: GraphQLSchema,
  { document }: Operation,
  run: Run,
): Promise<FormattedExecutionResult> => {
  const { data, errors } = await execute({ schema, document, contextValue: run, variableValues: run.variables });
  if (data === undefined) return { errors: presentedErrors((errors ?? []).map(withCode), run) };
  return { data, ...(errors && { errors: presentedErrors(errors, run) }) };
};

/** What Mercurius throws before it runs an operation: every fault of the document, or of the variables. */
const refusalsOf = (error: unknown): readonly GraphQLError[] => {
  const faults: unknown = typeof error === 'object' && error !== null && 'errors' in error ? error.errors : undefined;
  if (!Array.isArray(faults)) throw error;
  return faults.filter((fault) => fault instanceof GraphQLError).map(withCode);
};

/** A variable's value that does not fit its type; other sentences about variables are about the document. */
const ofVariable =
  /^Variable "\$\w+" (?:got invalid value|of (?:required|non-null) type .* (?:was not provided|must not be null))/;

/** Faults before an operation runs have no code of their own. */
export const withCode = (error: GraphQLError): GraphQLError => {
  if (codeOf(error) !== undefined) return error;
  const { message, nodes, source, positions } = error;
  const { extensions } = refused(ofVariable.test(message) ? 'BAD_USER_INPUT' : 'GRAPHQL_VALIDATION_FAILED', message);
  return new GraphQLError(message, {
    nodes: nodes ?? null,
    source: source ?? null,
    positions: positions ?? null,
    extensions,
  });
};

/** Mercurius' `errorFormatter`: the errors of a run, as clients see them. */
export const formatted = (
  { data, errors = [] }: { readonly data?: unknown; readonly errors?: readonly GraphQLError[] },
  context: unknown,
): { statusCode: number; response: { data: unknown; errors: readonly GraphQLFormattedError[] } } => ({
  statusCode: 200,
  response: { data, errors: presentedErrors(errors, context as RequestContext) },
});
