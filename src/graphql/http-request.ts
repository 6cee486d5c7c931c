import { refused } from './errors.js';
import type { GraphQLError } from 'graphql';

/** A well-formed GraphQL-over-HTTP request (the specification's "Request Parameters"). */
export interface HttpParameters {
  readonly query: string;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>> | undefined;
}

export const graphqlResponseType = 'application/graphql-response+json';
export const jsonType = 'application/json';
export type MediaType = typeof graphqlResponseType | typeof jsonType;

const known = new Map<string, MediaType | undefined>();

/**
 * The media type to answer with, by the `Accept` header; undefined where it takes none that we have. Without a header,
 * and for `*` of any kind, it is `application/json`, as the audits of the specification want it.
 */
export const acceptedType = (accept: string | undefined): MediaType | undefined => {
  if (accept === undefined || accept === '' || accept === '*/*') return jsonType;
  if (known.has(accept)) return known.get(accept);
  const type = chosen(accept);
  // Clients say one of a few things; whoever says many is not remembered.
  if (known.size < 100) known.set(accept, type);
  return type;
};

const chosen = (accept: string): MediaType | undefined => {
  const offers = accept.split(',').flatMap((entry) => {
    const [name = '', ...parameters] = entry.split(';').map((part) => part.trim().toLowerCase());
    const parameter = (key: string): string | undefined =>
      parameters.find((text) => text.startsWith(`${key}=`))?.slice(key.length + 1);
    const type = typeOf(name);
    const charset = parameter('charset')?.replaceAll('"', '') ?? 'utf-8';
    const weight = Number(parameter('q') ?? 1);
    return type === undefined || !/^utf-?8$/.test(charset) || !(weight > 0) ? [] : [{ type, weight }];
  });
  return offers.sort((a, b) => b.weight - a.weight)[0]?.type;
};

const typeOf = (name: string): MediaType | undefined => {
  if (name === graphqlResponseType) return graphqlResponseType;
  return name === jsonType || name === '*/*' || name === 'application/*' ? jsonType : undefined;
};

const malformed = (message: string): GraphQLError => refused('BAD_USER_INPUT', message);

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Reads the parameters of a POST.
 * @throws BAD_USER_INPUT where the request is not well-formed.
 */
export const parametersOfBody = (body: unknown): HttpParameters => {
  if (Array.isArray(body))
    throw malformed(
      'Batches of operations are not taken: send one a request (recordInteractions records up to 500 in one).',
    );
  if (!isMap(body))
    throw malformed('The body is a JSON object with query, and may have operationName, variables and extensions.');
  return wellFormed(body);
};

/**
 * Reads the parameters of a GET, where variables and extensions are JSON and an empty operationName is none.
 * @throws BAD_USER_INPUT where the request is not well-formed.
 */
export const parametersOfUrl = (parameters: unknown): HttpParameters => {
  const { query, operationName, variables, extensions } = isMap(parameters) ? parameters : {};
  return wellFormed({
    query,
    operationName: operationName === '' ? undefined : operationName,
    variables: fromJson(variables, 'variables'),
    extensions: fromJson(extensions, 'extensions'),
  });
};

const fromJson = (text: unknown, parameter: string): unknown => {
  if (text === undefined || text === '') return undefined;
  try {
    return JSON.parse(typeof text === 'string' ? text : '');
  } catch {
    throw malformed(`The parameter ${parameter} is a JSON object, written as a string.`);
  }
};

const wellFormed = ({
  query,
  operationName,
  variables,
  extensions,
}: Readonly<Record<string, unknown>>): HttpParameters => {
  if (typeof query !== 'string' || query === '')
    throw malformed('The parameter query is missing, or no string: it holds the GraphQL document.');
  if (operationName != null && typeof operationName !== 'string')
    throw malformed('The parameter operationName is a string.');
  if (variables != null && !isMap(variables)) throw malformed('The parameter variables is a JSON object.');
  if (extensions != null && !isMap(extensions)) throw malformed('The parameter extensions is a JSON object.');
  return { query, operationName: operationName ?? undefined, variables: variables ?? undefined };
};
