import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLError,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { refused } from './errors.js';

/** What an operation holds, with its fragments written out. */
export interface Shape {
  /** Levels of fields below the operation. */
  readonly depth: number;
  readonly aliases: number;
  readonly fields: number;
}

export interface ShapeLimits {
  readonly depthMax: number;
  readonly aliasesMax: number;
}

/** Fields of one operation: far above what a person writes, below what takes long to validate. */
export const fieldsMax = 2_000;
/** Characters of a document: what is larger carries values that belong into variables. */
export const sourceMax = 65_536;
/** Tokens of a document, which bound the work of parsing it. */
export const tokensMax = 16_000;

export const fragmentsOf = (document: DocumentNode): ReadonlyMap<string, FragmentDefinitionNode> =>
  new Map(
    document.definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition]] : [],
    ),
  );

/** Introspection has a depth rule of its own in GraphQL's specified rules, and a schema's size is no client's doing. */
export const isIntrospection = ({ name }: FieldNode): boolean => name.value === '__schema' || name.value === '__type';

const nothing: Shape = { depth: 0, aliases: 0, fields: 0 };

const both = (a: Shape, b: Shape): Shape => ({
  depth: Math.max(a.depth, b.depth),
  aliases: a.aliases + b.aliases,
  fields: a.fields + b.fields,
});

/** Looks at each fragment once, so that fragments that spread each other many times cost nothing to count. */
export const shapeOf = (document: DocumentNode, operation: OperationDefinitionNode): Shape => {
  const fragments = fragmentsOf(document);
  const known = new Map<string, Shape>();

  const ofSet = (set: SelectionSetNode | undefined): Shape =>
    (set?.selections ?? []).map(ofSelection).reduce(both, nothing);

  const ofFragment = (name: string): Shape => {
    const shape = known.get(name);
    if (shape !== undefined) return shape;
    // A fragment that spreads itself is refused by validation; here it must only end.
    known.set(name, nothing);
    const found = ofSet(fragments.get(name)?.selectionSet);
    known.set(name, found);
    return found;
  };

  const ofSelection = (selection: SelectionNode): Shape => {
    switch (selection.kind) {
      case Kind.FRAGMENT_SPREAD:
        return ofFragment(selection.name.value);
      case Kind.INLINE_FRAGMENT:
        return ofSet(selection.selectionSet);
      case Kind.FIELD: {
        const below = isIntrospection(selection) ? nothing : ofSet(selection.selectionSet);
        return { depth: below.depth + 1, aliases: below.aliases + (selection.alias ? 1 : 0), fields: below.fields + 1 };
      }
    }
  };

  return ofSet(operation.selectionSet);
};

export const overLimit = (limit: string, actual: number, allowed: number, said: string): GraphQLError =>
  refused('LIMIT_EXCEEDED', `${said} ${allowed} at most.`, { limit, allowed, actual });

/** Which limits of shape an operation breaks. */
export const shapeFaults = (
  { depth, aliases, fields }: Shape,
  { depthMax, aliasesMax }: ShapeLimits,
): readonly GraphQLError[] => [
  ...(depth > depthMax ? [overLimit('depth', depth, depthMax, `The operation is ${depth} levels deep;`)] : []),
  ...(aliases > aliasesMax ? [overLimit('aliases', aliases, aliasesMax, `The operation has ${aliases} aliases;`)] : []),
  ...(fields > fieldsMax ? [overLimit('fields', fields, fieldsMax, `The operation has ${fields} fields;`)] : []),
];
