import { Field, InputType, createUnionType, registerEnumType } from '@nestjs/graphql';
import { ArrayMaxSize, IsArray, IsOptional, Length, ValidateNested } from 'class-validator';
import { Type } from 'class-transformer';
import { connectionTypes } from '../graphql/connections.js';
import { enumOf } from '../graphql/enum-of.js';
import { Interaction } from '../interactions/interaction-node.types.js';
import type { Act, Direction } from '../interactions/interaction.js';
import { ActEnum, DirectionEnum } from '../interactions/interactions.types.js';
import { OwnerAssigned, OwnerHandedOver, OwnerReleased } from '../owners/owners.types.js';
import { relationshipFactClasses } from '../relationships/relationship-fact.types.js';
import type { Channel } from '../stakeholders/handle.js';
import { ChannelEnum } from '../stakeholders/handles.types.js';
import { Conversion, Period } from './advocacy.types.js';

export const TimelineEntry = createUnionType({
  name: 'TimelineEntry',
  description: 'All that passed and all that changed between us, by date.',
  types: () =>
    [Interaction, ...relationshipFactClasses, OwnerAssigned, OwnerHandedOver, OwnerReleased, Conversion] as const,
  resolveType: ({ __typename }: { readonly __typename: string }) => __typename,
});

export const { Connection: TimelineConnection } = connectionTypes<typeof TimelineEntry>(
  'Timeline',
  () => TimelineEntry,
);

export const timelineKinds = [
  'interaction',
  'step-taken',
  'stance-assessed',
  'stance-withdrawn',
  'commitment-made',
  'commitment-kept',
  'commitment-broken',
  'commitment-moved',
  'connection-recorded',
  'connection-ended',
  'lifecycle-reached',
  'relationship-verified',
  'attribute-assessed',
  'attribute-withdrawn',
  'contact-forbidden',
  'contact-permitted',
  'outreach-planned',
  'outreach-done',
  'outreach-cancelled',
  'owner-assigned',
  'owner-handed-over',
  'owner-released',
  'conversion',
] as const;
export type TimelineKind = (typeof timelineKinds)[number];
export const TimelineKindEnum = enumOf(timelineKinds);
registerEnumType(TimelineKindEnum, { name: 'TimelineKind' });

export const timelineOrders = ['newest-first', 'oldest-first'] as const;
export type TimelineOrder = (typeof timelineOrders)[number];
export const TimelineOrderEnum = enumOf(timelineOrders);
registerEnumType(TimelineOrderEnum, { name: 'TimelineOrder' });

@InputType({
  description:
    'Which entries; what is left out restricts nothing. Asked for a channel, a direction, an act or a topic, only interactions fit.',
})
export class TimelineFilter {
  @Field(() => [TimelineKindEnum], { nullable: true })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(timelineKinds.length)
  kinds?: TimelineKind[] | null;

  @Field(() => [ChannelEnum], { nullable: true })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(50)
  channels?: Channel[] | null;

  @Field(() => [DirectionEnum], { nullable: true })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(50)
  directions?: Direction[] | null;

  @Field(() => [ActEnum], { nullable: true })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(50)
  acts?: Act[] | null;

  @Field(() => [String], { nullable: true, description: 'About any of these, spelt exactly.' })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(50)
  @Length(1, 200, { each: true })
  topics?: string[] | null;

  @Field(() => Period, { nullable: true })
  @IsOptional()
  @ValidateNested()
  @Type(() => Period)
  during?: Period | null;
}
