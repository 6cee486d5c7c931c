import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  type OperationTypeNode,
  parse,
  print,
  separateOperations,
} from 'graphql';
import { type Cost, type Variables, costOf } from './cost.js';
import { refused } from './errors.js';
import { type ShapeLimits, overLimit, shapeFaults, shapeOf, sourceMax, tokensMax } from './limits.js';

/** An operation that was parsed and is within the limits of shape; not yet validated. */
export interface Operation {
  /** A document that holds this operation alone: what is compiled for it is never run for another. */
  readonly source: string;
  readonly document: DocumentNode;
  readonly kind: OperationTypeNode;
  readonly name: string | undefined;
  readonly cost: Cost;
}

export interface OperationLimits extends ShapeLimits {
  readonly costMax: number;
}

/** How many operations are kept parsed. */
const keptMax = 1_000;

/** Parses operations and measures them, each text once. */
export class Operations {
  readonly #kept = new Map<string, Operation>();

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly limits: OperationLimits,
  ) {}

  /** The operation that a request names, or what is wrong with it. */
  prepare(source: string, operationName?: string | null): Operation | readonly GraphQLError[] {
    const key = `${operationName ?? ''}\n${source}`;
    const kept = this.#kept.get(key);
    if (kept !== undefined) return kept;
    const prepared = this.#prepare(source, operationName);
    if ('kind' in prepared) this.#keep(key, prepared);
    return prepared;
  }

  /** Whether this run of the operation costs too much. */
  costFault({ cost }: Operation, variables: Variables): GraphQLError | undefined {
    const { costMax } = this.limits;
    const actual = cost(variables);
    if (actual <= costMax) return undefined;
    return overLimit(
      'cost',
      actual,
      costMax,
      `The operation could build ${actual} objects (pages count as often as first or last say);`,
    );
  }

  #prepare(source: string, operationName?: string | null): Operation | readonly GraphQLError[] {
    if (source.length > sourceMax) {
      return [
        overLimit(
          'source',
          source.length,
          sourceMax,
          `The document has ${source.length} characters (values go into variables);`,
        ),
      ];
    }
    let document: DocumentNode;
    try {
      document = parse(source, { maxLexicalTokens: tokensMax });
    } catch (error) {
      return [withCode(error)];
    }
    const operations = document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
    const operation = named(operations, operationName);
    if (operation === undefined) return [unknownOperation(operations, operationName)];

    const alone = operations.length === 1 ? document : separateOperations(document)[operation.name?.value ?? ''];
    if (alone === undefined) return [unknownOperation(operations, operationName)];
    const faults = shapeFaults(shapeOf(alone, operation), this.limits);
    if (faults.length > 0) return faults;
    return {
      source: alone === document ? source : print(alone),
      document: alone,
      kind: operation.operation,
      name: operation.name?.value,
      cost: costOf(this.schema, alone, operation),
    };
  }

  #keep(key: string, operation: Operation): void {
    // The oldest leaves: whoever sends an operation often sends it soon again.
    if (this.#kept.size >= keptMax) for (const oldest of this.#kept.keys()) if (this.#kept.delete(oldest)) break;
    this.#kept.set(key, operation);
  }
}

const named = (
  operations: readonly OperationDefinitionNode[],
  name?: string | null,
): OperationDefinitionNode | undefined =>
  name
    ? operations.find((operation) => operation.name?.value === name)
    : operations.length === 1
      ? operations[0]
      : undefined;

const unknownOperation = (operations: readonly OperationDefinitionNode[], name?: string | null): GraphQLError => {
  if (name) return refused('GRAPHQL_VALIDATION_FAILED', `The document has no operation named ${JSON.stringify(name)}.`);
  const message =
    operations.length === 0
      ? 'The document has no operation.'
      : 'The document has several operations: operationName says which is meant.';
  return refused('GRAPHQL_VALIDATION_FAILED', message);
};

const withCode = (error: unknown): GraphQLError => {
  if (!(error instanceof GraphQLError)) throw error;
  return new GraphQLError(error.message, {
    source: error.source,
    positions: error.positions,
    extensions: { code: 'GRAPHQL_PARSE_FAILED' },
  });
};
