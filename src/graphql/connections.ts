import type { Type } from '@nestjs/common';
import { ArgsType, Extensions, Field, Int, ObjectType } from '@nestjs/graphql';
import { IsInt, IsOptional, IsString, Max, MaxLength, Min, ValidateBy } from 'class-validator';
import { type Keyset, type KeysetShape, decodeCursor } from './cursors.js';
import { badUserInput } from './errors.js';

export const pageMax = 100;
export const pageDefault = 20;

const sizeMessage = `A page has from 0 to ${pageMax} items.`;

/** Both directions at once say nothing: `first` goes with `after`, `last` with `before`. */
const NotWith = (other: string): PropertyDecorator =>
  ValidateBy({
    name: `notWith_${other}`,
    validator: {
      validate: (value: unknown, args) =>
        value === undefined || value === null || (args?.object as Readonly<Record<string, unknown>>)[other] == null,
      defaultMessage: (args) => `${args?.property ?? ''} and ${other} exclude each other.`,
    },
  });

/** The arguments of a list that is read in pages. */
@ArgsType()
export class ConnectionArgs {
  @Field(() => Int, {
    nullable: true,
    description: `How many from the start, or after a cursor. ${pageDefault} where neither first nor last is given, ${pageMax} at most.`,
  })
  @IsOptional()
  @IsInt({ message: sizeMessage })
  @Min(0, { message: sizeMessage })
  @Max(pageMax, { message: sizeMessage })
  @NotWith('last')
  @NotWith('before')
  first?: number | null;

  @Field(() => String, { nullable: true })
  @IsOptional()
  @IsString()
  @MaxLength(2_000)
  @NotWith('before')
  @NotWith('last')
  after?: string | null;

  @Field(() => Int, { nullable: true, description: 'How many from the end, or before a cursor, in the same order.' })
  @IsOptional()
  @IsInt({ message: sizeMessage })
  @Min(0, { message: sizeMessage })
  @Max(pageMax, { message: sizeMessage })
  last?: number | null;

  @Field(() => String, { nullable: true })
  @IsOptional()
  @IsString()
  @MaxLength(2_000)
  before?: string | null;
}

/** Which entries a page holds: up to `size`, after `from` in the list's order or, where `backwards`, before it. */
export interface Page {
  readonly size: number;
  readonly backwards: boolean;
  readonly from: Keyset | null;
}

/**
 * The page that validated arguments ask for.
 * @param list names the list and its order: a cursor of another is refused.
 * @param kinds the kinds of the keyset's values (see `cursors.ts`).
 * @throws BAD_USER_INPUT for a cursor that is not of this list.
 */
export const pageOf = (args: ConnectionArgs, list: string, kinds: KeysetShape): Page => {
  const backwards = args.last != null || args.before != null;
  const size = (backwards ? args.last : args.first) ?? pageDefault;
  if (size > pageMax || size < 0) throw badUserInput([{ path: [backwards ? 'last' : 'first'], message: sizeMessage }]);
  const cursor = backwards ? args.before : args.after;
  const from = cursor == null ? null : decodeCursor(cursor, list, kinds, backwards ? 'before' : 'after');
  return { size, backwards, from };
};

@ObjectType({ description: 'Where a page stands in its list.' })
export class PageInfo {
  @Field(() => Boolean)
  readonly hasNextPage!: boolean;

  @Field(() => Boolean)
  readonly hasPreviousPage!: boolean;

  @Field(() => String, { nullable: true })
  readonly startCursor!: string | null;

  @Field(() => String, { nullable: true })
  readonly endCursor!: string | null;
}

export interface Edge<Node> {
  readonly cursor: string;
  readonly node: Node;
}

/** A page as resolvers answer it. Counting happens only where the total is asked for. */
export interface Connection<Node> {
  readonly edges: readonly Edge<Node>[];
  readonly nodes: readonly Node[];
  readonly pageInfo: PageInfo;
  readonly totalCount: () => Promise<number | null> | number | null;
}

/** Marks the connection types, whose `totalCount` is a function (see `schema.ts`), and whose fields' cost is a page's. */
export const connectionMark = { connection: true } as const;

/**
 * The types `XConnection` and `XEdge` of a node, for Nest's code first.
 * @param name of the node's type; given, since a union is no class.
 * @param node the class or union, in a function so that types may name each other.
 */
export const connectionTypes = <Node>(
  name: string,
  node: () => unknown,
  { countNullable = false }: { readonly countNullable?: boolean } = {},
): { readonly Connection: Type<Connection<Node>>; readonly Edge: Type<Edge<Node>> } => {
  const nodeType = node as () => Type<unknown>;

  @ObjectType(`${name}Edge`)
  class NodeEdge implements Edge<Node> {
    @Field(() => String)
    readonly cursor!: string;

    @Field(nodeType)
    readonly node!: Node;
  }

  @Extensions(connectionMark)
  @ObjectType(`${name}Connection`)
  class NodeConnection implements Connection<Node> {
    @Field(() => [NodeEdge])
    readonly edges!: readonly NodeEdge[];

    @Field(() => [nodeType()])
    readonly nodes!: readonly Node[];

    @Field(() => PageInfo)
    readonly pageInfo!: PageInfo;

    @Field(() => Int, {
      nullable: countNullable,
      description: 'In the whole list; counted only where it is asked for.',
    })
    readonly totalCount!: Connection<Node>['totalCount'];
  }

  return { Connection: NodeConnection, Edge: NodeEdge };
};
