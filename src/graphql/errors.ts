import { HttpException } from '@nestjs/common';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { OutcomeUnknown, StoreUnavailable } from '../event-sourcing/event-store.js';
import { PositionRefused } from '../event-sourcing/position.js';
import { NotBuiltYet } from '../event-sourcing/read-store.js';
import { RevisionConflict } from '../event-sourcing/transact.js';

export type ErrorCode =
  | 'BAD_USER_INPUT'
  | 'CONFLICT'
  | 'FORBIDDEN'
  | 'GRAPHQL_PARSE_FAILED'
  | 'GRAPHQL_VALIDATION_FAILED'
  | 'INTERNAL_SERVER_ERROR'
  | 'LIMIT_EXCEEDED'
  | 'NOT_YET_PROJECTED'
  | 'UNAUTHENTICATED'
  | 'UNAVAILABLE';

/** What is wrong with one part of an input. */
export interface Fault {
  /** The way to it from the field's arguments: `['input', 'with', 0, 'handle', 'address']`. */
  readonly path: readonly (string | number)[];
  readonly message: string;
}

export const refused = (
  code: ErrorCode,
  message: string,
  extensions: Readonly<Record<string, unknown>> = {},
): GraphQLError => new GraphQLError(message, { extensions: { code, ...extensions } });

/** Malformed input: all faults at once, each with its path. */
export const badUserInput = (faults: readonly Fault[]): GraphQLError => {
  const [first, ...others] = faults.map(({ path, message }) =>
    path.length > 0 ? `${path.join('.')}: ${message}` : message,
  );
  const message =
    others.length === 0
      ? (first ?? 'The input is malformed.')
      : `The input has ${faults.length} faults. ${[first, ...others].join(' ')}`;
  return refused('BAD_USER_INPUT', message, { faults });
};

export const forbidden = (role: string, needed: string): GraphQLError =>
  refused('FORBIDDEN', `A key of role ${role} may not do this; it takes the role ${needed}.`, { role, needed });

export const unauthenticated = (message: string): GraphQLError => refused('UNAUTHENTICATED', message);

/** What an error was answered with, and whether it is one of ours to mend. */
interface Presented {
  readonly error: GraphQLFormattedError;
  readonly broken?: Error;
}

/** Says an error as clients see it. What is not meant for them is replaced and handed back for the log. */
export const presentedError = (error: GraphQLError, correlationId: string): Presented => {
  const cause = rootOf(error);
  if (cause instanceof GraphQLError && codeOf(cause) !== undefined) return { error: at(error, cause) };
  if (cause instanceof GraphQLError && isOfInput(cause))
    return { error: at(error, refused('BAD_USER_INPUT', cause.message)) };
  const known = knownError(cause);
  if (known !== undefined)
    return { error: at(error, known), ...(cause instanceof StoreUnavailable && { broken: cause }) };
  const message = `Something broke on our side. Our log has it under ${correlationId}.`;
  return { error: at(error, refused('INTERNAL_SERVER_ERROR', message, { correlationId })), broken: cause };
};

const knownError = (cause: Error): GraphQLError | undefined => {
  if (cause instanceof RevisionConflict)
    return refused('CONFLICT', cause.message, { currentRevision: cause.currentRevision });
  if (cause instanceof PositionRefused) return badUserInput([{ path: [], message: cause.message }]);
  if (cause instanceof OutcomeUnknown) {
    return refused(
      'UNAVAILABLE',
      'The store did not answer in time: it may have been recorded. Try again, with the same commandId, and what happened is told.',
    );
  }
  if (cause instanceof StoreUnavailable) {
    return refused(
      'UNAVAILABLE',
      'The store cannot do this now, and nothing was recorded. Try again, with the same commandId.',
    );
  }
  if (cause instanceof NotBuiltYet) {
    const message =
      'The rows for this are being built, at a first start or after an upgrade. Try again; /readyz tells how far they are.';
    return refused('NOT_YET_PROJECTED', message, { retryAfterMs: 1_000 });
  }
  // Nest's own guards and pipes, should one be used.
  if (cause instanceof HttpException && cause.getStatus() === 403) return refused('FORBIDDEN', 'This is not allowed.');
  return undefined;
};

/** Compiled operations make errors of this class without extensions. */
export const codeOf = ({ extensions }: { readonly extensions?: Readonly<Record<string, unknown>> }): unknown =>
  extensions?.['code'];

/** GraphQL wraps what a resolver throws, more than once where it passes through another field. */
const rootOf = (error: GraphQLError): Error => {
  let cause: Error = error;
  while (cause instanceof GraphQLError && codeOf(cause) === undefined && cause.originalError)
    cause = cause.originalError;
  return cause;
};

const at = ({ path, locations }: GraphQLError, { message, extensions }: GraphQLError): GraphQLFormattedError => ({
  message,
  ...(locations && { locations }),
  ...(path && { path }),
  extensions,
});

/** GraphQL's own errors have no code: before a field runs, and in its arguments, the input is at fault; later, we are. */
const isOfInput = ({ path, message }: GraphQLError): boolean =>
  path === undefined || /^(Argument|Variable) "/.test(message);

/**
 * What a log line may say of an error: its name, its code and where it was thrown. Its message only where the system or a
 * driver made it, since texts made elsewhere may quote what a person wrote.
 */
export const loggable = (error: Error): Readonly<Record<string, unknown>> => {
  const code: unknown = 'code' in error ? error.code : undefined;
  return {
    name: error.name,
    ...(typeof code === 'string' && { code, message: error.message }),
    at: (error.stack ?? '')
      .split('\n')
      .filter((line) => /^\s+at /.test(line))
      .map((line) => line.trim()),
  };
};
