import { Extensions, Field, Float, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { ArrayMaxSize, IsArray, IsIn, IsOptional } from 'class-validator';
import { enumOf } from '../graphql/enum-of.js';
import { IsGlobalId } from '../graphql/ids.js';
import type { Act } from '../interactions/interaction.js';
import { ActEnum } from '../interactions/interactions.types.js';
import { Colleague } from '../owners/our-own.types.js';
import type { Channel } from '../stakeholders/handle.js';
import { ChannelEnum } from '../stakeholders/handles.types.js';
import { ConversionKindEnum } from './advocacy.types.js';
import { type AttributionModel, attributionModels } from './attribution.js';
import { type RungKind, rungKinds } from './journeys.js';
import { touchGroupings } from './touch-groups.js';

export const AttributionModelEnum = enumOf(attributionModels);
registerEnumType(AttributionModelEnum, {
  name: 'AttributionModel',
  description: 'How the credit for a conversion is shared among our touches on the way to it.',
});

export const TouchGroupingEnum = enumOf(touchGroupings);
registerEnumType(TouchGroupingEnum, {
  name: 'TouchGrouping',
  description: 'What touches are credited by.',
  valuesMap: {
    OWNER: { description: 'Who of ours answered for them when it happened; of a hand-over, who took over.' },
    DEPARTMENT: { description: 'The one in which that owner was then.' },
  },
});

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

@ObjectType({ description: 'Of the four the one that touches are credited by.' })
export class TouchCredit {
  @Field(() => ActEnum, { nullable: true, description: 'Where credited by act.' })
  readonly act!: Act | null;

  @Field(() => ChannelEnum, { nullable: true, description: 'Where credited by channel.' })
  readonly channel!: Channel | null;

  @Field(() => Colleague, { nullable: true, description: 'Where credited by owner.' })
  readonly owner!: Colleague | null;

  @Field(() => String, { nullable: true, description: 'Where credited by department; null too: an owner in no team.' })
  readonly department!: string | null;

  @Field(() => Boolean, {
    description: 'Where credited by act or channel: hand-overs of their owner, which have neither.',
  })
  readonly handOver!: boolean;

  @Field(() => Boolean, {
    description: "Where credited by owner or department: nobody's, what passed while nobody of ours answered for them.",
  })
  readonly nobodys!: boolean;

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
  @Extensions({ listSize: 20 })
  readonly credits!: readonly TouchCredit[];

  @Field(() => Float, { description: 'Of conversions without a touch.' })
  readonly unattributed!: number;
}

@ObjectType({ description: 'Who is credited for conversions, by several models. It says association, not cause.' })
export class Attribution {
  @Field(() => Int)
  readonly conversions!: number;

  @Field(() => Int, {
    description: 'Our touches on the way to them: what we said or did, and hand-overs of their owner.',
  })
  readonly touches!: number;

  @Field(() => String, { description: 'The definition of a touch, with its version.' })
  readonly touchDefinition!: string;

  @Field(() => [AttributionByModel], { description: 'In the order in which they were asked for.' })
  readonly byModel!: readonly AttributionByModel[];

  @Field(() => String, { description: 'By which conversions were counted.' })
  readonly rule!: string;

  @Field(() => String, { description: 'By which the standings were read.' })
  readonly stanceRule!: string;
}
