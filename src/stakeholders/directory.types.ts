import { Field, ID, InputType, registerEnumType } from '@nestjs/graphql';
import { ArrayMaxSize, IsArray, IsBoolean, IsOptional, IsString, Length, MaxLength } from 'class-validator';
import { enumOf } from '../graphql/enum-of.js';
import { IsGlobalId } from '../graphql/ids.js';
import { DateTime } from '../graphql/scalars.js';
import { LifecycleEnum } from '../relationships/lifecycle.enum.js';
import { type Lifecycle, lifecycles } from '../relationships/lifecycle.js';
import { type Stance, stances } from '../relationships/relationship.js';
import { SalienceClassEnum } from '../relationships/salience.enum.js';
import { type SalienceClass, salienceClasses } from '../relationships/salience.js';
import type { Channel } from './handle.js';
import type { StakeholderKind } from './stakeholder.js';
import { ChannelEnum } from './handles.types.js';
import { StakeholderKindEnum, StanceEnum } from './stakeholders.types.js';

@InputType({ description: 'Who is asked for; what is left out restricts nothing.' })
export class StakeholderFilter {
  @Field(() => String, {
    nullable: true,
    description: 'Every word of it begins a word of their name or of a handle. Case and accents do not count.',
  })
  @IsOptional()
  @MaxLength(200)
  text?: string | null;

  @Field(() => StakeholderKindEnum, { nullable: true })
  @IsOptional()
  kind?: StakeholderKind | null;

  @Field(() => Boolean, { nullable: true })
  @IsOptional()
  @IsBoolean()
  retired?: boolean | null;

  @Field(() => [StanceEnum], { nullable: true, description: 'Where they stand at the time that is asked about.' })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(stances.length)
  stances?: Stance[] | null;

  @Field(() => [LifecycleEnum], { nullable: true, description: 'How far they are in the lifecycle at that time.' })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(lifecycles.length)
  lifecycles?: Lifecycle[] | null;

  @Field(() => [SalienceClassEnum], {
    nullable: true,
    description: 'How much they matter at that time, by what people of ours assessed.',
  })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(salienceClasses.length)
  salience?: SalienceClass[] | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether they may be contacted at that time: yes, until somebody says no.',
  })
  @IsOptional()
  @IsBoolean()
  contactPermitted?: boolean | null;

  @Field(() => ChannelEnum, { nullable: true, description: 'They have a handle there.' })
  @IsOptional()
  channel?: Channel | null;

  @Field(() => ID, { nullable: true, description: 'The person of ours who answers for them at that time.' })
  @IsOptional()
  @IsGlobalId('Colleague')
  ownerId?: string | null;

  @Field(() => String, { nullable: true, description: 'The tier that they stand in at that time.' })
  @IsOptional()
  @IsString()
  @Length(1, 40)
  tier?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether anybody of ours answers for them at that time.' })
  @IsOptional()
  @IsBoolean()
  owned?: boolean | null;

  @Field(() => ID, { nullable: true, description: 'The organisation that they belong to at that time.' })
  @IsOptional()
  @IsGlobalId('Stakeholder')
  organisationId?: string | null;

  @Field(() => DateTime, { nullable: true, description: 'Something passed between us then or later.' })
  @IsOptional()
  interactionSince?: number | null;
}

export const stakeholderOrders = ['name', 'name-descending', 'identified-at', 'identified-at-descending'] as const;
export type StakeholderOrder = (typeof stakeholderOrders)[number];
export const StakeholderOrderEnum = enumOf(stakeholderOrders);
registerEnumType(StakeholderOrderEnum, { name: 'StakeholderOrder' });
