import { Args, ArgsType, Extensions, Field, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { IsOptional, ValidateNested } from 'class-validator';
import { dear } from '../graphql/cost.js';
import { fromGlobalId } from '../graphql/ids.js';
import { Moments } from '../graphql/moments.js';
import { OneOfPastArgs } from '../graphql/past.args.js';
import { Now } from '../graphql/request-context.js';
import { marked } from '../interactions/timeline-tables.js';
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
import { LiveRules } from './rules.live.js';
import { ByRules, RulesAsked } from './rules.types.js';
import { type Cohort, ratesIn, spellDefinition, spellsOf } from './spells.js';

@ArgsType()
class CohortArgs extends OneOfPastArgs {
  @ByRules()
  rules?: RulesAsked | null;

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

@Resolver(() => ConversionCurve)
export class ConversionCurveResolver {
  constructor(
    private readonly moments: Moments,
    private readonly live: LiveRules,
  ) {}

  @Query(() => ConversionCurve, { description: 'The Kaplan-Meier curve of time to conversion.' })
  @Extensions(dear)
  async conversionCurve(
    @Args() { cohort, horizonDays, rules: named, ...pastArgs }: CurveArgs,
    @Now() now: number,
  ): Promise<ConversionCurve> {
    const moment = await this.moments.of(pastArgs, now);
    const { rules, rows } = await this.live.of(moment, named);
    const observed = await spellsOf(rows, cohortOf(cohort ?? {}), moment);
    return { moment, rows, observed, ...shownCurve(observed, horizonDays ?? horizonDaysDefault, rules) };
  }

  @ResolveField(() => LogRank, { description: 'Whether this cohort and another, of the same past, convert alike.' })
  @Extensions(dear)
  async logRank(
    @Parent() { observed, moment, rows }: ConversionCurve,
    @Args() { against }: LogRankArgs,
  ): Promise<LogRank> {
    const other = await spellsOf(rows, cohortOf(against), moment);
    return { ...logRank(observed, other), definition: logRankDefinition };
  }

  @Query(() => ConversionRates, { description: 'Conversions over those at risk, and relapses over those won over.' })
  @Extensions(dear)
  async conversionRates(
    @Args() { cohort, during, rules: named, ...pastArgs }: RatesArgs,
    @Now() now: number,
  ): Promise<ConversionRates> {
    const moment = await this.moments.of(pastArgs, now);
    const { rules, rows } = await this.live.of(moment, named);
    const rates = await ratesIn(rows, periodOf(during), cohortOf(cohort ?? {}), moment);
    return {
      ...rates,
      conversionRate: rateOf(rates.converted, rates.atRisk),
      relapseRate: rateOf(rates.relapsed, rates.wonOver),
      definition: spellDefinition,
      rule: rules.conversion.name,
      stanceRule: rules.tone.name,
    };
  }
}
