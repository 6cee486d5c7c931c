import { Field, Float, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { ArrayMaxSize, IsArray, IsIn, IsOptional } from 'class-validator';
import { enumOf } from '../graphql/enum-of.js';
import { IsGlobalId } from '../graphql/ids.js';
import type { Act } from '../interactions/interaction.js';
import { ActEnum } from '../interactions/interactions.types.js';
import type { Channel } from '../stakeholders/handle.js';
import { ChannelEnum } from '../stakeholders/handles.types.js';
import { ConversionKindEnum } from './advocacy.types.js';
import { type AttributionModel, attributionModels } from './attribution.js';
import { type RungKind, rungKinds } from './journeys.js';

export const AttributionModelEnum = enumOf(attributionModels);
registerEnumType(AttributionModelEnum, {
  name: 'AttributionModel',
  description: 'How the credit for a conversion is shared among our touches on the way to it.',
});

/** What touches are credited by. Sent names: add to them. */
export const touchGroupings = ['act', 'channel'] as const;
export type TouchGrouping = (typeof touchGroupings)[number];
export const TouchGroupingEnum = enumOf(touchGroupings);
registerEnumType(TouchGroupingEnum, { name: 'TouchGrouping', description: 'What touches are credited by.' });

@InputType({ description: 'Which conversions; what is left out restricts nothing, but for the kinds.' })
export class AttributionFilter {
  @Field(() => [ConversionKindEnum], {
    nullable: true,
    description: 'DEFUSED, WON_OVER and CONVERTED have journeys; WON_OVER and CONVERTED, when left out.',
  })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(rungKinds.length)
  @IsIn(rungKinds, { each: true, message: 'Only DEFUSED, WON_OVER and CONVERTED have journeys.' })
  kinds?: RungKind[] | null;

  @Field(() => ID, { nullable: true })
  @IsOptional()
  @IsGlobalId('Stakeholder')
  stakeholderId?: string | null;
}

@ObjectType()
export class TouchCredit {
  @Field(() => ActEnum, { nullable: true, description: 'Where credited by act.' })
  readonly act!: Act | null;

  @Field(() => ChannelEnum, { nullable: true, description: 'Where credited by channel.' })
  readonly channel!: Channel | null;

  @Field(() => Float, { description: 'In conversions.' })
  readonly credit!: number;
}

@ObjectType()
export class AttributionByModel {
  @Field(() => AttributionModelEnum)
  readonly model!: AttributionModel;

  @Field(() => String, { description: 'The definition with its version.' })
  readonly definition!: string;

  @Field(() => [TouchCredit], {
    description: 'Most first. With what is unattributed, they sum to the number of conversions.',
  })
  readonly credits!: readonly TouchCredit[];

  @Field(() => Float, { description: 'Of conversions without a touch.' })
  readonly unattributed!: number;
}

@ObjectType({ description: 'Who is credited for conversions, by several models. It says association, not cause.' })
export class Attribution {
  @Field(() => Int)
  readonly conversions!: number;

  @Field(() => Int, { description: 'Our touches on the way to them.' })
  readonly touches!: number;

  @Field(() => [AttributionByModel], { description: 'In the order in which they were asked for.' })
  readonly byModel!: readonly AttributionByModel[];

  @Field(() => String, { description: 'By which conversions were counted.' })
  readonly rule!: string;

  @Field(() => String, { description: 'By which the standings were read.' })
  readonly stanceRule!: string;
}
