import { Field, Float, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import type { ConversionKind } from '../advocacy/advocacy-v1.js';
import { ConversionKindEnum } from '../advocacy/advocacy.types.js';
import { connectionTypes } from '../graphql/connections.js';
import { enumOf } from '../graphql/enum-of.js';
import type { Moment } from '../graphql/moment.js';
import { Node } from '../graphql/node.js';
import { DateTime, PositionScalar } from '../graphql/scalars.js';
import type { Stance } from '../relationships/relationship.js';
import { StanceEnum } from '../stakeholders/stakeholders.types.js';
import type { Channel } from '../stakeholders/handle.js';
import { ChannelEnum } from '../stakeholders/handles.types.js';
import { type Direction, type StoredMeasure, directions } from './goal.js';
import { goalPhases } from './goal-pages.js';
import { type GoalStatus, goalStatuses } from './goal-status.js';
import { type Measure, measures } from './measure.js';

export const GoalMeasureEnum = enumOf(measures);
registerEnumType(GoalMeasureEnum, {
  name: 'GoalMeasure',
  description: 'What a goal may be set for. None of them is money: there are no advertising value equivalents.',
  valuesMap: {
    CONVERSIONS: { description: 'How many conversions of the kinds counted in the period.' },
    CONVERSION_RATE: {
      description: 'Of those against us at some time in the period, the share won over or converted in it, 0 to 1.',
    },
    RELAPSE_RATE: {
      description: "Of those won over by the period's end, the share who turned against us again in it, 0 to 1.",
    },
    NET_PROMOTER: { description: 'The net promoter score of what was answered in the period, -100 to 100.' },
    CONVERSATION_SHARE: { description: 'Of what was heard in the period, the share about the topic, 0 to 1.' },
    STAKEHOLDERS_AT_STANCE: {
      description: "How many stakeholders stand at one of the stances at the period's end.",
    },
  },
});

export const GoalDirectionEnum = enumOf(directions);
registerEnumType(GoalDirectionEnum, {
  name: 'GoalDirection',
  description: 'Whether the target is to be reached from below or not to be passed.',
});

export const GoalPhaseEnum = enumOf(goalPhases);
registerEnumType(GoalPhaseEnum, {
  name: 'GoalPhase',
  description: "Where the date of the question lies by a goal's period.",
});

export const GoalStatusEnum = enumOf(goalStatuses);
registerEnumType(GoalStatusEnum, {
  name: 'GoalStatus',
  description: 'How a goal stands. It is met or missed when its period is over, and never before.',
  valuesMap: {
    UPCOMING: { description: 'Its period has not begun.' },
    OPEN: { description: 'Its period is not over.' },
    UNMEASURED: { description: 'Its period is over, and there was nothing to measure.' },
  },
});

@ObjectType({ isAbstract: true })
abstract class MeasuredBy {
  @Field(() => Float, { nullable: true, description: 'Null where there was nothing to measure.' })
  readonly value!: number | null;

  @Field(() => String, { description: 'The definition of the measure, with its version.' })
  readonly definition!: string;

  @Field(() => String, { nullable: true, description: 'By which conversions were counted, where it rests on them.' })
  readonly rule!: string | null;

  @Field(() => String, { nullable: true, description: 'By which standings were read, where it rests on them.' })
  readonly stanceRule!: string | null;
}

@ObjectType({ description: 'What the log held when what a goal promises was decided.' })
export class GoalBaseline extends MeasuredBy {
  @Field(() => DateTime, {
    nullable: true,
    description: "It was measured over as long a time as the goal's period is; null: at the date when it was set.",
  })
  readonly from!: number | null;

  @Field(() => DateTime, { description: 'When it was set.' })
  readonly until!: number;

  @Field(() => ID, {
    nullable: true,
    description: 'Of the newest event that counted (`Event.id`): the same in a copied log. Null: the log was empty.',
  })
  readonly eventId!: string | null;

  @Field(() => PositionScalar, {
    nullable: true,
    description: 'Of that event in this log, for `asOf`; null where this log does not hold it.',
  })
  readonly position?: string | null;
}

@ObjectType({ description: 'What a goal came to, so far or in the end.' })
export class GoalOutcome extends MeasuredBy {
  @Field(() => GoalStatusEnum)
  readonly status!: GoalStatus;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether the value is what was aimed at, as it is; null where there is none.',
  })
  readonly reached!: boolean | null;

  @Field(() => Boolean, {
    description: 'Whether the period is over: only what is recorded late can change the value then.',
  })
  readonly final!: boolean;
}

@ObjectType({ isAbstract: true })
abstract class Terms {
  readonly moment!: Moment;
  readonly ownerId!: string;

  @Field(() => Float)
  readonly target!: number;

  @Field(() => GoalDirectionEnum)
  readonly direction!: Direction;

  @Field(() => DateTime, { description: 'Inclusive.' })
  readonly from!: number;

  @Field(() => DateTime, { description: 'Exclusive.' })
  readonly until!: number;

  @Field(() => DateTime, { description: 'When what it promises was decided, whoever answers for it since.' })
  readonly setAt!: number;

  @Field(() => DateTime, { description: 'When it was recorded as it is.' })
  readonly recordedAt!: number;

  @Field(() => String, { description: 'Who decided it.' })
  readonly by!: string;

  @Field(() => String, { nullable: true, description: 'Why.' })
  readonly reason!: string | null;

  @Field(() => GoalBaseline)
  readonly baseline!: GoalBaseline;
}

@ObjectType('GoalTerms', { description: 'What a goal promised from one decision on.' })
export class GoalTermsThen extends Terms {}

@ObjectType({ description: 'That a goal was dropped.' })
export class GoalDrop {
  @Field(() => DateTime)
  readonly at!: number;

  @Field(() => String)
  readonly by!: string;

  @Field(() => String, { nullable: true })
  readonly reason!: string | null;
}

/** The cohort of a goal as resolvers hand it on. */
@ObjectType({ description: 'Over whom the measure of a goal is told; what is null restricts nothing.' })
export class GoalCohort {
  readonly moment!: Moment;
  readonly ownerId!: string | null;

  @Field(() => ChannelEnum, { nullable: true })
  readonly channel!: Channel | null;

  @Field(() => String, { nullable: true })
  readonly topic!: string | null;

  @Field(() => String, { nullable: true })
  readonly tier!: string | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether anybody of ours answers for them.' })
  readonly owned!: boolean | null;
}

/** A goal as resolvers hand it on. */
@ObjectType({ implements: () => Node, description: 'What we mean to reach in a period, set before it began.' })
export class Goal extends Terms implements Node {
  readonly __typename = 'Goal';
  readonly goalId!: string;
  readonly stored!: StoredMeasure;

  @Field(() => ID, { description: 'Opaque. Carries its past where it was read as of one.' })
  readonly id!: string;

  @Field(() => GoalMeasureEnum)
  readonly measure!: Measure;

  @Field(() => [ConversionKindEnum], { nullable: true, description: 'Of CONVERSIONS.' })
  readonly kinds!: readonly ConversionKind[] | null;

  @Field(() => [StanceEnum], { nullable: true, description: 'Of STAKEHOLDERS_AT_STANCE.' })
  readonly stances!: readonly Stance[] | null;

  @Field(() => String, { nullable: true, description: 'Of NET_PROMOTER; null there: all surveys.' })
  readonly survey!: string | null;

  @Field(() => String, { nullable: true, description: 'Of CONVERSATION_SHARE.' })
  readonly topic!: string | null;

  @Field(() => GoalCohort, { nullable: true, description: 'Null: over all.' })
  readonly cohort!: GoalCohort | null;

  @Field(() => GoalDrop, { nullable: true, description: 'Null while it is not dropped.' })
  readonly dropped!: GoalDrop | null;

  @Field(() => Int, { description: 'Revision to expect.' })
  readonly revision!: number;
}

export const { Connection: GoalConnection } = connectionTypes<Goal>('Goal', () => Goal);
