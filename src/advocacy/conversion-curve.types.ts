import { Extensions, Field, Float, InputType, Int, ObjectType } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsOptional, Length, ValidateNested } from 'class-validator';
import type { Moment } from '../graphql/moment.js';
import type { Channel } from '../stakeholders/handle.js';
import { ChannelEnum } from '../stakeholders/handles.types.js';
import { Period } from './advocacy.types.js';
import type { ObservedSpells } from './spells.js';

@InputType({
  description:
    "Which spells against us; what is left out restricts nothing. One that a person's assessment began has neither channel nor topic.",
})
export class SpellCohort {
  @Field(() => [ChannelEnum], { nullable: true, description: 'Where that was said which turned them against us.' })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(50)
  channels?: Channel[] | null;

  @Field(() => [String], { nullable: true, description: 'What it was about, spelt exactly: any of these.' })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(50)
  @Length(1, 200, { each: true })
  topics?: string[] | null;

  @Field(() => Period, { nullable: true, description: 'When the spell began.' })
  @IsOptional()
  @ValidateNested()
  @Type(() => Period)
  began?: Period | null;
}

@ObjectType({ description: 'A step of the curve: a length at which some converted, or are watched no longer.' })
export class SurvivalPoint {
  @Field(() => Int, { description: 'Whole days since they turned against us.' })
  readonly days!: number;

  @Field(() => Int, { description: 'Spells that lasted so long and had not converted before.' })
  readonly atRisk!: number;

  @Field(() => Int)
  readonly converted!: number;

  @Field(() => Int, { description: 'Watched no longer from here on: not won over yet, or turned against us again.' })
  readonly censored!: number;

  @Field(() => Float, { description: 'The share that takes longer than this, 0 to 1. It never rises.' })
  readonly survival!: number;

  @Field(() => Float, { description: "Greenwood's." })
  readonly standardError!: number;

  @Field(() => Float, { description: 'The band in which the share lies with 95 %.' })
  readonly lower!: number;

  @Field(() => Float)
  readonly upper!: number;
}

@ObjectType({ description: 'Whether two cohorts convert alike.' })
export class LogRank {
  @Field(() => Int, { description: 'Conversions of the first cohort.' })
  readonly observed!: number;

  @Field(() => Float, { description: 'As many as it would have, if both converted alike.' })
  readonly expected!: number;

  @Field(() => Float, { description: 'With one degree of freedom.' })
  readonly chiSquare!: number;

  @Field(() => Float, {
    description: 'The chance of a difference as large as this if both convert alike, 0 to 1.',
  })
  readonly pValue!: number;

  @Field(() => String, { description: 'The definition with its version.' })
  readonly definition!: string;
}

@ObjectType({
  description:
    'Time to conversion, from turning against us until won over or converted, over a cohort of spells. A resurgence goes on counting, a relapse starts a new spell; who is not won over yet is censored.',
})
export class ConversionCurve {
  readonly moment!: Moment;
  readonly observed!: readonly ObservedSpells[];

  @Field(() => Int)
  readonly spells!: number;

  @Field(() => Int, { description: 'Won over or converted.' })
  readonly converted!: number;

  @Field(() => Int, { description: 'Not yet; or turned against us again, uncounted.' })
  readonly censored!: number;

  @Field(() => Int, { description: 'Of those converted: turned against us again.' })
  readonly relapsed!: number;

  @Field(() => Int, {
    nullable: true,
    description: 'Days by which half of them have converted; null: not reached.',
  })
  readonly medianDays!: number | null;

  @Field(() => [SurvivalPoint], { description: 'Shortest first, up to the horizon.' })
  @Extensions({ listSize: 100 })
  readonly points!: readonly SurvivalPoint[];

  @Field(() => String, { description: 'The definition of the estimate, with its version.' })
  readonly definition!: string;

  @Field(() => String, { description: 'The definition of a spell, with its version.' })
  readonly spellDefinition!: string;

  @Field(() => String, { description: 'By which conversions were counted.' })
  readonly rule!: string;

  @Field(() => String, { description: 'By which the standings were read.' })
  readonly stanceRule!: string;
}

@ObjectType({ description: 'How many could have passed in a period, and how many did.' })
export class ConversionRates {
  @Field(() => Int, { description: 'Detractors and critics at risk: spells under way at some time in the period.' })
  readonly atRisk!: number;

  @Field(() => Int, { description: 'Of those, won over or converted in it.' })
  readonly converted!: number;

  @Field(() => Float, { nullable: true, description: 'Converted over at risk; null where nobody was.' })
  readonly conversionRate!: number | null;

  @Field(() => Int, {
    description: "Spells won over or converted by the period's end, and not turned again before it began.",
  })
  readonly wonOver!: number;

  @Field(() => Int, { description: 'Of those, turned against us again in it.' })
  readonly relapsed!: number;

  @Field(() => Float, { nullable: true, description: 'Relapsed over won over; null where nobody was.' })
  readonly relapseRate!: number | null;

  @Field(() => String, { description: 'The definition of a spell, with its version.' })
  readonly definition!: string;

  @Field(() => String, { description: 'By which conversions were counted.' })
  readonly rule!: string;

  @Field(() => String, { description: 'By which the standings were read.' })
  readonly stanceRule!: string;
}
