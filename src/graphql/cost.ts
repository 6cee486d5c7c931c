import {
  type DocumentNode,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  type ValueNode,
  getNamedType,
  getNullableType,
  isCompositeType,
  isListType,
  isObjectType,
  valueFromASTUntyped,
} from 'graphql';
import { pageDefault, pageMax } from './connections.js';
import { fragmentsOf, isIntrospection } from './limits.js';

export type Variables = Readonly<Record<string, unknown>>;

/** How many objects an operation may make the service build, given its variables. */
export type Cost = (variables: Variables) => number;

/**
 * What a field has as its extensions that reads far more rows than it shows: a measure over all that passed in a period, a ranking
 * of all who are heard. It counts as a hundred objects, so a request has room for some 250 of them by default.
 */
export const dear = { cost: 100 } as const;

/** A list that says nothing of its size counts as this many. */
const listAssumed = 5;

const constant =
  (value: number): Cost =>
  () =>
    value;
const free = constant(0);

const sum = (costs: readonly Cost[]): Cost => {
  const counted = costs.filter((cost) => cost !== free);
  if (counted.length <= 1) return counted[0] ?? free;
  return (variables) => counted.reduce((total, cost) => total + cost(variables), 0);
};

const times = (size: Cost, each: Cost): Cost =>
  each === free ? free : (variables) => size(variables) * each(variables);

/**
 * The cost of an operation, worked out once and then asked with each request's variables. An object costs 1 and what is
 * below it, or in place of the 1 what its field's extension `cost` says, where reading it is dearer (`dear`); a page counts as often
 * as `first` or `last` say; a list as its field's extension `listSize` says: a number, or the way to the argument whose length it
 * has. A page or a list is read once: its `cost` stands beside what its members cost. Scalars cost nothing.
 */
export const costOf = (schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): Cost => {
  const fragments = fragmentsOf(document);
  const known = new Map<string, Cost>();
  const defaults = defaultsOf(operation);

  const ofFragment = (name: string): Cost => {
    const cost = known.get(name);
    if (cost !== undefined) return cost;
    // A fragment that spreads itself is refused by validation; here it must only end.
    known.set(name, free);
    const fragment = fragments.get(name);
    const found = fragment === undefined ? free : ofCondition(fragment.typeCondition.name.value, fragment.selectionSet);
    known.set(name, found);
    return found;
  };

  const ofCondition = (typeName: string, set: SelectionSetNode): Cost => {
    const type = schema.getType(typeName);
    return isCompositeType(type) ? ofSet(type, set) : free;
  };

  /** What is selected on different object types is never all built: the dearest counts. */
  const ofSet = (type: GraphQLCompositeType, set: SelectionSetNode): Cost => {
    const always: Cost[] = [];
    const alternatives = new Map<string, Cost[]>();
    for (const selection of set.selections) {
      const condition = conditionOf(selection);
      const cost = ofSelection(type, selection);
      if (condition === undefined || condition === type.name || !isObjectType(schema.getType(condition)))
        always.push(cost);
      else alternatives.set(condition, [...(alternatives.get(condition) ?? []), cost]);
    }
    if (alternatives.size === 0) return sum(always);
    const options = [...alternatives.values()].map(sum);
    return sum([...always, (variables) => Math.max(...options.map((option) => option(variables)))]);
  };

  const conditionOf = (selection: SelectionNode): string | undefined => {
    if (selection.kind === Kind.INLINE_FRAGMENT) return selection.typeCondition?.name.value;
    return selection.kind === Kind.FRAGMENT_SPREAD
      ? fragments.get(selection.name.value)?.typeCondition.name.value
      : undefined;
  };

  const ofSelection = (type: GraphQLCompositeType, selection: SelectionNode): Cost => {
    switch (selection.kind) {
      case Kind.FRAGMENT_SPREAD:
        return ofFragment(selection.name.value);
      case Kind.INLINE_FRAGMENT:
        return selection.typeCondition
          ? ofCondition(selection.typeCondition.name.value, selection.selectionSet)
          : ofSet(type, selection.selectionSet);
      case Kind.FIELD:
        return ofField(type, selection);
    }
  };

  const ofField = (parent: GraphQLCompositeType, node: FieldNode): Cost => {
    const field = 'getFields' in parent && !isIntrospection(node) ? parent.getFields()[node.name.value] : undefined;
    const type = field && getNamedType(field.type);
    if (field === undefined || !isCompositeType(type) || node.selectionSet === undefined) return free;

    const below = ofSet(type, node.selectionSet);
    // A page is one question and as many rows; what wraps the rows is nothing by itself.
    if (isConnection(type)) return sum([constant(ownCost(field, 1)), times(pageSize(field, node), below)]);
    if (type.name === 'PageInfo') return free;
    if (isConnection(parent)) return type.name.endsWith('Edge') ? below : sum([constant(1), below]);
    if (!isListType(getNullableType(field.type))) return sum([constant(ownCost(field, 1)), below]);
    return sum([constant(ownCost(field, 0)), times(listSize(field, node), sum([constant(1), below]))]);
  };

  const argument = (node: FieldNode, name: string): ((variables: Variables) => unknown) => {
    const value = node.arguments?.find((given) => given.name.value === name)?.value;
    return value === undefined ? () => undefined : valueOf(value);
  };

  const valueOf = (value: ValueNode): ((variables: Variables) => unknown) => {
    if (value.kind === Kind.VARIABLE) {
      const name = value.name.value;
      return (variables) => (variables[name] === undefined ? defaults[name] : variables[name]);
    }
    return (variables) => valueFromASTUntyped(value, { ...defaults, ...variables });
  };

  const pageSize = (field: AnyField, node: FieldNode): Cost => {
    const [first, last] = [argument(node, 'first'), argument(node, 'last')];
    const sizeDefault = field.args.find(({ name }) => name === 'first')?.defaultValue;
    return (variables) => {
      const size = first(variables) ?? last(variables) ?? sizeDefault ?? pageDefault;
      // What is no size of a page is refused later, by name.
      return typeof size === 'number' ? Math.min(Math.max(size, 0), pageMax) : pageDefault;
    };
  };

  const listSize = (field: AnyField, node: FieldNode): Cost => {
    const size = field.extensions['listSize'];
    if (typeof size === 'number') return constant(size);
    if (typeof size !== 'string') return constant(listAssumed);
    const [name = '', ...path] = size.split('.');
    const given = argument(node, name);
    return (variables) => {
      const list = path.reduce<unknown>((value, step) => (isRecord(value) ? value[step] : undefined), given(variables));
      return Array.isArray(list) ? list.length : listAssumed;
    };
  };

  const root = schema.getRootType(operation.operation);
  return root ? ofSet(root, operation.selectionSet) : free;
};

type AnyField = GraphQLField<unknown, unknown>;

/** What a field costs by itself, where reading it is dearer than it is otherwise. */
const ownCost = ({ extensions }: AnyField, otherwise: number): number =>
  typeof extensions['cost'] === 'number' ? extensions['cost'] : otherwise;

const isConnection = ({ extensions }: GraphQLCompositeType): boolean => extensions['connection'] === true;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

const defaultsOf = ({ variableDefinitions = [] }: OperationDefinitionNode): Variables =>
  Object.fromEntries(
    variableDefinitions.flatMap(({ variable, defaultValue }) =>
      defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)]] : [],
    ),
  );
