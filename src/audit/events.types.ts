import { ArgsType, Field, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsBoolean,
  IsInt,
  IsOptional,
  IsString,
  IsUUID,
  Max,
  MaxLength,
  Min,
  ValidateBy,
  ValidateNested,
} from 'class-validator';
import type { JsonObject } from '../event-sourcing/fact.js';
import type { ActorKind } from '../event-sourcing/provenance.js';
import { connectionTypes, pageMax } from '../graphql/connections.js';
import { enumOf } from '../graphql/enum-of.js';
import { IsGlobalId } from '../graphql/ids.js';
import { DateTime, JsonScalar, PositionScalar } from '../graphql/scalars.js';
import type { EventWhere } from './log-reader.js';
import type { PresentedEvent } from './presented-event.js';

const ActorKindEnum = enumOf<ActorKind>(['key', 'person', 'policy', 'import']);
registerEnumType(ActorKindEnum, {
  name: 'ActorKind',
  description: 'Who or what acted: a key, a person at the machine, a policy, an import.',
});

@ObjectType('Event', { description: 'One fact, in the terms of CloudEvents. Ids in data are the ids of this API.' })
export class EventType implements PresentedEvent {
  @Field(() => ID, { description: 'Stays the same in a copied log.' })
  readonly id!: string;

  @Field(() => PositionScalar)
  readonly position!: PresentedEvent['position'];

  @Field(() => String)
  readonly stream!: string;

  @Field(() => Int, { description: 'In its stream, from 0.' })
  readonly revision!: number;

  @Field(() => String)
  readonly type!: string;

  @Field(() => Int, { description: 'Version of the shape of data.' })
  readonly version!: number;

  @Field(() => ID, { description: 'What it is about: a stakeholder, an interaction, a key, else its stream.' })
  readonly subject!: string;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When it happened; null for what is only known since it was recorded.',
  })
  readonly occurredAt!: number | null;

  @Field(() => DateTime)
  readonly recordedAt!: number;

  @Field(() => String)
  readonly actor!: string;

  @Field(() => ActorKindEnum)
  readonly actorKind!: ActorKind;

  @Field(() => String, {
    description: 'Which credential it was: two keys may have one name. As `authid` in an export.',
  })
  readonly authId!: string;

  @Field(() => String, { nullable: true })
  readonly onBehalfOf!: string | null;

  @Field(() => ID)
  readonly correlationId!: string;

  @Field(() => ID, { nullable: true })
  readonly causationId!: string | null;

  @Field(() => ID, { nullable: true })
  readonly commandId!: string;

  @Field(() => String, { nullable: true })
  readonly reason!: string | null;

  @Field(() => JsonScalar)
  readonly data!: JsonObject;
}

export const { Connection: EventConnection } = connectionTypes<PresentedEvent>('Event', () => EventType, {
  countNullable: true,
});

@ObjectType()
export class EventCount {
  @Field(() => String)
  readonly type!: string;

  @Field(() => Int)
  readonly count!: number;
}

@ObjectType({ description: 'start: before the first fact. head: of the newest.' })
export class Log {
  @Field(() => PositionScalar)
  readonly start!: string;

  @Field(() => PositionScalar)
  readonly head!: string;

  @Field(() => Int)
  readonly count!: number;

  @Field(() => [EventCount])
  readonly countsByType!: readonly EventCount[];
}

@InputType({ description: 'What is left out is any.' })
export class EventFilter implements Omit<EventWhere, 'subjects'> {
  @Field(() => [String], { nullable: true })
  @IsOptional()
  @ArrayMaxSize(100)
  @MaxLength(200, { each: true })
  types?: string[] | null;

  @Field(() => String, { nullable: true })
  @IsOptional()
  @MaxLength(300)
  stream?: string | null;

  @Field(() => ID, { nullable: true, description: 'Of what they are about, as Event.subject has it.' })
  @IsOptional()
  @IsGlobalId(['Stakeholder', 'Interaction', 'Key', 'Stream', 'Colleague', 'Team', 'Tie'])
  subject?: string | null;

  @Field(() => Boolean, {
    defaultValue: true,
    description:
      'Of a stakeholder as the subject: also what is about those who are one with them, by the merges that hold now. False: what was recorded under this id alone.',
  })
  @IsBoolean()
  includingMerged!: boolean;

  @Field(() => String, { nullable: true })
  @IsOptional()
  @MaxLength(300)
  actor?: string | null;

  @Field(() => DateTime, { nullable: true, description: 'Recorded at this time or later.' })
  @IsOptional()
  recordedFrom?: number | null;

  @Field(() => DateTime, { nullable: true, description: 'Recorded before this time.' })
  @IsOptional()
  recordedUntil?: number | null;
}

/** A place in the log is named one way or the other. */
const NotWithAfter = (): PropertyDecorator =>
  ValidateBy({
    name: 'notWithAfter',
    validator: {
      validate: (value: unknown, args) => value == null || (args?.object as FollowedEventsArgs).after == null,
      defaultMessage: () => 'after and afterEventId exclude each other.',
    },
  });

@ArgsType()
export class FollowedEventsArgs {
  @Field(() => PositionScalar, { nullable: true })
  @IsOptional()
  @IsString()
  after?: string | null;

  @Field(() => ID, { nullable: true, description: 'After this event, which a copied log still knows.' })
  @IsOptional()
  @IsUUID(undefined, { message: 'This is not the id of an event.' })
  @NotWithAfter()
  afterEventId?: string | null;

  @Field(() => EventFilter, { nullable: true })
  @IsOptional()
  @ValidateNested()
  @Type(() => EventFilter)
  where?: EventFilter | null;
}

const sizeMessage = `A page has from 1 to ${pageMax} events.`;

@ArgsType()
export class EventsArgs extends FollowedEventsArgs {
  @Field(() => Int, {
    nullable: true,
    description: `${pageMax} at most. A page may be shorter where few events pass the filter; pageInfo says whether more follow.`,
  })
  @IsOptional()
  @IsInt({ message: sizeMessage })
  @Min(1, { message: sizeMessage })
  @Max(pageMax, { message: sizeMessage })
  first?: number | null;
}
