import { ArgsType, Field, Float, InputType, Int, ObjectType, createUnionType, registerEnumType } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsOptional, Length, Max, Min, ValidateBy, ValidateNested } from 'class-validator';
import { connectionTypes } from '../graphql/connections.js';
import { enumOf } from '../graphql/enum-of.js';
import type { Moment } from '../graphql/moment.js';
import { DateTime } from '../graphql/scalars.js';
import { Interaction } from '../interactions/interaction-node.types.js';
import type { Links } from './influence-links.js';
import type { HeardOn } from './influence-pages.js';
import type { Voice, VoiceList } from './influence-ranking.js';
import type { JoinedVoices } from './influence-voices.js';
import type { InfluenceWeights } from './influence.js';
import { Stakeholder } from './stakeholders.types.js';

/** What a number rests on, as resolvers hand it on. */
@ObjectType({ description: 'What a number rests on.' })
export class InfluenceEvidence {
  readonly moment!: Moment;
  readonly heard!: HeardOn;
  readonly links!: Links;

  @Field(() => Int, { description: 'Pieces of evidence.' })
  readonly count!: number;

  @Field(() => DateTime, { nullable: true, description: 'When the newest of them happened; null without one.' })
  readonly newestAt!: number | null;
}

@ObjectType({ description: 'One part of an influence, as a number.' })
export class InfluenceMeasured {
  readonly __typename = 'InfluenceMeasured';

  @Field(() => Float)
  readonly value!: number;

  @Field(() => String, { description: 'What it says, with its unit.' })
  readonly meaning!: string;

  @Field(() => InfluenceEvidence)
  readonly evidence!: InfluenceEvidence;
}

@ObjectType({ description: 'Too little is on record for a number.' })
export class NotEnoughEvidence {
  readonly __typename = 'NotEnoughEvidence';

  @Field(() => String)
  readonly reason!: string;

  @Field(() => Int, { description: 'How many pieces of evidence a number takes.' })
  readonly minimum!: number;

  @Field(() => Int, { description: 'How many more it would take.' })
  readonly missing!: number;

  @Field(() => InfluenceEvidence, { description: 'What there is.' })
  readonly evidence!: InfluenceEvidence;
}

export const InfluenceMeasure = createUnionType({
  name: 'InfluenceMeasure',
  description: 'A number with its evidence, or why there is none.',
  types: () => [InfluenceMeasured, NotEnoughEvidence] as const,
  resolveType: ({ __typename }: { readonly __typename: string }) => __typename,
});

@ObjectType({ description: 'How much somebody is heard on one topic: parts that are never folded into one.' })
export class Influence {
  readonly moment!: Moment;
  readonly memberIds!: readonly string[];

  @Field(() => String)
  readonly topic!: string;

  @Field(() => InfluenceMeasure, { description: 'The mean audience of their utterances, as reported.' })
  readonly reach!: typeof InfluenceMeasure;

  @Field(() => InfluenceMeasure, { description: 'Reactions of others to them, per thousand whom they reached.' })
  readonly resonance!: typeof InfluenceMeasure;

  @Field(() => InfluenceMeasure, { description: 'The part of their utterances that others joined, 0 to 1.' })
  readonly conversations!: typeof InfluenceMeasure;

  @Field(() => InfluenceMeasure, {
    description: 'How much and how recently they speak on it: the sum of 0.9^(whole months ago) over their utterances.',
  })
  readonly relevance!: typeof InfluenceMeasure;

  @Field(() => Int, { description: 'How many different people reacted to them.' })
  readonly people!: number;

  @Field(() => String, { description: 'The definition with its version.' })
  readonly definition!: string;
}

@ObjectType({ description: 'How much each part weighs; together 1.' })
export class InfluenceWeighing {
  @Field(() => Float)
  readonly reach!: number;

  @Field(() => Float)
  readonly resonance!: number;

  @Field(() => Float)
  readonly relevance!: number;
}

/** Somebody in a list of voices, as resolvers hand it on. */
@ObjectType({ isAbstract: true })
abstract class ListedInfluence {
  @Field(() => Int, { description: 'In this list; 1 is first.' })
  readonly place!: number;

  @Field(() => Stakeholder)
  readonly stakeholder!: Stakeholder;

  @Field(() => Influence)
  readonly influence!: Influence;
}

@ObjectType({ description: 'Somebody in the ranking of a topic.' })
export class RankedInfluence extends ListedInfluence {
  @Field(() => Float, {
    description:
      'What the ranking orders by, 0 to 1: the weighted mean of, for each part, the share of the ranked whom they are not below. No measure of influence.',
  })
  readonly score!: number;

  @Field(() => Int, {
    nullable: true,
    description: 'Where they stand by reach alone (by fame); null where there is not enough evidence for a reach.',
  })
  readonly placeByReach!: number | null;
}

@ObjectType({ description: 'Somebody in the magic middle of a topic.' })
export class MagicMiddleInfluence extends ListedInfluence {}

export const discoveryReasons = ['most-joined', 'widest-audience', 'newest'] as const;
export type DiscoveryReason = (typeof discoveryReasons)[number];
export const DiscoveryReasonEnum = enumOf(discoveryReasons);
registerEnumType(DiscoveryReasonEnum, { name: 'DiscoveryReason' });

@ObjectType({ description: 'An interaction that speaks for somebody.' })
export class SpeakingInteraction {
  @Field(() => Interaction)
  readonly interaction!: Interaction;

  @Field(() => [DiscoveryReasonEnum], { description: 'Of what they said on the topic, it is the one with this.' })
  readonly reasons!: readonly DiscoveryReason[];
}

/** Somebody who was discovered, as resolvers hand it on. */
@ObjectType({ description: 'Somebody who is heard on a topic and for whom nobody of ours answers yet.' })
export class Discovery extends ListedInfluence {
  readonly moment!: Moment;
  readonly heard!: HeardOn;
}

export const { Connection: RankedInfluenceConnection } = connectionTypes<RankedInfluence>(
  'RankedInfluence',
  () => RankedInfluence,
);
export const { Connection: MagicMiddleConnection } = connectionTypes<MagicMiddleInfluence>(
  'MagicMiddleInfluence',
  () => MagicMiddleInfluence,
);
export const { Connection: DiscoveryConnection } = connectionTypes<Discovery>('Discovery', () => Discovery);

/** The ranking of a topic, as resolvers hand it on. */
@ObjectType({
  description:
    'Who is heard on a topic, in the order of their influence on it. Who has too little evidence is not ranked.',
})
export class InfluenceRanking {
  readonly of!: TopicInfluence;
  readonly asked!: InfluenceWeights;

  @Field(() => InfluenceWeighing, { description: 'Those that the ranking was made with.' })
  readonly weights!: InfluenceWeights;

  @Field(() => String, { description: 'The definition with its version.' })
  readonly definition!: string;

  @Field(() => Boolean, {
    description: 'Whether these are the weights of the definition, and not others that you tried.',
  })
  readonly byDefinition!: boolean;
}

/** The magic middle of a topic, as resolvers hand it on. */
@ObjectType({ description: 'Moderate reach, real readers: who in a band of reach speaks on the topic more than most.' })
export class MagicMiddle {
  readonly of!: TopicInfluence;
  readonly list!: VoiceList;

  @Field(() => Float)
  readonly fromPercentile!: number;

  @Field(() => Float)
  readonly toPercentile!: number;

  @Field(() => Float, { nullable: true, description: 'The reach at that percentile, inclusive; null among nobody.' })
  readonly fromReach!: number | null;

  @Field(() => Float, { nullable: true })
  readonly toReach!: number | null;

  @Field(() => Float, { nullable: true, description: 'What the relevance must be above; null among nobody.' })
  readonly medianRelevance!: number | null;

  @Field(() => Int, {
    description: 'How many have enough evidence for reach and relevance: the percentiles and the median are theirs.',
  })
  readonly among!: number;

  @Field(() => String, { description: 'The definition with its version.' })
  readonly definition!: string;
}

/** A topic, as resolvers hand it on. */
@ObjectType({ description: 'Who is heard on one topic.' })
export class TopicInfluence {
  readonly moment!: Moment;
  /** Null where nobody ever spoke on it. */
  readonly topicNumber!: number | null;
  readonly joined!: JoinedVoices;
  /** Those of whom there are so many utterances; read once. */
  readonly voices!: (least: number) => Promise<readonly Voice[]>;

  @Field(() => String, { description: 'Spelt as it was asked for; topics are compared exactly.' })
  readonly topic!: string;

  @Field(() => Int, { description: 'How many pieces of evidence a number takes.' })
  readonly minimum!: number;

  @Field(() => String, { description: 'The definition with its version.' })
  readonly definition!: string;
}

// Arguments.

const weightMessage = 'A weight is a number from 0 to 1.';

/** Something must count. */
const NotAllZero = (): PropertyDecorator =>
  ValidateBy({
    name: 'notAllZero',
    validator: {
      validate: (_, args) => {
        const { reach, resonance, relevance } = args?.object as InfluenceWeightsInput;
        return [reach, resonance, relevance].some((weight) => weight !== 0);
      },
      defaultMessage: () => 'At least one of the weights is above 0.',
    },
  });

@InputType({
  description:
    'How much each part weighs, 0 to 1 each; only the proportions matter. By fame alone: reach 1, the others 0.',
})
export class InfluenceWeightsInput {
  @Field(() => Float)
  @Min(0, { message: weightMessage })
  @Max(1, { message: weightMessage })
  @NotAllZero()
  reach!: number;

  @Field(() => Float)
  @Min(0, { message: weightMessage })
  @Max(1, { message: weightMessage })
  resonance!: number;

  @Field(() => Float)
  @Min(0, { message: weightMessage })
  @Max(1, { message: weightMessage })
  relevance!: number;
}

@ArgsType()
export class RankingArgs {
  @Field(() => InfluenceWeightsInput, { nullable: true, description: 'Left out: those of the definition.' })
  @IsOptional()
  @ValidateNested()
  @Type(() => InfluenceWeightsInput)
  weights?: InfluenceWeightsInput | null;
}

const percentileMessage = 'A percentile is a number from 0 to 100.';

@ArgsType()
export class MagicMiddleArgs {
  @Field(() => Float, { defaultValue: 60 })
  @Min(0, { message: percentileMessage })
  @Max(100, { message: percentileMessage })
  fromPercentile!: number;

  @Field(() => Float, { defaultValue: 95 })
  @Min(0, { message: percentileMessage })
  @Max(100, { message: percentileMessage })
  @ValidateBy({
    name: 'notBelowFrom',
    validator: {
      validate: (value: number, args) => value >= (args?.object as MagicMiddleArgs).fromPercentile,
      defaultMessage: () => 'A band ends where it begins, or above.',
    },
  })
  toPercentile!: number;
}

@ArgsType()
export class InfluenceOfOneArgs {
  @Field(() => [String], { nullable: true, description: 'Spelt exactly; left out, all they were heard on.' })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(50)
  @Length(1, 200, { each: true })
  topics?: string[] | null;
}
