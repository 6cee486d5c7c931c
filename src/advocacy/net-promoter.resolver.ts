import { Inject } from '@nestjs/common';
import { Args, ArgsType, Field, Query, Resolver } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { IsOptional, IsString, Length, ValidateNested } from 'class-validator';
import type { ReadStore } from '../event-sourcing/read-store.js';
import { Moments } from '../graphql/moments.js';
import { OneOfPastArgs } from '../graphql/past.args.js';
import { Now } from '../graphql/request-context.js';
import { READ_STORE } from '../tokens.js';
import { Period } from './advocacy.types.js';
import { netPromoterDefinition, netPromoterScore } from './net-promoter.js';
import { NetPromoter } from './net-promoter.types.js';
import { answersIn } from './survey-scores.js';

@ArgsType()
class NetPromoterArgs extends OneOfPastArgs {
  @Field(() => String, { nullable: true, description: 'Its name, spelt exactly. Left out: all surveys.' })
  @IsOptional()
  @IsString()
  @Length(1, 200)
  survey?: string | null;

  @Field(() => Period, { nullable: true, description: 'When they answered. Left out: all of the time.' })
  @IsOptional()
  @ValidateNested()
  @Type(() => Period)
  during?: Period | null;
}

@Resolver()
export class NetPromoterResolver {
  constructor(
    private readonly moments: Moments,
    @Inject(READ_STORE) private readonly rows: ReadStore,
  ) {}

  @Query(() => NetPromoter, { description: 'Each person counts once in a survey, by their last answer in the period.' })
  async netPromoter(
    @Args() { survey, during, ...pastArgs }: NetPromoterArgs,
    @Now() now: number,
  ): Promise<NetPromoter> {
    const moment = await this.moments.of(pastArgs, now);
    const period = { from: during?.from ?? null, until: during?.until ?? null };
    const answers = await answersIn(this.rows, period, survey ?? undefined, moment);
    const { score = null, standardError = null } = netPromoterScore(answers) ?? {};
    return { ...answers, score, standardError, definition: netPromoterDefinition };
  }
}
