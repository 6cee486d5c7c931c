import { setTimeout as sleep } from 'node:timers/promises';
import { Module } from '@nestjs/common';
import {
  Args,
  ArgsType,
  Field,
  ID,
  InputType,
  Int,
  Mutation,
  ObjectType,
  Parent,
  Query,
  ResolveField,
  Resolver,
  createUnionType,
  registerEnumType,
} from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { Length, ValidateNested } from 'class-validator';
import type { Credential } from '../src/access/credential.js';
import { StoreUnavailable } from '../src/event-sourcing/event-store.js';
import { RevisionConflict } from '../src/event-sourcing/transact.js';
import { type Connection, ConnectionArgs, connectionTypes, pageOf } from '../src/graphql/connections.js';
import { enumOf } from '../src/graphql/enum-of.js';
import { IsGlobalId, toGlobalId } from '../src/graphql/ids.js';
import type { Moment } from '../src/graphql/moment.js';
import { Moments } from '../src/graphql/moments.js';
import { Node, NodeRegistry } from '../src/graphql/node.js';
import { foundConnection, sliceOf } from '../src/graphql/found-pages.js';
import { OneOfPastArgs } from '../src/graphql/past.args.js';
import { Actor, Now } from '../src/graphql/request-context.js';
import { DateTime } from '../src/graphql/scalars.js';

// A small context of its own, which proves what the contexts lean on.

const colours = ['dark-red', 'green'] as const;
type Colour = (typeof colours)[number];
const ColourEnum = enumOf(colours);
registerEnumType(ColourEnum, { name: 'Colour' });

@ObjectType({ implements: () => Node })
class Stone extends Node {
  override readonly __typename = 'Stone';

  @Field(() => Int)
  readonly weight!: number;

  @Field(() => ColourEnum)
  readonly colour!: Colour;

  @Field(() => DateTime)
  readonly found!: number;
}

@ObjectType({ description: 'Returned when it is too heavy.' })
class TooHeavy {
  readonly __typename = 'TooHeavy';

  @Field(() => String)
  readonly message!: string;
}

const StoneResult = createUnionType({
  name: 'StoneResult',
  types: () => [Stone, TooHeavy] as const,
  resolveType: ({ __typename }: Stone | TooHeavy) => __typename,
});

const { Connection: StoneConnection } = connectionTypes<Stone>('Stone', () => Stone);

@InputType()
class StonePart {
  @Field(() => String)
  @Length(1, 5)
  name!: string;

  @Field(() => Int, { defaultValue: 3 })
  size!: number;
}

@InputType()
class LiftStoneInput {
  @Field(() => ColourEnum)
  colour!: Colour;

  @Field(() => DateTime)
  found!: number;

  @Field(() => [StonePart])
  @ValidateNested({ each: true })
  @Type(() => StonePart)
  parts!: StonePart[];

  @Field(() => [ID], { nullable: true })
  @IsGlobalId('Stone', { each: true })
  beside: string[] = [];
}

@ArgsType()
class BreakArgs {
  @Field(() => String)
  how!: string;
}

const stoneOf = (weight: number, moment?: Moment): Stone =>
  Object.assign(new Stone(), {
    id: toGlobalId('Stone', String(weight), moment),
    weight,
    colour: weight % 2 === 0 ? 'green' : 'dark-red',
    found: weight * 1_000,
  });

@Resolver(() => Stone)
class StoneResolver {
  constructor(
    nodes: NodeRegistry,
    private readonly moments: Moments,
  ) {
    nodes.register('Stone', (ids, moment) =>
      Promise.resolve(ids.map((id) => (Number(id) < 1_000 ? stoneOf(Number(id), moment) : null))),
    );
  }

  @Query(() => StoneConnection)
  stones(@Args() args: ConnectionArgs): Connection<Stone> {
    const page = pageOf(args, 'stones', 'n');
    const { order, limit, after, before, fromEnd } = sliceOf(page, 'asc', ([weight]) => Number(weight));
    const all = Array.from({ length: 50 }, (_, weight) => weight).filter(
      (weight) => weight > (after ?? -1) && weight < (before ?? 50),
    );
    const found = order === 'asc' && fromEnd === true ? all.slice(-limit) : all.slice(0, limit);
    return foundConnection(
      page,
      'stones',
      { entries: found, more: all.length > found.length },
      (weight) => [weight],
      stoneOf,
      () => 50,
    );
  }

  @Query(() => [Stone])
  heap(): Stone[] {
    return [1, 2, 3].map((weight) => stoneOf(weight));
  }

  @Query(() => Stone, { nullable: true })
  async oldStone(@Args() args: OneOfPastArgs, @Now() now: number): Promise<Stone> {
    return stoneOf(7, await this.moments.of(args, now));
  }

  @Query(() => String, { nullable: true })
  async broken(@Args() { how }: BreakArgs): Promise<string> {
    if (how === 'conflict') throw new RevisionConflict('stone-1', 7);
    if (how === 'store') throw new StoreUnavailable('disk full at /secret/path');
    if (how === 'slow') {
      slowlyAnswered.began += 1;
      await sleep(1_500);
    }
    if (how === 'bug') throw new Error('Jane Doe has no stones');
    return how;
  }

  @Query(() => String)
  whoAmI(@Actor() actor: Credential): string {
    return `${actor.name}, ${actor.role}`;
  }

  @Mutation(() => StoneResult)
  liftStone(@Args('input') input: LiftStoneInput): Stone | TooHeavy {
    const weight = input.parts.reduce((sum, { size }) => sum + size, 0);
    if (weight > 100) return { __typename: 'TooHeavy', message: `${weight} is too much.` };
    return Object.assign(stoneOf(weight), { colour: input.colour, found: input.found });
  }

  @ResolveField(() => [Stone], { nullable: 'items' })
  neighbours(@Parent() { weight }: Stone): (Stone | null)[] {
    return [stoneOf(weight + 1), null];
  }

  @ResolveField(() => String)
  crack(@Parent() { weight }: Stone): string {
    if (weight === 2) throw new Error('cracked');
    return `crack of ${weight}`;
  }
}

/** How many slow answers were begun, by any service of the test. */
export const slowlyAnswered = { began: 0 };

@Module({ providers: [StoneResolver] })
export class ProbeModule {}
