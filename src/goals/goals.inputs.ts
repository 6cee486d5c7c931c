import { Field, Float, ID, InputType, ObjectType } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsOptional,
  IsString,
  Length,
  Matches,
  MaxLength,
  ValidateBy,
  ValidateNested,
  type ValidationArguments,
} from 'class-validator';
import type { ConversionKind } from '../advocacy/advocacy-v1.js';
import { ConversionKindEnum } from '../advocacy/advocacy.types.js';
import {
  CommandInput,
  ReasonedCommandInput,
  notPrintable,
  printable,
  reasonMax,
  saysNothing,
  something,
} from '../graphql/commands.js';
import { Done } from '../graphql/done.js';
import { IsGlobalId } from '../graphql/ids.js';
import { CommandIdReused, Refusal, resultOf } from '../graphql/refusal.js';
import { DateTime } from '../graphql/scalars.js';
import { ColleagueNotFound, notATierName, tierName, tierNameMax } from '../owners/our-own.types.js';
import type { Stance } from '../relationships/relationship.js';
import type { Channel } from '../stakeholders/handle.js';
import { ChannelEnum } from '../stakeholders/handles.types.js';
import { StanceEnum } from '../stakeholders/stakeholders.types.js';
import type { Direction } from './goal.js';
import { type GoalPhase, goalPhases } from './goal-pages.js';
import { Goal, GoalDirectionEnum, GoalMeasureEnum, GoalPhaseEnum } from './goals.types.js';
import {
  type CohortPart,
  type Measure,
  type MeasureParameter,
  cohortOf,
  isWithin,
  measures,
  parametersOf,
  rangeOf,
} from './measure.js';

const dayMs = 86_400_000;
const periodDaysMax = 3_660;
const textMax = 200;

interface Checked {
  readonly measure?: Measure;
  readonly from?: number | null;
  readonly until?: number | null;
}
const inputOf = (args: ValidationArguments | undefined): Checked => args?.object ?? {};

/** A rule that says in words what is wrong, or (null) that nothing is. */
const Checks = (name: string, fault: (value: unknown, input: Checked) => string | null): PropertyDecorator =>
  ValidateBy({
    name,
    validator: {
      validate: (value: unknown, args) => fault(value, inputOf(args)) === null,
      defaultMessage: (args) => fault(args?.value, inputOf(args)) ?? '',
    },
  });

/** What a measure is of: there where the measure needs it, and nowhere else. */
const OfMeasure = (field: MeasureParameter, fault: (value: unknown) => string | null): PropertyDecorator =>
  Checks(`ofMeasure_${field}`, (value, { measure = 'conversions' }) => {
    const { needs, takes } = parametersOf[measure];
    if (value == null) return needs === field ? 'This measure has to be told what it is of.' : null;
    return needs === field || takes === field ? fault(value) : 'This does not belong to the measure.';
  });

const some = (value: unknown): string | null =>
  Array.isArray(value) && value.length > 0 && new Set(value).size === value.length ? null : 'At least one, each once.';

const text = (value: unknown): string | null => {
  if (typeof value !== 'string' || value.length > textMax) return `At most ${textMax} signs.`;
  if (!printable.test(value)) return notPrintable;
  return something.test(value) ? null : saysNothing;
};

const targetWithin = (value: unknown, { measure = 'conversions' }: Checked): string | null => {
  if (typeof value === 'number' && isWithin(measure, value)) return null;
  const { from, to, whole } = rangeOf[measure];
  return `A target of this measure is ${whole ? 'a whole number ' : ''}from ${from} to ${to}.`;
};

const periodOf = (_: unknown, { from, until }: Checked): string | null => {
  if (from == null && until == null) return null;
  if (from == null || until == null) return 'A period has two ends: both are given, or neither.';
  if (until <= from) return 'A period ends after it begins.';
  return until - from <= periodDaysMax * dayMs ? null : `A period has at most ${periodDaysMax} days.`;
};

const partOfField: Readonly<Record<keyof GoalCohortInput, CohortPart>> = {
  channel: 'channel',
  topic: 'topic',
  ownerId: 'owner',
  tier: 'tier',
  owned: 'owned',
};

/** What a measure cannot be told over is named, all of it. */
const cohortOfMeasure = (value: unknown, { measure = 'conversions' }: Checked): string | null => {
  // What is no object at all is another's fault to name.
  if (typeof value !== 'object' || value === null) return null;
  const given = Object.entries(value).flatMap(([field, each]) =>
    each == null ? [] : [field as keyof GoalCohortInput],
  );
  const beyond = given.filter((field) => !cohortOf[measure].includes(partOfField[field]));
  return beyond.length === 0 ? null : `This measure is not told by ${beyond.join(', ')}.`;
};

@InputType({
  description:
    'Over whom a measure is told; what is left out restricts nothing. Owner and tier are those when a spell began, when a conversion counted, or at the date of a stance.',
})
export class GoalCohortInput {
  @Field(() => ChannelEnum, {
    nullable: true,
    description:
      'Of rates: where that was said which turned them against us. Of CONVERSATION_SHARE: where it was heard.',
  })
  @IsOptional()
  channel?: Channel | null;

  @Field(() => String, { nullable: true, description: 'Of rates: what it was about, spelt exactly.' })
  @IsOptional()
  @IsString()
  @Length(1, textMax)
  topic?: string | null;

  @Field(() => ID, { nullable: true, description: 'Who of ours answers for them. Not of what is heard or answered.' })
  @IsOptional()
  @IsGlobalId('Colleague')
  ownerId?: string | null;

  @Field(() => String, { nullable: true, description: 'In which tier they stand. Not of what is heard or answered.' })
  @IsOptional()
  @IsString()
  @Length(1, tierNameMax)
  @Matches(tierName, { message: notATierName })
  tier?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether anybody of ours answers for them. Not of what is heard or answered.',
  })
  @IsOptional()
  @IsBoolean()
  owned?: boolean | null;
}

@InputType({ description: 'It is set before its period begins.' })
export class SetGoalInput extends CommandInput {
  @Field(() => GoalMeasureEnum)
  measure!: Measure;

  @Field(() => [ConversionKindEnum], { nullable: true, description: 'Of CONVERSIONS: any of these.' })
  @OfMeasure('kinds', some)
  kinds?: ConversionKind[] | null;

  @Field(() => [StanceEnum], { nullable: true, description: 'Of STAKEHOLDERS_AT_STANCE: any of these.' })
  @OfMeasure('stances', some)
  stances?: Stance[] | null;

  @Field(() => String, { nullable: true, description: 'Of NET_PROMOTER: spelt exactly; left out, all surveys.' })
  @OfMeasure('survey', text)
  survey?: string | null;

  @Field(() => String, { nullable: true, description: 'Of CONVERSATION_SHARE: spelt exactly.' })
  @OfMeasure('topic', text)
  topic?: string | null;

  @Field(() => GoalCohortInput, {
    nullable: true,
    description: 'Left out: over all. NET_PROMOTER is told over all alone.',
  })
  @IsOptional()
  @Checks('cohortOfMeasure', cohortOfMeasure)
  @ValidateNested()
  @Type(() => GoalCohortInput)
  cohort?: GoalCohortInput | null;

  @Field(() => Float)
  @Checks('withinMeasure', targetWithin)
  target!: number;

  @Field(() => GoalDirectionEnum, { nullable: true, defaultValue: 'at-least' })
  direction?: Direction | null;

  @Field(() => DateTime, { description: 'When its period begins, inclusive: that lies ahead.' })
  from!: number;

  @Field(() => DateTime, { description: `Exclusive; at most ${periodDaysMax} days later.` })
  @Checks('period', periodOf)
  until!: number;

  @Field(() => ID, { description: 'Who of ours answers for it.' })
  @IsGlobalId('Colleague')
  ownerId!: string;

  @Field(() => String)
  @MaxLength(reasonMax)
  @Matches(something, { message: saysNothing })
  reason!: string;
}

@InputType({
  description:
    'What is left out stays as it is. Target, direction and period before the period begins; who answers for it at any time.',
})
export class ReviseGoalInput extends ReasonedCommandInput {
  @Field(() => ID)
  @IsGlobalId('Goal')
  goalId!: string;

  @Field(() => Float, { nullable: true, description: 'One that the measure can have.' })
  @IsOptional()
  target?: number | null;

  @Field(() => GoalDirectionEnum, { nullable: true })
  @IsOptional()
  direction?: Direction | null;

  @Field(() => DateTime, { nullable: true, description: 'Given with `until`.' })
  @IsOptional()
  from?: number | null;

  @Field(() => DateTime, { nullable: true, description: 'Given with `from`.' })
  @Checks('period', periodOf)
  until?: number | null;

  @Field(() => ID, { nullable: true })
  @IsOptional()
  @IsGlobalId('Colleague')
  ownerId?: string | null;
}

@InputType()
export class DropGoalInput extends ReasonedCommandInput {
  @Field(() => ID)
  @IsGlobalId('Goal')
  goalId!: string;
}

@InputType({ description: 'Which goals; what is left out restricts nothing.' })
export class GoalFilter {
  @Field(() => ID, { nullable: true })
  @IsOptional()
  @IsGlobalId('Colleague')
  ownerId?: string | null;

  @Field(() => [GoalMeasureEnum], { nullable: true })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(measures.length)
  measures?: Measure[] | null;

  @Field(() => [GoalPhaseEnum], { nullable: true })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(goalPhases.length)
  phases?: GoalPhase[] | null;

  @Field(() => Boolean, { nullable: true })
  @IsOptional()
  dropped?: boolean | null;
}

// Outcomes.

@ObjectType({ isAbstract: true })
abstract class AboutGoal extends Done {
  @Field(() => Goal)
  readonly goal!: Goal;
}

@ObjectType()
export class GoalWasSet extends AboutGoal {
  readonly __typename = 'GoalWasSet';
}
@ObjectType()
export class GoalWasRevised extends AboutGoal {
  readonly __typename = 'GoalWasRevised';
}
@ObjectType()
export class GoalWasDropped extends AboutGoal {
  readonly __typename = 'GoalWasDropped';
}

@ObjectType({ implements: () => Refusal, description: 'Returned when nobody set a goal of this id.' })
export class GoalNotFound extends Refusal {
  readonly __typename = 'GoalNotFound';

  @Field(() => ID)
  readonly goalId!: string;
}

@ObjectType({
  implements: () => Refusal,
  description: 'Returned when the period has begun, as it was or as it is to be: what is promised is promised before.',
})
export class PeriodHasBegun extends Refusal {
  readonly __typename = 'PeriodHasBegun';

  @Field(() => DateTime)
  readonly from!: number;
}

@ObjectType({
  implements: () => Refusal,
  description: 'Returned when a goal is to be dropped whose period is over: it is met or missed by then.',
})
export class PeriodIsOver extends Refusal {
  readonly __typename = 'PeriodIsOver';

  @Field(() => DateTime)
  readonly until!: number;
}

@ObjectType({ implements: () => Refusal, description: 'Returned when a goal is to be revised that was dropped.' })
export class GoalIsDropped extends Refusal {
  readonly __typename = 'GoalIsDropped';
}

@ObjectType({
  implements: () => Refusal,
  description: 'Returned when the measure of the goal cannot come to the target that it is to have.',
})
export class TargetOutOfRange extends Refusal {
  readonly __typename = 'TargetOutOfRange';

  @Field(() => Float)
  readonly lowest!: number;

  @Field(() => Float)
  readonly highest!: number;
}

export const SetGoalResult = resultOf('SetGoalResult', () => [
  GoalWasSet,
  PeriodHasBegun,
  ColleagueNotFound,
  CommandIdReused,
]);
export const ReviseGoalResult = resultOf('ReviseGoalResult', () => [
  GoalWasRevised,
  PeriodHasBegun,
  TargetOutOfRange,
  GoalIsDropped,
  GoalNotFound,
  ColleagueNotFound,
  CommandIdReused,
]);
export const DropGoalResult = resultOf('DropGoalResult', () => [
  GoalWasDropped,
  PeriodIsOver,
  GoalNotFound,
  CommandIdReused,
]);
