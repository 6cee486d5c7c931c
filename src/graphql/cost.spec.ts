import { describe, expect, it } from '@jest/globals';
import { GraphQLObjectType, buildSchema, parse, print } from 'graphql';
import { connectionMark } from './connections.js';
import { type Variables } from './cost.js';
import { Operations } from './operations.js';

const schema = buildSchema(`
  type Query { person: Person report: Person counts: [Tag!]! ranked(first: Int): PersonConnection! people(first: Int, last: Int): PersonConnection! byIds(ids: [ID!]!, in: Where): [Person]! entries(first: Int): EntryConnection! }
  input Where { names: [String!] }
  type PageInfo { endCursor: String }
  type PersonConnection { edges: [PersonEdge!]! nodes: [Person!]! pageInfo: PageInfo! totalCount: Int! }
  type PersonEdge { cursor: String! node: Person! }
  type Person { name: String friend: Person tags: [Tag!]! people(first: Int): PersonConnection! }
  type Tag { name: String }
  type EntryConnection { nodes: [Entry!]! }
  union Entry = Person | Tag
`);
for (const type of Object.values(schema.getTypeMap()))
  if (type.name.endsWith('Connection')) type.extensions = { ...type.extensions, ...connectionMark };
const query = schema.getQueryType();
if (query instanceof GraphQLObjectType)
  Object.assign(query.getFields()['byIds'] ?? {}, { extensions: { listSize: 'ids' } });
if (query instanceof GraphQLObjectType)
  for (const [field, extensions] of [
    ['report', { cost: 100 }],
    ['counts', { cost: 100, listSize: 4 }],
    ['ranked', { cost: 100 }],
  ] as const)
    Object.assign(query.getFields()[field] ?? {}, { extensions });

const operations = new Operations(schema, { depthMax: 50, aliasesMax: 50, costMax: 1_000 });
const costOf = (source: string, variables: Variables = {}): number => {
  const operation = operations.prepare(source);
  if (!('kind' in operation)) throw new Error(JSON.stringify(operation));
  return operation.cost(variables);
};

describe('the cost of an operation', () => {
  it.each([
    ['nothing for scalars', '{ __typename }', 0],
    ['one for an object', '{ person { name } }', 1],
    ['what a field says that it costs, and what is below it', '{ report { name friend { name } } }', 101],
    ['what a list costs to read, once, beside what is in it', '{ counts { name } }', 104],
    [
      'what a page costs to read, once, beside what is in it',
      '{ ranked(first: 3) { nodes { name friend { name } } } }',
      106,
    ],
    ['one more for each below', '{ person { friend { friend { name } } } }', 3],
    ['a page, by its default', '{ people { nodes { name } } }', 21],
    ['a page, by first', '{ people(first: 3) { nodes { name } pageInfo { endCursor } totalCount } }', 4],
    ['a page, by last, with edges', '{ people(last: 3) { edges { cursor node { name } } } }', 4],
    ['pages in pages', '{ people(first: 3) { nodes { people(first: 10) { nodes { name } } } } }', 1 + 3 * (1 + 11)],
    ['five for a list of unknown length', '{ person { tags { name } } }', 6],
    ['a list as long as its argument', '{ byIds(ids: ["1", "2"]) { name } }', 2],
    [
      'the dearest member of a union',
      '{ entries(first: 2) { nodes { ... on Person { friend { name } } ... on Tag { name } } } }',
      1 + 2 * 2,
    ],
    [
      'fragments where they are spread',
      '{ person { ...F friend { ...F } } } fragment F on Person { friend { name } }',
      4,
    ],
    ['nothing for introspection', '{ __schema { types { name } } }', 0],
  ])('is %s', (_what, source, cost) => expect(costOf(source)).toBe(cost));

  it('follows variables, and their defaults', () => {
    const source =
      'query ($first: Int = 7, $ids: [ID!]!) { people(first: $first) { nodes { name } } byIds(ids: $ids) { name } }';
    expect(costOf(source, { ids: ['1', '2', '3'] })).toBe(8 + 3);
    expect(costOf(source, { first: 2, ids: [] })).toBe(3);
  });

  it('leaves sizes that no page has to whoever refuses them', () => {
    expect(costOf('{ people(first: 100000) { nodes { name } } }')).toBe(101);
    expect(costOf('query ($first: Int) { people(first: $first) { nodes { name } } }', { first: -5 })).toBe(1);
  });

  it('is found for documents that are not valid', () =>
    expect(costOf('{ nothing { at { all } } person { ...Missing } }')).toBe(1));
  it('is told with the limit where it is over it', () => {
    const operation = operations.prepare('{ people(first: 100) { nodes { people(first: 100) { nodes { name } } } } }');
    expect('kind' in operation && operations.costFault(operation, {})?.message).toContain(
      '10201 objects (pages count as often as first or last say); 1000 at most',
    );
  });
});

describe('operations', () => {
  it('are parsed once', () =>
    expect(operations.prepare('{ person { name } }')).toBe(operations.prepare('{ person { name } }')));
  it('stand alone, with their fragments', () => {
    const operation = operations.prepare(
      'query A { person { ...F } } query B { __typename } fragment F on Person { name } ',
      'A',
    );
    expect(
      'kind' in operation &&
        parse(operation.source).definitions.map((definition) => print(definition).split(/[ {]/)[1]),
    ).toEqual(['A', 'F']);
  });
});
