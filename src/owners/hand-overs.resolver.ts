import { Inject } from '@nestjs/common';
import { Args, ArgsType, Extensions, Field, Int, ObjectType, Query, Resolver } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { IsOptional, ValidateNested } from 'class-validator';
import { Period } from '../advocacy/advocacy.types.js';
import type { ReadStore } from '../event-sourcing/read-store.js';
import { Moments } from '../graphql/moments.js';
import { OneOfPastArgs } from '../graphql/past.args.js';
import { Now } from '../graphql/request-context.js';
import { READ_STORE } from '../tokens.js';
import { handOverMatrixDefinition, handOversBetween } from './ownership-pages.js';

@ArgsType()
class HandOversArgs extends OneOfPastArgs {
  @Field(() => Period, { nullable: true })
  @IsOptional()
  @ValidateNested()
  @Type(() => Period)
  during?: Period | null;
}

@ObjectType({ description: 'How often relationships went from one department to another, or within one.' })
class HandOverCount {
  @Field(() => String, { nullable: true, description: 'As it was at the time; null: an owner without a team.' })
  readonly from!: string | null;

  @Field(() => String, { nullable: true })
  readonly to!: string | null;

  @Field(() => Int)
  readonly count!: number;

  @Field(() => String, { description: 'The definition with its version.' })
  readonly definition!: string;
}

/** How relationships go from one department of ours to another. */
@Resolver()
export class HandOversResolver {
  constructor(
    private readonly moments: Moments,
    @Inject(READ_STORE) private readonly rows: ReadStore,
  ) {}

  @Query(() => [HandOverCount], { description: 'The matrix of hand-overs; what has none is left out.' })
  @Extensions({ listSize: 50 })
  async handOverMatrix(
    @Args() { during, ...args }: HandOversArgs,
    @Now() now: number,
  ): Promise<readonly HandOverCount[]> {
    const moment = await this.moments.of(args, now);
    const between = { from: during?.from ?? null, until: during?.until ?? null };
    const matrix = await handOversBetween(this.rows, moment, between);
    return matrix.map((cell) => ({ ...cell, definition: handOverMatrixDefinition }));
  }
}
