import { type GraphQLField, type GraphQLObjectType, type GraphQLSchema, isObjectType } from 'graphql';
import { type Role, isRole, mayAct } from '../access/credential.js';
import { forbidden } from './errors.js';
import type { RequestContext } from './request-context.js';

type AnyField = GraphQLField<unknown, RequestContext>;

/** Which fields have a resolver of their own: all others read a property. */
export type Resolved = Readonly<Record<string, unknown>>;

/**
 * What the schema that Nest builds still lacks: a role on every root field, connections that count only when asked, and
 * no function where reading a property does.
 */
export const touchedUp = (schema: GraphQLSchema, resolved: Resolved): GraphQLSchema => {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields()) as AnyField[]) {
      if (readsItsProperty(field, type, resolved)) delete field.resolve;
    }
    if (type.extensions['connection'] === true) countsWhenAsked(type);
  }
  guard(schema.getQueryType(), 'reader');
  guard(schema.getMutationType(), 'recorder');
  guard(schema.getSubscriptionType(), 'reader');
  return schema;
};

/** Nest gives every field a function that reads the property: compiled queries read properties faster without it. */
const readsItsProperty = (field: AnyField, { name }: GraphQLObjectType, resolved: Resolved): boolean => {
  const own = resolved[name];
  if (field.resolve === undefined || (typeof own === 'object' && own !== null && field.name in own)) return false;
  const probe = {};
  return (field.resolve as (source: unknown) => unknown)({ [field.name]: probe }) === probe;
};

const countsWhenAsked = (type: GraphQLObjectType): void => {
  const field = type.getFields()['totalCount'];
  if (field) field.resolve = (source: { readonly totalCount: () => unknown }) => source.totalCount();
};

/** A role too low is told before any work: before arguments are looked at. */
const guard = (root: GraphQLObjectType | null | undefined, usual: Role): void => {
  for (const field of Object.values(root?.getFields() ?? {}) as AnyField[]) {
    const needed = isRole(field.extensions['role']) ? field.extensions['role'] : usual;
    field.extensions = { ...field.extensions, role: needed };
    const { resolve, subscribe } = field;
    if (resolve) field.resolve = allowing(resolve, needed);
    if (subscribe) field.subscribe = allowing(subscribe, needed);
  }
};

type Resolve = NonNullable<AnyField['resolve']>;

const allowing =
  (resolve: Resolve, needed: Role): Resolve =>
  (source, args, context, info) => {
    if (!mayAct(context.credential, needed)) throw forbidden(context.credential.role, needed);
    return resolve(source, args, context, info);
  };
