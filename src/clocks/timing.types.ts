import { Field, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsInt,
  IsOptional,
  IsString,
  Length,
  Matches,
  Max,
  Min,
  ValidateBy,
  ValidateNested,
} from 'class-validator';
import { CommandInput, notPrintable, printable } from '../graphql/commands.js';
import { Done } from '../graphql/done.js';
import { enumOf } from '../graphql/enum-of.js';
import { IsGlobalId } from '../graphql/ids.js';
import { CommandIdReused, Refusal, resultOf } from '../graphql/refusal.js';
import { DateTime } from '../graphql/scalars.js';
import { Team, TeamNotFound, notATierName, tierName, tierNameMax } from '../owners/our-own.types.js';
import { TierNotFound } from '../owners/owners.types.js';
import {
  type Weekday,
  clockTime,
  clockTimeOrEnd,
  isLocalDate,
  isZone,
  targetMinutesMax,
  weekOf,
  weekdays,
} from './timing-input.js';
import { targetVersionsMax } from './targets.js';
import { versionsMax } from './working-hours.js';

export const WeekdayEnum = enumOf(weekdays);
registerEnumType(WeekdayEnum, { name: 'Weekday' });

@ObjectType({ description: 'A stretch of work on one day of the week, by the clock of the zone.' })
export class WorkingStretch {
  @Field(() => WeekdayEnum)
  readonly day!: Weekday;

  @Field(() => String, { description: 'HH:MM.' })
  readonly from!: string;

  @Field(() => String, { description: 'HH:MM, up to 24:00.' })
  readonly until!: string;
}

@ObjectType({ description: 'A week of working hours, from a date on.' })
export class WorkingHours {
  @Field(() => String, { nullable: true, description: 'Local date, YYYY-MM-DD; null: since ever.' })
  readonly from!: string | null;

  @Field(() => String, { description: 'IANA name, as Europe/Berlin.' })
  readonly zone!: string;

  @Field(() => [WorkingStretch])
  readonly stretches!: readonly WorkingStretch[];
}

@ObjectType({ description: 'A day on which nobody works.' })
export class Holiday {
  @Field(() => String, { description: 'Local date, YYYY-MM-DD.' })
  readonly date!: string;

  @Field(() => String, { nullable: true })
  readonly name!: string | null;
}

@ObjectType({ description: 'When a team works, or everybody of whom nothing else is said.' })
export class WorkingCalendar {
  @Field(() => Team, { nullable: true, description: 'Null: everybody of whom nothing else is said.' })
  readonly team!: Team | null;

  @Field(() => [WorkingHours], { description: 'Each holds until the next, the earliest first.' })
  readonly hours!: readonly WorkingHours[];

  @Field(() => [Holiday], { description: 'In the order of the dates.' })
  readonly holidays!: readonly Holiday[];
}

@ObjectType({ description: 'How much working time each clock may take; null: as much as it likes.' })
export class ResponseTargets {
  @Field(() => String, {
    nullable: true,
    description: 'Null: relationships in no tier, and tiers of which nothing is said.',
  })
  readonly tier!: string | null;

  @Field(() => DateTime, { nullable: true, description: 'For clocks that open from then on; null: all.' })
  readonly from!: number | null;

  @Field(() => Int, { nullable: true })
  readonly acknowledgeMinutes!: number | null;

  @Field(() => Int, { nullable: true })
  readonly firstResponseMinutes!: number | null;

  @Field(() => Int, { nullable: true })
  readonly nextResponseMinutes!: number | null;

  @Field(() => Int, { nullable: true })
  readonly resolutionMinutes!: number | null;
}

// Inputs.

const notALocalDate = 'A local date is written as YYYY-MM-DD, and the calendar has it.';
const LocalDate = (): PropertyDecorator =>
  ValidateBy({
    name: 'localDate',
    validator: {
      validate: (value: unknown) => typeof value === 'string' && isLocalDate(value),
      defaultMessage: () => notALocalDate,
    },
  });

const Zone = (): PropertyDecorator =>
  ValidateBy({
    name: 'zone',
    validator: {
      validate: (value: unknown) => typeof value === 'string' && isZone(value),
      defaultMessage: () => 'A time zone is named as the IANA database names it: Europe/Berlin, America/New_York, UTC.',
    },
  });

const After = (other: string): PropertyDecorator =>
  ValidateBy({
    name: 'after',
    validator: {
      validate: (value: unknown, args) => {
        const start = (args?.object as Readonly<Record<string, unknown>>)[other];
        return typeof value !== 'string' || typeof start !== 'string' || value > start;
      },
      defaultMessage: () => `It ends after its ${other}; work past midnight is two stretches.`,
    },
  });

@InputType()
export class WorkingStretchInput {
  @Field(() => [WeekdayEnum])
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(weekdays.length)
  @ArrayUnique({ message: 'Each day once.' })
  days!: Weekday[];

  @Field(() => String, { description: 'HH:MM, by the clock of the zone.' })
  @Matches(clockTime, { message: 'A time of the day is written as HH:MM.' })
  from!: string;

  @Field(() => String, { description: 'HH:MM, up to 24:00.' })
  @Matches(clockTimeOrEnd, { message: 'A time of the day is written as HH:MM, its end as 24:00.' })
  @After('from')
  until!: string;
}

const Week = (): PropertyDecorator =>
  ValidateBy({
    name: 'week',
    validator: {
      validate: (value: unknown) => {
        const stretches = Array.isArray(value) ? (value as WorkingStretchInput[]) : [];
        // What is wrong within a stretch is said there.
        return stretches.some((each) => !Array.isArray(each.days)) || weekOf(stretches) !== null;
      },
      defaultMessage: () => 'Two stretches of one day overlap.',
    },
  });

@InputType({
  description:
    'Said again of the same date, it takes the place of what was said. It changes what was measured before, too.',
})
export class SetWorkingHoursInput extends CommandInput {
  @Field(() => ID, { nullable: true, description: 'Left out: everybody of whom nothing else is said.' })
  @IsOptional()
  @IsGlobalId('Team')
  teamId?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The first date on which they hold, YYYY-MM-DD; left out: since ever.',
  })
  @IsOptional()
  @LocalDate()
  from?: string | null;

  @Field(() => String, { description: 'IANA name, as Europe/Berlin.' })
  @Zone()
  zone!: string;

  @Field(() => [WorkingStretchInput], { description: 'One to fifty.' })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(50)
  @ValidateNested({ each: true })
  @Type(() => WorkingStretchInput)
  @Week()
  hours!: WorkingStretchInput[];
}

@InputType()
export class HolidayInput {
  @Field(() => String, { description: 'Local date, YYYY-MM-DD.' })
  @LocalDate()
  date!: string;

  @Field(() => String, { nullable: true })
  @IsOptional()
  @IsString()
  @Length(1, 200)
  @Matches(printable, { message: notPrintable })
  name?: string | null;
}

const OfYear = (): PropertyDecorator =>
  ValidateBy({
    name: 'ofYear',
    validator: {
      validate: (value: unknown, args) => {
        const { year } = args?.object as { readonly year?: unknown };
        const days = Array.isArray(value) ? (value as HolidayInput[]) : [];
        return days.every(({ date }) => typeof date !== 'string' || date.startsWith(`${String(year)}-`));
      },
      defaultMessage: () => 'All days are of that year.',
    },
  });

@InputType({
  description:
    'All holidays of one year. None is said by an empty list: a team of which nothing is said has those of everybody.',
})
export class SetHolidaysInput extends CommandInput {
  @Field(() => ID, { nullable: true, description: 'Left out: everybody of whom nothing else is said.' })
  @IsOptional()
  @IsGlobalId('Team')
  teamId?: string | null;

  @Field(() => Int)
  @IsInt()
  @Min(1_000)
  @Max(9_999)
  year!: number;

  @Field(() => [HolidayInput])
  @IsArray()
  @ArrayMaxSize(366)
  @ArrayUnique(({ date }: HolidayInput) => date, { message: 'Each day once.' })
  @ValidateNested({ each: true })
  @Type(() => HolidayInput)
  @OfYear()
  days!: HolidayInput[];
}

const minutesMessage = `A target is from 1 to ${targetMinutesMax} working minutes.`;
const Minutes = (): PropertyDecorator => (target, property) => {
  for (const decorate of [
    Field(() => Int, { nullable: true, description: 'In working minutes; left out: no target.' }),
    IsOptional(),
    IsInt({ message: minutesMessage }),
    Min(1, { message: minutesMessage }),
    Max(targetMinutesMax, { message: minutesMessage }),
  ])
    decorate(target, property);
};

@InputType({
  description:
    'How soon those in a tier are to be answered. Said again of the same time, it takes the place of what was said.',
})
export class SetTargetsInput extends CommandInput {
  @Field(() => String, {
    nullable: true,
    description: 'Left out: relationships in no tier, and tiers of which nothing is said.',
  })
  @IsOptional()
  @Length(1, tierNameMax)
  @Matches(tierName, { message: notATierName })
  tier?: string | null;

  @Field(() => DateTime, { nullable: true, description: 'For clocks that open from then on; left out: all.' })
  @IsOptional()
  from?: number | null;

  @Minutes()
  acknowledgeMinutes?: number | null;

  @Minutes()
  firstResponseMinutes?: number | null;

  @Minutes()
  nextResponseMinutes?: number | null;

  @Minutes()
  resolutionMinutes?: number | null;
}

// Outcomes.

@ObjectType()
export class WorkingHoursSet extends Done {
  readonly __typename = 'WorkingHoursSet';

  @Field(() => WorkingHours)
  readonly hours!: WorkingHours;
}
@ObjectType()
export class HolidaysSet extends Done {
  readonly __typename = 'HolidaysSet';

  @Field(() => [Holiday])
  readonly days!: readonly Holiday[];
}
@ObjectType()
export class TargetsSet extends Done {
  readonly __typename = 'TargetsSet';

  @Field(() => ResponseTargets)
  readonly targets!: ResponseTargets;
}

@ObjectType({
  implements: () => Refusal,
  description: `Returned when a calendar has hours from ${versionsMax} dates or holidays of as many years, or a tier targets from ${targetVersionsMax} times: say one of them again.`,
})
export class TooManyVersions extends Refusal {
  readonly __typename = 'TooManyVersions';
}

export const SetWorkingHoursResult = resultOf('SetWorkingHoursResult', () => [
  WorkingHoursSet,
  TeamNotFound,
  TooManyVersions,
  CommandIdReused,
]);
export const SetHolidaysResult = resultOf('SetHolidaysResult', () => [
  HolidaysSet,
  TeamNotFound,
  TooManyVersions,
  CommandIdReused,
]);
export const SetTargetsResult = resultOf('SetTargetsResult', () => [
  TargetsSet,
  TierNotFound,
  TooManyVersions,
  CommandIdReused,
]);
