import { Extensions, Field, Float, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { ArrayMaxSize, IsArray, IsOptional, Length, Matches } from 'class-validator';
import { connectionTypes } from '../graphql/connections.js';
import { enumOf } from '../graphql/enum-of.js';
import { IsGlobalId } from '../graphql/ids.js';
import type { Moment } from '../graphql/moment.js';
import { DateTime } from '../graphql/scalars.js';
import { notATierName, tierName, tierNameMax } from '../owners/our-own.types.js';
import type { Channel } from '../stakeholders/handle.js';
import { ChannelEnum } from '../stakeholders/handles.types.js';
import { type ClockState, clockStates } from './clocks.js';
import { clockGroupings } from './response-report.js';
import { type ClockKind, clockKinds } from './targets.js';

export const ClockKindEnum = enumOf(clockKinds);
registerEnumType(ClockKindEnum, {
  name: 'ClockKind',
  description: 'What is timed in a conversation, while the ball is with us.',
  valuesMap: {
    ACKNOWLEDGE: {
      description: 'From the first time that the ball comes to us until a step ACKNOWLEDGE or our first answer.',
    },
    FIRST_RESPONSE: { description: 'From the first time that the ball comes to us until our first answer.' },
    NEXT_RESPONSE: { description: 'The same for each time that the ball comes back to us.' },
    RESOLUTION: { description: 'From the first time on, rests while the ball is with them, and stops where it rests.' },
  },
});

export const ClockStateEnum = enumOf(clockStates);
registerEnumType(ClockStateEnum, {
  name: 'ClockState',
  valuesMap: {
    MET: { description: 'Stopped within its target.' },
    MISSED: { description: 'Stopped later.' },
    STOPPED: { description: 'Stopped, and there was no target.' },
    OPEN: { description: 'It runs.' },
  },
});

export const ClockGroupingEnum = enumOf(clockGroupings);
registerEnumType(ClockGroupingEnum, {
  name: 'ClockGrouping',
  description: 'What clocks are counted by: as it was when they began.',
});

/** One clock as resolvers hand it on. */
@ObjectType({ description: 'How long the ball is with us in a conversation, in working time.' })
export class Clock {
  readonly moment!: Moment;
  readonly openerKey!: number;
  readonly stopperKey!: number | null;
  readonly speakerId!: string | null;
  readonly ownerId!: string | null;
  readonly teamId!: string | null;

  @Field(() => ClockKindEnum)
  readonly kind!: ClockKind;

  @Field(() => ClockStateEnum)
  readonly state!: ClockState;

  @Field(() => DateTime)
  readonly openedAt!: number;

  @Field(() => DateTime, { nullable: true })
  readonly stoppedAt!: number | null;

  @Field(() => Boolean, {
    description: 'What stopped it is dated before what opened it: it took no time, and one of the dates is wrong.',
  })
  readonly early!: boolean;

  @Field(() => Float, { description: 'Working minutes for which it ran; up to now (or validAt) where it is open.' })
  readonly workedMinutes!: number;

  @Field(() => Int, { nullable: true, description: 'Null: there is none.' })
  readonly targetMinutes!: number | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When its target is, or was, used up; null where it has none, or stopped in time.',
  })
  readonly dueAt!: number | null;

  @Field(() => Boolean, { description: 'Open, and beyond its target.' })
  readonly overdue!: boolean;

  @Field(() => ChannelEnum, { description: 'Where the ball came to us.' })
  readonly channel!: Channel;

  @Field(() => String, { nullable: true, description: 'Of the stakeholder, when it began.' })
  readonly tier!: string | null;

  @Field(() => String, { description: 'The definition with its version.' })
  readonly definition!: string;
}

export const { Connection: ClockConnection } = connectionTypes<Clock>('Clock', () => Clock);

@ObjectType({
  description: 'How clocks of one kind stand: met, missed, without a target and open make up all of them.',
})
export class ClockCount {
  @Field(() => ClockKindEnum)
  readonly clock!: ClockKind;

  @Field(() => Int)
  readonly count!: number;

  @Field(() => Int, { description: 'Stopped within their target.' })
  readonly met!: number;

  @Field(() => Int, { description: 'Stopped later.' })
  readonly missed!: number;

  @Field(() => Int, { description: 'Stopped, and there was no target.' })
  readonly withoutTarget!: number;

  @Field(() => Int, { description: 'They run.' })
  readonly open!: number;

  @Field(() => Int, { description: 'Of the open ones, those beyond their target.' })
  readonly overdue!: number;

  @Field(() => Int, {
    description: 'Of the stopped ones, those that took no time since the answer is dated before what it answers.',
  })
  readonly early!: number;

  @Field(() => Float, {
    nullable: true,
    description: 'Median of the stopped ones, in working minutes; null where none is. Open ones are not in it.',
  })
  readonly p50Minutes!: number | null;

  @Field(() => Float, { nullable: true })
  readonly p90Minutes!: number | null;
}

@ObjectType({ description: 'Clocks that have in common what they are counted by; the other fields are null.' })
export class ClockGroup {
  readonly moment!: Moment;
  readonly ownerId!: string | null;
  readonly teamId!: string | null;

  @Field(() => String, { nullable: true, description: 'Null: of no tier.' })
  readonly tier!: string | null;

  @Field(() => ChannelEnum, { nullable: true })
  readonly channel!: Channel | null;

  @Field(() => String, { nullable: true, description: 'In which they began: YYYY-MM, in UTC.' })
  readonly month!: string | null;

  @Field(() => [ClockCount], { description: 'A kind of which there is none is left out.' })
  @Extensions({ listSize: clockKinds.length })
  readonly clocks!: readonly ClockCount[];
}

@ObjectType({ description: 'How soon we answer.' })
export class ResponseClocks {
  @Field(() => [ClockGroup], { description: 'In the order of their names; one without a grouping.' })
  @Extensions({ listSize: 20 })
  readonly groups!: readonly ClockGroup[];

  @Field(() => String, { description: 'The definition of the clocks, with its version.' })
  readonly definition!: string;

  @Field(() => String, { description: 'The definition of p50 and p90, with its version.' })
  readonly quantileDefinition!: string;
}

@InputType({ description: 'Which clocks; what is left out restricts nothing.' })
export class ClockFilter {
  @Field(() => [ClockKindEnum], { nullable: true })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(clockKinds.length)
  clocks?: ClockKind[] | null;

  @Field(() => [String], { nullable: true })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(50)
  @Length(1, tierNameMax, { each: true })
  @Matches(tierName, { each: true, message: notATierName })
  tiers?: string[] | null;

  @Field(() => [ID], { nullable: true })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(50)
  @IsGlobalId('Team', { each: true })
  teamIds?: string[] | null;

  @Field(() => [ID], { nullable: true })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(50)
  @IsGlobalId('Colleague', { each: true })
  ownerIds?: string[] | null;

  @Field(() => [ChannelEnum], { nullable: true })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(50)
  channels?: Channel[] | null;
}
