import { Extensions, Field, Float, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { ArrayMaxSize, IsArray, IsOptional, Length } from 'class-validator';
import { enumOf } from '../graphql/enum-of.js';
import { DateTime } from '../graphql/scalars.js';
import type { Channel } from '../stakeholders/handle.js';
import { ChannelEnum } from '../stakeholders/handles.types.js';
import { type IndexPart, indexParts } from './conversation-index.js';

@InputType({ description: 'Which interactions; what is left out restricts nothing.' })
export class ConversationFilter {
  @Field(() => [ChannelEnum], { nullable: true })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(50)
  channels?: Channel[] | null;

  @Field(() => [String], { nullable: true, description: 'About any of these, spelt exactly.' })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(50)
  @Length(1, 200, { each: true })
  topics?: string[] | null;
}

@ObjectType({ description: 'What passed on one channel.' })
export class PrismChannel {
  @Field(() => ChannelEnum)
  readonly channel!: Channel;

  @Field(() => Int, { description: 'What they said, to us or about us.' })
  readonly heard!: number;

  @Field(() => Int, { description: 'What we said to them.' })
  readonly ours!: number;

  @Field(() => Int, { description: 'Different authors of what was heard.' })
  readonly people!: number;

  @Field(() => Float, {
    nullable: true,
    description: 'Mean of what was heard, -1 to 1; null where nothing has a tone.',
  })
  readonly tone!: number | null;
}

@ObjectType({ description: 'A stretch of a period.' })
export class PrismStretch {
  @Field(() => DateTime)
  readonly from!: number;

  @Field(() => DateTime, { description: 'Exclusive.' })
  readonly until!: number;

  @Field(() => [PrismChannel], { description: 'The most heard first; where nothing passed is left out.' })
  readonly channels!: readonly PrismChannel[];
}

@ObjectType({ description: 'Where conversations happen: interactions, people and tone on each channel.' })
export class ConversationPrism {
  @Field(() => [PrismChannel], { description: 'The most heard first; where nothing passed is left out.' })
  @Extensions({ listSize: 17 })
  readonly channels!: readonly PrismChannel[];

  @Field(() => [PrismStretch], { description: 'Over time, oldest first; none unless everyDays is given.' })
  @Extensions({ listSize: 20 })
  readonly stretches!: readonly PrismStretch[];

  @Field(() => String, { description: 'The definition with its version.' })
  readonly definition!: string;
}

@ObjectType()
export class TopicShare {
  @Field(() => String)
  readonly topic!: string;

  @Field(() => Int)
  readonly heard!: number;

  @Field(() => Float, { description: 'Of all that was heard, 0 to 1. What has two topics is in both.' })
  readonly share!: number;

  @Field(() => Int)
  readonly posts!: number;

  @Field(() => Int)
  readonly commentsAndTrackbacks!: number;

  @Field(() => Float, {
    nullable: true,
    description: "Boyd's index: posts over comments and trackbacks; null where nobody answered.",
  })
  readonly boydIndex!: number | null;
}

@ObjectType({ description: 'How much of the conversation is about which topic.' })
export class ConversationShare {
  @Field(() => Int)
  readonly heard!: number;

  @Field(() => Int, { description: 'Of that, about no topic that is on record.' })
  readonly aboutNone!: number;

  @Field(() => [TopicShare], { description: 'The most heard first, 100 at most.' })
  @Extensions({ listSize: 100 })
  readonly topics!: readonly TopicShare[];

  @Field(() => String, { description: 'The definition of the share, with its version.' })
  readonly definition!: string;

  @Field(() => String, { description: "The definition of Boyd's index, with its version." })
  readonly boydDefinition!: string;
}

export const IndexPartEnum = enumOf(indexParts);
registerEnumType(IndexPartEnum, { name: 'ConversationIndexPart' });

@ObjectType()
export class ConversationIndexValue {
  @Field(() => IndexPartEnum)
  readonly part!: IndexPart;

  @Field(() => Float, { nullable: true, description: 'Null where nothing is on record that could tell it.' })
  readonly value!: number | null;

  @Field(() => String, { description: 'What it says.' })
  readonly meaning!: string;

  @Field(() => String, { description: 'The definition with its version.' })
  readonly definition!: string;
}

@ObjectType({ description: "Five numbers, never one average; and Boyd's index." })
export class ConversationIndex {
  @Field(() => [ConversationIndexValue], { description: 'All five.' })
  readonly parts!: readonly ConversationIndexValue[];

  @Field(() => Int)
  readonly posts!: number;

  @Field(() => Int)
  readonly commentsAndTrackbacks!: number;

  @Field(() => Float, {
    nullable: true,
    description: 'Posts over comments and trackbacks; null where nobody answered.',
  })
  readonly boydIndex!: number | null;

  @Field(() => String, { description: "The definition of Boyd's index, with its version." })
  readonly boydDefinition!: string;
}
