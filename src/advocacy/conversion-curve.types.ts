import { Extensions, Field, Float, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsBoolean, IsOptional, Length, Max, Min, ValidateNested } from 'class-validator';
import type { RowReader } from '../event-sourcing/read-store.js';
import { IsGlobalId } from '../graphql/ids.js';
import type { Moment } from '../graphql/moment.js';
import { tierNameMax } from '../owners/our-own.types.js';
import type { Channel } from '../stakeholders/handle.js';
import { ChannelEnum } from '../stakeholders/handles.types.js';
import { Period } from './advocacy.types.js';
import { kaplanMeier, kaplanMeierDefinition } from './kaplan-meier.js';
import { type ObservedSpells, spellDefinition } from './spells.js';
import type { Rules } from './standing.js';

export const horizonDaysDefault = 365;
const horizonMessage = 'A curve is told up to from 1 to 3650 days.';

/** An argument that says up to where a curve's points are told. */
export const HorizonDays = (): PropertyDecorator => (target, property) => {
  const description = 'Points are told up to so many days. All else is of the whole curve.';
  Field(() => Int, { nullable: true, defaultValue: horizonDaysDefault, description })(target, property as string);
  IsOptional()(target, property);
  Min(1, { message: horizonMessage })(target, property);
  Max(3_650, { message: horizonMessage })(target, property);
};

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

  @Field(() => [ID], { nullable: true, description: 'Who of ours answered for them when it began: any of these.' })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(50)
  @IsGlobalId('Colleague', { each: true })
  ownerIds?: string[] | null;

  @Field(() => [String], { nullable: true, description: 'In which tier they stood when it began: any of these.' })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(50)
  @Length(1, tierNameMax, { each: true })
  tiers?: string[] | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether anybody of ours answered for them when it began.',
  })
  @IsOptional()
  @IsBoolean()
  owned?: boolean | null;

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

/** A curve of time to conversion, whichever rules it is drawn by. */
@ObjectType({ isAbstract: true })
export abstract class CurveOfTime {
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

@ObjectType({
  description:
    'Time to conversion, from turning against us until won over or converted, over a cohort of spells. A resurgence goes on counting, a relapse starts a new spell; who is not won over yet is censored.',
})
export class ConversionCurve extends CurveOfTime {
  readonly moment!: Moment;
  readonly rows!: RowReader;
  readonly observed!: readonly ObservedSpells[];
}

type Curve = Pick<CurveOfTime, keyof CurveOfTime>;

/** The curve of these spells, with its points up to so many days. */
export const shownCurve = (observed: readonly ObservedSpells[], horizonDays: number, rules: Rules): Curve => {
  const { points, medianDays } = kaplanMeier(observed);
  return {
    spells: countOf(observed, () => true),
    converted: countOf(observed, ({ converted }) => converted),
    censored: countOf(observed, ({ converted }) => !converted),
    relapsed: countOf(observed, ({ relapsed }) => relapsed),
    medianDays,
    points: points.filter(({ days }) => days <= horizonDays),
    definition: kaplanMeierDefinition,
    spellDefinition,
    rule: rules.conversion.name,
    stanceRule: rules.tone.name,
  };
};

const countOf = (spells: readonly ObservedSpells[], which: (spell: ObservedSpells) => boolean): number =>
  spells.reduce((sum, spell) => sum + (which(spell) ? spell.count : 0), 0);

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
