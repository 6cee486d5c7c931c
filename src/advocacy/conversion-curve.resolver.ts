import { Inject } from '@nestjs/common';
import { Args, ArgsType, Field, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { IsOptional, ValidateNested } from 'class-validator';
import type { ReadStore } from '../event-sourcing/read-store.js';
import { fromGlobalId } from '../graphql/ids.js';
import { Moments } from '../graphql/moments.js';
import { OneOfPastArgs } from '../graphql/past.args.js';
import { Now } from '../graphql/request-context.js';
import { marked } from '../interactions/timeline-tables.js';
import { READ_STORE } from '../tokens.js';
import { Period } from './advocacy.types.js';
import {
  ConversionCurve,
  ConversionRates,
  HorizonDays,
  LogRank,
  SpellCohort,
  horizonDaysDefault,
  shownCurve,
} from './conversion-curve.types.js';
import { logRank, logRankDefinition } from './log-rank.js';
import { type Cohort, ratesIn, spellDefinition, spellsOf } from './spells.js';
import { rulesV1 } from './standing.js';

@ArgsType()
class CohortArgs extends OneOfPastArgs {
  @Field(() => SpellCohort, { nullable: true, description: 'Left out: all of them.' })
  @IsOptional()
  @ValidateNested()
  @Type(() => SpellCohort)
  cohort?: SpellCohort | null;
}

@ArgsType()
class CurveArgs extends CohortArgs {
  @HorizonDays()
  horizonDays?: number | null;
}

@ArgsType()
class RatesArgs extends CohortArgs {
  @Field(() => Period, { nullable: true, description: 'Left out: all of the time.' })
  @IsOptional()
  @ValidateNested()
  @Type(() => Period)
  during?: Period | null;
}

@ArgsType()
class LogRankArgs {
  @Field(() => SpellCohort)
  @ValidateNested()
  @Type(() => SpellCohort)
  against!: SpellCohort;
}

const periodOf = (period: Period | null | undefined) => ({ from: period?.from ?? null, until: period?.until ?? null });

const cohortOf = ({ channels, topics, ownerIds, tiers, owned, began }: SpellCohort): Cohort => ({
  channels: channels ?? [],
  markedTopics: (topics ?? []).map((topic) => marked([topic])),
  owners: (ownerIds ?? []).map((id) => fromGlobalId(id, 'Colleague', 'cohort', 'ownerIds').id),
  tiers: tiers ?? [],
  ...(owned == null ? {} : { owned }),
  began: periodOf(began),
});

const rateOf = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);

const rules = { rule: rulesV1.conversion.name, stanceRule: rulesV1.tone.name };

@Resolver(() => ConversionCurve)
export class ConversionCurveResolver {
  constructor(
    private readonly moments: Moments,
    @Inject(READ_STORE) private readonly rows: ReadStore,
  ) {}

  @Query(() => ConversionCurve, { description: 'The Kaplan-Meier curve of time to conversion.' })
  async conversionCurve(
    @Args() { cohort, horizonDays, ...pastArgs }: CurveArgs,
    @Now() now: number,
  ): Promise<ConversionCurve> {
    const moment = await this.moments.of(pastArgs, now);
    const observed = await spellsOf(this.rows, cohortOf(cohort ?? {}), moment);
    return { moment, observed, ...shownCurve(observed, horizonDays ?? horizonDaysDefault, rulesV1) };
  }

  @ResolveField(() => LogRank, { description: 'Whether this cohort and another, of the same past, convert alike.' })
  async logRank(@Parent() { observed, moment }: ConversionCurve, @Args() { against }: LogRankArgs): Promise<LogRank> {
    const other = await spellsOf(this.rows, cohortOf(against), moment);
    return { ...logRank(observed, other), definition: logRankDefinition };
  }

  @Query(() => ConversionRates, { description: 'Conversions over those at risk, and relapses over those won over.' })
  async conversionRates(
    @Args() { cohort, during, ...pastArgs }: RatesArgs,
    @Now() now: number,
  ): Promise<ConversionRates> {
    const moment = await this.moments.of(pastArgs, now);
    const rates = await ratesIn(this.rows, periodOf(during), cohortOf(cohort ?? {}), moment);
    return {
      ...rates,
      conversionRate: rateOf(rates.converted, rates.atRisk),
      relapseRate: rateOf(rates.relapsed, rates.wonOver),
      definition: spellDefinition,
      ...rules,
    };
  }
}
